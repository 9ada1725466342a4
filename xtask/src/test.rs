//! `cargo x test`: everything there is, in the order in which a mistake is found soonest; stops at the first stage that
//! fails. The last line counts all tests of all runners.

use std::time::Instant;

use serde_json::Value;

use crate::process::{cargo, command, read, root, run as run_to_the_end};
use crate::{Failure, check, e2e, interop, setup, vectors, web};

/// Where nextest leaves its results, by `.config/nextest.toml`.
const NEXTEST_RESULTS: &str = "target/nextest/default/junit.xml";

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

/// One part of the whole run, and where it says how many tests it ran.
struct Stage {
    name: &'static str,
    work: fn() -> Result<(), Failure>,
    count: Option<fn() -> Result<Count, Failure>>,
}

const fn stage(name: &'static str, work: fn() -> Result<(), Failure>) -> Stage {
    Stage { name, work, count: None }
}

const STAGES: &[Stage] = &[
    stage("setup", setup::for_tests),
    stage("check", check::quick),
    stage("web check", web::check),
    Stage { name: "web unit tests", work: web::unit_tests, count: Some(count_vitest) },
    stage("web build", web::build),
    stage("lints", check::thorough),
    Stage { name: "rust tests", work: rust_tests, count: Some(count_nextest) },
    // After the tests in Rust, with which its program is built.
    Stage { name: "interop", work: interop::tests, count: Some(count_interop) },
    Stage { name: "simulation", work: simulation, count: None },
];

/// What takes too long for `--fast`, which has the part of the first that is of our own suite.
const SLOW: &[Stage] = &[
    Stage { name: "vectors, ts-mls", work: vectors::web, count: Some(count_web_vectors) },
    Stage { name: "vectors, OpenMLS", work: vectors::openmls, count: Some(count_openmls_vectors) },
    Stage { name: "browsers", work: browsers, count: Some(count_stories) },
];

const INSTEAD: &[Stage] = &[Stage { name: "vectors, ts-mls", work: vectors::web_fast, count: Some(count_web_vectors) }];

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let fast = match arguments {
        [] => false,
        [flag] if flag == "--fast" => true,
        _ => return Err("usage: cargo x test [--fast]".to_string()),
    };
    forget_results();
    let (count, failure) = run_stages(STAGES.iter().chain(if fast { INSTEAD } else { SLOW }));
    if let Some(failure) = &failure {
        println!("\n{failure}");
    }
    println!("\n{} passed, {} failed", count.passed, count.failed);
    match failure {
        None => Ok(()),
        Some(_) => Err("stopped at the first stage that failed; its words are above".to_string()),
    }
}

/// Runs stage after stage until one fails; how many tests there were, and what failed.
fn run_stages<'a>(stages: impl Iterator<Item = &'a Stage>) -> (Count, Option<Failure>) {
    let mut total = Count::default();
    for stage in stages {
        println!("\n=== {}", stage.name);
        let start = Instant::now();
        let result = (stage.work)();
        let counted = stage.count.map_or(Ok(Count::default()), |count| count());
        let count = counted.clone().unwrap_or_default();
        total.passed += count.passed;
        total.failed += count.failed;
        println!("=== {} took {} s", stage.name, start.elapsed().as_secs());
        if let Err(failure) = result.and(counted.map(|_| ())) {
            // A stage that broke before its tests could fail is still not a run without failures.
            total.failed += u64::from(count.failed == 0);
            return (total, Some(format!("{}: {failure}", stage.name)));
        }
    }
    (total, None)
}

/// Removes the results of an earlier run, so that they are not counted as this one's.
fn forget_results() {
    for path in [NEXTEST_RESULTS, web::UNIT_TEST_RESULTS, interop::RESULTS, e2e::RESULTS] {
        let _ = std::fs::remove_file(root().join(path));
    }
    vectors::forget_results();
}

fn rust_tests() -> Result<(), Failure> {
    run_to_the_end(&mut cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]))
}

fn simulation() -> Result<(), Failure> {
    programs()?;
    run_to_the_end(&mut command(root().join("target/debug/sim")))
}

fn browsers() -> Result<(), Failure> {
    programs()?;
    e2e::start(&[])
}

/// The programs, as they were built for the tests: with the features of one package alone all would be built once more.
fn programs() -> Result<(), Failure> {
    run_to_the_end(&mut cargo(&["build", "--workspace", "--tests", "--bins"]))
}

fn count_nextest() -> Result<Count, Failure> {
    junit(&read(NEXTEST_RESULTS)?)
}

/// The totals that stand in the first element of a JUnit report.
fn junit(report: &str) -> Result<Count, Failure> {
    let attribute = |name: &str| -> Option<u64> {
        let start = report.find("<testsuites")?;
        let head = report.get(start..start + report.get(start..)?.find('>')?)?;
        let value = head.split(&format!(" {name}=\"")).nth(1)?;
        value.split('"').next()?.parse().ok()
    };
    let (tests, failures, errors) = (attribute("tests"), attribute("failures"), attribute("errors"));
    let tests = tests.ok_or_else(|| format!("{NEXTEST_RESULTS} holds no count of tests"))?;
    let failed = failures.unwrap_or_default() + errors.unwrap_or_default();
    Ok(Count { passed: tests.saturating_sub(failed), failed })
}

fn count_vitest() -> Result<Count, Failure> {
    json_count(web::UNIT_TEST_RESULTS, "numPassedTests", "numFailedTests")
}

fn count_interop() -> Result<Count, Failure> {
    json_count(interop::RESULTS, "numPassedTests", "numFailedTests")
}

fn count_stories() -> Result<Count, Failure> {
    json_count(e2e::RESULTS, "passed", "failed")
}

fn count_web_vectors() -> Result<Count, Failure> {
    json_count(vectors::WEB_RESULTS, "passed", "failed")
}

fn count_openmls_vectors() -> Result<Count, Failure> {
    Ok(Count { passed: vectors::openmls_passed()?, failed: 0 })
}

fn json_count(path: &str, passed: &str, failed: &str) -> Result<Count, Failure> {
    let report: Value = serde_json::from_str(&read(path)?).map_err(|error| format!("{path}: {error}"))?;
    let number =
        |name: &str| report.get(name).and_then(Value::as_u64).ok_or_else(|| format!("{path} does not say \"{name}\""));
    Ok(Count { passed: number(passed)?, failed: number(failed)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_junit_report_is_counted() {
        let report = r#"<?xml version="1.0"?>
<testsuites name="nextest-run" tests="12" failures="2" errors="1" time="3.1"><testsuite tests="4" failures="0">"#;
        assert_eq!(junit(report), Ok(Count { passed: 9, failed: 3 }));
        assert!(junit("<html>").is_err());
    }

    #[test]
    fn a_stage_that_breaks_stops_the_run_and_counts_as_a_failure() {
        let stages = [
            Stage { name: "tests", work: || Ok(()), count: Some(|| Ok(Count { passed: 5, failed: 0 })) },
            stage("build", || Err("it does not compile".to_string())),
            stage("never", || unreachable!("the stage before failed")),
        ];
        let (count, failure) = run_stages(stages.iter());
        assert_eq!(count, Count { passed: 5, failed: 1 });
        assert_eq!(failure.as_deref(), Some("build: it does not compile"));
    }

    #[test]
    fn tests_that_left_no_result_did_not_pass() {
        let stages = [Stage { name: "tests", work: || Ok(()), count: Some(|| Err("no report".to_string())) }];
        let (count, failure) = run_stages(stages.iter());
        assert_eq!(count, Count { passed: 0, failed: 1 });
        assert!(failure.is_some());
    }
}
