//! What is said on the lines: commands, answers, and what of a group is compared.

use seal::Coded;
use seal::document::{Fixed, encode};
use seal::fingerprint::Attestation;
use serde::{Deserialize, Serialize};
use wire::{Bytes, Envelope, SignedManifest, SummitId, WallTime};

/// Somebody who can be led.
pub(crate) trait Member {
    /// Does what is asked.
    fn handle(&mut self, command: Command) -> Result<Answer, Failure>;
}

/// Who somebody is, what everybody signed, and when it is.
#[derive(Deserialize)]
pub(crate) struct Setup {
    pub summit: SummitId,
    pub manifest: SignedManifest,
    pub group: String,
    pub seed: Fixed<32>,
    pub certificate: Envelope,
    pub now: WallTime,
}

/// One line in.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Command {
    /// Comes first, and once.
    Setup(Box<Setup>),
    /// A fresh key package.
    KeyPackage,
    /// Makes the group.
    Create,
    /// Joins it by a Welcome.
    Join { welcome: Bytes },
    /// Joins it alone, by a GroupInfo; the leaf that the own key had before goes. The group is in the new epoch at once.
    External { group_info: Bytes },
    /// A commit that lets people in; pending until it is processed, as the next three.
    Add { key_packages: Vec<Bytes> },
    /// A commit that removes leaves.
    Remove { leaves: Vec<u32> },
    /// A commit that changes nothing but keys.
    Update,
    /// Both at once, in one commit with a path.
    Swap { key_packages: Vec<Bytes>, leaves: Vec<u32> },
    /// Checks and applies a commit, the own pending one among them.
    Process { commit: Bytes },
    /// Forgets the own pending commit.
    Clear,
    /// Takes a revocation list.
    Revoke { list: Envelope },
    /// Seals an application message.
    Encrypt { text: String },
    /// Opens one.
    Decrypt { message: Bytes },
    /// What is to be compared.
    State,
}

/// One line out.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Done {},
    KeyPackage { key_package: String },
    Committed(Committed),
    Processed { epoch: u64, active: bool },
    Message { message: String },
    Text { text: String, epoch: u64, leaf: u32, seat: String },
    State(Box<State>),
    Error { error: &'static str, message: String },
}

/// A commit; `epoch` is the one that it ends.
#[derive(Serialize)]
pub(crate) struct Committed {
    epoch: u64,
    commit: String,
    welcome: Option<String>,
    group_info: String,
}

impl Committed {
    pub(crate) fn new(epoch: u64, commit: &[u8], welcome: Option<&[u8]>, group_info: &[u8]) -> Self {
        Self { epoch, commit: encode(commit), welcome: welcome.map(encode), group_info: encode(group_info) }
    }
}

/// What is the same for all members of a group in one epoch, and the own leaf.
#[derive(Serialize)]
pub(crate) struct State {
    pub epoch: u64,
    pub own_leaf: u32,
    /// The epoch authenticator.
    pub authenticator: String,
    /// `MLS-Exporter("SFrame 1.0 Base Key", "", 16)`.
    pub base_key: String,
    /// `MLS-Exporter("sommet/interop", "context", 32)`.
    pub exporter: String,
    pub tree_hash: String,
    pub attestation: Attestation,
    pub roster: Vec<(u32, String)>,
}

/// Label, context and length of what is exported for [`State`].
pub(crate) const BASE_KEY: (&str, &[u8], usize) = ("SFrame 1.0 Base Key", b"", 16);
pub(crate) const EXPORTER: (&str, &[u8], usize) = ("sommet/interop", b"context", 32);

/// A code and a sentence.
pub(crate) struct Failure(pub &'static str, pub String);

impl<E: Coded + std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.code(), error.to_string())
    }
}

/// Whoever leads asks for what cannot be done.
pub(crate) fn misled(sentence: &str) -> Failure {
    Failure("interop.misled", sentence.to_owned())
}

/// For comparing, not for travelling.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
