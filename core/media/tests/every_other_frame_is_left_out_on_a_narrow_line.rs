//! A picture whose frames come in temporal layers, as Chromium sends them: where the line is too narrow for all of them, and
//! wide enough for half, every other one is left out, and nothing is missed by those that are sent.

mod common;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use common::client::Got;
use common::line::Line;
use common::{Lines, Room, frames};
use media::PeerId;
use wire::{Delivery, Pixels, SourceId};

const TICK: Duration = Duration::from_millis(33);

/// The structure of VP8 in three temporal layers behind the three bytes of every descriptor, as Chromium sent it. The ids of its
/// seven templates begin with 0, that of a key frame; a stream that is one piece from its beginning keeps them.
const STRUCTURE: [u8; 20] = [
    0x80, 0x02, 0x04, 0x4e, 0xaa, 0xaf, 0x28, 0x60, 0x41, 0x4d, 0x34, 0x53, 0x8a, 0x09, 0x40, 0x40, 0x4f, 0xc0, 0x2c,
    0xc0,
];

/// The templates of eight frames, as Chromium used them; the first one of all is a key frame. From frame 1 on all can be
/// decoded again, from frame 5 on (template 2) not.
const TEMPLATES: [u8; 8] = [1, 5, 3, 5, 2, 6, 4, 5];

/// How many frames back those are that a frame of each template needs.
const REFERENCES: [&[u16]; 7] = [&[], &[4], &[4], &[2], &[4, 2], &[1], &[3, 1]];

/// The flags of a descriptor that is a frame in one packet.
const WHOLE_FRAME: u8 = 0xc0;

/// A camera without simulcast: 30 frames in a second, 1100 bytes in each of two packets: 530 kb/s, 265 of them in every other frame.
struct Camera {
    frame: u16,
    key: u16,
    asked: usize,
}

impl Camera {
    fn new() -> Self {
        Self { frame: 0, key: 0, asked: 0 }
    }

    fn send(&mut self, room: &mut Room) {
        let client = &mut room.clients[0];
        let is_key = self.frame == 0 || client.keyframe_requests.len() > self.asked;
        self.asked = client.keyframe_requests.len();
        if is_key {
            self.key = self.frame;
        }
        let template = if is_key { 0 } else { TEMPLATES[usize::from(self.frame - self.key) % 8] };
        for (place, ends) in [(0x80, 0x00), (0x00, 0x40)] {
            let mut descriptor = vec![place | ends | template];
            descriptor.extend(self.frame.to_be_bytes());
            if is_key && place != 0 {
                descriptor.extend(STRUCTURE);
            }
            let mut payload = frames::vp8_of(1100, is_key, 360, self.frame, 10);
            if place == 0 {
                payload[0] &= !0x10;
            }
            client.send_described(None, &payload, &descriptor);
        }
        self.frame += 1;
    }

    fn run(&mut self, room: &mut Room, duration: Duration) {
        let end = room.now + duration;
        while room.now < end {
            self.send(room);
            let next = room.now + TICK;
            room.run_until(TICK * 2, |room| room.now >= next);
        }
    }
}

fn room(kilobits: u64, listener: Lines) -> (Room, Camera) {
    let mut room = Room::new();
    let publisher = room.join(Lines::publisher().described());
    room.publish(publisher, 1, 2);
    let listener = room.join(listener);
    room.clients[listener].line = Some(Line::new(kilobits));
    room.media.set_pictures(PeerId(1), vec![(SourceId(2), Pixels(360))], room.now);
    (room, Camera::new())
}

fn number(got: &Got) -> u16 {
    let descriptor = got.descriptor.as_ref().expect("a descriptor");
    u16::from_be_bytes([descriptor[1], descriptor[2]])
}

fn template(got: &Got) -> u8 {
    got.descriptor.as_ref().expect("a descriptor")[0] & !WHOLE_FRAME
}

/// How many frames came in a second since then.
fn rate(room: &Room, since: Instant) -> u64 {
    let packets = room.clients[1].got.iter().filter(|got| got.at >= since).count() as u64;
    packets * 1000 / 2 / (room.now - since).as_millis() as u64
}

/// No frame came without those it needs, of those that are looked at.
fn assert_nothing_is_missed(got: &[Got]) {
    let first = number(&got[0]);
    let mut came: BTreeMap<u16, usize> = BTreeMap::new();
    for packet in got {
        for back in REFERENCES[usize::from(template(packet))] {
            let needed = number(packet) - back;
            let parts = came.get(&needed).copied().unwrap_or_default();
            assert!(needed <= first || parts == 2, "frame {} needs {needed}", number(packet));
        }
        *came.entry(number(packet)).or_default() += 1;
    }
}

#[test]
fn every_other_frame_is_sent_where_the_line_is_too_narrow_and_all_again_where_it_is_not() {
    let (mut room, mut camera) = room(5000, Lines::listener(0, 1).described());
    camera.run(&mut room, Duration::from_secs(4));
    assert_eq!(rate(&room, room.now - Duration::from_secs(2)), 30);
    room.clients[1].line.as_mut().unwrap().kilobits_per_second = 400;
    camera.run(&mut room, Duration::from_secs(6));
    let narrow = room.clients[1].got.len();
    camera.run(&mut room, Duration::from_secs(10));
    let since = room.now - Duration::from_secs(10);
    assert!((14..=18).contains(&rate(&room, since)), "{} frames in a second", rate(&room, since));
    assert_eq!(room.media.slots(PeerId(1))[0].delivery, Delivery::Reduced);
    let got = &room.clients[1].got[narrow..];
    assert!(got.iter().any(|got| [3, 4].contains(&template(got))), "the middle layer goes on");
    assert!(got.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1), "no hole");
    room.clients[1].line.as_mut().unwrap().kilobits_per_second = 5000;
    camera.run(&mut room, Duration::from_secs(15));
    assert_eq!(rate(&room, room.now - Duration::from_secs(2)), 30);
    assert_eq!(room.media.slots(PeerId(1))[0].delivery, Delivery::Whole);
    assert_nothing_is_missed(&room.clients[1].got[narrow..]);
}

#[test]
fn who_does_not_read_descriptors_gets_none_and_every_frame_or_no_picture() {
    let (mut room, mut camera) = room(400, Lines::listener(0, 1));
    camera.run(&mut room, Duration::from_secs(20));
    assert!(room.clients[1].got.iter().all(|got| got.descriptor.is_none()));
    let since = room.now - Duration::from_secs(10);
    assert!([0, 30].contains(&rate(&room, since)) || room.media.slots(PeerId(1))[0].delivery == Delivery::Paused);
}
