//! The thinnest whole: one publishes, one receives, both by real handshakes.

mod common;

use std::time::Duration;

use common::{Lines, Room, Said, frames};
use media::PeerId;
use str0m::format::Codec;
use wire::{Slot, SourceId};

const FRAME: Duration = Duration::from_millis(20);

#[test]
fn sound_and_picture_arrive_on_the_slots_that_were_announced_before() {
    let mut room = Room::new();
    let speaker = room.join(Lines::publisher());
    let listener = room.join(Lines::listener(3, 2));
    room.publish(speaker, 1, 2);
    room.allow(listener, &[1]);
    room.show(listener, &[(2, 720)]);

    for picture in 0..20 {
        room.clients[speaker].send_sound(&[picture as u8; 80], -30, false);
        room.clients[speaker].send_picture(None, Codec::Vp8, &frames::vp8(picture == 3, 720, picture, picture as u8));
        room.run(FRAME);
    }

    let client = &room.clients[listener];
    assert_eq!(client.got_of(1).len(), 20);
    let pictures = client.got_of(2);
    assert_eq!(pictures.len(), 17, "from the keyframe on");
    assert_eq!(frames::mark(&pictures[0].payload), 3);
    assert!(pictures.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1));
    assert_eq!(client.got.len(), 37, "nothing without an announced source");
    let counters = room.media.counters();
    assert_eq!((counters.forwarded, counters.dropped, counters.panicked), (37, 0, 0));
}

#[test]
fn the_streams_of_a_listener_begin_below_half_of_the_sequence_numbers() {
    let mut room = Room::new();
    let speaker = room.join(Lines::publisher());
    let listener = room.join(Lines::listener(1, 1));
    room.publish(speaker, 1, 2);
    room.allow(listener, &[1]);
    room.clients[speaker].send_sound(&[1; 80], -30, false);
    room.run(FRAME);
    assert!(room.clients[listener].got[0].sequence < 65_536 / 2);
}

#[test]
fn a_slot_that_changes_its_picture_goes_on_as_one_stream() {
    let mut room = Room::new();
    let first = room.join(Lines::publisher());
    let second = room.join(Lines::publisher());
    let listener = room.join(Lines::listener(0, 1));
    room.publish(first, 1, 2);
    room.publish(second, 3, 4);

    let mut wanted = 2;
    for picture in 0..60 {
        if picture % 15 == 0 {
            room.show(listener, &[(wanted, 360)]);
            wanted = 6 - wanted;
        }
        for publisher in [first, second] {
            let mark = publisher as u8;
            room.clients[publisher].send_picture(
                None,
                Codec::Vp8,
                &frames::vp8(picture % 5 == 2, 360, 100 + picture, mark),
            );
        }
        room.run(FRAME);
    }

    let got = &room.clients[listener].got;
    assert_eq!(got.len(), 60 - 4 * 2, "each switch waits two frames for a keyframe");
    for pair in got.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence + 1);
        assert!(pair[1].timestamp > pair[0].timestamp);
        assert_eq!(frames::vp8_picture(&pair[1].payload), frames::vp8_picture(&pair[0].payload) + 1);
        let indexes = [&pair[0], &pair[1]].map(|got| frames::vp8_base_layer_index(&got.payload));
        assert_eq!(indexes[1], indexes[0].wrapping_add(1));
    }
    for got in got {
        let of = if frames::mark(&got.payload) == first as u8 { 2 } else { 4 };
        assert_eq!(got.source, Some(SourceId(of)), "announced before the first packet");
    }
    let asked: Vec<_> = room.clients.iter().map(|client| client.keyframe_requests.len()).collect();
    assert!(asked[0] > 0 && asked[1] > 0, "{asked:?}");
}

#[test]
fn nobody_gets_their_own_picture_or_voice() {
    let mut room = Room::new();
    let both = room.join(Lines::publisher().with_slots(2, 2));
    room.publish(both, 1, 2);
    room.allow(both, &[1]);
    room.show(both, &[(2, 720)]);
    for picture in 0..10 {
        room.clients[both].send_sound(&[1; 80], -10, false);
        room.clients[both].send_picture(None, Codec::Vp8, &frames::vp8(true, 720, picture, 0));
        room.run(FRAME);
    }
    assert!(room.clients[both].got.is_empty());
    assert!(room.media.slots(PeerId(both as u64)).iter().all(|slot| slot.source.is_none()));
}

#[test]
fn a_source_that_closes_frees_its_slot_and_another_that_opens_takes_it() {
    let mut room = Room::new();
    let speaker = room.join(Lines::publisher());
    let other = room.join(Lines::publisher());
    let listener = room.join(Lines::listener(0, 1));
    room.show(listener, &[(2, 360), (4, 360)]);
    room.publish(speaker, 1, 2);
    room.publish(other, 3, 4);
    room.run(FRAME);
    room.media.close_source(SourceId(2), room.now);
    room.run(FRAME);
    room.media.remove_peer(PeerId(other as u64), room.now);
    room.run(FRAME);

    let slots_of = |said: &Said| {
        let Said::Slots(peer, slots) = said else { return None };
        (peer.0 == listener as u64).then(|| slots.iter().map(|slot| slot.source).collect::<Vec<_>>())
    };
    let carried: Vec<_> = room.said.iter().filter_map(slots_of).collect();
    assert_eq!(carried, [vec![Some(SourceId(2))], vec![Some(SourceId(4))], vec![None]]);
    let [Slot { source: None, .. }] = &room.media.slots(PeerId(listener as u64))[..] else { panic!("one idle slot") };
}

#[test]
fn all_packets_of_a_turn_leave_for_one_listener_before_the_next_and_those_of_pictures_are_marked() {
    let mut room = Room::new();
    let speaker = room.join(Lines::publisher());
    let listeners: Vec<_> = (0..3).map(|_| room.join(Lines::listener(1, 1))).collect();
    room.publish(speaker, 1, 2);
    for &listener in &listeners {
        room.allow(listener, &[1]);
        room.show(listener, &[(2, 720)]);
    }
    room.run(Duration::from_secs(1));
    room.said.clear();
    for packet in 0..5 {
        room.clients[speaker].send_picture(None, Codec::Vp8, &frames::vp8(packet == 0, 720, 1, packet));
        room.clients[speaker].send_sound(&[packet; 80], -30, false);
    }
    room.turn();
    let media_for = |said: &Said| {
        let Said::Datagram(peer, length, is_picture) = said else { return None };
        (peer.0 != speaker as u64 && *length > 90).then_some((peer.0, *is_picture))
    };
    let media: Vec<_> = room.said.iter().filter_map(media_for).collect();
    let order: Vec<_> = media.iter().map(|(peer, _)| *peer).collect();
    let mut runs = order.clone();
    runs.dedup();
    assert_eq!((order.len(), runs.len()), (30, 3), "{order:?}");
    assert_eq!(media.iter().filter(|(_, is_picture)| *is_picture).count(), 15);
    assert!(room.said.iter().all(|said| !matches!(said, Said::Datagram(peer, _, true) if peer.0 == speaker as u64)));
    assert!(room.clients[listeners[0]].got[..5].iter().all(|got| got.source == Some(SourceId(1))), "sound goes first");
}
