//! The store of one machine: SQLite in one file, inside this process.
//!
//! Durability is WAL with `synchronous=FULL`: a commit returns when the disk has it. One connection writes and checkpoints,
//! and a lock on the data directory keeps a second process out, so two connections never do either at once.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::{Entry, Event, SeatId, Sequence, SummitId, SummitPlan, WallTime};

use crate::migrations::migrate;
use crate::{Invitation, SESSIONS_PER_LINK, SecretHash, Session, Store, StoreError, StoredSummit};

/// The file of the database in the data directory.
const DATABASE: &str = "sommet.db";
/// The file that is locked while a process has the data directory.
const LOCK: &str = "lock";

/// Why a data directory cannot be opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("another sommet process uses {}; stop it first", .0.display())]
    Busy(PathBuf),
    /// It was written by a later version of Sommet.
    #[error("the data were written by a newer sommet (schema {found}, this one knows {known}); use that version")]
    Newer {
        /// The version in the file.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// A database, but not one of ours.
    #[error("{DATABASE} is not a database of sommet; choose another data folder")]
    Foreign,
    /// The directory or the lock cannot be made or opened.
    #[error("cannot use the data folder {}: {source}", .path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite refused.
    #[error("cannot open the database: {0}")]
    Engine(#[from] rusqlite::Error),
}

/// A data directory that is open and ours alone until this value is dropped.
pub struct SqliteStore {
    connection: Connection,
    /// Held for its lock; the last field, so that the database is closed before another process may open it.
    _lock: File,
}

impl SqliteStore {
    /// Opens the data directory, making it (readable by its owner only) and bringing its schema up to date if needed.
    ///
    /// # Errors
    /// See [`OpenError`]; a second opening, in this process or another, is [`OpenError::Busy`].
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let cannot_use = |source| OpenError::Directory { path: directory.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(cannot_use)?;
        let lock = private_file(&directory.join(LOCK)).map_err(cannot_use)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::Busy(directory.to_owned()),
            TryLockError::Error(source) => cannot_use(source),
        })?;
        let database = directory.join(DATABASE);
        // SQLite gives its side files the mode of the database, so it is enough to make this one private.
        private_file(&database).map_err(cannot_use)?;
        let mut connection = Connection::open(&database)?;
        configure(&connection)?;
        migrate(&mut connection)?;
        Ok(Self { connection, _lock: lock })
    }

    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn configure(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // A memory-mapped file turns a read error of the disk into a signal that ends the process.
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(())
}

impl Store for SqliteStore {
    fn create_summit(&mut self, id: &SummitId, plan: &SummitPlan, at: WallTime) -> Result<(), StoreError> {
        let plan = to_json(plan)?;
        self.write(|t| {
            let sql = "INSERT INTO summit (id, plan, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
            match t.prepare_cached(sql)?.execute(params![id.as_str(), plan, at.0])? {
                0 => Err(StoreError::Conflict(format!("there is a summit {id} already"))),
                _ => Ok(()),
            }
        })
    }

    fn summits(&self) -> Result<Vec<StoredSummit>, StoreError> {
        let sql = "SELECT id, plan, created, ended FROM summit ORDER BY created DESC, id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut summits = Vec::new();
        while let Some(row) = rows.next()? {
            summits.push(summit_of(row)?);
        }
        Ok(summits)
    }

    fn summit(&self, id: &SummitId) -> Result<StoredSummit, StoreError> {
        let sql = "SELECT id, plan, created, ended FROM summit WHERE id = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([id.as_str()])?;
        rows.next()?.ok_or(StoreError::NotFound).and_then(summit_of)
    }

    fn append(&mut self, entries: &[(SummitId, Entry)]) -> Result<(), StoreError> {
        self.write(|t| entries.iter().try_for_each(|(summit, entry)| append_one(t, summit, entry)))
    }

    fn entries(&self, summit: &SummitId, after: Sequence) -> Result<Vec<Entry>, StoreError> {
        let sql = "SELECT sequence, at, request, event FROM entry WHERE summit = ? AND sequence > ? ORDER BY sequence";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![summit.as_str(), number(after)?])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(entry_of(row)?);
        }
        Ok(entries)
    }

    fn invite_all(
        &mut self,
        summit: &SummitId,
        links: &[(SeatId, SecretHash)],
        at: WallTime,
        expires: WallTime,
    ) -> Result<Vec<i64>, StoreError> {
        let stored = self.summit(summit)?;
        if stored.ended.is_some() || links.iter().any(|(seat, _)| stored.plan.seat(seat).is_none()) {
            return Err(StoreError::NotFound);
        }
        let invite_one = |t: &Transaction<'_>, seat: &SeatId, secret: SecretHash| {
            let sql = "INSERT INTO invitation (summit, seat, secret, created, expires) VALUES (?, ?, ?, ?, ?)
                       ON CONFLICT DO NOTHING";
            let values = params![summit.as_str(), seat.as_str(), secret.0, at.0, expires.0];
            match t.prepare_cached(sql)?.execute(values)? {
                0 => Err(StoreError::Conflict("this secret is in use".to_owned())),
                _ => Ok(t.last_insert_rowid()),
            }
        };
        self.write(|t| links.iter().map(|(seat, secret)| invite_one(t, seat, *secret)).collect())
    }

    fn invitations(&self, summit: &SummitId) -> Result<Vec<Invitation>, StoreError> {
        let sql = "SELECT id, summit, seat, created, expires, revoked FROM invitation WHERE summit = ? ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([summit.as_str()])?;
        let mut invitations = Vec::new();
        while let Some(row) = rows.next()? {
            invitations.push(invitation_of(row)?);
        }
        Ok(invitations)
    }

    fn revoke(&mut self, invitation: i64, at: WallTime) -> Result<Invitation, StoreError> {
        self.write(|t| {
            let sql = "SELECT id, summit, seat, created, expires, revoked FROM invitation WHERE id = ?";
            let mut statement = t.prepare_cached(sql)?;
            let mut rows = statement.query([invitation])?;
            let before = rows.next()?.ok_or(StoreError::NotFound).and_then(invitation_of)?;
            let sql = "UPDATE invitation SET revoked = ? WHERE id = ? AND revoked IS NULL";
            t.prepare_cached(sql)?.execute(params![at.0, invitation])?;
            Ok(before)
        })
    }

    fn open_session(&mut self, link: SecretHash, token: SecretHash, at: WallTime) -> Result<Session, StoreError> {
        self.write(|t| {
            let sql = "SELECT invitation.id, summit, seat FROM invitation JOIN summit ON summit.id = summit
                       WHERE secret = ? AND revoked IS NULL AND expires > ? AND ended IS NULL";
            let found = t
                .prepare_cached(sql)?
                .query_row(params![link.0, at.0], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
                })
                .optional()?;
            let (invitation, summit, seat) = found.ok_or(StoreError::NotFound)?;
            let sql = "INSERT INTO session (invitation, token, opened) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
            if t.prepare_cached(sql)?.execute(params![invitation, token.0, at.0])? == 0 {
                return Err(StoreError::Conflict("this token is in use".to_owned()));
            }
            let id = t.last_insert_rowid();
            forget_oldest_sessions(t, invitation)?;
            Ok(Session { id, invitation, summit: parsed(SummitId::new(summit))?, seat: parsed(SeatId::new(seat))? })
        })
    }

    fn session(&self, token: SecretHash) -> Result<Session, StoreError> {
        let sql = "SELECT session.id, invitation, summit, seat, ended IS NOT NULL FROM session
                   JOIN invitation ON invitation.id = invitation JOIN summit ON summit.id = summit
                   WHERE token = ? AND revoked IS NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([token.0])?;
        let row = rows.next()?.ok_or(StoreError::NotFound)?;
        if row.get(4)? {
            return Err(StoreError::Ended);
        }
        Ok(Session { id: row.get(0)?, invitation: row.get(1)?, summit: id_of(row, 2)?, seat: id_of(row, 3)? })
    }
}

fn append_one(t: &Transaction<'_>, summit: &SummitId, entry: &Entry) -> Result<(), StoreError> {
    let sql = "SELECT ended IS NOT NULL, (SELECT coalesce(max(sequence), 0) FROM entry WHERE summit = summit.id)
               FROM summit WHERE id = ?";
    let state = t
        .prepare_cached(sql)?
        .query_row([summit.as_str()], |row| Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    let (ended, last) = state.ok_or(StoreError::NotFound)?;
    if ended {
        return Err(StoreError::Conflict(format!("summit {summit} has ended")));
    }
    if number(entry.sequence)? != last + 1 {
        let found = entry.sequence.0;
        return Err(StoreError::Conflict(format!("entry {found} does not follow entry {last} of summit {summit}")));
    }
    let sql = "INSERT INTO entry (summit, sequence, at, request, event) VALUES (?, ?, ?, ?, ?)";
    let request = entry.request.as_ref().map(|request| request.as_str());
    let event = to_json(&entry.event)?;
    let values = params![summit.as_str(), number(entry.sequence)?, entry.at.0, request, event];
    t.prepare_cached(sql)?.execute(values)?;
    if matches!(entry.event, Event::Ended { .. }) {
        let sql = "UPDATE summit SET ended = ? WHERE id = ?";
        t.prepare_cached(sql)?.execute(params![entry.at.0, summit.as_str()])?;
    }
    Ok(())
}

fn forget_oldest_sessions(t: &Transaction<'_>, invitation: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM session WHERE id IN
               (SELECT id FROM session WHERE invitation = ? ORDER BY id DESC LIMIT -1 OFFSET ?)";
    t.prepare_cached(sql)?.execute(params![invitation, SESSIONS_PER_LINK])?;
    Ok(())
}

fn summit_of(row: &Row<'_>) -> Result<StoredSummit, StoreError> {
    Ok(StoredSummit {
        id: id_of(row, 0)?,
        plan: from_json(&row.get::<_, String>(1)?)?,
        created: WallTime(row.get(2)?),
        ended: row.get::<_, Option<i64>>(3)?.map(WallTime),
    })
}

fn entry_of(row: &Row<'_>) -> Result<Entry, StoreError> {
    Ok(Entry {
        sequence: Sequence(u64::try_from(row.get::<_, i64>(0)?).map_err(damaged)?),
        at: WallTime(row.get(1)?),
        request: row.get::<_, Option<String>>(2)?.map(wire::RequestId::new).transpose().map_err(damaged)?,
        event: from_json(&row.get::<_, String>(3)?)?,
    })
}

fn invitation_of(row: &Row<'_>) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: row.get(0)?,
        summit: id_of(row, 1)?,
        seat: id_of(row, 2)?,
        created: WallTime(row.get(3)?),
        expires: WallTime(row.get(4)?),
        revoked: row.get::<_, Option<i64>>(5)?.map(WallTime),
    })
}

fn id_of<T: TryFrom<String, Error = wire::BadId>>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    parsed(T::try_from(row.get(column)?))
}

fn parsed<T>(id: Result<T, wire::BadId>) -> Result<T, StoreError> {
    id.map_err(damaged)
}

/// A sequence as SQLite counts; one too large for it cannot follow any that is stored.
fn number(sequence: Sequence) -> Result<i64, StoreError> {
    i64::try_from(sequence.0).map_err(|_| StoreError::Conflict(format!("no entry has the place {}", sequence.0)))
}

fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(damaged)
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(damaged)
}

/// What is in the file is not what this program wrote there.
fn damaged(why: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("the stored data cannot be read: {why}"))
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn opened() -> (tempfile::TempDir, SqliteStore) {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path()).unwrap();
        (directory, store)
    }

    crate::contract::store_contract!(super::opened());

    #[test]
    fn a_commit_reaches_the_disk_before_it_returns() {
        let (_directory, store) = opened();
        let pragma = |name| store.connection.pragma_query_value(None, name, |row| row.get::<_, String>(0));
        let count = |name| store.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(pragma("journal_mode").unwrap(), "wal");
        assert_eq!((count("synchronous"), count("foreign_keys"), count("trusted_schema")), (2, 1, 0));
    }

    #[test]
    fn a_data_directory_is_used_by_one_at_a_time_and_closed_to_others() {
        let (directory, store) = opened();
        assert!(matches!(SqliteStore::open(directory.path()), Err(OpenError::Busy(_))));
        let mode = fs::metadata(directory.path().join(DATABASE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(store);
        assert!(SqliteStore::open(directory.path()).is_ok());
    }

    #[test]
    fn data_of_a_newer_version_are_left_alone() {
        let (directory, store) = opened();
        store.connection.pragma_update(None, "user_version", 999).unwrap();
        drop(store);
        let error = SqliteStore::open(directory.path()).err().unwrap();
        let known = crate::migrations::newest();
        assert!(matches!(error, OpenError::Newer { found: 999, known: k } if k == known), "{error}");
        assert!(error.to_string().contains("newer sommet"), "{error}");
    }

    #[test]
    fn a_database_of_another_program_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let other = Connection::open(directory.path().join(DATABASE)).unwrap();
        other.execute_batch("CREATE TABLE theirs (a)").unwrap();
        drop(other);
        assert!(matches!(SqliteStore::open(directory.path()), Err(OpenError::Foreign)));
    }

    #[test]
    fn what_was_stored_is_there_after_opening_again() {
        let (directory, mut store) = opened();
        let id = SummitId::new("s").unwrap();
        store.create_summit(&id, &crate::contract::plan(), WallTime(1)).unwrap();
        drop(store);
        let store = SqliteStore::open(directory.path()).unwrap();
        assert_eq!(store.summit(&id).unwrap().plan, crate::contract::plan());
    }

    #[test]
    fn a_file_that_is_no_database_is_said_to_be_none() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(DATABASE), "not a database, but long enough to have a header".repeat(40))
            .unwrap();
        assert!(matches!(SqliteStore::open(directory.path()), Err(OpenError::Engine(_))));
    }
}
