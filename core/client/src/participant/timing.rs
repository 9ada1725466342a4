//! Timing a participant's pictures: when those left that show nothing, and how long those were on the way that come.

use std::time::Instant;

use super::Participant;

impl Participant {
    /// From now on every picture of [`crate::Film::of_weight`] says inside of its seal when it leaves, and of every one that comes it is
    /// counted how long it was on the way, in [`crate::Stats::delays`]. All who are to understand one another count from the same
    /// moment.
    pub fn time_pictures(&mut self, origin: Instant) {
        self.origin = Some(origin);
    }
}
