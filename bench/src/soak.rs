//! A room of ten that is held for long, in which two come and go: what it costs is to be the same at the end as at the beginning.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bots::{Bots, count};
use crate::machine::{self, Cores};
use crate::server::Server;
use crate::summit::Summit;

const PEOPLE: usize = 10;
/// The last two come and go.
const STAY: usize = 8;
/// How long those are inside, and outside.
const INSIDE: Duration = Duration::from_secs(20);
const OUTSIDE: Duration = Duration::from_secs(5);
const MINUTES: u32 = 20;
/// From the end of this minute on nothing may grow: caches and tables have what they need.
const SETTLED: u32 = 5;
/// What memory may be more at the end than it was then, in percent: an allocator does not give back all that it got.
const GROWTH_MAX: f64 = 10.0;
/// What everybody sends: pictures of one packet.
const MANNER: [&str; 4] = ["--heavy=1000", "--all-speak", "--height", "360"];

/// Holds the room for so many minutes, and prints each.
pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let minutes = minutes(words)?;
    let cores = Cores::find()?;
    machine::pin(cores.load);
    let server = Server::start(cores)?;
    let summit = server.summit(PEOPLE)?;
    let mut people = server.seat(&summit.links()[..STAY], &MANNER)?;
    people.report_when_joined(STAY as u64)?;
    let mut guests = Guests { came: 0, inside: None, change_at: Instant::now() };

    println!(
        "{PEOPLE} people for {minutes} minutes; two of them are inside for {} s and outside for {} s in turn",
        INSIDE.as_secs(),
        OUTSIDE.as_secs()
    );
    println!("minute  memory MB  server %  came in  packets/s   lost  late p50 ms  longest pause ms  reconnections");
    let (mut lines, mut settled) = (Vec::new(), None);
    let mut before = Mark { at: Instant::now(), cpu: server.cpu_time()?, report: people.report()? };
    for minute in 1..=minutes {
        let end = before.at + Duration::from_secs(60);
        let report = loop {
            guests.come_or_go(&server, &summit)?;
            let report = people.report()?;
            if Instant::now() >= end {
                break report;
            }
        };
        let now = Mark { at: Instant::now(), cpu: server.cpu_time()?, report };
        let memory = server.memory()?;
        let line = now.since(&before, minute, memory, guests.came);
        println!("{}", row(&line));
        if minute == SETTLED.min(minutes) {
            settled = Some(memory);
        }
        lines.push(line);
        before = now;
    }
    let (settled, last) = (settled.unwrap_or_default(), server.memory()?);
    let growth = (last as f64 / settled.max(1) as f64 - 1.0) * 100.0;
    println!("{}", json!({"bench": "soak", "minutes": lines, "memory_growth_percent": hundredths(growth)}));
    let inside = count(&before.report, "connected");
    if inside < STAY as u64 {
        return Err(format!("only {inside} of {STAY} who stayed are still connected"));
    }
    if growth > GROWTH_MAX {
        return Err(format!("memory grew by {growth:.1} % since minute {SETTLED}; {GROWTH_MAX:.0} % is the bound"));
    }
    Ok(())
}

fn minutes(words: &[String]) -> Result<u32, String> {
    match words {
        [] => Ok(MINUTES),
        [flag, number] if flag == "--minutes" => {
            let number = number.parse().ok().filter(|minutes| *minutes > 0);
            number.ok_or_else(|| "--minutes needs a number".to_owned())
        }
        _ => Err("usage: cargo x bench soak [--minutes N]".to_owned()),
    }
}

/// Those who come and go.
struct Guests {
    /// How often somebody came in.
    came: u64,
    inside: Option<Bots>,
    change_at: Instant,
}

impl Guests {
    /// Does it when it is time: with new links, as on other devices.
    fn come_or_go(&mut self, server: &Server, summit: &Summit) -> Result<(), String> {
        let now = Instant::now();
        if now < self.change_at {
            return Ok(());
        }
        match self.inside.take() {
            Some(bots) => {
                bots.leave()?;
                self.change_at = now + OUTSIDE;
            }
            None => {
                self.inside = Some(server.seat(&summit.invite(STAY..PEOPLE)?, &MANNER)?);
                self.came += (PEOPLE - STAY) as u64;
                self.change_at = now + INSIDE;
            }
        }
        Ok(())
    }
}

/// Everything that is counted, at one moment.
struct Mark {
    at: Instant,
    cpu: Duration,
    report: Value,
}

impl Mark {
    fn since(&self, before: &Self, minute: u32, memory: u64, came: u64) -> Value {
        let seconds = (self.at - before.at).as_secs_f64();
        let more = |name: &str| count(&self.report, name).saturating_sub(count(&before.report, name));
        json!({
            "minute": minute,
            "memory_kb": memory / 1000,
            "server_percent": hundredths((self.cpu - before.cpu).as_secs_f64() * 100.0 / seconds),
            "came_in": came,
            "packets_per_second": (more("packets") as f64 / seconds).round(),
            "packets_lost": more("packets_lost"),
            "delay_ms_p50": count(&self.report, "delay_us_p50") as f64 / 1e3,
            "longest_pause_ms": count(&self.report, "longest_pause_ms"),
            "reconnections": count(&self.report, "reconnections") + count(&self.report, "media_reconnections"),
        })
    }
}

fn row(line: &Value) -> String {
    let number = |name: &str| line.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
    format!(
        "{:>6} {:>10.1} {:>9.1} {:>8} {:>10} {:>6} {:>12.2} {:>17} {:>14}",
        number("minute"),
        number("memory_kb") / 1e3,
        number("server_percent"),
        number("came_in"),
        number("packets_per_second"),
        number("packets_lost"),
        number("delay_ms_p50"),
        number("longest_pause_ms"),
        number("reconnections"),
    )
}

fn hundredths(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_is_said_or_known() {
        let said = |words: &[&str]| minutes(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        assert_eq!((said(&[]), said(&["--minutes", "3"])), (Ok(MINUTES), Ok(3)));
        for wrong in [&["--minutes"][..], &["--minutes", "0"], &["3"]] {
            assert!(said(wrong).is_err(), "{wrong:?}");
        }
    }
}
