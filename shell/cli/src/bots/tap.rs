//! The file of `sommet bots --tap`: every RTP payload that the server passed on, as it came. Who has no key can read in it what the
//! server could have read. `docs/security/look-for-yourself.md` describes the format.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use client::ReceivedPacket;
use serde::Serialize;
use wire::{Bytes, Mid, SeatId};

/// Why there is no whole tap.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written: {reason}; name a file that is not there yet, on a disk with room for it", path = .path.display())]
pub(crate) struct TapError {
    path: PathBuf,
    reason: io::Error,
}

/// One line of the file.
#[derive(Serialize)]
struct Record<'a> {
    to: &'a SeatId,
    mid: &'a Mid,
    codec: &'static str,
    sequence: u64,
    timestamp: u32,
    marker: bool,
    payload: Bytes,
}

/// The file, shared by all bots of a run. What a write costs a bot is a copy into a buffer, and now and then into the system's.
pub(super) struct Tap {
    path: PathBuf,
    state: Mutex<State>,
}

enum State {
    Open(BufWriter<File>),
    /// The first failure; nothing is written after it: a tap with a hole that nobody sees is worse than none.
    Failed(io::Error),
    Closed,
}

impl Tap {
    /// Makes the file, readable by its owner only: who it is of, and how much was said when, is nobody else's affair.
    ///
    /// # Errors
    /// It cannot be made, or it is there already: what was recorded once is never overwritten.
    pub(super) fn create(path: &Path) -> Result<Self, TapError> {
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = opened.map_err(|reason| TapError { path: path.to_owned(), reason })?;
        Ok(Self { path: path.to_owned(), state: Mutex::new(State::Open(BufWriter::new(file))) })
    }

    /// Writes what came to a seat.
    pub(super) fn write(&self, to: &SeatId, packet: &ReceivedPacket) {
        let record = Record {
            to,
            mid: &packet.mid,
            codec: packet.encoding.name(),
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            payload: Bytes(packet.payload.to_vec()),
        };
        self.with_state(|state| {
            let State::Open(file) = state else { return };
            let written = serde_json::to_writer(&mut *file, &record).map_err(io::Error::from);
            if let Err(error) = written.and_then(|()| file.write_all(b"\n")) {
                *state = State::Failed(error);
            }
        });
    }

    /// Whether something could not be written.
    pub(super) fn has_failed(&self) -> bool {
        self.with_state(|state| matches!(state, State::Failed(_)))
    }

    /// Writes what is still on its way.
    ///
    /// # Errors
    /// Something could not be written, now or before.
    pub(super) fn close(&self) -> Result<(), TapError> {
        let closed = self.with_state(|state| match std::mem::replace(state, State::Closed) {
            State::Open(mut file) => file.flush(),
            State::Failed(reason) => Err(reason),
            State::Closed => Ok(()),
        });
        closed.map_err(|reason| TapError { path: self.path.clone(), reason })
    }

    /// A bot that panicked while it wrote has left a line at most without its end, which its reader sees.
    fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;

    use client::Encoding;

    use super::*;

    fn packet(payload: &[u8]) -> ReceivedPacket {
        let payload = Arc::from(payload);
        let mid = Mid("3".to_owned());
        ReceivedPacket { mid, encoding: Encoding::Vp8, sequence: 65_540, timestamp: 9000, marker: true, payload }
    }

    #[test]
    fn each_packet_is_a_line_and_the_file_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tap.jsonl");
        let tap = Tap::create(&path).unwrap();
        tap.write(&SeatId::new("vesland-head").unwrap(), &packet(&[0x9d, 0x01, 0x2a]));
        tap.write(&SeatId::new("vesland-head").unwrap(), &packet(&[]));
        tap.close().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected = serde_json::json!({"to": "vesland-head", "mid": "3", "codec": "VP8", "sequence": 65_540,
            "timestamp": 9000, "marker": true, "payload": "nQEq"});
        assert_eq!((lines.len(), &lines[0], &lines[1]["payload"]), (2, &expected, &serde_json::json!("")));
    }

    #[test]
    fn what_was_recorded_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tap.jsonl");
        Tap::create(&path).unwrap().close().unwrap();
        let error = Tap::create(&path).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("tap.jsonl"), "{error}");
    }

    #[test]
    fn a_disk_that_is_full_is_told() {
        let Ok(tap) = full() else { return };
        for _ in 0..1000 {
            tap.write(&SeatId::new("vesland-head").unwrap(), &packet(&[7; 1000]));
        }
        assert!(tap.has_failed());
        assert!(tap.close().is_err());
    }

    /// A file on a disk without room, where the system has one.
    fn full() -> io::Result<Tap> {
        let file = OpenOptions::new().write(true).open("/dev/full")?;
        Ok(Tap { path: "/dev/full".into(), state: Mutex::new(State::Open(BufWriter::new(file))) })
    }
}
