//! The meeting as a whole: one field and one match arm per feature. Rules live with their feature; this file only says
//! which feature is asked and in which phase.

use std::collections::BTreeSet;

use wire::{
    AgendaItemId, BoothId, CaucusView, Entry, Event, FloorView, GroupId, InterpretationView, Language, Phase, Refusal,
    Role, SeatId, SummitPlan, WallTime,
};

use crate::agenda::Agenda;
use crate::audience::{self, Openness};
use crate::caucus::Caucuses;
use crate::floor::Floor;
use crate::interpretation::{Interpretation, Surroundings};
use crate::lobby::Lobby;
use crate::roll::Roll;
use crate::{Action, InterpretationAction, roles};

/// One summit: its plan and everything that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    plan: SummitPlan,
    roll: Roll,
    stage: Stage,
    floor: Floor,
    agenda: Agenda,
    caucuses: Caucuses,
    interpretation: Interpretation,
}

/// Where the summit is in its life.
///
/// ```text
///            last head is ready               chair or operator ends
///   Gathering ------------------> Plenary ----------------------------> Over
///       \________________________________________________________________^
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Gathering {
        lobby: Lobby,
    },
    Plenary {
        revealed_at: WallTime,
    },
    /// `openness` stays as it was: a summit that ends in the lobby never tells one side who came for the other.
    Over {
        at: WallTime,
        openness: Openness,
    },
}

impl Meeting {
    /// A summit in which nothing has happened yet.
    pub fn new(plan: SummitPlan) -> Self {
        let stage = Stage::Gathering { lobby: Lobby::default() };
        let roll = Roll::new(&plan);
        let interpretation = Interpretation::new(&plan);
        let (floor, agenda, caucuses) = (Floor::default(), Agenda::default(), Caucuses::default());
        Self { plan, roll, stage, floor, agenda, caucuses, interpretation }
    }

    /// A summit as its log tells it.
    pub fn restore(plan: SummitPlan, log: &[Entry]) -> Self {
        let mut meeting = Self::new(plan);
        for entry in log {
            meeting.apply(&entry.event, entry.at);
        }
        meeting
    }

    /// The summit as it was prepared.
    pub fn plan(&self) -> &SummitPlan {
        &self.plan
    }

    /// Where the summit is in its life.
    pub fn phase(&self) -> Phase {
        match &self.stage {
            Stage::Gathering { lobby } => Phase::Lobby { ready: lobby.ready().to_vec() },
            Stage::Plenary { revealed_at } => Phase::Plenary { revealed_at: *revealed_at },
            Stage::Over { at, .. } => Phase::Ended { at: *at },
        }
    }

    /// Who speaks and who is next. After the end: as it stood then.
    pub fn floor(&self) -> FloorView {
        self.floor.view().clone()
    }

    /// Whether that seat has the floor. Who has it has a right to be heard.
    pub fn has_floor(&self, seat: &SeatId) -> bool {
        self.floor.is_held_by(seat)
    }

    /// The item under discussion.
    pub fn agenda(&self) -> Option<AgendaItemId> {
        self.agenda.open().cloned()
    }

    /// The caucuses that are open, as far as `viewer` may know of them: before the reveal those of the own party.
    pub fn caucuses(&self, viewer: &SeatId) -> Vec<CaucusView> {
        self.caucuses.visible_to(&self.roll, self.openness(), viewer)
    }

    /// Every caucus that is open, the oldest first.
    pub fn open_caucuses(&self) -> &[CaucusView] {
        self.caucuses.open()
    }

    /// The caucus that seat is in. Who is in none is in the room of everybody.
    pub fn caucus_of(&self, seat: &SeatId) -> Option<&GroupId> {
        self.caucuses.of(seat)
    }

    /// Booths and channels.
    pub fn interpretation(&self) -> InterpretationView {
        self.interpretation.view().clone()
    }

    /// The booth that seat works in. Its microphone is that of the booth, and is never heard as a voice of the floor.
    pub fn booth_of(&self, seat: &SeatId) -> Option<&BoothId> {
        self.interpretation.booth_of(seat)
    }

    /// Whose voice a listener who chose that channel hears besides the floor; nobody's where it is not carried. Who works in a
    /// booth hears what the booth takes relay from. In consecutive mode nobody hears a channel.
    pub fn interpreter_for(&self, listener: &SeatId, chosen: Option<&Language>) -> Option<&SeatId> {
        let room = self.caucuses.of(listener).cloned();
        if room.is_none() && self.interpretation.is_consecutive() {
            return None;
        }
        let room_of = |seat: &SeatId| self.caucuses.of(seat).cloned();
        let relayed =
            self.interpretation.booth_of(listener).and_then(|_| self.interpretation.relayed(listener, &room_of));
        let channel = match self.interpretation.booth_of(listener) {
            Some(_) => relayed.as_ref(),
            None => chosen,
        };
        self.interpretation.carrier(channel?, room.as_ref(), &room_of)
    }

    /// Whether that seat is heard for its booth, in the room where it is.
    pub fn is_live(&self, seat: &SeatId) -> bool {
        self.interpretation.is_live(seat, &|seat| self.caucuses.of(seat).cloned())
    }

    /// What a listener hears in any case of who works in a booth: the partner whose microphone is open, and in consecutive mode
    /// whoever renders.
    pub fn hears_booth(&self, listener: &SeatId, interpreter: &SeatId) -> bool {
        let booth = self.interpretation.booth_of(interpreter);
        let is_partner = booth.is_some() && booth == self.interpretation.booth_of(listener);
        let renders = || self.caucuses.of(listener).is_none() && self.renderer() == Some(interpreter);
        (is_partner && self.interpretation.is_open(interpreter)) || renders()
    }

    /// Who renders now, in consecutive mode: one for everybody in the plenary.
    fn renderer(&self) -> Option<&SeatId> {
        self.interpretation.renderer(&|seat| self.caucuses.of(seat).cloned())
    }

    /// Whether in consecutive mode an interpreter renders now: the speaker is not heard meanwhile. If nobody is there to render, the
    /// speaker is.
    pub fn is_rendering(&self) -> bool {
        self.renderer().is_some()
    }

    /// Whether there is such a channel.
    pub fn has_channel(&self, channel: &Language) -> bool {
        self.plan.channels().contains(&channel)
    }

    /// Whether that seat is told how many listen to each channel: booths, chairs and technicians.
    /// Not before the reveal: it would tell one side who has come for the other.
    pub fn sees_audience(&self, seat: &SeatId) -> bool {
        if !matches!(self.stage, Stage::Plenary { .. }) {
            return false;
        }
        self.booth_of(seat).is_some()
            || self.plan.is_chair(seat)
            || self.plan.seat(seat).is_some_and(|seat| seat.role == Role::Technician)
    }

    /// When something in the meeting happens by itself, next.
    pub fn next_due(&self) -> Option<WallTime> {
        match self.stage {
            Stage::Plenary { .. } => self.interpretation.next_due(),
            Stage::Gathering { .. } | Stage::Over { .. } => None,
        }
    }

    /// What happens by itself by now. Often nothing.
    /// `connected`: those who can be heard.
    pub fn decide_due(&self, now: WallTime, connected: &BTreeSet<SeatId>) -> Vec<Event> {
        match self.stage {
            Stage::Plenary { .. } => self.interpretation.decide_due(now, connected),
            Stage::Gathering { .. } | Stage::Over { .. } => Vec::new(),
        }
    }

    /// Whether that seat receives what is said and shown at all: a technician sees how the lines are, and no content.
    pub fn receives_content(&self, seat: &SeatId) -> bool {
        self.roll.place(seat).is_some_and(|place| place.receives_content)
    }

    /// Whether that seat may say and show anything at all: whoever has no voice is received by nobody.
    pub fn has_voice(&self, seat: &SeatId) -> bool {
        self.roll.place(seat).is_some_and(|place| place.has_voice)
    }

    /// Whether `listener` may receive what `speaker` says and shows now: inside a delegation before the reveal, everybody
    /// after it, nobody after the end; whoever is in a caucus receives those who are in there and nobody else does. Never oneself, never a technician, who sees lines and no content, and nothing of
    /// who has no voice.
    pub fn may_receive(&self, listener: &SeatId, speaker: &SeatId) -> bool {
        match &self.stage {
            Stage::Gathering { .. } | Stage::Plenary { .. } => {
                self.caucuses.of(listener) == self.caucuses.of(speaker)
                    && audience::may_receive(&self.roll, self.openness(), listener, speaker)
            }
            Stage::Over { .. } => false,
        }
    }

    /// Whether `viewer` may know where `other` is.
    pub fn may_see_presence(&self, viewer: &SeatId, other: &SeatId) -> bool {
        audience::may_see_presence(&self.roll, self.openness(), viewer, other)
    }

    /// What would happen if `seat` asked this at `now`; changes nothing. `here` are those who have come in. The events belong
    /// together: they are stored together, then applied in order.
    ///
    /// # Errors
    /// The first reason against it: the summit is over, the seat is unknown or not here, lacks the power, the moment is
    /// wrong, or the thing itself makes no sense.
    pub fn decide(
        &self,
        seat: &SeatId,
        action: &Action,
        here: &BTreeSet<SeatId>,
        now: WallTime,
    ) -> Result<Vec<Event>, Refusal> {
        if let Stage::Over { .. } = self.stage {
            return Err(Refusal::Ended);
        }
        roles::check(&self.plan, seat, action)?;
        if !here.contains(seat) {
            return Err(Refusal::NotHere);
        }
        match action {
            Action::Ready(ready) => self.lobby()?.decide_ready(&self.plan, seat, *ready),
            Action::RaiseHand if self.caucuses.of(seat).is_some() => Err(Refusal::InCaucus),
            // Who works in a booth is heard for it, and never for oneself.
            Action::RaiseHand if self.booth_of(seat).is_some() => Err(Refusal::NoVoice),
            Action::RaiseHand => self.plenary()?.floor.decide_raise(seat),
            Action::LowerHand(whose) => self.plenary()?.floor.decide_lower(&self.plan, seat, whose),
            // Who is in a caucus is not at the table.
            Action::GiveFloor(to) if self.caucuses.of(to).is_some() => Err(Refusal::NotHere),
            Action::GiveFloor(to) if self.booth_of(to).is_some() => Err(Refusal::NoVoice),
            Action::GiveFloor(to) => self.plenary()?.floor.decide_give(&self.plan, seat, to, here),
            Action::YieldFloor => self.plenary()?.floor.decide_yield(&self.plan, seat),
            Action::OpenAgenda(item) => self.plenary()?.agenda.decide_open(&self.plan, seat, item),
            Action::OpenCaucus(seats) => self.caucuses.decide_open(&self.roll, self.openness(), seat, seats),
            Action::EnterCaucus(caucus) => {
                let entered = self.caucuses.decide_enter(seat, caucus)?;
                // Who goes leaves neither a raised hand nor an occupied floor behind.
                Ok(self.decide_going(seat).into_iter().chain([entered]).collect())
            }
            Action::LeaveCaucus => {
                let left = self.caucuses.decide_leave(seat)?;
                Ok(self.interpretation.decide_departure(seat).into_iter().chain([left]).collect())
            }
            Action::Interpretation(action) => {
                let plenary = self.plenary()?;
                let room = |seat: &SeatId| plenary.caucuses.of(seat).cloned();
                let speaker = plenary.floor.view().holder.as_ref().map(|(seat, _)| seat);
                let around = Surroundings { plan: &self.plan, now, room: &room, speaker, here };
                let events = plenary.interpretation.decide(seat, action, &around)?;
                // Who works in a booth has no voice on the floor, and neither has it nor waits for it.
                let leaves = if let InterpretationAction::Assign { seat, assigned: true, .. } = action {
                    plenary.floor.decide_departure(seat)
                } else {
                    None
                };
                Ok(leaves.into_iter().chain(events).collect())
            }
            Action::End => Ok(vec![Event::Ended { by: Some(seat.clone()) }]),
        }
    }

    /// What follows when `seat` goes for good: its hand goes down, its floor is free, its readiness is taken back, and it
    /// leaves its caucus. Often nothing.
    pub fn decide_departure(&self, seat: &SeatId) -> Vec<Event> {
        let at_the_table = match &self.stage {
            Stage::Gathering { lobby } => lobby.decide_departure(&self.plan, seat).into_iter().collect(),
            Stage::Plenary { .. } => self.decide_going(seat),
            Stage::Over { .. } => return Vec::new(),
        };
        at_the_table.into_iter().chain(self.caucuses.decide_departure(seat)).collect()
    }

    /// What follows when `seat` is not at the table any more: neither a raised hand nor an occupied floor stays behind, nor an open
    /// microphone in a booth.
    fn decide_going(&self, seat: &SeatId) -> Vec<Event> {
        self.floor.decide_departure(seat).into_iter().chain(self.interpretation.decide_departure(seat)).collect()
    }

    /// What follows when another device takes a seat: a booth's microphone that was open on the former one is shut.
    pub fn decide_take_over(&self, seat: &SeatId) -> Vec<Event> {
        match self.stage {
            Stage::Plenary { .. } => self.interpretation.decide_departure(seat),
            Stage::Gathering { .. } | Stage::Over { .. } => Vec::new(),
        }
    }

    /// What follows when every head of delegation has said "ready": everybody comes back from the caucuses of the parties, and
    /// the plenary is revealed, once. `announced` is when people
    /// will learn of it, as far as the caller can tell: it is asked when the last "ready" is stored, so that the time this
    /// took does not come off the lead.
    pub fn decide_reveal(&self, announced: WallTime, here: &BTreeSet<SeatId>) -> Vec<Event> {
        match &self.stage {
            Stage::Gathering { lobby } => match lobby.decide_reveal(&self.plan, announced, here) {
                Some(revealed) => self.caucuses.decide_return().into_iter().chain([revealed]).collect(),
                None => Vec::new(),
            },
            Stage::Plenary { .. } | Stage::Over { .. } => Vec::new(),
        }
    }

    /// What happens when the operator ends the summit, who has no seat in it.
    ///
    /// # Errors
    /// It is over already.
    pub fn decide_end_by_operator(&self) -> Result<Vec<Event>, Refusal> {
        match &self.stage {
            Stage::Gathering { .. } | Stage::Plenary { .. } => Ok(vec![Event::Ended { by: None }]),
            Stage::Over { .. } => Err(Refusal::Ended),
        }
    }

    /// It happened, at `at`. Total: whatever a log says can be folded, and what makes no sense any more changes nothing.
    pub fn apply(&mut self, event: &Event, at: WallTime) {
        self.interpretation.apply(event, at);
        match event {
            Event::Ready { delegation, ready, .. } => {
                if let Stage::Gathering { lobby } = &mut self.stage {
                    lobby.apply_ready(delegation, *ready);
                }
            }
            Event::Revealed { at } => {
                if let Stage::Gathering { .. } = self.stage {
                    self.stage = Stage::Plenary { revealed_at: *at };
                }
            }
            Event::HandRaised { seat } => self.floor.apply_raised(seat),
            Event::HandLowered { seat, .. } => self.floor.apply_lowered(seat),
            Event::FloorGiven { seat, .. } => self.floor.apply_given(seat, at),
            Event::FloorYielded { seat, .. } => self.floor.apply_yielded(seat),
            Event::AgendaOpened { item, .. } => self.agenda.apply_opened(item),
            Event::CaucusOpened { caucus, called, .. } => self.caucuses.apply_opened(caucus, called),
            Event::CaucusEntered { caucus, seat } => self.caucuses.apply_entered(caucus, seat),
            Event::CaucusLeft { caucus, seat } => self.caucuses.apply_left(caucus, seat),
            Event::BoothAssigned { .. }
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
            Event::Ended { .. } => {
                if !matches!(self.stage, Stage::Over { .. }) {
                    self.stage = Stage::Over { at, openness: self.openness() };
                }
            }
        }
        self.floor.apply_clock(self.interpretation.is_suspended(), at);
    }

    fn openness(&self) -> Openness {
        match &self.stage {
            Stage::Gathering { .. } => Openness::Apart,
            Stage::Plenary { .. } => Openness::Together,
            Stage::Over { openness, .. } => *openness,
        }
    }

    /// The lobby, while there is one.
    fn lobby(&self) -> Result<&Lobby, Refusal> {
        match &self.stage {
            Stage::Gathering { lobby } => Ok(lobby),
            Stage::Plenary { .. } => Err(Refusal::TooLate),
            Stage::Over { .. } => Err(Refusal::Ended),
        }
    }

    /// The meeting itself, if it is in plenary.
    fn plenary(&self) -> Result<&Self, Refusal> {
        match &self.stage {
            Stage::Gathering { .. } => Err(Refusal::NotYet),
            Stage::Plenary { .. } => Ok(self),
            Stage::Over { .. } => Err(Refusal::Ended),
        }
    }
}
