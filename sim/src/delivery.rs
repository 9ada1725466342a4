//! Groups alone: the real node and real participants without media, so that a thousand runs take a minute. People come, go, lose
//! their connections and their state; messages are late; the store fails; the server is killed, and now and then it lies.
//!
//! What must hold: who ends in the same epoch with the same authenticator sees the same people; no sender seals two frames
//! with one counter; a lie is found by what the parties say to one another; and when it is quiet, all agree.

mod fate;
mod lie;

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Behaviour, Input, Noticed, Output, Participant, Settings, Talk};
use node::{Batch, ConnectionId, InvitationId, Node, Sealed, SessionId};
use seal::SigningKey;
use seal::frame::Header;
use seal::invitation::Secret;
use wire::{
    Bye, ClientMessage, Envelope, GroupId, PartyReply, Pixels, Request, SeatId, ServerMessage, SourceKind, SummitId,
    SummitPlan, WallTime,
};

use crate::chance::Chance;
use crate::device::DeviceId;
use crate::disk::Disk;
use crate::finding::Finding;
use crate::offices::{self, Offices};
use crate::plans;
use crate::schedule::{Happening, Schedule};
use crate::socket::Socket;
use crate::transcript::Transcript;

pub use fate::random_groups;
use lie::Lie;

const START: WallTime = WallTime(1_799_053_200_000);
/// The first of the registrars' connections.
const REGISTRARS: u64 = 1 << 32;
/// One way between a device and the server.
const DELAY: Duration = Duration::from_millis(20);
/// How often everybody says something.
const BEAT: Duration = Duration::from_millis(500);

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Frames that were sealed.
    pub sealed: u64,
    /// Frames that were opened.
    pub opened: u64,
    /// Epochs that devices went through.
    pub epochs: u64,
    /// Lies that were told.
    pub lies: u64,
    /// Lies of which the devices found out before anything else healed them.
    pub found: u64,
}

/// One device and the person at it.
struct End {
    id: DeviceId,
    seat: SeatId,
    session: SessionId,
    document: Envelope,
    secret: Secret,
    key: Arc<SigningKey>,
    participant: Participant,
    socket: Option<ConnectionId>,
    /// Until then nothing gets through to it.
    slow_until: Instant,
    gone: bool,
    /// It is switched off.
    off: bool,
    /// The key ids and counters it sealed with.
    counters: HashSet<(u64, u64)>,
}

/// The world of one run.
pub(crate) struct Groups {
    seed: u64,
    start: Instant,
    now: Instant,
    schedule: Schedule,
    summit: SummitId,
    plan: SummitPlan,
    offices: Offices,
    disk: Disk,
    under_way: VecDeque<Batch>,
    node: Option<Node>,
    life: u32,
    ends: Vec<End>,
    sockets: BTreeMap<ConnectionId, Socket>,
    connections: u64,
    beat: Instant,
    /// Who was in a group when its authenticator was this.
    rosters: BTreeMap<(GroupId, Vec<u8>), BTreeSet<SeatId>>,
    lie: Lie,
    tally: Tally,
    transcript: Transcript,
}

impl Groups {
    fn new(seed: u64) -> Self {
        let now = Instant::now();
        let summit = SummitId::new("simulated").expect("a well-formed id");
        let plan = if seed.is_multiple_of(2) { plans::three_of_each() } else { plans::two_delegations() };
        let mut world = Self {
            seed,
            start: now,
            now,
            schedule: Schedule::default(),
            offices: Offices::open(seed, &summit, &plan, START),
            summit,
            plan,
            disk: Disk::new(Chance::new(seed, "disk")),
            under_way: VecDeque::new(),
            node: None,
            life: 0,
            ends: Vec::new(),
            sockets: BTreeMap::new(),
            connections: 1,
            beat: now,
            rosters: BTreeMap::new(),
            lie: Lie::None,
            tally: Tally::default(),
            transcript: Transcript::default(),
        };
        world.start_server();
        world
    }

    fn wall(&self) -> WallTime {
        START.plus(self.now - self.start)
    }

    fn note(&mut self, line: &str) {
        self.transcript.note(self.now - self.start, line);
    }

    fn finding(&self, what: String) -> Finding {
        Finding { seed: self.seed, at: self.now - self.start, what, before: self.transcript.tail(40) }
    }

    fn check(&self, holds: bool, what: impl FnOnce() -> String) -> Result<(), Finding> {
        if holds { Ok(()) } else { Err(self.finding(what())) }
    }

    // ---- people

    fn arrives(&mut self, seat: &SeatId) {
        let id = DeviceId(self.ends.len());
        self.note(&format!("{seat} comes with device {}", id.0));
        let wall = self.wall();
        let invited = self.offices.invite(seat, wall);
        let key = Arc::new(offices::key(&mut Chance::new(self.seed, &format!("key of device {}", id.0))));
        let participant = Participant::new(self.settings(id, &invited.secret, &key), self.now);
        self.ends.push(End {
            id,
            seat: seat.clone(),
            session: SessionId(i64::try_from(id.0).unwrap_or(i64::MAX)),
            document: invited.document,
            secret: invited.secret,
            key,
            participant,
            socket: None,
            slow_until: self.now,
            gone: false,
            off: false,
            counters: HashSet::new(),
        });
    }

    fn settings(&self, id: DeviceId, secret: &Secret, key: &Arc<SigningKey>) -> Settings {
        Settings {
            token: id.0.to_string(),
            secret: secret.clone(),
            key: key.clone(),
            device: format!("device {}", id.0),
            take_over: true,
            enter: true,
            persona: None,
            talk: Talk::Never,
            behaviour: Behaviour { ready: true, hands: false, interpret: false },
            renders: Vec::new(),
            height: Pixels(360),
            local: SocketAddr::from((Ipv4Addr::new(198, 51, 100, 7), 1000)),
            seed: Chance::new(self.seed, &format!("device {} at {:?}", id.0, self.now - self.start)).number(),
        }
    }

    /// The page is loaded anew: the key is kept, the groups are not.
    fn reloads(&mut self, place: usize) {
        self.cut(place);
        let end = &self.ends[place];
        let settings = self.settings(end.id, &end.secret, &end.key);
        let participant = Participant::new(settings, self.now);
        let end = &mut self.ends[place];
        (end.participant, end.socket) = (participant, None);
        // Its counters begin anew, with other keys.
        end.counters.clear();
    }

    fn leaves(&mut self, place: usize) {
        self.ends[place].gone = true;
        self.with(place, |participant, now| participant.leave(now));
    }

    fn cut(&mut self, place: usize) {
        if let Some(connection) = self.ends[place].socket {
            self.cut_socket(connection, Duration::from_millis(200), Duration::from_millis(500));
        }
    }

    fn cut_socket(&mut self, connection: ConnectionId, device_learns: Duration, server_learns: Duration) {
        let Some(socket) = self.sockets.get_mut(&connection).filter(|socket| !socket.cut) else { return };
        socket.cut = true;
        self.schedule.add(self.now + device_learns, Happening::SocketEndsAtDevice { connection });
        self.schedule.add(self.now + server_learns, Happening::SocketEndsAtServer { connection });
    }

    // ---- time

    fn run_for(&mut self, time: Duration) -> Result<(), Finding> {
        let end = self.now + time;
        loop {
            let ends = self.ends.iter().filter(|end| !end.off).filter_map(|end| end.participant.poll_timeout());
            let node = self.node.as_ref().and_then(Node::poll_timeout);
            let next = ends.chain(self.schedule.next_at()).chain(node).chain([self.beat]).min();
            let Some(next) = next.map(|next| next.max(self.now)).filter(|next| *next <= end) else { break };
            self.now = next;
            self.step()?;
        }
        self.now = end;
        Ok(())
    }

    fn step(&mut self) -> Result<(), Finding> {
        let now = self.now;
        if self.beat <= now {
            self.beat = now + BEAT;
            self.look()?;
            return self.say_something();
        }
        if self.node.as_ref().and_then(Node::poll_timeout).is_some_and(|at| at <= now) {
            let wall = self.wall();
            if let Some(node) = &mut self.node {
                node.handle_timeout(now, wall);
            }
            self.drain_node();
            return Ok(());
        }
        let due = |end: &End| !end.off && end.participant.poll_timeout().is_some_and(|at| at <= now);
        if let Some(place) = self.ends.iter().position(due) {
            self.with(place, Participant::handle_timeout);
            return Ok(());
        }
        if let Some(happening) = self.schedule.pop_due(now) {
            self.happens(happening);
        }
        Ok(())
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "there are no media here, and people act at once")]
    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::SocketOpens { device, connection } => {
                let (up, place) = (self.node.is_some(), device.0);
                self.ends[place].socket = up.then_some(connection);
                let input = if up { Input::Opened } else { Input::Closed };
                self.with(place, |participant, now| participant.handle(input, now));
            }
            Happening::ToServer { connection, message }
                if self.sockets.get(&connection).is_some_and(|socket| !socket.cut) =>
            {
                self.hear(connection, *message);
            }
            Happening::ToDevice { connection, message } => {
                let carries = self.sockets.get(&connection).is_some_and(|socket| !socket.cut);
                let place = self.ends.iter().position(|end| end.socket == Some(connection));
                if let (true, Some(place)) = (carries, place) {
                    self.with(place, |participant, now| participant.handle(Input::Message(message), now));
                }
            }
            Happening::SocketEndsAtDevice { connection } => {
                if let Some(place) = self.ends.iter().position(|end| end.socket == Some(connection)) {
                    self.ends[place].socket = None;
                    self.with(place, |participant, now| participant.handle(Input::Closed, now));
                }
            }
            Happening::SocketEndsAtServer { connection } => {
                self.sockets.remove(&connection);
                self.tell(node::Input::Disconnected { connection });
            }
            Happening::Committed { life } if life == self.life && self.node.is_some() => self.commit(),
            Happening::ServerStarts => self.start_server(),
            _ => {}
        }
    }

    /// Tells a device something, and does what it wants done.
    fn with(&mut self, place: usize, step: impl FnOnce(&mut Participant, Instant)) {
        let now = self.now;
        step(&mut self.ends[place].participant, now);
        while let Some(output) = self.ends[place].participant.poll_output() {
            match output {
                // Who left, or gave the seat to another device, does not come back to take it again.
                Output::Connect if self.ends[place].gone => self.ends[place].off = true,
                Output::Connect => {
                    let connection = ConnectionId(self.connections);
                    self.connections += 1;
                    let (device, chance) = (self.ends[place].id, Chance::new(self.seed, &format!("{connection:?}")));
                    let mut socket = Socket::new(device, DELAY, chance);
                    socket.seat = Some(self.ends[place].seat.clone());
                    self.sockets.insert(connection, socket);
                    self.schedule.add(now + DELAY * 6, Happening::SocketOpens { device, connection });
                }
                Output::Disconnect => {
                    if let Some(connection) = self.ends[place].socket.take() {
                        self.cut_socket(connection, Duration::ZERO, Duration::from_millis(100));
                    }
                }
                Output::Send(message) => self.send_up(place, message),
                Output::Notice(Noticed::Over(_)) => (self.ends[place].gone, self.ends[place].off) = (true, true),
                Output::Transmit { .. } | Output::Notice(_) => {}
            }
        }
    }

    fn send_up(&mut self, place: usize, message: ClientMessage) {
        let Some(connection) = self.ends[place].socket else { return };
        let Some(socket) = self.sockets.get_mut(&connection).filter(|socket| !socket.cut) else { return };
        let at = socket.up(&message.request, self.now);
        self.schedule.add(at, Happening::ToServer { connection, message: Box::new(message) });
    }

    fn send_down(&mut self, connection: ConnectionId, message: ServerMessage) {
        let Some(socket) = self.sockets.get_mut(&connection).filter(|socket| !socket.cut) else { return };
        let slow_until = self.ends[socket.device.0].slow_until;
        let at = socket.down(&message, self.now).max(slow_until);
        self.schedule.add(at, Happening::ToDevice { connection, message: Box::new(message) });
    }

    // ---- the server

    fn start_server(&mut self) {
        self.life += 1;
        let sealed = Sealed {
            manifest: self.offices.manifest().clone(),
            revocations: Vec::new(),
            groups: self.disk.groups().to_vec(),
        };
        let (now, wall) = (self.now, self.wall());
        let mut node = Node::new();
        let (summit, plan, log) = (self.summit.clone(), Box::new(self.plan.clone()), self.disk.entries().to_vec());
        node.handle(node::Input::Open { summit, plan, log, sealed: Box::new(sealed) }, now, wall);
        for (connection, party) in (REGISTRARS..).map(ConnectionId).zip(self.offices.parties()) {
            node.handle(node::Input::Registrar { connection, summit: self.summit.clone(), party }, now, wall);
        }
        self.node = Some(node);
        self.drain_node();
    }

    fn kill_server(&mut self) {
        if self.node.take().is_none() {
            return;
        }
        self.note("the server is killed");
        self.disk.crash(std::mem::take(&mut self.under_way).into());
        for connection in self.sockets.keys().copied().collect::<Vec<_>>() {
            self.cut_socket(connection, Duration::from_millis(50), Duration::ZERO);
        }
        self.schedule.add(self.now + Duration::from_millis(500), Happening::ServerStarts);
    }

    fn hear(&mut self, connection: ConnectionId, message: ClientMessage) {
        let Some(device) = self.sockets.get(&connection).map(|socket| socket.device) else { return };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the shell knows these; all others are the node's")]
        match message.request {
            Request::Hello { take_over, device: words, .. } => {
                let end = &self.ends[device.0];
                self.tell(node::Input::Hello {
                    connection,
                    session: end.session,
                    invitation: InvitationId(end.session.0),
                    summit: self.summit.clone(),
                    seat: end.seat.clone(),
                    document: Box::new(end.document.clone()),
                    device: words,
                    take_over,
                });
            }
            Request::Ping { sent } => {
                let pong = ServerMessage::Pong { sent, now: self.wall() };
                self.send_down(connection, pong);
            }
            Request::MediaOffer { .. } => {}
            _ => {
                if let Some(message) = self.lie_to_server(device, connection, message) {
                    self.tell(node::Input::Message { connection, message });
                }
            }
        }
    }

    fn tell(&mut self, input: node::Input) {
        let (now, wall) = (self.now, self.wall());
        if let Some(node) = &mut self.node {
            node.handle(input, now, wall);
        }
        self.drain_node();
    }

    fn drain_node(&mut self) {
        let (now, wall) = (self.now, self.wall());
        while let Some(output) = self.node.as_mut().and_then(|node| node.poll_output(now, wall)) {
            match output {
                node::Output::Send { connection, message } => {
                    let message = self.lie_to_device(connection, message);
                    self.send_down(connection, message);
                }
                node::Output::Close { connection, reason } => self.close(connection, reason),
                node::Output::Persist { batch, .. } => {
                    let at = self.disk.done_at(now);
                    self.schedule.add(at, Happening::Committed { life: self.life });
                    self.under_way.push_back(batch);
                }
                node::Output::SendParty { connection, message } => self.ask_registrar(connection, message),
                node::Output::Transmit { .. } | node::Output::Negotiate { .. } | node::Output::Closed { .. } => {}
            }
        }
    }

    fn ask_registrar(&mut self, connection: ConnectionId, message: PartyReply) {
        let PartyReply::Request { id, request, .. } = message else { return };
        let place = usize::try_from(connection.0 - REGISTRARS).ok();
        let Some(party) = place.and_then(|place| self.offices.parties().into_iter().nth(place)) else { return };
        let (now, wall) = (self.now, self.wall());
        let answer = self.offices.answer(&party, &request, wall);
        if let Some(node) = &mut self.node {
            node.handle(node::Input::RegistrarAnswer { connection, id, answer }, now, wall);
        }
    }

    fn close(&mut self, connection: ConnectionId, reason: Bye) {
        self.send_down(connection, ServerMessage::Bye { reason });
        let at = self.now + DELAY * 4;
        self.schedule.add(at, Happening::SocketEndsAtDevice { connection });
        self.schedule.add(at, Happening::SocketEndsAtServer { connection });
    }

    fn commit(&mut self) {
        let Some(batch) = self.under_way.pop_front() else { return };
        let was_doomed = self.disk.is_doomed();
        let stored = self.disk.commit(batch);
        if !stored && !was_doomed {
            self.disk.doom(self.under_way.len());
        }
        self.tell(node::Input::Persisted { summit: self.summit.clone(), stored });
    }

    // ---- what must hold

    /// Equal authenticators mean equal people.
    fn look(&mut self) -> Result<(), Finding> {
        for place in 0..self.ends.len() {
            let end = &self.ends[place];
            if end.gone {
                continue;
            }
            let epochs: Vec<_> =
                end.participant.epochs().map(|(group, _, authenticator)| (group.clone(), authenticator)).collect();
            for (group, authenticator) in epochs {
                let people: BTreeSet<SeatId> = self.ends[place].participant.members(&group).into_iter().collect();
                let known = self.rosters.entry((group.clone(), authenticator)).or_insert_with(|| people.clone());
                let same = *known == people;
                self.check(same, || format!("in {group} two devices share keys and see other people: {people:?}"))?;
            }
        }
        Ok(())
    }

    /// Everybody seals a frame, and whoever hears it opens it.
    fn say_something(&mut self) -> Result<(), Finding> {
        let now = self.now;
        for place in 0..self.ends.len() {
            let end = &mut self.ends[place];
            if end.gone {
                continue;
            }
            let Some(frame) = end.participant.seal_frame(SourceKind::Microphone, b"hm") else { continue };
            self.tally.sealed += 1;
            let seat = end.seat.clone();
            let header = Header::read(&frame).map(|(header, _)| (header.kid, header.ctr));
            let fresh = header.is_some_and(|header| end.counters.insert(header));
            self.check(fresh, || format!("{seat} seals two frames with {header:?}"))?;
            for other in self.ends.iter_mut().filter(|other| !other.gone && other.seat != seat) {
                let opened = other.participant.open_frame(&seat, SourceKind::Microphone, &frame, now);
                self.tally.opened += u64::from(opened.is_some());
            }
        }
        Ok(())
    }
}
