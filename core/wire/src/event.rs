//! What happened in the meeting, for good: announced to everybody and kept in the summit's log.

use serde::{Deserialize, Serialize};

use crate::{AgendaItemId, DelegationId, GroupId, RequestId, SeatId, Sequence, WallTime};

/// One thing that happened. The same value is announced, stored and replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Event {
    /// A head of delegation said "ready", or took it back.
    #[serde(rename = "lobby.ready")]
    Ready {
        /// Whose delegation.
        delegation: DelegationId,
        /// False takes it back.
        ready: bool,
        /// Who said it.
        by: SeatId,
    },
    /// All delegations are ready: the plenary begins on every screen at `at`.
    #[serde(rename = "plenary.revealed")]
    Revealed {
        /// The instant, by the server's clock; about four seconds ahead when it is announced, so that every screen can keep it.
        at: WallTime,
    },
    /// A hand went up.
    #[serde(rename = "floor.raised")]
    HandRaised {
        /// Whose.
        seat: SeatId,
    },
    /// A hand went down again, by its owner or by the chair.
    #[serde(rename = "floor.lowered")]
    HandLowered {
        /// Whose.
        seat: SeatId,
        /// Who lowered it.
        by: SeatId,
    },
    /// The chair gave the floor.
    #[serde(rename = "floor.given")]
    FloorGiven {
        /// To whom.
        seat: SeatId,
        /// By which chair.
        by: SeatId,
    },
    /// The floor is free again.
    #[serde(rename = "floor.yielded")]
    FloorYielded {
        /// Who had it.
        seat: SeatId,
        /// Who ended it: the speaker or a chair.
        by: SeatId,
    },
    /// The chair opened an item of the agenda.
    #[serde(rename = "agenda.opened")]
    AgendaOpened {
        /// Which.
        item: AgendaItemId,
        /// By which chair.
        by: SeatId,
    },
    /// Some people were called to a caucus.
    #[serde(rename = "caucus.opened")]
    CaucusOpened {
        /// Its name, which is its group's.
        caucus: GroupId,
        /// Who may go in, `by` first.
        called: Vec<SeatId>,
        /// Who called them.
        by: SeatId,
    },
    /// Somebody went into a caucus.
    #[serde(rename = "caucus.entered")]
    CaucusEntered {
        /// Which.
        caucus: GroupId,
        /// Who.
        seat: SeatId,
    },
    /// Somebody came back from a caucus. The last one closes it.
    #[serde(rename = "caucus.left")]
    CaucusLeft {
        /// Which.
        caucus: GroupId,
        /// Who.
        seat: SeatId,
    },
    /// The summit is over.
    #[serde(rename = "summit.ended")]
    Ended {
        /// The chair who ended it; nobody when the operator did.
        by: Option<SeatId>,
    },
}

/// An event in its place in the summit's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Entry {
    /// Its place.
    pub sequence: Sequence,
    /// When the server decided it.
    pub at: WallTime,
    /// The request that caused it; none for what the server does by itself.
    pub request: Option<RequestId>,
    /// What happened.
    pub event: Event,
}
