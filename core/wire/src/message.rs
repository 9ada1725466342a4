//! The two languages of the WebSocket: what a participant says, and what the server says. One JSON object a message.
//!
//! A participant's every message carries an `id` and is answered by exactly one [`ServerMessage::Reply`] with that id
//! (except `hello`, answered by `welcome`, `seat_taken` or `bye`, and `ping`, answered by `pong`).

use serde::{Deserialize, Serialize};

use crate::{
    AgendaItemId, Devices, Event, MeetingView, Presence, Quality, Refusal, RequestId, SeatId, Sequence, Slot, Source,
    SourceId, SummitId, SummitPlan, Track, WallTime, Wanted,
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
}

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
