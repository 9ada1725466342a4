//! Audio slots carry the loudest of the voices a listener may hear.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::{Lines, Room, Said};
use media::PeerId;
use wire::{SourceId, SourceKind};

/// Five speakers, and one listener with three audio slots.
fn room() -> (Room, usize) {
    let mut room = Room::new();
    for speaker in 0..5 {
        room.join(Lines { camera_layers: 0, ..Lines::publisher() });
        room.publish(speaker, speaker as u32, 0);
    }
    let listener = room.join(Lines::listener(3, 0));
    (room, listener)
}

/// All send 20 ms packets for that long; those named are loud.
fn talk(room: &mut Room, milliseconds: u64, loud: &[usize]) {
    for _ in 0..milliseconds / 20 {
        for speaker in 0..5 {
            let level = if loud.contains(&speaker) { -20 } else { -90 };
            room.clients[speaker].send_sound(&[speaker as u8; 60], level, false);
        }
        room.run(Duration::from_millis(20));
    }
}

fn heard(room: &mut Room, listener: usize) -> BTreeSet<u32> {
    let got = std::mem::take(&mut room.clients[listener].got);
    got.into_iter().filter_map(|got| Some(got.source?.0)).collect()
}

fn spoken(room: &Room) -> Vec<&Vec<SourceId>> {
    room.said.iter().filter_map(|said| if let Said::Speaking(who) = said { Some(who) } else { None }).collect()
}

#[test]
fn who_speaks_takes_the_slot_of_who_was_silent_longest() {
    let (mut room, listener) = room();
    room.allow(listener, &[0, 1, 2, 3, 4]);
    talk(&mut room, 200, &[]);
    assert_eq!(heard(&mut room, listener).len(), 3, "with nobody speaking, some three");

    talk(&mut room, 1000, &[3, 4]);
    heard(&mut room, listener);
    talk(&mut room, 200, &[3, 4]);
    assert!(heard(&mut room, listener).is_superset(&BTreeSet::from([3, 4])));

    talk(&mut room, 1000, &[1]);
    heard(&mut room, listener);
    talk(&mut room, 200, &[]);
    assert_eq!(heard(&mut room, listener), BTreeSet::from([1, 3, 4]), "the three latest speakers stay");
    let said: Vec<Vec<u32>> = spoken(&room).iter().map(|who| who.iter().map(|id| id.0).collect()).collect();
    assert_eq!(said.last(), Some(&vec![1]));
    talk(&mut room, 1000, &[]);
    assert_eq!(spoken(&room).last(), Some(&&vec![]));
}

#[test]
fn a_cough_moves_nobody() {
    let (mut room, listener) = room();
    room.allow(listener, &[0, 1, 2, 3, 4]);
    talk(&mut room, 1000, &[0, 1, 2]);
    room.said.clear();
    talk(&mut room, 120, &[0, 1, 2, 4]);
    talk(&mut room, 1000, &[0, 1, 2]);
    assert!(room.words().is_empty(), "{:?}", room.words());
}

#[test]
fn a_voice_that_is_not_allowed_is_never_heard_however_loud() {
    let (mut room, listener) = room();
    room.allow(listener, &[0, 1]);
    talk(&mut room, 1000, &[2, 3, 4]);
    assert_eq!(heard(&mut room, listener), BTreeSet::from([0, 1]));
    room.allow(listener, &[2]);
    talk(&mut room, 200, &[2]);
    assert_eq!(heard(&mut room, listener), BTreeSet::from([2]));
    room.allow(listener, &[]);
    room.run(Duration::from_millis(20));
    room.clients[listener].got.clear();
    talk(&mut room, 200, &[2]);
    assert!(room.clients[listener].got.is_empty());
}

#[test]
fn each_voice_goes_on_without_a_seam_when_slots_change_hands() {
    let (mut room, listener) = room();
    room.allow(listener, &[0, 1, 2, 3, 4]);
    for speaker in [0, 3, 1, 4, 2] {
        talk(&mut room, 800, &[speaker]);
    }
    let mids: BTreeSet<_> = room.clients[listener].got.iter().map(|got| got.mid.clone()).collect();
    assert_eq!(mids.len(), 3);
    for mid in mids {
        let stream: Vec<_> = room.clients[listener].got.iter().filter(|got| got.mid == mid).collect();
        for pair in stream.windows(2) {
            assert_eq!(pair[1].sequence, pair[0].sequence + 1);
            assert!(pair[1].timestamp > pair[0].timestamp);
            assert_eq!(pair[1].marker, pair[1].source != pair[0].source, "a marker where another voice begins");
        }
        for got in stream {
            assert_eq!(
                got.source.map(|id| id.0),
                Some(u32::from(common::frames::mark(&got.payload))),
                "announced before the first packet"
            );
        }
    }
}

#[test]
fn the_sound_of_a_screen_is_heard_where_it_is_named_and_is_nobodys_voice() {
    let (mut room, listener) = room();
    let microphone = room.clients[4].microphone.unwrap();
    room.clients[4].sound = SourceKind::ScreenAudio;
    let film = room.open(9, 4, &microphone, SourceKind::ScreenAudio);
    room.media.set_voices(PeerId(listener as u64), vec![film], (0..4).map(SourceId).collect(), room.now);
    talk(&mut room, 1000, &[0, 1, 4]);
    heard(&mut room, listener);
    talk(&mut room, 200, &[0, 1, 4]);
    assert_eq!(heard(&mut room, listener), BTreeSet::from([0, 1, 9]));
    assert!(spoken(&room).iter().all(|who| !who.contains(&film)));
}
