//! Simulcast: the smallest layer that fills the tile is sent, and changing it is not seen in the stream.

mod common;

use std::time::Duration;

use common::{Lines, Room, frames};
use str0m::format::Codec;

const LAYERS: [(&str, u16, u8); 3] = [("q", 180, 10), ("h", 360, 20), ("f", 720, 30)];

/// A camera that encodes three layers and makes a keyframe when it is asked for one.
struct Camera {
    picture: u16,
    asked: usize,
}

impl Camera {
    fn run(&mut self, room: &mut Room, pictures: usize, running: &[&str]) {
        for _ in 0..pictures {
            let client = &mut room.clients[0];
            let requests: Vec<_> = client.keyframe_requests[self.asked..].to_vec();
            self.asked = client.keyframe_requests.len();
            for (layer, height, mark) in LAYERS.iter().filter(|(layer, ..)| running.contains(layer)) {
                let keyframe = self.picture == 0 || requests.iter().any(|(_, _, rid)| rid.as_deref() == Some(*layer));
                client.send_picture(Some(layer), Codec::Vp8, &frames::vp8(keyframe, *height, self.picture, *mark));
            }
            self.picture += 1;
            room.run(Duration::from_millis(35));
        }
    }
}

fn room() -> (Room, Camera) {
    let mut room = Room::new();
    let speaker = room.join(Lines::publisher().simulcast());
    room.join(Lines::listener(0, 1));
    room.publish(speaker, 1, 2);
    (room, Camera { picture: 0, asked: 0 })
}

/// The marks of what the listener got, without repetitions.
fn shown(room: &Room) -> Vec<u8> {
    let mut marks: Vec<_> = room.clients[1].got.iter().map(|got| frames::mark(&got.payload)).collect();
    marks.dedup();
    marks
}

fn assert_no_seam(room: &Room) {
    for pair in room.clients[1].got.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence + 1);
        assert!(pair[1].timestamp > pair[0].timestamp);
        assert_eq!(frames::vp8_picture(&pair[1].payload), frames::vp8_picture(&pair[0].payload) + 1);
    }
}

#[test]
fn the_layer_follows_the_size_of_the_tile_without_a_seam() {
    let (mut room, mut camera) = room();
    room.show(1, &[(2, 180)]);
    camera.run(&mut room, 20, &["q", "h", "f"]);
    assert_eq!(shown(&room), [10]);
    room.show(1, &[(2, 720)]);
    camera.run(&mut room, 20, &["q", "h", "f"]);
    assert_eq!(shown(&room), [10, 30]);
    room.show(1, &[(2, 300)]);
    camera.run(&mut room, 20, &["q", "h", "f"]);
    assert_eq!(shown(&room), [10, 30, 20]);
    assert_no_seam(&room);
    assert!(room.clients[1].got.len() >= 58, "the old layer goes on while the new one is waited for");
}

#[test]
fn fifty_switches_are_not_seen_in_the_stream() {
    let (mut room, mut camera) = room();
    for switch in 0..50 {
        room.show(1, &[(2, if switch % 2 == 0 { 720 } else { 180 })]);
        camera.run(&mut room, 12, &["q", "h", "f"]);
    }
    assert_eq!(shown(&room).len(), 51, "it begins with the layer whose keyframe is there first");
    assert_no_seam(&room);
    let got = &room.clients[1].got;
    let longest = got.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap();
    assert!(longest < Duration::from_millis(75), "no two frames are missed, {longest:?}");
}

#[test]
fn a_layer_that_its_browser_stops_is_replaced_by_the_best_that_arrives() {
    let (mut room, mut camera) = room();
    room.show(1, &[(2, 720)]);
    camera.run(&mut room, 20, &["q", "h", "f"]);
    camera.run(&mut room, 40, &["q", "h"]);
    assert_eq!(shown(&room).last(), Some(&20));
    camera.run(&mut room, 30, &["q", "h", "f"]);
    assert_eq!(shown(&room).last(), Some(&30), "and it comes back");
    assert_no_seam(&room);
}

#[test]
fn two_listeners_get_different_layers_of_one_camera() {
    let (mut room, mut camera) = room();
    let small = room.join(Lines::listener(0, 1));
    room.show(1, &[(2, 720)]);
    room.show(small, &[(2, 90)]);
    camera.run(&mut room, 40, &["q", "h", "f"]);
    assert_eq!(shown(&room).last(), Some(&30));
    assert_eq!(room.clients[small].got.last().map(|got| frames::mark(&got.payload)), Some(10));
}
