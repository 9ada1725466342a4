//! Datagrams in a stream: each behind its length (RFC 4571). What comes in is cut into them; what goes out waits here until
//! the stream takes it, and what cannot wait any longer is dropped, pictures before everything else.

use std::collections::VecDeque;

/// The longest datagram that is taken from a stream, in bytes. Browsers send none that a network would not carry in one
/// piece, over whatever stream; a longer length is no browser's.
pub(crate) const FRAME_BYTES_MAX: usize = 2048;

/// The length before each datagram, in bytes.
const HEAD_BYTES: usize = 2;

/// What may wait for one stream, in bytes: a key frame of a large picture, or half a second of a line of 2 Mb/s. When it
/// is full, the oldest piece of a picture is dropped, and where there is none the oldest of the rest: what waited longest is
/// worth least.
const QUEUE_BYTES_MAX: usize = 128 * 1024;

/// What is given to a stream at a time, in bytes. It leaves as it is, so sound waits behind this much of a picture.
pub(crate) const PIECE_BYTES: usize = 4 * 1024;

/// A length that no browser sends: the stream cannot be made sense of any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame of {0} bytes")]
pub(crate) struct TooLong(usize);

/// Reads the length of a frame.
pub(crate) fn length(head: [u8; HEAD_BYTES]) -> Result<usize, TooLong> {
    let length = usize::from(u16::from_be_bytes(head));
    if length > FRAME_BYTES_MAX { Err(TooLong(length)) } else { Ok(length) }
}

/// Cuts a stream into datagrams. Holds less than one frame between two calls.
#[derive(Default)]
pub(crate) struct Unframer {
    rest: Vec<u8>,
}

impl Unframer {
    /// Takes in what came, and tells of every datagram that is whole. The first `false` answer ends it.
    ///
    /// # Errors
    /// The stream is none of frames.
    pub(crate) fn take(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8]) -> bool) -> Result<(), TooLong> {
        self.rest.extend_from_slice(bytes);
        let mut begin = 0;
        while let Some(head) = self.rest[begin..].first_chunk() {
            let length = length(*head)?;
            let Some(datagram) = self.rest[begin + HEAD_BYTES..].get(..length) else { break };
            begin += HEAD_BYTES + length;
            if !each(datagram) {
                break;
            }
        }
        self.rest.drain(..begin);
        Ok(())
    }
}

/// What waits for one stream, whole datagrams: everything else leaves before pictures.
pub(crate) struct Waiting<T> {
    pictures: VecDeque<T>,
    rest: VecDeque<T>,
    /// Of both queues.
    bytes: usize,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self { pictures: VecDeque::new(), rest: VecDeque::new(), bytes: 0 }
    }
}

impl<T: AsRef<[u8]>> Waiting<T> {
    /// Adds one; returns how many were dropped for it.
    pub(crate) fn push(&mut self, datagram: T, is_picture: bool) -> u64 {
        self.bytes += datagram.as_ref().len();
        if is_picture { &mut self.pictures } else { &mut self.rest }.push_back(datagram);
        let mut dropped = 0;
        while self.bytes > QUEUE_BYTES_MAX
            && let Some(oldest) = self.pictures.pop_front().or_else(|| self.rest.pop_front())
        {
            self.bytes -= oldest.as_ref().len();
            dropped += 1;
        }
        dropped
    }

    /// The one that leaves next.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let next = self.rest.pop_front().or_else(|| self.pictures.pop_front())?;
        self.bytes -= next.as_ref().len();
        Some(next)
    }
}

/// What waits for a stream of frames.
#[derive(Default)]
pub(crate) struct Framer {
    /// Whole frames, as they leave next; the stream has taken the first `taken` bytes.
    piece: Vec<u8>,
    taken: usize,
    waiting: Waiting<Vec<u8>>,
}

impl Framer {
    /// Adds a datagram; returns how many were dropped for it.
    pub(crate) fn push(&mut self, datagram: Vec<u8>, is_picture: bool) -> u64 {
        // No datagram of ours comes near that length.
        if datagram.len() > usize::from(u16::MAX) {
            return 1;
        }
        self.waiting.push(datagram, is_picture)
    }

    /// What the stream should take next; empty when nothing waits.
    pub(crate) fn next(&mut self) -> &[u8] {
        if self.taken == self.piece.len() {
            self.piece.clear();
            self.taken = 0;
            while self.piece.len() < PIECE_BYTES
                && let Some(datagram) = self.waiting.pop()
            {
                // It fits: see `push`.
                self.piece.extend((datagram.len() as u16).to_be_bytes());
                self.piece.extend(datagram);
            }
        }
        &self.piece[self.taken..]
    }

    /// The stream took so many bytes of that.
    pub(crate) fn took(&mut self, bytes: usize) {
        self.taken += bytes;
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::SmallRng;
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;

    fn framed(datagrams: &[Vec<u8>]) -> Vec<u8> {
        let head = |datagram: &Vec<u8>| u16::try_from(datagram.len()).unwrap().to_be_bytes();
        datagrams.iter().flat_map(|datagram| [&head(datagram)[..], datagram].concat()).collect()
    }

    fn cut(unframer: &mut Unframer, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut datagrams = Vec::new();
        let each = |datagram: &[u8]| {
            datagrams.push(datagram.to_vec());
            true
        };
        unframer.take(bytes, each).unwrap();
        datagrams
    }

    #[test]
    fn datagrams_come_out_whole_wherever_the_stream_is_cut() {
        let sent = vec![vec![1; 3], vec![], vec![2; FRAME_BYTES_MAX], vec![3; 256]];
        let stream = framed(&sent);
        for at in 0..=stream.len() {
            let mut unframer = Unframer::default();
            let mut came = cut(&mut unframer, &stream[..at]);
            came.extend(cut(&mut unframer, &stream[at..]));
            assert_eq!(came, sent, "cut at {at}");
            assert!(unframer.rest.is_empty());
        }
        let mut unframer = Unframer::default();
        let came: Vec<_> = stream.iter().flat_map(|byte| cut(&mut unframer, &[*byte])).collect();
        assert_eq!(came, sent, "byte by byte");
    }

    #[test]
    fn a_length_that_no_browser_sends_ends_the_stream() {
        let mut unframer = Unframer::default();
        assert_eq!(unframer.take(&[0x08, 0x00, 0], |_| true), Ok(()));
        let mut unframer = Unframer::default();
        assert_eq!(unframer.take(&[0x08, 0x01], |_| true), Err(TooLong(2049)));
        assert_eq!(Unframer::default().take(b"GET / HTTP/1.1", |_| true), Err(TooLong(0x4745)));
    }

    #[test]
    fn of_garbage_no_more_than_a_frame_is_kept() {
        let mut random = SmallRng::seed_from_u64(4571);
        for _ in 0..2000 {
            let mut unframer = Unframer::default();
            for _ in 0..50 {
                let mut bytes = vec![0; random.random_range(0..500)];
                random.fill(&mut bytes[..]);
                // Otherwise nearly every length is too long.
                bytes.iter_mut().step_by(2).for_each(|byte| *byte &= 0x08);
                if unframer.take(&bytes, |datagram| datagram.len() <= FRAME_BYTES_MAX).is_err() {
                    break;
                }
                assert!(unframer.rest.len() < HEAD_BYTES + FRAME_BYTES_MAX);
            }
        }
    }

    #[test]
    fn nothing_is_told_after_the_first_no() {
        let mut told = 0;
        let each = |_: &[u8]| {
            told += 1;
            false
        };
        Unframer::default().take(&framed(&[vec![1], vec![2]]), each).unwrap();
        assert_eq!(told, 1);
    }

    /// All that waits, as the other end reads it; the stream takes at most `at_once` bytes each time.
    fn drained(framer: &mut Framer, at_once: usize) -> Vec<Vec<u8>> {
        let mut stream = Vec::new();
        loop {
            let next = framer.next();
            let count = next.len().min(at_once);
            stream.extend_from_slice(&next[..count]);
            if count == 0 {
                return cut(&mut Unframer::default(), &stream);
            }
            framer.took(count);
        }
    }

    #[test]
    fn what_was_pushed_leaves_in_order_and_sound_before_pictures() {
        for at_once in [1, 7, 1 << 20] {
            let mut framer = Framer::default();
            for number in 0..10 {
                assert_eq!(framer.push(vec![number; 1200], true), 0);
                assert_eq!(framer.push(vec![100 + number; 80], false), 0);
            }
            let order: Vec<u8> = drained(&mut framer, at_once).iter().map(|datagram| datagram[0]).collect();
            assert_eq!(order, (100..110).chain(0..10).collect::<Vec<u8>>());
            assert_eq!(framer.waiting.bytes, 0);
        }
    }

    #[test]
    fn sound_that_comes_later_waits_for_one_piece_of_a_picture_only() {
        let mut framer = Framer::default();
        assert_eq!((0..50).map(|_| framer.push(vec![0; 1200], true)).sum::<u64>(), 0);
        assert!(framer.next().len() < PIECE_BYTES + 2 * FRAME_BYTES_MAX);
        framer.push(vec![7; 80], false);
        let order: Vec<u8> = drained(&mut framer, 500).iter().map(|datagram| datagram[0]).collect();
        assert_eq!(order.iter().position(|first| *first == 7), Some(4));
    }

    #[test]
    fn a_stream_that_takes_nothing_costs_the_oldest_pictures_then_the_oldest_sound_and_no_memory() {
        let mut framer = Framer::default();
        let mut dropped = 0;
        for number in 0..1000_u32 {
            dropped += framer.push(vec![u8::try_from(number % 100).unwrap(); 1200], true);
            dropped += framer.push(vec![200; 80], false);
            assert!(framer.waiting.bytes <= QUEUE_BYTES_MAX);
        }
        assert_eq!(framer.waiting.rest.len(), 1000, "sound is whole");
        assert_eq!(dropped as usize, 1000 - framer.waiting.pictures.len());
        assert_eq!(framer.waiting.pictures.back().unwrap()[0], 99, "the newest pictures are kept");

        dropped = (0..3000).map(|_| framer.push(vec![201; 80], false)).sum();
        assert!(dropped > 0 && framer.waiting.pictures.is_empty() && framer.waiting.bytes <= QUEUE_BYTES_MAX);
    }
}
