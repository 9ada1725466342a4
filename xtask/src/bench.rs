//! `cargo x bench`: measurements of the release build, each a table for people and then one line of JSON for machines.

use std::process::Command;

use crate::process::{capture, cargo, command, root, run as run_to_the_end};
use crate::{Failure, setup, web};

/// What can be measured.
const NAMES: [&str; 8] = ["audio", "forward", "interpretation", "join", "network", "rooms", "seal", "soak"];

/// Those that are measured where nothing is named; `soak` takes twenty minutes.
const USUAL: [&str; 6] = ["audio", "forward", "join", "network", "rooms", "seal"];

/// How a voice is heard, all in browsers.
const AUDIO: &str = "audio";

/// The one that compares with others.
const FORWARD: &str = "forward";

/// What a bad line does, all in browsers.
const NETWORK: &str = "network";

/// The one with a half in a browser.
const SEAL: &str = "seal";

/// Where the line of JSON of its other half is kept for it.
const SEAL_FIGURES: &str = "target/bench-seal.json";

/// Runs the named measurements, or the usual ones. What follows `--` is said to the one that is named.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let (names, further) = parse(arguments)?;
    let usual: Vec<String> = USUAL.map(str::to_owned).into();
    let wanted = if names.is_empty() { &usual[..] } else { names };
    if wanted.iter().any(|name| [AUDIO, NETWORK, SEAL].contains(&name.as_str())) {
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
        bench.args(further);
        match name.as_str() {
            AUDIO => run_to_the_end(browsers("web/bench/audio.mjs").args(further))?,
            NETWORK => run_to_the_end(&mut browsers("web/bench/network.mjs"))?,
            SEAL => seal(&mut bench)?,
            _ => run_to_the_end(&mut bench)?,
        }
    }
    Ok(())
}

/// The names, and what is said to the one that is named.
fn parse(arguments: &[String]) -> Result<(&[String], &[String]), Failure> {
    let end = arguments.iter().position(|word| word == "--");
    let (names, further) = end.map_or((arguments, &[][..]), |end| (&arguments[..end], &arguments[end + 1..]));
    if let Some(unknown) = names.iter().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(format!("there is no measurement \"{unknown}\"; there are {}", NAMES.join(", ")));
    }
    if end.is_some() && names.len() != 1 {
        return Err("what follows -- is for one measurement; name it".to_owned());
    }
    Ok((names, further))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_and_what_follows_them_is_for_one() {
        let parsed = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            parse(&words).map(|(names, further)| (names.join(" "), further.join(" ")))
        };
        let said = |names: &str, further: &str| Ok((names.to_owned(), further.to_owned()));
        assert_eq!(parsed(&[]), said("", ""));
        assert_eq!(parsed(&["join", "forward"]), said("join forward", ""));
        assert_eq!(parsed(&["rooms", "--", "2x50", "1x50"]), said("rooms", "2x50 1x50"));
        for wrong in [&["jion"][..], &["--", "1x50"], &["rooms", "soak", "--", "--minutes", "1"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }
}
