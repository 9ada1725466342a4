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
}
