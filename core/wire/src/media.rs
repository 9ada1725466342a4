//! Sounds and pictures: what is published, what is wanted, what arrives on which m-line.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Pixels, SeatId, SourceId};

/// The `mid` of an m-line in the browser's offer (RFC 8843, RFC 5888): the name of a transceiver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Mid(pub String);

/// What a source shows or sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SourceKind {
    /// A person's picture.
    Camera,
    /// A person's voice.
    Microphone,
    /// A shared document or screen.
    Screen,
    /// The sound that belongs to it.
    ScreenAudio,
}

impl SourceKind {
    /// Whether it is a picture.
    pub fn is_video(self) -> bool {
        match self {
            SourceKind::Camera | SourceKind::Screen => true,
            SourceKind::Microphone | SourceKind::ScreenAudio => false,
        }
    }
}

/// A published stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Source {
    /// Its name.
    pub id: SourceId,
    /// Who publishes it.
    pub seat: SeatId,
    /// What it is.
    pub kind: SourceKind,
}

/// In an offer: which of the browser's sending m-lines is what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Track {
    /// The m-line.
    pub mid: Mid,
    /// What is sent on it.
    pub kind: SourceKind,
}

/// A picture that is on the participant's screen, and how large.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Wanted {
    /// Which picture.
    pub source: SourceId,
    /// The height of its tile: the server sends the smallest layer that fills it.
    pub height: Pixels,
}

/// What one receiving m-line carries now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Slot {
    /// The m-line.
    pub mid: Mid,
    /// The source on it; none while it is idle.
    pub source: Option<SourceId>,
    /// How much of its picture is sent.
    pub delivery: Delivery,
}

/// How much of a picture a listener is sent, as its line allows. Sound is always whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Delivery {
    /// What fills its tile.
    Whole,
    /// Something smaller, because the line is too narrow.
    Reduced,
    /// Nothing, because the line is too narrow; it goes on by itself.
    Paused,
}

/// A TURN server (RFC 8656) inside of TLS, for networks that let nothing else through. It leads to the server's own media ports
/// and nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Relay {
    /// Its host and port, such as `summit.example:443`; none: those of the page.
    pub address: Option<String>,
    /// The user name for it. It is good for twelve hours, and what it opened stays open.
    pub user: String,
    /// The password of that user.
    pub password: String,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without what must reach no log.
        f.debug_struct("Relay").field("address", &self.address).finish_non_exhaustive()
    }
}

/// How good a connection is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Grade {
    /// Nothing to notice.
    Good,
    /// Noticeable: a picture may be less sharp.
    Fair,
    /// Disturbing: words may be lost.
    Poor,
}

/// Why a connection is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Symptom {
    /// The computer cannot keep up.
    Computer,
    /// The round trip is long.
    Delay,
    /// Packets are lost on the way in.
    DownloadLoss,
    /// Packets are lost on the way out.
    UploadLoss,
    /// The way out is too narrow for the picture.
    UploadRate,
}

/// A connection, as its owner's browser measures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Quality {
    /// How good.
    pub grade: Grade,
    /// The worst reason, when it is not good.
    pub symptom: Option<Symptom>,
}
