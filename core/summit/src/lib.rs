//! The rules of the meeting: who may do what, when, and what follows from it.
//!
//! A [`Meeting`] is asked with [`Meeting::decide`] and told with [`Meeting::apply`]. Deciding changes nothing and either
//! names the events that would happen or a [`wire::Refusal`]; the caller stores the events and then applies them. A
//! meeting is nothing but its plan and the fold of its events, so [`Meeting::restore`] brings it back from the log.
//!
//! Nothing here knows of media, connections or clocks. What the media plane needs to know is one relation between seats:
//! [`Meeting::may_receive`].

mod action;
mod agenda;
mod audience;
mod caucus;
mod floor;
mod interpretation;
mod lobby;
mod meeting;
mod roles;
mod roll;

pub use action::Action;
pub use interpretation::InterpretationAction;
pub use lobby::REVEAL_LEAD;
pub use meeting::Meeting;
