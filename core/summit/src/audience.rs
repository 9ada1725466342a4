//! Who may hear and see whom. Before the reveal a delegation is by itself: nothing crosses from one side to another, not
//! even who has come. The secretariat belongs to no side, so before the reveal it sees nobody and nobody sees it.

use wire::SeatId;

use crate::roll::{Place, Roll};

/// How far the parties are open to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Openness {
    /// Each delegation by itself.
    Apart,
    /// Everybody together.
    Together,
}

/// Whether `listener` may receive what `speaker` says and shows. Nobody receives themselves.
pub(crate) fn may_receive(roll: &Roll, openness: Openness, listener: &SeatId, speaker: &SeatId) -> bool {
    let (Some(to), Some(from)) = (roll.place(listener), roll.place(speaker)) else { return false };
    listener != speaker && to.receives_content && from.has_voice && are_together(openness, to, from)
}

/// Whether `viewer` may know where `other` is. Everybody knows it of themselves.
pub(crate) fn may_see_presence(roll: &Roll, openness: Openness, viewer: &SeatId, other: &SeatId) -> bool {
    let (Some(one), Some(two)) = (roll.place(viewer), roll.place(other)) else { return false };
    viewer == other || are_together(openness, one, two)
}

fn are_together(openness: Openness, one: Place, other: Place) -> bool {
    match openness {
        Openness::Apart => one.side.is_some() && one.side == other.side,
        Openness::Together => true,
    }
}
