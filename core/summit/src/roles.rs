//! Who may do what: one table. It says which power an action needs; whether the moment allows it is each feature's own rule.

use wire::{Refusal, Role, Seat, SeatId, SummitPlan};

use crate::{Action, InterpretationAction};

/// What a seat must be to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    /// Any seat of the summit.
    Anyone,
    /// A chair, alone or joint.
    Chair,
    /// A chair, or who looks after the line.
    Overseer,
    /// The head of a delegation.
    Principal,
    /// Whoever may speak.
    Voice,
    /// Whoever receives what is said and shown.
    Content,
}

/// The table.
fn needs(action: &Action, asking: &SeatId) -> Power {
    match action {
        Action::Ready(_) => Power::Principal,
        Action::RaiseHand => Power::Voice,
        Action::LowerHand(seat) if seat == asking => Power::Anyone,
        Action::LowerHand(_) => Power::Chair,
        Action::GiveFloor(_) => Power::Chair,
        // Whoever has the floor may yield it; `floor.rs` knows who that is.
        Action::YieldFloor => Power::Anyone,
        Action::OpenAgenda(_) => Power::Chair,
        Action::OpenCaucus(_) => Power::Voice,
        // Who was called receives content; `caucus.rs` knows who was.
        Action::EnterCaucus(_) => Power::Content,
        Action::LeaveCaucus => Power::Content,
        Action::Interpretation(action) => match action {
            InterpretationAction::Assign { .. } | InterpretationAction::SetChannel(..) => Power::Overseer,
            InterpretationAction::SetMode(_) => Power::Chair,
            InterpretationAction::Speak(_) => Power::Voice,
            // Who works in the booth may, and some others; `interpretation.rs` knows who does.
            InterpretationAction::Microphone(_)
            | InterpretationAction::Outgoing(_)
            | InterpretationAction::Relay(_)
            | InterpretationAction::HandOver { .. }
            | InterpretationAction::AcceptHandover
            | InterpretationAction::EndHandover
            | InterpretationAction::Suspend(..)
            | InterpretationAction::Resume(_)
            | InterpretationAction::PassTurn(_) => Power::Anyone,
        },
        Action::End => Power::Chair,
    }
}

/// Whether `asking` has the power for `action`.
pub(crate) fn check(plan: &SummitPlan, asking: &SeatId, action: &Action) -> Result<(), Refusal> {
    let seat = plan.seat(asking).ok_or(Refusal::Unknown)?;
    match needs(action, asking) {
        Power::Anyone => Ok(()),
        Power::Chair if plan.is_chair(asking) => Ok(()),
        Power::Chair => Err(Refusal::NotChair),
        Power::Overseer if plan.is_chair(asking) || seat.role == Role::Technician => Ok(()),
        Power::Overseer => Err(Refusal::NotChair),
        Power::Principal if seat.role == Role::Principal => Ok(()),
        Power::Principal => Err(Refusal::NotPrincipal),
        Power::Voice if has_voice(plan, seat) => Ok(()),
        Power::Voice => Err(Refusal::NoVoice),
        Power::Content if receives_content(seat.role) => Ok(()),
        Power::Content => Err(Refusal::NotCalled),
    }
}

/// Whether that seat may be heard and seen, and have the floor. An observer watches, a captioner writes, a technician looks after the line; who
/// presides speaks in any role.
pub(crate) fn has_voice(plan: &SummitPlan, seat: &Seat) -> bool {
    match seat.role {
        Role::Adviser | Role::Chair | Role::Interpreter | Role::NoteTaker | Role::PressOfficer | Role::Principal => {
            true
        }
        Role::Captioner | Role::Observer | Role::Technician => plan.is_chair(&seat.id),
    }
}

/// Whether that role receives what is said and shown. A technician sees how the lines are and never the content.
pub(crate) fn receives_content(role: Role) -> bool {
    match role {
        Role::Adviser
        | Role::Captioner
        | Role::Chair
        | Role::Interpreter
        | Role::NoteTaker
        | Role::Observer
        | Role::PressOfficer
        | Role::Principal => true,
        Role::Technician => false,
    }
}
