//! Interpretation: who works in which booth, whose microphone is open, what a booth hears and into what it works.
//!
//! A booth is one voice: of its open microphones the first is heard, in each room (the plenary, a caucus) by itself, so two that
//! are open are a fault that everybody in the booth sees and nobody hears. A handover changes both microphones in one step.

mod booth;

use std::collections::BTreeSet;

use wire::{
    Booth, BoothId, BoothView, Event, GroupId, InterpretationMode, InterpretationView, Language, Refusal, Role, SeatId,
    SummitPlan, SuspensionReason, WallTime,
};

/// Interpreters of one booth at once; three is the most that any standard names.
const INTERPRETERS_MAX: usize = 4;

/// The longest countdown to a handover, in seconds. An interpreter who needs longer asks again.
const COUNTDOWN_MAX: u16 = 120;

/// One thing asked of the interpretation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterpretationAction {
    /// Have that seat work in that booth, or not any more.
    Assign {
        /// Which booth.
        booth: BoothId,
        /// Who.
        seat: SeatId,
        /// False: not any more.
        assigned: bool,
    },
    /// Open the own microphone in the booth, or shut it.
    Microphone(bool),
    /// Work into that language.
    Outgoing(Language),
    /// Take relay from that channel, or hear the floor.
    Relay(Option<Language>),
    /// Begin a handover to that seat: in so many seconds, or when the other one accepts.
    HandOver {
        /// Who is to work.
        to: SeatId,
        /// In so many seconds; none: when the other one accepts.
        after: Option<u16>,
    },
    /// Accept the handover that was asked for.
    AcceptHandover,
    /// Decline it, or take it back.
    EndHandover,
    /// Suspend the interpretation by that booth.
    Suspend(BoothId, SuspensionReason),
    /// Go on with it.
    Resume(BoothId),
    /// Open that channel for everybody, or close it.
    SetChannel(Language, bool),
    /// Render while or after it is said.
    SetMode(InterpretationMode),
    /// Pass the turn to the interpreter, or back.
    PassTurn(bool),
    /// Speak that language from now on.
    Speak(Language),
}

/// Where a seat is: a caucus, or none for the plenary.
pub(crate) type RoomOf<'a> = dyn Fn(&SeatId) -> Option<GroupId> + 'a;

/// What else a decision needs to know.
pub(crate) struct Surroundings<'a> {
    pub(crate) plan: &'a SummitPlan,
    pub(crate) now: WallTime,
    /// Where that seat is: a caucus, or none for the plenary.
    pub(crate) room: &'a RoomOf<'a>,
    /// Who has the floor.
    pub(crate) speaker: Option<&'a SeatId>,
    /// Who has come in.
    pub(crate) here: &'a BTreeSet<SeatId>,
}

/// The interpretation of one summit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interpretation {
    planned: Vec<Booth>,
    view: InterpretationView,
}

impl Interpretation {
    pub(crate) fn new(plan: &SummitPlan) -> Self {
        Self { planned: plan.booths.clone(), view: InterpretationView::new(&plan.booths) }
    }

    pub(crate) fn view(&self) -> &InterpretationView {
        &self.view
    }

    pub(crate) fn apply(&mut self, event: &Event, at: WallTime) {
        self.view.fold(event, at);
    }

    /// Whether any booth is suspended: the speaker's clock stands still.
    pub(crate) fn is_suspended(&self) -> bool {
        self.view.is_suspended()
    }

    /// Whether that seat's microphone is open in its booth.
    pub(crate) fn is_open(&self, seat: &SeatId) -> bool {
        self.working_in(seat).is_some_and(|booth| booth.is_open(seat))
    }

    /// Who renders now, in consecutive mode: the first of those booths that speak, in the plenary.
    pub(crate) fn renderer(&self, room_of: &RoomOf<'_>) -> Option<&SeatId> {
        self.view.rendering.and_then(|_| self.first_voice(room_of))
    }

    fn first_voice(&self, room_of: &RoomOf<'_>) -> Option<&SeatId> {
        let spoken = |booth: &&BoothView| self.planned(booth).is_some_and(|planned| !planned.signed);
        self.view.booths.iter().filter(spoken).find_map(|booth| booth::live(booth, None, room_of))
    }

    /// Whether what is said is rendered afterwards.
    pub(crate) fn is_consecutive(&self) -> bool {
        self.view.mode == InterpretationMode::Consecutive
    }

    /// The booth that seat works in.
    pub(crate) fn booth_of(&self, seat: &SeatId) -> Option<&BoothId> {
        self.working_in(seat).map(|booth| &booth.booth)
    }

    /// Whether that seat is heard for its booth in its room.
    pub(crate) fn is_live(&self, seat: &SeatId, room_of: &RoomOf<'_>) -> bool {
        self.working_in(seat).is_some_and(|booth| booth::live(booth, room_of(seat).as_ref(), room_of) == Some(seat))
    }

    /// Who carries a channel in a room; nobody where it is closed or no booth works into it.
    pub(crate) fn carrier(&self, channel: &Language, room: Option<&GroupId>, room_of: &RoomOf<'_>) -> Option<&SeatId> {
        if self.view.closed.contains(channel) {
            return None;
        }
        self.view
            .booths
            .iter()
            .filter(|booth| self.carries(booth, channel))
            .find_map(|booth| booth::live(booth, room, room_of))
    }

    /// The channel that an interpreter hears, by the rule of the booth: what it takes relay from, else the first pivot of the plan
    /// that is carried, else none, the floor. Nobody hears the channel that the own booth carries.
    pub(crate) fn relayed(&self, seat: &SeatId, room_of: &RoomOf<'_>) -> Option<Language> {
        let booth = self.working_in(seat)?;
        let wanted = booth.relay.as_ref()?;
        let room = room_of(seat);
        let pivots = self.planned(booth).into_iter().flat_map(|planned| &planned.relay);
        let mut candidates = std::iter::once(wanted).chain(pivots);
        candidates
            .find(|channel| {
                self.carrier(channel, room.as_ref(), room_of).is_some()
                    && self.would_loop(booth, Some(channel)).is_none()
            })
            .cloned()
    }

    // ---- what is asked

    pub(crate) fn decide(
        &self,
        seat: &SeatId,
        action: &InterpretationAction,
        around: &Surroundings<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let one = |event| Ok(vec![event]);
        let by = seat.clone();
        match action {
            InterpretationAction::Assign { booth, seat: whom, assigned } => {
                self.decide_assign(booth, whom, *assigned, by, around)
            }
            InterpretationAction::Microphone(open) => {
                let booth = self.own(seat)?;
                if booth.is_open(seat) == *open {
                    return Err(Refusal::AlreadySo);
                }
                let ended = (!*open).then(|| booth::handover_ended_by(booth, seat)).flatten();
                let event = Event::BoothMicrophone { booth: booth.booth.clone(), seat: by, open: *open };
                Ok(ended.into_iter().chain([event]).collect())
            }
            InterpretationAction::Outgoing(language) => {
                let booth = self.own(seat)?;
                if booth.outgoing == *language {
                    return Err(Refusal::AlreadySo);
                }
                if !self.planned(booth).is_some_and(|planned| planned.languages.contains(language)) {
                    return Err(Refusal::Unknown);
                }
                if self.loops_with(&booth.booth, language, booth.relay.as_ref()) {
                    return Err(Refusal::RelayLoop);
                }
                one(Event::BoothOutgoing { booth: booth.booth.clone(), language: language.clone(), by })
            }
            InterpretationAction::Relay(channel) => {
                let booth = self.own(seat)?;
                if booth.relay == *channel {
                    return Err(Refusal::AlreadySo);
                }
                if channel.as_ref().is_some_and(|channel| !around.plan.channels().contains(&channel)) {
                    return Err(Refusal::Unknown);
                }
                if let Some(why) = self.would_loop(booth, channel.as_ref()) {
                    return Err(why);
                }
                one(Event::BoothRelay { booth: booth.booth.clone(), channel: channel.clone(), by })
            }
            InterpretationAction::HandOver { to, after } => {
                booth::decide_handover(self.own(seat)?, seat, to, *after, around).map(|event| vec![event])
            }
            InterpretationAction::AcceptHandover => {
                booth::decide_accept(self.own(seat)?, seat).map(|event| vec![event])
            }
            InterpretationAction::EndHandover => booth::decide_end(self.own(seat)?, seat).map(|event| vec![event]),
            InterpretationAction::Suspend(booth, reason) => {
                let booth = self.answerable(seat, booth, around.plan)?;
                match booth.suspended {
                    Some(_) => Err(Refusal::AlreadySo),
                    None => one(Event::BoothSuspended { booth: booth.booth.clone(), reason: *reason, by }),
                }
            }
            InterpretationAction::Resume(booth) => {
                let booth = self.answerable(seat, booth, around.plan)?;
                match booth.suspended {
                    Some(_) => one(Event::BoothResumed { booth: booth.booth.clone(), by }),
                    None => Err(Refusal::AlreadySo),
                }
            }
            InterpretationAction::SetChannel(channel, open) => {
                if !around.plan.channels().contains(&channel) {
                    return Err(Refusal::Unknown);
                }
                if self.view.closed.contains(channel) != *open {
                    return Err(Refusal::AlreadySo);
                }
                one(Event::ChannelSet { channel: channel.clone(), open: *open, by })
            }
            InterpretationAction::SetMode(mode) if self.view.mode == *mode => Err(Refusal::AlreadySo),
            InterpretationAction::SetMode(mode) => one(Event::InterpretationModeSet { mode: *mode, by }),
            InterpretationAction::PassTurn(rendering) => self.decide_turn(seat, *rendering, around),
            InterpretationAction::Speak(language) => {
                let planned = around.plan.seat(seat).and_then(|seat| seat.languages.first());
                if self.view.spoken.get(seat).or(planned) == Some(language) {
                    return Err(Refusal::AlreadySo);
                }
                one(Event::Speaks { seat: by, language: language.clone() })
            }
        }
    }

    fn decide_assign(
        &self,
        booth: &BoothId,
        seat: &SeatId,
        assigned: bool,
        by: SeatId,
        around: &Surroundings<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let booth = self.booth(booth).ok_or(Refusal::Unknown)?;
        let planned = around.plan.seat(seat).ok_or(Refusal::Unknown)?;
        if planned.role != Role::Interpreter {
            return Err(Refusal::NotInBooth);
        }
        let event = |booth: &BoothView, assigned| Event::BoothAssigned {
            booth: booth.booth.clone(),
            seat: seat.clone(),
            assigned,
            by: by.clone(),
        };
        match (self.working_in(seat), assigned) {
            (Some(former), true) if former.booth == booth.booth => Err(Refusal::AlreadySo),
            (_, true) if booth.interpreters.len() >= INTERPRETERS_MAX => Err(Refusal::TooMany),
            (former, true) => {
                Ok(former.map(|former| event(former, false)).into_iter().chain([event(booth, true)]).collect())
            }
            (Some(former), false) if former.booth == booth.booth => Ok(vec![event(booth, false)]),
            (_, false) => Err(Refusal::AlreadySo),
        }
    }

    fn decide_turn(&self, seat: &SeatId, rendering: bool, around: &Surroundings<'_>) -> Result<Vec<Event>, Refusal> {
        if self.view.mode != InterpretationMode::Consecutive {
            return Err(Refusal::NotYet);
        }
        if self.view.rendering.is_some() == rendering {
            return Err(Refusal::AlreadySo);
        }
        let speaker = around.speaker.ok_or(Refusal::NotSpeaking)?;
        let may = around.plan.is_chair(seat) || speaker == seat || (!rendering && self.is_live(seat, around.room));
        if !may {
            return Err(if rendering { Refusal::NotSpeaking } else { Refusal::NotInBooth });
        }
        if rendering && self.first_voice(around.room).is_none() {
            // Nobody would be heard.
            return Err(Refusal::NotHere);
        }
        Ok(vec![Event::InterpretationTurn { rendering, by: seat.clone() }])
    }

    /// Handovers whose time has come.
    pub(crate) fn decide_due(&self, now: WallTime, connected: &BTreeSet<SeatId>) -> Vec<Event> {
        self.view.booths.iter().filter_map(|booth| booth::decide_due(booth, now, connected)).collect()
    }

    /// When the next one comes.
    pub(crate) fn next_due(&self) -> Option<WallTime> {
        self.view.booths.iter().filter_map(|booth| booth.handover.as_ref()?.at).min()
    }

    /// Who goes, or changes the room, leaves no open microphone behind, and no handover.
    pub(crate) fn decide_departure(&self, seat: &SeatId) -> Vec<Event> {
        self.working_in(seat).map(|booth| booth::decide_departure(booth, seat)).unwrap_or_default()
    }

    // ---- small questions

    fn booth(&self, id: &BoothId) -> Option<&BoothView> {
        self.view.booths.iter().find(|booth| booth.booth == *id)
    }

    fn planned(&self, booth: &BoothView) -> Option<&Booth> {
        self.planned.iter().find(|planned| planned.id == booth.booth)
    }

    /// Whether that booth's sound is that channel's.
    fn carries(&self, booth: &BoothView, channel: &Language) -> bool {
        booth.outgoing == *channel && self.planned(booth).is_some_and(|planned| !planned.signed)
    }

    fn working_in(&self, seat: &SeatId) -> Option<&BoothView> {
        self.view.booths.iter().find(|booth| booth.interpreters.contains(seat))
    }

    fn own(&self, seat: &SeatId) -> Result<&BoothView, Refusal> {
        self.working_in(seat).ok_or(Refusal::NotInBooth)
    }

    /// The booth, if `seat` may suspend it: who works there, who presides, who looks after the line.
    fn answerable(&self, seat: &SeatId, id: &BoothId, plan: &SummitPlan) -> Result<&BoothView, Refusal> {
        let booth = self.booth(id).ok_or(Refusal::Unknown)?;
        let looks_after = plan.is_chair(seat) || plan.seat(seat).is_some_and(|seat| seat.role == Role::Technician);
        if looks_after || booth.interpreters.contains(seat) { Ok(booth) } else { Err(Refusal::NotInBooth) }
    }

    /// Why a booth cannot take relay from that channel.
    fn would_loop(&self, booth: &BoothView, channel: Option<&Language>) -> Option<Refusal> {
        self.loops_with(&booth.booth, &booth.outgoing, channel).then_some(Refusal::RelayLoop)
    }

    /// Whether a booth that works into `outgoing` from `relay` would hear itself: following what every booth takes relay from leads
    /// back to a language that was passed. A booth that is shut counts: it may open at any time.
    fn loops_with(&self, id: &BoothId, outgoing: &Language, relay: Option<&Language>) -> bool {
        let Some(first) = relay else { return false };
        let (mut passed, mut next) = (BTreeSet::from([outgoing]), vec![first]);
        while let Some(channel) = next.pop() {
            if channel == outgoing {
                return true;
            }
            if passed.insert(channel) {
                let others = self.view.booths.iter().filter(|other| other.booth != *id && other.outgoing == *channel);
                next.extend(others.filter_map(|other| other.relay.as_ref()));
            }
        }
        false
    }
}
