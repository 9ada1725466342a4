//! The line to a client: as fast as is wished, with a queue in front of it as in a home router, and a way that takes time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long a datagram may wait in the queue; one that would wait longer is dropped.
const QUEUE: Duration = Duration::from_millis(300);

/// How long every datagram travels.
const WAY: Duration = Duration::from_millis(20);

pub struct Line {
    pub kilobits_per_second: u64,
    /// How many datagrams were dropped.
    pub dropped: usize,
    free: Option<Instant>,
    travelling: VecDeque<(Instant, SocketAddr, Vec<u8>)>,
}

impl Line {
    pub fn new(kilobits_per_second: u64) -> Self {
        Self { kilobits_per_second, dropped: 0, free: None, travelling: VecDeque::new() }
    }

    pub fn send(&mut self, source: SocketAddr, payload: Vec<u8>, now: Instant) {
        let begins = self.free.map_or(now, |free| free.max(now));
        if begins - now > QUEUE {
            self.dropped += 1;
            return;
        }
        let ends = begins + Duration::from_micros(payload.len() as u64 * 8 * 1000 / self.kilobits_per_second);
        self.free = Some(ends);
        self.travelling.push_back((ends + WAY, source, payload));
    }

    pub fn arrived(&mut self, now: Instant) -> Option<(SocketAddr, Vec<u8>)> {
        self.travelling.pop_front_if(|(at, ..)| *at <= now).map(|(_, source, payload)| (source, payload))
    }

    pub fn next(&self) -> Option<Instant> {
        self.travelling.front().map(|(at, ..)| *at)
    }
}
