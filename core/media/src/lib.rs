//! The media plane of one room: peers, the sources they publish, the slots they receive, and the forwarding between.
//!
//! No meeting is known here: `node` says which sources a peer may receive and how large it shows them. No payload is
//! looked into: it is sealed between the members, and what does not look so is dropped (`seal`). Sockets and time are the caller's:
//!
//! * tell: [`Media::add_peer`], [`Media::handle_offer`], [`Media::handle_datagram`], [`Media::handle_timeout`], ...
//! * ask: [`Media::poll_output`] until `None`, then [`Media::poll_timeout`].
//!
//! A packet goes through `peer` (out of SRTP), `media` (which source), `seal` (is it sealed by its publisher?), `slot` (which layer, or not), `rewrite` (its new
//! numbers) and `peer` again (into the listener's SRTP). Only `peer` and [`caller`], the participant's end, name str0m.

mod arena;
mod bandwidth;
pub mod caller;
mod demand;
mod dependency;
mod handshake;
mod holdings;
mod keyframe;
mod layer;
mod listener;
mod media;
mod offer;
mod packet;
mod path;
mod peer;
mod rate;
mod rewrite;
mod seal;
mod slot;
mod source;
mod speaker;
#[doc(hidden)]
pub mod strangers;
mod tempo;
mod way;

pub use holdings::Holdings;
pub use media::{Counters, Media, NewPeer, Output, PeerId};
pub use offer::OfferError;
pub use peer::Identity;
pub use seal::SealWindow;
pub use way::{Carrier, Endpoint, Way};

/// A moment for a test to begin with; from there on it moves the time itself.
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
fn test_start() -> std::time::Instant {
    std::time::Instant::now()
}
