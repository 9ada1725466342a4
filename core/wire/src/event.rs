//! What happened in the meeting, for good: announced to everybody and kept in the summit's log.

use serde::{Deserialize, Serialize};

use crate::{
    AgendaItemId, BoothId, DelegationId, GroupId, InterpretationMode, Language, RequestId, SeatId, Sequence,
    SuspensionReason, WallTime,
};

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
    /// Somebody works in a booth from now on, or does not any more.
    #[serde(rename = "booth.assigned")]
    BoothAssigned {
        /// Which.
        booth: BoothId,
        /// Who.
        seat: SeatId,
        /// False: not any more.
        assigned: bool,
        /// Who decided it.
        by: SeatId,
    },
    /// A microphone of a booth was opened or shut.
    #[serde(rename = "booth.microphone")]
    BoothMicrophone {
        /// Which.
        booth: BoothId,
        /// Whose.
        seat: SeatId,
        /// False: shut.
        open: bool,
    },
    /// A booth works into another language.
    #[serde(rename = "booth.outgoing")]
    BoothOutgoing {
        /// Which.
        booth: BoothId,
        /// Into this one.
        language: Language,
        /// Who switched it.
        by: SeatId,
    },
    /// A booth takes relay from another channel, or hears the floor.
    #[serde(rename = "booth.relay")]
    BoothRelay {
        /// Which.
        booth: BoothId,
        /// From this one; none: the floor.
        channel: Option<Language>,
        /// Who switched it.
        by: SeatId,
    },
    /// One interpreter of a booth is to take over from the other.
    #[serde(rename = "booth.handover")]
    HandoverBegun {
        /// Which.
        booth: BoothId,
        /// Who works now.
        from: SeatId,
        /// Who is to work.
        to: SeatId,
        /// Who of the two began it.
        by: SeatId,
        /// When it happens by itself; none: when the other one accepts.
        at: Option<WallTime>,
    },
    /// It happened: the one microphone is open and the other is shut.
    #[serde(rename = "booth.handed_over")]
    HandedOver {
        /// Which.
        booth: BoothId,
        /// Who worked.
        from: SeatId,
        /// Who works now.
        to: SeatId,
    },
    /// It does not happen.
    #[serde(rename = "booth.handover_ended")]
    HandoverEnded {
        /// Which.
        booth: BoothId,
        /// Who declined it or took it back.
        by: SeatId,
    },
    /// Interpretation by a booth is suspended; the speaker's clock stands still.
    #[serde(rename = "booth.suspended")]
    BoothSuspended {
        /// Which.
        booth: BoothId,
        /// Why.
        reason: SuspensionReason,
        /// Who said it.
        by: SeatId,
    },
    /// The booth works again.
    #[serde(rename = "booth.resumed")]
    BoothResumed {
        /// Which.
        booth: BoothId,
        /// Who said it.
        by: SeatId,
    },
    /// A channel was opened or closed for everybody.
    #[serde(rename = "channel.set")]
    ChannelSet {
        /// Which.
        channel: Language,
        /// False: closed.
        open: bool,
        /// Who decided it.
        by: SeatId,
    },
    /// What is said is rendered in another way.
    #[serde(rename = "interpretation.mode")]
    InterpretationModeSet {
        /// While or after it is said.
        mode: InterpretationMode,
        /// By which chair.
        by: SeatId,
    },
    /// In consecutive mode: the interpreter renders, or the speaker goes on.
    #[serde(rename = "interpretation.turn")]
    InterpretationTurn {
        /// True: the interpreter renders.
        rendering: bool,
        /// Who passed the turn on.
        by: SeatId,
    },
    /// Somebody speaks that language from now on.
    #[serde(rename = "seat.speaks")]
    Speaks {
        /// Who.
        seat: SeatId,
        /// Which.
        language: Language,
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
