//! How long pictures are on the way. A picture that shows nothing has room for the moment at which it left; it travels inside of
//! the seal, and who opens the picture reads it. What is told of many is a histogram, in which neighbours differ by a sixteenth.

use std::ops::AddAssign;
use std::time::Duration;

/// Before the moment, so that nothing else is taken for one.
const MARK: [u8; 8] = *b"it left ";
/// The moment: nanoseconds, the highest byte first.
const MOMENT_BYTES: usize = 8;
/// How much of a picture's end is written over.
pub(crate) const STAMP_BYTES: usize = MARK.len() + MOMENT_BYTES;

/// Writes the moment into the end of a frame; one that is too short for it stays as it is.
pub(crate) fn stamp(frame: &mut [u8], since_origin: Duration) {
    let Some((_, end)) = frame.split_last_chunk_mut::<STAMP_BYTES>() else { return };
    let (mark, moment) = end.split_at_mut(MARK.len());
    mark.copy_from_slice(&MARK);
    // 584 years fit.
    moment.copy_from_slice(&u64::try_from(since_origin.as_nanos()).unwrap_or(u64::MAX).to_be_bytes());
}

/// The moment in a frame; none where nobody wrote one.
pub(crate) fn read(frame: &[u8]) -> Option<Duration> {
    let moment = frame.last_chunk::<STAMP_BYTES>()?.strip_prefix(&MARK)?;
    Some(Duration::from_nanos(u64::from_be_bytes(moment.try_into().ok()?)))
}

/// Classes to each doubling: a figure is off by at most a sixteenth.
const PARTS: u32 = 16;
const PARTS_LOG: u32 = PARTS.ilog2();
/// Up to 2^27 microseconds, which is two minutes; what took longer is in the last one.
const CLASSES: usize = ((27 - PARTS_LOG + 1) * PARTS) as usize;

/// How many pictures were on the way for how long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Delays([u32; CLASSES]);

impl Delays {
    /// One more.
    pub(crate) fn note(&mut self, delay: Duration) {
        let count = &mut self.0[class_of(delay)];
        *count = count.saturating_add(1);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|&count| u64::from(count)).sum()
    }

    /// `percent` in a hundred took at most so long; none without any. Of 100 it is the longest.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let wanted = (self.count() * percent).div_ceil(100).max(1);
        let mut below = 0;
        self.classes().find_map(|(longest, count)| {
            below += u64::from(count);
            (below >= wanted).then_some(longest)
        })
    }

    /// The classes in which there are any: the longest that belongs to each, and how many those are.
    pub fn classes(&self) -> impl Iterator<Item = (Duration, u32)> {
        let counted = self.0.iter().enumerate().filter(|&(_, &count)| count > 0);
        counted.map(|(class, &count)| (longest_of(class), count))
    }
}

/// The first classes are a microsecond wide, and each further sixteen twice as wide as those before.
fn class_of(delay: Duration) -> usize {
    let micros = u32::try_from(delay.as_micros()).unwrap_or(u32::MAX);
    let doubling = micros.checked_ilog2().unwrap_or(0).saturating_sub(PARTS_LOG);
    let class = doubling * PARTS + (micros >> doubling);
    usize::try_from(class).map_or(CLASSES - 1, |class| class.min(CLASSES - 1))
}

fn longest_of(class: usize) -> Duration {
    let (class, parts) = (class as u64, u64::from(PARTS));
    let doubling = (class / parts).saturating_sub(1);
    Duration::from_micros(((class - doubling * parts + 1) << doubling) - 1)
}

impl Default for Delays {
    fn default() -> Self {
        Self([0; CLASSES])
    }
}

impl AddAssign<&Self> for Delays {
    fn add_assign(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count = count.saturating_add(*more);
        }
    }
}

impl std::fmt::Debug for Delays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.classes()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_where_it_was_written_and_nowhere_else() {
        let moment = Duration::new(86_400, 123_456_789);
        let mut frame = [0x55; 40];
        assert_eq!(read(&frame), None);
        stamp(&mut frame, moment);
        assert_eq!((read(&frame), &frame[..40 - STAMP_BYTES]), (Some(moment), &[0x55; 40 - STAMP_BYTES][..]));
        let mut short = [1; STAMP_BYTES - 1];
        stamp(&mut short, moment);
        assert_eq!((read(&short), short), (None, [1; STAMP_BYTES - 1]));
    }

    #[test]
    fn every_delay_is_in_a_class_that_is_off_by_a_sixteenth_at_most() {
        let mut before = 0;
        for micros in (0..5_000).chain((5_000..130_000_000).step_by(9_973)) {
            let class = class_of(Duration::from_micros(micros));
            let longest = longest_of(class).as_micros() as u64;
            assert!(class >= before && longest >= micros && longest - micros <= micros / 16, "{micros}: {longest}");
            before = class;
        }
        assert_eq!(class_of(Duration::MAX), CLASSES - 1);
    }

    #[test]
    fn percentiles_of_several_are_those_of_all() {
        let (mut all, mut others) = (Delays::default(), Delays::default());
        assert_eq!(all.percentile(50), None);
        (1..=10).for_each(|micros| all.note(Duration::from_micros(micros)));
        (11..=15).for_each(|micros| others.note(Duration::from_micros(micros)));
        all += &others;
        assert_eq!(all.count(), 15);
        assert_eq!(
            [50, 99, 100].map(|percent| all.percentile(percent)),
            [8, 15, 15].map(|of| Some(Duration::from_micros(of)))
        );
    }
}
