//! `cargo x fuzz`: every reader of strangers' bytes, given whatever libFuzzer comes upon. A target is a function of the crate
//! `fuzz`; what is tried first is its folder in `fuzz/corpus`, which `cargo x test` replays.
//!
//! Stable rustc can do it: it has the address sanitizer's library and LLVM's counters, and says so to who sets
//! `RUSTC_BOOTSTRAP`. What is built that way stays below `target/fuzz`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::Failure;
use crate::process::{capture, cargo, command, root, run as run_to_the_end};

/// What is tried first, a folder for each target.
const CORPUS: &str = "fuzz/corpus";
/// Where everything else is: the build, what was found, what broke.
const FOLDER: &str = "target/fuzz";
/// How long a target is tried where nothing else is said, in seconds.
const SECONDS: u32 = 300;
/// An input that takes longer is a finding, in seconds.
const SLOW_SECONDS: u32 = 10;
/// Files kept of what was found for a target. Those that were put there by hand come on top.
const KEPT_MAX: usize = 12;

/// The address sanitizer, and counters at every edge and comparison.
const RUSTFLAGS: &str = "-Zsanitizer=address -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// What Rust leaks on purpose is no finding. The others look for what safe code cannot do; without them a run is a quarter faster.
const ASAN_OPTIONS: &str = "detect_leaks=0:detect_stack_use_after_return=0:malloc_context_size=0:quarantine_size_mb=8";

const USAGE: &str = "usage: cargo x fuzz [NAME...] [--seconds N | --keep]";

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Work {
    /// Look for what breaks, for so many seconds each.
    Look(u32),
    /// Put what was found into the corpus, as little of it as reaches as much.
    Keep,
}

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let all = targets()?;
    let (work, names) = parse(arguments, &all)?;
    let program = build()?;
    let mut broken = Vec::new();
    for name in &names {
        match work {
            Work::Look(seconds) => {
                if let Err(failure) = look(&program, name, seconds) {
                    println!("{failure}");
                    broken.push(name.as_str());
                }
            }
            Work::Keep => keep(&program, name)?,
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(format!("broken: {}", broken.join(", "))) }
}

/// The names of all targets: each has a folder in the corpus, or a test fails.
fn targets() -> Result<Vec<String>, Failure> {
    let folders = names_in(&root().join(CORPUS)).map_err(|error| format!("{CORPUS} cannot be read: {error}"))?;
    Ok(folders.into_iter().collect())
}

fn parse(arguments: &[String], all: &[String]) -> Result<(Work, Vec<String>), Failure> {
    let (mut work, mut names) = (Work::Look(SECONDS), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--keep" => work = Work::Keep,
            "--seconds" => {
                let seconds = rest.next().and_then(|text| text.parse().ok()).filter(|seconds| *seconds > 0);
                work = Work::Look(seconds.ok_or(USAGE)?);
            }
            flag if flag.starts_with('-') => return Err(USAGE.to_owned()),
            name if all.iter().any(|known| known == name) => names.push(name.to_owned()),
            unknown => return Err(format!("there is no target \"{unknown}\"; there are {}", all.join(", "))),
        }
    }
    Ok((work, if names.is_empty() { all.to_vec() } else { names }))
}

/// Builds the program that holds all targets.
fn build() -> Result<PathBuf, Failure> {
    let version = capture(command("rustc").arg("-vV"))?;
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc does not say what it is for")?;
    let folder = format!("{FOLDER}/build");
    let mut build = cargo(&["build", "--package", "fuzz", "--features", "libfuzzer", "--target", host]);
    // With a target named, what runs while it is built is built without all this.
    build.args(["--target-dir", &folder]).env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", RUSTFLAGS);
    run_to_the_end(&mut build)?;
    Ok(root().join(folder).join(host).join("debug/fuzz"))
}

fn fuzzer(program: &Path, name: &str) -> Command {
    let mut fuzzer = command(program);
    fuzzer.env("FUZZ_TARGET", name).env("ASAN_OPTIONS", ASAN_OPTIONS);
    fuzzer.args(["-detect_leaks=0", &format!("-timeout={SLOW_SECONDS}")]);
    fuzzer
}

/// Looks for what breaks a target, from its corpus on.
fn look(program: &Path, name: &str, seconds: u32) -> Result<(), Failure> {
    let (found, crashes) = (format!("{FOLDER}/found/{name}"), format!("{FOLDER}/crashes/{name}"));
    let log = format!("{FOLDER}/{name}.log");
    let place = |path: &str| root().join(path);
    let output = (|| {
        fs::create_dir_all(place(&found))?;
        fs::create_dir_all(place(&crashes))?;
        File::create(place(&log))
    })()
    .map_err(|error| format!("{FOLDER} cannot be written: {error}"))?;
    let mut fuzzer = fuzzer(program, name);
    fuzzer.args([&format!("-max_total_time={seconds}"), &format!("-artifact_prefix={crashes}/")]);
    fuzzer.args(["-print_final_stats=1", &found, &format!("{CORPUS}/{name}")]).stderr(output);
    let start = Instant::now();
    let status = fuzzer.status().map_err(|error| format!("{} could not be started: {error}", program.display()))?;
    let said = fs::read(place(&log)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let runs = statistic(&said, "number_of_executed_units").unwrap_or("?");
    println!("{name:<16} {:>5} s  {runs:>10} runs  {status}", start.elapsed().as_secs());
    if status.success() {
        return Ok(());
    }
    let crash = said.lines().rev().find_map(|line| line.split("Test unit written to ").nth(1));
    let crash = crash.ok_or_else(|| format!("{name} broke without an input; {log} says how"))?;
    Err(format!(
        "{name} broke; {log} says how. To see it again, and for it to be tried in every run of the tests:\n  \
         cp {crash} {CORPUS}/{name}/what-it-shows\n  cargo nextest run --package fuzz"
    ))
}

/// A figure of libFuzzer's last words.
fn statistic<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    let line = said.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name)?.strip_prefix(':'));
    line.map(str::trim)
}

/// Puts what was found into the corpus: the fewest files that reach every edge of the code. What was put there by hand, under
/// a name of its own, stays.
fn keep(program: &Path, name: &str) -> Result<(), Failure> {
    let (corpus, found) = (root().join(CORPUS).join(name), root().join(FOLDER).join("found").join(name));
    let kept = root().join(FOLDER).join("kept").join(name);
    let failed = |error: io::Error| format!("the corpus of {name} cannot be written: {error}");
    begin(&kept, &corpus, &found).map_err(failed)?;
    let mut merge = fuzzer(program, name);
    merge.args(["-merge=1", "-use_counters=0"]).args([&kept, &corpus, &found]);
    capture(&mut merge)?;
    let count = replace(&corpus, &kept).map_err(failed)?;
    println!("{name:<16} {count:>5} files beside those that were put there by hand");
    Ok(())
}

/// Makes the folder to merge into, with what stays in any case.
fn begin(kept: &Path, corpus: &Path, found: &Path) -> io::Result<()> {
    if kept.exists() {
        fs::remove_dir_all(kept)?;
    }
    fs::create_dir_all(kept)?;
    fs::create_dir_all(found)?;
    for name in names_in(corpus)?.iter().filter(|name| !is_hash(name)) {
        fs::copy(corpus.join(name), kept.join(name))?;
    }
    Ok(())
}

/// Exchanges the files in the corpus that were found: for those that are kept now, the smallest if there are many.
fn replace(corpus: &Path, kept: &Path) -> io::Result<usize> {
    for name in names_in(corpus)?.iter().filter(|name| is_hash(name)) {
        fs::remove_file(corpus.join(name))?;
    }
    let mut new = Vec::new();
    for name in names_in(kept)?.into_iter().filter(|name| is_hash(name)) {
        new.push((fs::metadata(kept.join(&name))?.len(), name));
    }
    new.sort();
    new.truncate(KEPT_MAX);
    for (_, name) in &new {
        fs::copy(kept.join(name), corpus.join(name))?;
    }
    Ok(new.len())
}

/// Whether a file has the name that libFuzzer gives, which is the hash of what is in it.
fn is_hash(name: &str) -> bool {
    name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn names_in(folder: &Path) -> io::Result<BTreeSet<String>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_times_are_read() {
        let all = ["offer".to_owned(), "room".to_owned()];
        let parsed = |words: &[&str]| parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), &all);
        assert_eq!(parsed(&[]), Ok((Work::Look(SECONDS), all.to_vec())));
        assert_eq!(parsed(&["room", "--seconds", "20"]), Ok((Work::Look(20), vec!["room".to_owned()])));
        assert_eq!(parsed(&["--keep"]), Ok((Work::Keep, all.to_vec())));
        for wrong in [&["rooms"][..], &["--seconds"], &["--seconds", "0"], &["--fast"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_figure_is_found_in_what_the_fuzzer_says() {
        let said = "#2 DONE\nstat::number_of_executed_units: 1234\nstat::average_exec_per_sec:     12\n";
        assert_eq!(statistic(said, "number_of_executed_units"), Some("1234"));
        assert_eq!(statistic("", "number_of_executed_units"), None);
    }

    #[test]
    fn what_was_found_has_a_hash_for_a_name_and_what_was_put_there_by_hand_has_not() {
        assert!(is_hash("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
        assert!(!is_hash("an-offer-of-firefox") && !is_hash("da39a3ee"));
    }
}
