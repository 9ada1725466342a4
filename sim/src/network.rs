//! The way of datagrams in one direction: delay, jitter, bursts of loss, reordering, duplicates, and a bottleneck with a
//! queue. It holds nothing back itself: it says when a datagram arrives, if it does.

use std::time::{Duration, Instant};

use crate::chance::Chance;

/// How a way is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// How long a datagram travels at least.
    pub delay: Duration,
    /// How much longer it may take, evenly spread.
    pub jitter: Duration,
    /// What is lost.
    pub loss: Loss,
    /// How many arrive too early or too late, 0 to 1: those pass each other within delay and jitter.
    pub reordered: f64,
    /// How many arrive twice, 0 to 1.
    pub duplicated: f64,
    /// The narrowest place.
    pub bottleneck: Option<Bottleneck>,
}

/// Loss in bursts, after Gilbert and Elliott: the way is either good or bad, and changes between the two at random.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// Lost while the way is good, 0 to 1.
    pub when_good: f64,
    /// Lost while it is bad, 0 to 1.
    pub when_bad: f64,
    /// The chance of turning bad with each datagram.
    pub turns_bad: f64,
    /// The chance of turning good again with each datagram.
    pub turns_good: f64,
}

/// A place where only so much gets through at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bottleneck {
    /// What gets through.
    pub bytes_per_second: u32,
    /// How long a datagram waits at most; those that would wait longer are dropped.
    pub queue: Duration,
}

impl Conditions {
    /// Nothing is lost, everything arrives in order after `delay`.
    pub fn perfect(delay: Duration) -> Self {
        Self {
            delay,
            jitter: Duration::ZERO,
            loss: Loss { when_good: 0.0, when_bad: 0.0, turns_bad: 0.0, turns_good: 1.0 },
            reordered: 0.0,
            duplicated: 0.0,
            bottleneck: None,
        }
    }

    /// An office on a good line in the same part of the world.
    pub fn office() -> Self {
        let loss = Loss { when_good: 0.0005, ..Self::perfect(Duration::ZERO).loss };
        Self { jitter: Duration::from_millis(3), loss, ..Self::perfect(Duration::from_millis(15)) }
    }

    /// A hotel far away: long, uneven, with bursts of loss and a narrow way out.
    pub fn hotel() -> Self {
        Self {
            delay: Duration::from_millis(90),
            jitter: Duration::from_millis(40),
            loss: Loss { when_good: 0.003, when_bad: 0.3, turns_bad: 0.004, turns_good: 0.08 },
            reordered: 0.01,
            duplicated: 0.002,
            bottleneck: Some(Bottleneck { bytes_per_second: 250_000, queue: Duration::from_millis(300) }),
        }
    }
}

/// A way, as it is now.
#[derive(Clone, Debug)]
pub struct Way {
    conditions: Conditions,
    chance: Chance,
    bad: bool,
    /// When the bottleneck has sent what it holds.
    free_at: Option<Instant>,
    /// The last arrival of those that keep their order.
    last_arrival: Option<Instant>,
}

impl Way {
    /// A way that is good and empty.
    pub fn new(conditions: Conditions, chance: Chance) -> Self {
        Self { conditions, chance, bad: false, free_at: None, last_arrival: None }
    }

    /// From now on the way is like that.
    pub fn change(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// When a datagram of `bytes` that leaves `now` arrives: never, once or twice.
    pub fn carry(&mut self, bytes: usize, now: Instant) -> Vec<Instant> {
        let lost = self.is_lost();
        let Some(through) = self.through_bottleneck(bytes, now).filter(|_| !lost) else { return Vec::new() };
        let mut arrivals = vec![self.arrival(through)];
        if self.chance.happens(self.conditions.duplicated) {
            arrivals.push(self.arrival(through));
        }
        arrivals
    }

    fn is_lost(&mut self) -> bool {
        let Loss { when_good, when_bad, turns_bad, turns_good } = self.conditions.loss;
        let turns = self.chance.happens(if self.bad { turns_good } else { turns_bad });
        self.bad ^= turns;
        self.chance.happens(if self.bad { when_bad } else { when_good })
    }

    /// When the datagram has passed the narrowest place; none if its queue is full.
    fn through_bottleneck(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        let Some(Bottleneck { bytes_per_second, queue }) = self.conditions.bottleneck else { return Some(now) };
        let starts = self.free_at.map_or(now, |free_at| free_at.max(now));
        if starts.duration_since(now) > queue {
            return None;
        }
        let through = starts + Duration::from_secs_f64(bytes as f64 / f64::from(bytes_per_second.max(1)));
        self.free_at = Some(through);
        Some(through)
    }

    fn arrival(&mut self, through: Instant) -> Instant {
        let arrival = through + self.conditions.delay + self.chance.up_to(self.conditions.jitter);
        if self.chance.happens(self.conditions.reordered) {
            return arrival;
        }
        let in_order = self.last_arrival.map_or(arrival, |last| last.max(arrival));
        self.last_arrival = Some(in_order);
        in_order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(conditions: Conditions, seed: u64, count: u32) -> Vec<Duration> {
        let start = Instant::now();
        let mut way = Way::new(conditions, Chance::new(seed, "way"));
        let sent = (0..count).map(|index| start + Duration::from_millis(5) * index);
        sent.flat_map(|at| way.carry(200, at)).map(|at| at - start).collect()
    }

    #[test]
    fn a_perfect_way_keeps_order_and_everything() {
        let arrivals = arrivals(Conditions::perfect(Duration::from_millis(20)), 1, 100);
        assert_eq!(arrivals[0], Duration::from_millis(20));
        assert_eq!(arrivals.len(), 100);
        assert!(arrivals.is_sorted());
    }

    #[test]
    fn a_hotel_loses_repeats_and_reorders_and_does_so_again_with_the_same_seed() {
        let first = arrivals(Conditions::hotel(), 7, 5_000);
        let lost = 5_000 - i64::try_from(first.len()).unwrap();
        assert!((50..500).contains(&lost), "{lost} of 5000 lost");
        assert!(!first.is_sorted());
        assert_eq!(first, arrivals(Conditions::hotel(), 7, 5_000));
        assert_ne!(first, arrivals(Conditions::hotel(), 8, 5_000));
    }

    #[test]
    fn a_bottleneck_delays_and_then_drops() {
        let narrow = Bottleneck { bytes_per_second: 20_000, queue: Duration::from_millis(100) };
        let conditions = Conditions { bottleneck: Some(narrow), ..Conditions::perfect(Duration::ZERO) };
        let start = Instant::now();
        let mut way = Way::new(conditions, Chance::new(1, "way"));
        let arrivals: Vec<_> = (0..50).flat_map(|_| way.carry(200, start)).map(|at| at - start).collect();
        // Ten milliseconds each: the one that waits exactly a hundred is the last.
        assert_eq!(arrivals.len(), 11);
        assert_eq!(arrivals.last(), Some(&Duration::from_millis(110)));
    }
}
