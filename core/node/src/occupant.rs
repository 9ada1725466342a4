//! One seat that somebody has taken: the device, its connection, its media, and what it was told about the others.

use std::collections::BTreeMap;
use std::time::Instant;

use media::PeerId;
use wire::{
    Devices, Envelope, Language, Mid, Presence, Quality, RequestId, SeatId, Source, SourceId, Track, WallTime, Wanted,
};

use crate::{ConnectionId, InvitationId, SessionId};

/// Who sits on a seat.
pub(crate) struct Occupant {
    /// The device.
    pub(crate) session: SessionId,
    /// The link it came by.
    pub(crate) invitation: InvitationId,
    /// The signed invitation of that link.
    pub(crate) document: Envelope,
    /// Its words for itself.
    pub(crate) device: String,
    /// When it came.
    pub(crate) since: WallTime,
    /// Its WebSocket.
    pub(crate) line: Line,
    /// How far the person has come.
    pub(crate) stage: Stage,
    /// Its media.
    pub(crate) media: MediaLine,
    /// The pictures on its screen, most important first.
    pub(crate) wanted: Vec<Wanted>,
    /// How it says its connection is.
    pub(crate) quality: Option<Quality>,
    /// The microphone is for the own party only.
    pub(crate) whispers: bool,
    /// The channel it listens to.
    pub(crate) channel: Option<Language>,
    /// When it last said a word to the speaker, from a booth.
    pub(crate) signalled: Option<Instant>,
    /// What it knows of the others.
    pub(crate) told: Told,
}

/// The WebSocket of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Connected.
    Up(ConnectionId),
    /// Lost; the seat is kept until then.
    Down {
        /// When the seat becomes free.
        until: Instant,
    },
}

/// How far a person has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Checking devices.
    Arriving,
    /// Came in.
    Here(Devices),
}

/// The media connection of a seat.
#[derive(Default)]
pub(crate) enum MediaLine {
    /// None yet, or none any more.
    #[default]
    None,
    /// It ended by itself, or could not be answered, so it is expected to be offered anew.
    Ended,
    /// An offer is being answered.
    Negotiating {
        /// The offer's id.
        request: RequestId,
        /// What its m-lines carry.
        tracks: Vec<Track>,
    },
    /// A peer, and the source that each of its sending m-lines is while in use.
    Up {
        /// The peer.
        peer: PeerId,
        /// Its open sources.
        sources: BTreeMap<Mid, SourceId>,
        /// Nothing comes from it any more; it may come back, or offer anew.
        silent: bool,
    },
}

/// What a participant was last told, so that it is told changes only.
#[derive(Default)]
pub(crate) struct Told {
    /// Where the others are; absent ones are left out.
    pub(crate) presence: BTreeMap<SeatId, Presence>,
    /// What may be received.
    pub(crate) sources: BTreeMap<SourceId, Source>,
    /// How the others' connections are.
    pub(crate) quality: BTreeMap<SeatId, Quality>,
    /// Who is heard.
    pub(crate) speaking: Vec<SeatId>,
    /// Who of the own party whispers.
    pub(crate) whispering: Vec<SeatId>,
    /// Which interpreters are heard.
    pub(crate) interpreting: Vec<SeatId>,
    /// How many listen to which channel.
    pub(crate) audience: BTreeMap<Language, u32>,
}

impl Occupant {
    /// A device that has just said hello.
    pub(crate) fn new(
        session: SessionId,
        invitation: InvitationId,
        device: String,
        since: WallTime,
        connection: ConnectionId,
        document: Envelope,
    ) -> Self {
        Self {
            session,
            invitation,
            document,
            device,
            since,
            line: Line::Up(connection),
            stage: Stage::Arriving,
            media: MediaLine::None,
            wanted: Vec::new(),
            quality: None,
            whispers: false,
            channel: None,
            signalled: None,
            told: Told::default(),
        }
    }

    /// Its connection, while it has one.
    pub(crate) fn connection(&self) -> Option<ConnectionId> {
        match self.line {
            Line::Up(connection) => Some(connection),
            Line::Down { .. } => None,
        }
    }

    /// Its peer, while it has one.
    pub(crate) fn peer(&self) -> Option<PeerId> {
        match self.media {
            MediaLine::Up { peer, .. } => Some(peer),
            MediaLine::None | MediaLine::Ended | MediaLine::Negotiating { .. } => None,
        }
    }

    /// Where the others see it.
    pub(crate) fn presence(&self) -> Presence {
        match (self.line, self.stage) {
            (Line::Down { .. }, _) => Presence::Reconnecting,
            (Line::Up(_), Stage::Arriving) => Presence::Arriving,
            (Line::Up(_), Stage::Here(_)) if self.is_silent() => Presence::Reconnecting,
            (Line::Up(_), Stage::Here(devices)) => Presence::Here { devices },
        }
    }

    fn is_silent(&self) -> bool {
        matches!(self.media, MediaLine::Up { silent: true, .. } | MediaLine::Ended)
    }

    /// Whether the person has come in; a lost line does not take it back.
    pub(crate) fn is_here(&self) -> bool {
        matches!(self.stage, Stage::Here(_))
    }
}
