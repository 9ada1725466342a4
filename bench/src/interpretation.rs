//! A hall with interpretation: one who speaks, thirty-two booths with two interpreters each, and listeners of all their channels on one
//! server. What it costs in processor time and memory, and whether everybody hears floor and channel.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bots::count;
use crate::machine::{self, Cores, Ticks};
use crate::server::Server;
use crate::summit::{Summit, plan_of};

/// How long it may take until all are inside, and until all hear what they should.
const PATIENCE: Duration = Duration::from_secs(420);
/// Longer than a shift of a bot, so that every booth hands over once.
const MEASURED_SECONDS: usize = 70;
/// Packets of sound a second.
const SOUNDS: u64 = 50;
/// From this share of the packets on, in percent, all booths work and all listen.
const SETTLED: u64 = 97;

/// The channels, of which nobody else speaks anything.
const LANGUAGES: [&str; 32] = [
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hi", "hr", "hu", "it", "ja", "ko", "lt",
    "lv", "mt", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "tr", "uk", "zh",
];
/// What the speaker speaks.
const SPOKEN: &str = "sw";
/// In each booth.
const INTERPRETERS: usize = 2;

/// Measures a hall with so many listeners, and prints.
pub(crate) fn run(words: &[String]) -> Result<(), String> {
    let listeners = match words {
        // All that a summit has room for (`wire::PlanError::Seats`).
        [] => 200 - 2 - Hall::interpreters(),
        [number] => number.parse().map_err(|_| "usage: cargo x bench interpretation [-- LISTENERS]".to_owned())?,
        _ => return Err("usage: cargo x bench interpretation [-- LISTENERS]".to_owned()),
    };
    let cores = Cores::find()?;
    machine::pin(cores.load);
    let hall = Hall { listeners };
    println!(
        "one server on one core, the load on another; {} channels with {INTERPRETERS} interpreters each, {listeners} listeners, sound only\n",
        LANGUAGES.len()
    );
    let figures = measure(cores, &hall)?;
    println!("{}\n{}", Figures::HEAD, figures.row());
    println!("{}", figures.json());
    Ok(())
}

/// Who is in it: the head of the first party speaks, the head of the second listens.
struct Hall {
    listeners: usize,
}

impl Hall {
    fn interpreters() -> usize {
        LANGUAGES.len() * INTERPRETERS
    }

    fn people(&self) -> usize {
        2 + Self::interpreters() + self.listeners
    }

    fn member(number: usize) -> (String, String) {
        let first = 2 + Self::interpreters();
        let (role, language) = match number {
            0 => ("principal", SPOKEN),
            1 => ("principal", LANGUAGES[0]),
            _ if number < first => ("interpreter", LANGUAGES[(number - 2) / INTERPRETERS]),
            _ => ("adviser", LANGUAGES[(number - first) % LANGUAGES.len()]),
        };
        (role.to_owned(), language.to_owned())
    }

    fn plan(&self, keys: &[String]) -> String {
        let mut text = plan_of(self.people(), keys, Self::member);
        for (place, language) in LANGUAGES.iter().enumerate() {
            let seats: Vec<_> =
                (0..INTERPRETERS).map(|number| format!("\"seat-{}\"", 2 + place * INTERPRETERS + number)).collect();
            let _ = write!(
                text,
                "\n[[booth]]\nid = \"booth-{language}\"\nlanguages = [\"{language}\"]\ninterpreters = [{}]\n",
                seats.join(", ")
            );
        }
        text
    }

    /// Packets that should arrive each second: everybody hears the floor, listeners their channel, the one who rests in each booth the
    /// other one.
    fn packets(&self) -> u64 {
        let listeners = self.listeners as u64 + 1;
        SOUNDS * (2 * listeners + Self::interpreters() as u64 + LANGUAGES.len() as u64)
    }
}

struct Figures {
    people: usize,
    joins_per_second: f64,
    server_share: f64,
    load_core: f64,
    packets_per_second: f64,
    us_per_packet: f64,
    arrived: f64,
    /// Bytes: nobody there, everybody there.
    memory: [u64; 2],
}

fn measure(cores: Cores, hall: &Hall) -> Result<Figures, String> {
    let server = Server::start(cores)?;
    let summit = Summit::agree_on(&server, hall.people(), |keys| hall.plan(keys))?;
    let empty = server.memory()?;
    let began = Instant::now();
    // Those who send come in last; the speaker is the very last.
    let links = summit.links();
    let booths = 2..2 + Hall::interpreters();
    let order = links[booths.end..].iter().chain([&links[1]]).chain(&links[booths]).chain([&links[0]]);
    let order: Vec<String> = order.cloned().collect();
    let publishers = (Hall::interpreters() + 1).to_string();
    let manner = ["--publishers", &publishers, "--all-speak", "--height", "0", "--per-second", "20"];
    let mut bots = server.seat(&order, &manner)?;
    let inside = |report: &Value| count(report, "connected").min(count(report, "admitted"));
    bots.report_when("are inside", hall.people() as u64, PATIENCE, inside)?;
    let took = began.elapsed();
    let mut former = count(&bots.report()?, "packets");
    let settling = Instant::now();
    loop {
        let packets = count(&bots.report()?, "packets");
        if (packets - former) * 100 >= hall.packets() * SETTLED {
            break;
        }
        if settling.elapsed() > PATIENCE {
            return Err(format!("only {} of {} packets a second arrive", packets - former, hall.packets()));
        }
        former = packets;
    }
    let (before, cpu, at) = (count(&bots.report()?, "packets"), server.cpu_time()?, Instant::now());
    let load = Ticks::of(cores.load)?;
    for _ in 1..MEASURED_SECONDS {
        bots.report()?;
    }
    let (after, seconds) = (count(&bots.report()?, "packets"), at.elapsed().as_secs_f64());
    let spent = server.cpu_time()?.saturating_sub(cpu).as_secs_f64();
    let load_core = Ticks::of(cores.load)?.busy_since(load);
    let full = server.memory()?;
    bots.leave()?;
    let packets = after.saturating_sub(before);
    Ok(Figures {
        people: hall.people(),
        joins_per_second: hall.people() as f64 / took.as_secs_f64(),
        server_share: spent * 100.0 / seconds,
        load_core,
        packets_per_second: packets as f64 / seconds,
        us_per_packet: spent * 1e6 / packets.max(1) as f64,
        arrived: packets as f64 * 100.0 / (hall.packets() as f64 * seconds),
        memory: [empty, full],
    })
}

impl Figures {
    const HEAD: &'static str =
        "people  joins/s   server  packets/s  us/packet  arrived   MB in all  kB/person  load's core";

    fn kilobytes_per_person(&self) -> f64 {
        self.memory[1].saturating_sub(self.memory[0]) as f64 / 1e3 / self.people as f64
    }

    fn row(&self) -> String {
        format!(
            "{:>6} {:>8.1} {:>6.0} % {:>10.0} {:>10.1} {:>6.1} % {:>11.0} {:>10.0} {:>9.0} %",
            self.people,
            self.joins_per_second,
            self.server_share,
            self.packets_per_second,
            self.us_per_packet,
            self.arrived,
            self.memory[1] as f64 / 1e6,
            self.kilobytes_per_person(),
            self.load_core,
        )
    }

    fn json(&self) -> Value {
        let round = |figure: f64| (figure * 100.0).round() / 100.0;
        json!({
            "bench": "interpretation",
            "people": self.people,
            "joins_per_second": round(self.joins_per_second),
            "server_percent": round(self.server_share),
            "load_core_percent": round(self.load_core),
            "packets_per_second": round(self.packets_per_second),
            "us_per_packet": round(self.us_per_packet),
            "packets_arrived_percent": round(self.arrived),
            "memory_kb": self.memory.map(|bytes| bytes / 1000),
            "memory_kb_per_person": round(self.kilobytes_per_person()),
        })
    }
}
