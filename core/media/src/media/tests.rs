//! What only the inside of a room can bring about: a panic in one of its peers.

use std::net::SocketAddr;
use std::time::Duration;

use super::*;
use crate::caller::{Caller, CallerOutput, Layer, Picture, Sending, Setup};

fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 3478))
}

/// A room with callers; caller `n` is peer `n`.
struct Room {
    media: Media,
    callers: Vec<Caller>,
    now: Instant,
    ended: Vec<PeerId>,
}

impl Room {
    fn new(setups: &[Setup]) -> Self {
        let (now, identity) = (crate::test_start(), Identity::generate());
        let mut room = Self { media: Media::new(), callers: Vec::new(), now, ended: Vec::new() };
        for (index, &setup) in setups.iter().enumerate() {
            let (mut caller, offer) = Caller::offer(setup, address(index), now).unwrap();
            let (peer, answer) = NewPeer::answer(&offer, &[Endpoint::udp(server())], &identity, now).unwrap();
            caller.handle_answer(&answer, now).unwrap();
            room.media.add_peer(PeerId(index as u64), peer, now);
            let window = vec![SealWindow { group: 0, leaf: 1, epochs: vec![0] }];
            room.media.set_seal_window(PeerId(index as u64), window);
            room.callers.push(caller);
        }
        room
    }

    fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.now < end {
            self.now += Duration::from_millis(10);
            self.media.handle_timeout(self.now);
            for (index, caller) in self.callers.iter_mut().enumerate() {
                caller.handle_timeout(self.now);
                while let Some(output) = caller.poll_output() {
                    if let CallerOutput::Transmit { payload, .. } = output {
                        let peer = PeerId(index as u64);
                        self.media.handle_datagram(peer, Way::udp(address(index), server()), &payload, self.now);
                    }
                }
            }
            while let Some(output) = self.media.poll_output() {
                if let Output::Transmit { peer, way, payload, .. } = output {
                    self.callers[peer.0 as usize].handle_datagram(way.local, way.remote, &payload, self.now);
                } else if let Output::Ended(peer) = output {
                    self.ended.push(peer);
                }
            }
        }
    }

    fn show_pictures(&mut self, count: u32) {
        for number in 0..count {
            // The clear bytes of a key frame, and the header of a seal of leaf 1 for a camera.
            let frame = [&[0x10; 10][..], &[0xb1, 0, 1, 0, 64], &[0x55; 200]].concat();
            let picture = Picture { frame: &frame, timestamp: number * 3000 };
            self.callers[0].write_video(Layer::Full, picture, self.now);
            self.run(Duration::from_millis(30));
        }
    }
}

fn address(index: usize) -> SocketAddr {
    SocketAddr::from(([198, 51, 100, index as u8 + 1], 4000))
}

#[test]
fn a_panic_inside_one_peer_ends_that_peer_only() {
    let listener = Setup { sending: Sending::Nothing, audio_slots: 0, video_slots: 1 };
    let publisher = Setup { sending: Sending::Single, audio_slots: 0, video_slots: 0 };
    let mut room = Room::new(&[publisher, listener, listener]);
    let camera = room.callers[0].tracks().iter().find(|track| track.kind == SourceKind::Camera).unwrap().mid.clone();
    room.media.open_source(SourceId(7), PeerId(0), &camera, SourceKind::Camera);
    for peer in [1, 2] {
        room.media.set_pictures(PeerId(peer), vec![(SourceId(7), Pixels(720))], room.now);
    }
    room.run(Duration::from_secs(2));
    room.show_pictures(10);
    let pictures = |room: &Room, caller: usize| room.callers[caller].received_in_all().1.packets;
    assert_eq!((pictures(&room, 1), pictures(&room, 2)), (10, 10));

    let broken = room.media.ids[&PeerId(1)];
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    room.media.members.get_mut(broken).unwrap().peer.panic_next();
    room.show_pictures(10);
    std::panic::set_hook(quiet);

    assert_eq!(room.ended, [PeerId(1)]);
    assert_eq!((pictures(&room, 1), pictures(&room, 2)), (10, 20));
    assert_eq!(room.media.counters().panicked, 1);
    room.media.remove_peer(PeerId(1), room.now);
    room.show_pictures(5);
    assert_eq!(pictures(&room, 2), 25);
}
