//! Which summit lives on which media thread. A summit is opened on the least loaded thread when the first person comes,
//! from its plan, what the parties signed, its whole log and the logs of its groups.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use node::{Input, InvitationId, Sealed};
use store::{Store, StoreError, Writer};
use wire::{Envelope, Sequence, SummitId};

use crate::ask::ask_in_time;
use crate::media_thread::{Command, MediaThread, Stopped};

/// Where a summit lives: a thread, in one of its lives.
#[derive(Clone)]
pub(crate) struct Place {
    thread: Arc<MediaThread>,
    life: u64,
}

impl Place {
    /// Says something to the thread of this summit.
    pub(crate) async fn say(&self, command: Command) -> Result<(), Stopped> {
        self.thread.say(self.life, command).await
    }
}

/// The table of open summits; media threads strike out those that are over.
#[derive(Clone, Default)]
pub(crate) struct Placements(Arc<Mutex<BTreeMap<SummitId, (usize, u64)>>>);

impl Placements {
    /// The summit is no longer on that thread.
    pub(crate) fn forget(&self, summit: &SummitId, thread: usize) {
        let mut table = self.table();
        if table.get(summit).is_some_and(|(on, _)| *on == thread) {
            table.remove(summit);
        }
    }

    fn table(&self) -> std::sync::MutexGuard<'_, BTreeMap<SummitId, (usize, u64)>> {
        // The table is whole after every statement, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All rooms of this server.
pub(crate) struct Rooms {
    threads: Vec<Arc<MediaThread>>,
    placements: Placements,
    writer: Writer,
    /// Held while a summit is being opened, so that it is opened once.
    opening: tokio::sync::Mutex<()>,
}

/// Why a summit cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

impl Rooms {
    pub(crate) fn new(threads: Vec<Arc<MediaThread>>, placements: Placements, writer: Writer) -> Self {
        Self { threads, placements, writer, opening: tokio::sync::Mutex::new(()) }
    }

    /// All media threads.
    pub(crate) fn threads(&self) -> &[Arc<MediaThread>] {
        &self.threads
    }

    /// Where the summit lives; opens it if it lives nowhere.
    pub(crate) async fn place(&self, summit: &SummitId) -> Result<Place, PlaceError> {
        if let Some(place) = self.find(summit) {
            return Ok(place);
        }
        let _opening = self.opening.lock().await;
        match self.find(summit) {
            Some(place) => Ok(place),
            None => self.open(summit).await,
        }
    }

    /// Ends a summit on the operator's word; it is announced and stored as any other event.
    pub(crate) async fn end(&self, summit: &SummitId) -> Result<(), PlaceError> {
        let place = self.place(summit).await?;
        Ok(place.say(Command::Node(Input::End { summit: summit.clone() })).await?)
    }

    /// Shows out whoever came by a link that was withdrawn. Nothing to do where the summit is not open.
    pub(crate) async fn revoke(&self, summit: &SummitId, invitation: InvitationId) -> Result<(), PlaceError> {
        let Some(place) = self.find(summit) else { return Ok(()) };
        let input = Input::Revoke { summit: summit.clone(), invitation };
        Ok(place.say(Command::Node(input)).await?)
    }

    /// Tells the people of a summit of a new revocation list, which is stored. Nothing to do where the summit is not open: who
    /// opens it later finds the list. Who is opening it now is waited for.
    pub(crate) async fn revoked(&self, summit: &SummitId, list: Envelope) -> Result<(), PlaceError> {
        let _opening = self.opening.lock().await;
        let Some(place) = self.find(summit) else { return Ok(()) };
        Ok(place.say(Command::Node(Input::Revoked { summit: summit.clone(), list })).await?)
    }

    fn find(&self, summit: &SummitId) -> Option<Place> {
        let (index, life) = *self.placements.table().get(summit)?;
        let thread = self.threads[index].clone();
        // A thread that has begun anew has forgotten its rooms.
        (thread.life() == life).then_some(Place { thread, life })
    }

    async fn open(&self, summit: &SummitId) -> Result<Place, PlaceError> {
        let wanted = summit.clone();
        let read = move |store: &mut dyn Store| {
            let stored = store.summit(&wanted)?;
            let manifest = stored.manifest.filter(|_| stored.agreed.is_some()).ok_or(StoreError::NotAgreed)?;
            let revocations = store.revocations(&wanted)?.into_iter().map(|(_, list)| list).collect();
            let sealed = Box::new(Sealed { manifest, revocations, groups: store.group_entries(&wanted)? });
            Ok((stored.plan, store.entries(&wanted, Sequence(0))?, sealed))
        };
        let (plan, log, sealed) = ask_in_time(&self.writer, read).await?;
        let index = self.least_loaded();
        let thread = self.threads[index].clone();
        let life = thread.life();
        let place = Place { thread, life };
        let plan = Box::new(plan);
        place.say(Command::Node(Input::Open { summit: summit.clone(), plan, log, sealed })).await?;
        self.placements.table().insert(summit.clone(), (index, life));
        Ok(place)
    }

    fn least_loaded(&self) -> usize {
        let table = self.placements.table();
        let rooms_on = |index: usize| table.values().filter(|(on, _)| *on == index).count();
        (0..self.threads.len()).min_by_key(|index| rooms_on(*index)).unwrap_or(0)
    }
}
