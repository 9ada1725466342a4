//! The one thread that owns the store, and the handle by which others reach it.
//!
//! Group commit: appends that wait together become one transaction, so the cost of reaching the disk is shared. Work is
//! done in the order in which it was handed over, so whoever appends and then reads finds what was appended.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use wire::{Entry, SummitId};

use crate::{Record, Store, StoreError};

/// How much work may wait. When the queue is full, new work is refused at once as [`StoreError::Unavailable`], so a slow
/// disk turns into "not recorded, try again" for the newest requests and never into memory or into a blocked media thread.
pub const QUEUE_DEPTH: usize = 1024;

/// Places in the queue that only changes of a meeting may take, so that a storm of look-ups (people coming back all at once,
/// or somebody who tries tokens) does not keep what was decided from being stored.
const KEPT_FOR_APPENDS: usize = 256;

/// The most entries in one transaction, so that the first of them does not wait for an endless queue.
const BATCH: usize = 256;

type Done = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Work = Box<dyn FnOnce(&mut dyn Store) + Send>;

/// Tells the caller how it went, exactly once: also when the thread has gone.
struct Pending(Option<Done>);

impl Pending {
    fn new(done: impl FnOnce(Result<(), StoreError>) + Send + 'static) -> Self {
        Self(Some(Box::new(done)))
    }

    fn tell(mut self, result: Result<(), StoreError>) {
        if let Some(done) = self.0.take() {
            done(result);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(done) = self.0.take() {
            done(Err(stopped()));
        }
    }
}

struct Append {
    /// In a box, because a queue of a thousand has the size of its largest place.
    what: Box<(SummitId, Record)>,
    pending: Pending,
}

/// A place in the queue that a look-up takes while it waits.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(taken: &Arc<AtomicUsize>) -> Option<Self> {
        let below = |count: usize| (count < QUEUE_DEPTH - KEPT_FOR_APPENDS).then_some(count + 1);
        taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, below).ok()?;
        Some(Self(taken.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

enum Job {
    Append(Append),
    AppendTogether(Vec<(SummitId, Record)>, Pending),
    Call(Work),
    Stop,
}

/// A handle on the store's thread; clones share it. The thread ends with [`Writer::stop`] or with the last handle.
#[derive(Clone)]
pub struct Writer {
    jobs: SyncSender<Job>,
    /// How many look-ups wait.
    look_ups: Arc<AtomicUsize>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(store: impl Store) -> io::Result<Self> {
        let (jobs, queue) = sync_channel(QUEUE_DEPTH);
        let thread = thread::Builder::new().name("store".to_owned()).spawn(move || run(store, &queue))?;
        Ok(Self { jobs, look_ups: Arc::default(), thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// Appends an entry and says how it went, on the store's thread; or on this one, at once, when the queue is full.
    /// Never blocks. Entries of one summit are appended in the order of the calls; one that fails does not keep others
    /// from being stored.
    pub fn append(
        &self,
        summit: SummitId,
        record: impl Into<Record>,
        done: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) {
        let append = Append { what: Box::new((summit, record.into())), pending: Pending::new(done) };
        match self.jobs.try_send(Job::Append(append)) {
            Ok(()) => {}
            Err(TrySendError::Full(Job::Append(append))) => append.pending.tell(Err(full())),
            // Dropped here, and `Pending` says so to the caller.
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Appends entries of one summit, all of them or none; otherwise as [`Writer::append`], and in one order with it.
    pub fn append_together(
        &self,
        summit: SummitId,
        entries: Vec<Entry>,
        done: impl FnOnce(Result<(), StoreError>) + Send + 'static,
    ) {
        let entries = entries.into_iter().map(|entry| (summit.clone(), entry.into())).collect();
        match self.jobs.try_send(Job::AppendTogether(entries, Pending::new(done))) {
            Ok(()) => {}
            Err(TrySendError::Full(Job::AppendTogether(_, pending))) => pending.tell(Err(full())),
            // Dropped here, and `Pending` says so to the caller.
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }

    /// Does `work` with the store and waits for it. Not for asynchronous code: see [`Writer::call_then`].
    ///
    /// # Errors
    /// Those of `work`, and [`StoreError::Unavailable`] when the thread has stopped.
    pub fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, result) = sync_channel(1);
        // Whoever asked waits below, so the answer is always received.
        let job = Job::Call(Box::new(move |store| drop(answer.send(work(store)))));
        self.jobs.send(job).map_err(|_| stopped())?;
        result.recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Does `work` with the store, then `done` with its result, on the store's thread: `done` must only pass it on.
    /// Never blocks. Part of the queue is kept for appends. `done` is dropped uncalled when the queue is full or the thread has stopped, so a one-shot channel
    /// sees its sender go.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the queue is full or the thread has stopped; nothing will be done.
    pub fn call_then<T: 'static>(
        &self,
        work: impl FnOnce(&mut dyn Store) -> T + Send + 'static,
        done: impl FnOnce(T) + Send + 'static,
    ) -> Result<(), StoreError> {
        let place = Place::take(&self.look_ups).ok_or_else(full)?;
        let job = Job::Call(Box::new(move |store| {
            drop(place);
            done(work(store));
        }));
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => full(),
            TrySendError::Disconnected(_) => stopped(),
        })
    }

    /// Finishes what waits, closes the store and waits for that. Later calls on any handle are refused.
    pub fn stop(&self) {
        // A thread that has stopped already refuses the job, which is as good.
        drop(self.jobs.send(Job::Stop));
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the store's thread had panicked");
        }
    }
}

fn full() -> StoreError {
    StoreError::Unavailable("too many changes are waiting".to_owned())
}

fn stopped() -> StoreError {
    StoreError::Unavailable("it has stopped".to_owned())
}

fn run(mut store: impl Store, queue: &Receiver<Job>) {
    let mut batch = Vec::new();
    while let Ok(first) = queue.recv() {
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Append(append) => batch.push(append),
                Job::AppendTogether(entries, pending) => {
                    commit(&mut store, &mut batch);
                    pending.tell(store.append(&entries));
                }
                Job::Call(work) => {
                    commit(&mut store, &mut batch);
                    work(&mut store);
                }
                Job::Stop => {
                    commit(&mut store, &mut batch);
                    return;
                }
            }
            if batch.len() >= BATCH {
                commit(&mut store, &mut batch);
            }
            next = queue.try_recv().ok();
        }
        commit(&mut store, &mut batch);
    }
}

/// Stores the batch in one transaction; if that fails, entry by entry, so that each is judged by itself.
fn commit(store: &mut impl Store, batch: &mut Vec<Append>) {
    if batch.is_empty() {
        return;
    }
    let (entries, pending): (Vec<_>, Vec<_>) = batch.drain(..).map(|append| (*append.what, append.pending)).unzip();
    match store.append(&entries) {
        Ok(()) => pending.into_iter().for_each(|pending| pending.tell(Ok(()))),
        Err(error) if entries.len() == 1 => pending.into_iter().for_each(|pending| pending.tell(Err(error.clone()))),
        Err(_) => {
            for (entry, pending) in entries.iter().zip(pending) {
                pending.tell(store.append(std::slice::from_ref(entry)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use wire::{Event, Sequence, WallTime};

    use super::*;
    use crate::SqliteStore;
    use crate::contract::manifest;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn writer_with(summits: &[&str]) -> (tempfile::TempDir, Writer) {
        let directory = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(directory.path()).unwrap();
        for id in summits {
            store.create_summit(&manifest(id), WallTime(0)).unwrap();
        }
        (directory, Writer::spawn(store).unwrap())
    }

    fn append(writer: &Writer, summit: &str, sequence: u64, told: &Sender<(String, u64, bool)>) {
        let event = Event::HandRaised { seat: wire::SeatId::new("a-head").unwrap() };
        let entry = Entry { sequence: Sequence(sequence), at: WallTime(0), request: None, event };
        let (told, name) = (told.clone(), summit.to_owned());
        writer.append(SummitId::new(summit).unwrap(), entry, move |result| {
            told.send((name, sequence, result.is_ok())).unwrap();
        });
    }

    /// Keeps the store's thread busy until the returned sender is dropped, so that what comes after waits together.
    fn hold(writer: &Writer) -> Sender<()> {
        let (release, held) = channel::<()>();
        let (busy, is_busy) = channel();
        writer
            .call_then(
                move |_| {
                    busy.send(()).unwrap();
                    let _ = held.recv();
                },
                |()| {},
            )
            .unwrap();
        is_busy.recv_timeout(PATIENCE).unwrap();
        release
    }

    #[test]
    fn a_conflict_in_a_batch_fails_alone() {
        let (_directory, writer) = writer_with(&["a", "b"]);
        let (told, results) = channel();
        let release = hold(&writer);
        for (summit, sequence) in [("a", 1), ("b", 7), ("a", 2), ("b", 1)] {
            append(&writer, summit, sequence, &told);
        }
        drop(release);
        let results: Vec<_> = (0..4).map(|_| results.recv_timeout(PATIENCE).unwrap()).collect();
        let expected = [("a", 1, true), ("b", 7, false), ("a", 2, true), ("b", 1, true)];
        assert_eq!(results, expected.map(|(summit, sequence, ok)| (summit.to_owned(), sequence, ok)));
    }

    #[test]
    fn whoever_appends_then_reads_finds_it() {
        let (_directory, writer) = writer_with(&["a"]);
        let (told, _results) = channel();
        let release = hold(&writer);
        append(&writer, "a", 1, &told);
        append(&writer, "a", 2, &told);
        drop(release);
        let log = writer.call(|store| store.entries(&SummitId::new("a").unwrap(), Sequence(0))).unwrap();
        assert_eq!(log.len(), 2);
    }

    #[test]
    fn a_full_queue_refuses_at_once_and_keeps_what_it_took() {
        let (_directory, writer) = writer_with(&["a"]);
        let (told, results) = channel();
        let release = hold(&writer);
        for sequence in 1..=QUEUE_DEPTH as u64 {
            append(&writer, "a", sequence, &told);
        }
        append(&writer, "a", QUEUE_DEPTH as u64 + 1, &told);
        assert!(!results.recv_timeout(PATIENCE).unwrap().2);
        assert!(writer.call_then(|_| (), |()| {}).is_err());
        drop(release);
        assert!((0..QUEUE_DEPTH).all(|_| results.recv_timeout(PATIENCE).unwrap().2));
    }

    #[test]
    fn look_ups_leave_room_for_appends() {
        let (_directory, writer) = writer_with(&["a"]);
        let (told, results) = channel();
        let release = hold(&writer);
        while writer.call_then(|_| (), |()| {}).is_ok() {}
        (1..=KEPT_FOR_APPENDS as u64).for_each(|sequence| append(&writer, "a", sequence, &told));
        drop(release);
        assert!((0..KEPT_FOR_APPENDS).all(|_| results.recv_timeout(PATIENCE).unwrap().2));
        // Those that waited have given their places back.
        assert!(writer.call(|_| Ok(())).is_ok());
        assert!(writer.call_then(|_| (), |()| {}).is_ok());
    }

    #[test]
    fn what_is_appended_together_follows_what_came_before_and_is_all_or_nothing() {
        let (_directory, writer) = writer_with(&["a"]);
        let (told, results) = channel();
        let raised = |sequence| {
            let event = Event::HandRaised { seat: wire::SeatId::new("a-head").unwrap() };
            Entry { sequence: Sequence(sequence), at: WallTime(0), request: None, event }
        };
        let together = |sequences: &[u64]| {
            let (told, entries) = (told.clone(), sequences.iter().copied().map(raised).collect());
            let done = move |result: Result<(), _>| told.send((String::new(), 0, result.is_ok())).unwrap();
            writer.append_together(SummitId::new("a").unwrap(), entries, done);
        };
        append(&writer, "a", 1, &told);
        together(&[2, 3]);
        together(&[4, 6]);
        append(&writer, "a", 4, &told);
        let stored: Vec<_> = (0..4).map(|_| results.recv_timeout(PATIENCE).unwrap().2).collect();
        assert_eq!(stored, [true, true, false, true]);
    }

    #[test]
    fn stopping_finishes_what_waits_and_gives_the_data_back() {
        let (directory, writer) = writer_with(&["a"]);
        let (told, results) = channel();
        let release = hold(&writer);
        append(&writer, "a", 1, &told);
        let stopping = thread::spawn({
            let writer = writer.clone();
            move || writer.stop()
        });
        drop(release);
        stopping.join().unwrap();
        assert!(results.recv_timeout(PATIENCE).unwrap().2);
        append(&writer, "a", 2, &told);
        assert!(!results.recv_timeout(PATIENCE).unwrap().2);
        assert!(writer.call(|store| store.summits()).is_err());
        assert!(SqliteStore::open(directory.path()).is_ok());
    }

    #[test]
    fn work_that_panics_leaves_nobody_waiting() {
        let (_directory, writer) = writer_with(&["a"]);
        let (told, results) = channel();
        let release = hold(&writer);
        writer.call_then(|_| panic!("as the test wants it"), |()| {}).unwrap();
        append(&writer, "a", 1, &told);
        drop(release);
        assert!(!results.recv_timeout(PATIENCE).unwrap().2);
        assert!(writer.call(|store| store.summits()).is_err());
    }
}
