//! The clocks of this process: read here, handed on as values.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use wire::WallTime;

/// One moment by both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// For how long things take.
    pub(crate) instant: Instant,
    /// For when they happened.
    pub(crate) wall: WallTime,
}

impl Now {
    pub(crate) fn read() -> Self {
        Self { instant: Instant::now(), wall: wall_time() }
    }
}

/// The wall clock. A clock set before 1970 reads as 1970: better a wrong date in the log than no summit.
pub(crate) fn wall_time() -> WallTime {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    WallTime(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
