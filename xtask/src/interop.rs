//! `cargo x interop`: members made with ts-mls, as the web client uses it, OpenMLS, as `seal` uses it, and mls-rs, in the same
//! groups; after every commit all of them are compared. The tests are in `web/interop`, and lead the two in Rust as processes.

use crate::process::{cargo, npm, root, run as run_to_the_end};
use crate::{Failure, no_arguments, setup};

/// Where Vitest leaves its results.
pub(crate) const RESULTS: &str = "target/web-interop.json";

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    no_arguments(arguments)?;
    setup::for_demo()?;
    tests()
}

/// Builds the program that has the members in Rust, and runs the tests.
pub(crate) fn tests() -> Result<(), Failure> {
    // Of the whole workspace, as nextest builds it: with the features of one package alone all would be built once more.
    run_to_the_end(&mut cargo(&["build", "--workspace", "--example", "interop"]))?;
    let results = format!("--outputFile.json={}", root().join(RESULTS).display());
    run_to_the_end(&mut npm(&["run", "--silent", "interop", "--", "--reporter=default", "--reporter=json", &results]))
}
