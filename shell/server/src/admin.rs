//! Administration: what `sommet summit` and `sommet invite` ask for, carried out in one place.
//!
//! While a server runs, it has the data directory for itself, so the command talks to it over a Unix socket
//! (`admin/socket.rs`); otherwise the command opens the store itself. Both come to [`execute`]. Secrets never pass here: links
//! are made by the parties, with keys that the operator does not have.

mod perform;
mod socket;

pub use perform::{PerformError, perform};
pub(crate) use socket::start;

use serde::{Deserialize, Serialize};
use store::{Invitation, Store, StoreError, StoredSummit};
use wire::{Entry, Event, Localized, PartyId, Sequence, SignedManifest, SummitId, WallTime};

use crate::party::proof;

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Where people's browsers find the running server.
    Addresses,
    /// Ends a summit for good; whoever is there is told.
    EndSummit {
        /// Which.
        summit: SummitId,
    },
    /// The links of a summit.
    ListInvitations {
        /// Which.
        summit: SummitId,
    },
    /// All summits, newest first.
    ListSummits,
    /// Creates a summit from the manifest that its parties are to sign; its name was drawn at random. Nobody comes in before
    /// all of them have.
    Propose {
        /// The manifest, with the signatures that there are already.
        manifest: Box<SignedManifest>,
    },
    /// Withdraws a link; whoever came through it leaves.
    Revoke {
        /// Which, by its number.
        invitation: i64,
    },
    /// One summit as it was prepared.
    ShowSummit {
        /// Which.
        summit: SummitId,
    },
}

/// What an operator is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// Where browsers find the server, the best first; empty when none runs.
    Addresses {
        /// Without trailing slashes.
        urls: Vec<String>,
    },
    /// It is done, and durable.
    Done,
    /// The links of a summit, oldest first.
    Invitations {
        /// They.
        invitations: Vec<Invitation>,
    },
    /// The link is withdrawn.
    Revoked {
        /// As it was before.
        invitation: Invitation,
    },
    /// One summit.
    Summit {
        /// It.
        summit: Box<StoredSummit>,
    },
    /// All summits.
    Summits {
        /// They, newest first.
        summits: Vec<SummitLine>,
    },
}

/// A summit in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummitLine {
    /// Its name.
    pub id: SummitId,
    /// What it is called.
    pub title: Localized,
    /// The delegations, in their order.
    pub delegations: Vec<Localized>,
    /// How many people it has.
    pub seats: usize,
    /// When it was created.
    pub created: WallTime,
    /// Who has not signed yet.
    pub unsigned: Vec<PartyId>,
    /// Whether it is of a version that did not seal: then it is over.
    pub unsealed: bool,
    /// When it ended, if it did.
    pub ended: Option<WallTime>,
}

/// Why it was not done; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum AdminError {
    /// It is over.
    #[error("the summit {summit} has ended")]
    HasEnded {
        /// Which.
        summit: SummitId,
    },
    /// The line on the socket is no command.
    #[error("the running server does not understand this command; it may be of another version")]
    Malformed,
    /// The manifest or a signature under it is not good.
    #[error("the manifest cannot be used: {why}; propose the summit again from its file")]
    Manifest {
        /// What is wrong.
        why: String,
    },
    /// No such link.
    #[error("there is no invitation {invitation}; `sommet invite list SUMMIT` shows their numbers")]
    NoInvitation {
        /// The number.
        invitation: i64,
    },
    /// No such summit.
    #[error("there is no summit {summit}; `sommet summit list` shows all of them")]
    NoSummit {
        /// Its name.
        summit: SummitId,
    },
    /// The live room did not say in time that it has ended.
    #[error("the room has not confirmed the end of the summit yet; look again with `sommet summit list`")]
    NotConfirmed,
    /// The store refused or failed.
    #[error("{why}")]
    Store {
        /// The store's words.
        why: String,
    },
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> Self {
        Self::Store { why: error.to_string() }
    }
}

/// Carries a command out on the store.
///
/// # Errors
/// See [`AdminError`]: nothing was changed then.
pub fn execute(store: &mut dyn Store, command: Command, now: WallTime) -> Result<Reply, AdminError> {
    match command {
        Command::Addresses => Ok(Reply::Addresses { urls: Vec::new() }),
        Command::EndSummit { summit } => end(store, summit, now),
        Command::ListInvitations { summit } => {
            find(store, &summit)?;
            Ok(Reply::Invitations { invitations: store.invitations(&summit)? })
        }
        Command::ListSummits => Ok(Reply::Summits { summits: store.summits()?.into_iter().map(line_of).collect() }),
        Command::Propose { manifest } => propose(store, &manifest, now),
        Command::Revoke { invitation } => match store.revoke(invitation, now) {
            Ok(invitation) => Ok(Reply::Revoked { invitation }),
            Err(StoreError::NotFound) => Err(AdminError::NoInvitation { invitation }),
            Err(error) => Err(error.into()),
        },
        Command::ShowSummit { summit } => Ok(Reply::Summit { summit: Box::new(find(store, &summit)?) }),
    }
}

fn find(store: &mut dyn Store, summit: &SummitId) -> Result<StoredSummit, AdminError> {
    store.summit(summit).map_err(|error| match error {
        StoreError::NotFound => AdminError::NoSummit { summit: summit.clone() },
        StoreError::Conflict(_)
        | StoreError::Ended
        | StoreError::Full
        | StoreError::NotAgreed
        | StoreError::Unavailable(_) => error.into(),
    })
}

fn find_open(store: &mut dyn Store, summit: &SummitId) -> Result<StoredSummit, AdminError> {
    let found = find(store, summit)?;
    if found.ended.is_some() { Err(AdminError::HasEnded { summit: summit.clone() }) } else { Ok(found) }
}

/// Writes the end into the log of a summit that lives in no room.
fn end(store: &mut dyn Store, summit: SummitId, now: WallTime) -> Result<Reply, AdminError> {
    find_open(store, &summit)?;
    let last = store.entries(&summit, Sequence(0))?.last().map_or(Sequence(0), |entry| entry.sequence);
    let entry = Entry { sequence: last.next(), at: now, request: None, event: Event::Ended { by: None } };
    store.append(&[(summit, entry.into())])?;
    Ok(Reply::Done)
}

fn propose(store: &mut dyn Store, manifest: &SignedManifest, now: WallTime) -> Result<Reply, AdminError> {
    let wrong = |why: &str| AdminError::Manifest { why: why.to_owned() };
    let read = proof::manifest(&manifest.payload).map_err(wrong)?;
    if !manifest.signatures.iter().all(|signature| proof::is_signed(&read, &manifest.payload, signature)) {
        return Err(wrong("a signature under it is not by the party that it names"));
    }
    store.create_summit(&manifest.payload, now)?;
    for signature in &manifest.signatures {
        store.sign(&read.summit, signature, now)?;
    }
    Ok(Reply::Done)
}

fn line_of(summit: StoredSummit) -> SummitLine {
    SummitLine {
        seats: summit.plan.seats().count(),
        unsigned: unsigned(&summit),
        unsealed: summit.manifest.is_none(),
        id: summit.id,
        title: summit.plan.title,
        delegations: summit.plan.delegations.into_iter().map(|side| side.name).collect(),
        created: summit.created,
        ended: summit.ended,
    }
}

/// The parties that have not signed yet, in the order of the plan.
pub fn unsigned(summit: &StoredSummit) -> Vec<PartyId> {
    let signatures = summit.manifest.as_ref().map_or(&[][..], |manifest| &manifest.signatures);
    let has_signed = |party: &PartyId| signatures.iter().any(|signature| &signature.party == party);
    summit.plan.parties().into_iter().filter(|party| !has_signed(party)).collect()
}

#[cfg(test)]
mod tests;
