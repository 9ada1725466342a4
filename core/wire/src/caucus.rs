//! A caucus: some of the people withdraw, with keys of their own, and come back.

use serde::{Deserialize, Serialize};

use crate::{GroupId, SeatId};

/// A caucus, as everybody sees it: who was called and who is in there, not what is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CaucusView {
    /// Its name, which is its group's.
    pub caucus: GroupId,
    /// Who may go in, the one who called first.
    pub called: Vec<SeatId>,
    /// Who is in there.
    pub inside: Vec<SeatId>,
}
