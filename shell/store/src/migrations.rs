//! The versions of the schema, and how a file of an older version becomes one of this version.
//!
//! A migration that was released is never edited: a change is a further file. The version is SQLite's `user_version`,
//! and moves in the same transaction as the tables.

use rusqlite::{Connection, TransactionBehavior};

use crate::OpenError;

/// All migrations in order; the first makes version 1.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_summits.sql"), include_str!("migrations/0002_sealing.sql")];

/// "smmt" as a big-endian number: marks the file as ours (SQLite's `application_id`).
const APPLICATION: i32 = i32::from_be_bytes(*b"smmt");

/// The version this program writes.
pub(crate) fn newest() -> u32 {
    (1..).zip(MIGRATIONS).last().map_or(0, |(version, _)| version)
}

/// Brings the file to the newest version.
///
/// # Errors
/// [`OpenError::Newer`] and [`OpenError::Foreign`] before anything is changed.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_new = version == 0 && application == 0 && tables == 0;
    if !is_new && application != APPLICATION {
        return Err(OpenError::Foreign);
    }
    if version > newest() {
        return Err(OpenError::Newer { found: version, known: newest() });
    }
    for (next, sql) in (1..).zip(MIGRATIONS).filter(|(next, _)| *next > version) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", next)?;
        transaction.commit()?;
        tracing::info!(version = next, "the store's schema is up to date");
    }
    Ok(())
}
