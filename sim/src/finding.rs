//! What a run is for: the place where server and expectation disagree.

use std::fmt;
use std::time::Duration;

/// Something is wrong.
#[derive(Clone)]
pub struct Finding {
    /// The run in which it was found; it shows again with this seed.
    pub seed: u64,
    /// When, since the start of the run.
    pub at: Duration,
    /// What.
    pub what: String,
    /// The lines of the transcript that came before.
    pub before: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}seed {}, after {:.3} s: {}", self.before, self.seed, self.at.as_secs_f64(), self.what)
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for Finding {}
