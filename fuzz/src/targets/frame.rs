//! A sealed frame (SFrame, RFC 9605) as a member opens it: what was made up is refused, and what a member sealed is opened as
//! it was, once, and not when a bit of it was changed.

use std::collections::BTreeMap;
use std::time::Instant;

use seal::frame::{Codec, Expected, Header, Kind, Opened, clear_bytes};
use seal::group::GroupNumber;
use seal::{BaseKey, Opener, Sealer};
use wire::SeatId;

use crate::script::Script;

const LEAF: u32 = 1;
const EPOCH: u64 = 7;

pub(super) fn run(bytes: &[u8]) {
    header(bytes);
    let mut script = Script::new(bytes);
    let (codec, kind) = match script.byte().unwrap_or_default() % 4 {
        0 => (Codec::Opus, Kind::Microphone),
        1 => (Codec::Red, Kind::Microphone),
        2 => (Codec::Vp8, Kind::Camera),
        _ => (Codec::Vp9, Kind::Screen),
    };
    let seat = SeatId::new("anna").expect("a seat");
    let expected = Expected { seat: &seat, kind };
    let (now, group) = (Instant::now(), GroupNumber(0));
    let key = || BaseKey::new([5; 16]);
    let (mut sealer, mut opener) = (Sealer::new(), Opener::new());
    sealer.install(group, EPOCH, LEAF, key()).expect("a leaf that has a number");
    opener.install(group, EPOCH, key(), BTreeMap::from([(LEAF, seat.clone())]), now);

    let (place, change) = (usize::from(script.number()), script.byte().unwrap_or_default());
    let content = script.bytes();
    let made_up = script.bytes();
    if let Ok(opened) = opener.open(expected, codec, made_up, now) {
        assert_eq!(opened, Opened::Probe, "what nobody sealed was opened");
    }
    let Ok(mut sealed) = sealer.seal(group, kind, codec, content) else { return };
    if let (1.., Some(byte)) = (change, sealed.get_mut(place)) {
        *byte ^= change;
        assert!(opener.open(expected, codec, &sealed, now).is_err(), "what was changed was opened");
        sealed[place] ^= change;
    }
    let opened = opener.open(expected, codec, &sealed, now).expect("what a member sealed is opened");
    assert_eq!(opened, Opened::Frame { codec, frame: content.to_vec(), group, leaf: LEAF });
    assert!(opener.open(expected, codec, &sealed, now).is_err(), "a frame was opened twice");
}

/// A header that can be read is written as it was, where it was written as short as it can be.
fn header(bytes: &[u8]) {
    let Some((header, length)) = Header::read(bytes) else { return };
    let written = header.to_bytes();
    assert!(written.len() <= length);
    assert_eq!(Header::read(&written), Some((header, written.len())));
    for codec in [Codec::Opus, Codec::Vp8, Codec::Vp9] {
        assert!(clear_bytes(codec, bytes).is_none_or(|clear| clear <= bytes.len()));
    }
}
