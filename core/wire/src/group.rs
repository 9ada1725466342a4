//! The groups of a summit: everybody, each party, each caucus, each pair. Every group has keys of its own (MLS, RFC 9420);
//! the server keeps their logs in order and knows none of the keys.

use serde::{Deserialize, Serialize};

use crate::{Bytes, GroupId, RequestId, SeatId, WallTime};

/// A group of which a seat is, or is to be, a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupView {
    /// Which.
    pub group: GroupId,
    /// Its number in the key ids of frames (RFC 9605).
    pub number: u16,
    /// Its present epoch; none before it was created.
    pub epoch: Option<u64>,
    /// The place of the latest entry of its log.
    pub seq: u64,
    /// Whose leaf is in it.
    pub members: Vec<SeatId>,
    /// Who is, or may come to be, in it.
    pub entitled: Vec<SeatId>,
}

/// Up to where a device knows a group's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Held {
    /// Which group.
    pub group: GroupId,
    /// The latest entry it knows.
    pub seq: u64,
}

/// Somebody who is to be added to a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Newcomer {
    /// Who.
    pub seat: SeatId,
    /// The key package to add, as an MLSMessage.
    pub package: Bytes,
}

/// An entry in its place in a group's log, as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupEntry {
    /// Whose log.
    pub group: GroupId,
    /// Its place, from 1, without gaps.
    pub seq: u64,
    /// When the server took it.
    pub at: WallTime,
    /// Who sent it.
    pub by: SeatId,
    /// The request that brought it: sent again, it is not taken again. None for what the server notes by itself.
    pub request: Option<RequestId>,
    /// What it is.
    pub body: GroupBody,
}

/// What a group's log is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GroupBody {
    /// The group exists, in epoch 0, with its author as the only member.
    Created {
        /// Its number in the key ids of frames.
        number: u16,
        /// The GroupInfo.
        group_info: Bytes,
    },
    /// A commit was taken; it ends `epoch`.
    Commit {
        /// The epoch it ends.
        epoch: u64,
        /// The commit.
        commit: Bytes,
        /// The Welcome, if it adds anybody.
        welcome: Option<Bytes>,
        /// The GroupInfo of the next epoch.
        group_info: Bytes,
        /// Whom it adds; the author of an external commit.
        added: Vec<SeatId>,
        /// Whose leaf it removes.
        removed: Vec<SeatId>,
    },
    /// Every member refused the commit at that place: the epoch it was for goes on.
    Void {
        /// The place of the commit.
        commit: u64,
    },
    /// Something for the members.
    App {
        /// The epoch it is sealed in.
        epoch: u64,
        /// The PrivateMessage.
        message: Bytes,
    },
}
