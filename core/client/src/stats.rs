//! What a participant can tell of its own experience, for reports and assertions.

use std::time::Duration;

use media::caller::Received;

use crate::delays::Delays;
use crate::sealing::Sealed;

/// Counts since the participant began, over all its connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How often it was welcomed: once, and once for every reconnection.
    pub welcomes: u32,
    /// How often its media connected.
    pub media_connections: u32,
    /// Requests carried out.
    pub done: u32,
    /// Requests refused.
    pub refused: u32,
    /// From `enter` to the first picture that was opened and that a decoder would have shown.
    pub join: Option<Duration>,
    /// Sound received.
    pub sound: Received,
    /// Pictures received.
    pub pictures: Received,
    /// What was sealed and opened.
    pub seal: Sealed,
    /// How long pictures were on the way, where [`crate::Participant::time_pictures`] asked for it.
    pub delays: Delays,
    /// The longest time without a picture of a source that was there, of the same pictures.
    pub longest_pause: Duration,
}
