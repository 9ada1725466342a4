//! Long and lossy runs: sequence numbers wrap, packets get lost, and the stream goes on.

mod common;

use std::time::Duration;

use common::{Lines, Room, frames};
use str0m::format::Codec;

#[test]
fn seventy_thousand_packets_arrive_over_the_wrap_of_sixteen_bits() {
    let mut room = Room::new();
    room.join(Lines::publisher());
    room.join(Lines::listener(1, 0));
    room.publish(0, 1, 2);
    room.allow(1, &[1]);
    for _ in 0..70_000 / 10 {
        for number in 0..10 {
            room.clients[0].send_sound(&[number; 60], -30, false);
        }
        room.run(Duration::from_millis(20));
    }
    let got = &room.clients[1].got;
    assert_eq!(got.len(), 70_000);
    assert!(got.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1));
}

#[test]
fn a_picture_lost_on_the_way_to_a_listener_is_sent_again() {
    let mut room = Room::new();
    room.join(Lines::publisher());
    room.join(Lines::listener(0, 1));
    room.publish(0, 1, 2);
    room.show(1, &[(2, 720)]);
    for picture in 0..60 {
        room.clients[1].lose_next = picture % 10 == 5;
        room.clients[0].send_picture(None, Codec::Vp8, &frames::vp8(picture == 0, 720, picture, 0));
        room.run(Duration::from_millis(35));
    }
    room.run(Duration::from_secs(1));
    assert_eq!(room.clients[1].lost, 6);
    let mut pictures: Vec<_> = room.clients[1].got.iter().map(|got| frames::vp8_picture(&got.payload)).collect();
    pictures.sort_unstable();
    pictures.dedup();
    assert_eq!(pictures.len(), 60);
}

#[test]
fn a_picture_lost_on_the_way_to_the_server_is_asked_for_again() {
    let mut room = Room::new();
    room.join(Lines::publisher());
    room.join(Lines::listener(0, 1));
    room.publish(0, 1, 2);
    room.show(1, &[(2, 720)]);
    for picture in 0..60 {
        room.clients[0].send_picture(None, Codec::Vp8, &frames::vp8(picture == 0, 720, picture, 0));
        if picture % 10 == 5 {
            room.clients[0].take_datagrams();
        }
        room.run(Duration::from_millis(35));
    }
    room.run(Duration::from_secs(1));
    assert_eq!(room.clients[1].got.len(), 60);
}
