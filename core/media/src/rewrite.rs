//! One outgoing RTP stream made of pieces of many: sequence numbers, timestamps, and the numbers of frames go on without a
//! seam when a slot changes its source or layer, so a browser's decoder sees one stream (RFC 3550 5.1, RFC 7741 4.2).
//!
//! What is left out of a piece leaves no hole in the sequence numbers, which would look like a loss. The numbers of frames in
//! dependency descriptors keep their distances within a piece: the frames that follow count back over those left out.

use std::collections::VecDeque;
use std::time::Instant;

use crate::dependency::TEMPLATE_IDS;
use crate::layer::PictureId;
use crate::packet::{Dependency, Packet};

/// The first sequence number. Small: the receiver counts roll-overs from zero, and a lost first packet must not make it
/// miss one (RFC 3711 3.3.1 asks for less than 2^15).
const FIRST_SEQUENCE: u64 = 1000;

/// The longest gap in the numbers of a piece, in packets: four seconds of a large picture. Nothing that far back is sent
/// again, and a leap of 2^15 would make the receiver count roll-overs wrongly and lose the stream for good (RFC 3711 3.3.1).
const GAP_MAX: u64 = 1000;

/// The longest gap in the numbers of its frames, to either side. Receivers count frames on beyond 16 bits, and a leap of 2^15 would
/// send them backwards: whatever came then would be old, and the picture black.
const FRAME_GAP_MAX: u16 = 1 << 14;

/// Packets left out whose numbers are remembered. A late one from before them is dropped: nobody can say any more which number it has.
const LEFT_OUT_MAX: usize = 256;

/// What a packet carries instead of its own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rewritten {
    /// Counted on beyond 16 bits.
    pub(crate) sequence: u64,
    pub(crate) timestamp: u32,
    /// Set on the first packet of a sound, so that the receiver re-adjusts its buffer (RFC 7587 4.2).
    pub(crate) marker: bool,
    pub(crate) picture_id: Option<u16>,
    pub(crate) base_layer_index: Option<u8>,
    pub(crate) frame: Option<FrameNumbers>,
}

/// The numbers of a dependency descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameNumbers {
    /// The frame's.
    pub(crate) number: u16,
    /// How much higher the ids of its templates are than its publisher wrote. Two pieces share none, so that no frame is
    /// read with the structure of another piece.
    pub(crate) ids: u8,
}

/// The piece that is played now.
#[derive(Debug)]
struct Piece {
    stream: u32,
    first_sequence: u64,
    first_sequence_out: u64,
    timestamp_offset: u32,
    picture_id_offset: u16,
    base_layer_offset: u8,
    /// How far numbers and template ids of frames are moved; `None`: its first packet had no descriptor, so no other has.
    frame_offset: Option<FrameNumbers>,
    /// The highest sequence number that came, whether it was sent or left out.
    highest: u64,
    /// The number of the frame it belongs to, as its publisher wrote it.
    highest_frame: Option<u16>,
    left_out: LeftOut,
}

impl Piece {
    /// A packet came, and was sent or left out.
    fn reach(&mut self, packet: &Packet) {
        if self.highest <= packet.sequence {
            self.highest = packet.sequence;
            self.highest_frame = frame_of(packet).or(self.highest_frame);
        }
    }

    /// Whether a packet of its stream follows so closely that a receiver counts its numbers right.
    fn continues_with(&self, packet: &Packet) -> bool {
        let leaps =
            |(frame, highest): (u16, u16)| frame.wrapping_sub(highest).cast_signed().unsigned_abs() > FRAME_GAP_MAX;
        packet.sequence <= self.highest + GAP_MAX && !frame_of(packet).zip(self.highest_frame).is_some_and(leaps)
    }
}

fn frame_of(packet: &Packet) -> Option<u16> {
    packet.dependency.as_ref().map(|dependency| dependency.raw.number())
}

/// The packets of a piece that were left out.
#[derive(Debug, Default)]
struct LeftOut {
    /// The latest, in order.
    latest: VecDeque<u64>,
    /// How many there were before.
    earlier: u64,
}

impl LeftOut {
    fn note(&mut self, sequence: u64) {
        if self.latest.len() == LEFT_OUT_MAX {
            self.latest.pop_front();
            self.earlier += 1;
        }
        self.latest.push_back(sequence);
    }

    /// How many of them come before that one; `None`: it is too old to tell.
    fn before(&self, sequence: u64) -> Option<u64> {
        let is_known = self.earlier == 0 || self.latest.front().is_none_or(|&oldest| oldest < sequence);
        is_known.then(|| self.earlier + self.latest.partition_point(|&left_out| left_out < sequence) as u64)
    }
}

/// The newest that left.
#[derive(Debug)]
struct Newest {
    sequence: u64,
    timestamp: u32,
    arrived: Instant,
    picture_id: u16,
    base_layer_index: u8,
    frame: u16,
}

/// The numbers of one slot's outgoing stream.
#[derive(Debug, Default)]
pub(crate) struct Rewrite {
    piece: Option<Piece>,
    newest: Option<Newest>,
    /// The id behind those of the templates that were sent last.
    next_id: u8,
}

impl Rewrite {
    /// The piece that was played is over; nothing leaves until [`Self::begin`].
    pub(crate) fn end(&mut self) {
        self.piece = None;
    }

    /// Whether that packet belongs to the piece that is played, and does not leap ahead of it.
    pub(crate) fn plays(&self, packet: &Packet) -> bool {
        self.piece.as_ref().is_some_and(|piece| piece.stream == packet.stream && piece.continues_with(packet))
    }

    /// From this packet on, its stream is played.
    pub(crate) fn begin(&mut self, packet: &Packet) -> Rewritten {
        let (sequence, timestamp) = match &self.newest {
            None => (FIRST_SEQUENCE, packet.timestamp),
            Some(newest) => (newest.sequence + 1, newest.timestamp.wrapping_add(ticks_since(newest.arrived, packet))),
        };
        let next_picture = self.newest.as_ref().map_or(0, |newest| newest.picture_id.wrapping_add(1));
        let next_base_layer = self.newest.as_ref().map_or(0, |newest| newest.base_layer_index.wrapping_add(1));
        self.piece = Some(Piece {
            stream: packet.stream,
            first_sequence: packet.sequence,
            first_sequence_out: sequence,
            timestamp_offset: timestamp.wrapping_sub(packet.timestamp),
            picture_id_offset: packet.descriptor.picture_id.map_or(0, |id| next_picture.wrapping_sub(id.value)),
            base_layer_offset: packet
                .descriptor
                .base_layer_index
                .map_or(0, |index| next_base_layer.wrapping_sub(index)),
            frame_offset: packet.dependency.as_ref().map(|dependency| self.frame_offset(dependency)),
            highest: packet.sequence,
            highest_frame: frame_of(packet),
            left_out: LeftOut::default(),
        });
        let first = self.apply(packet).unwrap_or(Rewritten {
            sequence,
            timestamp,
            marker: packet.marker,
            picture_id: None,
            base_layer_index: None,
            frame: None,
        });
        Rewritten { marker: packet.marker || !packet.codec.is_video(), ..first }
    }

    /// How far the numbers of frames are moved when a piece begins with this one.
    fn frame_offset(&self, first: &Dependency) -> FrameNumbers {
        let next = self.newest.as_ref().map_or(0, |newest| newest.frame.wrapping_add(1));
        let ids = first.templates.map_or(0, |templates| self.next_id.wrapping_sub(templates.first) % TEMPLATE_IDS);
        FrameNumbers { number: next.wrapping_sub(first.raw.number()), ids }
    }

    /// A packet of the piece that is played is not sent, and those after it close the gap. One that comes after later ones leaves
    /// its gap: they have their numbers.
    pub(crate) fn leave_out(&mut self, packet: &Packet) {
        if let Some(piece) = self.piece.as_mut().filter(|piece| piece.highest < packet.sequence) {
            piece.reach(packet);
            piece.left_out.note(packet.sequence);
        }
    }

    /// The numbers of a packet of the piece that is played. `None`: it is older than the piece, and its numbers were
    /// given to what was played before.
    pub(crate) fn apply(&mut self, packet: &Packet) -> Option<Rewritten> {
        let piece = self.piece.as_mut()?;
        let place =
            packet.sequence.checked_sub(piece.first_sequence)?.checked_sub(piece.left_out.before(packet.sequence)?)?;
        piece.reach(packet);
        let frame = packet.dependency.as_ref().zip(piece.frame_offset).map(|(dependency, offset)| FrameNumbers {
            number: dependency.raw.number().wrapping_add(offset.number),
            ids: offset.ids,
        });
        let rewritten = Rewritten {
            sequence: piece.first_sequence_out + place,
            timestamp: packet.timestamp.wrapping_add(piece.timestamp_offset),
            marker: packet.marker,
            picture_id: packet.descriptor.picture_id.map(|id| moved(id, piece.picture_id_offset)),
            base_layer_index: packet
                .descriptor
                .base_layer_index
                .map(|index| index.wrapping_add(piece.base_layer_offset)),
            frame,
        };
        if let (Some(frame), Some(templates)) = (frame, packet.dependency.as_ref().and_then(|of| of.templates)) {
            self.next_id = templates.first.wrapping_add(templates.count).wrapping_add(frame.ids) % TEMPLATE_IDS;
        }
        if self.newest.as_ref().is_none_or(|newest| newest.sequence < rewritten.sequence) {
            self.newest = Some(Newest {
                sequence: rewritten.sequence,
                timestamp: rewritten.timestamp,
                arrived: packet.arrived,
                picture_id: rewritten.picture_id.or(self.newest.as_ref().map(|n| n.picture_id)).unwrap_or(0),
                base_layer_index: rewritten
                    .base_layer_index
                    .or(self.newest.as_ref().map(|n| n.base_layer_index))
                    .unwrap_or(0),
                frame: frame.map(|frame| frame.number).or(self.newest.as_ref().map(|n| n.frame)).unwrap_or(0),
            });
        }
        Some(rewritten)
    }
}

fn moved(id: PictureId, offset: u16) -> u16 {
    id.value.wrapping_add(offset) & id.largest
}

/// How far the clock of the packet's codec went on since then. At least a millisecond: two frames never share a
/// timestamp.
fn ticks_since(then: Instant, packet: &Packet) -> u32 {
    let rate = u128::from(packet.codec.clock_rate());
    let elapsed = packet.arrived.saturating_duration_since(then).as_micros() * rate / 1_000_000;
    // Cut to 32 bits on purpose: the timestamp wraps.
    elapsed.max(rate / 1000) as u32
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::dependency::TemplateIds;
    use crate::layer::{Codec, Descriptor};
    use crate::packet::tests::{dependency, packet};
    use crate::tempo::Role;

    fn video(stream: u32, sequence: u64, timestamp: u32, picture_id: u16, index: u8, arrived: Instant) -> Packet {
        let descriptor = Descriptor {
            picture_id: Some(PictureId { value: picture_id, largest: 0x7fff }),
            base_layer_index: Some(index),
            ..Descriptor::default()
        };
        Packet { stream, sequence, timestamp, descriptor, arrived, ..packet(Codec::Vp8, arrived) }
    }

    #[test]
    fn another_stream_goes_on_where_the_first_stopped() {
        let start = crate::test_start();
        let later = start + Duration::from_millis(100);
        let mut rewrite = Rewrite::default();
        assert_eq!(rewrite.begin(&video(1, 70_000, 5000, 32_767, 255, start)).sequence, FIRST_SEQUENCE);
        let second = rewrite.apply(&video(1, 70_001, 8000, 0, 0, start)).unwrap();
        assert_eq!((second.sequence, second.timestamp), (FIRST_SEQUENCE + 1, 8000));
        let switched = rewrite.begin(&video(2, 3, 99, 77, 9, later));
        assert_eq!(switched.sequence, FIRST_SEQUENCE + 2);
        assert_eq!(switched.timestamp, 8000 + 9000);
        assert_eq!(switched.picture_id, Some(second.picture_id.unwrap() + 1));
        assert_eq!(switched.base_layer_index, Some(second.base_layer_index.unwrap().wrapping_add(1)));
        let next = rewrite.apply(&video(2, 5, 99 + 3000, 78, 10, later)).unwrap();
        assert_eq!(next.sequence, FIRST_SEQUENCE + 4, "a packet lost on the way in stays a gap");
    }

    #[test]
    fn what_is_older_than_the_switch_is_dropped_and_a_late_packet_is_not() {
        let now = crate::test_start();
        let mut rewrite = Rewrite::default();
        rewrite.begin(&video(1, 10, 0, 0, 0, now));
        assert!(rewrite.apply(&video(1, 9, 0, 0, 0, now)).is_none());
        rewrite.apply(&video(1, 12, 0, 0, 0, now));
        assert_eq!(rewrite.apply(&video(1, 11, 0, 0, 0, now)).unwrap().sequence, FIRST_SEQUENCE + 1);
        rewrite.end();
        assert!(rewrite.apply(&video(1, 13, 0, 0, 0, now)).is_none());
        assert_eq!(rewrite.begin(&video(1, 20, 0, 0, 0, now)).sequence, FIRST_SEQUENCE + 3);
    }

    #[test]
    fn a_new_sound_begins_with_a_marker() {
        let now = crate::test_start();
        let mut rewrite = Rewrite::default();
        assert!(rewrite.begin(&packet(Codec::Opus, now)).marker);
        assert!(!rewrite.begin(&packet(Codec::Vp8, now)).marker);
    }

    fn described(stream: u32, sequence: u64, frame: u16, first: Option<u8>, now: Instant) -> Packet {
        let role = Role { starts_frame: true, in_half: true, resumes: true };
        let templates = first.map(|first| TemplateIds { first, count: 5 });
        let dependency = Some(Dependency { templates, ..dependency(frame, role) });
        Packet { stream, sequence, dependency, ..packet(Codec::Vp8, now) }
    }

    #[test]
    fn what_is_left_out_leaves_no_hole_and_frames_keep_their_distances() {
        let now = crate::test_start();
        let mut rewrite = Rewrite::default();
        rewrite.begin(&described(1, 10, 7, Some(0), now));
        rewrite.leave_out(&described(1, 11, 8, None, now));
        rewrite.leave_out(&described(1, 12, 8, None, now));
        let next = rewrite.apply(&described(1, 13, 9, None, now)).unwrap();
        assert_eq!(next.sequence, FIRST_SEQUENCE + 1);
        assert_eq!(next.frame, Some(FrameNumbers { number: 2, ids: 0 }), "two frames after the first");
        rewrite.leave_out(&described(1, 16, 11, None, now));
        assert_eq!(rewrite.apply(&described(1, 17, 12, None, now)).unwrap().sequence, FIRST_SEQUENCE + 4);
        assert_eq!(rewrite.apply(&described(1, 15, 10, None, now)).unwrap().sequence, FIRST_SEQUENCE + 3, "late");
        rewrite.leave_out(&described(1, 14, 10, None, now));
        assert_eq!(rewrite.apply(&described(1, 18, 13, None, now)).unwrap().sequence, FIRST_SEQUENCE + 5);
    }

    #[test]
    fn a_piece_ends_where_the_numbers_of_its_frames_leap() {
        let now = crate::test_start();
        let mut rewrite = Rewrite::default();
        rewrite.begin(&described(1, 10, 65_000, Some(0), now));
        rewrite.apply(&described(1, 11, 100, None, now));
        assert!(rewrite.plays(&described(1, 12, 65_500, None, now)), "late");
        assert!(rewrite.plays(&described(1, 12, 100 + FRAME_GAP_MAX, None, now)));
        assert!(!rewrite.plays(&described(1, 12, 101 + FRAME_GAP_MAX, None, now)));
        assert!(!rewrite.plays(&described(1, 12, 40_000, None, now)));
        let again = rewrite.begin(&described(1, 12, 40_000, Some(0), now)).frame.unwrap();
        assert_eq!(again.number, 637, "after the 637 of which it had sent the first and the last");
    }

    #[test]
    fn what_is_too_old_to_have_a_number_is_dropped() {
        let now = crate::test_start();
        let mut rewrite = Rewrite::default();
        rewrite.begin(&described(1, 0, 0, Some(0), now));
        for sequence in 3..2 * LEFT_OUT_MAX as u64 + 3 {
            rewrite.leave_out(&described(1, sequence, 0, None, now));
        }
        assert_eq!(rewrite.apply(&described(1, 2, 0, None, now)), None);
        let next = rewrite.apply(&described(1, 2 * LEFT_OUT_MAX as u64 + 3, 0, None, now)).unwrap();
        assert_eq!(next.sequence, FIRST_SEQUENCE + 3, "two that were lost stay a gap");
    }

    #[test]
    fn another_piece_goes_on_with_the_next_frame_and_with_templates_of_its_own() {
        let now = crate::test_start();
        let mut rewrite = Rewrite::default();
        let first = rewrite.begin(&described(1, 10, 65_535, Some(3), now)).frame.unwrap();
        assert_eq!((first.number, (3 + first.ids) % TEMPLATE_IDS), (0, 0));
        let second = rewrite.apply(&described(1, 11, 0, None, now)).unwrap().frame.unwrap();
        assert_eq!((second.number, second.ids), (1, first.ids));
        let other = rewrite.begin(&described(2, 500, 300, Some(60), now)).frame.unwrap();
        assert_eq!((other.number, (60 + other.ids) % TEMPLATE_IDS), (2, 5), "behind the five of the first");
        assert_eq!(rewrite.begin(&packet(Codec::Vp8, now)).frame, None);
        let without = Packet { stream: 1, sequence: 1, ..described(1, 1, 9, None, now) };
        assert_eq!(rewrite.apply(&without).unwrap().frame, None, "its piece began without");
        assert_eq!(rewrite.begin(&described(2, 900, 77, Some(60), now)).frame.unwrap().number, 3);
    }
}
