//! The roll: for every seat its side and what it may do, by name. Who may receive whom is asked for every pair of people at
//! every change, so the plan is searched once, when the meeting is made.

use std::collections::BTreeMap;

use wire::{SeatId, SummitPlan};

use crate::roles;

/// Everybody who has a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roll(BTreeMap<SeatId, Place>);

/// What a seat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The place of its delegation in the plan; none for the secretariat.
    pub(crate) side: Option<usize>,
    /// It may be heard and seen.
    pub(crate) has_voice: bool,
    /// It receives what is said and shown.
    pub(crate) receives_content: bool,
}

impl Roll {
    pub(crate) fn new(plan: &SummitPlan) -> Self {
        let sides = plan.delegations.iter().enumerate();
        let members = sides.flat_map(|(side, delegation)| delegation.seats.iter().map(move |seat| (Some(side), seat)));
        let everybody = members.chain(plan.secretariat.iter().map(|seat| (None, seat)));
        let place = |side, seat| Place {
            side,
            has_voice: roles::has_voice(plan, seat),
            receives_content: roles::receives_content(seat.role),
        };
        Self(everybody.map(|(side, seat)| (seat.id.clone(), place(side, seat))).collect())
    }

    /// What that seat is; none if there is no such seat.
    pub(crate) fn place(&self, seat: &SeatId) -> Option<Place> {
        self.0.get(seat).copied()
    }
}
