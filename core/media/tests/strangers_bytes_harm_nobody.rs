//! Datagrams that no browser would send, from strangers and with a peer's own address, before and after its handshake.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{Lines, Room, Said, frames, server};
use media::{Output, PeerId, Way};
use str0m::format::Codec;

/// Numbers that look random and are the same in every run (xorshift).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.next() as usize % 1400;
        let mut bytes: Vec<u8> = (0..length).map(|_| self.next() as u8).collect();
        // Half of them begin as STUN, DTLS, RTP and RTCP do.
        if let Some(first) = bytes.first_mut().filter(|first| **first & 1 == 0) {
            *first = [0, 20, 21, 22, 23, 128, 144][*first as usize % 7];
        }
        bytes
    }
}

fn stranger() -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 9], 9))
}

/// The record types of the DTLS races and floods that other servers fell to.
fn injected() -> Vec<Vec<u8>> {
    let record = |kind: u8, epoch: u8, sequence: u16, body: &[u8]| {
        let mut bytes = vec![kind, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0];
        bytes.extend(sequence.to_be_bytes());
        bytes.extend((body.len() as u16).to_be_bytes());
        bytes.extend(body);
        bytes
    };
    let hello = {
        // A ClientHello that offers the NULL cipher only.
        let mut body = vec![0xfe, 0xfd];
        body.extend([7; 32]);
        body.extend([0, 0, 0, 2, 0, 0, 1, 0]);
        let length = (body.len() as u32).to_be_bytes();
        let mut message = vec![1, length[1], length[2], length[3], 0, 0, 0, 0, 0, length[1], length[2], length[3]];
        message.extend(body);
        message
    };
    let mut all = vec![
        record(22, 0, 0, &hello),
        record(21, 0, 0, &[2, 40]),
        record(22, 0, 0, &hello)[..20].to_vec(),
        record(22, 0, 0, &[0xff; 60]),
        record(22, 1, 0, &[5; 48]),
        record(22, 1, 0, &[5; 48]),
        record(23, 1, 1, &[6; 64]),
        vec![0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3],
        vec![0x80, 200, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3],
    ];
    for number in 0..300_u16 {
        let [high, low] = number.to_be_bytes();
        let mut message = vec![11, 0, 0, 40, high, low, 0, 0, 0, 0, 0, 40];
        message.extend([low; 40]);
        all.push(record(22, 0, number, &message));
    }
    all
}

fn inject(room: &mut Room, client: usize, datagrams: &[Vec<u8>]) {
    let own = room.clients[client].address;
    for datagram in datagrams {
        for source in [stranger(), own] {
            room.media.handle_datagram(PeerId(client as u64), Way::udp(source, server()), datagram, room.now);
            while let Some(output) = room.media.poll_output() {
                // What the room answers gets lost; what it says counts.
                if !matches!(output, Output::Transmit { .. }) {
                    room.take(output);
                }
            }
        }
    }
}

fn assert_works(room: &mut Room) {
    room.publish(0, 1, 2);
    room.allow(1, &[1]);
    room.show(1, &[(2, 720)]);
    for picture in 0..10 {
        room.clients[0].send_sound(&[1; 60], -30, false);
        room.clients[0].send_picture(None, Codec::Vp8, &frames::vp8(true, 720, picture, 0));
        room.run(Duration::from_millis(20));
    }
    assert_eq!(room.clients[1].got.len(), 20);
    assert_eq!(room.media.counters().panicked, 0);
    assert!(!room.said.iter().any(|said| matches!(said, Said::Lost(_) | Said::Ended(_))));
}

#[test]
fn ten_thousand_random_datagrams_change_nothing() {
    let mut room = Room::new();
    let mut noise = Noise(0x5eed);
    let mut random = |count: usize| (0..count).map(|_| noise.bytes()).collect::<Vec<_>>();
    for client in 0..2 {
        room.enter([Lines::publisher(), Lines::listener(1, 1)][client].clone());
        inject(&mut room, client, &random(2500));
    }
    room.run(Duration::from_secs(3));
    for client in 0..2 {
        inject(&mut room, client, &random(2500));
    }
    assert_works(&mut room);
}

#[test]
fn the_races_that_other_servers_lost_are_won() {
    let mut room = Room::new();
    room.enter(Lines::publisher());
    room.enter(Lines::listener(1, 1));
    // At each step of the handshake, from nothing to done.
    let mut steps = 0;
    while !room.clients[1].connected {
        inject(&mut room, 1, &injected());
        room.now += Duration::from_millis(50);
        room.clients.iter_mut().for_each(|client| client.handle_timeout(room.now));
        room.carry();
        steps += 1;
        assert!(steps < 200, "the handshake never ends");
    }
    assert!(steps >= 3, "the address is checked, the hello comes, the certificate comes: {steps}");
    room.run(Duration::from_secs(3));
    assert!(room.clients[1].connected);
    inject(&mut room, 1, &injected());
    assert_works(&mut room);
}

#[test]
fn nothing_is_answered_to_who_is_not_the_peer() {
    let mut room = Room::new();
    let client = room.enter(Lines::publisher());
    while room.media.poll_output().is_some() {}
    for datagram in injected() {
        room.media.handle_datagram(PeerId(client as u64), Way::udp(stranger(), server()), &datagram, room.now);
        assert!(room.media.poll_output().is_none());
        assert!(!room.media.accepts(PeerId(client as u64), Way::udp(stranger(), server()), &datagram, room.now));
    }
}

#[test]
fn a_check_signed_with_the_peers_password_is_accepted_from_anywhere_and_no_other() {
    let mut room = Room::new();
    room.enter(Lines::publisher());
    room.enter(Lines::publisher());
    let check = loop {
        room.now += Duration::from_millis(5);
        room.clients[0].handle_timeout(room.now);
        if let Some(check) = room.clients[0].take_datagrams().into_iter().next() {
            break check;
        }
    };
    assert!(room.media.accepts(PeerId(0), Way::udp(stranger(), server()), &check, room.now));
    assert!(!room.media.accepts(PeerId(1), Way::udp(stranger(), server()), &check, room.now));
    let mut forged = check.clone();
    let last = forged.len() - 20;
    forged[last] ^= 1;
    assert!(!room.media.accepts(PeerId(0), Way::udp(stranger(), server()), &forged, room.now));
}

#[test]
fn a_packet_too_long_for_those_who_would_get_it_is_dropped() {
    let mut room = Room::new();
    room.join(Lines::publisher().described());
    room.join(Lines::listener(1, 1).described());
    room.publish(0, 1, 2);
    room.show(1, &[(2, 720)]);
    for (picture, bytes) in [1100, 1900, 1100].into_iter().enumerate() {
        let frame = frames::vp8_of(bytes, true, 720, picture as u16, 0);
        // A descriptor with nothing but zeros behind a structure of one template.
        let mut descriptor = vec![0xc0, 0, picture as u8, 0x80, 0, 0xd0];
        descriptor.resize(if bytes > 1500 { 6 } else { 255 }, 0);
        room.clients[0].send_described(None, &frame, &descriptor);
        room.run(Duration::from_millis(20));
    }
    assert_eq!(room.clients[1].got.len(), 2);
    assert!(room.clients[1].got.iter().all(|got| got.descriptor.as_ref().is_some_and(|bytes| bytes.len() == 255)));
    assert_eq!(room.media.counters().panicked, 0);
}
