//! Timing a participant's pictures: when those left that show nothing, how long those were on the way that come, and how long none
//! came.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wire::{Source, SourceId};

use super::Participant;
use crate::delays::{self, Delays};

/// What was timed so far.
#[derive(Debug)]
pub(super) struct Timing {
    /// From where the moments in pictures are counted.
    origin: Instant,
    /// When the last picture of each source that is there came.
    last: BTreeMap<SourceId, Instant>,
    pub(super) delays: Delays,
    pub(super) longest_pause: Duration,
}

impl Participant {
    /// From now on every picture of [`crate::Film::of_weight`] says inside of its seal when it leaves, and of every one that comes it is
    /// counted how long it was on the way, in [`crate::Stats::delays`]. All who are to understand one another count from the same
    /// moment.
    pub fn time_pictures(&mut self, origin: Instant) {
        let (last, delays) = (BTreeMap::new(), Delays::default());
        self.timing = Some(Timing { origin, last, delays, longest_pause: Duration::ZERO });
    }
}

impl Timing {
    /// What a picture says that leaves now.
    pub(super) fn moment(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.origin)
    }

    /// A picture of `source` was opened, one of those that are there. Who comes back after a while begins anew.
    pub(super) fn note(&mut self, source: SourceId, there: &[Source], picture: &[u8], now: Instant) {
        let Some(left) = delays::read(picture) else { return };
        self.delays.note(now.saturating_duration_since(self.origin + left));
        self.last.retain(|known, _| there.iter().any(|source| source.id == *known));
        if let Some(before) = self.last.insert(source, now) {
            self.longest_pause = self.longest_pause.max(now.saturating_duration_since(before));
        }
    }
}
