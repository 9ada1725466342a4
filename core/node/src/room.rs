//! One summit as it is held: who sits where, what they ask for, and what becomes of it.
//!
//! The rules are `summit`'s and the packets are `media`'s; the room brings a request to the right one and tells the
//! people what changed. `room/telling.rs` keeps every screen up to date, `room/lines.rs` looks after media connections,
//! `room/sealing.rs` after the groups and their keys, `room/whispering.rs` after who is heard by the own party only.

mod lines;
mod sealing;
mod telling;
mod whispering;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use media::{Media, PeerId, SealWindow};
use summit::{Action, Meeting};
use wire::{
    Bye, ClientMessage, Entry, Envelope, Event, MeetingView, Outcome, Phase, Refusal, Request, RequestId, SeatId,
    ServerMessage, SignedManifest, SourceId, SummitId, SummitPlan, WallTime,
};

use crate::delivery::Delivery;
use crate::demux::{Demux, RoomIndex};
use crate::ledger::{Decision, Ledger};
use crate::occupant::{Line, Occupant, Stage, Told};
use crate::registrars::Registrars;
use crate::sources::{SourceNumbers, Sources};
use crate::{Batch, ConnectionId, InvitationId, Output, Sealed, SessionId};

/// How long a seat is kept for a device whose connection was lost, with its media going on. Long enough for a server
/// restart or a change of network, short enough that an empty chair is soon shown as empty.
const SEAT_KEPT: Duration = Duration::from_secs(20);

/// How soon something that the server owes the meeting is tried again when the store could not take it.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// The slowest commit that the reveal makes up for: both sides' pictures are on their way all that time.
const COMMIT_MAX: Duration = Duration::from_secs(5);

/// Pictures one screen may ask for; a page holds no more tiles than that.
const WANTED_MAX: usize = 64;

/// One summit as it is held.
pub(crate) struct Room {
    pub(crate) id: SummitId,
    index: RoomIndex,
    ledger: Ledger,
    /// What the store was asked for and has not answered, in order.
    pending: VecDeque<Pending>,
    manifest: SignedManifest,
    revocations: Vec<Envelope>,
    delivery: Delivery,
    /// Those who write to each other, by their places in the plan.
    pairs: BTreeSet<(usize, usize)>,
    registrars: Registrars,
    /// What each peer may seal with, as the media were told.
    windows: BTreeMap<PeerId, Vec<SealWindow>>,
    media: Media,
    seats: BTreeMap<SeatId, Occupant>,
    connections: BTreeMap<ConnectionId, SeatId>,
    sources: Sources,
    owners: BTreeMap<PeerId, SeatId>,
    numbers: SourceNumbers,
    /// Whose voices are heard now, loudest first.
    loudest: Vec<SourceId>,
    /// When to look whose seat is empty while the meeting still counts on them: a hand up, the floor, a readiness.
    look_for_absent: Option<Instant>,
    owed: Owed,
    /// How long the store took for what it stored last, as far as a reveal waits for it.
    commit_took: Duration,
}

/// Whose the oldest answer of the store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    /// The ledger's.
    Log,
    /// The delivery service's.
    Group,
}

/// What must happen whether or not the store can take it at the first attempt: it is decided again until it is on record.
#[derive(Default)]
struct Owed {
    /// Those who went for good and have not come back: nothing of theirs may stand.
    departed: BTreeSet<SeatId>,
    /// The operator asked for the end.
    end: bool,
    /// When to decide it again; set when the store failed.
    again: Option<Instant>,
}

/// What every step of a room may use: the time, and the node's means.
pub(crate) struct Turn<'a> {
    pub(crate) now: Instant,
    pub(crate) wall: WallTime,
    pub(crate) demux: &'a mut Demux,
    pub(crate) next_peer: &'a mut u64,
    pub(crate) outputs: &'a mut VecDeque<Output>,
}

impl Turn<'_> {
    fn send(&mut self, connection: ConnectionId, message: ServerMessage) {
        self.outputs.push_back(Output::Send { connection, message });
    }

    fn reply(&mut self, connection: ConnectionId, id: RequestId, outcome: Outcome) {
        self.send(connection, ServerMessage::Reply { id, outcome });
    }

    fn close(&mut self, connection: ConnectionId, reason: Bye) {
        self.outputs.push_back(Output::Close { connection, reason });
    }
}

/// A device that asks for its seat.
pub(crate) struct Hello {
    pub(crate) connection: ConnectionId,
    pub(crate) session: SessionId,
    pub(crate) invitation: InvitationId,
    pub(crate) seat: SeatId,
    pub(crate) device: String,
    pub(crate) take_over: bool,
    pub(crate) document: Envelope,
}

impl Room {
    /// Opens the room as its log tells it.
    pub(crate) fn open(
        id: SummitId,
        index: RoomIndex,
        plan: SummitPlan,
        log: &[Entry],
        sealed: Sealed,
        now: Instant,
    ) -> Self {
        let Sealed { manifest, revocations, groups } = sealed;
        let delivery = Delivery::restore(id.clone(), &plan, &groups, now);
        Self {
            id,
            index,
            ledger: Ledger::restore(plan, log),
            pending: VecDeque::new(),
            manifest,
            revocations,
            delivery,
            pairs: sealing::pairs(&groups),
            registrars: Registrars::default(),
            windows: BTreeMap::new(),
            media: Media::new(),
            seats: BTreeMap::new(),
            connections: BTreeMap::new(),
            sources: Sources::default(),
            owners: BTreeMap::new(),
            numbers: SourceNumbers::default(),
            loudest: Vec::new(),
            // Those who were here before a restart have as long to come back as after any other loss.
            look_for_absent: Some(now + SEAT_KEPT),
            owed: Owed::default(),
            commit_took: Duration::ZERO,
        }
    }

    /// Whether nobody has a connection or a seat here any more.
    pub(crate) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// Whether the summit is over.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.ledger.meeting().phase(), Phase::Ended { .. })
    }

    // ---- people come and go

    /// A device asks for its seat: it gets it, or is told who has it.
    pub(crate) fn hello(&mut self, hello: Hello, turn: &mut Turn<'_>) {
        self.hello_to(hello, turn);
        self.tend_groups(turn);
    }

    fn hello_to(&mut self, hello: Hello, turn: &mut Turn<'_>) {
        let Hello { connection, session, invitation, seat, device, take_over, document } = hello;
        if self.has_ended() {
            return turn.close(connection, Bye::Ended);
        }
        if self.ledger.meeting().plan().seat(&seat).is_none() {
            return turn.close(connection, Bye::LinkRefused);
        }
        if let Some(occupant) = self.seats.get_mut(&seat) {
            if occupant.session == session {
                let former = occupant.connection().filter(|former| *former != connection);
                occupant.line = Line::Up(connection);
                occupant.device = device;
                occupant.document = document;
                self.let_go(former, turn);
                return self.welcome(connection, seat, turn);
            }
            if !take_over {
                let (device, since) = (occupant.device.clone(), occupant.since);
                return turn.send(connection, ServerMessage::SeatTaken { device, since });
            }
            let former = occupant.connection();
            self.let_go(former, turn);
            self.vacate(&seat, turn);
        }
        self.owed.departed.remove(&seat);
        self.seats.insert(seat.clone(), Occupant::new(session, invitation, device, turn.wall, connection, document));
        self.welcome(connection, seat, turn);
    }

    /// A connection is gone. Its seat is kept for a while, and its media go on.
    pub(crate) fn disconnected(&mut self, connection: ConnectionId, turn: &mut Turn<'_>) {
        if self.registrars.has(connection) {
            return self.registrar_went(connection, turn);
        }
        let Some(seat) = self.connections.remove(&connection) else { return };
        let Some(occupant) = self.seats.get_mut(&seat) else { return };
        if occupant.line != Line::Up(connection) {
            return;
        }
        match occupant.stage {
            Stage::Here(_) => {
                occupant.line = Line::Down { until: turn.now + SEAT_KEPT };
                self.tell_presence_of(&seat, turn);
            }
            Stage::Arriving => {
                self.vacate(&seat, turn);
                // The person may have come in on another device before, and said or asked for something there.
                self.look_for_absent.get_or_insert(turn.now + SEAT_KEPT);
            }
        }
        self.registrars.forget(&seat);
        self.tend_groups(turn);
    }

    /// A link was withdrawn: the devices that came by it leave.
    pub(crate) fn revoke(&mut self, invitation: InvitationId, turn: &mut Turn<'_>) {
        let came_by_it =
            |(seat, occupant): (&SeatId, &Occupant)| (occupant.invitation == invitation).then(|| seat.clone());
        for seat in self.seats.iter().filter_map(came_by_it).collect::<Vec<_>>() {
            self.delivery.left(&seat);
            self.leave(&seat, turn);
            self.dismiss(&seat, Bye::LinkRefused, turn);
        }
        self.tend_groups(turn);
    }

    /// Everybody is told that the server stops; what they have is kept in the log.
    pub(crate) fn shut_down(&mut self, turn: &mut Turn<'_>) {
        for connection in std::mem::take(&mut self.connections).into_keys() {
            turn.close(connection, Bye::Restart);
        }
    }

    fn welcome(&mut self, connection: ConnectionId, seat: SeatId, turn: &mut Turn<'_>) {
        self.connections.insert(connection, seat.clone());
        let meeting = self.view_for(&seat);
        let Some(occupant) = self.seats.get_mut(&seat) else { return };
        occupant.told = Told {
            presence: meeting.presence.clone(),
            sources: meeting.sources.iter().map(|source| (source.id, source.clone())).collect(),
            quality: meeting.quality.clone(),
            speaking: Vec::new(),
            whispering: Vec::new(),
        };
        let message = ServerMessage::Welcome {
            summit: self.id.clone(),
            you: seat.clone(),
            plan: Box::new(self.ledger.meeting().plan().clone()),
            meeting: Box::new(meeting),
            now: turn.wall,
            media: occupant.peer().is_some(),
            manifest: self.manifest.clone(),
            invitation: occupant.document.clone(),
            revocations: self.revocations.clone(),
        };
        turn.send(connection, message);
        self.tell_slots_again(&seat, connection, turn);
        self.tell_speaking_to(&seat, turn);
        self.tell_whispering_to(&seat, turn);
        self.tell_presence_of(&seat, turn);
    }

    fn view_for(&self, seat: &SeatId) -> MeetingView {
        let meeting = self.ledger.meeting();
        let visible = |other: &SeatId| other == seat || meeting.may_see_presence(seat, other);
        let others = self.seats.iter().filter(|(other, _)| visible(other));
        MeetingView {
            phase: meeting.phase(),
            sequence: self.ledger.sequence(),
            presence: others.clone().map(|(other, occupant)| (other.clone(), occupant.presence())).collect(),
            floor: meeting.floor(),
            agenda: meeting.agenda(),
            caucuses: meeting.caucuses(seat),
            sources: self.sources.iter().filter(|source| self.may_know(seat, source)).cloned().collect(),
            quality: others.filter_map(|(other, occupant)| Some((other.clone(), occupant.quality?))).collect(),
        }
    }

    /// Ends a connection that another one replaces.
    fn let_go(&mut self, former: Option<ConnectionId>, turn: &mut Turn<'_>) {
        if let Some(former) = former {
            self.connections.remove(&former);
            turn.close(former, Bye::TakenOver);
        }
    }

    /// Ends a seat's connection and frees the seat.
    fn dismiss(&mut self, seat: &SeatId, reason: Bye, turn: &mut Turn<'_>) {
        if let Some(connection) = self.seats.get(seat).and_then(Occupant::connection) {
            self.connections.remove(&connection);
            turn.close(connection, reason);
        }
        self.vacate(seat, turn);
    }

    /// The seat is free: its media end, the others see an empty chair.
    fn vacate(&mut self, seat: &SeatId, turn: &mut Turn<'_>) {
        self.end_media_of(seat, turn);
        let whispered = self.seats.remove(seat).is_some_and(|occupant| occupant.whispers);
        if whispered {
            self.tell_whispering(turn);
        }
        self.tell_presence_of(seat, turn);
        self.tell_quality_of(seat, turn);
    }

    // ---- people ask

    /// Somebody asks for something.
    pub(crate) fn message(&mut self, connection: ConnectionId, message: ClientMessage, turn: &mut Turn<'_>) {
        let Some(seat) = self.connections.get(&connection).cloned() else { return };
        let ClientMessage { id, request } = message;
        let moves_groups = moves_groups(&request);
        match self.carry_out(connection, &seat, &id, request, turn) {
            Ok(Reply::Now) => turn.reply(connection, id, Outcome::Done),
            Ok(Reply::Later) => {}
            Err(why) => turn.reply(connection, id, Outcome::Refused { why }),
        }
        if moves_groups {
            self.tend_groups(turn);
        }
    }

    fn carry_out(
        &mut self,
        connection: ConnectionId,
        seat: &SeatId,
        id: &RequestId,
        request: Request,
        turn: &mut Turn<'_>,
    ) -> Result<Reply, Refusal> {
        if let Some(action) = Action::from_request(&request) {
            return self.act(connection, seat, id, &action, turn);
        }
        match request {
            Request::Enter { devices } => {
                self.set_stage(seat, Stage::Here(devices), turn);
                self.reveal_if_due(turn);
            }
            Request::Devices { devices } if self.is_here(seat) => self.set_stage(seat, Stage::Here(devices), turn),
            Request::Leave => {
                self.delivery.left(seat);
                self.leave(seat, turn);
                turn.reply(connection, id.clone(), Outcome::Done);
                self.dismiss(seat, Bye::Left, turn);
                return Ok(Reply::Later);
            }
            Request::MediaOffer { sdp, tracks, fresh } if self.is_here(seat) => {
                return self.offer(connection, seat, id, sdp, tracks, fresh, turn);
            }
            Request::MediaWant { videos } if videos.len() <= WANTED_MAX => {
                if let Some(occupant) = self.seats.get_mut(seat) {
                    occupant.wanted = videos;
                }
                self.route_pictures_to(seat, turn.now);
            }
            Request::MediaPublish { track, active } => self.publish(seat, track, active, turn)?,
            Request::Quality { quality } => {
                if let Some(occupant) = self.seats.get_mut(seat) {
                    occupant.quality = Some(quality);
                }
                self.tell_quality_of(seat, turn);
            }
            Request::Whisper { on } => self.whisper(seat, on, turn)?,
            Request::Devices { .. } | Request::MediaOffer { .. } => return Err(Refusal::NotHere),
            Request::CertificateRequest { .. }
            | Request::SealResume { .. }
            | Request::SealPackages { .. }
            | Request::MlsCreate { .. }
            | Request::MlsCommit { .. }
            | Request::MlsExternal { .. }
            | Request::MlsApplied { .. }
            | Request::MlsRefused { .. }
            | Request::MlsResync { .. }
            | Request::MlsApp { .. }
            | Request::OpenPair { .. } => return self.sealing(connection, seat, id, request, turn),
            Request::Hello { .. }
            | Request::Ping { .. }
            | Request::MediaWant { .. }
            | Request::Ready { .. }
            | Request::RaiseHand
            | Request::LowerHand { .. }
            | Request::GiveFloor { .. }
            | Request::YieldFloor
            | Request::OpenAgenda { .. }
            | Request::OpenCaucus { .. }
            | Request::EnterCaucus { .. }
            | Request::LeaveCaucus
            | Request::End => return Err(Refusal::Malformed),
        }
        Ok(Reply::Now)
    }

    /// Something that changes the meeting for good: decided now, announced and answered when it is stored.
    fn act(
        &mut self,
        connection: ConnectionId,
        seat: &SeatId,
        id: &RequestId,
        action: &Action,
        turn: &mut Turn<'_>,
    ) -> Result<Reply, Refusal> {
        if !self.is_here(seat) && !self.ledger.knows(id) {
            return Err(Refusal::NotHere);
        }
        let here = self.people_here();
        match self.ledger.request(connection, id.clone(), seat, action, turn.wall, &here)? {
            Decision::Store(entries) => {
                self.persist(entries, turn);
                Ok(Reply::Later)
            }
            Decision::Known { done: true } => Ok(Reply::Now),
            Decision::Known { done: false } => Ok(Reply::Later),
        }
    }

    /// The person goes for good: the hand goes down, the floor is free.
    fn leave(&mut self, seat: &SeatId, turn: &mut Turn<'_>) {
        self.owed.departed.insert(seat.clone());
        self.decide(turn, |meeting| meeting.decide_departure(seat));
    }

    /// Lets go whose seat is still empty: after a restart, or after a device that was only arriving went again.
    fn let_absent_go(&mut self, turn: &mut Turn<'_>) {
        let plan = self.ledger.meeting().plan();
        let absent = |seat: &&SeatId| !self.seats.contains_key(*seat);
        let absent: Vec<SeatId> = plan.seats().map(|(_, seat)| &seat.id).filter(absent).cloned().collect();
        for seat in absent {
            self.leave(&seat, turn);
        }
    }

    /// The operator ends the summit; if the store cannot take it now, it is tried again until it can.
    pub(crate) fn end(&mut self, turn: &mut Turn<'_>) {
        self.owed.end = true;
        self.decide(turn, |meeting| meeting.decide_end_by_operator().unwrap_or_default());
    }

    /// The store failed a while ago: what is owed is decided again. What is on record already decides nothing.
    fn pay(&mut self, turn: &mut Turn<'_>) {
        for seat in self.owed.departed.clone() {
            self.leave(&seat, turn);
        }
        if self.owed.end {
            self.end(turn);
        }
        self.reveal_if_due(turn);
    }

    /// Reveals the plenary when every head is here, and ready on record. The screens need the lead from when they are told, so
    /// the time that the store will take is added, as far as it can be known: it is what it took last.
    fn reveal_if_due(&mut self, turn: &mut Turn<'_>) {
        let (announced, here) = (turn.wall.plus(self.commit_took), self.people_here());
        if !self.ledger.meeting().decide_reveal(announced, &here).is_empty() {
            self.decide(turn, |meeting| meeting.decide_reveal(announced, &here));
        }
    }

    /// The server itself changes the meeting, now or when the store can take it again.
    fn decide(&mut self, turn: &mut Turn<'_>, decide: impl FnOnce(&Meeting) -> Vec<Event>) {
        match self.ledger.decide(turn.wall, decide) {
            Ok(entries) => self.persist(entries, turn),
            Err(_) => self.owed.again = Some(turn.now + TRY_AGAIN),
        }
    }

    fn persist(&mut self, entries: Vec<Entry>, turn: &mut Turn<'_>) {
        if !entries.is_empty() {
            self.pending.push_back(Pending::Log);
            turn.outputs.push_back(Output::Persist { summit: self.id.clone(), batch: Batch::Log(entries) });
        }
    }

    /// The store has answered for the oldest of what it was asked for: now it is announced, then acknowledged.
    pub(crate) fn persisted(&mut self, stored: bool, turn: &mut Turn<'_>) {
        let Some(oldest) = self.pending.pop_front() else { return };
        let (done, mut failed): (Vec<_>, Vec<_>) = match oldest {
            Pending::Log => {
                let settled = self.ledger.settle(stored);
                if let Some(decided_at) = settled.decided_at() {
                    // A clock that was set, or a disk that stood still once, must not put the reveal off.
                    self.commit_took = turn.wall.since(decided_at).min(COMMIT_MAX);
                }
                self.announce_all(settled.entries, turn);
                (settled.done.into_iter().collect(), settled.failed)
            }
            Pending::Group => {
                let settled = self.delivery.settle(stored, turn.now);
                self.tell_groups(turn);
                (settled.done.into_iter().collect(), settled.failed)
            }
        };
        if !stored {
            // What follows in the one log or the others is not stored either.
            failed.extend(self.ledger.abandon());
            failed.extend(self.delivery.abandon(turn.now));
            self.owed.again = Some(turn.now + TRY_AGAIN);
        }
        let done = done.into_iter().map(|asker| (asker, Outcome::Done));
        let failed = failed.into_iter().map(|asker| (asker, Outcome::Refused { why: Refusal::NotRecorded }));
        for ((connection, id), outcome) in done.chain(failed) {
            turn.reply(connection, id, outcome);
        }
        if stored {
            self.reveal_if_due(turn);
        }
        if self.has_ended() {
            self.close_down(turn);
        }
        self.tend_groups(turn);
    }

    fn announce_all(&mut self, entries: Vec<Entry>, turn: &mut Turn<'_>) {
        let moves_floor = |entry: &Entry| matches!(entry.event, Event::FloorGiven { .. } | Event::FloorYielded { .. });
        let floor_moved = entries.iter().any(moves_floor);
        // Other people are together than before: each is told what may be received now.
        let moves = |entry: &Entry| match &entry.event {
            Event::Revealed { .. } | Event::CaucusEntered { .. } | Event::CaucusLeft { .. } => true,
            Event::CaucusOpened { .. }
            | Event::Ready { .. }
            | Event::HandRaised { .. }
            | Event::HandLowered { .. }
            | Event::FloorGiven { .. }
            | Event::FloorYielded { .. }
            | Event::AgendaOpened { .. }
            | Event::Ended { .. } => false,
        };
        let moved = entries.iter().any(moves);
        for entry in &entries {
            if let Event::CaucusEntered { seat, .. } | Event::CaucusLeft { seat, .. } = &entry.event {
                self.set_whispering(seat, false);
            }
        }
        for entry in entries {
            self.announce(entry, turn);
        }
        if floor_moved {
            self.route(turn.now);
        }
        if moved {
            self.tell_everything(turn);
        }
    }

    fn announce(&mut self, entry: Entry, turn: &mut Turn<'_>) {
        let Entry { sequence, at, event, .. } = entry;
        let meeting = self.ledger.meeting();
        // What a party does by itself before the reveal is for its own people.
        let concerns: &[SeatId] = match &event {
            Event::CaucusOpened { called, .. } => called,
            Event::CaucusEntered { seat, .. } | Event::CaucusLeft { seat, .. } => std::slice::from_ref(seat),
            Event::Ready { .. }
            | Event::Revealed { .. }
            | Event::HandRaised { .. }
            | Event::HandLowered { .. }
            | Event::FloorGiven { .. }
            | Event::FloorYielded { .. }
            | Event::AgendaOpened { .. }
            | Event::Ended { .. } => &[],
        };
        for (connection, viewer) in &self.connections {
            if concerns.iter().all(|seat| meeting.may_see_presence(viewer, seat)) {
                turn.send(*connection, ServerMessage::Event { sequence, at, event: event.clone() });
            }
        }
    }

    fn close_down(&mut self, turn: &mut Turn<'_>) {
        for seat in self.seats.keys().cloned().collect::<Vec<_>>() {
            self.dismiss(&seat, Bye::Ended, turn);
        }
    }

    // ---- time passes

    /// When to come back if nothing happens.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let seats = self.seats.values().filter_map(|occupant| match occupant.line {
            Line::Up(_) => None,
            Line::Down { until } => Some(until),
        });
        seats
            .chain(self.media.poll_timeout())
            .chain(self.look_for_absent)
            .chain(self.owed.again)
            .chain(self.delivery.poll_timeout())
            .min()
    }

    /// Time has passed: media go on, and seats whose device did not come back become free.
    pub(crate) fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        self.media.handle_timeout(turn.now);
        let groups_due = self.delivery.poll_timeout().is_some_and(|at| at <= turn.now);
        let is_over = |occupant: &Occupant| matches!(occupant.line, Line::Down { until } if until <= turn.now);
        let over: Vec<_> =
            self.seats.iter().filter(|(_, occupant)| is_over(occupant)).map(|(seat, _)| seat.clone()).collect();
        for seat in over {
            self.leave(&seat, turn);
            self.vacate(&seat, turn);
        }
        let now = turn.now;
        let is_due = |at: &mut Instant| *at <= now;
        if self.look_for_absent.take_if(is_due).is_some() {
            self.let_absent_go(turn);
        }
        if self.owed.again.take_if(is_due).is_some() {
            self.pay(turn);
        }
        if groups_due {
            self.tend_groups(turn);
        }
    }

    // ---- small questions

    fn is_here(&self, seat: &SeatId) -> bool {
        self.seats.get(seat).is_some_and(Occupant::is_here)
    }

    fn people_here(&self) -> BTreeSet<SeatId> {
        self.seats.iter().filter(|(_, occupant)| occupant.is_here()).map(|(seat, _)| seat.clone()).collect()
    }

    fn set_stage(&mut self, seat: &SeatId, stage: Stage, turn: &mut Turn<'_>) {
        if let Some(occupant) = self.seats.get_mut(seat) {
            occupant.stage = stage;
        }
        self.tell_presence_of(seat, turn);
    }
}

/// When a request that was not refused is answered.
enum Reply {
    /// At once.
    Now,
    /// When the store or the negotiation is done, or it was answered already.
    Later,
}

/// Whether the groups may have to change by that.
fn moves_groups(request: &Request) -> bool {
    match request {
        Request::Enter { .. }
        | Request::Leave
        | Request::SealResume { .. }
        | Request::SealPackages { .. }
        | Request::MlsCreate { .. }
        | Request::MlsCommit { .. }
        | Request::MlsExternal { .. }
        | Request::MlsApplied { .. }
        | Request::MlsRefused { .. }
        | Request::MlsResync { .. }
        | Request::OpenPair { .. } => true,
        Request::Hello { .. }
        | Request::Ping { .. }
        | Request::Devices { .. }
        | Request::Ready { .. }
        | Request::RaiseHand
        | Request::LowerHand { .. }
        | Request::GiveFloor { .. }
        | Request::YieldFloor
        | Request::OpenAgenda { .. }
        | Request::End
        | Request::MediaOffer { .. }
        | Request::MediaWant { .. }
        | Request::MediaPublish { .. }
        | Request::Quality { .. }
        | Request::CertificateRequest { .. }
        | Request::MlsApp { .. }
        | Request::Whisper { .. }
        | Request::OpenCaucus { .. }
        | Request::EnterCaucus { .. }
        | Request::LeaveCaucus => false,
    }
}
