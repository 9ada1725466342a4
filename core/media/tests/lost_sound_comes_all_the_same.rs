//! Sound that gets lost on the way: what its sender can send again is asked for, and what a listener's line loses is sent twice.

mod common;

use std::time::{Duration, Instant};

use common::line::Line;
use common::{Lines, Room, frames};
use str0m::format::Codec;

const TICK: Duration = Duration::from_millis(20);

const MICROPHONE: u32 = 10;

/// Somebody speaks to somebody who also sees them.
fn meet() -> (Room, usize, usize) {
    let mut room = Room::new();
    let speaker = room.join(Lines::publisher());
    room.publish(speaker, MICROPHONE, 11);
    let listener = room.join(Lines::listener(1, 1));
    room.allow(listener, &[MICROPHONE]);
    room.show(listener, &[(11, 360)]);
    room.clients[listener].line = Some(Line::new(20_000));
    (room, speaker, listener)
}

/// Speaks so many packets of sound, with a picture of 30 kb/s if it `shows` one; how many of them came.
fn speak(room: &mut Room, speaker: usize, listener: usize, packets: usize, shows: bool) -> usize {
    let since = room.now;
    for packet in 0..packets {
        room.clients[speaker].send_sound(&[1; 80], -30, false);
        if shows && packet % 5 == 0 {
            room.clients[speaker].send_picture(
                None,
                Codec::Vp8,
                &frames::vp8_of(300, packet == 0, 360, packet as u16, 10),
            );
        }
        room.run(TICK);
    }
    room.run(Duration::from_millis(300));
    heard_since(room, listener, since)
}

fn heard_since(room: &Room, listener: usize, since: Instant) -> usize {
    room.clients[listener].got_of(MICROPHONE).iter().filter(|got| got.at >= since).count()
}

/// Speaks so many packets; how many came twice.
fn repeated(room: &mut Room, speaker: usize, listener: usize, packets: usize) -> usize {
    let before = room.clients[listener].came_twice;
    speak(room, speaker, listener, packets, true);
    room.clients[listener].came_twice - before
}

#[test]
fn what_got_lost_on_the_way_in_is_asked_for_and_passed_on() {
    let (mut room, speaker, listener) = meet();
    speak(&mut room, speaker, listener, 50, false);
    room.clients[speaker].losing.percent = 20;
    let heard = speak(&mut room, speaker, listener, 500, false);
    let again = room.clients[speaker].sent_again;
    assert!((80..200).contains(&again), "of about 100 that got lost {again} were asked for");
    assert!(heard >= 495, "{heard} of 500 were heard");
}

#[test]
fn on_a_line_that_loses_sound_is_sent_twice_and_on_a_good_one_once() {
    let (mut room, speaker, listener) = meet();
    assert_eq!(repeated(&mut room, speaker, listener, 200), 0);

    room.clients[listener].line.as_mut().unwrap().losing.percent = 20;
    let of_100 = repeated(&mut room, speaker, listener, 100);
    assert!(of_100 > 20, "within two seconds {of_100} came twice");
    let heard = speak(&mut room, speaker, listener, 500, true);
    assert!(heard >= 470, "{heard} of 500 were heard");

    room.clients[listener].line.as_mut().unwrap().losing.percent = 0;
    speak(&mut room, speaker, listener, 600, true);
    assert_eq!(repeated(&mut room, speaker, listener, 100), 0, "long after the losses");
}

#[test]
fn on_a_line_without_room_for_it_sound_is_sent_once() {
    let (mut room, speaker, listener) = meet();
    let line = room.clients[listener].line.as_mut().unwrap();
    (line.kilobits_per_second, line.losing.percent) = (60, 10);
    speak(&mut room, speaker, listener, 250, true);
    // Which packets get lost is chance, and the transport draws its own: for a moment it may look like a line with room.
    let of_250 = repeated(&mut room, speaker, listener, 250);
    assert!(of_250 < 25, "{of_250} of 250 came twice");
}
