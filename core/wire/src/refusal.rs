//! Why a request was not carried out.

use serde::{Deserialize, Serialize};

/// A stable code for every "no". The client says it in the person's language, with what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Refusal {
    /// The seat already asked for the floor.
    #[error("your hand is already raised")]
    AlreadyRaised,
    /// Only who works in that booth may do this.
    #[error("you do not work in this booth")]
    NotInBooth,
    /// The booth would hear itself, directly or by way of others.
    #[error("this booth would hear itself by way of the others")]
    RelayLoop,
    /// Nothing would change.
    #[error("this is so already")]
    AlreadySo,
    /// The seat is in a caucus already.
    #[error("you are in a caucus; come back first")]
    InCaucus,
    /// The summit is over.
    #[error("the summit has ended")]
    Ended,
    /// That epoch is over: another commit was taken, or this one was not asked for.
    #[error("the epoch is over")]
    EpochOver,
    /// The message is well-formed but makes no sense here.
    #[error("this message cannot be understood here")]
    Malformed,
    /// The media offer cannot be used; reload the page.
    #[error("the media offer cannot be used")]
    MediaOffer,
    /// Only a chair may do this.
    #[error("only the chair may do this")]
    NotChair,
    /// The seat was not called to this caucus, or is no member of this group.
    #[error("you are not of this circle")]
    NotCalled,
    /// The person did not come in yet.
    #[error("join first")]
    NotHere,
    /// Only the head of a delegation may do this.
    #[error("only the head of a delegation may do this")]
    NotPrincipal,
    /// The seat neither speaks nor shows: an observer watches, a technician looks after the line.
    #[error("this seat neither speaks nor shows anything")]
    NoVoice,
    /// The seat did not ask for the floor.
    #[error("no hand is raised")]
    NotRaised,
    /// Nobody has the floor, or it is somebody else's.
    #[error("you do not have the floor")]
    NotSpeaking,
    /// Not before the reveal.
    #[error("not before the plenary has begun")]
    NotYet,
    /// The store is away: nothing was done, try again.
    #[error("it could not be recorded, so it was not done; try again")]
    NotRecorded,
    /// Not after the reveal.
    #[error("the plenary has already begun")]
    TooLate,
    /// More requests than a person makes.
    #[error("too many requests; wait a moment")]
    TooMany,
    /// No such seat, item or source in this summit.
    #[error("there is no such thing in this summit")]
    Unknown,
}
