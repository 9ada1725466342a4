//! The guard, seen from outside: who sends what is not sealed, or not by themselves, is heard and seen by nobody.

mod common;

use std::time::Duration;

use common::{Lines, Room, Said, frames};
use media::{PeerId, SealWindow};
use str0m::format::Codec;
use wire::{SourceId, SourceKind};

fn room() -> Room {
    let mut room = Room::new();
    room.join(Lines::publisher());
    room.join(Lines::listener(1, 1));
    room.publish(0, 1, 2);
    room.allow(1, &[1]);
    room.show(1, &[(2, 720)]);
    room
}

fn window(room: &mut Room, leaf: u16, epochs: &[u64]) {
    let window = vec![SealWindow { group: 0, leaf, epochs: epochs.to_vec() }];
    room.media.set_seal_window(PeerId(0), window);
}

fn talk(room: &mut Room) -> usize {
    room.clients[1].got.clear();
    for picture in 0..5 {
        room.clients[0].send_sound(&[1; 60], -30, false);
        room.clients[0].send_picture(None, Codec::Vp8, &frames::vp8(true, 720, picture, 0));
        room.run(Duration::from_millis(20));
    }
    room.clients[1].got.len()
}

/// Long enough that it is told.
fn talk_on(room: &mut Room) -> usize {
    (0..11).map(|_| talk(room)).sum()
}

fn suspects(room: &Room) -> Vec<SourceId> {
    let suspect = |said: &Said| if let Said::Suspect(source) = said { Some(*source) } else { None };
    room.said.iter().filter_map(suspect).collect()
}

#[test]
fn nothing_is_forwarded_of_a_peer_without_a_window() {
    let mut room = room();
    assert_eq!(talk(&mut room), 10);
    room.media.set_seal_window(PeerId(0), Vec::new());
    assert_eq!(talk(&mut room), 0);
    assert_eq!(room.media.counters().suspect, 10);
}

#[test]
fn another_leaf_or_a_past_epoch_is_dropped_and_told_once_in_ten_seconds() {
    let mut room = room();
    window(&mut room, 2, &[0]);
    assert_eq!(talk(&mut room), 0);
    assert_eq!(suspects(&room), [], "a few late frames alarm nobody");
    assert_eq!(talk_on(&mut room), 0);
    assert_eq!(suspects(&room), [SourceId(1), SourceId(2)]);
    window(&mut room, 1, &[1, 2]);
    assert_eq!(talk(&mut room), 0);
    assert_eq!(suspects(&room).len(), 2);
    room.run(Duration::from_secs(10));
    talk(&mut room);
    assert_eq!(suspects(&room).len(), 4);
    window(&mut room, 1, &[63, 64]);
    assert_eq!(talk(&mut room), 10, "the lowest six bits count");
}

#[test]
fn a_frame_sealed_for_another_kind_of_source_is_dropped() {
    let mut room = room();
    for picture in 0..60 {
        let payload = frames::vp9(SourceKind::Screen, true, picture, 1);
        room.clients[0].send_picture(None, Codec::Vp9, &payload);
        room.run(Duration::from_millis(20));
    }
    assert!(room.clients[1].got.is_empty());
    assert_eq!(suspects(&room), [SourceId(2)]);
}
