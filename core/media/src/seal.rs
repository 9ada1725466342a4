//! The seal of a frame, as far as it can be read without a key: the header that names the key (SFrame, RFC 9605 section 4.3).
//! What does not look sealed, or not by its publisher with a key of the present, is forwarded to nobody. There is no way to
//! switch this off: a peer without a window has nothing forwarded.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use wire::SourceKind;

use crate::layer::{Codec, Part};
use crate::packet::Packet;

/// How long it must go on before anybody is told: when keys change, or a caucus ends, a few frames are late by the way they
/// came, and nothing is wrong.
const TELL_AFTER: Duration = Duration::from_secs(1);

/// The least time between two words about one source that looks suspect.
const TELL_INTERVAL: Duration = Duration::from_secs(10);

/// Frames whose verdict is remembered for packets that come late or again; the oldest is forgotten first, and a packet of it
/// is judged by the frame that began last.
const FRAMES_MAX: usize = 32;

/// The clear bytes of a VP8 frame before the header: of a key frame, and of any other.
const VP8_CLEAR_KEY: usize = 10;
const VP8_CLEAR_DELTA: usize = 1;

/// What a publisher may seal with: its place in one group, and the epochs that are live there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealWindow {
    /// The group's number in key ids.
    pub group: u16,
    /// The publisher's leaf in it.
    pub leaf: u16,
    /// The epochs that are live.
    pub epochs: Vec<u64>,
}

/// What a key id says: `(((group << 2) | kind) << 16) | (leaf << 6) | (epoch mod 64)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct KeyId {
    group: u64,
    kind: u64,
    leaf: u64,
    epoch: u64,
}

impl KeyId {
    fn new(id: u64) -> Self {
        Self { group: id >> 18, kind: id >> 16 & 0x3, leaf: id >> 6 & 0x3ff, epoch: id & 0x3f }
    }

    fn is_in(self, window: &SealWindow) -> bool {
        self.group == u64::from(window.group)
            && self.leaf == u64::from(window.leaf)
            && window.epochs.iter().any(|epoch| epoch % 64 == self.epoch)
    }
}

/// The number of a kind in key ids.
fn number_of(kind: SourceKind) -> u64 {
    match kind {
        SourceKind::Microphone => 0,
        SourceKind::Camera => 1,
        SourceKind::Screen => 2,
        SourceKind::ScreenAudio => 3,
    }
}

/// The key id in the header that a sealed frame begins with; `None` if there is no whole header.
fn key_id(sealed: &[u8]) -> Option<u64> {
    let (&config, rest) = sealed.split_first()?;
    let (id, rest) = value(config >> 4, rest)?;
    value(config & 0x0f, rest)?;
    Some(id)
}

/// A value of the header: small ones stand in the four bits themselves, of larger ones these say how many bytes follow.
fn value(bits: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    if bits & 0x8 == 0 {
        return Some((u64::from(bits), rest));
    }
    let (bytes, rest) = rest.split_at_checked(usize::from(bits & 0x7) + 1)?;
    Some((bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)), rest))
}

/// What was found of the frames of one RTP stream, a simulcast layer.
#[derive(Debug, Default)]
struct Frames {
    stream: u32,
    /// By RTP timestamp, the latest last.
    known: VecDeque<(u32, bool)>,
    /// The group whose keys sealed the latest.
    group: Option<u64>,
    /// It was another one before.
    turned: bool,
}

impl Frames {
    /// A frame, or a layer of it, begins: one bad part spoils it.
    fn begin(&mut self, timestamp: u32, good: bool) -> bool {
        if let Some(known) = self.known.iter_mut().find(|(of, _)| *of == timestamp) {
            known.1 &= good;
            return known.1;
        }
        self.known.push_back((timestamp, good));
        if self.known.len() > FRAMES_MAX {
            self.known.pop_front();
        }
        good
    }

    /// A packet that begins nothing: it shares the fate of its frame. One that overtook its frame's first packet, or whose first
    /// packet was lost and will come again, shares that of the frame before.
    fn go_on(&self, timestamp: u32) -> bool {
        let own = self.known.iter().find(|(of, _)| *of == timestamp);
        own.or(self.known.back()).is_some_and(|(_, good)| *good)
    }
}

/// The guard of one source.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    /// By simulcast layer.
    layers: Vec<Frames>,
    /// Since when nothing but suspect frames came.
    since: Option<Instant>,
    told: Option<Instant>,
}

impl Guard {
    /// Whether this packet may go on.
    pub(crate) fn admits(&mut self, packet: &Packet, kind: SourceKind, window: &[SealWindow]) -> bool {
        // Probing by the browser: nothing is in it.
        if packet.payload.is_empty() {
            return true;
        }
        if self.layers.len() <= packet.layer {
            self.layers.resize_with(packet.layer + 1, Frames::default);
        }
        let Self { layers, since, .. } = self;
        let frames = &mut layers[packet.layer];
        if frames.stream != packet.stream {
            *frames = Frames { stream: packet.stream, ..Frames::default() };
        }
        match packet.descriptor.part {
            Part::First { at } => {
                let frame = packet.payload.get(at..).unwrap_or_default();
                let group = sealed_for(packet.codec, frame, kind, window);
                let good = frames.begin(packet.timestamp, group.is_some());
                if let (true, Some(group)) = (good, group) {
                    frames.turned |= frames.group.replace(group).is_some_and(|before| before != group);
                    *since = None;
                }
                good
            }
            Part::Further { .. } => frames.go_on(packet.timestamp),
            Part::Unknown => false,
        }
    }

    /// Whether what comes of a layer is sealed for another group now: its members have nothing yet to build on.
    pub(crate) fn turned(&mut self, layer: usize) -> bool {
        self.layers.get_mut(layer).is_some_and(|frames| std::mem::take(&mut frames.turned))
    }

    /// Whether to tell now that something suspect came.
    pub(crate) fn tells(&mut self, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        let goes_on = now.saturating_duration_since(since) >= TELL_AFTER;
        let due = goes_on && self.told.is_none_or(|told| now.saturating_duration_since(told) >= TELL_INTERVAL);
        if due {
            self.told = Some(now);
        }
        due
    }
}

/// The group for which the first packet of a frame says that it is sealed, with a key of its publisher's, for that kind, of a
/// live epoch.
pub(crate) fn sealed_for(codec: Codec, frame: &[u8], kind: SourceKind, window: &[SealWindow]) -> Option<u64> {
    let clear = match codec {
        Codec::Opus | Codec::Vp9 => 0,
        Codec::Vp8 if frame.first().is_some_and(|byte| byte & 1 == 0) => VP8_CLEAR_KEY,
        Codec::Vp8 => VP8_CLEAR_DELTA,
    };
    let id = frame.get(clear..).and_then(key_id).map(KeyId::new)?;
    let is_good = id.kind == number_of(kind) && window.iter().any(|window| id.is_in(window));
    is_good.then_some(id.group)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::layer::Descriptor;
    use crate::packet::tests::packet;

    /// Group 5, camera, leaf 700, epoch 130.
    const KEY: u64 = (((5 << 2) | 1) << 16) | (700 << 6) | (130 % 64);

    fn window() -> Vec<SealWindow> {
        vec![SealWindow { group: 5, leaf: 700, epochs: vec![129, 130] }]
    }

    fn is_sealed(codec: Codec, frame: &[u8], kind: SourceKind, window: &[SealWindow]) -> bool {
        sealed_for(codec, frame, kind, window).is_some()
    }

    fn sealed(id: u64) -> Vec<u8> {
        let mut bytes = vec![0xb1];
        bytes.extend(&id.to_be_bytes()[4..]);
        bytes.extend([9; 30]);
        bytes
    }

    fn picture(stream: u32, timestamp: u32, payload: Vec<u8>) -> Packet {
        let descriptor = Descriptor::read(Codec::Vp8, &payload);
        let now = crate::test_start();
        Packet { stream, timestamp, descriptor, payload: Arc::from(payload), ..packet(Codec::Vp8, now) }
    }

    #[test]
    fn the_key_id_is_read_in_every_length() {
        assert_eq!(key_id(&[0x23]), Some(2), "both values in the first byte");
        assert_eq!(key_id(&[0x98, 1, 2, 7]), Some(0x0102), "two bytes, and a counter of one");
        assert_eq!(key_id(&[0xf0, 1, 2, 3, 4, 5, 6, 7, 8]), Some(0x0102_0304_0506_0708));
        assert_eq!(key_id(&[0x98, 1, 2]), None, "the counter is cut off");
        assert_eq!(key_id(&[]), None);
    }

    #[test]
    fn group_leaf_epoch_and_kind_must_all_be_the_publishers() {
        let camera = |id| is_sealed(Codec::Vp9, &sealed(id), SourceKind::Camera, &window());
        assert!(camera(KEY) && camera(KEY - 1));
        for other in [KEY + 1, KEY + 64, KEY ^ (3 << 16), KEY + (1 << 18), 0] {
            assert!(!camera(other), "{other:x}");
        }
        assert!(!is_sealed(Codec::Vp9, &sealed(KEY), SourceKind::Screen, &window()));
        assert!(!is_sealed(Codec::Vp9, &sealed(KEY), SourceKind::Camera, &[]), "no window, nothing");
    }

    #[test]
    fn the_header_follows_the_clear_bytes_of_vp8() {
        let frame = |first: u8, clear: usize| [vec![first; clear], sealed(KEY)].concat();
        let good = |frame: &[u8]| is_sealed(Codec::Vp8, frame, SourceKind::Camera, &window());
        assert!(good(&frame(0x10, 10)) && good(&frame(0x11, 1)));
        assert!(!good(&frame(0x10, 1)) && !good(&frame(0x11, 10)));
        assert!(!good(&frame(0x10, 10)[..10]));
    }

    #[test]
    fn a_frame_that_is_not_sealed_is_dropped_to_its_end_and_the_next_one_is_not() {
        let (mut guard, window) = (Guard::default(), window());
        let mut admits =
            |timestamp, payload: Vec<u8>| guard.admits(&picture(1, timestamp, payload), SourceKind::Camera, &window);
        let first = |id: u64| [vec![0x10, 0x11], sealed(id)].concat();
        assert!(!admits(0, vec![0x00, 1, 2, 3]), "nothing good came yet");
        assert!(admits(10, first(KEY)) && admits(10, vec![0x00, 1, 2, 3]));
        assert!(admits(20, vec![0x00, 1, 2, 3]), "its first packet was overtaken");
        assert!(admits(20, first(KEY)));
        assert!(!admits(30, vec![0x10, 0x11, 1, 2, 3, 4, 5, 6]) && !admits(30, vec![0x00, 1, 2]));
        assert!(!admits(40, vec![0x00, 1, 2]), "what follows a bad frame waits for a good one");
        assert!(admits(20, vec![0x00, 9]), "sent again");
        assert!(admits(50, first(KEY)) && !admits(30, vec![0x00, 1, 2]));
        assert!(!admits(60, vec![0x90]) && admits(70, Vec::new()), "cut short; probing");
    }

    #[test]
    fn it_is_noticed_once_when_a_layer_turns_to_another_group() {
        let mut guard = Guard::default();
        let both = [window(), vec![SealWindow { group: 6, leaf: 700, epochs: vec![130] }]].concat();
        let mut turned = |timestamp, id| {
            let payload = [vec![0x10, 0x11], sealed(id)].concat();
            assert!(guard.admits(&picture(1, timestamp, payload), SourceKind::Camera, &both));
            guard.turned(0)
        };
        let other = KEY + (1 << 18);
        assert!(!turned(10, KEY) && !turned(20, KEY), "nothing came before");
        assert!(turned(30, other) && !turned(40, other));
        assert!(turned(50, KEY));
    }

    #[test]
    fn one_word_in_ten_seconds() {
        let (mut guard, now) = (Guard::default(), crate::test_start());
        let told: Vec<u64> = (0..25).filter(|&second| guard.tells(now + Duration::from_secs(second))).collect();
        assert_eq!(told, [1, 11, 21], "not of a few frames that are late");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_survived(payload in proptest::collection::vec(any::<u8>(), 0..64), which in 0..3_usize) {
            let codec = [Codec::Opus, Codec::Vp8, Codec::Vp9][which];
            let descriptor = Descriptor::read(codec, &payload);
            let payload = Arc::from(payload);
            let packet = Packet { descriptor, payload, ..packet(codec, crate::test_start()) };
            Guard::default().admits(&packet, SourceKind::Camera, &window());
        }
    }
}
