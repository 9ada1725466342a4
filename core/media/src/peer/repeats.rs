//! Sound that is sent a second time, a little later: what one loss took away, or a short burst of losses, comes all the same,
//! with nothing asked for and so without a round trip. Each datagram is sent again as it is; a receiver whose first one came
//! drops the second as a replay (RFC 3711 3.3.2).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Produced;
use crate::way::Way;

/// How much later. Losses come in bursts of a few packets, three packets of sound long in a usual model; a receiver holds
/// sound back as long as its packets use to be late, so more than this is paid for by everybody with delay.
const LATER: Duration = Duration::from_millis(60);

/// The datagrams that are to be sent again.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// In the order in which they left.
    waiting: VecDeque<Repeat>,
}

#[derive(Debug)]
struct Repeat {
    due: Instant,
    way: Way,
    payload: Vec<u8>,
}

impl Repeats {
    /// A datagram that left just now is to be sent again.
    pub(super) fn add(&mut self, way: Way, payload: Vec<u8>, now: Instant) {
        self.waiting.push_back(Repeat { due: now + LATER, way, payload });
    }

    /// Gives out what is due.
    pub(super) fn give(&mut self, now: Instant, out: &mut Vec<Produced>) {
        while let Some(Repeat { way, payload, .. }) = self.waiting.pop_front_if(|next| next.due <= now) {
            out.push(Produced::Datagram { way, is_picture: false, payload });
        }
    }

    /// When there is something to give out.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.front().map(|next| next.due)
    }
}
