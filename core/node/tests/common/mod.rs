//! A node with a store that answers when it is told to, and people who remember what they were sent.

#![allow(dead_code, unreachable_pub, reason = "every test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test that finds something else fails")]

pub mod calls;
pub mod devices;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use devices::{Device, State, envelope};
use node::{Batch, ConnectionId, Input, InvitationId, Node, Output, Sealed, SessionId, Way};
use wire::{
    Bye, Bytes, ClientMessage, Devices, Entry, GroupEntry, GroupId, MeetingView, Outcome, PartyReply, Refusal, Request,
    RequestId, SeatId, ServerMessage, SignedManifest, SummitId, SummitPlan, WallTime,
};

pub struct Hall {
    pub node: Node,
    pub now: Instant,
    start: Instant,
    /// What was asked of the store and not answered yet.
    pub waiting: VecDeque<Batch>,
    /// What the store has.
    pub log: Vec<Entry>,
    /// The groups' logs that the store has.
    pub groups: Vec<GroupEntry>,
    /// False: entries wait until [`Hall::store`] is called.
    pub store_at_once: bool,
    pub sent: BTreeMap<ConnectionId, Vec<ServerMessage>>,
    pub closed: BTreeMap<ConnectionId, Bye>,
    pub forgotten: Vec<SummitId>,
    /// Offers that were not answered yet.
    pub negotiations: Vec<(ConnectionId, RequestId, String)>,
    /// Datagrams that left, and where they go.
    pub datagrams: Vec<(SocketAddr, Vec<u8>)>,
    /// What registrars were sent.
    pub parties: Vec<(ConnectionId, PartyReply)>,
    /// Whose connection it is.
    pub names: BTreeMap<ConnectionId, SeatId>,
    /// Devices that hold groups, by their connection.
    pub devices: BTreeMap<ConnectionId, Device>,
    /// What a device keeps while it has no connection.
    pub kept: BTreeMap<SeatId, BTreeMap<GroupId, State>>,
    /// False: devices cannot let themselves in.
    pub can_join: bool,
    next: u64,
}

pub const ON: Devices = Devices { microphone: true, camera: true };

pub fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

pub fn summit() -> SummitId {
    SummitId::new("river").unwrap()
}

/// Two delegations of two, a neutral chair and an observer.
pub fn plan() -> SummitPlan {
    plan_of(1)
}

/// Two delegations of a head and as many aides, a neutral chair and an observer.
pub fn plan_of(aides: usize) -> SummitPlan {
    let seat = |id: &str, role: &str| serde_json::json!({"id": id, "name": {"en": id}, "title": {"en": role}, "role": role, "languages": ["en"], "time_zone": "UTC"});
    let side = |id: &str| {
        let mut seats = vec![seat(&format!("{id}-head"), "principal"), seat(&format!("{id}-aide"), "adviser")];
        seats.extend((2..=aides).map(|number| seat(&format!("{id}-aide-{number}"), "adviser")));
        serde_json::json!({"id": id, "name": {"en": id}, "flag": {"layout": "vertical", "colours": ["#112233"]}, "seats": seats})
    };
    serde_json::from_value(serde_json::json!({
        "title": {"en": "Talks"}, "delegations": [side("meridia"), side("vesland")], "secretariat": [seat("chair", "chair"), seat("watcher", "observer")],
        "agenda": [{"id": "water", "title": {"en": "Water"}, "minutes": 10}]
    }))
    .unwrap()
}

impl Hall {
    pub fn open() -> Self {
        Self::reopen(Vec::new(), Vec::new())
    }

    /// A server that starts with these logs.
    pub fn reopen(log: Vec<Entry>, groups: Vec<GroupEntry>) -> Self {
        Self::with(plan(), log, groups)
    }

    /// A server for that plan.
    pub fn with(plan: SummitPlan, log: Vec<Entry>, groups: Vec<GroupEntry>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time; it is never read again")]
        let now = Instant::now();
        let mut hall = Self {
            node: Node::new(),
            now,
            start: now,
            waiting: VecDeque::new(),
            log: log.clone(),
            groups: groups.clone(),
            store_at_once: true,
            sent: BTreeMap::new(),
            closed: BTreeMap::new(),
            forgotten: Vec::new(),
            negotiations: Vec::new(),
            datagrams: Vec::new(),
            parties: Vec::new(),
            names: BTreeMap::new(),
            devices: BTreeMap::new(),
            kept: BTreeMap::new(),
            can_join: true,
            next: 1,
        };
        let manifest = SignedManifest { payload: Bytes(b"manifest".to_vec()), signatures: Vec::new() };
        let sealed = Box::new(Sealed { manifest, revocations: Vec::new(), groups });
        hall.tell(Input::Open { summit: summit(), plan: Box::new(plan), log, sealed });
        hall
    }

    pub fn tell(&mut self, input: Input) {
        self.node.handle(input, self.now, self.wall());
        self.drain();
    }

    pub fn pass(&mut self, time: Duration) {
        self.now += time;
        self.node.handle_timeout(self.now, self.wall());
        self.drain();
    }

    /// Time passes in small steps, and devices answer.
    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.pass(Duration::from_millis(50));
            self.work();
        }
    }

    /// A connection is lost; the device keeps what it holds.
    pub fn lose(&mut self, connection: ConnectionId) {
        if let Some(device) = self.devices.remove(&connection) {
            self.kept.insert(device.seat, device.groups);
        }
        self.tell(Input::Disconnected { connection });
    }

    /// A datagram arrives.
    pub fn datagram(&mut self, source: SocketAddr, destination: SocketAddr, bytes: &[u8]) {
        self.node.handle_datagram(Way::udp(source, destination), bytes, self.now);
        self.drain();
    }

    /// The store answers for the oldest decision.
    pub fn store(&mut self, stored: bool) {
        let batch = self.waiting.pop_front().expect("something waits for the store");
        match batch {
            Batch::Log(entries) if stored => self.log.extend(entries),
            Batch::Group(entry) if stored => self.groups.push(entry),
            Batch::Log(_) | Batch::Group(_) => {}
        }
        self.tell(Input::Persisted { summit: summit(), stored });
    }

    /// A device says hello on a new connection; it came by a link of the same number.
    pub fn hello(&mut self, who: &str, session: i64, take_over: bool) -> ConnectionId {
        self.next += 1;
        let connection = ConnectionId(self.next);
        self.hello_again(connection, who, session, take_over);
        connection
    }

    pub fn hello_again(&mut self, connection: ConnectionId, who: &str, session: i64, take_over: bool) {
        self.names.insert(connection, seat(who));
        let document = Box::new(envelope(&serde_json::json!({"seat": who})));
        self.tell(Input::Hello {
            connection,
            session: SessionId(session),
            invitation: InvitationId(session),
            summit: summit(),
            seat: seat(who),
            device: format!("device {session}"),
            take_over,
            document,
        });
    }

    /// A person arrives and comes in.
    pub fn enter(&mut self, who: &str) -> ConnectionId {
        self.next += 1;
        let connection = self.hello(who, i64::try_from(self.next).unwrap(), false);
        assert_eq!(self.ask(connection, Request::Enter { devices: ON }), Some(Outcome::Done));
        connection
    }

    /// The device that was lost is there again, by the same session.
    pub fn come_back(&mut self, former: ConnectionId) -> ConnectionId {
        let who = self.names[&former].to_string();
        self.hello(&who, i64::try_from(former.0).unwrap() - 1, false)
    }

    /// Asks, and returns the reply if there was one at once.
    pub fn ask(&mut self, connection: ConnectionId, request: Request) -> Option<Outcome> {
        self.next += 1;
        let id = format!("r{}", self.next);
        self.ask_as(connection, &id, request)
    }

    pub fn ask_as(&mut self, connection: ConnectionId, id: &str, request: Request) -> Option<Outcome> {
        let id = RequestId::new(id).unwrap();
        self.tell(Input::Message { connection, message: ClientMessage { id: id.clone(), request } });
        self.outcome(connection, &id)
    }

    pub fn outcome(&self, connection: ConnectionId, request: &RequestId) -> Option<Outcome> {
        self.sent(connection).iter().find_map(|message| match message {
            ServerMessage::Reply { id, outcome } if id == request => Some(outcome.clone()),
            _ => None,
        })
    }

    pub fn sent(&self, connection: ConnectionId) -> &[ServerMessage] {
        self.sent.get(&connection).map_or(&[], Vec::as_slice)
    }

    /// What was sent since the last call.
    pub fn news(&mut self, connection: ConnectionId) -> Vec<ServerMessage> {
        self.sent.remove(&connection).unwrap_or_default()
    }

    pub fn welcome(&self, connection: ConnectionId) -> MeetingView {
        let welcome = self.sent(connection).iter().rev().find_map(|message| match message {
            ServerMessage::Welcome { meeting, .. } => Some(meeting.as_ref().clone()),
            _ => None,
        });
        welcome.expect("it was welcomed")
    }

    /// Whether the last welcome said that the media connection of before still stands.
    pub fn stands(&self, connection: ConnectionId) -> bool {
        let welcome = self.sent(connection).iter().rev().find_map(|message| match message {
            ServerMessage::Welcome { media, .. } => Some(*media),
            _ => None,
        });
        welcome.expect("it was welcomed")
    }

    /// Both heads are in and ready.
    pub fn plenary() -> (Self, ConnectionId, ConnectionId, ConnectionId) {
        let mut hall = Self::open();
        let (one, two, chair) = (hall.enter("meridia-head"), hall.enter("vesland-head"), hall.enter("chair"));
        assert_eq!(hall.ask(one, Request::Ready { ready: true }), Some(Outcome::Done));
        assert_eq!(hall.ask(two, Request::Ready { ready: true }), Some(Outcome::Done));
        (hall, one, two, chair)
    }

    /// The reveal is over, and nobody is here.
    pub fn revealed() -> Self {
        let (mut hall, one, two, chair) = Self::plenary();
        for connection in [one, two, chair] {
            assert_eq!(hall.ask(connection, Request::Leave), Some(Outcome::Done));
        }
        hall
    }

    pub fn wall(&self) -> WallTime {
        WallTime(1_795_456_800_000).plus(self.now - self.start)
    }

    fn drain(&mut self) {
        while let Some(output) = self.node.poll_output(self.now, self.wall()) {
            match output {
                Output::Send { connection, message } => {
                    if let Some(device) = self.devices.get_mut(&connection) {
                        device.inbox.push_back(message.clone());
                    }
                    self.sent.entry(connection).or_default().push(message);
                }
                Output::SendParty { connection, message } => self.parties.push((connection, message)),
                Output::Close { connection, reason } => {
                    self.closed.insert(connection, reason);
                    self.devices.remove(&connection);
                }
                Output::Persist { batch, .. } => self.waiting.push_back(batch),
                Output::Closed { summit } => self.forgotten.push(summit),
                Output::Transmit { way, payload, .. } => self.datagrams.push((way.remote, payload)),
                Output::Negotiate { connection, request, sdp } => self.negotiations.push((connection, request, sdp)),
            }
        }
        if self.store_at_once && !self.waiting.is_empty() {
            self.store(true);
        }
    }
}

pub fn refused(why: Refusal) -> Option<Outcome> {
    Some(Outcome::Refused { why })
}
