//! The load: `sommet bots` on a core of its own, which tells every second what it received.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::machine::Cores;
use crate::server::{end, sommet_on, text};

const PATIENCE: Duration = Duration::from_secs(30);

/// Bots that report every second.
pub(crate) struct Bots {
    process: Child,
    reports: BufReader<ChildStdout>,
}

impl Bots {
    /// Seats a bot at each of these links.
    pub(crate) fn seat(cores: Cores, links: &[String], manner: &[&str]) -> Result<Self, String> {
        let mut bots = sommet_on(cores.load)?;
        bots.arg("bots").args(["--report", "second", "--ready"]).args(manner);
        for link in links {
            bots.args(["--link", link]);
        }
        let mut process = bots.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(text)?;
        let reports = process.stdout.take().map(BufReader::new).ok_or("bots without a voice")?;
        Ok(Self { process, reports })
    }

    /// The next report, one a second.
    pub(crate) fn report(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        if self.reports.read_line(&mut line).map_err(text)? == 0 {
            return Err("the bots ended early".to_owned());
        }
        serde_json::from_str(&line).map_err(text)
    }

    /// Reports until so many bots see somebody.
    pub(crate) fn report_when_joined(&mut self, bots: u64) -> Result<Value, String> {
        self.report_when("see somebody", bots, PATIENCE, |report| count(report, "joined"))
    }

    /// Reports until `counted` comes to so many bots, for so long at most.
    pub(crate) fn report_when(
        &mut self,
        what: &str,
        bots: u64,
        patience: Duration,
        counted: impl Fn(&Value) -> u64,
    ) -> Result<Value, String> {
        let start = Instant::now();
        loop {
            let report = self.report()?;
            let so_far = counted(&report);
            if so_far >= bots {
                return Ok(report);
            }
            if start.elapsed() > patience {
                return Err(format!("only {so_far} of {bots} bots {what} after {} s", patience.as_secs()));
            }
        }
    }

    /// Lets all of them leave, as people do, and returns when they are gone.
    pub(crate) fn leave(mut self) -> Result<(), String> {
        kill_process(Pid::from_child(&self.process), Signal::TERM).map_err(text)?;
        // What they still say would fill the pipe, and they would wait for it.
        while self.report().is_ok() {}
        self.process.wait().map(drop).map_err(text)
    }
}

impl Drop for Bots {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// A number in a report.
pub(crate) fn count(report: &Value, name: &str) -> u64 {
    report.get(name).and_then(Value::as_u64).unwrap_or(0)
}
