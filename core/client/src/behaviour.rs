//! What a participant does of its own accord, so that a summit of bots is alive: a head of delegation says "ready", people
//! raise their hands now and then, and yield the floor when they have said what they wanted to.

use std::time::{Duration, Instant};

use wire::{MeetingView, Phase, Request, Role, SeatId, SummitPlan, WallTime};

use crate::dice::Dice;
use crate::interpreting;

/// How often it is looked whether something is to be done.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The shortest and the longest time between two raised hands of one participant.
const HAND_PAUSE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(90));
/// How long a hand stays up before it is taken down again.
const HAND_PATIENCE: Duration = Duration::from_secs(60);
/// How long a participant keeps the floor.
const SPEECH: Duration = Duration::from_secs(25);

/// What a participant does by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// As head of a delegation, say "ready" in the lobby.
    pub ready: bool,
    /// Raise a hand now and then, and yield the floor.
    pub hands: bool,
    /// Work in the booth that one is assigned to; elsewhere, listen to the channel of one's own first language.
    pub interpret: bool,
}

/// The behaviour and where it stands.
#[derive(Debug)]
pub(crate) struct Habits {
    behaviour: Behaviour,
    next_look: Instant,
    hand: Instant,
    hand_up: Option<Instant>,
    floor: Option<Instant>,
    /// The server was told, since it last said welcome, to which channel one listens.
    listens: bool,
}

impl Habits {
    pub(crate) fn new(behaviour: Behaviour, now: Instant, dice: &mut Dice) -> Self {
        let hand = now + dice.between(HAND_PAUSE.0 / 2, HAND_PAUSE.1);
        Self { behaviour, next_look: now + LOOK_EVERY, hand, hand_up: None, floor: None, listens: false }
    }

    /// The server may have forgotten what it was told.
    pub(crate) fn be_welcomed(&mut self) {
        self.listens = false;
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        (self.behaviour != Behaviour::default()).then_some(self.next_look)
    }

    /// Whether it is time to look again.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.poll_timeout().is_some_and(|due| due <= now);
        if due {
            self.next_look = now + LOOK_EVERY;
        }
        due
    }

    /// What to ask for, as things are.
    pub(crate) fn look(
        &mut self,
        plan: &SummitPlan,
        view: &MeetingView,
        you: &SeatId,
        (now, wall): (Instant, Option<WallTime>),
        dice: &mut Dice,
    ) -> Option<Request> {
        match &view.phase {
            Phase::Lobby { ready } if self.behaviour.ready => {
                let is_head = plan.seat(you).is_some_and(|seat| seat.role == Role::Principal);
                let side = plan.delegation_of(you).filter(|_| is_head)?;
                (!ready.contains(&side.id)).then_some(Request::Ready { ready: true })
            }
            Phase::Plenary { .. } => match interpreting::booth_of(view, you) {
                Some(booth) if self.behaviour.interpret => interpreting::look(view, booth, you, wall),
                None if self.behaviour.interpret && !self.listens => {
                    self.listens = true;
                    interpreting::chosen(plan, you)
                }
                None if self.behaviour.hands && may_ask(plan, you) => self.look_at_floor(view, you, now, dice),
                Some(_) | None => None,
            },
            Phase::Lobby { .. } | Phase::Ended { .. } => None,
        }
    }

    fn look_at_floor(&mut self, view: &MeetingView, you: &SeatId, now: Instant, dice: &mut Dice) -> Option<Request> {
        if view.floor.holder.as_ref().is_some_and(|(holder, _)| holder == you) {
            let since = *self.floor.get_or_insert(now);
            return (now.duration_since(since) >= SPEECH).then_some(Request::YieldFloor);
        }
        self.floor = None;
        if view.floor.queue.contains(you) {
            let since = *self.hand_up.get_or_insert(now);
            let waited = now.duration_since(since) >= HAND_PATIENCE;
            return waited.then(|| Request::LowerHand { seat: you.clone() });
        }
        self.hand_up = None;
        if now < self.hand {
            return None;
        }
        self.hand = now + dice.between(HAND_PAUSE.0, HAND_PAUSE.1);
        Some(Request::RaiseHand)
    }
}

/// Whether it makes sense to ask for the floor from this seat. The server decides; this keeps it from being asked in vain.
fn may_ask(plan: &SummitPlan, you: &SeatId) -> bool {
    let only_watches = |role: Role| matches!(role, Role::Captioner | Role::Observer | Role::Technician);
    plan.is_chair(you) || plan.seat(you).is_some_and(|seat| !only_watches(seat.role))
}
