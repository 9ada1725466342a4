//! Sealed frames: back and forth, touched on the way, repeated, of another epoch, of somebody else.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use seal::error::{FrameError, SealError};
use seal::frame::{Codec, Expected, Header, Kid, Kind, Opened, WINDOW};
use seal::{BaseKey, GroupNumber, Opener, Sealer};
use wire::SeatId;

const PLENARY: GroupNumber = GroupNumber(0);

fn seat(text: &str) -> SeatId {
    SeatId::new(text).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
fn start() -> Instant {
    Instant::now()
}

fn base_key(seed: u8) -> BaseKey {
    BaseKey::new([seed; 16])
}

/// Dora on leaf 1, and whoever listens to her in epoch 3.
fn pair(now: Instant) -> (Sealer, Opener) {
    let (mut sealer, mut opener) = (Sealer::new(), Opener::new());
    sealer.install(PLENARY, 3, 1, base_key(3)).unwrap();
    opener.install(PLENARY, 3, base_key(3), leaves(), now);
    (sealer, opener)
}

fn leaves() -> BTreeMap<u32, SeatId> {
    BTreeMap::from([(0, seat("anna")), (1, seat("dora")), (2, seat("emil"))])
}

fn seal(sealer: &mut Sealer, text: &[u8]) -> Vec<u8> {
    sealer.seal(PLENARY, Kind::Microphone, Codec::Opus, text).unwrap()
}

fn open(opener: &mut Opener, bytes: &[u8], now: Instant) -> Result<Opened, FrameError> {
    opener.open(Expected { seat: &seat("dora"), kind: Kind::Microphone }, Codec::Opus, bytes, now)
}

fn frame(opened: Result<Opened, FrameError>) -> Vec<u8> {
    match opened.unwrap() {
        Opened::Frame { frame, .. } => frame,
        Opened::Probe => panic!("a frame was expected"),
    }
}

fn kind_and_codec() -> impl Strategy<Value = (Kind, Codec)> {
    prop_oneof![
        Just((Kind::Microphone, Codec::Opus)),
        Just((Kind::Microphone, Codec::Red)),
        Just((Kind::ScreenAudio, Codec::Opus)),
        Just((Kind::Camera, Codec::Vp8)),
        Just((Kind::Camera, Codec::Vp9)),
        Just((Kind::Screen, Codec::Vp9)),
        Just((Kind::Screen, Codec::Vp8)),
    ]
}

proptest! {
    #[test]
    fn what_was_sealed_is_opened((kind, codec) in kind_and_codec(), text in prop::collection::vec(any::<u8>(), 10..3000)) {
        let now = start();
        let (mut sealer, mut opener) = pair(now);
        let sealed = sealer.seal(PLENARY, kind, codec, &text).unwrap();
        let seat = seat("dora");
        // A receiver of sound does not know which of the two comes.
        let asked = if codec == Codec::Red { Codec::Opus } else { codec };
        let opened = opener.open(Expected { seat: &seat, kind }, asked, &sealed, now);
        prop_assert_eq!(opened, Ok(Opened::Frame { codec, frame: text.clone(), group: PLENARY, leaf: 1 }));
        let clear = if codec == Codec::Vp8 { if text[0] & 1 == 0 { 10 } else { 1 } } else { 0 };
        prop_assert_eq!(&sealed[..clear], &text[..clear]);
        if text.len() > 100 {
            let hidden = &text[clear..];
            prop_assert!(!sealed.windows(16).any(|window| hidden.windows(16).any(|text| text == window)));
        }
    }

    #[test]
    fn what_was_touched_is_refused(
        (kind, codec) in kind_and_codec(),
        text in prop::collection::vec(any::<u8>(), 10..300),
        place in any::<prop::sample::Index>(),
        bit in 0..8,
    ) {
        let now = start();
        let (mut sealer, mut opener) = pair(now);
        let mut sealed = sealer.seal(PLENARY, kind, codec, &text).unwrap();
        let whole = sealed.clone();
        let place = place.index(sealed.len());
        sealed[place] ^= 1_u8 << bit;
        let seat = seat("dora");
        let expected = Expected { seat: &seat, kind };
        prop_assert!(opener.open(expected, codec, &sealed, now).is_err());
        prop_assert!(opener.open(expected, codec, &whole[..whole.len() - 1], now).is_err());
        prop_assert!(opener.open(expected, codec, &whole, now).is_ok(), "the true one still counts");
    }

    #[test]
    fn no_counter_repeats_under_a_key(steps in prop::collection::vec((0_u64..70, 0_u8..3, 0_u32..2), 1..200)) {
        let mut sealer = Sealer::new();
        let mut seen = BTreeSet::new();
        for (epoch, kind, install) in steps {
            if install == 1 || sealer.epoch(PLENARY).is_none() {
                sealer.install(PLENARY, epoch, 1, base_key(epoch as u8)).unwrap();
            }
            let (kind, codec) = [(Kind::Microphone, Codec::Opus), (Kind::Camera, Codec::Vp9), (Kind::Screen, Codec::Vp9)][usize::from(kind)];
            let sealed = sealer.seal(PLENARY, kind, codec, b"x").unwrap();
            let (header, _) = Header::read(&sealed).unwrap();
            prop_assert!(seen.insert((header.kid, header.ctr)));
        }
    }

    #[test]
    fn strangers_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 1..200), (kind, codec) in kind_and_codec()) {
        let now = start();
        let (_, mut opener) = pair(now);
        let seat = seat("dora");
        let opened = opener.open(Expected { seat: &seat, kind }, codec, &bytes, now);
        prop_assert!(opened.is_err());
    }
}

#[test]
fn a_frame_comes_once() {
    let now = start();
    let (mut sealer, mut opener) = pair(now);
    let frames: Vec<_> = (0..WINDOW + 10).map(|_| seal(&mut sealer, b"x")).collect();
    assert!(open(&mut opener, &frames[3], now).is_ok());
    assert_eq!(open(&mut opener, &frames[3], now), Err(FrameError::Replay));
    assert!(open(&mut opener, &frames[1], now).is_ok(), "late is not again");
    assert!(open(&mut opener, frames.last().unwrap(), now).is_ok());
    assert_eq!(open(&mut opener, &frames[5], now), Err(FrameError::Replay), "too far back");
    assert!(open(&mut opener, &frames[9], now).is_ok(), "just within");
}

#[test]
fn a_forged_frame_moves_no_window() {
    let now = start();
    let (mut sealer, mut opener) = pair(now);
    let true_one = seal(&mut sealer, b"x");
    let kid = Kid::new(PLENARY, Kind::Microphone, 1, 3).unwrap();
    let mut forged = Header { kid: kid.0, ctr: u64::from(u32::MAX) }.to_bytes();
    forged.extend([0; 30]);
    assert_eq!(open(&mut opener, &forged, now), Err(FrameError::AuthFailed));
    assert!(open(&mut opener, &true_one, now).is_ok());
}

#[test]
fn a_frame_is_of_who_the_server_says() {
    let now = start();
    let (mut sealer, mut opener) = pair(now);
    let sealed = seal(&mut sealer, b"x");
    for (who, kind, codec) in [
        ("emil", Kind::Microphone, Codec::Opus),
        ("dora", Kind::ScreenAudio, Codec::Opus),
        ("dora", Kind::Camera, Codec::Vp9),
        ("dora", Kind::Microphone, Codec::Vp9),
    ] {
        let refused = opener.open(Expected { seat: &seat(who), kind }, codec, &sealed, now);
        assert_eq!(refused, Err(FrameError::WrongSender), "{who} {kind:?}");
    }
}

#[test]
fn each_epoch_has_its_key_and_each_group() {
    let now = start();
    let (mut sealer, mut opener) = pair(now);
    sealer.install(PLENARY, 4, 1, base_key(4)).unwrap();
    let next = seal(&mut sealer, b"next");
    assert_eq!(open(&mut opener, &next, now), Err(FrameError::NoKey), "the commit has not come here yet");
    opener.install(PLENARY, 4, base_key(4), leaves(), now);
    assert_eq!(frame(open(&mut opener, &next, now)), b"next");
    sealer.install(GroupNumber(2), 4, 1, base_key(9)).unwrap();
    let aside = sealer.seal(GroupNumber(2), Kind::Microphone, Codec::Opus, b"aside").unwrap();
    assert_eq!(open(&mut opener, &aside, now), Err(FrameError::NoKey));
    opener.install(GroupNumber(2), 4, base_key(9), leaves(), now);
    assert_eq!(frame(open(&mut opener, &aside, now)), b"aside");
    let aside = sealer.seal(GroupNumber(2), Kind::Microphone, Codec::Opus, b"aside").unwrap();
    opener.retire(GroupNumber(2));
    assert_eq!(open(&mut opener, &aside, now), Err(FrameError::NoKey));
    assert!(sealer.seal(GroupNumber(2), Kind::Microphone, Codec::Opus, b"x").is_ok());
    sealer.retire(GroupNumber(2));
    assert_eq!(sealer.seal(GroupNumber(2), Kind::Microphone, Codec::Opus, b"x"), Err(SealError::NoKey));
}

#[test]
fn a_former_epoch_stays_ten_seconds_and_two_after_a_removal() {
    let now = start();
    let (mut sealer, mut opener) = pair(now);
    let mut late: Vec<_> = (0..4).map(|_| seal(&mut sealer, b"late")).collect();
    opener.install(PLENARY, 4, base_key(4), leaves(), now);
    assert_eq!(opener.poll_timeout(), Some(now + Duration::from_secs(10)));
    assert!(open(&mut opener, &late.pop().unwrap(), now + Duration::from_millis(9999)).is_ok());
    assert_eq!(open(&mut opener, &late.pop().unwrap(), now + Duration::from_secs(10)), Err(FrameError::NoKey));

    let (mut sealer, mut opener) = pair(now);
    let sealed = seal(&mut sealer, b"late");
    let mut emil = Sealer::new();
    emil.install(PLENARY, 3, 2, base_key(3)).unwrap();
    let of_emil = seal(&mut emil, b"gone");
    let mut without = leaves();
    without.remove(&2);
    opener.install(PLENARY, 4, base_key(4), without, now);
    let expected = Expected { seat: &seat("emil"), kind: Kind::Microphone };
    assert_eq!(opener.open(expected, Codec::Opus, &of_emil, now), Err(FrameError::WrongSender), "at once");
    assert_eq!(opener.poll_timeout(), Some(now + Duration::from_secs(2)));
    opener.handle_timeout(now + Duration::from_millis(1999));
    assert!(open(&mut opener, &sealed, now + Duration::from_millis(1999)).is_ok());
    opener.handle_timeout(now + Duration::from_secs(2));
    assert_eq!(opener.poll_timeout(), None);
}

#[test]
fn of_two_epochs_with_the_same_six_bits_the_older_goes() {
    let now = start();
    let (mut sealer, mut opener) = pair(now);
    let old = seal(&mut sealer, b"old");
    opener.install(PLENARY, 3 + 64, base_key(67), leaves(), now);
    assert_eq!(open(&mut opener, &old, now), Err(FrameError::AuthFailed), "one key, and never another tried");
    sealer.install(PLENARY, 3 + 64, 1, base_key(67)).unwrap();
    assert_eq!(frame(open(&mut opener, &seal(&mut sealer, b"new"), now)), b"new");
}

#[test]
fn the_same_epoch_again_forgets_nothing() {
    let now = start();
    let (mut sealer, mut opener) = pair(now);
    let sealed = seal(&mut sealer, b"x");
    assert!(open(&mut opener, &sealed, now).is_ok());
    opener.install(PLENARY, 3, base_key(3), leaves(), now);
    assert_eq!(open(&mut opener, &sealed, now), Err(FrameError::Replay));
}

#[test]
fn probing_is_dropped_in_silence() {
    let now = start();
    assert_eq!(open(&mut Opener::new(), b"", now), Ok(Opened::Probe));
}
