//! The line to a client: as fast as is wished, with a queue in front of it as in a home router, and a way that takes time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long a datagram may wait in the queue; one that would wait longer is dropped.
const QUEUE: Duration = Duration::from_millis(300);

/// How long every datagram travels.
const WAY: Duration = Duration::from_millis(20);

/// Loses some datagrams at random, the same ones in every run.
#[derive(Default)]
pub struct Losing {
    /// How many of a hundred.
    pub percent: u64,
    seen: u64,
}

impl Losing {
    pub fn loses(&mut self) -> bool {
        self.seen += 1;
        // The finalizer of SplitMix64 (Steele and others 2014).
        let mut mixed = self.seen.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100 < self.percent
    }
}

pub struct Line {
    pub kilobits_per_second: u64,
    pub losing: Losing,
    /// How many datagrams were dropped.
    pub dropped: usize,
    free: Option<Instant>,
    travelling: VecDeque<(Instant, SocketAddr, Vec<u8>)>,
}

impl Line {
    pub fn new(kilobits_per_second: u64) -> Self {
        Self { kilobits_per_second, losing: Losing::default(), dropped: 0, free: None, travelling: VecDeque::new() }
    }

    pub fn send(&mut self, source: SocketAddr, payload: Vec<u8>, now: Instant) {
        let begins = self.free.map_or(now, |free| free.max(now));
        if begins - now > QUEUE {
            self.dropped += 1;
            return;
        }
        let ends = begins + Duration::from_micros(payload.len() as u64 * 8 * 1000 / self.kilobits_per_second);
        self.free = Some(ends);
        if self.losing.loses() {
            return;
        }
        self.travelling.push_back((ends + WAY, source, payload));
    }

    pub fn arrived(&mut self, now: Instant) -> Option<(SocketAddr, Vec<u8>)> {
        self.travelling.pop_front_if(|(at, ..)| *at <= now).map(|(_, source, payload)| (source, payload))
    }

    pub fn next(&self) -> Option<Instant> {
        self.travelling.front().map(|(at, ..)| *at)
    }
}
