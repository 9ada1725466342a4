//! What survives the process: summits and what was signed for them, invitations, sessions, every summit's log, the logs of its
//! groups, and the files that its people share. What members sealed and signed is kept as it came.
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
use wire::{
    Bytes, Entry, Envelope, GroupEntry, GroupId, PartyId, PartySignature, SeatId, Sequence, SignedManifest, SummitId,
    SummitPlan, WallTime,
};

/// The most devices that one link keeps signed in. Opening a further session forgets the oldest one, so a link that is
/// opened again and again cannot fill the disk.
pub const SESSIONS_PER_LINK: u32 = 32;

/// The bytes of a chunk of a file, before it is sealed.
pub const CHUNK_BYTES: u64 = 65_536;

/// What sealing adds to a chunk.
pub const SEAL_BYTES: u64 = 16;

/// The most that the files of one summit take, each counted in whole chunks from the moment it is announced. When a file does
/// not fit any more it is refused as [`StoreError::Full`], and nothing that is there is given up for it.
pub const FILES_BYTES_MAX: u64 = 2_000_000_000;

/// A summit as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSummit {
    /// Its name.
    pub id: SummitId,
    /// As prepared.
    pub plan: SummitPlan,
    /// What the parties sign, with the signatures so far. None: the summit is of a version that did not seal, and over.
    pub manifest: Option<SignedManifest>,
    /// Since when every party has signed; nobody comes in before that.
    pub agreed: Option<WallTime>,
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

/// A personal link to add: its party signed the document, and kept the secret for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    /// To which seat.
    pub seat: SeatId,
    /// The document's number; unique in its summit.
    pub jti: Bytes,
    /// The document.
    pub document: Envelope,
    /// The hash of the text that opens a session.
    pub access: SecretHash,
    /// It is refused from then on; sessions opened before stay good.
    pub expires: WallTime,
}

/// One thing to append to what a summit keeps in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// To the log of the meeting.
    Log(Entry),
    /// To the log of a group.
    Group(GroupEntry),
}

impl From<Entry> for Record {
    fn from(entry: Entry) -> Self {
        Self::Log(entry)
    }
}

impl From<GroupEntry> for Record {
    fn from(entry: GroupEntry) -> Self {
        Self::Group(entry)
    }
}

/// A file that somebody shares: its contents are sealed, its name and its kind are unknown here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its name, drawn at random.
    pub id: String,
    /// In which summit.
    pub summit: SummitId,
    /// With whom it is shared.
    pub group: GroupId,
    /// Who shares it; only this seat writes it.
    pub by: SeatId,
    /// Its bytes before sealing.
    pub size: u64,
}

impl StoredFile {
    /// How many chunks it has; at least one.
    pub fn chunks(&self) -> u64 {
        self.size.div_ceil(CHUNK_BYTES).max(1)
    }

    /// How many bytes the sealed chunk of that number has; none: there is no such chunk.
    pub fn chunk_bytes(&self, number: u64) -> Option<u64> {
        let before = number.checked_mul(CHUNK_BYTES)?;
        (number < self.chunks()).then(|| (self.size - before).min(CHUNK_BYTES) + SEAL_BYTES)
    }
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
    /// The document of the link.
    pub document: Box<Envelope>,
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
    /// A party has not signed the summit's manifest yet.
    #[error("not every party has signed yet")]
    NotAgreed,
    /// The files of the summit take all the room that there is.
    #[error("there is no room left for files of this summit")]
    Full,
    /// The engine failed.
    #[error("the store is not available: {0}")]
    Unavailable(String),
}

/// Everything the server keeps. Each call is one transaction: done and durable when it returns `Ok`, or not done. No signature is
/// checked here: whoever calls has checked it.
pub trait Store: Send + 'static {
    /// Adds the summit that this manifest proposes; its name and its plan are taken from there. A name that exists is a
    /// conflict.
    fn create_summit(&mut self, manifest: &Bytes, at: WallTime) -> Result<(), StoreError>;
    /// All summits, newest first.
    fn summits(&self) -> Result<Vec<StoredSummit>, StoreError>;
    /// One summit.
    fn summit(&self, id: &SummitId) -> Result<StoredSummit, StoreError>;
    /// Adds a party's signature under the manifest; the same again changes nothing, another one is a conflict. `NotFound` when
    /// the summit has no such party. With the last one the summit is agreed; whether it is, is returned.
    fn sign(&mut self, summit: &SummitId, signature: &PartySignature, at: WallTime) -> Result<bool, StoreError>;
    /// Replaces a party's revocation list; a number that is not higher is a conflict.
    fn revoke_certificates(
        &mut self,
        summit: &SummitId,
        party: &PartyId,
        number: u64,
        list: &Envelope,
    ) -> Result<(), StoreError>;
    /// The latest revocation list of each party that has one, in the order of the parties' names.
    fn revocations(&self, summit: &SummitId) -> Result<Vec<(PartyId, Envelope)>, StoreError>;
    /// Appends entries of any summits in one commit. A gap or a repetition in a log is a conflict, so is an entry after
    /// the end, and then nothing is appended. An `Ended` event marks its summit as ended.
    fn append(&mut self, records: &[(SummitId, Record)]) -> Result<(), StoreError>;
    /// A summit's log after `after`, in order; empty for an unknown one.
    fn entries(&self, summit: &SummitId, after: Sequence) -> Result<Vec<Entry>, StoreError>;
    /// The logs of all groups of a summit, each in order.
    fn group_entries(&self, summit: &SummitId) -> Result<Vec<GroupEntry>, StoreError>;
    /// Adds a personal link; returns its row number. `NotFound` when the summit has no such seat, `Ended` when it is over. The
    /// same once more is the link that is there; a secret or a number that exists in another one is a conflict.
    fn invite(&mut self, summit: &SummitId, link: &NewInvitation, at: WallTime) -> Result<i64, StoreError>;
    /// The links of a summit, oldest first.
    fn invitations(&self, summit: &SummitId) -> Result<Vec<Invitation>, StoreError>;
    /// The link whose document has that number.
    fn invitation(&self, summit: &SummitId, jti: &Bytes) -> Result<Invitation, StoreError>;
    /// Withdraws a link, and with it every session that came from it; returns what it was before, so that a caller sees
    /// whether it was withdrawn already. Withdrawing twice keeps the first date.
    fn revoke(&mut self, invitation: i64, at: WallTime) -> Result<Invitation, StoreError>;
    /// Exchanges a link for a session. `NotFound` when it is unknown, withdrawn, expired, or its summit has ended: the
    /// four cannot be told apart. `NotAgreed` when nothing but a missing signature stands against it. A token that exists is a
    /// conflict. A person may open the link on several devices.
    fn open_session(&mut self, link: SecretHash, token: SecretHash, at: WallTime) -> Result<Session, StoreError>;
    /// The session of a token. `NotFound` when it is unknown or its link was withdrawn; `Ended` when nothing but the end
    /// of its summit stands against it.
    fn session(&self, token: SecretHash) -> Result<Session, StoreError>;
    /// Makes room for a file. `Full` when there is none, `Ended` when its summit is over; a name that exists is a conflict.
    fn create_file(&mut self, file: &StoredFile, at: WallTime) -> Result<(), StoreError>;
    /// A file, without its contents.
    fn file(&self, id: &str) -> Result<StoredFile, StoreError>;
    /// Keeps a chunk. The same once more changes nothing, other bytes are a conflict; `NotFound` when the file has no such
    /// chunk, or its chunk of that number has not that many bytes.
    fn put_chunk(&mut self, file: &str, number: u64, bytes: &[u8]) -> Result<(), StoreError>;
    /// Which chunks of a file are there: the first and the last number of each run.
    fn stored_chunks(&self, file: &str) -> Result<Vec<(u64, u64)>, StoreError>;
    /// A chunk.
    fn chunk(&self, file: &str, number: u64) -> Result<Vec<u8>, StoreError>;
}
