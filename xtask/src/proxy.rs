//! `cargo x proxy`: a bad line between browsers and a server, for who wants to hear and see it. `proxy` says how to speak with it.

use crate::Failure;
use crate::process::{cargo, run as run_to_the_end};

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    run_to_the_end(cargo(&["run", "--quiet", "--package", "proxy", "--"]).args(arguments))
}
