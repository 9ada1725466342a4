//! A room and its browsers in one thread: real ICE, DTLS and SRTP at both ends, no network, and time that the test moves.
// Each test file uses its own part of this, as a module of its own.
#![allow(dead_code, unreachable_pub)]

pub mod client;
pub mod described;
pub mod frames;
pub mod line;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media::{Endpoint, Identity, Media, NewPeer, Output, PeerId, SealWindow, Way};
use wire::{Mid, Pixels, Slot, SourceId, SourceKind};

#[allow(unused_imports)]
pub use client::{Browser, Client, Lines};

/// How far time moves at once.
const STEP: Duration = Duration::from_millis(5);

/// A moment to begin with; from there on the test moves the time.
#[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
pub fn start() -> Instant {
    Instant::now()
}

/// The server's media address.
pub fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 3478))
}

/// What the room said, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// A datagram of that length left for a peer; true: it is a piece of a picture.
    Datagram(PeerId, usize, bool),
    Slots(PeerId, Vec<Slot>),
    Connected(PeerId),
    Lost(PeerId),
    Ended(PeerId),
    Speaking(Vec<SourceId>),
    Suspect(SourceId),
    Layers(PeerId, String, usize),
}

/// A room with clients; client `n` is peer `n`.
pub struct Room {
    pub media: Media,
    pub identity: Identity,
    pub now: Instant,
    pub clients: Vec<Client>,
    pub said: Vec<Said>,
}

impl Room {
    pub fn new() -> Self {
        let now = start();
        Self { media: Media::new(), identity: Identity::generate(), now, clients: Vec::new(), said: Vec::new() }
    }

    /// A client offers those lines and is taken in; nothing has travelled yet.
    pub fn enter(&mut self, lines: Lines) -> usize {
        let index = self.clients.len();
        let mut client = Client::new(index, &lines, self.now);
        let (peer, answer) = NewPeer::answer(&client.offer(), &[Endpoint::udp(server())], &self.identity, self.now)
            .expect("an offer that is answered");
        client.accept(&answer);
        self.media.add_peer(PeerId(index as u64), peer, self.now);
        let window = vec![SealWindow { group: 0, leaf: 1, epochs: vec![0] }];
        self.media.set_seal_window(PeerId(index as u64), window);
        self.clients.push(client);
        index
    }

    /// The same, and the connection is there.
    pub fn join(&mut self, lines: Lines) -> usize {
        let index = self.enter(lines);
        self.run_until(Duration::from_secs(3), |room| room.clients[index].connected && room.is_connected(index));
        index
    }

    fn is_connected(&self, index: usize) -> bool {
        self.said.contains(&Said::Connected(PeerId(index as u64)))
    }

    pub fn open(&mut self, source: u32, client: usize, mid: &str, kind: SourceKind) -> SourceId {
        let id = SourceId(source);
        self.media.open_source(id, PeerId(client as u64), &Mid(mid.into()), kind);
        id
    }

    /// Opens a client's microphone and camera as those sources.
    pub fn publish(&mut self, client: usize, microphone: u32, camera: u32) {
        if let Some(mid) = self.clients[client].microphone {
            self.open(microphone, client, &mid, SourceKind::Microphone);
        }
        if let Some(mid) = self.clients[client].camera {
            self.open(camera, client, &mid, SourceKind::Camera);
        }
    }

    pub fn show(&mut self, client: usize, pictures: &[(u32, u16)]) {
        let pictures = pictures.iter().map(|&(id, height)| (SourceId(id), Pixels(height))).collect();
        self.media.set_pictures(PeerId(client as u64), pictures, self.now);
    }

    pub fn allow(&mut self, client: usize, voices: &[u32]) {
        let voices = voices.iter().map(|&id| SourceId(id)).collect();
        self.media.set_voices(PeerId(client as u64), Vec::new(), voices, self.now);
    }

    /// A further offer of a client.
    pub fn renegotiate(&mut self, client: usize) {
        let offer = self.clients[client].offer();
        let answer = self.media.handle_offer(PeerId(client as u64), &offer, self.now).expect("an answer");
        self.clients[client].accept(&answer);
    }

    /// Time moves on, and all datagrams arrive at once.
    pub fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.now < end {
            self.now = self.next_moment();
            self.turn();
        }
    }

    /// One step on, or earlier if the room wants to be called: a room that probes a line measures by its own clock.
    fn next_moment(&self) -> Instant {
        let lines = self.clients.iter().filter_map(|client| client.line.as_ref()?.next());
        let wanted = self.media.poll_timeout().into_iter().chain(lines).filter(|&at| at > self.now).min();
        wanted.map_or(self.now + STEP, |at| at.min(self.now + STEP))
    }

    /// Until that is true, or time is up and the test fails.
    pub fn run_until(&mut self, limit: Duration, done: impl Fn(&Self) -> bool) {
        let end = self.now + limit;
        while !done(self) {
            assert!(self.now < end, "this did not happen within {limit:?}; the room said {:?}", self.words());
            self.now = self.next_moment();
            self.turn();
        }
    }

    /// Everything that is due, until nothing travels any more.
    pub fn turn(&mut self) {
        if self.media.poll_timeout().is_some_and(|at| at <= self.now) {
            self.media.handle_timeout(self.now);
        }
        for client in &mut self.clients {
            while let Some((source, payload)) = client.line.as_mut().and_then(|line| line.arrived(self.now)) {
                client.handle_datagram(source, &payload, self.now);
            }
            client.handle_timeout(self.now);
        }
        for _ in 0..100 {
            if !self.carry() {
                return;
            }
        }
        panic!("the datagrams never end");
    }

    /// Carries what waits, once in both directions. False: nothing waited.
    pub fn carry(&mut self) -> bool {
        let mut carried = false;
        for (index, client) in self.clients.iter_mut().enumerate() {
            for datagram in client.take_datagrams() {
                carried = true;
                self.media.handle_datagram(
                    PeerId(index as u64),
                    Way::udp(client.address, server()),
                    &datagram,
                    self.now,
                );
            }
        }
        while let Some(output) = self.media.poll_output() {
            carried = true;
            self.take(output);
        }
        carried
    }

    pub fn take(&mut self, output: Output) {
        let said = match output {
            Output::Transmit { peer, way, is_picture, payload } => {
                let client = &mut self.clients[peer.0 as usize];
                let length = payload.len();
                if way.remote == client.address && !client.unplugged {
                    match &mut client.line {
                        Some(line) => line.send(way.local, payload, self.now),
                        None => client.handle_datagram(way.local, &payload, self.now),
                    }
                }
                Said::Datagram(peer, length, is_picture)
            }
            Output::Slots { peer, slots } => {
                for slot in &slots {
                    self.clients[peer.0 as usize].note_slot(slot);
                }
                Said::Slots(peer, slots)
            }
            Output::Connected(peer) => Said::Connected(peer),
            Output::Lost(peer) => Said::Lost(peer),
            Output::Ended(peer) => Said::Ended(peer),
            Output::Speaking(sources) => Said::Speaking(sources),
            Output::Suspect(source) => Said::Suspect(source),
            Output::Layers { peer, mid, layers } => Said::Layers(peer, mid.0, layers),
        };
        self.said.push(said);
    }

    /// What the room said, without the datagrams.
    pub fn words(&self) -> Vec<&Said> {
        self.said.iter().filter(|said| !matches!(said, Said::Datagram(..))).collect()
    }
}
