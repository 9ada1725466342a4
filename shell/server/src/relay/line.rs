//! The connection of one relay: bytes from inside of TLS, and back. What a media thread sends waits in a queue of its own,
//! in which pictures give way to sound as on any TCP connection.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use node::Way;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout};

use super::Relays;
use super::messages::{Messages, padded};
use super::session::{Output, Session};
use crate::clock::Now;
use crate::frames::{PIECE_BYTES, Waiting};
use crate::media_thread::Command;

/// What is read at a time, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// How long it may take until a relay is asked for with a good credential. A browser does so at once.
const ALLOCATE_WITHIN: Duration = Duration::from_secs(10);

/// Something on its way to the browser.
enum Returning {
    /// A datagram, and the address of ours that sends it.
    Datagram { local: SocketAddr, bytes: Vec<u8> },
    /// A message of the relay itself.
    Message(Vec<u8>),
}

impl AsRef<[u8]> for Returning {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Datagram { bytes, .. } | Self::Message(bytes) => bytes,
        }
    }
}

/// The way back to a browser behind a relay. Who sends never waits. Clones share the queue.
#[derive(Clone, Default)]
pub(crate) struct WayBack(Arc<Back>);

#[derive(Default)]
struct Back {
    waiting: Mutex<Waiting<Returning>>,
    came: Notify,
}

impl WayBack {
    /// Sends a datagram from one of our addresses; returns how many were dropped for it.
    pub(crate) fn send(&self, local: SocketAddr, bytes: Vec<u8>, is_picture: bool) -> u64 {
        self.push(Returning::Datagram { local, bytes }, is_picture)
    }

    fn push(&self, what: Returning, is_picture: bool) -> u64 {
        let dropped = lock(&self.0.waiting).push(what, is_picture);
        self.0.came.notify_one();
        dropped
    }

    fn pop(&self) -> Option<Returning> {
        lock(&self.0.waiting).pop()
    }

    /// The next one, once there is one.
    async fn next(&self) -> Returning {
        loop {
            if let Some(next) = self.pop() {
                return next;
            }
            self.0.came.notified().await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in the crate ends its connection, and nobody else looks into what it left.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Relays for one browser until it closes the connection, or sends what none sends. The first byte was read.
pub(crate) async fn serve<S>(stream: S, first: u8, browser: SocketAddr, relays: Relays) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite,
{
    let session = Mutex::new(Session::new(relays.clone(), browser, Now::read()));
    let line = Line { session, relays, browser, back: WayBack::default(), allocated: Notify::new() };
    let (reader, writer) = tokio::io::split(stream);
    let ended = tokio::select! {
        ended = line.receive(reader, first) => ended,
        ended = line.send(writer) => ended,
        ended = line.must_end() => ended,
    };
    line.close().await;
    ended
}

/// A browser's relay and the way back to it.
struct Line {
    session: Mutex<Session>,
    relays: Relays,
    browser: SocketAddr,
    back: WayBack,
    allocated: Notify,
}

impl Line {
    /// From the browser.
    async fn receive(&self, mut reader: impl AsyncRead + Unpin, first: u8) -> io::Result<()> {
        let mut messages = Messages::default();
        messages.add(&[first]);
        let mut bytes = vec![0; READ_BYTES];
        loop {
            let count = reader.read(&mut bytes).await?;
            if count == 0 {
                return Ok(());
            }
            messages.add(&bytes[..count]);
            let mut datagrams = Vec::new();
            while let Some(message) = messages.next().map_err(io::Error::other)? {
                for output in self.handle(message)? {
                    match output {
                        Output::Message(message) => _ = self.back.push(Returning::Message(message), false),
                        Output::Refusal(message) => self.refuse(message).await?,
                        Output::Datagram { to, bytes } => datagrams.push((to, bytes)),
                    }
                }
            }
            self.pass_on(datagrams).await?;
        }
    }

    fn handle(&self, message: Vec<u8>) -> io::Result<Vec<Output>> {
        let mut session = lock(&self.session);
        let had_place = session.address().is_some();
        let outputs = session.handle_message(message, Now::read()).map_err(io::Error::other)?;
        if !had_place && session.address().is_some() {
            self.allocated.notify_one();
        }
        Ok(outputs)
    }

    /// Nothing else is read from who waits for a refusal.
    async fn refuse(&self, message: Vec<u8>) -> io::Result<()> {
        let at = self.relays.may_refuse(self.browser.ip(), Now::read().instant);
        sleep_until(at.ok_or_else(|| io::Error::other("too many from there proved nothing"))?.into()).await;
        self.back.push(Returning::Message(message), false);
        Ok(())
    }

    /// Gives datagrams to the media threads they are for. Where a thread has much to do, the browser is not read meanwhile.
    async fn pass_on(&self, datagrams: Vec<(SocketAddr, Vec<u8>)>) -> io::Result<()> {
        let Some(relay) = lock(&self.session).address() else { return Ok(()) };
        let mut by_thread: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for (local, bytes) in datagrams {
            if let Some(thread) = self.relays.0.media.get(&local) {
                by_thread.entry(*thread).or_default().push((Way::udp(relay, local), bytes));
            }
        }
        for (thread, datagrams) in by_thread {
            let thread = &self.relays.0.threads[thread];
            let command = Command::Relayed { datagrams, back: self.back.clone() };
            thread.say(thread.life(), command).await.map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// To the browser.
    async fn send(&self, mut writer: impl AsyncWrite + Unpin) -> io::Result<()> {
        loop {
            let mut piece = self.written(self.back.next().await);
            while piece.len() < PIECE_BYTES
                && let Some(next) = self.back.pop()
            {
                piece.extend(self.written(next));
            }
            writer.write_all(&piece).await?;
            writer.flush().await?;
        }
    }

    /// As it stands in the stream; nothing, where the browser let its permission run out.
    fn written(&self, what: Returning) -> Vec<u8> {
        let message = match what {
            Returning::Message(message) => Some(message),
            Returning::Datagram { local, bytes } => lock(&self.session).handle_datagram(local, bytes, Now::read()),
        };
        message.map_or_else(Vec::new, padded)
    }

    /// Resolves when the connection may not go on, whatever comes by it.
    async fn must_end(&self) -> io::Result<()> {
        timeout(ALLOCATE_WITHIN, self.allocated.notified()).await?;
        let displaced = lock(&self.session).displaced();
        if let Some(displaced) = displaced {
            displaced.notified().await;
        }
        Err(io::Error::other("a newer relay of the same person took its place"))
    }

    /// Tells the media threads that the relay is no more. Only then its place is free.
    async fn close(&self) {
        let Some(relay) = lock(&self.session).address() else { return };
        for thread in &self.relays.0.threads {
            // A thread that has stopped knows of nothing any more.
            drop(thread.say(thread.life(), Command::RelayClosed(relay)).await);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use node::SessionId;
    use tokio::io::DuplexStream;

    use super::*;
    use crate::metrics::Metrics;
    use crate::relay::browser::{Browser, error_of};

    /// A browser at the other end of a connection, which holds little.
    struct Far {
        stream: DuplexStream,
        messages: Messages,
        browser: Browser,
    }

    impl Far {
        async fn say(&mut self, message: Vec<u8>) {
            self.stream.write_all(&padded(message)).await.unwrap();
        }

        /// The next message; none when the connection is closed.
        async fn hear(&mut self) -> Option<Vec<u8>> {
            let mut bytes = [0; 512];
            loop {
                if let Some(message) = self.messages.next().unwrap() {
                    return Some(message);
                }
                match self.stream.read(&mut bytes).await.unwrap() {
                    0 => return None,
                    count => self.messages.add(&bytes[..count]),
                }
            }
        }

        async fn ask(&mut self, request: Vec<u8>) -> Option<u16> {
            self.say(request).await;
            error_of(&self.hear().await.expect("a response"))
        }
    }

    fn relays() -> Relays {
        Relays::new(None, HashMap::from([(media(), 0)]), &[], Arc::new(Metrics::new(1)))
    }

    fn media() -> SocketAddr {
        "192.0.2.10:8444".parse().unwrap()
    }

    fn line(relays: &Relays) -> (Arc<Line>, Far) {
        let (near, far) = tokio::io::duplex(4096);
        let browser = "198.51.100.7:40000".parse().unwrap();
        let session = Mutex::new(Session::new(relays.clone(), browser, Now::read()));
        let (back, allocated) = (WayBack::default(), Notify::new());
        let line = Arc::new(Line { session, relays: relays.clone(), browser, back, allocated });
        let (reader, writer) = tokio::io::split(near);
        let held = line.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = held.receive(reader, 0) => {}
                _ = held.send(writer) => {}
                _ = held.must_end() => {}
            }
        });
        let offer = relays.offer(SessionId(1), Now::read().wall);
        (line, Far { stream: far, messages: Messages::default(), browser: Browser::new((offer.user, offer.password)) })
    }

    async fn allocated(relays: &Relays) -> (Arc<Line>, Far) {
        let (line, mut far) = line(relays);
        // The first byte of a request was read by who looked what it is.
        far.stream.write_all(&far.browser.allocate()[1..]).await.unwrap();
        let refusal = far.hear().await.unwrap();
        far.browser.learn(&refusal);
        assert_eq!(far.ask(far.browser.allocate()).await, None);
        assert_eq!(far.ask(far.browser.bind(0x4001, media())).await, None);
        (line, far)
    }

    #[tokio::test]
    async fn a_browser_that_does_not_read_costs_pictures_and_gets_all_sound_once_it_does() {
        let (line, mut far) = allocated(&relays()).await;
        let mut dropped = 0;
        for number in 0..1000_u32 {
            dropped += line.back.send(media(), vec![1; 1200], true);
            if number % 10 == 0 {
                dropped += line.back.send(media(), vec![2; 80], false);
            }
        }
        assert!(dropped > 800);
        let (mut pictures, mut sounds) = (0, 0);
        while sounds < 100 || pictures + dropped < 1000 {
            match far.hear().await.unwrap().len() {
                84 => sounds += 1,
                length => {
                    assert_eq!(length, 1204);
                    assert!(pictures < 10 || sounds == 100, "sound leaves first");
                    pictures += 1;
                }
            }
        }
        assert_eq!((sounds, pictures + dropped), (100, 1000));
    }

    #[tokio::test]
    async fn who_asks_and_does_not_listen_costs_no_memory() {
        let (line, mut far) = allocated(&relays()).await;
        let ask = far.browser.refresh(600);
        for _ in 0..5000 {
            far.say(ask.clone()).await;
        }
        let mut waiting = 0;
        while let Some(next) = line.back.pop() {
            waiting += next.as_ref().len();
        }
        assert!(waiting > 0 && waiting <= 128 * 1024, "{waiting}");
    }

    #[tokio::test]
    async fn the_fifth_relay_of_a_person_ends_the_connection_of_the_first() {
        let relays = relays();
        let (_line, mut first) = allocated(&relays).await;
        let mut others = Vec::new();
        for _ in 0..4 {
            others.push(allocated(&relays).await);
        }
        assert_eq!(first.hear().await, None);
        for (_, other) in &mut others {
            assert_eq!(other.ask(other.browser.refresh(600)).await, None);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_no_relay_in_time_is_let_go() {
        let (_line, mut far) = line(&relays());
        far.stream.write_all(&far.browser.allocate()[1..]).await.unwrap();
        assert_eq!(error_of(&far.hear().await.unwrap()), Some(401));
        assert_eq!(far.hear().await, None);
    }
}
