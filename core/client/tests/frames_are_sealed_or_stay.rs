//! Nothing leaves that is not sealed, and nothing is sealed when the others see something else.

#![allow(clippy::wildcard_enum_match_arm, reason = "tests look for a few messages among many")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::time::Duration;

use common::room::Room;
use wire::{Devices, Presence};

const SECOND: Duration = Duration::from_secs(1);

/// What left in that time, and what was held back.
fn counted(room: &mut Room, time: Duration) -> (u64, u64) {
    let before = room.guests[0].participant.stats().seal;
    room.run(time);
    let after = room.guests[0].participant.stats().seal;
    (after.sealed - before.sealed, after.held_back - before.held_back)
}

#[test]
fn no_frame_leaves_without_a_key() {
    let mut room = Room::new(2);
    room.closed = true;
    room.run(5 * SECOND);
    for guest in &room.guests {
        let stats = guest.participant.stats();
        assert!(!guest.participant.is_admitted());
        assert_eq!((stats.media_connections, stats.seal.sealed, stats.join), (1, 0, None));
        assert!(stats.seal.held_back > 100, "{:?}", stats.seal);
        assert_eq!((stats.sound.packets, stats.pictures.packets), (0, 0));
    }
    assert_eq!(room.media.counters().received, 0, "not even to the server");
}

#[test]
fn who_sees_the_same_is_spoken_to() {
    let mut room = Room::new(1);
    room.run(SECOND);
    room.add("vesland-head", Some(true));
    room.run(SECOND);
    assert_eq!(room.delivery.members.len(), 2);
    let (sealed, held_back) = counted(&mut room, 30 * SECOND);
    assert!(sealed > 1000, "{sealed}");
    assert_eq!(held_back, 0);
}

#[test]
fn a_member_who_sees_something_else_ends_all_sending_for_good() {
    let mut room = Room::new(1);
    room.run(SECOND);
    room.add("vesland-head", Some(false));
    room.run(SECOND);
    let (sealed, held_back) = counted(&mut room, 5 * SECOND);
    assert_eq!(sealed, 0);
    assert!(held_back > 100, "{held_back}");
    room.attest(true);
    room.run(SECOND);
    assert_eq!(counted(&mut room, 5 * SECOND).0, 0, "a second word does not take back the first");
    let other = room.other.as_mut().unwrap();
    other.says = Some(true);
    let epoch = other.puppet.group().epoch();
    let made = other.puppet.commit(&[]);
    room.publish_commit(epoch, made);
    room.run(SECOND);
    assert_eq!(room.guests[0].participant.epochs().next().unwrap().1, epoch + 1, "it went on");
    assert_eq!(counted(&mut room, 5 * SECOND).0, 0, "nor does another epoch");
}

#[test]
fn a_party_that_says_nothing_for_fifteen_seconds_pauses_all_sending() {
    let mut room = Room::new(1);
    room.run(SECOND);
    room.add("vesland-head", None);
    room.run(SECOND);
    let (sealed, held_back) = counted(&mut room, 12 * SECOND);
    assert!(sealed > 400, "{sealed}");
    assert_eq!(held_back, 0);
    room.run(3 * SECOND);
    assert_eq!(counted(&mut room, 5 * SECOND).0, 0);
    room.attest(true);
    room.run(SECOND);
    let (sealed, held_back) = counted(&mut room, 5 * SECOND);
    assert!(sealed > 100, "{sealed}");
    assert_eq!(held_back, 0, "until it comes");
}

#[test]
fn a_party_of_which_nobody_is_here_is_waited_for_and_has_its_time_when_it_is_back() {
    let mut room = Room::new(1);
    room.run(SECOND);
    room.add("vesland-head", None);
    room.run(SECOND);
    room.present("vesland-head", Presence::Reconnecting);
    let (sealed, held_back) = counted(&mut room, 20 * SECOND);
    assert!(sealed > 400, "{sealed}");
    assert_eq!(held_back, 0);
    room.present("vesland-head", Presence::Here { devices: Devices::default() });
    assert_eq!(counted(&mut room, 14 * SECOND).1, 0);
    room.run(2 * SECOND);
    assert_eq!(counted(&mut room, 5 * SECOND).0, 0);
}
