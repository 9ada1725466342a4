//! One summit as it is held: who sits where, what they ask for, and what becomes of it.
//!
//! The rules are `summit`'s and the packets are `media`'s; the room brings a request to the right one and tells the
//! people what changed. `room/coming.rs` knows who comes and goes, `room/storing.rs` what is stored
//! before it is told; `room/telling.rs` keeps every screen up to date, `room/lines.rs` looks after media connections,
//! `room/sealing.rs` after the groups and their keys, `room/whispering.rs` after who is heard by the own party only,
//! `room/interpreting.rs` after who listens to which channel.

mod coming;
mod holdings;
mod interpreting;
mod lines;
mod sealing;
mod storing;
mod telling;
mod whispering;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use media::{Media, PeerId, SealWindow};
use summit::Action;
use wire::{
    Bye, ClientMessage, Entry, Envelope, Outcome, Phase, Refusal, Request, RequestId, SeatId, ServerMessage,
    SignedManifest, SourceId, SummitId, SummitPlan, WallTime,
};

use crate::delivery::Delivery;
use crate::demux::{Demux, RoomIndex};
use crate::ledger::{Decision, Ledger};
use crate::occupant::{Line, Occupant, Stage};
use crate::registrars::Registrars;
use crate::sources::{SourceNumbers, Sources};
use crate::{ConnectionId, InvitationId, Output, Sealed, SessionId};

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
    /// The groups that the meeting has may be others than the delivery service was told.
    circles_changed: bool,
    /// Somebody may be somewhere else than the delivery service was told.
    places_changed: bool,
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
    /// When a handover in a booth comes that was counted down to.
    handover_at: Option<Instant>,
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
            circles_changed: true,
            places_changed: true,
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
            // What was counted down to before a restart is looked at at once.
            handover_at: Some(now),
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

    // ---- people ask

    /// Somebody asks for something.
    pub(crate) fn message(&mut self, connection: ConnectionId, message: ClientMessage, turn: &mut Turn<'_>) {
        let Some(seat) = self.connections.get(&connection).cloned() else { return };
        let ClientMessage { id, request } = message;
        let moves_groups = sealing::moves_groups(&request);
        let applied = if let Request::MlsApplied { group, .. } = &request { Some(group.clone()) } else { None };
        match self.carry_out(connection, &seat, &id, request, turn) {
            Ok(Reply::Now) => turn.reply(connection, id, Outcome::Done),
            Ok(Reply::Later) => {}
            Err(why) => turn.reply(connection, id, Outcome::Refused { why }),
        }
        if moves_groups && !applied.is_some_and(|group| self.delivery.only_waits(&group, turn.now)) {
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
            Request::Listen { channel } => self.listen(seat, channel, turn)?,
            Request::Signal { signal } => self.signal(seat, signal, turn)?,
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
            | Request::AssignInterpreter { .. }
            | Request::BoothMicrophone { .. }
            | Request::BoothOutgoing { .. }
            | Request::BoothRelay { .. }
            | Request::HandOver { .. }
            | Request::AcceptHandover
            | Request::EndHandover
            | Request::SuspendBooth { .. }
            | Request::ResumeBooth { .. }
            | Request::SetChannel { .. }
            | Request::SetInterpretationMode { .. }
            | Request::PassTurn { .. }
            | Request::Speak { .. }
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
            .chain(self.handover_due())
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
        if self.handover_at.take_if(is_due).is_some() {
            self.look_for_handovers(turn);
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

    /// Those who are here and whose line stands.
    fn people_connected(&self) -> BTreeSet<SeatId> {
        let connected = |occupant: &Occupant| occupant.is_here() && occupant.connection().is_some();
        self.seats.iter().filter(|(_, occupant)| connected(occupant)).map(|(seat, _)| seat.clone()).collect()
    }

    fn set_stage(&mut self, seat: &SeatId, stage: Stage, turn: &mut Turn<'_>) {
        if let Some(occupant) = self.seats.get_mut(seat) {
            occupant.stage = stage;
        }
        self.places_changed = true;
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
