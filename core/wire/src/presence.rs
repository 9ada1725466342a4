//! Who is here, with what.

use serde::{Deserialize, Serialize};

/// Whether a person's devices are on, as they chose it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Devices {
    /// The microphone is open; false means muted.
    pub microphone: bool,
    /// The camera is on.
    pub camera: bool,
}

/// Where a connected person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Presence {
    /// Not connected.
    Absent,
    /// The page is open and devices are being checked.
    Arriving,
    /// Came in: in the lobby, or in the plenary once it is revealed.
    Here {
        /// Camera and microphone.
        devices: Devices,
    },
    /// Was here a moment ago; the connection is lost and may come back by itself.
    Reconnecting,
}
