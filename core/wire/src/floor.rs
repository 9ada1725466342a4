//! The floor: who speaks now, and who asked to speak next.

use serde::{Deserialize, Serialize};

use crate::{SeatId, WallTime};

/// The floor as everybody sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FloorView {
    /// Who has the floor, and since when.
    pub holder: Option<(SeatId, WallTime)>,
    /// Who asked for it, first come first.
    pub queue: Vec<SeatId>,
    /// How long the holder's clock stood still so far, in milliseconds, because interpretation was suspended.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub stood_ms: u64,
    /// Since when it stands still now.
    pub stands_since: Option<WallTime>,
}

impl FloorView {
    /// It was given to that seat at that moment: its clock begins.
    pub fn give(&mut self, seat: &SeatId, at: WallTime) {
        self.queue.retain(|other| other != seat);
        (self.stood_ms, self.stands_since) = (0, None);
        self.holder = Some((seat.clone(), at));
    }

    /// It is nobody's.
    pub fn free(&mut self) {
        (self.stood_ms, self.stands_since) = (0, None);
        self.holder = None;
    }

    /// The holder's clock stands still from that moment on, or goes on; often it is so already.
    pub fn stand(&mut self, stands: bool, at: WallTime) {
        match self.stands_since {
            None if stands && self.holder.is_some() => self.stands_since = Some(at),
            Some(since) if !stands => {
                let stood = u64::try_from(at.since(since).as_millis()).unwrap_or(u64::MAX);
                self.stood_ms = self.stood_ms.saturating_add(stood);
                self.stands_since = None;
            }
            None | Some(_) => {}
        }
    }
}
