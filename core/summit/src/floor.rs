//! The floor: one speaker, and a queue of raised hands, first come first. The chair gives; the speaker or the chair
//! yields. Giving to one who did not ask is the chair's right, and giving while another speaks ends that speech.

use std::collections::BTreeSet;

use wire::{Event, FloorView, Refusal, SeatId, SummitPlan, WallTime};

use crate::roles;

/// Who speaks and who is next. The speaker is never in the queue, and nobody is in it twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Floor {
    view: FloorView,
}

impl Floor {
    pub(crate) fn view(&self) -> &FloorView {
        &self.view
    }

    fn holder(&self) -> Option<&SeatId> {
        self.view.holder.as_ref().map(|(seat, _)| seat)
    }

    pub(crate) fn is_held_by(&self, seat: &SeatId) -> bool {
        self.holder() == Some(seat)
    }

    fn is_raised(&self, seat: &SeatId) -> bool {
        self.view.queue.contains(seat)
    }

    pub(crate) fn decide_raise(&self, seat: &SeatId) -> Result<Vec<Event>, Refusal> {
        if self.holder() == Some(seat) {
            return Err(Refusal::AlreadySo);
        }
        if self.is_raised(seat) {
            return Err(Refusal::AlreadyRaised);
        }
        Ok(vec![Event::HandRaised { seat: seat.clone() }])
    }

    pub(crate) fn decide_lower(&self, plan: &SummitPlan, by: &SeatId, seat: &SeatId) -> Result<Vec<Event>, Refusal> {
        plan.seat(seat).ok_or(Refusal::Unknown)?;
        if !self.is_raised(seat) {
            return Err(Refusal::NotRaised);
        }
        Ok(vec![Event::HandLowered { seat: seat.clone(), by: by.clone() }])
    }

    pub(crate) fn decide_give(
        &self,
        plan: &SummitPlan,
        by: &SeatId,
        seat: &SeatId,
        here: &BTreeSet<SeatId>,
    ) -> Result<Vec<Event>, Refusal> {
        let to = plan.seat(seat).ok_or(Refusal::Unknown)?;
        if !roles::has_voice(plan, to) {
            return Err(Refusal::NoVoice);
        }
        if !here.contains(seat) {
            return Err(Refusal::NotHere);
        }
        if self.holder() == Some(seat) {
            return Err(Refusal::AlreadySo);
        }
        let ended = self.holder().map(|holder| Event::FloorYielded { seat: holder.clone(), by: by.clone() });
        let given = Event::FloorGiven { seat: seat.clone(), by: by.clone() };
        Ok(ended.into_iter().chain([given]).collect())
    }

    pub(crate) fn decide_yield(&self, plan: &SummitPlan, by: &SeatId) -> Result<Vec<Event>, Refusal> {
        match self.holder() {
            Some(holder) if holder == by || plan.is_chair(by) => {
                Ok(vec![Event::FloorYielded { seat: holder.clone(), by: by.clone() }])
            }
            Some(_) | None => Err(Refusal::NotSpeaking),
        }
    }

    /// Whoever goes leaves neither a raised hand nor an occupied floor behind.
    pub(crate) fn decide_departure(&self, seat: &SeatId) -> Option<Event> {
        if self.holder() == Some(seat) {
            Some(Event::FloorYielded { seat: seat.clone(), by: seat.clone() })
        } else if self.is_raised(seat) {
            Some(Event::HandLowered { seat: seat.clone(), by: seat.clone() })
        } else {
            None
        }
    }

    pub(crate) fn apply_raised(&mut self, seat: &SeatId) {
        if self.holder() != Some(seat) && !self.is_raised(seat) {
            self.view.queue.push(seat.clone());
        }
    }

    pub(crate) fn apply_lowered(&mut self, seat: &SeatId) {
        self.view.queue.retain(|other| other != seat);
    }

    pub(crate) fn apply_given(&mut self, seat: &SeatId, at: WallTime) {
        self.view.give(seat, at);
    }

    pub(crate) fn apply_yielded(&mut self, seat: &SeatId) {
        if self.holder() == Some(seat) {
            self.view.free();
        }
    }

    /// The speaker's clock stands still while what is said is not interpreted.
    pub(crate) fn apply_clock(&mut self, stands: bool, at: WallTime) {
        self.view.stand(stands, at);
    }
}
