//! An offer of a browser (SDP), and a second one on the connection that the first one made; a line of dashes parts them.

use std::time::Instant;

use media::{Endpoint, Media, NewPeer, PeerId};

use crate::call::{identity, server};

/// The line between two offers.
const NEXT: &str = "\n---\n";

pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (first, second) = text.split_once(NEXT).unwrap_or((text, ""));
    let now = Instant::now();
    let Ok((peer, answer)) = NewPeer::answer(first, &[Endpoint::udp(server())], identity(), now) else { return };
    assert_answers(first, &answer);
    let mut media = Media::new();
    media.add_peer(PeerId(0), peer, now);
    if let Ok(answer) = media.handle_offer(PeerId(0), second, now) {
        assert_answers(second, &answer);
    }
    while media.poll_output().is_some() {}
    media.handle_timeout(now);
    assert_eq!(media.counters().panicked, 0, "a transport panicked");
}

/// An answer has as many m-lines as the offer (RFC 3264 section 6).
fn assert_answers(offer: &str, answer: &str) {
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("m=")).count();
    assert_eq!(lines(offer), lines(answer), "{answer}");
}
