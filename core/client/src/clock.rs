//! The server's clock as seen from here: measured with `ping` and `pong`, as a browser does it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use wire::WallTime;

/// How many measurements are kept; the one with the shortest round trip is believed.
const SAMPLES_MAX: usize = 8;

/// Two moments of the server's clock and ours that are the same, and how sure that is.
#[derive(Clone, Copy, Debug)]
struct Sample {
    local: Instant,
    server: WallTime,
    round_trip: Duration,
}

/// The clock.
#[derive(Debug)]
pub(crate) struct ServerClock {
    /// When this participant began; pings count from here.
    start: Instant,
    samples: VecDeque<Sample>,
}

impl ServerClock {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start, samples: VecDeque::new() }
    }

    /// What goes into a ping sent now, in milliseconds.
    pub(crate) fn ping(&self, now: Instant) -> f64 {
        now.duration_since(self.start).as_secs_f64() * 1000.0
    }

    /// A pong came back. Nonsense in it is passed over.
    pub(crate) fn pong(&mut self, sent: f64, server: WallTime, now: Instant) {
        let Ok(sent) = Duration::try_from_secs_f64(sent / 1000.0) else { return };
        let Some(sent) = self.start.checked_add(sent).filter(|sent| *sent <= now) else { return };
        self.learn(sent, server, now);
    }

    /// The server said its time in an answer to what was sent at `sent`.
    pub(crate) fn learn(&mut self, sent: Instant, server: WallTime, now: Instant) {
        let round_trip = now.duration_since(sent);
        self.samples.push_back(Sample { local: sent + round_trip / 2, server, round_trip });
        if self.samples.len() > SAMPLES_MAX {
            self.samples.pop_front();
        }
    }

    /// The server's time at `now`; none before the first measurement.
    pub(crate) fn at(&self, now: Instant) -> Option<WallTime> {
        let best = self.best()?;
        Some(match now.checked_duration_since(best.local) {
            Some(later) => best.server.plus(later),
            None => {
                let earlier = best.local.duration_since(now).as_millis();
                WallTime(best.server.0.saturating_sub(i64::try_from(earlier).unwrap_or(i64::MAX)))
            }
        })
    }

    /// When the server's clock shows `time`; for a time that is past, the moment of the measurement at the latest.
    pub(crate) fn when(&self, time: WallTime) -> Option<Instant> {
        let best = self.best()?;
        let ahead = u64::try_from(time.0.saturating_sub(best.server.0)).unwrap_or(0);
        best.local.checked_add(Duration::from_millis(ahead))
    }

    fn best(&self) -> Option<&Sample> {
        self.samples.iter().min_by_key(|sample| sample.round_trip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_round_trip_is_believed() {
        let start = crate::origin();
        let at = |millis| start + Duration::from_millis(millis);
        let mut clock = ServerClock::new(start);
        assert_eq!(clock.at(start), None);
        clock.pong(clock.ping(at(1000)), WallTime(50_000), at(1400)); // middle: 1200
        clock.pong(clock.ping(at(2000)), WallTime(51_000), at(2020)); // middle: 2010
        clock.pong(clock.ping(at(3000)), WallTime(52_000), at(3900)); // middle: 3450
        assert_eq!(clock.at(at(3010)), Some(WallTime(52_000)));
        assert_eq!(clock.at(at(1010)), Some(WallTime(50_000)));
        assert_eq!(clock.when(WallTime(51_500)), Some(at(2510)));
    }

    #[test]
    fn a_pong_that_was_never_pinged_changes_nothing() {
        let start = crate::origin();
        let mut clock = ServerClock::new(start);
        for sent in [f64::NAN, -1.0, f64::INFINITY, 1e300, 5000.0] {
            clock.pong(sent, WallTime(1), start + Duration::from_secs(1));
        }
        assert_eq!(clock.at(start), None);
    }
}
