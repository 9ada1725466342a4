//! What arrived on one receiving m-line: counted, not decoded. A frame counts as playable when a decoder would show it:
//! all of its packets are there and every frame since the last key frame was.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wire::Mid;

use crate::layer::Part;

/// How long a hole in the sequence is waited for: a retransmission takes a round trip.
const HOLE_PATIENCE: Duration = Duration::from_millis(400);
/// How many packets are kept behind a hole; beyond it the hole is given up.
const HELD_PACKETS_MAX: usize = 256;
/// How long a picture may stay undecodable before a key frame is asked for, and between two such requests.
const KEY_FRAME_PATIENCE: Duration = Duration::from_millis(1000);
/// The largest frame that is put together; a larger one is counted and not given out.
const FRAME_BYTES_MAX: usize = 1024 * 1024;
/// A voice this loud is counted as heard, in -dBov (RFC 6464).
const HEARD_LEVEL: u8 = 60;

/// Counts of one receiving m-line since its connection began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// RTP packets, retransmissions included, duplicates not.
    pub packets: u64,
    /// Bytes of RTP payload.
    pub bytes: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Pictures of which all packets came.
    pub frames: u64,
    /// Those among them that need no other.
    pub key_frames: u64,
    /// Pictures that a decoder would have shown.
    pub playable_frames: u64,
    /// When the first of those was complete.
    pub first_playable: Option<Instant>,
    /// When the last of those was complete.
    pub last_playable: Option<Instant>,
    /// The longest time between two playable pictures; while the m-line is idle it grows too.
    pub longest_gap: Duration,
    /// Sound packets whose header says that somebody was heard.
    pub heard_packets: u64,
    /// The loudness of the last sound packet in -dBov, 0 loudest, 127 silence (RFC 6464); none where it is not said.
    pub level: Option<u8>,
}

impl std::ops::AddAssign for Received {
    /// The sum over two m-lines, or over two connections one after the other.
    fn add_assign(&mut self, other: Self) {
        self.packets += other.packets;
        self.bytes += other.bytes;
        self.lost += other.lost;
        self.frames += other.frames;
        self.key_frames += other.key_frames;
        self.playable_frames += other.playable_frames;
        self.first_playable = [self.first_playable, other.first_playable].into_iter().flatten().min();
        self.last_playable = self.last_playable.max(other.last_playable);
        self.longest_gap = self.longest_gap.max(other.longest_gap);
        self.heard_packets += other.heard_packets;
        self.level = [self.level, other.level].into_iter().flatten().min();
    }
}

/// A frame all of whose packets came, as its publisher sealed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedFrame {
    /// The receiving m-line.
    pub mid: Mid,
    /// Whether it is a picture.
    pub is_video: bool,
    /// The RTP timestamp.
    pub timestamp: u32,
    /// The frame. A sealed sound says inside whether it is RED.
    pub bytes: Vec<u8>,
}

/// One packet, as far as the counting needs it.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    /// Extended sequence number.
    pub(super) sequence: u64,
    /// RTP timestamp.
    pub(super) timestamp: u32,
    /// Its payload.
    pub(super) payload: Arc<[u8]>,
    /// Which part of its frame that is.
    pub(super) part: Part,
    /// The last of its picture.
    pub(super) marker: bool,
    /// The first of a key frame.
    pub(super) starts_key_frame: bool,
    /// Loudness in -dBov.
    pub(super) level: Option<u8>,
}

/// Counts the packets of one m-line.
#[derive(Debug)]
pub(super) struct Counter {
    received: Received,
    pictures: Option<Pictures>,
}

impl Counter {
    pub(super) fn sound() -> Self {
        Self { received: Received::default(), pictures: None }
    }

    pub(super) fn pictures() -> Self {
        Self { received: Received::default(), pictures: Some(Pictures::default()) }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.pictures.is_none()
    }

    pub(super) fn received(&self) -> Received {
        self.received
    }

    /// A packet arrived; duplicates were filtered before. What is whole now goes to `frames`, as timestamp and bytes.
    pub(super) fn count(&mut self, packet: Packet, now: Instant, frames: &mut Vec<(u32, Vec<u8>)>) {
        self.received.packets += 1;
        self.received.bytes += packet.payload.len() as u64;
        match &mut self.pictures {
            Some(pictures) => pictures.take(packet, now, &mut Takings { received: &mut self.received, frames }),
            None => {
                if !packet.payload.is_empty() {
                    frames.push((packet.timestamp, packet.payload.to_vec()));
                }
                self.received.level = packet.level;
                self.received.heard_packets += u64::from(packet.level.is_some_and(|level| level <= HEARD_LEVEL));
            }
        }
    }

    /// Whether the picture is stuck and a key frame must be asked for now.
    pub(super) fn needs_key_frame(&mut self, now: Instant) -> bool {
        self.pictures.as_mut().is_some_and(|pictures| pictures.needs_key_frame(now))
    }
}

/// Where what comes is noted.
struct Takings<'a> {
    received: &'a mut Received,
    frames: &'a mut Vec<(u32, Vec<u8>)>,
}

/// Puts packets back in order and follows the chain of pictures.
#[derive(Debug, Default)]
struct Pictures {
    /// The sequence number that comes next.
    next: Option<u64>,
    /// Packets behind a hole, and since when the hole is there.
    held: BTreeMap<u64, Packet>,
    hole_since: Option<Instant>,
    /// The picture under way.
    current: Option<Current>,
    /// Every picture since the last key frame came.
    chain: Chain,
}

#[derive(Debug)]
struct Current {
    timestamp: u32,
    key: bool,
    /// What came of it; none when its beginning did not, or it is too large.
    bytes: Option<Vec<u8>>,
}

impl Current {
    /// The next packet of it.
    fn add(&mut self, packet: &Packet) {
        let piece = match packet.part {
            Part::First { at } | Part::Further { at } => packet.payload.get(at..),
            Part::Unknown => None,
        };
        self.bytes = self.bytes.take().zip(piece).and_then(|(mut bytes, piece)| {
            bytes.extend_from_slice(piece);
            (bytes.len() <= FRAME_BYTES_MAX).then_some(bytes)
        });
    }
}

/// Whether the next picture can be shown.
#[derive(Debug, Default)]
enum Chain {
    /// Nothing came yet.
    #[default]
    Idle,
    /// It can.
    Whole,
    /// Not before the next key frame.
    Broken {
        /// Since then, or since a key frame was last asked for.
        since: Instant,
    },
}

impl Pictures {
    fn take(&mut self, packet: Packet, now: Instant, takings: &mut Takings<'_>) {
        let next = *self.next.get_or_insert(packet.sequence);
        if packet.sequence < next {
            return; // too late: its hole was given up
        }
        if packet.sequence == next && self.held.is_empty() {
            self.advance(packet, now, takings);
            return;
        }
        self.held.insert(packet.sequence, packet);
        self.release(now, takings);
        let patience_over = self.hole_since.is_some_and(|since| now.duration_since(since) >= HOLE_PATIENCE);
        if patience_over || self.held.len() > HELD_PACKETS_MAX {
            self.give_up_hole(now, takings);
        }
    }

    /// Takes what is held and in order.
    fn release(&mut self, now: Instant, takings: &mut Takings<'_>) {
        while let Some(entry) = self.held.first_entry() {
            if self.next != Some(*entry.key()) {
                self.hole_since.get_or_insert(now);
                return;
            }
            let packet = entry.remove();
            self.advance(packet, now, takings);
        }
        self.hole_since = None;
    }

    fn give_up_hole(&mut self, now: Instant, takings: &mut Takings<'_>) {
        if let (Some((&first, _)), Some(next)) = (self.held.first_key_value(), self.next) {
            takings.received.lost += first.saturating_sub(next);
            self.next = Some(first);
        }
        self.current = None;
        self.chain = Chain::Broken { since: now };
        self.hole_since = None;
        self.release(now, takings);
    }

    /// The next packet in order.
    fn advance(&mut self, packet: Packet, now: Instant, takings: &mut Takings<'_>) {
        self.next = Some(packet.sequence + 1);
        let same = self.current.as_ref().is_some_and(|current| current.timestamp == packet.timestamp);
        if !same {
            let bytes = matches!(packet.part, Part::First { .. }).then(Vec::new);
            self.current = Some(Current { timestamp: packet.timestamp, key: packet.starts_key_frame, bytes });
            if packet.starts_key_frame {
                self.chain = Chain::Whole;
            } else if matches!(self.chain, Chain::Idle) {
                self.chain = Chain::Broken { since: now };
            }
        }
        if let Some(current) = &mut self.current {
            current.add(&packet);
        }
        if !packet.marker {
            return;
        }
        if let Some(done) = self.current.take() {
            takings.frames.extend(done.bytes.map(|bytes| (done.timestamp, bytes)));
            let received = &mut *takings.received;
            received.frames += 1;
            received.key_frames += u64::from(done.key);
            if matches!(self.chain, Chain::Whole) {
                shown(received, now);
            }
        }
    }

    fn needs_key_frame(&mut self, now: Instant) -> bool {
        match &mut self.chain {
            Chain::Broken { since } if now.duration_since(*since) >= KEY_FRAME_PATIENCE => {
                *since = now;
                true
            }
            Chain::Idle | Chain::Whole | Chain::Broken { .. } => false,
        }
    }
}

fn shown(received: &mut Received, now: Instant) {
    received.playable_frames += 1;
    received.first_playable.get_or_insert(now);
    if let Some(last) = received.last_playable.replace(now) {
        received.longest_gap = received.longest_gap.max(now.duration_since(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(sequence: u64, timestamp: u32, starts_key_frame: bool, marker: bool) -> Packet {
        let begins = starts_key_frame || marker;
        let part = if begins { Part::First { at: 1 } } else { Part::Further { at: 1 } };
        let payload = Arc::from([0, sequence as u8]);
        Packet { sequence, timestamp, payload, part, marker, starts_key_frame, level: None }
    }

    #[test]
    fn a_hole_breaks_the_chain_until_the_next_key_frame() {
        let start = crate::test_start();
        let at = |millis| start + Duration::from_millis(millis);
        let mut counter = Counter::pictures();
        let count = |counter: &mut Counter, packet, at| counter.count(packet, at, &mut Vec::new());
        count(&mut counter, packet(1, 0, true, false), at(0));
        count(&mut counter, packet(2, 0, false, true), at(0));
        count(&mut counter, packet(3, 10, false, true), at(60));
        assert_eq!(counter.received().playable_frames, 2);
        count(&mut counter, packet(5, 30, false, true), at(200));
        count(&mut counter, packet(6, 40, false, true), at(700));
        let received = counter.received();
        assert_eq!((received.lost, received.frames, received.playable_frames), (1, 4, 2));
        assert!(!counter.needs_key_frame(at(700)));
        assert!(counter.needs_key_frame(at(1800)));
        assert!(!counter.needs_key_frame(at(1900)), "not twice within a second");
        count(&mut counter, packet(7, 50, true, true), at(2000));
        assert_eq!(counter.received().playable_frames, 3);
        assert!(!counter.needs_key_frame(at(9000)));
    }

    #[test]
    fn packets_out_of_order_are_put_back() {
        let (start, mut frames) = (crate::test_start(), Vec::new());
        let mut counter = Counter::pictures();
        for (sequence, timestamp, key, marker) in
            [(1, 0, true, true), (3, 20, false, true), (2, 10, false, true), (4, 30, false, true)]
        {
            counter.count(packet(sequence, timestamp, key, marker), start, &mut frames);
        }
        let received = counter.received();
        assert_eq!((received.frames, received.playable_frames, received.lost), (4, 4, 0));
        assert_eq!(frames, [(0, vec![1]), (10, vec![2]), (20, vec![3]), (30, vec![4])]);
    }

    #[test]
    fn a_frame_is_given_out_when_all_of_it_came() {
        let (start, mut frames) = (crate::test_start(), Vec::new());
        let mut counter = Counter::pictures();
        // The end of a frame whose beginning never came, a whole one, and one with a hole.
        let further = |packet: Packet| Packet { part: Part::Further { at: 1 }, ..packet };
        let packets = [
            further(packet(1, 0, false, true)),
            packet(2, 10, true, false),
            packet(3, 10, false, false),
            further(packet(4, 10, false, true)),
            packet(5, 20, true, false),
            further(packet(7, 20, false, true)),
        ];
        for packet in packets {
            counter.count(packet, start, &mut frames);
        }
        assert_eq!(frames, [(10, vec![2, 3, 4])]);
    }

    #[test]
    fn only_loud_sound_is_heard() {
        let mut counter = Counter::sound();
        for level in [Some(30), Some(127), None] {
            counter.count(Packet { level, ..packet(1, 0, false, false) }, crate::test_start(), &mut Vec::new());
        }
        assert_eq!((counter.received().packets, counter.received().heard_packets), (3, 1));
    }
}
