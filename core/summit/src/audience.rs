//! Who may hear and see whom. Before the reveal a delegation is by itself: nothing crosses from one side to another, not
//! even who has come. The secretariat belongs to no side, so before the reveal it sees nobody and nobody sees it.

use wire::{SeatId, SummitPlan};

use crate::roles;

/// How far the parties are open to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Openness {
    /// Each delegation by itself.
    Apart,
    /// Everybody together.
    Together,
}

/// Whether `listener` may receive what `speaker` says and shows. Nobody receives themselves.
pub(crate) fn may_receive(plan: &SummitPlan, openness: Openness, listener: &SeatId, speaker: &SeatId) -> bool {
    let receives = plan.seat(listener).is_some_and(|seat| roles::receives_content(seat.role));
    let speaks = plan.seat(speaker).is_some_and(|seat| roles::has_voice(plan, seat));
    listener != speaker && receives && speaks && may_see_presence(plan, openness, listener, speaker)
}

/// Whether `viewer` may know where `other` is. Everybody knows it of themselves.
pub(crate) fn may_see_presence(plan: &SummitPlan, openness: Openness, viewer: &SeatId, other: &SeatId) -> bool {
    if plan.seat(viewer).is_none() || plan.seat(other).is_none() {
        return false;
    }
    match openness {
        Openness::Apart => viewer == other || same_delegation(plan, viewer, other),
        Openness::Together => true,
    }
}

fn same_delegation(plan: &SummitPlan, one: &SeatId, other: &SeatId) -> bool {
    plan.delegation_of(one).is_some_and(|side| side.seats.iter().any(|seat| &seat.id == other))
}
