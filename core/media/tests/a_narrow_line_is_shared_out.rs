//! A listener whose line is narrow, or becomes so: sound goes on, pictures give way in steps, and come back.

mod common;

use std::time::{Duration, Instant};

use common::line::Line;
use common::{Lines, Room, Said, frames};
use media::PeerId;
use str0m::format::Codec;
use wire::{Delivery, SourceKind};

const TICK: Duration = Duration::from_millis(20);

/// Layers with their height, the bytes of a packet, packets in 20 ms, and mark: 120, 440 and 1760 kb/s.
const LAYERS: [(&str, u16, usize, usize, u8); 3] =
    [("q", 180, 300, 1, 10), ("h", 360, 1100, 1, 20), ("f", 720, 1100, 4, 30)];

/// A person with three layers of picture, who speaks.
struct Person {
    client: usize,
    picture: u16,
    asked: usize,
}

impl Person {
    fn join(room: &mut Room, number: u32) -> Self {
        let client = room.join(Lines::publisher().simulcast());
        room.publish(client, number * 10, number * 10 + 1);
        Self { client, picture: 0, asked: 0 }
    }

    /// Sends what it is told that somebody receives.
    fn send(&mut self, room: &mut Room) {
        let layers = layers_told(room, self.client).unwrap_or(3);
        let client = &mut room.clients[self.client];
        let requests: Vec<_> = client.keyframe_requests[self.asked..].to_vec();
        self.asked = client.keyframe_requests.len();
        client.send_sound(&[1; 80], -30, false);
        for (layer, height, bytes, packets, mark) in &LAYERS[..layers] {
            for packet in 0..*packets {
                let asked = self.picture == 0 || requests.iter().any(|(_, _, rid)| rid.as_deref() == Some(*layer));
                let number = self.picture * *packets as u16 + packet as u16;
                let frame = frames::vp8_of(*bytes, asked && packet == 0, *height, number, *mark);
                client.send_picture(Some(layer), Codec::Vp8, &frame);
            }
        }
        self.picture += 1;
    }
}

fn layers_told(room: &Room, client: usize) -> Option<usize> {
    let told = |said: &Said| {
        let Said::Layers(peer, _, layers) = said else { return None };
        (*peer == PeerId(client as u64)).then_some(*layers)
    };
    room.said.iter().rev().find_map(told)
}

/// Everybody speaks and shows for so long.
fn run(room: &mut Room, people: &mut [Person], duration: Duration) {
    let end = room.now + duration;
    while room.now < end {
        people.iter_mut().for_each(|person| person.send(room));
        let next = room.now + TICK;
        room.run_until(TICK * 2, |room| room.now >= next);
    }
}

/// A listener with that line.
fn listen(room: &mut Room, kilobits: u64, people: &[Person], height: u16) -> usize {
    let listener = room.join(Lines::listener(3, people.len()));
    room.clients[listener].line = Some(Line::new(kilobits));
    let voices: Vec<u32> = (1..=people.len() as u32).map(|number| number * 10).collect();
    room.allow(listener, &voices);
    let pictures: Vec<_> = voices.iter().map(|voice| (voice + 1, height)).collect();
    room.show(listener, &pictures);
    listener
}

/// The marks of what came of a picture since then, without repetitions.
fn shown(room: &Room, listener: usize, source: u32, since: Instant) -> Vec<u8> {
    let got = room.clients[listener].got_of(source);
    let mut marks: Vec<_> = got.iter().filter(|got| got.at >= since).map(|got| frames::mark(&got.payload)).collect();
    marks.dedup();
    marks
}

/// The longest time without a packet of a source since then.
fn longest_gap(room: &Room, listener: usize, source: u32, since: Instant) -> Duration {
    let got = room.clients[listener].got_of(source);
    let times = got.iter().map(|got| got.at).filter(|at| *at >= since);
    let times: Vec<_> = std::iter::once(since).chain(times).chain([room.now]).collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).max().expect("a gap")
}

fn delivery(room: &Room, listener: usize, source: u32) -> Delivery {
    let slots = room.media.slots(PeerId(listener as u64));
    slots.iter().find(|slot| slot.source.is_some_and(|id| id.0 == source)).expect("a slot").delivery
}

#[test]
fn on_a_wide_line_the_whole_picture_is_there_within_a_second() {
    let mut room = Room::new();
    let mut people = [Person::join(&mut room, 1)];
    let listener = listen(&mut room, 20_000, &people, 720);
    run(&mut room, &mut people, Duration::from_secs(1));
    assert_eq!(shown(&room, listener, 11, room.now - Duration::from_millis(100)), [30]);
    let since = room.now;
    run(&mut room, &mut people, Duration::from_secs(20));
    assert_eq!(shown(&room, listener, 11, since), [30], "and stays");
    assert_eq!(delivery(&room, listener, 11), Delivery::Whole);
    assert_eq!(room.clients[listener].line.as_ref().unwrap().dropped, 0);
}

#[test]
fn a_line_that_becomes_narrow_carries_less_within_a_second_and_all_again_later() {
    let mut room = Room::new();
    let mut people = [Person::join(&mut room, 1)];
    let listener = listen(&mut room, 5000, &people, 720);
    run(&mut room, &mut people, Duration::from_secs(5));
    let narrow = room.now;
    room.clients[listener].line.as_mut().unwrap().kilobits_per_second = 700;
    run(&mut room, &mut people, Duration::from_secs(2));
    assert_eq!(delivery(&room, listener, 11), Delivery::Reduced);
    run(&mut room, &mut people, Duration::from_secs(13));
    // What had been sent before that was noticed still waits in front of the line.
    assert!(!shown(&room, listener, 11, narrow + Duration::from_secs(4)).contains(&30));
    let gap = longest_gap(&room, listener, 10, narrow);
    assert!(gap < Duration::from_millis(250), "sound was silent for {gap:?}");

    room.clients[listener].line.as_mut().unwrap().kilobits_per_second = 5000;
    run(&mut room, &mut people, Duration::from_secs(20));
    assert_eq!(shown(&room, listener, 11, room.now - Duration::from_millis(500)), [30]);
    assert_eq!(delivery(&room, listener, 11), Delivery::Whole);
}

#[test]
fn on_300_kilobits_all_are_heard_and_one_is_seen() {
    let mut room = Room::new();
    let mut people: Vec<_> = (1..=2).map(|number| Person::join(&mut room, number)).collect();
    let listener = listen(&mut room, 300, &people, 360);
    run(&mut room, &mut people, Duration::from_secs(5));
    let since = room.now;
    run(&mut room, &mut people, Duration::from_secs(20));
    for voice in [10, 20] {
        let gap = longest_gap(&room, listener, voice, since);
        assert!(gap < Duration::from_millis(250), "{voice} was silent for {gap:?}");
    }
    let deliveries: Vec<_> = [11, 21].iter().map(|&picture| delivery(&room, listener, picture)).collect();
    assert!(deliveries.contains(&Delivery::Paused), "{deliveries:?}");
    assert!([11, 21].iter().any(|&picture| shown(&room, listener, picture, since).contains(&10)));
}

#[test]
fn on_100_kilobits_one_still_hears() {
    let mut room = Room::new();
    let mut people = [Person::join(&mut room, 1)];
    let listener = listen(&mut room, 100, &people, 720);
    run(&mut room, &mut people, Duration::from_secs(5));
    let since = room.now;
    run(&mut room, &mut people, Duration::from_secs(20));
    let gap = longest_gap(&room, listener, 10, since);
    assert!(gap < Duration::from_millis(250), "silent for {gap:?}");
    assert_eq!(delivery(&room, listener, 11), Delivery::Paused);
}

#[test]
fn sound_overtakes_a_picture_that_waits_for_the_line() {
    let mut room = Room::new();
    let publisher = room.join(Lines::publisher());
    room.publish(publisher, 10, 11);
    let listener = room.join(Lines::listener(1, 1));
    room.allow(listener, &[10]);
    room.show(listener, &[(11, 720)]);
    room.clients[listener].line = Some(Line::new(1000));
    room.run(Duration::from_secs(1));
    for packet in 0..100 {
        let frame = frames::vp8_of(1100, packet == 0, 720, packet, 10);
        room.clients[publisher].send_picture(None, Codec::Vp8, &frame);
    }
    room.run(TICK);
    for _ in 0..10 {
        room.clients[publisher].send_sound(&[1; 80], -30, false);
        room.run(TICK);
    }
    room.run(Duration::from_secs(3));
    let got = |source| room.clients[listener].got_of(source);
    assert_eq!((got(10).len(), got(11).len()), (10, 100));
    let last_sound = got(10).iter().map(|got| got.at).max().expect("sound");
    let pictures_before = got(11).iter().filter(|got| got.at < last_sound).count();
    assert!(pictures_before < 60, "{pictures_before} of 100 packets of the picture came before the sound");
}

#[test]
fn a_publisher_sends_the_layers_that_somebody_receives_and_is_told_at_once_of_more() {
    let mut room = Room::new();
    let mut people = [Person::join(&mut room, 1)];
    let listener = listen(&mut room, 20_000, &people, 720);
    let second = Duration::from_secs(1);
    run(&mut room, &mut people, 3 * second);
    assert_eq!(layers_told(&room, 0), Some(3));
    room.show(listener, &[(11, 180)]);
    run(&mut room, &mut people, second);
    assert_eq!(layers_told(&room, 0), Some(3), "a page that is turned may be turned back");
    run(&mut room, &mut people, 2 * second);
    assert_eq!(layers_told(&room, 0), Some(1));
    room.show(listener, &[]);
    run(&mut room, &mut people, 3 * second);
    assert_eq!(layers_told(&room, 0), Some(0), "nobody looks");

    room.show(listener, &[(11, 720)]);
    room.turn();
    assert_eq!(layers_told(&room, 0), Some(3), "at once");
    let since = room.now;
    run(&mut room, &mut people, second);
    assert_eq!(shown(&room, listener, 11, since).last(), Some(&30));
    assert_eq!(room.media.layers(PeerId(0)).len(), 1);
}

#[test]
fn a_document_that_nobody_receives_is_not_sent() {
    let mut room = Room::new();
    let publisher = room.join(Lines::publisher());
    let camera = room.clients[publisher].camera.unwrap();
    room.open(7, publisher, &camera, SourceKind::Screen);
    room.run(Duration::from_secs(3));
    assert_eq!(layers_told(&room, publisher), Some(0));
}
