//! The reference model: the meeting said a second time, as simply as it can be said. It is folded anew from the log for
//! every question, keeps no caches and knows no media, connections' details or pending answers. Where it and the server
//! disagree, one of them is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use node::{ConnectionId, SessionId};
use wire::{
    AgendaItemId, DelegationId, Devices, Entry, Event, FloorView, Phase, Presence, Refusal, Request, RequestId, Role,
    SeatId, SummitPlan, WallTime,
};

/// How long the server keeps a seat whose connection was lost.
const SEAT_KEPT: Duration = Duration::from_secs(20);
/// How soon the server tries again what it owes the meeting by itself, after the disk failed.
const TRIES_AGAIN: Duration = Duration::from_secs(1);
/// How far ahead the reveal is.
const REVEAL_AHEAD: Duration = Duration::from_secs(4);
/// The slowest commit that is made up for.
const COMMIT_MAX: Duration = Duration::from_secs(5);

/// The meeting and who is in it.
pub(crate) struct Model {
    plan: SummitPlan,
    /// What was decided, in order.
    log: Vec<Entry>,
    /// How many of those are stored.
    stored: usize,
    /// After a failure of the disk: commits that were under way then and will fail, too. Until they have, nothing new can
    /// be recorded.
    failing: usize,
    seats: BTreeMap<SeatId, Person>,
    /// When the server lets go whose seat is empty: after a restart, or after somebody who was only arriving went.
    looks_for_absent: Option<Instant>,
    /// Those who went for good and have not come back: the server sees to it that nothing of theirs stands.
    departed: BTreeSet<SeatId>,
    /// When it does so again: after the disk failed.
    tries_again: Option<Instant>,
    /// How long the disk took for what it kept last.
    commit_took: Duration,
}

/// Somebody on a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Person {
    session: SessionId,
    line: Line,
    /// Came in, with these devices.
    came_in: Option<Devices>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Up(ConnectionId),
    LostSince(Instant),
}

/// What should be the answer to a hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// Good-bye: the summit is over.
    Ended,
    /// Another device has the seat.
    Taken,
    /// Welcome.
    Welcome,
}

/// What should become of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// These events are stored under the request's id; the answer comes with the store's.
    Events(Vec<Event>),
    /// It was carried out before; it is answered with "done" at once if that is stored.
    AlreadyAsked {
        /// Whether it is.
        stored: bool,
    },
    /// Refused at once.
    Refused(Refusal),
}

/// Everything that follows from a log.
#[derive(Default)]
struct Folded {
    ready: Vec<DelegationId>,
    revealed: Option<WallTime>,
    ended: Option<WallTime>,
    speaker: Option<(SeatId, WallTime)>,
    hands: Vec<SeatId>,
    item: Option<AgendaItemId>,
}

impl Model {
    pub(crate) fn new(plan: SummitPlan) -> Self {
        Self {
            plan,
            log: Vec::new(),
            stored: 0,
            failing: 0,
            seats: BTreeMap::new(),
            looks_for_absent: None,
            departed: BTreeSet::new(),
            tries_again: None,
            commit_took: Duration::ZERO,
        }
    }

    // ---- what happens

    /// A device says hello for its seat.
    pub(crate) fn hello(
        &mut self,
        seat: &SeatId,
        session: SessionId,
        connection: ConnectionId,
        take_over: bool,
    ) -> Greeting {
        if self.has_ended() {
            return Greeting::Ended;
        }
        let line = Line::Up(connection);
        match self.seats.get_mut(seat) {
            Some(person) if person.session == session => person.line = line,
            Some(_) if !take_over => return Greeting::Taken,
            Some(_) | None => {
                self.departed.remove(seat);
                self.seats.insert(seat.clone(), Person { session, line, came_in: None });
            }
        }
        Greeting::Welcome
    }

    pub(crate) fn came_in(&mut self, seat: &SeatId, devices: Devices) {
        if let Some(person) = self.seats.get_mut(seat) {
            person.came_in = Some(devices);
        }
    }

    /// A connection is gone; it matters if it still had a seat.
    pub(crate) fn disconnected(&mut self, connection: ConnectionId, now: Instant) {
        let Some(seat) = self.seat_of(connection) else { return };
        let Some(person) = self.seats.get_mut(&seat) else { return };
        if person.came_in.is_some() {
            person.line = Line::LostSince(now);
        } else {
            self.seats.remove(&seat);
            self.looks_for_absent.get_or_insert(now + SEAT_KEPT);
        }
    }

    /// The person is gone for good; what follows from it.
    pub(crate) fn gone(&mut self, seat: &SeatId, now: Instant) -> Vec<Event> {
        self.seats.remove(seat);
        self.departed.insert(seat.clone());
        if self.failing > 0 {
            self.tries_again = Some(now + TRIES_AGAIN);
            return Vec::new();
        }
        let folded = fold(&self.log);
        if folded.ended.is_some() {
            return Vec::new();
        }
        let mut events = Vec::new();
        if let Some(side) = self.headed_by(seat).filter(|side| folded.revealed.is_none() && folded.ready.contains(side))
        {
            events.push(Event::Ready { delegation: side, ready: false, by: seat.clone() });
        }
        if folded.speaker.as_ref().is_some_and(|(speaker, _)| speaker == seat) {
            events.push(Event::FloorYielded { seat: seat.clone(), by: seat.clone() });
        }
        if folded.hands.contains(seat) {
            events.push(Event::HandLowered { seat: seat.clone(), by: seat.clone() });
        }
        events
    }

    /// Those whose seat is not kept any longer.
    pub(crate) fn overdue(&self, now: Instant) -> Vec<SeatId> {
        let is_over = |person: &Person| matches!(person.line, Line::LostSince(since) if since + SEAT_KEPT <= now);
        self.seats.iter().filter(|(_, person)| is_over(person)).map(|(seat, _)| seat.clone()).collect()
    }

    /// Those whose seat is empty, when it is time to let them go.
    pub(crate) fn absent(&mut self, now: Instant) -> Vec<SeatId> {
        if self.looks_for_absent.take_if(|at| *at <= now).is_none() {
            return Vec::new();
        }
        let seats = self.plan.seats().map(|(_, seat)| seat.id.clone());
        seats.filter(|seat| !self.seats.contains_key(seat)).collect()
    }

    /// Whether it is time to decide again what is owed.
    pub(crate) fn pays(&mut self, now: Instant) -> bool {
        self.tries_again.take_if(|at| *at <= now).is_some()
    }

    /// Those who are gone, and whose going must be on record.
    pub(crate) fn departed(&self) -> Vec<SeatId> {
        self.departed.iter().cloned().collect()
    }

    /// The reveal, if it is due: all heads are here and ready, as it is stored and as it is decided.
    pub(crate) fn reveal(&mut self, now: Instant, wall: WallTime) -> Vec<Event> {
        let mut heads = self.plan.seats().filter(|(_, seat)| seat.role == Role::Principal).map(|(_, seat)| &seat.id);
        let all_here = heads.all(|head| self.is_here(head));
        let all_ready = |meeting: &Folded| {
            let ready = meeting.ready.len() == self.plan.delegations.len();
            ready && meeting.revealed.is_none() && meeting.ended.is_none()
        };
        let due = all_here && all_ready(&self.on_record());
        if due && self.failing > 0 {
            self.tries_again = Some(now + TRIES_AGAIN);
            return Vec::new();
        }
        let due = due && all_ready(&fold(&self.log));
        let at = wall.plus(self.commit_took).plus(REVEAL_AHEAD);
        due.then_some(Event::Revealed { at }).into_iter().collect()
    }

    /// The server decided this.
    pub(crate) fn decided(&mut self, entries: &[Entry]) {
        self.log.extend_from_slice(entries);
    }

    /// The store kept the oldest `count` entries that were not kept yet.
    pub(crate) fn stored(&mut self, count: usize, wall: WallTime) {
        if let Some(oldest) = self.log.get(self.stored) {
            self.commit_took = Duration::from_millis(u64::try_from(wall.0 - oldest.at.0).unwrap_or(0)).min(COMMIT_MAX);
        }
        self.stored += count;
    }

    /// The store failed, with so many more commits under way: nothing that it did not keep has happened.
    pub(crate) fn not_stored(&mut self, under_way: usize, now: Instant) {
        self.tries_again = Some(now + TRIES_AGAIN);
        self.log.truncate(self.stored);
        self.failing = under_way;
    }

    /// The server started anew with what the disk holds; everybody has to come in again.
    pub(crate) fn restarted(&mut self, log: &[Entry], now: Instant) {
        self.looks_for_absent = Some(now + SEAT_KEPT);
        self.departed.clear();
        self.tries_again = None;
        self.commit_took = Duration::ZERO;
        self.log = log.to_vec();
        self.stored = log.len();
        self.failing = 0;
        self.seats.clear();
    }

    /// The summit is over for everybody.
    pub(crate) fn everybody_goes(&mut self) {
        self.seats.clear();
    }

    // ---- what should become of it

    /// Whether a request asks something of the meeting.
    pub(crate) fn is_asked(request: &Request) -> bool {
        matches!(
            request,
            Request::Ready { .. }
                | Request::RaiseHand
                | Request::LowerHand { .. }
                | Request::GiveFloor { .. }
                | Request::YieldFloor
                | Request::OpenAgenda { .. }
                | Request::End
        )
    }

    /// What should become of a request that asks something of the meeting; none for all others.
    pub(crate) fn expected(&self, who: &SeatId, id: &RequestId, request: &Request) -> Option<Expected> {
        if !Self::is_asked(request) {
            return None;
        }
        if let Some(place) = self.log.iter().position(|entry| entry.request.as_ref() == Some(id)) {
            return Some(Expected::AlreadyAsked { stored: place < self.stored });
        }
        if !self.is_here(who) {
            return Some(Expected::Refused(Refusal::NotHere));
        }
        if self.failing > 0 {
            return Some(Expected::Refused(Refusal::NotRecorded));
        }
        Some(match self.outcome(who, request) {
            Ok(events) => Expected::Events(events),
            Err(refusal) => Expected::Refused(refusal),
        })
    }

    fn outcome(&self, who: &SeatId, request: &Request) -> Result<Vec<Event>, Refusal> {
        let now = fold(&self.log);
        let by = who.clone();
        let speaker = now.speaker.map(|(speaker, _)| speaker);
        ensure(now.ended.is_none(), Refusal::Ended)?;
        let chair = self.plan.is_chair(who);
        let plenary = now.revealed.is_some();
        let known = |seat: &SeatId| self.plan.seat(seat).is_some();
        #[expect(clippy::wildcard_enum_match_arm, reason = "the caller asks only about requests to the meeting")]
        match request {
            Request::Ready { ready } => {
                let side = self.headed_by(who).ok_or(Refusal::NotPrincipal)?;
                ensure(!plenary, Refusal::TooLate)?;
                ensure(now.ready.contains(&side) != *ready, Refusal::AlreadySo)?;
                Ok(vec![Event::Ready { delegation: side, ready: *ready, by }])
            }
            Request::RaiseHand => {
                ensure(self.has_voice(who), Refusal::NoVoice)?;
                ensure(plenary, Refusal::NotYet)?;
                ensure(speaker.as_ref() != Some(who), Refusal::AlreadySo)?;
                ensure(!now.hands.contains(who), Refusal::AlreadyRaised)?;
                Ok(vec![Event::HandRaised { seat: by }])
            }
            Request::LowerHand { seat } => {
                ensure(chair || seat == who, Refusal::NotChair)?;
                ensure(plenary, Refusal::NotYet)?;
                ensure(known(seat), Refusal::Unknown)?;
                ensure(now.hands.contains(seat), Refusal::NotRaised)?;
                Ok(vec![Event::HandLowered { seat: seat.clone(), by }])
            }
            Request::GiveFloor { seat } => {
                ensure(chair, Refusal::NotChair)?;
                ensure(plenary, Refusal::NotYet)?;
                ensure(known(seat), Refusal::Unknown)?;
                ensure(self.has_voice(seat), Refusal::NoVoice)?;
                ensure(self.is_here(seat), Refusal::NotHere)?;
                ensure(speaker.as_ref() != Some(seat), Refusal::AlreadySo)?;
                let mut events = Vec::new();
                events.extend(speaker.map(|former| Event::FloorYielded { seat: former, by: by.clone() }));
                events.push(Event::FloorGiven { seat: seat.clone(), by });
                Ok(events)
            }
            Request::YieldFloor => {
                ensure(plenary, Refusal::NotYet)?;
                let seat = speaker.filter(|speaker| speaker == who || chair).ok_or(Refusal::NotSpeaking)?;
                Ok(vec![Event::FloorYielded { seat, by }])
            }
            Request::OpenAgenda { item } => {
                ensure(chair, Refusal::NotChair)?;
                ensure(plenary, Refusal::NotYet)?;
                ensure(self.plan.agenda.iter().any(|known| known.id == *item), Refusal::Unknown)?;
                ensure(now.item.as_ref() != Some(item), Refusal::AlreadySo)?;
                Ok(vec![Event::AgendaOpened { item: item.clone(), by }])
            }
            Request::End => {
                ensure(chair, Refusal::NotChair)?;
                Ok(vec![Event::Ended { by: Some(by) }])
            }
            _ => Err(Refusal::Malformed),
        }
    }

    // ---- what everybody should see

    /// Where the summit is, as far as it is stored.
    pub(crate) fn phase(&self) -> Phase {
        let now = self.on_record();
        match (now.ended, now.revealed) {
            (Some(at), _) => Phase::Ended { at },
            (None, Some(revealed_at)) => Phase::Plenary { revealed_at },
            (None, None) => Phase::Lobby { ready: now.ready },
        }
    }

    /// Who has the floor and who asked for it, as far as it is stored.
    pub(crate) fn floor(&self) -> FloorView {
        let now = self.on_record();
        FloorView { holder: now.speaker, queue: now.hands, ..FloorView::default() }
    }

    /// The item under discussion, as far as it is stored.
    pub(crate) fn agenda(&self) -> Option<AgendaItemId> {
        self.on_record().item
    }

    /// How many entries are stored.
    pub(crate) fn entries_stored(&self) -> u64 {
        self.stored as u64
    }

    /// Where the others are, for `viewer`; absent ones and those it may not see are left out.
    pub(crate) fn presence_for(&self, viewer: &SeatId) -> BTreeMap<SeatId, Presence> {
        let place = |person: &Person| match (person.line, person.came_in) {
            (Line::LostSince(_), _) => Presence::Reconnecting,
            (Line::Up(_), None) => Presence::Arriving,
            (Line::Up(_), Some(devices)) => Presence::Here { devices },
        };
        let seen = self.seats.iter().filter(|(seat, _)| *seat == viewer || self.are_together(viewer, seat));
        seen.map(|(seat, person)| (seat.clone(), place(person))).collect()
    }

    /// Whether two different seats may see each other now; hearing is the same, while the summit lasts.
    pub(crate) fn are_together(&self, one: &SeatId, other: &SeatId) -> bool {
        let side = |seat: &SeatId| self.plan.delegation_of(seat).map(|side| side.id.clone());
        self.on_record().revealed.is_some() || (side(one).is_some() && side(one) == side(other))
    }

    /// Whether `listener` may receive the sounds and pictures of `speaker`.
    pub(crate) fn may_receive(&self, listener: &SeatId, speaker: &SeatId) -> bool {
        let is_technician = self.plan.seat(listener).is_none_or(|seat| seat.role == Role::Technician);
        let speaks = self.has_voice(speaker);
        listener != speaker && !is_technician && speaks && !self.has_ended() && self.are_together(listener, speaker)
    }

    /// Whether a seat may be heard, seen and given the floor.
    pub(crate) fn has_voice(&self, seat: &SeatId) -> bool {
        let watches = |role: Role| role == Role::Observer || role == Role::Technician;
        self.plan.seat(seat).is_some_and(|known| !watches(known.role) || self.plan.is_chair(seat))
    }

    /// Whether the end is stored.
    pub(crate) fn has_ended(&self) -> bool {
        self.on_record().ended.is_some()
    }

    /// Whether the person came in and was not given up.
    pub(crate) fn is_here(&self, seat: &SeatId) -> bool {
        self.seats.get(seat).is_some_and(|person| person.came_in.is_some())
    }

    /// The seat that a connection has now.
    pub(crate) fn seat_of(&self, connection: ConnectionId) -> Option<SeatId> {
        let has = |person: &Person| person.line == Line::Up(connection);
        self.seats.iter().find(|(_, person)| has(person)).map(|(seat, _)| seat.clone())
    }

    /// The connections that are told what happens.
    pub(crate) fn listeners(&self) -> Vec<ConnectionId> {
        let line = |person: &Person| match person.line {
            Line::Up(connection) => Some(connection),
            Line::LostSince(_) => None,
        };
        let mut listeners: Vec<_> = self.seats.values().filter_map(line).collect();
        listeners.sort();
        listeners
    }

    fn on_record(&self) -> Folded {
        fold(&self.log[..self.stored])
    }

    fn headed_by(&self, seat: &SeatId) -> Option<DelegationId> {
        let is_head = |side: &&wire::Delegation| {
            side.seats.iter().any(|other| other.id == *seat && other.role == Role::Principal)
        };
        self.plan.delegations.iter().find(is_head).map(|side| side.id.clone())
    }
}

fn ensure(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal) }
}

fn fold(log: &[Entry]) -> Folded {
    let mut now = Folded::default();
    for Entry { at, event, .. } in log {
        match event {
            Event::Ready { delegation, ready: true, .. } => now.ready.push(delegation.clone()),
            Event::Ready { delegation, ready: false, .. } => now.ready.retain(|other| other != delegation),
            Event::Revealed { at } => now.revealed = Some(*at),
            Event::HandRaised { seat } => now.hands.push(seat.clone()),
            Event::HandLowered { seat, .. } => now.hands.retain(|other| other != seat),
            Event::FloorGiven { seat, .. } => {
                now.hands.retain(|other| other != seat);
                now.speaker = Some((seat.clone(), *at));
            }
            Event::FloorYielded { .. } => now.speaker = None,
            Event::AgendaOpened { item, .. } => now.item = Some(item.clone()),
            Event::CaucusOpened { .. }
            | Event::CaucusEntered { .. }
            | Event::CaucusLeft { .. }
            | Event::BoothAssigned { .. }
            | Event::BoothMicrophone { .. }
            | Event::BoothOutgoing { .. }
            | Event::BoothRelay { .. }
            | Event::HandoverBegun { .. }
            | Event::HandedOver { .. }
            | Event::HandoverEnded { .. }
            | Event::BoothSuspended { .. }
            | Event::BoothResumed { .. }
            | Event::ChannelSet { .. }
            | Event::InterpretationModeSet { .. }
            | Event::InterpretationTurn { .. }
            | Event::Speaks { .. } => {}
            Event::Ended { .. } => now.ended = Some(*at),
        }
    }
    now
}
