//! Carries out a command from another process: through the running server if there is one, else on the store itself.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use store::{OpenError, SqliteStore};

use super::socket::{Answer, LINE_BYTES_MAX, path};
use super::{AdminError, Command, Reply, execute};
use crate::clock::wall_time;

/// How long the server may take for a command.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// How long to wait for a server that is starting or stopping, or for another command.
const BUSY_WITHIN: Duration = Duration::from_secs(10);
/// How often to try again meanwhile.
const TRY_EVERY: Duration = Duration::from_millis(50);

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum PerformError {
    /// It was refused.
    #[error(transparent)]
    Refused(#[from] AdminError),
    /// The data directory cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Nothing was ever stored there.
    #[error("there are no data in {}; name the data folder with --data, or propose a summit first", .0.display())]
    NoData(PathBuf),
    /// The server runs, but cannot be talked to.
    #[error("the running server does not answer at {}: {source}", .path.display())]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Carries out `command` on the data directory `data`, and waits until it is done and durable.
///
/// # Errors
/// See [`PerformError`].
pub fn perform(data: &Path, command: &Command) -> Result<Reply, PerformError> {
    if !data.join("sommet.db").exists() && !matches!(command, Command::Propose { .. }) {
        return Err(PerformError::NoData(data.to_owned()));
    }
    let patience = Instant::now() + BUSY_WITHIN;
    loop {
        if let Some(stream) = reach(data)? {
            return converse(data, stream, command);
        }
        match SqliteStore::open(data) {
            Ok(mut store) => return Ok(execute(&mut store, command.clone(), wall_time())?),
            Err(OpenError::Busy(_)) if Instant::now() < patience => std::thread::sleep(TRY_EVERY),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A connection to the running server; none when no server runs.
fn reach(data: &Path) -> Result<Option<UnixStream>, PerformError> {
    match UnixStream::connect(path(data)) {
        Ok(stream) => Ok(Some(stream)),
        // The socket of a server that was killed is still there and refuses.
        Err(error) if [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused].contains(&error.kind()) => Ok(None),
        Err(source) => Err(PerformError::Unreachable { path: path(data), source }),
    }
}

fn converse(data: &Path, mut stream: UnixStream, command: &Command) -> Result<Reply, PerformError> {
    let talk = || -> io::Result<Answer> {
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.set_write_timeout(Some(ANSWER_WITHIN))?;
        let mut line = serde_json::to_vec(command)?;
        line.push(b'\n');
        stream.write_all(&line)?;
        let mut answer = String::new();
        BufReader::new(stream.take(LINE_BYTES_MAX)).read_line(&mut answer)?;
        Ok(serde_json::from_str(&answer)?)
    };
    match talk() {
        Ok(Answer::Done(reply)) => Ok(reply),
        Ok(Answer::Refused(error)) => Err(error.into()),
        Err(source) => Err(PerformError::Unreachable { path: path(data), source }),
    }
}
