//! A WebSocket: ordered, reliable, with delay, and cut in the middle now and then. What has not arrived when it is cut
//! never arrives.

use std::time::{Duration, Instant};

use wire::{Request, SeatId, ServerMessage};

use crate::chance::Chance;
use crate::device::DeviceId;
use crate::model::Model;

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
    pub(crate) fn up(&mut self, request: &Request, now: Instant) -> Instant {
        let is_about_the_meeting =
            Model::is_asked(request) || matches!(request, Request::Hello { .. } | Request::Leave);
        arrival(&mut self.chance, self.delay, &mut self.last_arrival_up, is_about_the_meeting, now)
    }

    /// When a message that leaves the server now is at the device.
    pub(crate) fn down(&mut self, message: &ServerMessage, now: Instant) -> Instant {
        let is_about_the_meeting = match message {
            ServerMessage::Welcome { .. }
            | ServerMessage::SeatTaken { .. }
            | ServerMessage::Event { .. }
            | ServerMessage::Bye { .. } => true,
            ServerMessage::Presence { .. }
            | ServerMessage::SourceOpened { .. }
            | ServerMessage::SourceClosed { .. }
            | ServerMessage::Speaking { .. }
            | ServerMessage::Quality { .. }
            | ServerMessage::MediaAnswer { .. }
            | ServerMessage::MediaSlots { .. }
            | ServerMessage::MediaLayers { .. }
            | ServerMessage::CertificateIssued { .. }
            | ServerMessage::CertificateDenied { .. }
            | ServerMessage::CertificateWaiting
            | ServerMessage::CertificatesRevoked { .. }
            | ServerMessage::SealGroups { .. }
            | ServerMessage::SealPackagesWanted { .. }
            | ServerMessage::MlsWanted { .. }
            | ServerMessage::MlsCommitted { .. }
            | ServerMessage::MlsWelcome { .. }
            | ServerMessage::MlsGroupInfo { .. }
            | ServerMessage::MlsSwitch { .. }
            | ServerMessage::MlsVoid { .. }
            | ServerMessage::MlsApp { .. }
            | ServerMessage::SealSuspect { .. }
            | ServerMessage::Interpreting { .. }
            | ServerMessage::Signal { .. }
            | ServerMessage::Audience { .. }
            | ServerMessage::Whispering { .. }
            | ServerMessage::Reply { .. }
            | ServerMessage::Pong { .. } => false,
        };
        arrival(&mut self.chance, self.delay, &mut self.last_arrival_down, is_about_the_meeting, now)
    }
}

/// When a message arrives: in order, and those about the meeting with a delay that varies. The others may be more or fewer
/// from run to run, because they follow from packets; so they take no part in chance and hold up none that comes after them.
fn arrival(
    chance: &mut Chance,
    delay: Duration,
    last: &mut Option<Instant>,
    is_about_the_meeting: bool,
    now: Instant,
) -> Instant {
    let varies = if is_about_the_meeting { chance.up_to(delay / 2) } else { Duration::ZERO };
    let arrival = last.map_or(now + delay + varies, |last| last.max(now + delay + varies));
    if is_about_the_meeting {
        *last = Some(arrival);
    }
    arrival
}

#[cfg(test)]
mod tests {
    use wire::{Bye, WallTime};

    use super::*;

    #[test]
    fn messages_keep_their_order_and_those_that_follow_from_packets_change_nothing_for_the_others() {
        let start = Instant::now();
        let socket = || Socket::new(DeviceId(0), Duration::from_millis(100), Chance::new(7, "socket"));
        let at = |millis: u64| start + Duration::from_millis(millis);
        let bye = ServerMessage::Bye { reason: Bye::Ended };
        let pong = ServerMessage::Pong { sent: 0.0, now: WallTime(0) };
        let (mut busy, mut quiet) = (socket(), socket());
        let mut arrivals = Vec::new();
        for moment in 0..50 {
            arrivals.push(busy.down(&pong, at(moment)));
            let event = busy.down(&bye, at(moment));
            assert_eq!(event, quiet.down(&bye, at(moment)));
            arrivals.push(event);
        }
        assert!(arrivals.is_sorted());
    }
}
