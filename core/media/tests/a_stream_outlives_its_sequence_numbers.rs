//! Long and lossy runs: sequence numbers wrap, and with them the count of roll-overs that SRTP's keystream hangs on (RFC 3711 3.3.1),
//! packets get lost, and the stream goes on.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::line::Line;
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

/// The packets of one hour: of sound, 50 a second; of pictures, 40 a second. They are sent ten times as fast, so that the test is
/// over in seconds; numbers and roll-overs are the same.
const SOUNDS_OF_AN_HOUR: u64 = 3600 * 50;
const PICTURES_OF_AN_HOUR: u64 = 3600 * 40;
const AT_ONCE: u64 = 10;
/// This near to a wrap, in packets, a third of what travels gets lost, in both directions.
const NEAR: u64 = 60;
const LOST_PERCENT: u64 = 33;
/// And so many in a row, those on both sides of the publisher's wrap among them, get lost all at once.
const HOLE: u64 = 20;

/// How far a packet is from the nearest wrap of sixteen bits.
fn from_wrap(sequence: u64) -> u64 {
    let behind = sequence % 0x1_0000;
    if sequence < 0x8000 { u64::MAX } else { behind.min(0x1_0000 - behind) }
}

/// Sends so many packets over a line that loses nothing but near the wraps, on the way in and on the way out. What was received, in
/// the order in which it came.
fn an_hour(lines: Lines, packets: u64, send: impl Fn(&mut Room, u64)) -> Vec<u64> {
    let mut room = Room::new();
    room.join(Lines::publisher());
    let listener = room.join(lines);
    room.publish(0, 1, 2);
    room.allow(listener, &[1]);
    room.show(listener, &[(2, 720)]);
    room.clients[listener].line = Some(Line::new(1_000_000));
    let mut first = None;
    for batch in 0..packets / AT_ONCE {
        // The publisher's numbers and those that the listener gets wrap at different packets.
        let sent = 501 + batch * AT_ONCE;
        let passed_on = first.map_or(0, |first| first + batch * AT_ONCE);
        let loses = |near: u64| if near <= NEAR { LOST_PERCENT } else { 0 };
        room.clients[0].losing.percent = loses(from_wrap(sent));
        let to_listener = room.clients[listener].line.as_mut().expect("a line");
        to_listener.losing.percent = loses(from_wrap(passed_on));
        for number in 0..AT_ONCE {
            send(&mut room, batch * AT_ONCE + number);
        }
        if from_wrap(sent) <= HOLE / 2 {
            room.clients[0].take_datagrams();
        }
        room.run(Duration::from_millis(20));
        first = first.or(room.clients[listener].got.first().map(|got| got.sequence));
        // Nobody looks at it, and it would be the whole hour.
        room.said.clear();
    }
    room.run(Duration::from_secs(2));
    room.clients[listener].got.iter().map(|got| got.sequence).collect()
}

/// The numbers that are missing among those that came.
fn missing(got: &[u64]) -> Vec<u64> {
    let came: BTreeSet<u64> = got.iter().copied().collect();
    let (first, last) = (came.first().expect("packets"), came.last().expect("packets"));
    (*first..=*last).filter(|sequence| !came.contains(sequence)).collect()
}

#[test]
fn an_hour_of_sound_goes_on_over_every_wrap_where_packets_get_lost() {
    let got = an_hour(Lines::listener(1, 0), SOUNDS_OF_AN_HOUR, |room, number| {
        room.clients[0].send_sound(&[number as u8; 60], -30, false);
    });
    let missing = missing(&got);
    assert!(got.iter().max().unwrap() / 0x1_0000 >= 2, "there were too few wraps");
    assert!(got.len() as u64 > SOUNDS_OF_AN_HOUR - 400, "{} arrived", got.len());
    let elsewhere: Vec<_> = missing.iter().filter(|&&sequence| from_wrap(sequence) > 2 * NEAR + 520).collect();
    assert!(elsewhere.is_empty(), "what nobody lost did not arrive: {elsewhere:?}");
    assert!(!missing.is_empty(), "nothing was lost near the wraps");
}

#[test]
fn an_hour_of_pictures_goes_on_over_every_wrap_and_what_got_lost_there_is_sent_again() {
    let got = an_hour(Lines::listener(0, 1), PICTURES_OF_AN_HOUR, |room, number| {
        let picture = frames::vp8(number == 0, 720, number as u16, 0);
        room.clients[0].send_picture(None, Codec::Vp8, &picture);
    });
    assert!(got.iter().max().unwrap() / 0x1_0000 >= 2, "there were too few wraps");
    assert!(!got.is_sorted(), "nothing was lost and sent again");
    // What is sent again may be lost again, every time it is asked for: one in a hundred of those that were lost, by chance.
    let missing = missing(&got);
    let elsewhere: Vec<_> = missing.iter().filter(|&&sequence| from_wrap(sequence) > 2 * NEAR + 520).collect();
    assert!(elsewhere.is_empty(), "what nobody lost did not arrive: {elsewhere:?}");
    assert!(missing.len() < 30, "never came: {missing:?}");
    assert_eq!(got.len() as u64 + missing.len() as u64, PICTURES_OF_AN_HOUR);
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
