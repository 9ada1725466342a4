//! The node's inputs and outputs, and the rooms behind them.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use media::{Counters, Endpoint, Holdings, NewPeer, OfferError, Way};
use wire::{
    Bye, ClientMessage, Denied, Entry, Envelope, GroupEntry, PartyId, PartyReply, RequestId, SeatId, ServerMessage,
    SignedManifest, SummitId, SummitPlan, WallTime,
};

use crate::demux::{Demux, Place, RoomIndex};
use crate::room::{Hello, Room, Turn};

/// One WebSocket connection; numbered by the shell, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// One device that exchanged a link for a token; lasts over connections and restarts. The row number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub i64);

/// One personal link. The row number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvitationId(pub i64);

/// What a summit is sealed with, as far as the server keeps it: what the parties signed, and the logs of the groups.
pub struct Sealed {
    /// What every party signed.
    pub manifest: SignedManifest,
    /// The latest revocation list of each party that has one.
    pub revocations: Vec<Envelope>,
    /// The entries of all groups, each group's in order.
    pub groups: Vec<GroupEntry>,
}

/// What happened.
pub enum Input {
    /// A summit is to be served here: its plan and its whole log. Told before the first [`Input::Hello`] for it.
    Open {
        /// Which.
        summit: SummitId,
        /// As prepared.
        plan: Box<SummitPlan>,
        /// All entries, in order.
        log: Vec<Entry>,
        /// What it is sealed with.
        sealed: Box<Sealed>,
    },
    /// A connection said hello with a token that the shell found to be good.
    Hello {
        /// The connection.
        connection: ConnectionId,
        /// Whose device.
        session: SessionId,
        /// By which link the device came.
        invitation: InvitationId,
        /// Which summit; it was opened before.
        summit: SummitId,
        /// Which seat the token is for.
        seat: SeatId,
        /// Words for the device.
        device: String,
        /// Whether another device must give way.
        take_over: bool,
        /// The signed invitation of the link.
        document: Box<Envelope>,
    },
    /// A party's registrar connected and proved its key; the shell checked the signature. [`Input::Disconnected`] ends it.
    Registrar {
        /// The connection.
        connection: ConnectionId,
        /// Of which summit; it was opened before.
        summit: SummitId,
        /// Of which party.
        party: PartyId,
    },
    /// A registrar answered a [`PartyReply::Request`].
    RegistrarAnswer {
        /// The registrar's connection.
        connection: ConnectionId,
        /// The request's number.
        id: u64,
        /// The certificate, or why there is none.
        answer: Result<Envelope, Denied>,
    },
    /// A party published a new revocation list; the shell checked and stored it.
    Revoked {
        /// In which summit.
        summit: SummitId,
        /// The list.
        list: Envelope,
    },
    /// A connection that was welcomed said something. (`hello` never comes this way; `ping` is answered by the shell.)
    Message {
        /// The connection.
        connection: ConnectionId,
        /// What.
        message: ClientMessage,
    },
    /// A connection is gone.
    Disconnected {
        /// Which.
        connection: ConnectionId,
    },
    /// The answer to [`Output::Negotiate`].
    Negotiated {
        /// Who offered.
        connection: ConnectionId,
        /// The offer's id.
        request: RequestId,
        /// A peer and the SDP answer.
        result: Result<(Box<NewPeer>, String), OfferError>,
    },
    /// What an [`Output::Persist`] asked for is done, or it is not and never will be. Told once for each, in order.
    Persisted {
        /// Whose log.
        summit: SummitId,
        /// False: nothing of it could be stored.
        stored: bool,
    },
    /// The operator ended a summit.
    End {
        /// Which.
        summit: SummitId,
    },
    /// A link was withdrawn: whoever came by it leaves.
    Revoke {
        /// Which summit.
        summit: SummitId,
        /// Which link.
        invitation: InvitationId,
    },
    /// The process stops: every connection is told.
    Shutdown,
}

/// What must be done.
pub enum Output {
    /// Send a datagram. Those to one destination come in a row.
    Transmit {
        /// How it goes there.
        way: Way,
        /// Whether it is a piece of a picture: that gives way to everything else where not all can leave.
        is_picture: bool,
        /// Its bytes.
        payload: Vec<u8>,
    },
    /// Send a message.
    Send {
        /// To whom.
        connection: ConnectionId,
        /// What.
        message: ServerMessage,
    },
    /// Send a message to a party's registrar: always a [`PartyReply::Request`].
    SendParty {
        /// To whom.
        connection: ConnectionId,
        /// What.
        message: PartyReply,
    },
    /// Say good-bye (`bye` with this reason is sent by the shell) and close.
    Close {
        /// Which.
        connection: ConnectionId,
        /// Why.
        reason: Bye,
    },
    /// Store this, all or nothing, then say [`Input::Persisted`]. Batches of one summit come in order and must be
    /// stored so: what follows a batch that was not stored must not be stored either.
    Persist {
        /// Whose log.
        summit: SummitId,
        /// What one request led to.
        batch: Batch,
    },
    /// Answer this offer off the media thread with [`NewPeer::answer`], then say [`Input::Negotiated`].
    Negotiate {
        /// Who offered.
        connection: ConnectionId,
        /// The offer's id.
        request: RequestId,
        /// The offer.
        sdp: String,
    },
    /// A summit has ended and nobody is in it: it may be forgotten here.
    Closed {
        /// Which.
        summit: SummitId,
    },
}

/// What is stored together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// Entries of the summit's log; never empty.
    Log(Vec<Entry>),
    /// An entry of a group's log.
    Group(GroupEntry),
}

/// All rooms of one media thread.
#[derive(Default)]
pub struct Node {
    /// A room keeps its place while it exists; packets find it by that place.
    rooms: Vec<Option<Room>>,
    by_summit: BTreeMap<SummitId, RoomIndex>,
    by_connection: BTreeMap<ConnectionId, RoomIndex>,
    demux: Demux,
    next_peer: u64,
    outputs: VecDeque<Output>,
    /// Rooms whose media may have something to say, in the order in which they were touched.
    touched: VecDeque<RoomIndex>,
    dropped_datagrams: u64,
    /// What rooms counted that are no more.
    past: Counters,
}

impl Node {
    /// A node without rooms.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something happened. `wall` is the wall clock at `now`.
    pub fn handle(&mut self, input: Input, now: Instant, wall: WallTime) {
        match input {
            Input::Open { summit, plan, log, sealed } => self.open(summit, *plan, &log, *sealed, now),
            Input::Hello { connection, session, invitation, summit, seat, device, take_over, document } => {
                let Some(&index) = self.by_summit.get(&summit) else {
                    return self.outputs.push_back(Output::Close { connection, reason: Bye::LinkRefused });
                };
                self.by_connection.insert(connection, index);
                let hello = Hello { connection, session, invitation, seat, device, take_over, document: *document };
                self.in_room(index, now, wall, |room, turn| room.hello(hello, turn));
            }
            Input::Registrar { connection, summit, party } => {
                if let Some(&index) = self.by_summit.get(&summit) {
                    self.by_connection.insert(connection, index);
                    self.in_room(index, now, wall, |room, turn| room.registrar_came(connection, party, turn));
                }
            }
            Input::RegistrarAnswer { connection, id, answer } => {
                self.in_room_of(connection, now, wall, |room, turn| {
                    room.registrar_answered(connection, id, answer, turn)
                });
            }
            Input::Revoked { summit, list } => {
                self.in_summit(&summit, now, wall, |room, turn| room.certificates_revoked(list, turn));
            }
            Input::Message { connection, message } => {
                self.in_room_of(connection, now, wall, |room, turn| room.message(connection, message, turn));
            }
            Input::Disconnected { connection } => {
                self.in_room_of(connection, now, wall, |room, turn| room.disconnected(connection, turn));
                self.by_connection.remove(&connection);
            }
            Input::Negotiated { connection, request, result } => {
                self.in_room_of(connection, now, wall, |room, turn| room.negotiated(connection, request, result, turn));
            }
            Input::Persisted { summit, stored } => {
                self.in_summit(&summit, now, wall, |room, turn| room.persisted(stored, turn));
            }
            Input::End { summit } => self.in_summit(&summit, now, wall, Room::end),
            Input::Revoke { summit, invitation } => {
                self.in_summit(&summit, now, wall, |room, turn| room.revoke(invitation, turn));
            }
            Input::Shutdown => {
                for index in self.by_summit.values().copied().collect::<Vec<_>>() {
                    self.in_room(index, now, wall, Room::shut_down);
                }
            }
        }
        self.forget_what_ended();
    }

    /// A datagram arrived. One of no known peer is dropped in silence; then the answer is false.
    pub fn handle_datagram(&mut self, way: Way, bytes: &[u8], now: Instant) -> bool {
        let known = self.demux.at(way.remote());
        let place = self.named_by(known, way, bytes, now).or(known);
        let Some((index, peer)) = place else {
            self.dropped_datagrams += 1;
            return false;
        };
        if let Some(room) = self.rooms[index.0].as_mut() {
            room.handle_datagram(peer, way, bytes, now);
            self.touch(index);
        }
        true
    }

    /// The connection at that endpoint is closed: who comes from there next is a stranger.
    pub fn handle_closed(&mut self, remote: Endpoint) {
        self.demux.forget(remote);
    }

    /// Datagrams that belonged to nobody.
    pub fn dropped_datagrams(&self) -> u64 {
        self.dropped_datagrams
    }

    /// What the media of all rooms, of those that are over too, have counted.
    pub fn counters(&self) -> Counters {
        self.rooms.iter().flatten().fold(self.past, |sum, room| sum.plus(room.counters()))
    }

    /// How much is held, by what it is: after hours of coming and going as much as in the first minute.
    pub fn holdings(&self) -> Holdings {
        let mut held = Holdings::default();
        held.add("rooms", self.by_summit.len());
        held.add("connections", self.by_connection.len());
        held.add("outputs", self.outputs.len() + self.touched.len());
        self.demux.holdings(&mut held);
        self.rooms.iter().flatten().for_each(|room| room.holdings(&mut held));
        held
    }

    /// Summits that are open here.
    pub fn rooms(&self) -> usize {
        self.by_summit.len()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant, wall: WallTime) {
        for index in self.by_summit.values().copied().collect::<Vec<_>>() {
            let due = self.rooms[index.0].as_ref().and_then(Room::poll_timeout).is_some_and(|at| at <= now);
            if due {
                self.in_room(index, now, wall, Room::handle_timeout);
            }
        }
    }

    /// What must happen next; call until `None` after every other call.
    pub fn poll_output(&mut self, now: Instant, wall: WallTime) -> Option<Output> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                if let Output::Close { connection, .. } = &output {
                    self.by_connection.remove(connection);
                }
                return Some(output);
            }
            let index = *self.touched.front()?;
            let output = self.in_room(index, now, wall, Room::poll_media).flatten();
            match output {
                Some(transmit) => {
                    // What the room says must leave before the packet that follows from it.
                    if self.outputs.is_empty() {
                        return Some(transmit);
                    }
                    self.outputs.push_back(transmit);
                }
                None => {
                    self.touched.pop_front();
                }
            }
        }
    }

    /// When to call [`Node::handle_timeout`] if nothing else happens.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.rooms.iter().flatten().filter_map(Room::poll_timeout).min()
    }

    fn open(&mut self, summit: SummitId, plan: SummitPlan, log: &[Entry], sealed: Sealed, now: Instant) {
        if self.by_summit.contains_key(&summit) {
            return;
        }
        let free = self.rooms.iter().position(Option::is_none).unwrap_or(self.rooms.len());
        let index = RoomIndex(free);
        let room = Room::open(summit.clone(), index, plan, log, sealed, now);
        if free == self.rooms.len() {
            self.rooms.push(Some(room));
        } else {
            self.rooms[free] = Some(room);
        }
        self.by_summit.insert(summit, index);
    }

    /// The peer whose authentic STUN request this is, from an address where it was not known: a new one, or one that was
    /// another peer's. A router gives the address of who is gone to who comes, and that one proves to be there.
    fn named_by(&mut self, known: Option<Place>, way: Way, bytes: &[u8], now: Instant) -> Option<Place> {
        let (index, peer) = self.demux.named_by(bytes).filter(|named| known != Some(*named))?;
        let room = self.rooms[index.0].as_ref()?;
        if !room.accepts(peer, way, bytes, now) {
            return None;
        }
        self.demux.seen(way.remote(), (index, peer));
        Some((index, peer))
    }

    fn in_room_of(
        &mut self,
        connection: ConnectionId,
        now: Instant,
        wall: WallTime,
        step: impl FnOnce(&mut Room, &mut Turn<'_>),
    ) {
        if let Some(&index) = self.by_connection.get(&connection) {
            self.in_room(index, now, wall, step);
        }
    }

    fn in_summit(
        &mut self,
        summit: &SummitId,
        now: Instant,
        wall: WallTime,
        step: impl FnOnce(&mut Room, &mut Turn<'_>),
    ) {
        if let Some(&index) = self.by_summit.get(summit) {
            self.in_room(index, now, wall, step);
        }
    }

    fn in_room<T>(
        &mut self,
        index: RoomIndex,
        now: Instant,
        wall: WallTime,
        step: impl FnOnce(&mut Room, &mut Turn<'_>) -> T,
    ) -> Option<T> {
        let room = self.rooms.get_mut(index.0)?.as_mut()?;
        let Self { demux, next_peer, outputs, .. } = self;
        let done = step(room, &mut Turn { now, wall, demux, next_peer, outputs });
        self.touch(index);
        Some(done)
    }

    fn touch(&mut self, index: RoomIndex) {
        if !self.touched.contains(&index) {
            self.touched.push_back(index);
        }
    }

    /// A summit that is over, and whose people were told, needs no room.
    fn forget_what_ended(&mut self) {
        let is_over = |room: &Room| room.has_ended() && room.is_empty();
        for slot in &mut self.rooms {
            let Some(room) = slot.take_if(|room| is_over(room)) else { continue };
            self.past = self.past.plus(room.counters());
            self.by_summit.remove(&room.id);
            self.outputs.push_back(Output::Closed { summit: room.id });
        }
    }
}
