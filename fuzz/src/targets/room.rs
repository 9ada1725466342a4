//! What people say in a room, whatever they say: one message a line, with the number of who says it before it. The store keeps
//! everything at once, and an offer is never one that can be used.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use node::{ConnectionId, Input, InvitationId, Node, Output, Sealed, SessionId};
use serde_json::{Value, json};
use wire::{Bytes, ClientMessage, Envelope, SeatId, SignedManifest, SummitId, SummitPlan, WallTime};

/// Who is there, by number.
const SEATS: [(&str, &str); 6] = [
    ("meridia-head", "principal"),
    ("meridia-aide", "adviser"),
    ("vesland-head", "principal"),
    ("vesland-aide", "adviser"),
    ("chair", "chair"),
    ("watcher", "observer"),
];

/// How far time moves with every line.
const STEP: Duration = Duration::from_millis(20);

/// How far it moves with a line that is `s`: as long as somebody waits for others to come as well.
const SHORT: Duration = Duration::from_millis(500);

/// How far it moves with a line that is `t`: further than anybody waits for anything.
const LONG: Duration = Duration::from_secs(40);

/// More lines than this are not looked at: each costs time.
const LINES_MAX: usize = 256;

pub(super) fn run(bytes: &[u8]) {
    let mut room = Room::open();
    for line in bytes.split(|byte| *byte == b'\n').take(LINES_MAX) {
        let Some((who, message)) = line.split_first() else { continue };
        match who {
            b's' => room.pass(SHORT),
            b't' => room.pass(LONG),
            b'0'..b'6' => room.hear(usize::from(who - b'0'), message),
            _ => {}
        }
    }
    room.pass(LONG);
}

/// A node with one room.
struct Room {
    node: Node,
    start: Instant,
    now: Instant,
    /// The connection that each seat has.
    connections: BTreeMap<usize, ConnectionId>,
    next: u64,
}

impl Room {
    fn open() -> Self {
        let now = Instant::now();
        let mut room = Self { node: Node::new(), start: now, now, connections: BTreeMap::new(), next: 0 };
        let manifest = SignedManifest { payload: Bytes(b"manifest".to_vec()), signatures: Vec::new() };
        let sealed = Box::new(Sealed { manifest, revocations: Vec::new(), groups: Vec::new() });
        room.tell(Input::Open { summit: summit(), plan: Box::new(plan()), log: Vec::new(), sealed });
        for seat in 0..SEATS.len() {
            room.come(seat);
        }
        room
    }

    /// Somebody comes, or comes back with the same device.
    fn come(&mut self, seat: usize) {
        self.next += 1;
        let connection = ConnectionId(self.next);
        self.connections.insert(seat, connection);
        let number = seat as i64;
        self.tell(Input::Hello {
            connection,
            session: SessionId(number),
            invitation: InvitationId(number),
            summit: summit(),
            seat: SeatId::new(SEATS[seat].0).expect("a seat of the plan"),
            device: "device".to_owned(),
            take_over: false,
            document: Box::new(Envelope { payload: Bytes::default(), signature: Bytes::default(), issuer: None }),
        });
    }

    /// A message, or what is none: then the server ends the connection, and the device comes back.
    fn hear(&mut self, seat: usize, message: &[u8]) {
        self.pass(STEP);
        let connection = self.connections[&seat];
        match serde_json::from_slice::<ClientMessage>(message) {
            Ok(message) => self.tell(Input::Message { connection, message }),
            Err(_) => {
                self.tell(Input::Disconnected { connection });
                self.come(seat);
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.node.handle_timeout(self.now, self.wall());
        self.drain();
    }

    fn tell(&mut self, input: Input) {
        self.node.handle(input, self.now, self.wall());
        self.drain();
    }

    fn drain(&mut self) {
        let mut closed = Vec::new();
        for _ in 0..100_000 {
            let Some(output) = self.node.poll_output(self.now, self.wall()) else {
                self.let_go(&closed);
                return;
            };
            match output {
                Output::Send { message, .. } => {
                    serde_json::to_vec(&message).expect("what is said can be written");
                }
                Output::Persist { summit, .. } => {
                    self.node.handle(Input::Persisted { summit, stored: true }, self.now, self.wall());
                }
                Output::Negotiate { connection, request, .. } => {
                    let result = Err(node::OfferError("it is made up".to_owned()));
                    self.node.handle(Input::Negotiated { connection, request, result }, self.now, self.wall());
                }
                Output::Close { connection, .. } => closed.push(connection),
                Output::SendParty { .. } | Output::Transmit { .. } | Output::Closed { .. } => {}
            }
        }
        panic!("a room that never rests");
    }

    /// The shell says of each connection that the node closed that it is gone.
    fn let_go(&mut self, closed: &[ConnectionId]) {
        for connection in closed {
            self.node.handle(Input::Disconnected { connection: *connection }, self.now, self.wall());
        }
    }

    fn wall(&self) -> WallTime {
        WallTime(1_795_456_800_000).plus(self.now - self.start)
    }
}

fn summit() -> SummitId {
    SummitId::new("river").expect("a name")
}

/// Two delegations of two, a neutral chair and an observer.
fn plan() -> SummitPlan {
    let seat = |(id, role): &(&str, &str)| json!({"id": id, "name": {"en": id}, "title": {"en": role}, "role": role, "languages": ["en"], "time_zone": "UTC"});
    let seats = |part: &[(&str, &str)]| part.iter().map(seat).collect::<Vec<Value>>();
    let side = |id: &str, part: &[(&str, &str)]| json!({"id": id, "name": {"en": id}, "flag": {"layout": "vertical", "colours": ["#112233"]}, "seats": seats(part)});
    let plan = json!({
        "title": {"en": "Talks"},
        "delegations": [side("meridia", &SEATS[..2]), side("vesland", &SEATS[2..4])],
        "secretariat": seats(&SEATS[4..]),
        "agenda": [{"id": "water", "title": {"en": "Water"}, "minutes": 10}]
    });
    serde_json::from_value(plan).expect("a plan")
}
