//! The store of one machine: SQLite in one file, inside this process.
//!
//! Durability is WAL with `synchronous=FULL`: a commit returns when the disk has it. One connection writes and checkpoints,
//! and a lock on the data directory keeps a second process out, so two connections never do either at once.

mod rows;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use wire::{
    Bytes, Entry, Envelope, Event, GroupEntry, Manifest, PartyId, PartySignature, Sequence, SignedManifest, SummitId,
    WallTime,
};

use crate::migrations::migrate;
use crate::{
    CHUNK_BYTES, FILES_BYTES_MAX, Invitation, NewInvitation, Record, SEAL_BYTES, SESSIONS_PER_LINK, SecretHash,
    Session, Store, StoreError, StoredFile, StoredSummit,
};
use rows::{damaged, entry_of, from_json, group_entry_of, id_of, invitation_of, number, session_of, to_json, whole};

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

/// A summit with its manifest.
const SUMMIT: &str = "SELECT id, plan, payload, agreed, created, ended FROM summit LEFT JOIN manifest ON summit = id";
/// A link without its secret.
const INVITATION: &str = "SELECT id, summit, seat, created, expires, revoked FROM invitation";

impl Store for SqliteStore {
    fn create_summit(&mut self, manifest: &Bytes, at: WallTime) -> Result<(), StoreError> {
        let read: Manifest = serde_json::from_slice(&manifest.0)
            .map_err(|error| StoreError::Conflict(format!("this is no manifest: {error}")))?;
        let (id, plan) = (read.summit.as_str(), to_json(&read.plan)?);
        self.write(|t| {
            let sql = "INSERT INTO summit (id, plan, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
            if t.prepare_cached(sql)?.execute(params![id, plan, at.0])? == 0 {
                return Err(StoreError::Conflict(format!("there is a summit {id} already")));
            }
            t.prepare_cached("INSERT INTO manifest (summit, payload) VALUES (?, ?)")?
                .execute(params![id, manifest.0])?;
            Ok(())
        })
    }

    fn summits(&self) -> Result<Vec<StoredSummit>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SUMMIT} ORDER BY created DESC, id"))?;
        let mut rows = statement.query([])?;
        let mut summits = Vec::new();
        while let Some(row) = rows.next()? {
            summits.push(self.summit_of(row)?);
        }
        Ok(summits)
    }

    fn summit(&self, id: &SummitId) -> Result<StoredSummit, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SUMMIT} WHERE id = ?"))?;
        let mut rows = statement.query([id.as_str()])?;
        rows.next()?.ok_or(StoreError::NotFound).and_then(|row| self.summit_of(row))
    }

    fn sign(&mut self, summit: &SummitId, signature: &PartySignature, at: WallTime) -> Result<bool, StoreError> {
        let stored = self.summit(summit)?;
        if stored.ended.is_some() {
            return Err(StoreError::Ended);
        }
        let manifest = stored.manifest.ok_or(StoreError::NotFound)?;
        if !stored.plan.parties().contains(&signature.party) {
            return Err(StoreError::NotFound);
        }
        if let Some(known) = manifest.signatures.iter().find(|known| known.party == signature.party) {
            let is_same = known.signature == signature.signature;
            let other = || StoreError::Conflict(format!("the party {} has signed otherwise", signature.party));
            return if is_same { Ok(stored.agreed.is_some()) } else { Err(other()) };
        }
        let is_agreed = manifest.signatures.len() + 1 == stored.plan.parties().len();
        self.write(|t| {
            let sql = "INSERT INTO manifest_signature (summit, party, signature, signed) VALUES (?, ?, ?, ?)";
            let values = params![summit.as_str(), signature.party.as_str(), signature.signature.0, at.0];
            t.prepare_cached(sql)?.execute(values)?;
            if is_agreed {
                let sql = "UPDATE manifest SET agreed = ? WHERE summit = ?";
                t.prepare_cached(sql)?.execute(params![at.0, summit.as_str()])?;
            }
            Ok(is_agreed)
        })
    }

    fn revoke_certificates(
        &mut self,
        summit: &SummitId,
        party: &PartyId,
        number: u64,
        list: &Envelope,
    ) -> Result<(), StoreError> {
        let number = whole(number)?;
        let list = to_json(list)?;
        self.summit(summit)?.manifest.ok_or(StoreError::NotFound)?;
        self.write(|t| {
            let sql = "INSERT INTO revocation (summit, party, number, list) VALUES (?, ?, ?, ?)
                       ON CONFLICT DO UPDATE SET number = excluded.number, list = excluded.list
                       WHERE excluded.number > number";
            match t.prepare_cached(sql)?.execute(params![summit.as_str(), party.as_str(), number, list])? {
                0 => Err(StoreError::Conflict(format!("there is a list {number} or a later one already"))),
                _ => Ok(()),
            }
        })
    }

    fn revocations(&self, summit: &SummitId) -> Result<Vec<(PartyId, Envelope)>, StoreError> {
        let sql = "SELECT party, list FROM revocation WHERE summit = ? ORDER BY party";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([summit.as_str()])?;
        let mut lists = Vec::new();
        while let Some(row) = rows.next()? {
            lists.push((id_of(row, 0)?, from_json(&row.get::<_, String>(1)?)?));
        }
        Ok(lists)
    }

    fn append(&mut self, records: &[(SummitId, Record)]) -> Result<(), StoreError> {
        self.write(|t| {
            records.iter().try_for_each(|(summit, record)| match record {
                Record::Log(entry) => append_entry(t, summit, entry),
                Record::Group(entry) => append_to_group(t, summit, entry),
            })
        })
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

    fn group_entries(&self, summit: &SummitId) -> Result<Vec<GroupEntry>, StoreError> {
        let sql =
            "SELECT \"group\", seq, at, by, request, body FROM group_entry WHERE summit = ? ORDER BY \"group\", seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([summit.as_str()])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(group_entry_of(row)?);
        }
        Ok(entries)
    }

    fn invite(&mut self, summit: &SummitId, link: &NewInvitation, at: WallTime) -> Result<i64, StoreError> {
        let stored = self.summit(summit)?;
        if stored.ended.is_some() {
            return Err(StoreError::Ended);
        }
        stored.plan.seat(&link.seat).ok_or(StoreError::NotFound)?;
        let document = to_json(&link.document)?;
        self.write(|t| {
            let sql =
                "SELECT id FROM invitation WHERE summit = ? AND jti = ? AND secret = ? AND seat = ? AND document = ?";
            let same = params![summit.as_str(), link.jti.0, link.access.0, link.seat.as_str(), document];
            if let Some(id) = t.prepare_cached(sql)?.query_row(same, |row| row.get(0)).optional()? {
                return Ok(id);
            }
            let sql = "INSERT INTO invitation (summit, seat, secret, created, expires, jti, document)
                       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
            let (id, seat) = (summit.as_str(), link.seat.as_str());
            let values = params![id, seat, link.access.0, at.0, link.expires.0, link.jti.0, document];
            match t.prepare_cached(sql)?.execute(values)? {
                0 => Err(StoreError::Conflict("this secret or this number is in use".to_owned())),
                _ => Ok(t.last_insert_rowid()),
            }
        })
    }

    fn invitations(&self, summit: &SummitId) -> Result<Vec<Invitation>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{INVITATION} WHERE summit = ? ORDER BY id"))?;
        let mut rows = statement.query([summit.as_str()])?;
        let mut invitations = Vec::new();
        while let Some(row) = rows.next()? {
            invitations.push(invitation_of(row)?);
        }
        Ok(invitations)
    }

    fn invitation(&self, summit: &SummitId, jti: &Bytes) -> Result<Invitation, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{INVITATION} WHERE summit = ? AND jti = ?"))?;
        let mut rows = statement.query(params![summit.as_str(), jti.0])?;
        rows.next()?.ok_or(StoreError::NotFound).and_then(invitation_of)
    }

    fn revoke(&mut self, invitation: i64, at: WallTime) -> Result<Invitation, StoreError> {
        self.write(|t| {
            let mut statement = t.prepare_cached(&format!("{INVITATION} WHERE id = ?"))?;
            let mut rows = statement.query([invitation])?;
            let before = rows.next()?.ok_or(StoreError::NotFound).and_then(invitation_of)?;
            let sql = "UPDATE invitation SET revoked = ? WHERE id = ? AND revoked IS NULL";
            t.prepare_cached(sql)?.execute(params![at.0, invitation])?;
            Ok(before)
        })
    }

    fn open_session(&mut self, link: SecretHash, token: SecretHash, at: WallTime) -> Result<Session, StoreError> {
        self.write(|t| {
            let sql = "SELECT invitation.id, invitation.summit, seat, document, agreed IS NOT NULL FROM invitation
                       JOIN summit ON summit.id = invitation.summit JOIN manifest ON manifest.summit = summit.id
                       WHERE secret = ? AND revoked IS NULL AND expires > ? AND ended IS NULL";
            let mut statement = t.prepare_cached(sql)?;
            let mut rows = statement.query(params![link.0, at.0])?;
            let row = rows.next()?.ok_or(StoreError::NotFound)?;
            if !row.get::<_, bool>(4)? {
                return Err(StoreError::NotAgreed);
            }
            let session = session_of(row, 0)?;
            let sql = "INSERT INTO session (invitation, token, opened) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
            if t.prepare_cached(sql)?.execute(params![session.invitation, token.0, at.0])? == 0 {
                return Err(StoreError::Conflict("this token is in use".to_owned()));
            }
            let id = t.last_insert_rowid();
            forget_oldest_sessions(t, session.invitation)?;
            Ok(Session { id, ..session })
        })
    }

    fn session(&self, token: SecretHash) -> Result<Session, StoreError> {
        let sql = "SELECT invitation, summit, seat, document, ended IS NOT NULL, session.id FROM session
                   JOIN invitation ON invitation.id = invitation JOIN summit ON summit.id = summit
                   WHERE token = ? AND revoked IS NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([token.0])?;
        let row = rows.next()?.ok_or(StoreError::NotFound)?;
        if row.get(4)? {
            return Err(StoreError::Ended);
        }
        session_of(row, row.get(5)?)
    }

    fn create_file(&mut self, file: &StoredFile, at: WallTime) -> Result<(), StoreError> {
        let stored = self.summit(&file.summit)?;
        if stored.ended.is_some() {
            return Err(StoreError::Ended);
        }
        self.write(|t| {
            let sql = "SELECT coalesce(sum(chunks), 0) FROM file WHERE summit = ?";
            let taken: i64 = t.prepare_cached(sql)?.query_row([file.summit.as_str()], |row| row.get(0))?;
            let (taken, wanted) = (u64::try_from(taken).map_err(damaged)?, file.chunks());
            if taken.saturating_add(wanted).saturating_mul(CHUNK_BYTES + SEAL_BYTES) > FILES_BYTES_MAX {
                return Err(StoreError::Full);
            }
            let sql = "INSERT INTO file (id, summit, \"group\", by, size, chunks, created) VALUES (?, ?, ?, ?, ?, ?, ?)
                       ON CONFLICT DO NOTHING";
            let (summit, group, by) = (file.summit.as_str(), file.group.as_str(), file.by.as_str());
            let values = params![file.id, summit, group, by, whole(file.size)?, whole(wanted)?, at.0];
            match t.prepare_cached(sql)?.execute(values)? {
                0 => Err(StoreError::Conflict("there is a file of this name already".to_owned())),
                _ => Ok(()),
            }
        })
    }

    fn file(&self, id: &str) -> Result<StoredFile, StoreError> {
        let sql = "SELECT id, summit, \"group\", by, size FROM file WHERE id = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([id])?;
        let row = rows.next()?.ok_or(StoreError::NotFound)?;
        Ok(StoredFile {
            id: row.get(0)?,
            summit: id_of(row, 1)?,
            group: id_of(row, 2)?,
            by: id_of(row, 3)?,
            size: u64::try_from(row.get::<_, i64>(4)?).map_err(damaged)?,
        })
    }

    fn put_chunk(&mut self, file: &str, number: u64, bytes: &[u8]) -> Result<(), StoreError> {
        if self.file(file)?.chunk_bytes(number) != Some(bytes.len() as u64) {
            return Err(StoreError::NotFound);
        }
        let number = whole(number)?;
        self.write(|t| {
            let sql = "SELECT bytes = ? FROM file_chunk WHERE file = ? AND number = ?";
            match t.prepare_cached(sql)?.query_row(params![bytes, file, number], |row| row.get(0)).optional()? {
                Some(true) => return Ok(()),
                Some(false) => return Err(StoreError::Conflict("this chunk is there with other bytes".to_owned())),
                None => {}
            }
            let sql = "INSERT INTO file_chunk (file, number, bytes) VALUES (?, ?, ?)";
            t.prepare_cached(sql)?.execute(params![file, number, bytes])?;
            Ok(())
        })
    }

    fn stored_chunks(&self, file: &str) -> Result<Vec<(u64, u64)>, StoreError> {
        let sql = "SELECT number FROM file_chunk WHERE file = ? ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([file])?;
        let mut runs: Vec<(u64, u64)> = Vec::new();
        while let Some(row) = rows.next()? {
            let number = u64::try_from(row.get::<_, i64>(0)?).map_err(damaged)?;
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == number => *last = number,
                Some(_) | None => runs.push((number, number)),
            }
        }
        Ok(runs)
    }

    fn chunk(&self, file: &str, number: u64) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT bytes FROM file_chunk WHERE file = ? AND number = ?";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![file, whole(number)?], |row| row.get(0))
            .optional()?;
        found.ok_or(StoreError::NotFound)
    }
}

impl SqliteStore {
    /// A row of [`SUMMIT`], with the signatures.
    fn summit_of(&self, row: &Row<'_>) -> Result<StoredSummit, StoreError> {
        let id: SummitId = id_of(row, 0)?;
        let payload: Option<Vec<u8>> = row.get(2)?;
        let manifest = match payload {
            Some(payload) => {
                let signatures = self.signatures(&id)?;
                Some(SignedManifest { payload: Bytes(payload), signatures })
            }
            None => None,
        };
        Ok(StoredSummit {
            id,
            plan: from_json(&row.get::<_, String>(1)?)?,
            manifest,
            agreed: row.get::<_, Option<i64>>(3)?.map(WallTime),
            created: WallTime(row.get(4)?),
            ended: row.get::<_, Option<i64>>(5)?.map(WallTime),
        })
    }

    fn signatures(&self, summit: &SummitId) -> Result<Vec<PartySignature>, StoreError> {
        let sql = "SELECT party, signature FROM manifest_signature WHERE summit = ? ORDER BY signed, party";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([summit.as_str()])?;
        let mut signatures = Vec::new();
        while let Some(row) = rows.next()? {
            signatures.push(PartySignature { party: id_of(row, 0)?, signature: Bytes(row.get(1)?) });
        }
        Ok(signatures)
    }
}

fn append_entry(t: &Transaction<'_>, summit: &SummitId, entry: &Entry) -> Result<(), StoreError> {
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

fn append_to_group(t: &Transaction<'_>, summit: &SummitId, entry: &GroupEntry) -> Result<(), StoreError> {
    let sql = "SELECT ended IS NOT NULL,
                      (SELECT coalesce(max(seq), 0) FROM group_entry WHERE summit = summit.id AND \"group\" = ?)
               FROM summit JOIN manifest ON manifest.summit = id WHERE id = ?";
    let group = entry.group.as_str();
    let state = t
        .prepare_cached(sql)?
        .query_row([group, summit.as_str()], |row| Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    let (ended, last) = state.ok_or(StoreError::NotFound)?;
    if ended {
        return Err(StoreError::Conflict(format!("summit {summit} has ended")));
    }
    if whole(entry.seq)? != last + 1 {
        let found = entry.seq;
        let why = format!("entry {found} does not follow entry {last} of group {group} of summit {summit}");
        return Err(StoreError::Conflict(why));
    }
    let sql = "INSERT INTO group_entry (summit, \"group\", seq, at, by, request, body) VALUES (?, ?, ?, ?, ?, ?, ?)";
    let request = entry.request.as_ref().map(|request| request.as_str());
    let (seq, by, body) = (whole(entry.seq)?, entry.by.as_str(), to_json(&entry.body)?);
    t.prepare_cached(sql)?.execute(params![summit.as_str(), group, seq, entry.at.0, by, request, body])?;
    Ok(())
}

fn forget_oldest_sessions(t: &Transaction<'_>, invitation: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM session WHERE id IN
               (SELECT id FROM session WHERE invitation = ? ORDER BY id DESC LIMIT -1 OFFSET ?)";
    t.prepare_cached(sql)?.execute(params![invitation, SESSIONS_PER_LINK])?;
    Ok(())
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
        store.create_summit(&crate::contract::manifest("s"), WallTime(1)).unwrap();
        drop(store);
        let store = SqliteStore::open(directory.path()).unwrap();
        assert_eq!(store.summit(&id).unwrap().plan, crate::contract::plan());
    }

    #[test]
    fn a_summit_of_version_1_is_over_because_nobody_agreed_on_keys() {
        let directory = tempfile::tempdir().unwrap();
        let old = Connection::open(directory.path().join(DATABASE)).unwrap();
        old.execute_batch(include_str!("migrations/0001_summits.sql")).unwrap();
        old.pragma_update(None, "application_id", i32::from_be_bytes(*b"smmt")).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        let plan = serde_json::to_string(&crate::contract::plan()).unwrap();
        old.execute("INSERT INTO summit (id, plan, created) VALUES ('s', ?, 1)", [plan]).unwrap();
        let link = params![SecretHash::of("link").0];
        let sql = "INSERT INTO invitation (summit, seat, secret, created, expires) VALUES ('s', 'a-head', ?, 1, 9000)";
        old.execute(sql, link).unwrap();
        drop(old);
        let mut store = SqliteStore::open(directory.path()).unwrap();
        let id = SummitId::new("s").unwrap();
        let found = store.summit(&id).unwrap();
        assert!(found.ended.is_some_and(|ended| ended.0 > 1_700_000_000_000), "{found:?}");
        assert_eq!((found.plan, found.manifest, found.agreed), (crate::contract::plan(), None, None));
        assert_eq!(store.invitations(&id).unwrap().len(), 1);
        let opened = store.open_session(SecretHash::of("link"), SecretHash::of("token"), WallTime(2));
        assert_eq!(opened, Err(StoreError::NotFound));
    }

    #[test]
    fn a_file_that_is_no_database_is_said_to_be_none() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(DATABASE), "not a database, but long enough to have a header".repeat(40))
            .unwrap();
        assert!(matches!(SqliteStore::open(directory.path()), Err(OpenError::Engine(_))));
    }
}
