//! Bit rates: what a layer costs now, measured from the packets that come.

use std::ops::{Add, AddAssign};
use std::time::{Duration, Instant};

/// One measurement takes this long; a layer's key frame is spread over it.
const WINDOW: Duration = Duration::from_millis(500);

/// Bits per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BitRate(pub(crate) u64);

impl BitRate {
    /// As much as there can be.
    pub(crate) const UNLIMITED: Self = Self(u64::MAX);

    /// That many thousand bits per second.
    pub(crate) const fn kilobits(kilobits: u64) -> Self {
        Self(kilobits * 1000)
    }

    /// What remains when `other` is taken away; nothing if that is more.
    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Rounded up to 50 kb/s, for what need not follow every waver.
    pub(crate) fn in_steps(self) -> Self {
        Self(self.0.next_multiple_of(50_000))
    }

    /// So many hundredths of it.
    pub(crate) fn percent(self, percent: u64) -> Self {
        Self(self.0.saturating_mul(percent) / 100)
    }
}

impl Add for BitRate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for BitRate {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for BitRate {
    fn sum<I: Iterator<Item = Self>>(rates: I) -> Self {
        rates.fold(Self::default(), Add::add)
    }
}

/// Measures the rate of one layer, smoothed over about a second.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// When the measurement began, and the bits since then.
    window: Option<(Instant, u64)>,
    rate: Option<BitRate>,
}

impl Meter {
    /// A packet with that many bytes came.
    pub(crate) fn note(&mut self, bytes: usize, now: Instant) {
        let bits = bytes as u64 * 8;
        match &mut self.window {
            None => self.window = Some((now, bits)),
            Some((start, sum)) => {
                let elapsed = now.saturating_duration_since(*start);
                if elapsed >= WINDOW {
                    let latest = per_second(*sum, elapsed);
                    self.rate = Some(self.rate.map_or(latest, |rate| BitRate(u64::midpoint(rate.0, latest.0))));
                    self.window = Some((now, bits));
                } else {
                    *sum += bits;
                }
            }
        }
    }

    /// Nothing is to come for a while; what it cost until now is what it will cost again.
    pub(crate) fn hold(&mut self) {
        self.window = None;
    }

    /// The rate; `None` before the first packet. Until there is a measurement, what has come counts as if it were all of its
    /// window. A picture at rest sends nothing, and then costs nothing.
    pub(crate) fn rate(&self, now: Instant) -> Option<BitRate> {
        let Some((start, sum)) = self.window else { return self.rate };
        let elapsed = now.saturating_duration_since(start);
        let so_far = per_second(sum, elapsed.max(WINDOW));
        Some(match self.rate {
            Some(rate) if elapsed < 2 * WINDOW => rate,
            Some(rate) => rate.min(so_far),
            None => so_far,
        })
    }
}

fn per_second(bits: u64, elapsed: Duration) -> BitRate {
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX).max(1);
    BitRate(bits.saturating_mul(1_000_000) / micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets of 1000 bytes every 10 ms for so long: 800 kb/s.
    fn packets(meter: &mut Meter, from: Instant, duration: Duration) -> Instant {
        let mut now = from;
        while now < from + duration {
            meter.note(1000, now);
            now += Duration::from_millis(10);
        }
        now
    }

    #[test]
    fn it_is_known_after_half_a_second_and_follows_within_two() {
        let mut now = crate::test_start();
        let mut meter = Meter::default();
        assert_eq!(meter.rate(now), None);
        now = packets(&mut meter, now, Duration::from_millis(250));
        assert_eq!(meter.rate(now), Some(BitRate::kilobits(400)), "half of the window");
        now = packets(&mut meter, now, Duration::from_millis(250));
        now = packets(&mut meter, now, Duration::from_millis(100));
        assert_eq!(meter.rate(now), Some(BitRate::kilobits(800)));
        for _ in 0..20 {
            meter.note(1000, now);
            now += Duration::from_millis(100);
        }
        assert!(meter.rate(now).is_some_and(|rate| rate < BitRate::kilobits(200)), "80 kb/s came");
    }

    #[test]
    fn a_picture_at_rest_costs_nothing_and_one_that_was_stopped_what_it_did() {
        let now = crate::test_start();
        let (mut rests, mut stopped) = (Meter::default(), Meter::default());
        let later = packets(&mut rests, now, Duration::from_secs(2)) + Duration::from_mins(1);
        packets(&mut stopped, now, Duration::from_secs(2));
        stopped.hold();
        assert!(rests.rate(later).is_some_and(|rate| rate < BitRate::kilobits(10)));
        assert_eq!(stopped.rate(later), Some(BitRate::kilobits(800)));
        stopped.note(1000, later);
        assert_eq!(stopped.rate(later), Some(BitRate::kilobits(800)), "the minute does not count");
    }
}
