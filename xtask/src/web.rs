//! The web client's own commands, run by npm.

use crate::Failure;
use crate::process::{npm, root, run};

/// Builds the client into `web/dist`, from where the server embeds it.
pub(crate) fn build() -> Result<(), Failure> {
    run(&mut npm(&["run", "--silent", "build"]))
}

/// Types, lints and formatting, of the client and of the stories.
pub(crate) fn check() -> Result<(), Failure> {
    run(&mut npm(&["run", "--silent", "messages"]))?;
    run(&mut npm(&["run", "--silent", "check"]))?;
    run(&mut npm(&["exec", "--offline", "--", "tsc", "--project", "e2e"]))
}

/// Where Vitest leaves its results.
pub(crate) const UNIT_TEST_RESULTS: &str = "target/web-unit-tests.json";

/// The unit tests.
pub(crate) fn unit_tests() -> Result<(), Failure> {
    let results = format!("--outputFile.json={}", root().join(UNIT_TEST_RESULTS).display());
    run(&mut npm(&["run", "--silent", "test", "--", "--reporter=default", "--reporter=json", &results]))
}
