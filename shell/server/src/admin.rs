//! Administration: what `sommet summit` and `sommet invite` ask for, carried out in one place.
//!
//! While a server runs, it has the data directory for itself, so the command talks to it over a Unix socket
//! (`admin/socket.rs`); otherwise the command opens the store itself. Both come to [`execute`]. Secrets never pass here: who
//! asks for a link makes its secret and sends the hash.

mod perform;
mod socket;

pub use perform::{PerformError, perform};
pub(crate) use socket::start;

use serde::{Deserialize, Serialize};
use store::{Invitation, SecretHash, Store, StoreError, StoredSummit};
use wire::{Entry, Event, Localized, SeatId, Sequence, SummitId, SummitPlan, WallTime};

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Where people's browsers find the running server.
    Addresses,
    /// Creates a summit under a name that the asker drew at random.
    CreateSummit {
        /// Its name.
        summit: SummitId,
        /// As prepared.
        plan: Box<SummitPlan>,
    },
    /// Ends a summit for good; whoever is there is told.
    EndSummit {
        /// Which.
        summit: SummitId,
    },
    /// Adds personal links: all of them, or none.
    Invite {
        /// To which summit.
        summit: SummitId,
        /// One for each person.
        links: Vec<NewLink>,
        /// When they stop to open.
        expires: WallTime,
    },
    /// The links of a summit.
    ListInvitations {
        /// Which.
        summit: SummitId,
    },
    /// All summits, newest first.
    ListSummits,
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

/// A personal link to add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLink {
    /// For whom.
    pub seat: SeatId,
    /// The hash of its secret.
    pub secret: SecretHash,
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
    /// The links that were added, in the order in which they were asked for.
    Invited {
        /// Their numbers, for `sommet invite revoke`.
        invitations: Vec<i64>,
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
    /// No such link.
    #[error("there is no invitation {invitation}; `sommet invite list SUMMIT` shows their numbers")]
    NoInvitation {
        /// The number.
        invitation: i64,
    },
    /// No such seat.
    #[error("the summit {summit} has no seat \"{seat}\"; `sommet summit show {summit}` shows them")]
    NoSeat {
        /// Which summit.
        summit: SummitId,
        /// The seat.
        seat: SeatId,
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
        Command::CreateSummit { summit, plan } => {
            store.create_summit(&summit, &plan, now)?;
            Ok(Reply::Done)
        }
        Command::EndSummit { summit } => end(store, summit, now),
        Command::Invite { summit, links, expires } => invite(store, summit, &links, now, expires),
        Command::ListInvitations { summit } => {
            find(store, &summit)?;
            Ok(Reply::Invitations { invitations: store.invitations(&summit)? })
        }
        Command::ListSummits => Ok(Reply::Summits { summits: store.summits()?.into_iter().map(line_of).collect() }),
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
        StoreError::Conflict(_) | StoreError::Ended | StoreError::Unavailable(_) => error.into(),
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
    store.append(&[(summit, entry)])?;
    Ok(Reply::Done)
}

fn invite(
    store: &mut dyn Store,
    summit: SummitId,
    links: &[NewLink],
    now: WallTime,
    expires: WallTime,
) -> Result<Reply, AdminError> {
    let found = find_open(store, &summit)?;
    if let Some(link) = links.iter().find(|link| found.plan.seat(&link.seat).is_none()) {
        return Err(AdminError::NoSeat { summit, seat: link.seat.clone() });
    }
    let links: Vec<_> = links.iter().map(|link| (link.seat.clone(), link.secret)).collect();
    Ok(Reply::Invited { invitations: store.invite_all(&summit, &links, now, expires)? })
}

fn line_of(summit: StoredSummit) -> SummitLine {
    SummitLine {
        seats: summit.plan.seats().count(),
        id: summit.id,
        title: summit.plan.title,
        delegations: summit.plan.delegations.into_iter().map(|side| side.name).collect(),
        created: summit.created,
        ended: summit.ended,
    }
}

#[cfg(test)]
mod tests;
