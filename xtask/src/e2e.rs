//! `cargo x e2e`: the stories in real browsers. They live in `web/e2e`; this builds what they need and starts them.

use crate::process::{cargo, command, run as run_to_the_end};
use crate::{Failure, setup, web};

/// Where the stories leave their results.
pub(crate) const RESULTS: &str = "target/e2e/results.json";

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if arguments.iter().any(|argument| argument == "--list") {
        setup::for_demo()?;
        return start(arguments);
    }
    setup::for_tests()?;
    web::build()?;
    run_to_the_end(&mut cargo(&["build", "--package", "sommet", "--package", "proxy"]))?;
    start(arguments)
}

/// Runs the stories against what is built; all of them when none is named.
pub(crate) fn start(arguments: &[String]) -> Result<(), Failure> {
    let status = command("node")
        .arg("web/e2e/run.mjs")
        .args(arguments)
        .status()
        .map_err(|error| format!("node could not be started: {error}"))?;
    if status.success() { Ok(()) } else { Err("not every story passed".to_string()) }
}
