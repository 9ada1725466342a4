//! What a participant says. One JSON object a message, each with an `id`.

use serde::{Deserialize, Serialize};

use crate::{
    AgendaItemId, BoothId, BoothSignal, Bytes, CertificateRequest, Devices, Envelope, GroupId, Held,
    InterpretationMode, Language, Quality, RequestId, SeatId, SuspensionReason, Track, Wanted,
};

/// What a participant sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ClientMessage {
    /// Chosen by the client; answered with it. Sent again after a reconnection, it is not carried out twice.
    pub id: RequestId,
    /// What is asked.
    #[serde(flatten)]
    pub request: Request,
}

/// What a participant can ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Request {
    /// The first message of every connection.
    #[serde(rename = "hello")]
    Hello {
        /// The session's token.
        token: String,
        /// [`crate::PROTOCOL`].
        protocol: u32,
        /// Words for the device, for the question which one stays: "Firefox on Linux". At most 80 characters.
        device: String,
        /// True: if another device has the seat, that one leaves.
        take_over: bool,
    },
    /// Asks for the server's clock.
    #[serde(rename = "ping")]
    Ping {
        /// Returned as it is.
        sent: f64,
    },
    /// Come in from the pre-flight: to the lobby, or to the plenary if it has begun.
    #[serde(rename = "enter")]
    Enter {
        /// Camera and microphone as they are now.
        devices: Devices,
    },
    /// Go for good. The seat is free; the link works again.
    #[serde(rename = "leave")]
    Leave,
    /// Microphone or camera was switched.
    #[serde(rename = "devices")]
    Devices {
        /// As they are now.
        devices: Devices,
    },
    /// A head of delegation says "ready", or takes it back.
    #[serde(rename = "lobby.ready")]
    Ready {
        /// False takes it back.
        ready: bool,
    },
    /// Ask for the floor.
    #[serde(rename = "floor.raise")]
    RaiseHand,
    /// Take a hand down: one's own, or any by the chair.
    #[serde(rename = "floor.lower")]
    LowerHand {
        /// Whose.
        seat: SeatId,
    },
    /// Chair: give the floor, whether the seat asked or not.
    #[serde(rename = "floor.give")]
    GiveFloor {
        /// To whom.
        seat: SeatId,
    },
    /// Yield the floor: the speaker, or the chair on the speaker's behalf.
    #[serde(rename = "floor.yield")]
    YieldFloor,
    /// Chair: open an item of the agenda.
    #[serde(rename = "agenda.open")]
    OpenAgenda {
        /// Which.
        item: AgendaItemId,
    },
    /// Chair: end the summit for everybody.
    #[serde(rename = "summit.end")]
    End,
    /// The browser's SDP offer (RFC 8829): the first one connects, a later one on the same connection adds m-lines or
    /// restarts ICE. Answered by `media.answer`, then by a reply.
    #[serde(rename = "media.offer")]
    MediaOffer {
        /// The offer.
        sdp: String,
        /// What the sending m-lines carry; receiving ones are slots.
        tracks: Vec<Track>,
        /// True: forget the connection there was and build a new one.
        fresh: bool,
    },
    /// The pictures on the screen now, the most important first. What is not named is not sent.
    #[serde(rename = "media.want")]
    MediaWant {
        /// Pictures and their sizes.
        videos: Vec<Wanted>,
    },
    /// A sending m-line was put to use or rests: a source opens or closes.
    #[serde(rename = "media.publish")]
    MediaPublish {
        /// The m-line and what it carries.
        track: Track,
        /// False: it rests.
        active: bool,
    },
    /// How the own connection is, as the browser measures it.
    #[serde(rename = "quality")]
    Quality {
        /// In a word and a reason.
        quality: Quality,
    },
    /// Asks the registrar of the own party for a certificate. Answered by `cert.issued` or `cert.denied` when the registrar
    /// has answered; `cert.waiting` says that none is connected.
    #[serde(rename = "cert.request")]
    CertificateRequest {
        /// Whose key, and the proof of the invitation.
        request: CertificateRequest,
    },
    /// "I am sealed, and this is what I hold": said after every `welcome`, as soon as there is a certificate. The server
    /// sends what the log of each group has since, and brings the participant into its other groups.
    #[serde(rename = "seal.resume")]
    SealResume {
        /// The own member certificate.
        certificate: Envelope,
        /// Groups whose state this device has. One that is not named here is entered anew.
        held: Vec<Held>,
        /// Key packages (RFC 9420 section 10), each for one group and one use.
        packages: Vec<Bytes>,
    },
    /// More key packages, asked for by `seal.packages_wanted`.
    #[serde(rename = "seal.packages")]
    SealPackages {
        /// Key packages.
        packages: Vec<Bytes>,
    },
    /// The group exists from now on, in epoch 0, with its author as the only member.
    #[serde(rename = "mls.create")]
    MlsCreate {
        /// Which.
        group: GroupId,
        /// The GroupInfo as an MLSMessage, with `external_pub` and the ratchet tree.
        group_info: Bytes,
    },
    /// A commit, made because `mls.wanted` asked for it. The first one of an epoch is taken.
    #[serde(rename = "mls.commit")]
    MlsCommit {
        /// Whose.
        group: GroupId,
        /// The epoch it ends.
        epoch: u64,
        /// The commit as an MLSMessage (PublicMessage).
        commit: Bytes,
        /// The Welcome as an MLSMessage, if it adds anybody.
        welcome: Option<Bytes>,
        /// The GroupInfo of the epoch it begins, as an MLSMessage, with `external_pub` and the ratchet tree.
        group_info: Bytes,
        /// Whom it adds.
        added: Vec<SeatId>,
        /// Whose leaf it removes; one that is added as well changes its leaf.
        removed: Vec<SeatId>,
    },
    /// An external commit: its author joins by it, and removes the own former leaf if there is one. The answer to
    /// `mls.group_info`.
    #[serde(rename = "mls.external")]
    MlsExternal {
        /// Whose.
        group: GroupId,
        /// The epoch it ends.
        epoch: u64,
        /// The commit as an MLSMessage (PublicMessage).
        commit: Bytes,
        /// The GroupInfo of the epoch it begins.
        group_info: Bytes,
    },
    /// The commit, the Welcome or the external commit at that place of the log is applied; its epoch's keys are in place.
    #[serde(rename = "mls.applied")]
    MlsApplied {
        /// Whose.
        group: GroupId,
        /// The place in the group's log.
        seq: u64,
        /// The own leaf.
        leaf: u32,
    },
    /// The commit at that place breaks a rule: it was not applied.
    #[serde(rename = "mls.refused")]
    MlsRefused {
        /// Whose.
        group: GroupId,
        /// The place in the group's log.
        seq: u64,
        /// The code of the rule, such as `cert.unknown_root`.
        why: String,
    },
    /// The state of a group is lost here, or does not go on: enter it anew.
    #[serde(rename = "mls.resync")]
    MlsResync {
        /// Which.
        group: GroupId,
        /// A fresh key package.
        package: Bytes,
    },
    /// Something for the members of a group only: stored, then given to all of them, the author included.
    #[serde(rename = "mls.app")]
    MlsApp {
        /// Whose.
        group: GroupId,
        /// The epoch it is sealed in.
        epoch: u64,
        /// The PrivateMessage as an MLSMessage.
        message: Bytes,
    },
    /// The microphone is for the own party only, or for everybody again. Who whispers seals with the keys of the party's
    /// group before it asks.
    #[serde(rename = "whisper")]
    Whisper {
        /// False: for everybody again.
        on: bool,
    },
    /// Call some people, who may be of several parties, to a caucus: a room of its own, with its own keys.
    #[serde(rename = "caucus.open")]
    OpenCaucus {
        /// Whom, besides oneself.
        seats: Vec<SeatId>,
    },
    /// Go into a caucus to which one was called. Nobody outside hears or sees one while one is in there.
    #[serde(rename = "caucus.enter")]
    EnterCaucus {
        /// Which.
        caucus: GroupId,
    },
    /// Come back from a caucus.
    #[serde(rename = "caucus.leave")]
    LeaveCaucus,
    /// Chair or technician: somebody works in a booth, or does not any more.
    #[serde(rename = "booth.assign")]
    AssignInterpreter {
        /// Which.
        booth: BoothId,
        /// Who; an interpreter.
        seat: SeatId,
        /// False: not any more.
        assigned: bool,
    },
    /// Interpreter: open or shut the own microphone in the booth.
    #[serde(rename = "booth.microphone")]
    BoothMicrophone {
        /// False: shut.
        open: bool,
    },
    /// Interpreter: work into another language of the booth.
    #[serde(rename = "booth.outgoing")]
    BoothOutgoing {
        /// Into this one.
        language: Language,
    },
    /// Interpreter: take relay from another channel, or hear the floor. It holds for the whole booth.
    #[serde(rename = "booth.relay")]
    BoothRelay {
        /// From this one; none: the floor.
        channel: Option<Language>,
    },
    /// Interpreter: the one whose microphone is open hands over to `to`, or `to` takes over, itself one of the two.
    #[serde(rename = "booth.handover")]
    HandOver {
        /// Who is to work.
        to: SeatId,
        /// In so many seconds, 0: at once; none: when the other one accepts.
        after: Option<u16>,
    },
    /// Interpreter: accept the handover that the partner asked for.
    #[serde(rename = "booth.handover_accept")]
    AcceptHandover,
    /// Interpreter: decline it, or take it back.
    #[serde(rename = "booth.handover_end")]
    EndHandover,
    /// Interpreter, for the own booth; chair or technician, for any: interpretation cannot go on.
    #[serde(rename = "booth.suspend")]
    SuspendBooth {
        /// Which.
        booth: BoothId,
        /// Why.
        reason: SuspensionReason,
    },
    /// It can go on.
    #[serde(rename = "booth.resume")]
    ResumeBooth {
        /// Which.
        booth: BoothId,
    },
    /// Interpreter: a word to who speaks.
    #[serde(rename = "booth.signal")]
    Signal {
        /// Which.
        signal: BoothSignal,
    },
    /// Chair or technician: open or close a channel for everybody.
    #[serde(rename = "channel.set")]
    SetChannel {
        /// Which.
        channel: Language,
        /// False: close it.
        open: bool,
    },
    /// Listen to a channel, besides the floor.
    #[serde(rename = "channel.listen")]
    Listen {
        /// Which; none: the floor only.
        channel: Option<Language>,
    },
    /// Chair: render what is said while or after it is said.
    #[serde(rename = "interpretation.mode")]
    SetInterpretationMode {
        /// Which.
        mode: InterpretationMode,
    },
    /// In consecutive mode: who has the floor, or a chair, gives the turn to the interpreter; the interpreter or one of these gives it
    /// back.
    #[serde(rename = "interpretation.turn")]
    PassTurn {
        /// True: to the interpreter.
        rendering: bool,
    },
    /// Say which language one speaks from now on.
    #[serde(rename = "seat.speaks")]
    Speak {
        /// Which.
        language: Language,
    },
    /// Have a group for two, to write to one person. Nothing happens if there is one.
    #[serde(rename = "pair.open")]
    OpenPair {
        /// With whom.
        seat: SeatId,
    },
}
