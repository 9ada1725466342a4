//! What travels between a participant and the server, and what the record is made of.
//!
//! Every shape that crosses the network or reaches the disk is defined here once; the TypeScript types of the web
//! client are generated from these (`cargo x types`). The crate knows no rules of the meeting: those are in `summit`.
//!
//! Start at [`Request`] and [`ServerMessage`]: what a participant says, and what the server says. What changes the meeting for
//! good is an [`Event`]; what is true only while a connection lasts is a message of its own. Signed documents and the groups
//! with their keys are in [`SignedManifest`], [`Envelope`] and [`GroupView`].

mod agenda;
mod bytes;
mod caucus;
mod document;
mod event;
mod floor;
mod group;
mod id;
mod interpretation;
mod localized;
mod media;
mod meeting;
mod message;
mod party;
mod plan;
mod presence;
mod problem;
mod refusal;
mod request;
mod units;

pub use agenda::AgendaItem;
pub use bytes::{BadBytes, Bytes};
pub use caucus::CaucusView;
pub use document::{
    Admission, CertificateRequest, ChallengeAnswer, Denied, Envelope, InvitationDocument, Manifest, MemberCertificate,
    Party, PartyId, PartySignature, RegistrarCertificate, RevocationList, Rules, SECRETARIAT, Signed, SignedManifest,
};
pub use event::{Entry, Event};
pub use floor::FloorView;
pub use group::{GroupBody, GroupEntry, GroupView, Held, Newcomer};
pub use id::{AgendaItemId, BadId, BoothId, DelegationId, GroupId, RequestId, SeatId, SourceId, SummitId};
pub use interpretation::{
    Booth, BoothSignal, BoothView, Handover, InterpretationMode, InterpretationView, OpenMicrophone, Suspension,
    SuspensionReason,
};
pub use localized::{Language, Localized};
pub use media::{Delivery, Grade, Mid, Quality, Relay, Slot, Source, SourceKind, Symptom, Track, Wanted};
pub use meeting::{MeetingView, Phase};
pub use message::{Bye, Outcome, ServerMessage};
pub use party::{PartyMessage, PartyReply};
pub use plan::{Delegation, Flag, FlagLayout, PlanError, Role, Seat, SummitPlan};
pub use presence::{Devices, Presence};
pub use problem::{Arrival, Problem, SessionRequest};
pub use refusal::Refusal;
pub use request::{ClientMessage, Request};
pub use units::{Pixels, Sequence, WallTime};

/// The version of this protocol; a client says it in [`Request::Hello`], a server refuses another one.
pub const PROTOCOL: u32 = 3;

/// The largest WebSocket message a server accepts, in bytes. A commit that brings 200 people into a group at once comes with a
/// Welcome of 68 kB and a GroupInfo of 45 kB, in base64; an SDP offer with 30 m-lines is about 25 kB.
pub const MESSAGE_BYTES_MAX: usize = 512 * 1024;

/// The largest message of MLS (RFC 9420) that the server takes, in bytes.
pub const MLS_BYTES_MAX: usize = 256 * 1024;
