//! Payload types are each receiver's own, and what is sealed is nobody's to change.

mod common;

use std::time::Duration;

use common::{Browser, Lines, Room, frames};
use str0m::format::Codec;
use wire::SourceKind;

fn room(publisher: Browser, listener: Browser) -> Room {
    let mut room = Room::new();
    room.join(Lines::publisher().of(publisher));
    room.join(Lines::listener(1, 1).of(listener));
    room.publish(0, 1, 2);
    room.allow(1, &[1]);
    room.show(1, &[(2, 720)]);
    room
}

fn got_types(room: &Room) -> Vec<(u32, u8)> {
    let mut types: Vec<_> =
        room.clients[1].got.iter().filter_map(|got| Some((got.source?.0, got.payload_type))).collect();
    types.sort_unstable();
    types.dedup();
    types
}

#[test]
fn payload_types_are_those_of_the_receiver() {
    for (publisher, listener, types) in [
        (Browser::Chromium, Browser::Firefox, [(1, 109), (2, 120)]),
        (Browser::Firefox, Browser::Chromium, [(1, 111), (2, 96)]),
        (Browser::Firefox, Browser::Firefox, [(1, 109), (2, 120)]),
    ] {
        let mut room = room(publisher, listener);
        for picture in 0..3 {
            room.clients[0].send_sound(&[7; 60], -30, false);
            room.clients[0].send_picture(None, Codec::Vp8, &frames::vp8(picture == 0, 720, picture, 0));
            room.run(Duration::from_millis(20));
        }
        assert_eq!(got_types(&room), types, "{publisher:?} to {listener:?}");
    }
}

#[test]
fn sealed_red_goes_as_it_came_to_who_negotiated_it_and_as_opus_to_who_did_not() {
    let payload = frames::red(111, &[1; 40], &[2; 50]);
    for (listener, payload_type) in [(Browser::Chromium, 63), (Browser::Firefox, 109)] {
        let mut room = room(Browser::Chromium, listener);
        room.clients[0].send_sound(&payload, -30, true);
        room.run(Duration::from_millis(20));
        let got = &room.clients[1].got;
        assert_eq!((got.len(), got[0].payload_type), (1, payload_type));
        assert_eq!(got[0].payload, frames::sound(SourceKind::Microphone, &payload));
    }
}

#[test]
fn a_screen_in_vp9_is_forwarded_whole() {
    let mut room = room(Browser::Chromium, Browser::Firefox);
    for picture in 0..10 {
        room.clients[0].send_picture(None, Codec::Vp9, &frames::vp9(SourceKind::Camera, picture == 2, picture, 5));
        room.run(Duration::from_millis(60));
    }
    let got = room.clients[1].got_of(2);
    assert_eq!(got.len(), 8);
    assert!(got.iter().all(|got| got.payload_type == 121));
}
