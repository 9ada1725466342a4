//! `cargo x sim`: runs random summits and says what is found. Exit status 1 when something is.
//!
//! * `sim [--seeds N] [--from S]` runs N seeds, beginning with S;
//! * `sim --delivery [--seeds N] [--from S]` runs N seeds of the groups alone, without media;
//! * `sim --booths [--seeds N] [--from S]` runs N seeds of interpretation alone, without media;
//! * `sim --soak [--minutes N] [--from S]` holds one summit for so many virtual minutes, two hours where it is not said;
//! * `sim record` writes the recordings that the web client is tested with.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Where the web client looks for recordings.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/src/meeting/fixtures");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if words == ["record"] {
        return record();
    }
    let done = match words.split_first() {
        Some((&"--delivery", rest)) => numbers(rest, ["--from", "--seeds"], [1, 10]).map(run_groups),
        Some((&"--booths", rest)) => numbers(rest, ["--from", "--seeds"], [1, 1000]).map(run_booths),
        Some((&"--soak", rest)) => numbers(rest, ["--from", "--minutes"], [1, 120]).map(soak),
        _ => numbers(&words, ["--from", "--seeds"], [1, 10]).map(run),
    };
    done.unwrap_or_else(|| {
        eprintln!("usage: sim [--delivery | --booths] [--seeds N] [--from S] | sim --soak [--minutes N] [--from S] | sim record");
        ExitCode::from(2)
    })
}

/// The numbers behind two flags, or what they are where nothing is said.
fn numbers(words: &[&str], flags: [&str; 2], usual: [u64; 2]) -> Option<[u64; 2]> {
    let mut numbers = usual;
    for pair in words.chunks(2) {
        let [flag, number] = pair else { return None };
        let place = flags.iter().position(|known| known == flag)?;
        numbers[place] = number.parse().ok()?;
    }
    Some(numbers)
}

/// A commotion of nine minutes and a minute of calm, again and again.
fn soak([seed, minutes]: [u64; 2]) -> ExitCode {
    let begin = Instant::now();
    let rounds = u32::try_from(minutes.div_ceil(10)).unwrap_or(u32::MAX);
    let held = sim::soak(seed, rounds, Duration::from_secs(9 * 60), |round| {
        let minutes = round.at.as_secs() / 60;
        println!("round {}, {minutes} minutes, {} devices so far: {}", round.number, round.devices, round.held);
    });
    let took = begin.elapsed().as_secs_f64();
    match held {
        Ok(world) => {
            println!("{rounds} rounds in {took:.1} s, {} lines, nothing was found", world.transcript().length());
            ExitCode::SUCCESS
        }
        Err(finding) => {
            println!("{finding}");
            ExitCode::FAILURE
        }
    }
}

fn run([from, count]: [u64; 2]) -> ExitCode {
    let begin = Instant::now();
    let mut found = Vec::new();
    for seed in from..from.saturating_add(count) {
        match sim::random_summit(seed) {
            Ok(world) => {
                let transcript = world.transcript();
                println!("seed {seed}: {} lines, {:016x}", transcript.length(), transcript.hash());
            }
            Err(finding) => {
                println!("{finding}");
                found.push(seed);
            }
        }
    }
    println!("{count} summits in {:.1} s, {} with a finding: {found:?}", begin.elapsed().as_secs_f64(), found.len());
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_groups([from, count]: [u64; 2]) -> ExitCode {
    let begin = Instant::now();
    let (mut found, mut lies, mut opened) = (Vec::new(), 0, 0);
    for seed in from..from.saturating_add(count) {
        match sim::random_groups(seed) {
            Ok(tally) => (lies, opened) = (lies + tally.lies, opened + tally.opened),
            Err(finding) => {
                println!("{finding}");
                found.push(seed);
            }
        }
    }
    println!(
        "{count} runs of groups in {:.1} s, {opened} frames opened, {lies} lies, {} with a finding: {found:?}",
        begin.elapsed().as_secs_f64(),
        found.len()
    );
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_booths([from, count]: [u64; 2]) -> ExitCode {
    let begin = Instant::now();
    let mut found = Vec::new();
    let mut all = sim::BoothTally::default();
    for seed in from..from.saturating_add(count) {
        match sim::random_booths(seed) {
            Ok(tally) => {
                all.changes += tally.changes;
                all.refusals += tally.refusals;
                all.interpreted += tally.interpreted;
                all.relayed += tally.relayed;
            }
            Err(finding) => {
                println!("{finding}");
                found.push(seed);
            }
        }
    }
    println!(
        "{count} runs of booths in {:.1} s, {} changes and {} refusals, {} times interpreted, {} by relay, {} with a finding: {found:?}",
        begin.elapsed().as_secs_f64(),
        all.changes,
        all.refusals,
        all.interpreted,
        all.relayed,
        found.len()
    );
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn record() -> ExitCode {
    let recordings = match sim::recordings() {
        Ok(recordings) => recordings,
        Err(finding) => {
            eprintln!("{finding}");
            return ExitCode::FAILURE;
        }
    };
    for recording in recordings {
        let path = Path::new(FIXTURES).join(recording.file);
        if let Err(error) = std::fs::write(&path, recording.text) {
            eprintln!("{} cannot be written: {error}", path.display());
            return ExitCode::FAILURE;
        }
        println!("{}", path.display());
    }
    ExitCode::SUCCESS
}
