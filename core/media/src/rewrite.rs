//! One outgoing RTP stream made of pieces of many: sequence numbers, timestamps and VP8 picture numbers go on without a
//! seam when a slot changes its source or layer, so a browser's decoder sees one stream (RFC 3550 5.1, RFC 7741 4.2).

use std::time::Instant;

use crate::layer::PictureId;
use crate::packet::Packet;

/// The first sequence number. Small: the receiver counts roll-overs from zero, and a lost first packet must not make it
/// miss one (RFC 3711 3.3.1 asks for less than 2^15).
const FIRST_SEQUENCE: u64 = 1000;

/// The longest gap in the numbers of a piece, in packets: four seconds of a large picture. Nothing that far back is sent
/// again, and a leap of 2^15 would make the receiver count roll-overs wrongly and lose the stream for good (RFC 3711 3.3.1).
const GAP_MAX: u64 = 1000;

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
}

/// The newest that left.
#[derive(Debug)]
struct Newest {
    sequence: u64,
    timestamp: u32,
    arrived: Instant,
    picture_id: u16,
    base_layer_index: u8,
}

/// The numbers of one slot's outgoing stream.
#[derive(Debug, Default)]
pub(crate) struct Rewrite {
    piece: Option<Piece>,
    newest: Option<Newest>,
}

impl Rewrite {
    /// The piece that was played is over; nothing leaves until [`Self::begin`].
    pub(crate) fn end(&mut self) {
        self.piece = None;
    }

    /// Whether that packet belongs to the piece that is played, and does not leap ahead of it.
    pub(crate) fn plays(&self, packet: &Packet) -> bool {
        let (Some(piece), Some(newest)) = (&self.piece, &self.newest) else { return false };
        let played = newest.sequence - piece.first_sequence_out;
        piece.stream == packet.stream && packet.sequence <= piece.first_sequence + played + GAP_MAX
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
        });
        let first = self.apply(packet).unwrap_or(Rewritten {
            sequence,
            timestamp,
            marker: packet.marker,
            picture_id: None,
            base_layer_index: None,
        });
        Rewritten { marker: packet.marker || !packet.codec.is_video(), ..first }
    }

    /// The numbers of a packet of the piece that is played. `None`: it is older than the piece, and its numbers were
    /// given to what was played before.
    pub(crate) fn apply(&mut self, packet: &Packet) -> Option<Rewritten> {
        let piece = self.piece.as_ref()?;
        let rewritten = Rewritten {
            sequence: piece.first_sequence_out + packet.sequence.checked_sub(piece.first_sequence)?,
            timestamp: packet.timestamp.wrapping_add(piece.timestamp_offset),
            marker: packet.marker,
            picture_id: packet.descriptor.picture_id.map(|id| moved(id, piece.picture_id_offset)),
            base_layer_index: packet
                .descriptor
                .base_layer_index
                .map(|index| index.wrapping_add(piece.base_layer_offset)),
        };
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
    use crate::layer::{Codec, Descriptor};
    use crate::packet::tests::packet;

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
}
