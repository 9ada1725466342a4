//! How fast one client is listened to: as many messages as a person can cause, and a burst for what follows a reconnection.

use std::time::{Duration, Instant};

/// Messages that may come at once.
const BURST: u32 = 60;

/// How long it takes until one more may come: 20 a second.
const REFILL: Duration = Duration::from_millis(50);

/// Kept as the moment at which the bucket will be full again (the "virtual scheduling" form).
pub(crate) struct TokenBucket {
    full_at: Instant,
}

impl TokenBucket {
    /// A full one.
    pub(crate) fn new(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// When the next message may be read: `now`, or later when the bucket is empty.
    pub(crate) fn next(&self, now: Instant) -> Instant {
        let has_one_at = (self.full_at + REFILL).checked_sub(BURST * REFILL);
        has_one_at.map_or(now, |at| at.max(now))
    }

    /// A message was read.
    pub(crate) fn take(&mut self, now: Instant) {
        self.full_at = self.full_at.max(now) + REFILL;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_one_message_every_fiftieth_of_a_second() {
        // Not at the beginning of time, so that the arithmetic has room.
        let start = Instant::now() + Duration::from_secs(60);
        let mut bucket = TokenBucket::new(start);
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
        let mut bucket = TokenBucket::new(start);
        (0..BURST).for_each(|_| bucket.take(start));
        let later = start + BURST * REFILL;
        for _ in 0..BURST {
            assert_eq!(bucket.next(later), later);
            bucket.take(later);
        }
        assert!(bucket.next(later) > later);
    }
}
