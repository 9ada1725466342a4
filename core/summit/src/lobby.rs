//! The lobby: the delegations gather apart until the head of each has said "ready", then the plenary is revealed to all
//! at once.

use std::collections::BTreeSet;
use std::time::Duration;

use wire::{Delegation, DelegationId, Event, Refusal, Role, Seat, SeatId, SummitPlan, WallTime};

/// How far ahead the instant of the reveal lies when it is announced. Every screen learns of it in this time, so that all
/// show both sides at the same instant: the worst round trip a conversation is possible over, and a slow computer that lays
/// out the table. And the group of everybody is made in this time: who is in it can be seen by its members, so it cannot be
/// made before, and without its keys there are no pictures. That takes five times the way of the member who makes it.
pub const REVEAL_LEAD: Duration = Duration::from_secs(4);

/// Which delegations are ready, in the order in which they became so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lobby {
    ready: Vec<DelegationId>,
}

impl Lobby {
    pub(crate) fn ready(&self) -> &[DelegationId] {
        &self.ready
    }

    /// A head says `ready`, or takes it back.
    pub(crate) fn decide_ready(&self, plan: &SummitPlan, head: &SeatId, ready: bool) -> Result<Vec<Event>, Refusal> {
        let side = plan.delegation_of(head).ok_or(Refusal::NotPrincipal)?;
        if self.ready.contains(&side.id) == ready {
            return Err(Refusal::AlreadySo);
        }
        Ok(vec![Event::Ready { delegation: side.id.clone(), ready, by: head.clone() }])
    }

    /// Every head is ready and here: the reveal is due, a lead after `announced`. A head who is not here may be on the way
    /// back after a restart, and nobody is revealed to an empty chair.
    pub(crate) fn decide_reveal(
        &self,
        plan: &SummitPlan,
        announced: WallTime,
        here: &BTreeSet<SeatId>,
    ) -> Option<Event> {
        let is_here = |seat: &Seat| seat.role == Role::Principal && here.contains(&seat.id);
        let is_ready = |side: &Delegation| self.ready.contains(&side.id) && side.seats.iter().any(is_here);
        plan.delegations.iter().all(is_ready).then(|| Event::Revealed { at: announced.plus(REVEAL_LEAD) })
    }

    /// A head who goes is not ready any more: nobody is revealed to an empty chair.
    pub(crate) fn decide_departure(&self, plan: &SummitPlan, seat: &SeatId) -> Option<Event> {
        let side = plan.delegation_of(seat)?;
        let is_head = side.seats.iter().any(|other| &other.id == seat && other.role == Role::Principal);
        let takes_back = is_head && self.ready.contains(&side.id);
        takes_back.then(|| Event::Ready { delegation: side.id.clone(), ready: false, by: seat.clone() })
    }

    pub(crate) fn apply_ready(&mut self, delegation: &DelegationId, ready: bool) {
        self.ready.retain(|known| known != delegation);
        if ready {
            self.ready.push(delegation.clone());
        }
    }
}
