//! What survives the process: summits, invitations, sessions and every summit's log.
//!
//! [`Store`] is what any engine must do, and `contract` the suite that it must pass; [`SqliteStore`] is the engine of one
//! machine. The server talks to it through one [`Writer`] thread, which commits what waits together. Only this crate
//! names SQL.

#[cfg(test)]
mod contract;
mod migrations;
mod secret;
mod sqlite;
mod writer;

pub use secret::{BadHash, SecretHash};
pub use sqlite::{OpenError, SqliteStore};
pub use writer::{QUEUE_DEPTH, Writer};

use serde::{Deserialize, Serialize};
use wire::{Entry, SeatId, Sequence, SummitId, SummitPlan, WallTime};

/// The most devices that one link keeps signed in. Opening a further session forgets the oldest one, so a link that is
/// opened again and again cannot fill the disk.
pub const SESSIONS_PER_LINK: u32 = 32;

/// A summit as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSummit {
    /// Its name.
    pub id: SummitId,
    /// As prepared.
    pub plan: SummitPlan,
    /// When it was created.
    pub created: WallTime,
    /// When it ended, if it did.
    pub ended: Option<WallTime>,
}

/// A personal link, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Row number, for `sommet invite revoke`.
    pub id: i64,
    /// Which summit.
    pub summit: SummitId,
    /// Which seat.
    pub seat: SeatId,
    /// When it was made.
    pub created: WallTime,
    /// It is refused from then on; sessions opened before stay good.
    pub expires: WallTime,
    /// When it was withdrawn, if it was.
    pub revoked: Option<WallTime>,
}

/// A device that exchanged a link for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Row number; never used again.
    pub id: i64,
    /// By which link it came.
    pub invitation: i64,
    /// Which summit.
    pub summit: SummitId,
    /// Which seat.
    pub seat: SeatId,
}

/// Why the store did not do it. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or it may not be used any more.
    #[error("not found")]
    NotFound,
    /// An entry that does not follow the last one, or an id that exists.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The summit is over.
    #[error("the summit has ended")]
    Ended,
    /// The engine failed.
    #[error("the store is not available: {0}")]
    Unavailable(String),
}

/// Everything the server keeps. Each call is one transaction: done and durable when it returns `Ok`, or not done.
pub trait Store: Send + 'static {
    /// Adds a summit. A name that exists is a conflict.
    fn create_summit(&mut self, id: &SummitId, plan: &SummitPlan, at: WallTime) -> Result<(), StoreError>;
    /// All summits, newest first.
    fn summits(&self) -> Result<Vec<StoredSummit>, StoreError>;
    /// One summit.
    fn summit(&self, id: &SummitId) -> Result<StoredSummit, StoreError>;
    /// Appends entries of any summits in one commit. A gap or a repetition in a log is a conflict, so is an entry after
    /// the end, and then nothing is appended. An `Ended` event marks its summit as ended.
    fn append(&mut self, entries: &[(SummitId, Entry)]) -> Result<(), StoreError>;
    /// A summit's log after `after`, in order; empty for an unknown one.
    fn entries(&self, summit: &SummitId, after: Sequence) -> Result<Vec<Entry>, StoreError>;
    /// Adds personal links, all or none; returns their row numbers in the same order. `NotFound` when the summit has no such
    /// seat or has ended; a secret that exists is a conflict.
    fn invite_all(
        &mut self,
        summit: &SummitId,
        links: &[(SeatId, SecretHash)],
        at: WallTime,
        expires: WallTime,
    ) -> Result<Vec<i64>, StoreError>;
    /// Adds one link, as [`Store::invite_all`].
    fn invite(
        &mut self,
        summit: &SummitId,
        seat: &SeatId,
        secret: SecretHash,
        at: WallTime,
        expires: WallTime,
    ) -> Result<i64, StoreError> {
        let ids = self.invite_all(summit, &[(seat.clone(), secret)], at, expires)?;
        ids.first().copied().ok_or(StoreError::NotFound)
    }
    /// The links of a summit, oldest first.
    fn invitations(&self, summit: &SummitId) -> Result<Vec<Invitation>, StoreError>;
    /// Withdraws a link, and with it every session that came from it; returns what it was before, so that a caller sees
    /// whether it was withdrawn already. Withdrawing twice keeps the first date.
    fn revoke(&mut self, invitation: i64, at: WallTime) -> Result<Invitation, StoreError>;
    /// Exchanges a link for a session. `NotFound` when it is unknown, withdrawn, expired, or its summit has ended: the
    /// four cannot be told apart. A token that exists is a conflict. A person may open the link on several devices.
    fn open_session(&mut self, link: SecretHash, token: SecretHash, at: WallTime) -> Result<Session, StoreError>;
    /// The session of a token. `NotFound` when it is unknown or its link was withdrawn; `Ended` when nothing but the end
    /// of its summit stands against it.
    fn session(&self, token: SecretHash) -> Result<Session, StoreError>;
}
