//! A participant without devices: the same protocol from the other end, sans-IO. Bots, load, simulation and tests are made
//! of it, so what they prove holds for everybody who speaks the protocol.
//!
//! Start at [`Participant`]: tell it with [`Participant::handle`] what happened, then ask [`Participant::poll_output`]
//! until `None`, and come back at [`Participant::poll_timeout`]. Sockets, clock and randomness are the caller's.

pub mod assets;
mod behaviour;
mod clock;
mod delays;
mod dice;
mod interpreting;
mod link;
mod media_line;
mod participant;
mod player;
mod requests;
mod sealing;
mod stats;
pub mod view;

/// The beginning of virtual time in tests.
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
fn origin() -> std::time::Instant {
    std::time::Instant::now()
}

pub use assets::{AssetError, Film, Persona, Voice};
pub use behaviour::Behaviour;
pub use delays::Delays;
pub use interpreting::Rendering;
pub use media::caller::{Encoding, ReceivedPacket};
pub use participant::{Input, Noticed, Output, Participant, Settings};
pub use player::Talk;
pub use sealing::{Barred, Sealed};
pub use stats::Stats;
