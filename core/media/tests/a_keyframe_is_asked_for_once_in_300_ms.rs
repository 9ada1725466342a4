//! However many listeners miss a keyframe, its publisher is asked at most once in 300 ms, and is asked again until it
//! comes.

mod common;

use std::time::Duration;

use common::{Lines, Room, frames};
use str0m::format::Codec;

/// The first of two requests may wait for the next step of the test's clock.
const LEAST: Duration = Duration::from_millis(295);

fn gaps(room: &Room) -> Vec<Duration> {
    room.clients[0].keyframe_requests.windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
}

#[test]
fn many_listeners_make_one_request() {
    let mut room = Room::new();
    room.join(Lines::publisher());
    room.publish(0, 1, 2);
    let listeners: Vec<_> = (0..6).map(|_| room.join(Lines::listener(0, 1))).collect();
    room.clients[0].send_picture(None, Codec::Vp8, &frames::vp8(false, 720, 0, 0));
    room.run(Duration::from_millis(400));
    room.clients[0].keyframe_requests.clear();
    for &listener in &listeners {
        room.show(listener, &[(2, 720)]);
    }
    for picture in 0..50 {
        room.clients[0].send_picture(None, Codec::Vp8, &frames::vp8(false, 720, picture, 0));
        room.run(Duration::from_millis(20));
    }
    let requests = room.clients[0].keyframe_requests.len();
    assert!((3..=4).contains(&requests), "{requests} requests in a second without a keyframe");
    assert!(gaps(&room).iter().all(|gap| *gap >= LEAST), "{:?}", gaps(&room));
}

#[test]
fn listeners_that_complain_one_after_the_other_make_no_storm_and_are_not_forgotten() {
    let mut room = Room::new();
    room.join(Lines::publisher());
    room.publish(0, 1, 2);
    let listeners: Vec<_> = (0..3).map(|_| room.join(Lines::listener(0, 1))).collect();
    for &listener in &listeners {
        room.show(listener, &[(2, 720)]);
    }
    for picture in 0..40 {
        room.clients[0].send_picture(None, Codec::Vp8, &frames::vp8(picture == 0, 720, picture, 0));
        room.run(Duration::from_millis(20));
    }
    room.clients[0].keyframe_requests.clear();
    for &listener in &listeners {
        let mid = room.clients[listener].got[0].mid.clone();
        room.clients[listener].ask_keyframe(&mid);
        room.run(Duration::from_millis(50));
    }
    assert_eq!(room.clients[0].keyframe_requests.len(), 1);
    room.run(Duration::from_secs(2));
    assert_eq!(room.clients[0].keyframe_requests.len(), 2, "what came too early is asked once more");
    assert!(gaps(&room)[0] >= LEAST);
}
