//! The HTTP side: exchanging a link for a session, and errors as RFC 9457 problem details.

use serde::{Deserialize, Serialize};

use crate::{SeatId, SummitId, SummitPlan};

/// `POST /api/v1/sessions`: the secret of a personal link, as it stood in the URL's fragment.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SessionRequest {
    /// The secret.
    pub secret: String,
}

/// The answer: a session for one seat.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Arrival {
    /// To be said in [`crate::Request::Hello`]. A secret: it is this person.
    pub token: String,
    /// Which summit.
    pub summit: SummitId,
    /// The seat the link is for.
    pub you: SeatId,
    /// The summit as it was prepared.
    pub plan: SummitPlan,
}

/// An error of the HTTP API (RFC 9457). Clients act on `code` and never on the words.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Problem {
    /// `urn:sommet:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong, in English.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it, in English.
    pub detail: String,
    /// Stable: `forbidden`, `link-refused`, `malformed`, `method-not-allowed`, `not-found`, `too-many`, `unavailable`.
    pub code: String,
}
