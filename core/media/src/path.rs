//! How the way to a listener is, besides how wide: what is lost on it, and whether packets have to wait. Pure: it is told what
//! the transport found out of late.
//!
//! A browser repairs a single loss of sound by itself (RFC 2198: each packet holds the one before as well), so a way that
//! loses little is left alone. Where more is lost, losses meet, and a burst takes packets that held each other.
//!
//! Losses have two causes. A way that is too narrow makes packets wait before it drops any; one where they do not wait drops
//! them whatever is sent, and to send less does not help. Estimates of the rate take the second for the first.

use std::time::{Duration, Instant};

use crate::rate::BitRate;

/// From this share of lost packets on sound is worth sending twice.
const TOO_MANY: f32 = 0.02;

/// From this share on it still is. Of sound that is sent twice only that is seen as lost of which both were: 5 % look like 0.25 %.
const STILL_TOO_MANY: f32 = 0.002;

/// No way loses as much as this by chance: something on it drops what is above a rate, without letting it wait.
const TOO_MANY_FOR_CHANCE: f32 = 0.35;

/// A round trip that is so much longer than the shortest means that packets wait.
const WAITING: Duration = Duration::from_millis(100);

/// So many findings in a row must say so: one may be chance, or a packet of sound that came with its second try only.
const IN_A_ROW: usize = 4;

/// After so many less is sent than the estimate says.
const CROWDED_TWICE: usize = 2;

/// Losses are believed to be by chance when it has been like that for so long.
const BELIEVED_AFTER: Duration = Duration::from_secs(1);

/// What was seen counts for so long: losses come and go.
const KEPT: Duration = Duration::from_secs(10);

/// The shortest round trip is looked for anew after so long: the way may have become another one. Packets that wait all the
/// time would make it longer, but not for a minute: less is sent then.
const SHORTEST_WITHIN: Duration = Duration::from_mins(1);

/// What was found out about the way within the last moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finding {
    /// Which share of the packets of the last second was lost.
    pub(crate) lost: f32,
    /// Of the newest packet that was answered.
    pub(crate) round_trip: Option<Duration>,
}

/// The way to one listener.
#[derive(Debug, Default)]
pub(crate) struct Path {
    /// When it began to lose too many, and when it last did.
    lossy: Option<(Instant, Instant)>,
    /// How many findings in a row say that packets wait, or that far too many are lost.
    crowded_findings: usize,
    /// What was lost by the last finding.
    lost: f32,
    /// When enough of them did.
    crowded: Option<Instant>,
    /// The shortest round trips of this span of time and of the one before it.
    shortest: Option<Shortest>,
}

#[derive(Clone, Copy, Debug)]
struct Shortest {
    since: Instant,
    now: Duration,
    before: Duration,
}

impl Path {
    /// Takes in what was found out.
    pub(crate) fn note(&mut self, Finding { lost, round_trip }: Finding, now: Instant) {
        self.lost = lost;
        let lossy_since = self.lossy.filter(|_| self.is_lossy(now)).map(|(since, _)| since);
        if lost >= if lossy_since.is_some() { STILL_TOO_MANY } else { TOO_MANY } {
            self.lossy = Some((lossy_since.unwrap_or(now), now));
        }
        let waited = round_trip.map(|round_trip| round_trip.saturating_sub(self.shortest(round_trip, now)));
        let is_crowded = lost >= TOO_MANY_FOR_CHANCE || waited.is_some_and(|waited| waited >= WAITING);
        self.crowded_findings = if is_crowded { self.crowded_findings + 1 } else { 0 };
        if self.crowded_findings >= IN_A_ROW {
            self.crowded = Some(now);
        }
    }

    /// The shortest round trip of late, now that there is another one.
    fn shortest(&mut self, latest: Duration, now: Instant) -> Duration {
        let known = self.shortest.unwrap_or(Shortest { since: now, now: latest, before: latest });
        let known = if now.saturating_duration_since(known.since) < SHORTEST_WITHIN {
            Shortest { now: known.now.min(latest), ..known }
        } else {
            Shortest { since: now, now: latest, before: known.now }
        };
        self.shortest = Some(known);
        known.now.min(known.before)
    }

    /// Whether it loses more than a browser repairs.
    pub(crate) fn is_lossy(&self, now: Instant) -> bool {
        is_recent(self.lossy.map(|(_, last)| last), now)
    }

    /// Whether packets have to wait now.
    pub(crate) fn is_crowded(&self) -> bool {
        self.crowded_findings > 0
    }

    /// Whether what it loses has nothing to do with how much is sent.
    pub(crate) fn loses_by_chance(&self, now: Instant) -> bool {
        let is_believed = self.lossy.is_some_and(|(since, _)| now.saturating_duration_since(since) >= BELIEVED_AFTER);
        self.is_lossy(now) && is_believed && !is_recent(self.crowded, now)
    }

    /// What comes of that rate. An estimate takes seconds to fall to what a way carries that has become narrow, and all that
    /// time sound is lost with the rest.
    pub(crate) fn carried(&self, rate: BitRate) -> BitRate {
        if self.crowded_findings < CROWDED_TWICE {
            return rate;
        }
        rate.percent((100.0 * (1.0 - self.lost)) as u64)
    }
}

fn is_recent(at: Option<Instant>, now: Instant) -> bool {
    at.is_some_and(|at| now.saturating_duration_since(at) < KEPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path that for so many seconds from then on loses that share, with that round trip.
    fn after(path: &mut Path, from: Instant, seconds: u64, lost: f32, round_trip: u64) -> Instant {
        let round_trip = Some(Duration::from_millis(round_trip));
        (0..5 * seconds)
            .for_each(|step| path.note(Finding { lost, round_trip }, from + Duration::from_millis(200 * step)));
        from + Duration::from_secs(seconds)
    }

    #[test]
    fn a_path_that_lost_too_many_is_not_trusted_for_ten_seconds() {
        let mut path = Path::default();
        let now = after(&mut path, crate::test_start(), 1, 0.01, 40);
        assert!(!path.is_lossy(now));
        let now = after(&mut path, now, 1, 0.05, 40);
        assert!(path.is_lossy(now) && path.loses_by_chance(now));
        let now = after(&mut path, now, 9, 0.0, 40);
        assert!(path.is_lossy(now));
        let now = after(&mut path, now, 1, 0.0, 40);
        assert!(!path.is_lossy(now) && !path.loses_by_chance(now));
    }

    #[test]
    fn what_is_sent_twice_hides_losses_and_they_still_count() {
        let mut path = Path::default();
        let now = after(&mut path, crate::test_start(), 60, 0.0025, 40);
        assert!(!path.is_lossy(now), "a browser repairs that");
        let now = after(&mut path, now, 1, 0.05, 40);
        let now = after(&mut path, now, 60, 0.0025, 40);
        assert!(path.is_lossy(now), "sent twice by now");
    }

    #[test]
    fn where_packets_wait_or_most_are_dropped_the_losses_are_no_chance() {
        for (lost, round_trip) in [(0.1, 150), (0.4, 40)] {
            let mut path = Path::default();
            let now = after(&mut path, crate::test_start(), 5, 0.0, 40);
            let now = after(&mut path, now, 1, lost, round_trip);
            assert!(path.is_lossy(now) && !path.loses_by_chance(now));
            // Less is sent, nothing waits any more and nothing is lost: what was lost is still no chance.
            let now = after(&mut path, now, 9, 0.0, 40);
            assert!(!path.loses_by_chance(now));
        }
    }

    #[test]
    fn where_packets_wait_and_get_lost_no_more_is_sent_than_comes_through() {
        let mut path = Path::default();
        let rate = BitRate::kilobits(400);
        let now = after(&mut path, crate::test_start(), 5, 0.0, 40);
        path.note(Finding { lost: 0.5, round_trip: Some(Duration::from_millis(300)) }, now);
        assert_eq!(path.carried(rate), rate, "once is chance");
        path.note(Finding { lost: 0.75, round_trip: Some(Duration::from_millis(300)) }, now);
        assert_eq!(path.carried(rate), BitRate::kilobits(100));
        path.note(Finding { lost: 0.2, round_trip: Some(Duration::from_millis(40)) }, now);
        assert_eq!(path.carried(rate), rate);
    }

    #[test]
    fn a_longer_way_is_soon_no_crowded_one() {
        let mut path = Path::default();
        let now = after(&mut path, crate::test_start(), 20, 0.05, 40);
        let now = after(&mut path, now, 5, 0.05, 200);
        assert!(!path.loses_by_chance(now));
        let now = after(&mut path, now, 150, 0.05, 200);
        assert!(path.loses_by_chance(now));
    }
}
