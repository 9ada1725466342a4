//! The meeting as one participant may see it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    AgendaItemId, CaucusView, DelegationId, FloorView, InterpretationView, Presence, Quality, SeatId, Sequence, Source,
    WallTime,
};

/// Where the summit is in its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Phase {
    /// The delegations gather apart; those whose head said "ready" are listed.
    Lobby {
        /// In the order in which they became ready.
        ready: Vec<DelegationId>,
    },
    /// All are ready. Every screen shows both sides at `revealed_at`, which may still be ahead.
    Plenary {
        /// The instant of the reveal, by the server's clock.
        revealed_at: WallTime,
    },
    /// It is over.
    Ended {
        /// When it ended.
        at: WallTime,
    },
}

/// All of the meeting that one participant may see; sent on arrival and after every reconnection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MeetingView {
    /// Where the summit is.
    pub phase: Phase,
    /// The last event this view contains.
    pub sequence: Sequence,
    /// Who is where. Seats that this participant may not see yet, and absent ones, are left out.
    pub presence: BTreeMap<SeatId, Presence>,
    /// Who speaks and who is next.
    pub floor: FloorView,
    /// The item under discussion.
    pub agenda: Option<AgendaItemId>,
    /// Booths and channels.
    pub interpretation: InterpretationView,
    /// The caucuses that are open.
    pub caucuses: Vec<CaucusView>,
    /// The sounds and pictures that this participant may receive, and its own.
    pub sources: Vec<Source>,
    /// How the visible people's connections are, where known.
    pub quality: BTreeMap<SeatId, Quality>,
}
