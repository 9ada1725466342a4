//! What travels between a participant and the server, and what the record is made of.
//!
//! Every shape that crosses the network or reaches the disk is defined here once; the TypeScript types of the web
//! client are generated from these (`cargo x types`). The crate knows no rules of the meeting: those are in `summit`.
//!
//! Start at [`message`]: a participant sends [`ClientMessage`]s, the server sends [`ServerMessage`]s. What changes the
//! meeting for good is an [`Event`]; what is true only while a connection lasts is a message of its own.

mod agenda;
mod event;
mod floor;
mod id;
mod localized;
mod media;
mod meeting;
pub mod message;
mod plan;
mod presence;
mod problem;
mod refusal;
mod units;

pub use agenda::AgendaItem;
pub use event::{Entry, Event};
pub use floor::FloorView;
pub use id::{AgendaItemId, BadId, DelegationId, RequestId, SeatId, SourceId, SummitId};
pub use localized::{Language, Localized};
pub use media::{Grade, Mid, Quality, Slot, Source, SourceKind, Symptom, Track, Wanted};
pub use meeting::{MeetingView, Phase};
pub use message::{Bye, ClientMessage, Outcome, Request, ServerMessage};
pub use plan::{Delegation, Flag, FlagLayout, PlanError, Role, Seat, SummitPlan};
pub use presence::{Devices, Presence};
pub use problem::{Arrival, Problem, SessionRequest};
pub use refusal::Refusal;
pub use units::{Pixels, Sequence, WallTime};

/// The version of this protocol; a client says it in [`Request::Hello`], a server refuses another one.
pub const PROTOCOL: u32 = 1;

/// The largest WebSocket message a server accepts, in bytes. An SDP offer with 30 m-lines is about 25 kB.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
