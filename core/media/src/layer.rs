//! The layers of a picture: what a packet's payload descriptor says of it, how large each simulcast layer is, and which
//! of them fills a tile. Nothing behind the descriptor is read but the first bytes of a VP8 frame, which stay clear when
//! frames are sealed.

use std::time::{Duration, Instant};

use wire::Pixels;

use crate::dependency::{self, Indication, Malformed, Structure};
use crate::keyframe::KeyframeRequests;
use crate::packet::Packet;
use crate::rate::{BitRate, Content, Meter};
use crate::tempo::{Role, Tempo};

/// A layer that brought nothing for this long while the others brought [`FRAMES_MISSED`] has been switched off by its
/// browser, for want of uplink or CPU.
const LAYER_SILENCE: Duration = Duration::from_millis(500);

/// See [`LAYER_SILENCE`]. Counted over all other layers: a slow camera is slow in each of them, and stays whole.
const FRAMES_MISSED: u32 = 8;

/// How packets of a source are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// RFC 7587.
    Opus,
    /// RFC 7741.
    Vp8,
    /// RFC 9628.
    Vp9,
}

impl Codec {
    /// Whether it is a picture.
    pub(crate) fn is_video(self) -> bool {
        match self {
            Codec::Opus => false,
            Codec::Vp8 | Codec::Vp9 => true,
        }
    }

    /// RTP timestamp ticks in a second.
    pub(crate) fn clock_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::Vp8 | Codec::Vp9 => 90_000,
        }
    }
}

/// Which part of a frame a packet brings, and where in its payload the frame's bytes begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// The descriptor is cut short.
    #[default]
    Unknown,
    /// The beginning.
    First {
        /// Bytes before it.
        at: usize,
    },
    /// Something after it.
    Further {
        /// Bytes before it.
        at: usize,
    },
}

/// What a packet's payload descriptor says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// Which part of its frame it brings.
    pub(crate) part: Part,
    /// It is the first packet of a frame that can be decoded without any other.
    pub(crate) starts_keyframe: bool,
    /// The height of that frame in pixels, where it can be read.
    pub(crate) height: Option<u16>,
    /// VP8 PictureID (RFC 7741 4.2).
    pub(crate) picture_id: Option<PictureId>,
    /// VP8 TL0PICIDX.
    pub(crate) base_layer_index: Option<u8>,
}

/// A VP8 PictureID with the width it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PictureId {
    pub(crate) value: u16,
    /// The largest value that fits: 7 or 15 bits.
    pub(crate) largest: u16,
}

impl Descriptor {
    /// Reads what the payload of a packet begins with; nothing is known of a payload that is cut short.
    pub(crate) fn read(codec: Codec, payload: &[u8]) -> Self {
        match codec {
            Codec::Opus => Self { part: Part::First { at: 0 }, ..Self::default() },
            Codec::Vp8 => read_vp8(payload).unwrap_or_default(),
            Codec::Vp9 => read_vp9(payload).unwrap_or_default(),
        }
    }
}

fn read_vp8(payload: &[u8]) -> Option<Descriptor> {
    let mut descriptor = Descriptor::default();
    let first = *payload.first()?;
    let mut at = 1;
    if first & 0x80 != 0 {
        let extension = *payload.get(at)?;
        at += 1;
        if extension & 0x80 != 0 {
            let high = *payload.get(at)?;
            at += 1;
            let mut value = u16::from(high & 0x7f);
            let mut largest = 0x7f;
            if high & 0x80 != 0 {
                value = value << 8 | u16::from(*payload.get(at)?);
                at += 1;
                largest = 0x7fff;
            }
            descriptor.picture_id = Some(PictureId { value, largest });
        }
        if extension & 0x40 != 0 {
            descriptor.base_layer_index = Some(*payload.get(at)?);
            at += 1;
        }
        if extension & 0x30 != 0 {
            at += 1;
        }
    }
    let begins_frame = first & 0x10 != 0 && first & 0x07 == 0;
    let frame = payload.get(at..).filter(|frame| !frame.is_empty())?;
    descriptor.part = if begins_frame { Part::First { at } } else { Part::Further { at } };
    // RFC 7741 4.3: the lowest bit of the first byte of a frame is 0 in a keyframe.
    descriptor.starts_keyframe = begins_frame && frame.first()? & 0x01 == 0;
    if descriptor.starts_keyframe {
        descriptor.height = vp8_height(frame);
    }
    Some(descriptor)
}

/// The height in a VP8 keyframe's header: three bytes of tag, the start code, width, height (RFC 6386 9.1).
fn vp8_height(frame: &[u8]) -> Option<u16> {
    let header: &[u8; 10] = frame.first_chunk()?;
    let height = u16::from_le_bytes([header[8], header[9]]) & 0x3fff;
    (header[3..6] == [0x9d, 0x01, 0x2a] && height > 0).then_some(height)
}

fn read_vp9(payload: &[u8]) -> Option<Descriptor> {
    let first = *payload.first()?;
    let has = |flag: u8| first & flag != 0;
    let (predicted, begins_frame) = (has(0x40), has(0x08));
    let mut at = 1;
    if has(0x80) {
        at += if payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
    }
    let mut base_spatial_layer = true;
    if has(0x20) {
        base_spatial_layer = payload.get(at)? & 0x0e == 0;
        // TL0PICIDX follows unless the stream is flexible.
        at += if has(0x10) { 1 } else { 2 };
    }
    if has(0x10) && predicted {
        while payload.get(at)? & 0x01 != 0 {
            at += 1;
        }
        at += 1;
    }
    if has(0x02) {
        at = after_structure(payload, at)?;
    }
    payload.get(at)?;
    let part = if begins_frame { Part::First { at } } else { Part::Further { at } };
    Some(Descriptor {
        part,
        starts_keyframe: !predicted && begins_frame && base_spatial_layer,
        ..Descriptor::default()
    })
}

/// Where the scalability structure of VP9 ends (RFC 9628 section 4.2.1).
fn after_structure(payload: &[u8], mut at: usize) -> Option<usize> {
    let head = *payload.get(at)?;
    at += 1;
    if head & 0x10 != 0 {
        at += 4 * (usize::from(head >> 5) + 1);
    }
    if head & 0x08 != 0 {
        let pictures = *payload.get(at)?;
        at += 1;
        for _ in 0..pictures {
            at += 1 + usize::from(payload.get(at)? >> 2 & 0x03);
        }
    }
    Some(at)
}

/// One layer of a source; a source without simulcast has one.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    /// When its newest packet came.
    pub(crate) newest: Option<Instant>,
    /// Frames that other layers brought since.
    pub(crate) missed: u32,
    /// As its latest keyframe said.
    pub(crate) height: Option<u16>,
    /// Its RTP stream, and the highest sequence number that came on it.
    pub(crate) highest: Option<(u32, u64)>,
    /// Who asks its browser for a keyframe, and how often.
    pub(crate) keyframes: KeyframeRequests,
    /// What it costs.
    pub(crate) meter: Meter,
    /// What of that those frames cost that are left out at half the frame rate.
    pub(crate) spare: Meter,
    /// What its stream said of its frames.
    pub(crate) known: Option<Known>,
}

/// The structure of a stream.
#[derive(Debug)]
pub(crate) struct Known {
    structure: Structure,
    /// The number of the frame that brought it.
    brought_by: u16,
    /// Its versions with all frames and with half of them, where there are both.
    targets: Option<(usize, usize)>,
}

impl Layer {
    /// One of which nothing has come.
    pub(crate) fn of(content: Content) -> Self {
        Self { meter: Meter::of(content), spare: Meter::of(content), ..Self::default() }
    }

    /// Notes a packet.
    fn note(&mut self, packet: &mut Packet) {
        self.newest = Some(packet.arrived);
        self.missed = 0;
        self.meter.note(packet.payload.len(), packet.arrived);
        let highest = self.highest.filter(|(stream, _)| *stream == packet.stream).map(|(_, sequence)| sequence);
        let is_late = highest.is_some_and(|highest| packet.sequence < highest);
        self.highest = Some((packet.stream, highest.map_or(packet.sequence, |highest| highest.max(packet.sequence))));
        if highest.is_none() {
            self.known = None;
        }
        self.read_dependency(packet, is_late);
        if packet.dependency.as_ref().and_then(|dependency| dependency.role).is_some_and(|role| !role.in_half) {
            self.spare.note(packet.payload.len(), packet.arrived);
        }
        let descriptor = &mut packet.descriptor;
        if descriptor.starts_keyframe {
            self.height = descriptor.height.or(self.height);
            // The rest of the frame came before it and was passed over by whoever waits for a keyframe.
            descriptor.starts_keyframe = !is_late;
            if !is_late {
                self.keyframes.arrived();
            }
        }
    }

    /// Reads the descriptor of a packet, if it has one. Then that says where key frames begin, and not the payload.
    fn read_dependency(&mut self, packet: &mut Packet, is_late: bool) {
        let Some(dependency) = &mut packet.dependency else { return };
        let structure = self.known.as_ref().map(|known| &known.structure);
        match dependency::Descriptor::read(dependency.raw.bytes(), structure) {
            Ok(mut read) => {
                let brought = read.structure.take();
                packet.descriptor.starts_keyframe = read.starts_frame && brought.is_some();
                let known = brought.map(|structure| Known::new(structure, read.number));
                if let Some(Known { structure, .. }) = &known {
                    dependency.templates = Some(structure.template_ids());
                    packet.descriptor.height = packet.descriptor.height.or(structure.height());
                }
                dependency.role = known.as_ref().or(self.known.as_ref()).and_then(|known| known.role_of(&read));
                // It may come late, sent again after what needs it.
                let is_older =
                    |known: &Known| is_late && self.known.as_ref().is_some_and(|now| !known.is_newer_than(now));
                if let Some(known) = known.filter(|known| !is_older(known)) {
                    self.known = Some(known);
                }
            }
            // The first packet of its key frame was lost, and will come again.
            Err(Malformed::Unknown) => packet.descriptor.starts_keyframe = false,
            Err(Malformed::Cut | Malformed::TooMany) => packet.dependency = None,
        }
    }

    /// Whether it can be had at half its frame rate.
    pub(crate) fn can_be_halved(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.targets.is_some())
    }

    /// Nothing of it is to come for a while.
    pub(crate) fn rest(&mut self, now: Instant) {
        self.meter.hold(now);
        self.spare.hold(now);
    }

    /// It is to come again.
    pub(crate) fn resume(&mut self, now: Instant) {
        self.meter.resume(now);
        self.spare.resume(now);
    }

    /// Whether packets of it come in.
    pub(crate) fn arrives(&self, now: Instant) -> bool {
        let quiet = |newest| now.saturating_duration_since(newest) >= LAYER_SILENCE && self.missed >= FRAMES_MISSED;
        self.newest.is_some_and(|newest| !quiet(newest))
    }
}

impl Known {
    fn new(structure: Structure, brought_by: u16) -> Self {
        let targets = structure.whole_and_half();
        Self { structure, brought_by, targets }
    }

    /// Of two that came at about the same time: numbers of frames wrap around.
    fn is_newer_than(&self, other: &Self) -> bool {
        self.brought_by.wrapping_sub(other.brought_by).cast_signed() > 0
    }

    /// What a frame is to the picture at half its frame rate.
    fn role_of(&self, frame: &dependency::Descriptor) -> Option<Role> {
        let (whole, half) = self.targets?;
        let indications = frame.indications(Some(&self.structure))?;
        Some(Role {
            starts_frame: frame.starts_frame,
            in_half: *indications.get(half)? != Indication::Absent,
            resumes: *indications.get(whole)? == Indication::Switch,
        })
    }
}

/// Notes a packet of one of the layers. One that starts a keyframe but comes after its successors is no start any more: a
/// slot that began there would lack what it passed over, and nobody could send it again.
pub(crate) fn note(layers: &mut [Layer], packet: &mut Packet) {
    for (other, layer) in layers.iter_mut().enumerate() {
        if other == packet.layer {
            layer.note(packet);
        } else if packet.marker {
            layer.missed = layer.missed.saturating_add(1);
        }
    }
}

/// The layer for a tile of that height: the smallest that fills it, of those that `can_be_had`; the largest of them when
/// none fills it. `None` when there is none.
pub(crate) fn choose(layers: &[Layer], tile: Pixels, can_be_had: impl Fn(usize) -> bool) -> Option<usize> {
    let possible = || (0..layers.len()).filter(|&index| can_be_had(index));
    let lines = |index: usize| lines_of(layers, index);
    possible()
        .filter(|&index| fills(lines(index), tile))
        .min_by_key(|&index| lines(index))
        .or_else(|| possible().max_by_key(|&index| lines(index)))
}

/// The height of a layer. Until its first keyframe tells, our client's promise counts: the smallest layer first, each
/// twice the one before, beginning at 180 lines.
pub(crate) fn lines_of(layers: &[Layer], index: usize) -> u32 {
    layers[index].height.map_or(180 << index, u32::from)
}

/// What a layer may cost: what our client sets as its limit.
pub(crate) fn limit_of(layers: &[Layer], index: usize) -> BitRate {
    match lines_of(layers, index) {
        ..=180 => BitRate::kilobits(150),
        181..=360 => BitRate::kilobits(500),
        _ => BitRate::kilobits(1700),
    }
}

/// What a layer costs; before anything of it has come, what it may cost.
pub(crate) fn rate_of(layers: &[Layer], index: usize, tempo: Tempo, now: Instant) -> BitRate {
    let layer = &layers[index];
    let whole = layer.meter.rate(now).unwrap_or_else(|| limit_of(layers, index));
    match tempo {
        Tempo::Half => whole.without(layer.spare.rate(now).unwrap_or_default()),
        Tempo::Whole => whole,
    }
}

/// A layer fills a tile when it has three quarters of the tile's lines; more would be paid for and hardly seen.
fn fills(lines: u32, tile: Pixels) -> bool {
    lines * 4 >= u32::from(tile.0) * 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::tests::packet;

    fn vp8_keyframe(height: u16) -> Vec<u8> {
        let [low, high] = height.to_le_bytes();
        vec![0x90, 0xe0, 0x81, 0x02, 7, 0x20, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, low, high, 1, 2, 3]
    }

    #[test]
    fn a_vp8_keyframe_is_told_from_its_descriptor_and_first_byte() {
        let descriptor = Descriptor::read(Codec::Vp8, &vp8_keyframe(360));
        assert_eq!(
            descriptor,
            Descriptor {
                part: Part::First { at: 6 },
                starts_keyframe: true,
                height: Some(360),
                picture_id: Some(PictureId { value: 0x102, largest: 0x7fff }),
                base_layer_index: Some(7),
            }
        );
        let mut delta = vp8_keyframe(360);
        delta[6] |= 1;
        assert!(!Descriptor::read(Codec::Vp8, &delta).starts_keyframe);
        let mut second_packet = vp8_keyframe(360);
        second_packet[0] = 0x80;
        assert!(!Descriptor::read(Codec::Vp8, &second_packet).starts_keyframe);
        assert!(Descriptor::read(Codec::Vp8, &[0x10, 0x10]).starts_keyframe, "without extensions");
        assert_eq!(
            Descriptor::read(Codec::Vp8, &[0x90, 0x80, 5, 1]).picture_id,
            Some(PictureId { value: 5, largest: 127 })
        );
    }

    #[test]
    fn a_vp9_keyframe_is_told_from_its_descriptor() {
        for (payload, keyframe) in [
            (&[0x08][..], true),                      // begins a frame, not predicted, no layers
            (&[0x00], false),                         // continues one
            (&[0x48], false),                         // predicted
            (&[0xa8, 0x81, 0x02, 0x00, 0x07], true),  // long picture id, base layer
            (&[0xa8, 0x11, 0x00, 0x07], true),        // short picture id, base layer
            (&[0xa8, 0x81, 0x02, 0x02, 0x07], false), // upper spatial layer
            // flexible, predicted from two, and a structure of two sizes and one picture with two references
            (&[0xda, 0x11, 0x03, 0x02, 0x38, 0, 1, 0, 2, 0, 3, 0, 4, 1, 0x08, 5, 6], false),
        ] {
            let whole = [payload, &[0x55]].concat();
            let read = Descriptor::read(Codec::Vp9, &whole);
            assert_eq!(read.starts_keyframe, keyframe, "{payload:x?}");
            let at = payload.len();
            let part = if payload[0] & 0x08 == 0 { Part::Further { at } } else { Part::First { at } };
            assert_eq!(read.part, part, "{payload:x?}");
            assert_eq!(Descriptor::read(Codec::Vp9, payload).part, Part::Unknown, "there is no frame in it");
        }
    }

    #[test]
    fn a_payload_cut_anywhere_is_no_keyframe_and_no_panic() {
        let whole = vp8_keyframe(720);
        for length in 0..7.min(whole.len()) {
            for codec in [Codec::Vp8, Codec::Vp9, Codec::Opus] {
                let _ = Descriptor::read(codec, &whole[..length]);
            }
            assert!(!Descriptor::read(Codec::Vp8, &whole[..length.min(6)]).starts_keyframe);
        }
    }

    #[test]
    fn the_smallest_arriving_layer_that_fills_the_tile_is_chosen() {
        let now = crate::test_start();
        let layer = |height, newest| Layer { newest, height, ..Layer::default() };
        let chosen = |layers: &[Layer], tile| choose(layers, Pixels(tile), |index| layers[index].arrives(now));
        let all = [layer(Some(180), Some(now)), layer(Some(360), Some(now)), layer(Some(720), Some(now))];
        for (tile, index) in [(90, 0), (180, 0), (240, 0), (241, 1), (480, 1), (500, 2), (2160, 2)] {
            assert_eq!(chosen(&all, tile), Some(index), "{tile}");
        }
        let without_large = [layer(None, Some(now)), layer(None, Some(now)), layer(None, None)];
        assert_eq!(chosen(&without_large, 720), Some(1));
        let only_large = [layer(None, None), layer(None, None), layer(None, Some(now))];
        assert_eq!(chosen(&only_large, 90), Some(2));
        assert_eq!(chosen(&[layer(None, None)], 90), None);
    }

    #[test]
    fn a_keyframe_whose_first_packet_comes_last_starts_nothing() {
        let now = crate::test_start();
        let mut layers = [Layer::default()];
        let mut starts = |sequence, starts_keyframe, stream| {
            let descriptor = Descriptor { starts_keyframe, height: Some(360), ..Descriptor::default() };
            let mut packet = Packet { sequence, stream, descriptor, ..packet(Codec::Vp8, now) };
            note(&mut layers, &mut packet);
            packet.descriptor.starts_keyframe
        };
        assert!(starts(10, true, 1));
        assert!(!starts(12, false, 1));
        assert!(!starts(11, true, 1), "packet 12 was passed over");
        assert!(starts(13, true, 1));
        assert!(starts(2, true, 7), "another stream counts on its own");
        assert_eq!(layers[0].height, Some(360));
    }

    /// A packet of a frame that Chromium sent, with its dependency descriptor.
    fn described(sequence: u64, descriptor: &[u8]) -> Packet {
        let raw = dependency::Raw::new(descriptor).expect("bytes");
        let dependency = Some(crate::packet::Dependency::new(std::sync::Arc::new(raw)));
        Packet { sequence, dependency, ..packet(Codec::Vp8, crate::test_start()) }
    }

    #[test]
    fn a_structure_that_comes_late_is_learnt_and_an_older_one_is_not() {
        let structure_of = |frame: u8| {
            let rest =
                [0x80, 0x02, 0x04, 0x4e, 0xaa, 0xaf, 0x28, 0x60, 0x41, 0x4d, 0x34, 0x53, 0x8a, 0x09, 0x40, 0x40, 0x9f];
            [&[0x80, 0, frame], &rest[..], &[0xc0, 0x59, 0xc0]].concat()
        };
        let role = |layers: &mut [Layer], sequence, descriptor: &[u8]| {
            let mut packet = described(sequence, descriptor);
            note(layers, &mut packet);
            packet.dependency.and_then(|dependency| dependency.role)
        };
        let layers = &mut [Layer::default()];
        role(layers, 9, &[0x40, 0, 6]);
        assert_eq!(role(layers, 11, &[0xc5, 0, 8]), None, "the first packet of its key frame is missing");
        role(layers, 10, &structure_of(7));
        let known = |layers: &[Layer]| layers[0].known.as_ref().map(|known| known.brought_by);
        assert_eq!(known(layers), Some(7));
        assert!(role(layers, 12, &[0xc3, 0, 9]).is_some());
        role(layers, 13, &structure_of(12));
        role(layers, 10, &structure_of(7));
        assert_eq!(known(layers), Some(12));
    }

    #[test]
    fn a_layer_has_stopped_when_the_others_went_on_without_it_and_not_when_all_are_slow() {
        let mut now = crate::test_start();
        let mut layers = [Layer::default(), Layer::default()];
        let note = |layers: &mut [Layer], layer, now| {
            super::note(layers, &mut Packet { layer, marker: true, ..packet(Codec::Vp8, now) });
        };
        for _ in 0..5 {
            now += Duration::from_secs(1);
            note(&mut layers, 0, now);
            note(&mut layers, 1, now);
            assert!(layers.iter().all(|layer| layer.arrives(now + Duration::from_millis(900))));
        }
        for _ in 0..FRAMES_MISSED {
            assert!(layers[1].arrives(now));
            now += Duration::from_millis(100);
            note(&mut layers, 0, now);
        }
        assert!(!layers[1].arrives(now));
        assert_eq!(choose(&layers, Pixels(1080), |index| layers[index].arrives(now)), Some(0));
    }
}
