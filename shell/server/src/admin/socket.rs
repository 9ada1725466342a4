//! The administration socket of a running server: `admin.sock` in the data directory, for its owner only.
//!
//! One connection carries one command and its answer, each as one line of JSON. What concerns a live room goes through that
//! room, so that the people in it are told and its log has one author.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use node::InvitationId;
use serde::{Deserialize, Serialize};
use store::Writer;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use wire::SummitId;

use super::{AdminError, Command, Reply, execute};
use crate::ask::ask;
use crate::clock::wall_time;
use crate::http::Shared;

/// The longest line, in bytes: a plan of 200 seats in many languages fits.
pub(super) const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How long a command may take to be said, and its answer to be taken.
const LINE_WITHIN: Duration = Duration::from_secs(5);
/// How long a live room may take to store its end.
const END_WITHIN: Duration = Duration::from_secs(5);
/// How often to look whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How many commands are carried out at once; further connections wait in the socket's own queue.
const AT_ONCE: usize = 8;
/// Changes that wait to be told to the rooms; when so many wait, the command that causes one more waits too.
const CHANGES_WAITING: usize = 32;

/// Where the socket of a data directory is.
pub(super) fn path(data: &Path) -> PathBuf {
    data.join("admin.sock")
}

/// What the live rooms must hear about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The operator ends a summit: the room stores that as its last entry.
    End(SummitId),
    /// A link was withdrawn.
    Revoked(SummitId, InvitationId),
}

/// An answer on the socket.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Done(Reply),
    Refused(AdminError),
}

/// Opens the socket and answers on it for as long as the runtime lives. The caller holds the lock of the data directory.
///
/// # Errors
/// When the socket cannot be made.
pub(crate) fn start(runtime: &Runtime, data: &Path, urls: Vec<String>, shared: &Arc<Shared>) -> io::Result<()> {
    let _context = runtime.enter();
    let (changes, told) = mpsc::channel(CHANGES_WAITING);
    let desk = Desk { writer: shared.writer.clone(), urls, changes };
    let (listener, owner) = open(&path(data))?;
    runtime.spawn(serve(listener, owner, Arc::new(desk)));
    runtime.spawn(tell_rooms(shared.clone(), told));
    Ok(())
}

/// Binds the socket; returns who owns it. What a server that was killed left there is removed.
pub(super) fn open(path: &Path) -> io::Result<(UnixListener, u32)> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok((listener, fs::metadata(path)?.uid()))
}

async fn tell_rooms(shared: Arc<Shared>, mut changes: mpsc::Receiver<Change>) {
    while let Some(change) = changes.recv().await {
        let told = match &change {
            Change::End(summit) => shared.rooms.end(summit).await,
            Change::Revoked(summit, invitation) => shared.rooms.revoke(summit, *invitation).await,
        };
        if let Err(error) = told {
            tracing::warn!(%error, "a room could not be told of a change by the operator");
        }
    }
}

/// What a command needs to be carried out.
pub(super) struct Desk {
    pub(super) writer: Writer,
    pub(super) urls: Vec<String>,
    pub(super) changes: mpsc::Sender<Change>,
}

pub(super) async fn serve(listener: UnixListener, owner: u32, desk: Arc<Desk>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    // The semaphore is never closed.
    while let Ok(place) = places.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let desk = desk.clone();
                tokio::spawn(async move {
                    if let Err(error) = converse(stream, owner, &desk).await {
                        tracing::warn!(%error, "a connection to the administration socket failed");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the administration socket does not accept");
                // Too many open files, for instance: that passes, but not at once.
                tokio::time::sleep(LINE_WITHIN).await;
            }
        }
    }
}

/// One command and its answer.
async fn converse(stream: UnixStream, owner: u32, desk: &Desk) -> io::Result<()> {
    // The mode of the socket says the same; some systems do not heed it.
    if ![0, owner].contains(&stream.peer_cred()?.uid()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "another user asked"));
    }
    let (reading, mut writing) = stream.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(reading.take(LINE_BYTES_MAX));
    timeout(LINE_WITHIN, reader.read_line(&mut line)).await??;
    let result = match serde_json::from_str(&line) {
        Ok(command) => desk.carry_out(command).await,
        Err(_) => Err(AdminError::Malformed),
    };
    let answer = result.map_or_else(Answer::Refused, Answer::Done);
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    timeout(LINE_WITHIN, writing.write_all(&line)).await?
}

impl Desk {
    async fn carry_out(&self, command: Command) -> Result<Reply, AdminError> {
        match command {
            Command::Addresses => Ok(Reply::Addresses { urls: self.urls.clone() }),
            Command::EndSummit { summit } => self.end(summit).await,
            command @ (Command::ListInvitations { .. }
            | Command::ListSummits
            | Command::Propose { .. }
            | Command::Revoke { .. }
            | Command::ShowSummit { .. }) => {
                let reply = self.execute(command).await?;
                if let Reply::Revoked { invitation } = &reply {
                    self.tell(Change::Revoked(invitation.summit.clone(), InvitationId(invitation.id))).await?;
                }
                Ok(reply)
            }
        }
    }

    async fn execute(&self, command: Command) -> Result<Reply, AdminError> {
        ask(&self.writer, move |store| Ok(execute(store, command, wall_time()))).await?
    }

    /// Has the summit's room write the end, and looks until it is stored.
    async fn end(&self, summit: SummitId) -> Result<Reply, AdminError> {
        if self.has_ended(&summit).await? {
            return Err(AdminError::HasEnded { summit });
        }
        self.tell(Change::End(summit.clone())).await?;
        let stored = async {
            while !self.has_ended(&summit).await? {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(Reply::Done)
        };
        timeout(END_WITHIN, stored).await.unwrap_or(Err(AdminError::NotConfirmed))
    }

    async fn has_ended(&self, summit: &SummitId) -> Result<bool, AdminError> {
        match self.execute(Command::ShowSummit { summit: summit.clone() }).await? {
            Reply::Summit { summit } => Ok(summit.ended.is_some()),
            Reply::Addresses { .. }
            | Reply::Done
            | Reply::Invitations { .. }
            | Reply::Revoked { .. }
            | Reply::Summits { .. } => Err(AdminError::Malformed),
        }
    }

    async fn tell(&self, change: Change) -> Result<(), AdminError> {
        let stopped = |_| AdminError::Store { why: "the server is stopping".to_owned() };
        self.changes.send(change).await.map_err(stopped)
    }
}
