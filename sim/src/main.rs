//! `cargo x sim`: runs random summits and says what is found. Exit status 1 when something is.
//!
//! * `sim [--seeds N] [--from S]` runs N seeds, beginning with S;
//! * `sim --delivery [--seeds N] [--from S]` runs N seeds of the groups alone, without media;
//! * `sim record` writes the recordings that the web client is tested with.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// Where the web client looks for recordings.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/src/meeting/fixtures");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if words == ["record"] {
        return record();
    }
    let (groups, words) = match words.split_first() {
        Some((&"--delivery", rest)) => (true, rest),
        _ => (false, &words[..]),
    };
    match seeds(words) {
        Some((from, count)) if groups => run_groups(from, count),
        Some((from, count)) => run(from, count),
        None => {
            eprintln!("usage: sim [--delivery] [--seeds N] [--from S] | sim record");
            ExitCode::from(2)
        }
    }
}

fn seeds(words: &[&str]) -> Option<(u64, u64)> {
    let (mut from, mut count) = (1, 10);
    for pair in words.chunks(2) {
        match pair {
            ["--seeds", number] => count = number.parse().ok()?,
            ["--from", number] => from = number.parse().ok()?,
            _ => return None,
        }
    }
    Some((from, count))
}

fn run(from: u64, count: u64) -> ExitCode {
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

fn run_groups(from: u64, count: u64) -> ExitCode {
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
