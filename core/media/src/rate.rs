//! Bit rates: what a layer costs now, measured from the packets that come.

use std::ops::{Add, AddAssign};
use std::time::{Duration, Instant};

/// One measurement takes this long; a layer's key frame is spread over it.
const WINDOW: Duration = Duration::from_millis(500);

/// The same for a document: a key frame of a page of text is as large as seconds of what follows, and may take a while to come.
const WINDOW_OF_DOCUMENT: Duration = Duration::from_secs(4);

/// What was on its way when a layer was told to rest comes within this time, and says nothing of what it costs.
const STILL_COMES: Duration = Duration::from_secs(2);

/// What a document cost that rests counts half as much after so long: another page may be shown by then.
const FADES: Duration = Duration::from_secs(5);

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

/// Measures the rate of one layer, smoothed over about two windows.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    content: Content,
    /// Since when nothing is to come.
    held: Option<Instant>,
    /// When the measurement began, and the bits since then.
    window: Option<(Instant, u64)>,
    rate: Option<BitRate>,
}

/// What a layer shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    /// A camera, or sound: it costs about the same all the time.
    #[default]
    Steady,
    /// A screen: much at once, then little.
    Document,
}

impl Content {
    fn window(self) -> Duration {
        match self {
            Self::Steady => WINDOW,
            Self::Document => WINDOW_OF_DOCUMENT,
        }
    }
}

impl Meter {
    /// One that has measured nothing yet.
    pub(crate) fn of(content: Content) -> Self {
        Self { content, ..Self::default() }
    }

    /// A packet with that many bytes came.
    pub(crate) fn note(&mut self, bytes: usize, now: Instant) {
        let bits = bytes as u64 * 8;
        if let Some(held) = self.held {
            if now.saturating_duration_since(held) < STILL_COMES {
                return;
            }
            self.held = None;
            if self.content == Content::Document {
                self.rate = None;
            }
        }
        match &mut self.window {
            None => self.window = Some((now, bits)),
            Some((start, sum)) => {
                let elapsed = now.saturating_duration_since(*start);
                if elapsed >= self.content.window() {
                    let latest = per_second(*sum, elapsed);
                    self.rate = Some(self.rate.map_or(latest, |rate| BitRate(u64::midpoint(rate.0, latest.0))));
                    self.window = Some((now, bits));
                } else {
                    *sum += bits;
                }
            }
        }
    }

    /// Nothing is to come for a while; what it cost until now is what it will cost again, or a document at least not more.
    pub(crate) fn hold(&mut self, now: Instant) {
        self.rate = self.rate(now);
        self.window = None;
        self.held.get_or_insert(now);
    }

    /// It is to come again.
    pub(crate) fn resume(&mut self, now: Instant) {
        if self.held.is_some() {
            self.rate = if self.content == Content::Document { None } else { self.remembered(now) };
            self.held = None;
        }
    }

    /// The rate; `None` before the first packet. Until there is a measurement, what has come counts as if it were all of its
    /// window. A picture at rest sends nothing, and then costs nothing.
    pub(crate) fn rate(&self, now: Instant) -> Option<BitRate> {
        let Some((start, sum)) = self.window else { return self.remembered(now) };
        let elapsed = now.saturating_duration_since(start);
        let window = self.content.window();
        let so_far = per_second(sum, elapsed.max(window));
        Some(match self.rate {
            // What has come already is the least that this measurement will say.
            Some(rate) if elapsed < 2 * window => rate.max(per_second(sum, elapsed.max(window))),
            Some(rate) => rate.min(so_far),
            None => so_far,
        })
    }

    /// What it cost when something came last.
    fn remembered(&self, now: Instant) -> Option<BitRate> {
        let rate = self.rate?;
        let (Some(held), Content::Document) = (self.held, self.content) else { return Some(rate) };
        let halvings = now.saturating_duration_since(held).as_secs() / FADES.as_secs();
        Some(BitRate(rate.0.checked_shr(u32::try_from(halvings).unwrap_or(u32::MAX)).unwrap_or(0)))
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
        stopped.hold(now + Duration::from_secs(2));
        assert!(rests.rate(later).is_some_and(|rate| rate < BitRate::kilobits(10)));
        assert_eq!(stopped.rate(later), Some(BitRate::kilobits(800)));
        stopped.note(1000, later);
        assert_eq!(stopped.rate(later), Some(BitRate::kilobits(800)), "the minute does not count");
    }

    #[test]
    fn a_document_costs_what_it_did_on_average_and_is_tried_again_when_it_has_rested() {
        let start = crate::test_start();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut meter = Meter::of(Content::Document);
        (0..200).for_each(|_| meter.note(1000, start));
        assert_eq!(meter.rate(at(1)), Some(BitRate::kilobits(400)), "its key frame, in four seconds");
        meter.hold(at(2));
        assert_eq!(meter.rate(at(3)), Some(BitRate::kilobits(400)));
        assert_eq!(meter.rate(at(13)), Some(BitRate::kilobits(100)));
        meter.note(1000, at(13));
        assert_eq!(meter.rate(at(13)), Some(BitRate::kilobits(2)), "and is measured anew");
    }
}
