//! What the server says. One JSON object a message.
//!
//! Every message of a participant is answered by exactly one [`ServerMessage::Reply`] with its id (except `hello`, answered by
//! `welcome`, `seat_taken` or `bye`, and `ping`, answered by `pong`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    BoothSignal, Bytes, Denied, Envelope, Event, GroupId, GroupView, Language, MeetingView, Mid, Newcomer, Presence,
    Quality, Refusal, Relay, RequestId, SeatId, Sequence, SignedManifest, Slot, Source, SourceId, SummitId, SummitPlan,
    WallTime,
};

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ServerMessage {
    /// Answers `hello`, on the first connection and on every later one.
    #[serde(rename = "welcome")]
    Welcome {
        /// Which summit.
        summit: SummitId,
        /// Your seat.
        you: SeatId,
        /// The summit as prepared.
        plan: Box<SummitPlan>,
        /// The summit as it stands.
        meeting: Box<MeetingView>,
        /// The server's clock.
        now: WallTime,
        /// The media connection of before still stands: no new offer is needed.
        media: bool,
        /// What every party signed. Clients take names and roles from here, after checking every signature.
        manifest: SignedManifest,
        /// The own invitation, signed by the own party.
        invitation: Envelope,
        /// The latest revocation list of each party that has one.
        revocations: Vec<Envelope>,
        /// The relay of this server; none where it has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        relay: Option<Box<Relay>>,
    },
    /// Answers `hello`: another device has this seat. Say `hello` again with `take_over`, or go.
    #[serde(rename = "seat_taken")]
    SeatTaken {
        /// What that device calls itself.
        device: String,
        /// Since when.
        since: WallTime,
    },
    /// Something happened for good.
    #[serde(rename = "event")]
    Event {
        /// Its place in the summit's log; the view already contains all up to its own `sequence`.
        sequence: Sequence,
        /// When.
        at: WallTime,
        /// What.
        event: Event,
    },
    /// Somebody came, went, or switched a device.
    #[serde(rename = "presence")]
    Presence {
        /// Who.
        seat: SeatId,
        /// Where they are now.
        presence: Presence,
    },
    /// A source may now be received.
    #[serde(rename = "source.opened")]
    SourceOpened {
        /// Which.
        source: Source,
    },
    /// A source is gone.
    #[serde(rename = "source.closed")]
    SourceClosed {
        /// Which.
        source: SourceId,
    },
    /// Whose voice is heard now, loudest first.
    #[serde(rename = "speaking")]
    Speaking {
        /// Seats.
        seats: Vec<SeatId>,
    },
    /// Which interpreters' voices are heard now.
    #[serde(rename = "interpreting")]
    Interpreting {
        /// Seats.
        seats: Vec<SeatId>,
    },
    /// A booth says something to who speaks and to the chair; never which booth.
    #[serde(rename = "booth.signal")]
    Signal {
        /// What.
        signal: BoothSignal,
    },
    /// To booths, chairs and technicians: how many listen to each channel that anybody listens to.
    #[serde(rename = "channel.audience")]
    Audience {
        /// Listeners by channel.
        listeners: BTreeMap<Language, u32>,
    },
    /// How somebody's connection is.
    #[serde(rename = "quality")]
    Quality {
        /// Whose.
        seat: SeatId,
        /// In a word and a reason.
        quality: Quality,
    },
    /// Answers `media.offer`.
    #[serde(rename = "media.answer")]
    MediaAnswer {
        /// The offer's id.
        id: RequestId,
        /// The SDP answer.
        sdp: String,
    },
    /// What the receiving m-lines carry; sent before the first packet of a new source. Only changed slots are named.
    #[serde(rename = "media.slots")]
    MediaSlots {
        /// The slots.
        slots: Vec<Slot>,
    },
    /// How many layers of what this device sends on an m-line are received by anybody. The others need not be encoded; until
    /// this is said, all are.
    #[serde(rename = "media.layers")]
    MediaLayers {
        /// The sending m-line.
        mid: Mid,
        /// So many, the smallest first; 0: the picture rests. A picture without simulcast has one.
        layers: u8,
    },
    /// The registrar of the own party admitted this key.
    #[serde(rename = "cert.issued")]
    CertificateIssued {
        /// The member certificate.
        certificate: Envelope,
    },
    /// The registrar of the own party did not admit this key.
    #[serde(rename = "cert.denied")]
    CertificateDenied {
        /// Why.
        why: Denied,
    },
    /// No registrar of the own party is connected; the request waits for one.
    #[serde(rename = "cert.waiting")]
    CertificateWaiting,
    /// A party withdrew certificates: nobody accepts them any more.
    #[serde(rename = "cert.revoked")]
    CertificatesRevoked {
        /// The party's list, which replaces its former one.
        list: Envelope,
    },
    /// The groups of this seat; sent after `seal.resume` and whenever one comes or goes.
    #[serde(rename = "seal.groups")]
    SealGroups {
        /// All of them.
        groups: Vec<GroupView>,
    },
    /// Publish more key packages, by `seal.packages`.
    #[serde(rename = "seal.packages_wanted")]
    SealPackagesWanted {
        /// How many.
        count: u32,
    },
    /// It is this member's turn to commit: answer with `mls.commit`, or with `mls.create` where there is no epoch yet. Who does not
    /// answer within two seconds, or is too late, lets another one do it.
    #[serde(rename = "mls.wanted")]
    MlsWanted {
        /// Whose.
        group: GroupId,
        /// The epoch that the commit ends; none: create the group.
        epoch: Option<u64>,
        /// Who comes in; one who is a member already changes its leaf.
        add: Vec<Newcomer>,
        /// Whose leaf goes.
        remove: Vec<SeatId>,
    },
    /// A commit was taken: it ends `epoch`. Sent to every member, the author included, who applies it at `mls.switch`.
    #[serde(rename = "mls.committed")]
    MlsCommitted {
        /// Whose.
        group: GroupId,
        /// Its place in the group's log.
        seq: u64,
        /// The epoch it ends.
        epoch: u64,
        /// Who made it.
        by: SeatId,
        /// The commit.
        commit: Bytes,
    },
    /// The way into a group: answer with `mls.applied`, or with `mls.resync` where it cannot be used.
    #[serde(rename = "mls.welcome")]
    MlsWelcome {
        /// Which.
        group: GroupId,
        /// The place of the commit that it belongs to.
        seq: u64,
        /// The epoch it leads into.
        epoch: u64,
        /// The Welcome.
        welcome: Bytes,
    },
    /// Nobody is there to let this seat in: join by an external commit, `mls.external`.
    #[serde(rename = "mls.group_info")]
    MlsGroupInfo {
        /// Which.
        group: GroupId,
        /// The place of the group's latest commit.
        seq: u64,
        /// The present epoch.
        epoch: u64,
        /// The GroupInfo.
        group_info: Bytes,
    },
    /// The members seal with the keys of this epoch from now on; who made the commit applies it now.
    #[serde(rename = "mls.switch")]
    MlsSwitch {
        /// Whose.
        group: GroupId,
        /// The new epoch.
        epoch: u64,
    },
    /// Every member refused that commit: it never was, the epoch it was for goes on.
    #[serde(rename = "mls.void")]
    MlsVoid {
        /// Whose.
        group: GroupId,
        /// The place of the commit in the group's log.
        seq: u64,
    },
    /// Something for the members of a group only.
    #[serde(rename = "mls.app")]
    MlsApp {
        /// Whose.
        group: GroupId,
        /// Its place in the group's log.
        seq: u64,
        /// The epoch it is sealed in.
        epoch: u64,
        /// Who sent it, as the server knows it; the seal itself proves it.
        by: SeatId,
        /// The PrivateMessage.
        message: Bytes,
    },
    /// Who of the own party whispers now.
    #[serde(rename = "whispering")]
    Whispering {
        /// Seats.
        seats: Vec<SeatId>,
    },
    /// What this device sends does not look sealed, or not by this member: nothing of it was forwarded.
    #[serde(rename = "seal.suspect")]
    SealSuspect {
        /// Which source.
        source: SourceId,
    },
    /// Answers a request.
    #[serde(rename = "reply")]
    Reply {
        /// The request's id.
        id: RequestId,
        /// What became of it.
        outcome: Outcome,
    },
    /// Answers `ping`.
    #[serde(rename = "pong")]
    Pong {
        /// As it came.
        sent: f64,
        /// The server's clock.
        now: WallTime,
    },
    /// The last message of a connection: why it ends.
    #[serde(rename = "bye")]
    Bye {
        /// Why.
        reason: Bye,
    },
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Outcome {
    /// Carried out; if it changed the meeting, it is stored.
    Done,
    /// Not carried out; nothing changed.
    Refused {
        /// Why.
        why: Refusal,
    },
}

/// Why the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Bye {
    /// The summit is over.
    Ended,
    /// The link was withdrawn, or never was one: ask for a new one.
    LinkRefused,
    /// You left.
    Left,
    /// What came is not of this protocol.
    Malformed,
    /// The client speaks another version: reload the page.
    Protocol,
    /// The server stops or restarts: come back, with the same token.
    Restart,
    /// The connection could not take what was sent: come back.
    TooSlow,
    /// The seat went on at another device.
    TakenOver,
}
