//! The agenda, as the summit's file gives it.

use serde::{Deserialize, Serialize};

use crate::{AgendaItemId, Localized};

/// One item of the agenda. The title is public and neutral: both sides agreed to it beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AgendaItem {
    /// Its name in requests and events.
    pub id: AgendaItemId,
    /// What is shown.
    pub title: Localized,
    /// How long it is meant to take, in minutes.
    pub minutes: u16,
}
