//! Whether a listener's line loses so much that its sound is sent twice. Pure: it is told what was lost of late.
//!
//! A browser repairs a single loss by itself (RFC 2198: each packet of sound holds the one before as well), so a line that
//! loses little is left alone. On one that loses more, losses meet, and a burst takes packets that held each other.

use std::time::{Duration, Instant};

/// From this share of lost packets on.
const TOO_MANY: f32 = 0.02;

/// A line that lost too many counts as one that loses for so long: losses come and go.
const KEPT: Duration = Duration::from_secs(10);

/// What one line lost.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// When it last lost too many.
    heavy: Option<Instant>,
}

impl Losses {
    /// That share of the packets of the last second was lost.
    pub(crate) fn note(&mut self, share: f32, now: Instant) {
        if share >= TOO_MANY {
            self.heavy = Some(now);
        }
    }

    /// Whether it loses too many.
    pub(crate) fn are_heavy(&self, now: Instant) -> bool {
        self.heavy.is_some_and(|at| now.saturating_duration_since(at) < KEPT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_lost_too_many_is_not_trusted_for_ten_seconds() {
        let start = crate::test_start();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut losses = Losses::default();
        losses.note(0.01, start);
        assert!(!losses.are_heavy(start));
        losses.note(0.05, at(1));
        assert!(losses.are_heavy(at(1)));
        losses.note(0.0, at(2));
        assert!(losses.are_heavy(at(10)));
        assert!(!losses.are_heavy(at(11)));
    }
}
