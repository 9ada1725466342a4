//! Rows as values, and values as SQLite keeps them.

use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::{Entry, GroupEntry, Sequence, WallTime};

use crate::{Invitation, Session, StoreError};

/// A session from `invitation, summit, seat, document`.
pub(super) fn session_of(row: &Row<'_>, id: i64) -> Result<Session, StoreError> {
    Ok(Session {
        id,
        invitation: row.get(0)?,
        summit: id_of(row, 1)?,
        seat: id_of(row, 2)?,
        document: Box::new(from_json(&row.get::<_, String>(3)?)?),
    })
}

pub(super) fn group_entry_of(row: &Row<'_>) -> Result<GroupEntry, StoreError> {
    Ok(GroupEntry {
        group: id_of(row, 0)?,
        seq: u64::try_from(row.get::<_, i64>(1)?).map_err(damaged)?,
        at: WallTime(row.get(2)?),
        by: id_of(row, 3)?,
        request: row.get::<_, Option<String>>(4)?.map(wire::RequestId::new).transpose().map_err(damaged)?,
        body: from_json(&row.get::<_, String>(5)?)?,
    })
}

pub(super) fn entry_of(row: &Row<'_>) -> Result<Entry, StoreError> {
    Ok(Entry {
        sequence: Sequence(u64::try_from(row.get::<_, i64>(0)?).map_err(damaged)?),
        at: WallTime(row.get(1)?),
        request: row.get::<_, Option<String>>(2)?.map(wire::RequestId::new).transpose().map_err(damaged)?,
        event: from_json(&row.get::<_, String>(3)?)?,
    })
}

pub(super) fn invitation_of(row: &Row<'_>) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: row.get(0)?,
        summit: id_of(row, 1)?,
        seat: id_of(row, 2)?,
        created: WallTime(row.get(3)?),
        expires: WallTime(row.get(4)?),
        revoked: row.get::<_, Option<i64>>(5)?.map(WallTime),
    })
}

pub(super) fn id_of<T: TryFrom<String, Error = wire::BadId>>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    T::try_from(row.get(column)?).map_err(damaged)
}

/// A sequence as SQLite counts; one too large for it cannot follow any that is stored.
pub(super) fn number(sequence: Sequence) -> Result<i64, StoreError> {
    i64::try_from(sequence.0).map_err(|_| StoreError::Conflict(format!("no entry has the place {}", sequence.0)))
}

/// A number as SQLite counts.
pub(super) fn whole(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Conflict(format!("the number {number} is too large")))
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(damaged)
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(damaged)
}

/// What is in the file is not what this program wrote there.
pub(super) fn damaged(why: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("the stored data cannot be read: {why}"))
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
