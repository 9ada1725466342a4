//! The node's desk: hands it what happened and does what it asks for: queues messages, hands out appends and offers,
//! gathers datagrams.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use mio::Waker;
use node::{Batch, ConnectionId, Endpoint, Input, Node, Output, Way};
use store::StoreError;
use tokio::sync::oneshot;
use wire::{Bye, SummitId};

use super::appending::Appending;
use super::ports::Ports;
use super::{Answer, Answered, Command, Surroundings};
use crate::clock::Now;
use crate::metrics::ThreadMetrics;
use crate::outbound::{Outbound, Outgoing, TooSlow};
use crate::reception::Visitor;
use crate::relay::WayBack;
use crate::tcp::Received;

/// The way by which work that was handed out comes back.
#[derive(Clone)]
struct Return {
    answers: Sender<Answer>,
    waker: Arc<Waker>,
    life: u64,
}

impl Return {
    fn give(&self, what: Answered) {
        // A thread that has stopped needs no answer.
        if self.answers.send(Answer { life: self.life, what }).is_ok() {
            drop(self.waker.wake());
        }
    }
}

pub(super) struct Desk {
    node: Node,
    thread: usize,
    candidates: Arc<[Endpoint]>,
    around: Surroundings,
    metrics: Arc<ThreadMetrics>,
    connections: HashMap<ConnectionId, Outbound>,
    back: Return,
    life: Arc<AtomicU64>,
    appending: Appending,
    /// The way out.
    pub(super) ports: Ports,
}

impl Desk {
    pub(super) fn new(
        thread: usize,
        ports: Ports,
        around: Surroundings,
        answers: Sender<Answer>,
        waker: Arc<Waker>,
        life: Arc<AtomicU64>,
    ) -> Self {
        Self {
            node: Node::new(),
            thread,
            candidates: ports.candidates().into(),
            metrics: around.metrics.thread(thread),
            around,
            connections: HashMap::new(),
            back: Return { answers, waker, life: 0 },
            life,
            appending: Appending::default(),
            ports,
        }
    }

    /// How many changes are being stored.
    pub(super) fn appending(&self) -> usize {
        self.appending.len()
    }

    /// How long the node has nothing to do.
    pub(super) fn until_timeout(&self, now: Instant) -> Duration {
        self.node.poll_timeout().map_or(Duration::MAX, |at| at.saturating_duration_since(now))
    }

    pub(super) fn handle_timeout(&mut self, now: Now) {
        if self.node.poll_timeout().is_some_and(|at| at <= now.instant) {
            self.node.handle_timeout(now.instant, now.wall);
            self.drain(now);
        }
    }

    /// Tells the node of a datagram. What follows from it comes with [`Desk::drain`].
    pub(super) fn datagram(&mut self, way: Way, bytes: &[u8], now: Now) {
        self.node.handle_datagram(way, bytes, now.instant);
    }

    /// Takes in what came by TCP. Returns whether something was left.
    pub(super) fn read_connections(&mut self, now: Now) -> bool {
        for way in self.ports.connections.close_still(now.instant) {
            self.node.handle_closed(way.remote());
        }
        let readable = self.ports.connections.take_readable();
        let any = !readable.is_empty();
        for (token, mut connection) in readable {
            let way = connection.way();
            // A datagram of nobody: its peer is gone.
            let received = connection.receive(now.instant, |bytes| {
                self.metrics.received.fetch_add(1, Ordering::Relaxed);
                self.metrics.received_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                self.node.handle_datagram(way, bytes, now.instant)
            });
            match received {
                Received::All => self.ports.connections.give_back(token, connection, false),
                Received::More => self.ports.connections.give_back(token, connection, true),
                Received::Closed => {
                    self.ports.connections.closed(token, way);
                    self.node.handle_closed(way.remote());
                }
            }
        }
        if any {
            self.ports.count_connections();
            self.drain(now);
        }
        self.ports.connections.has_readable()
    }

    /// A TCP connection stays if its first frame is the check of a peer of this thread; else it goes back.
    fn visit(&mut self, visitor: Box<Visitor>, back: oneshot::Sender<Box<Visitor>>, now: Now) {
        match self.ports.way_of(&visitor) {
            Some(way) if self.node.handle_datagram(way, &visitor.check, now.instant) => {
                self.ports.keep(*visitor, way, now.instant);
                self.drain(now);
            }
            // Who asked may be gone; then it is closed.
            Some(_) | None => drop(back.send(visitor)),
        }
    }

    /// Takes in what came by a relay. It becomes a way back with its first datagram of a peer of this thread.
    fn relayed(&mut self, datagrams: Vec<(Way, Vec<u8>)>, back: &WayBack, now: Now) {
        for (way, bytes) in datagrams {
            self.metrics.received.fetch_add(1, Ordering::Relaxed);
            self.metrics.received_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            if self.node.handle_datagram(way, &bytes, now.instant) {
                self.ports.relays.insert(way.remote, back.clone());
            }
        }
        self.drain(now);
    }

    pub(super) fn answered(&mut self, answer: Answer, now: Now) {
        let is_current = answer.life == self.back.life;
        match answer.what {
            Answered::Offer(input) if is_current => self.tell(input, now),
            Answered::Offer(_) => {}
            Answered::Append { summit, ticket, stored } if is_current => {
                for stored in self.appending.answered(&summit, ticket, stored) {
                    self.tell(Input::Persisted { summit: summit.clone(), stored }, now);
                }
            }
            Answered::Append { .. } => {}
        }
    }

    pub(super) fn command(&mut self, life: u64, command: Command, now: Now) {
        let is_current = life == self.back.life;
        match command {
            Command::Hello { connection, outbound, input } => {
                if let Some(outbound) = outbound {
                    self.connections.insert(connection, outbound);
                }
                if is_current {
                    self.tell(input, now);
                } else {
                    self.close(connection, Bye::Restart);
                }
            }
            Command::Disconnected(connection) => {
                // One that the node or this desk has closed is known to be gone.
                if self.connections.remove(&connection).is_some() && is_current {
                    self.tell(Input::Disconnected { connection }, now);
                }
            }
            Command::Visit(visitor, back) => self.visit(visitor, back, now),
            Command::Relayed { datagrams, back } => self.relayed(datagrams, &back, now),
            Command::RelayClosed(relay) => {
                if self.ports.relays.remove(&relay).is_some() {
                    self.node.handle_closed(Endpoint::udp(relay));
                    self.drain(now);
                }
            }
            Command::Node(input) if is_current => self.tell(input, now),
            Command::Node(_) => {}
            #[cfg(test)]
            Command::Panic => panic!("as a test wants it"),
            Command::Stop => {
                self.tell(Input::Shutdown, now);
                self.close_all();
            }
        }
    }

    /// After a panic nothing of the node can be trusted. Everybody is asked to come back, and finds the rooms rebuilt from
    /// their logs.
    pub(super) fn begin_anew(&mut self) {
        tracing::error!(
            thread = self.thread,
            "a media thread panicked and begins anew; its people are asked to come back"
        );
        self.metrics.panics.fetch_add(1, Ordering::Relaxed);
        self.back.life += 1;
        // What the old life asked for is answered to nobody.
        self.appending = Appending::default();
        self.life.store(self.back.life, Ordering::Release);
        self.node = Node::new();
        self.ports.clear();
        self.close_all();
    }

    fn tell(&mut self, input: Input, now: Now) {
        self.node.handle(input, now.instant, now.wall);
        self.drain(now);
    }

    /// Does all that the node asks for. A connection that cannot take its messages is gone for the node, which may ask for
    /// more because of that.
    pub(super) fn drain(&mut self, now: Now) {
        loop {
            let mut lost = Vec::new();
            while let Some(output) = self.node.poll_output(now.instant, now.wall) {
                lost.extend(self.perform(output));
            }
            if lost.is_empty() {
                break;
            }
            for connection in lost {
                self.node.handle(Input::Disconnected { connection }, now.instant, now.wall);
            }
        }
        self.metrics.rooms.store(self.node.rooms() as u64, Ordering::Relaxed);
        self.metrics.unknown.store(self.node.dropped_datagrams(), Ordering::Relaxed);
        let counted = self.node.counters();
        self.metrics.media_received.store(counted.received, Ordering::Relaxed);
        self.metrics.media_dropped.store(counted.dropped, Ordering::Relaxed);
        self.metrics.forwarded.store(counted.forwarded, Ordering::Relaxed);
        self.metrics.keyframes_requested.store(counted.keyframes_requested, Ordering::Relaxed);
        self.metrics.suspect.store(counted.suspect, Ordering::Relaxed);
        self.metrics.peer_panics.store(counted.panicked, Ordering::Relaxed);
    }

    /// Does one thing; returns the connection that was found too slow for it.
    fn perform(&mut self, output: Output) -> Option<ConnectionId> {
        match output {
            Output::Transmit { way, is_picture, payload } => self.ports.queue(way, is_picture, payload),
            Output::Send { connection, message } => return self.send(connection, Outgoing::Message(message)),
            Output::SendParty { connection, message } => return self.send(connection, Outgoing::Party(message)),
            Output::Close { connection, reason } => self.close(connection, reason),
            Output::Persist { summit, batch } => self.persist(summit, batch),
            Output::Negotiate { connection, request, sdp } => {
                let back = self.back.clone();
                self.around.negotiator.answer(sdp, self.candidates.clone(), move |result| {
                    back.give(Answered::Offer(Input::Negotiated { connection, request, result }));
                });
            }
            Output::Closed { summit } => self.around.placements.forget(&summit, self.thread),
        }
        None
    }

    fn send(&mut self, connection: ConnectionId, message: Outgoing) -> Option<ConnectionId> {
        match self.connections.get(&connection)?.send(message) {
            Ok(waiting) => {
                self.metrics.queue_peak.fetch_max(waiting as u64, Ordering::Relaxed);
                None
            }
            Err(TooSlow) => {
                self.metrics.too_slow.fetch_add(1, Ordering::Relaxed);
                self.connections.remove(&connection)?.cut();
                Some(connection)
            }
        }
    }

    fn close(&mut self, connection: ConnectionId, reason: Bye) {
        if let Some(outbound) = self.connections.remove(&connection) {
            outbound.bye(reason);
        }
    }

    fn close_all(&mut self) {
        self.connections.drain().for_each(|(_, outbound)| outbound.bye(Bye::Restart));
    }

    fn persist(&mut self, summit: SummitId, batch: Batch) {
        let Some(ticket) = self.appending.begin(&summit) else {
            return self.around.metrics.appended(Duration::ZERO, false);
        };
        let (back, metrics, begun) = (self.back.clone(), self.around.metrics.clone(), Instant::now());
        let (of, name) = (summit.clone(), summit);
        let done = move |result: Result<(), StoreError>| {
            metrics.appended(begun.elapsed(), result.is_ok());
            if let Err(error) = &result {
                tracing::error!(summit = %name, %error, "a change of the meeting could not be stored");
            }
            back.give(Answered::Append { summit: name, ticket, stored: result.is_ok() });
        };
        // A single entry shares its commit with those of other summits; several must be stored together or not at all.
        let mut entries = match batch {
            Batch::Group(entry) => return self.around.writer.append(of, entry, done),
            Batch::Log(entries) => entries,
        };
        match (entries.pop(), entries.is_empty()) {
            (Some(only), true) => self.around.writer.append(of, only, done),
            (last, _) => {
                entries.extend(last);
                self.around.writer.append_together(of, entries, done);
            }
        }
    }
}
