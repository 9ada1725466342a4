//! How fast one client is listened to: in a burst at first, then at a steady pace.

use std::time::{Duration, Instant};

/// How much may come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// At once, after a pause.
    pub(crate) burst: u32,
    /// How long it takes until one more may come.
    pub(crate) refill: Duration,
}

/// Messages: as many as a person can cause, 20 a second, and a burst for what follows a reconnection.
pub(crate) const MESSAGES: Pace = Pace { burst: 60, refill: Duration::from_millis(50) };

/// Kept as the moment at which the bucket will be full again (the "virtual scheduling" form).
pub(crate) struct TokenBucket {
    pace: Pace,
    full_at: Instant,
}

impl TokenBucket {
    /// A full one.
    pub(crate) fn new(pace: Pace, now: Instant) -> Self {
        Self { pace, full_at: now }
    }

    /// When the next one may come: `now`, or later when the bucket is empty.
    pub(crate) fn next(&self, now: Instant) -> Instant {
        let has_one_at = (self.full_at + self.pace.refill).checked_sub(self.pace.burst * self.pace.refill);
        has_one_at.map_or(now, |at| at.max(now))
    }

    /// One came.
    pub(crate) fn take(&mut self, now: Instant) {
        self.full_at = self.full_at.max(now) + self.pace.refill;
    }

    /// Whether nothing has come for so long that a new one would be the same.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BURST: u32 = MESSAGES.burst;
    const REFILL: Duration = MESSAGES.refill;

    #[test]
    fn a_burst_passes_then_one_message_every_fiftieth_of_a_second() {
        // Not at the beginning of time, so that the arithmetic has room.
        let start = Instant::now() + Duration::from_secs(60);
        let mut bucket = TokenBucket::new(MESSAGES, start);
        for _ in 0..BURST {
            assert_eq!(bucket.next(start), start);
            bucket.take(start);
        }
        assert_eq!(bucket.next(start), start + REFILL);
        bucket.take(start + REFILL);
        assert_eq!(bucket.next(start + REFILL), start + 2 * REFILL);
    }

    #[test]
    fn after_a_pause_the_burst_is_there_again() {
        let start = Instant::now() + Duration::from_secs(60);
        let mut bucket = TokenBucket::new(MESSAGES, start);
        (0..BURST).for_each(|_| bucket.take(start));
        let later = start + BURST * REFILL;
        for _ in 0..BURST {
            assert_eq!(bucket.next(later), later);
            bucket.take(later);
        }
        assert!(bucket.next(later) > later);
    }
}
