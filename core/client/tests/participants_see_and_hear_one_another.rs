//! Two participants with real voices and pictures, through the real media plane, in virtual time.

#![allow(clippy::wildcard_enum_match_arm, reason = "tests look for a few messages among many")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use client::{Encoding, Film, Noticed, Persona};
use common::room::Room;
use wire::Pixels;

#[test]
fn pictures_and_speech_arrive_within_a_second_and_do_not_stop() {
    let mut room = Room::new(2);
    room.run(Duration::from_secs(8));
    for guest in &room.guests {
        let stats = guest.participant.stats();
        let join = stats.join.expect("a picture");
        assert!(join < Duration::from_secs(1), "{join:?} from Join to the first picture");
        assert!(guest.noticed.contains(&Noticed::FirstPicture { after: join }));
        assert!(stats.pictures.playable_frames >= 100, "{:?}", stats.pictures);
        assert_eq!((stats.pictures.lost, stats.pictures.frames), (0, stats.pictures.playable_frames));
        assert!(stats.pictures.longest_gap < Duration::from_millis(150), "{:?}", stats.pictures.longest_gap);
        assert!(stats.sound.heard_packets > 100, "{:?}", stats.sound);
        assert_eq!((stats.welcomes, stats.media_connections, stats.refused), (1, 1, 0));
        assert!(stats.seal.opened > 200, "{:?}", stats.seal);
        assert_eq!((stats.seal.no_key, stats.seal.refused, stats.seal.misplaced), (0, 0, 0), "{:?}", stats.seal);
        assert_eq!(guest.participant.slots().len(), 2, "one voice and one picture");
    }
}

#[test]
fn who_is_tapped_gives_out_what_came_and_keeps_little_of_what_nobody_fetches() {
    let mut room = Room::new(2);
    room.guests[0].participant.tap();
    room.run(Duration::from_secs(3));
    let mut fetch =
        |guest: usize| -> Vec<_> { std::iter::from_fn(|| room.guests[guest].participant.poll_packet()).collect() };
    let (tapped, untapped) = (fetch(0), fetch(1));
    assert_eq!((tapped.len(), untapped.len()), (64, 0));
    for encoding in [Encoding::Opus, Encoding::Vp8] {
        let packets: Vec<_> = tapped.iter().filter(|packet| packet.encoding == encoding).collect();
        assert!(packets.len() > 1 && packets.is_sorted_by_key(|packet| packet.sequence), "{encoding:?}");
        assert!(packets.iter().all(|packet| !packet.payload.is_empty()), "{encoding:?}");
    }
    assert!(room.guests[0].participant.stats().seal.opened > 50, "it takes part all the same");
}

#[test]
fn pictures_that_show_nothing_say_how_long_they_were_on_the_way_and_others_do_not() {
    let film = Arc::new(Film::of_weight(2_000));
    let mut room = Room::with(2, |settings| {
        settings.persona = settings.persona.clone().map(|persona| Persona { film: film.clone(), ..persona });
    });
    let origin = room.now;
    room.guests[0].participant.time_pictures(origin);
    room.run(Duration::from_secs(3));
    assert_eq!(room.guests[0].participant.stats().delays.count(), 0, "the other one does not say when they left");
    room.guests[1].participant.time_pictures(origin);
    room.run(Duration::from_secs(3));
    let delays = room.guests[0].participant.stats().delays;
    assert!(delays.count() > 60, "{delays:?}");
    assert!(delays.percentile(100).is_some_and(|longest| longest < Duration::from_millis(100)), "{delays:?}");

    let mut room = Room::new(2);
    room.guests.iter_mut().for_each(|guest| guest.participant.time_pictures(origin));
    room.run(Duration::from_secs(3));
    assert!(room.guests[0].participant.stats().pictures.frames > 30);
    assert_eq!(room.guests[0].participant.stats().delays.count(), 0, "nothing is written into a film that is seen");
}

#[test]
fn a_film_that_is_padded_shows_the_same_in_more_bytes() {
    let bytes_and_pictures = |film: fn(Film) -> Film| {
        let mut room = Room::with(2, |settings| {
            let film = Arc::new(film(Film::of_weight(500)));
            settings.persona = settings.persona.clone().map(|persona| Persona { film, ..persona });
        });
        room.run(Duration::from_secs(4));
        let pictures = room.guests[0].participant.stats().pictures;
        (pictures.bytes, pictures.playable_frames)
    };
    let (plain, padded) = (bytes_and_pictures(|film| film), bytes_and_pictures(|film| film.padded(8_000)));
    assert!(padded.0 > 3 * plain.0, "{plain:?} and {padded:?}");
    assert!(padded.1.abs_diff(plain.1) <= 3, "{plain:?} and {padded:?}");
}

#[test]
fn a_small_tile_gets_a_small_picture() {
    let bytes = |height| {
        let mut room = Room::with(2, |settings| settings.height = Pixels(height));
        room.run(Duration::from_secs(8));
        let pictures = room.guests[0].participant.stats().pictures;
        assert!(pictures.playable_frames >= 100, "{pictures:?}");
        pictures.bytes
    };
    assert!(bytes(90) * 3 < bytes(360));
}

#[test]
fn who_shows_no_pictures_receives_none_and_hears_all_the_same() {
    let mut room = Room::with(2, |settings| settings.height = Pixels(0));
    room.run(Duration::from_secs(8));
    let stats = room.guests[0].participant.stats();
    assert_eq!(stats.pictures.frames, 0, "{:?}", stats.pictures);
    assert!(stats.sound.heard_packets > 100, "{:?}", stats.sound);
}

#[test]
fn media_that_were_lost_are_offered_again() {
    let mut room = Room::new(2);
    room.run(Duration::from_secs(3));
    room.deaf = true;
    room.run(Duration::from_secs(40));
    assert!(room.guests[0].noticed.contains(&Noticed::MediaLost));
    let before = room.guests[0].participant.stats().pictures.playable_frames;
    room.deaf = false;
    room.run(Duration::from_secs(25));
    let stats = room.guests[0].participant.stats();
    assert!(stats.media_connections >= 2, "{stats:?}");
    assert!(stats.pictures.playable_frames > before + 30, "{stats:?}");
}
