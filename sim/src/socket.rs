//! A WebSocket: ordered, reliable, with delay, and cut in the middle now and then. What has not arrived when it is cut
//! never arrives.

use std::time::{Duration, Instant};

use wire::SeatId;

use crate::chance::Chance;
use crate::device::DeviceId;

/// One WebSocket between a device and the server.
pub(crate) struct Socket {
    pub(crate) device: DeviceId,
    /// The seat whose token was said on it.
    pub(crate) seat: Option<SeatId>,
    /// It carries nothing any more.
    pub(crate) cut: bool,
    /// One way, at least.
    delay: Duration,
    chance: Chance,
    last_arrival_up: Option<Instant>,
    last_arrival_down: Option<Instant>,
}

impl Socket {
    pub(crate) fn new(device: DeviceId, delay: Duration, chance: Chance) -> Self {
        Self { device, seat: None, cut: false, delay, chance, last_arrival_up: None, last_arrival_down: None }
    }

    /// When a message that leaves the device now is at the server.
    pub(crate) fn up(&mut self, now: Instant) -> Instant {
        let arrival = self.arrival(now, self.last_arrival_up);
        *self.last_arrival_up.insert(arrival)
    }

    /// When a message that leaves the server now is at the device.
    pub(crate) fn down(&mut self, now: Instant) -> Instant {
        let arrival = self.arrival(now, self.last_arrival_down);
        *self.last_arrival_down.insert(arrival)
    }

    fn arrival(&mut self, now: Instant, last: Option<Instant>) -> Instant {
        let arrival = now + self.delay + self.chance.up_to(self.delay / 2);
        last.map_or(arrival, |last| last.max(arrival))
    }
}
