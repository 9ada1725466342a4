//! Further offers on one connection, and the ways it can end.

mod common;

use std::time::Duration;

use common::{Lines, Room, Said, frames};
use media::PeerId;
use str0m::format::Codec;
use wire::SourceKind;

#[test]
fn more_slots_are_filled_and_the_old_ones_stay() {
    let mut room = Room::new();
    for publisher in 0..3 {
        room.join(Lines::publisher());
        room.publish(publisher, publisher as u32 * 2, publisher as u32 * 2 + 1);
    }
    let listener = room.join(Lines::listener(0, 1));
    room.show(listener, &[(1, 360), (3, 360), (5, 360)]);
    let before = room.media.slots(PeerId(listener as u64));
    room.clients[listener].add_lines(0, 2);
    room.renegotiate(listener);
    let after = room.media.slots(PeerId(listener as u64));
    assert_eq!(after[0], before[0]);
    let carried: Vec<_> = after.iter().map(|slot| slot.source.map(|id| id.0)).collect();
    assert_eq!(carried, [Some(1), Some(3), Some(5)]);

    for picture in 0..5 {
        for publisher in 0..3 {
            room.clients[publisher].send_picture(None, Codec::Vp8, &frames::vp8(picture == 0, 360, picture, 0));
        }
        room.run(Duration::from_millis(40));
    }
    for source in [1, 3, 5] {
        assert_eq!(room.clients[listener].got_of(source).len(), 5);
    }
}

#[test]
fn a_screen_published_before_its_m_line_is_offered_is_seen_once_it_is() {
    let mut room = Room::new();
    let publisher = room.join(Lines::publisher());
    let listener = room.join(Lines::listener(0, 1));
    let mid = room.clients[publisher].add_lines(1, 0).remove(0);
    room.open(9, publisher, &mid, SourceKind::Screen);
    room.show(listener, &[(9, 1080)]);
    room.renegotiate(publisher);
    room.run(Duration::from_millis(50));
    for picture in 0..5 {
        let payload = frames::vp9(SourceKind::Screen, picture == 0, picture, 1);
        room.clients[publisher].send_video(mid.as_str().into(), None, Codec::Vp9, &payload);
        room.run(Duration::from_millis(100));
    }
    assert_eq!(room.clients[listener].got_of(9).len(), 5);
}

#[test]
fn an_ice_restart_from_another_address_goes_on() {
    let mut room = Room::new();
    let publisher = room.join(Lines::publisher());
    let listener = room.join(Lines::listener(1, 0));
    room.publish(publisher, 1, 2);
    room.allow(listener, &[1]);
    let user = room.media.ice_ufrag(PeerId(listener as u64)).unwrap().to_owned();
    room.clients[listener].restart_ice();
    room.renegotiate(listener);
    assert_ne!(room.media.ice_ufrag(PeerId(listener as u64)).unwrap(), user);
    room.run(Duration::from_secs(2));
    room.clients[publisher].send_sound(&[1; 60], -30, false);
    room.run(Duration::from_millis(20));
    assert_eq!(room.clients[listener].got.len(), 1);
}

#[test]
fn an_offer_that_changes_the_order_of_lines_is_refused_and_harms_nothing() {
    let mut room = Room::new();
    let publisher = room.join(Lines::publisher());
    let listener = room.join(Lines::listener(1, 1));
    room.publish(publisher, 1, 2);
    room.allow(listener, &[1]);
    let stranger = common::Client::new(9, &Lines::listener(3, 0), room.now).offer();
    for offer in [stranger, "v=0".to_owned(), String::new()] {
        assert!(room.media.handle_offer(PeerId(listener as u64), &offer, room.now).is_err());
    }
    room.clients[publisher].send_sound(&[1; 60], -30, false);
    room.run(Duration::from_millis(20));
    assert_eq!(room.clients[listener].got.len(), 1);
}

#[test]
fn a_peer_that_falls_silent_is_lost_once_and_may_come_back() {
    let mut room = Room::new();
    let client = room.join(Lines::publisher());
    room.said.clear();
    room.clients[client].unplugged = true;
    room.run(Duration::from_millis(7_500));
    assert!(room.words().is_empty(), "{:?}", room.words());
    room.run(Duration::from_secs(10));
    assert_eq!(room.words(), [&Said::Lost(PeerId(0))]);
    room.clients[client].unplugged = false;
    room.run(Duration::from_secs(4));
    assert_eq!(room.words().last(), Some(&&Said::Connected(PeerId(0))));
}

#[test]
fn who_comes_back_from_a_silence_sees_again_from_a_keyframe_on() {
    let mut room = Room::new();
    let publisher = room.join(Lines::publisher());
    let listener = room.join(Lines::listener(0, 1));
    room.publish(publisher, 1, 2);
    room.show(listener, &[(2, 360)]);
    let mut picture = 0;
    let mut show = |room: &mut Room, keyframe: bool| {
        picture += 1;
        room.clients[publisher].send_picture(None, Codec::Vp8, &frames::vp8(keyframe, 360, picture, 0));
        room.run(Duration::from_millis(100));
    };
    show(&mut room, true);
    show(&mut room, false);
    room.clients[listener].unplugged = true;
    (0..100).for_each(|_| show(&mut room, false));
    assert_eq!(room.words().last(), Some(&&Said::Lost(PeerId(listener as u64))));
    room.clients[publisher].keyframe_requests.clear();
    room.clients[listener].unplugged = false;
    (0..40).for_each(|_| show(&mut room, false));
    assert_eq!(room.words().last(), Some(&&Said::Connected(PeerId(listener as u64))));
    assert!(!room.clients[publisher].keyframe_requests.is_empty(), "nobody asked for a keyframe");
    room.clients[listener].got.clear();
    show(&mut room, false);
    assert!(room.clients[listener].got_of(2).is_empty(), "a picture went on in the middle");
    show(&mut room, true);
    assert_eq!(room.clients[listener].got_of(2).len(), 1);
}

#[test]
fn a_peer_that_never_comes_is_lost() {
    let mut room = Room::new();
    let client = room.enter(Lines::publisher());
    room.clients[client].unplugged = true;
    room.run(Duration::from_secs(20));
    assert_eq!(room.words(), [&Said::Lost(PeerId(0))]);
}

#[test]
fn a_browser_that_closes_has_ended_at_once() {
    let mut room = Room::new();
    let client = room.join(Lines::publisher());
    room.said.clear();
    room.clients[client].close();
    room.run(Duration::from_millis(100));
    assert_eq!(room.words(), [&Said::Ended(PeerId(0))]);
}

#[test]
fn an_empty_room_has_nothing_to_do() {
    let mut room = Room::new();
    for _ in 0..3 {
        room.join(Lines::publisher().with_slots(2, 2));
    }
    room.publish(0, 1, 2);
    room.allow(1, &[1]);
    for peer in 0..3 {
        room.media.remove_peer(PeerId(peer), room.now);
    }
    while room.media.poll_output().is_some() {}
    assert_eq!(room.media.poll_timeout(), None);
    assert!(room.media.slots(PeerId(1)).is_empty());
    assert!(room.media.handle_offer(PeerId(1), "v=0", room.now).is_err());
}
