//! `cargo x bench`: measurements of the release build, each a table for people and then one line of JSON for machines.

use std::process::Command;

use crate::process::{capture, cargo, command, root, run as run_to_the_end};
use crate::{Failure, setup, web};

/// What can be measured.
const NAMES: [&str; 4] = ["forward", "join", "network", "seal"];

/// The one that compares with others.
const FORWARD: &str = "forward";

/// The one that is all in browsers.
const NETWORK: &str = "network";

/// The one with a half in a browser.
const SEAL: &str = "seal";

/// Where the line of JSON of its other half is kept for it.
const SEAL_FIGURES: &str = "target/bench-seal.json";

/// Runs the named measurements, or all of them.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = arguments.iter().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(format!("there is no measurement \"{unknown}\"; there are {}", NAMES.join(", ")));
    }
    let all: Vec<String> = NAMES.map(str::to_owned).into();
    let wanted = if arguments.is_empty() { &all } else { arguments };
    if wanted.iter().any(|name| name == SEAL || name == NETWORK) {
        setup::for_tests()?
    } else {
        setup::for_demo()?
    }
    if wanted.iter().any(|name| name == FORWARD) {
        setup::for_peers()?;
    }
    web::build()?;
    run_to_the_end(&mut cargo(&[
        "build",
        "--release",
        "--package",
        "sommet",
        "--package",
        "bench",
        "--package",
        "proxy",
    ]))?;
    for name in wanted {
        let mut bench = cargo(&["run", "--quiet", "--release", "--package", "bench", "--", name]);
        match name.as_str() {
            NETWORK => run_to_the_end(&mut browsers("web/bench/network.mjs"))?,
            SEAL => seal(&mut bench)?,
            _ => run_to_the_end(&mut bench)?,
        }
    }
    Ok(())
}

/// What sealing costs on the Rust side, and beside it what it costs in Chromium.
fn seal(bench: &mut Command) -> Result<(), Failure> {
    let said = capture(bench)?;
    println!("\n{}", said.trim_end());
    let figures = root().join(SEAL_FIGURES);
    let last = said.lines().last().unwrap_or_default();
    std::fs::write(&figures, last).map_err(|error| format!("{SEAL_FIGURES} cannot be written: {error}"))?;
    run_to_the_end(browsers("web/bench/seal.mjs").arg(format!("--rust={SEAL_FIGURES}")))
}

/// A script that drives browsers, with the programs of the release build.
fn browsers(script: &str) -> Command {
    let mut node = command("node");
    node.arg(script).env("SOMMET_BINARY", root().join("target/release/sommet"));
    node
}
