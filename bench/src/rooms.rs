//! Whole rooms on one server: a hall in which one speaks to many, a house with many small meetings, two halls side by side. What
//! each costs in processor time and memory, whether the memory comes back, how late pictures are, and what a person who comes in costs.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bots::{Bots, count};
use crate::machine::{self, Cores, Ticks};
use crate::server::Server;
use crate::summit::Summit;

/// How long it may take until all are inside, and until all of them see somebody.
const PATIENCE: Duration = Duration::from_secs(240);
/// Reports that are let pass before measuring: key frames, layer choice, caches. A line whose rate was judged while others came in
/// takes longer to be trusted with the large pictures again.
const WARM_UP_SECONDS: u64 = 5;
const WARM_UP_SECONDS_MAX: u64 = 40;
/// From this share of the packets on, in percent, it is warm.
const WARM: u64 = 97;
const MEASURED_SECONDS: usize = 15;
/// After the last one left: longer than a seat is kept.
const EMPTY: Duration = Duration::from_secs(40);
/// Pictures a second.
const FRAMES: u64 = 30;
/// Packets of sound a second.
const SOUNDS: u64 = 50;
/// How many voices are passed on at once.
const VOICES_MAX: usize = 3;
/// Sealed, a packet holds so much of a picture.
const PACKET_BYTES: u32 = 1_100;
/// A core that is busy for so much of the time, in percent, is the limit.
const FULL: f64 = 95.0;

/// Rooms of one kind.
#[derive(Clone, Copy, Debug)]
struct Shape {
    name: &'static str,
    rooms: usize,
    /// In each room: who sends, and who only listens.
    publishers: usize,
    listeners: usize,
    /// Of a picture.
    bytes: u32,
}

/// A summit has 200 seats at most (`wire::PlanError::Seats`), so a hall has 199 listeners.
const SHAPES: [Shape; 6] = [
    Shape { name: "1x50", rooms: 1, publishers: 1, listeners: 50, bytes: 5_500 },
    Shape { name: "1x100", rooms: 1, publishers: 1, listeners: 100, bytes: 5_500 },
    Shape { name: "1x199", rooms: 1, publishers: 1, listeners: 199, bytes: 5_500 },
    Shape { name: "1x199-small", rooms: 1, publishers: 1, listeners: 199, bytes: 1_000 },
    Shape { name: "2x50", rooms: 2, publishers: 1, listeners: 50, bytes: 5_500 },
    Shape { name: "10x10", rooms: 10, publishers: 10, listeners: 0, bytes: 1_000 },
];

impl Shape {
    fn people_of_one(&self) -> usize {
        self.publishers + self.listeners
    }

    fn people(&self) -> usize {
        self.rooms * self.people_of_one()
    }

    /// How many see somebody.
    fn viewers(&self) -> usize {
        if self.publishers > 1 { self.people() } else { self.rooms * self.listeners }
    }

    /// Packets that should arrive each second.
    fn packets(&self) -> u64 {
        let seen = if self.listeners == 0 { self.publishers - 1 } else { self.publishers } as u64;
        let heard = VOICES_MAX.min(self.publishers) as u64;
        self.viewers() as u64 * (seen * FRAMES * u64::from(self.bytes.div_ceil(PACKET_BYTES)) + heard * SOUNDS)
    }
}

/// What one of them was measured at.
struct Figures {
    shape: Shape,
    joins_per_second: f64,
    cpu_ms_per_join: f64,
    server_share: f64,
    server_core: f64,
    load_core: f64,
    packets_per_second: f64,
    us_per_packet: f64,
    delays: Delays,
    lost: u64,
    /// What arrived of what should have, in percent.
    arrived: f64,
    /// Bytes: nobody there, everybody there, a while after everybody left.
    memory: [u64; 3],
}

/// Measures the rooms of these names, or all, and prints.
pub(crate) fn run(names: &[String]) -> Result<(), String> {
    let known = |name: &String| SHAPES.iter().any(|shape| shape.name == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        return Err(format!(
            "there are no rooms \"{unknown}\"; there are {}",
            SHAPES.map(|shape| shape.name).join(", ")
        ));
    }
    let cores = Cores::find()?;
    machine::pin(cores.load);
    println!(
        "one server on one core, the load on another; heavy pictures of 5 packets, small ones of 1, {FRAMES} a second; \
         the server's share of its core; a while after = {} s after all left\n",
        EMPTY.as_secs()
    );
    println!("{}", Figures::HEAD);
    let mut lines = Vec::new();
    for shape in SHAPES.iter().filter(|shape| names.is_empty() || names.iter().any(|name| shape.name == name)) {
        match measure(cores, *shape) {
            Ok(figures) => {
                println!("{}", figures.row());
                lines.push(figures.json());
            }
            Err(why) => {
                println!("{:<12} void: {why}", shape.name);
                lines.push(json!({"rooms": shape.name, "void": why}));
            }
        }
    }
    println!("{}", json!({"bench": "rooms", "figures": lines}));
    Ok(())
}

fn measure(cores: Cores, shape: Shape) -> Result<Figures, String> {
    let server = Server::start(cores)?;
    let summits = (0..shape.rooms).map(|_| server.summit(shape.people_of_one())).collect::<Result<Vec<_>, _>>()?;
    let empty = server.memory()?;

    let (began, cpu_before) = (Instant::now(), server.cpu_time()?);
    let mut bots = seat(&server, &summits, shape)?;
    let spent = || Ok::<_, String>(server.cpu_time()?.saturating_sub(cpu_before));
    let share = |why: String| {
        let share = spent().unwrap_or_default().as_secs_f64() * 100.0 / began.elapsed().as_secs_f64();
        format!("{why}; the server used {share:.0} % of its core since they began to come in")
    };
    let inside = |report: &Value| count(report, "connected").min(count(report, "admitted"));
    let all = bots.report_when("are inside", shape.people() as u64, PATIENCE, inside).map_err(share)?;
    let (took, joining) = (began.elapsed(), spent()?);
    let see = |report: &Value| count(report, "joined");
    bots.report_when("see somebody", shape.viewers() as u64, PATIENCE, see).map_err(share)?;

    warm_up(&mut bots, shape)?;
    let before = Moment::take(cores, &server, &mut bots)?;
    for _ in 1..MEASURED_SECONDS {
        bots.report()?;
    }
    let after = Moment::take(cores, &server, &mut bots)?;
    let full = server.memory()?;
    bots.leave()?;
    std::thread::sleep(EMPTY);
    let left = server.memory()?;

    let seconds = (after.at - before.at).as_secs_f64();
    let spent = after.cpu.saturating_sub(before.cpu).as_secs_f64();
    let packets = count(&after.report, "packets").saturating_sub(count(&before.report, "packets"));
    let us_per_packet = spent * 1e6 / packets.max(1) as f64;
    // Those who were inside already were sent to while the others came.
    let forwarding = us_per_packet * count(&all, "packets") as f64 / 1e3;
    Ok(Figures {
        shape,
        joins_per_second: shape.people() as f64 / took.as_secs_f64(),
        cpu_ms_per_join: (joining.as_secs_f64() * 1e3 - forwarding).max(0.0) / shape.people() as f64,
        server_share: spent * 100.0 / seconds,
        server_core: after.server_core.busy_since(before.server_core),
        load_core: after.load_core.busy_since(before.load_core),
        packets_per_second: packets as f64 / seconds,
        us_per_packet,
        delays: Delays::between(&before.report, &after.report),
        lost: count(&after.report, "packets_lost").saturating_sub(count(&before.report, "packets_lost")),
        arrived: packets as f64 * 100.0 / (shape.packets() as f64 * seconds),
        memory: [empty, full, left],
    })
}

/// Until everybody gets what is due, or it is clear that they will not.
fn warm_up(bots: &mut Bots, shape: Shape) -> Result<(), String> {
    let mut before = count(&bots.report()?, "packets");
    for second in 1..=WARM_UP_SECONDS_MAX {
        let packets = count(&bots.report()?, "packets");
        if second >= WARM_UP_SECONDS && (packets - before) * 100 >= shape.packets() * WARM {
            break;
        }
        before = packets;
    }
    Ok(())
}

/// Those who send come in last, so that what coming in costs is not lost in what sending costs.
fn seat(server: &Server, summits: &[Summit], shape: Shape) -> Result<Bots, String> {
    let listeners = summits.iter().flat_map(|summit| &summit.links()[..shape.listeners]);
    let publishers = summits.iter().flat_map(|summit| &summit.links()[shape.listeners..]);
    let links: Vec<String> = listeners.chain(publishers).cloned().collect();
    let (publishers, heavy) = ((shape.rooms * shape.publishers).to_string(), format!("--heavy={}", shape.bytes));
    let manner = ["--publishers", &publishers, &heavy, "--all-speak", "--height", "720", "--per-second", "1000"];
    server.seat(&links, &manner)
}

/// Everything that is counted, at one moment.
struct Moment {
    at: Instant,
    cpu: Duration,
    server_core: Ticks,
    load_core: Ticks,
    report: Value,
}

impl Moment {
    fn take(cores: Cores, server: &Server, bots: &mut Bots) -> Result<Self, String> {
        let report = bots.report()?;
        let (server_core, load_core) = (Ticks::of(cores.server)?, Ticks::of(cores.load)?);
        Ok(Self { at: Instant::now(), cpu: server.cpu_time()?, server_core, load_core, report })
    }
}

/// How late pictures were, as the bots count it: classes by the longest of each, in microseconds.
struct Delays(Vec<(u64, u64)>);

impl Delays {
    fn between(before: &Value, after: &Value) -> Self {
        let read = |report: &Value| -> Vec<(u64, u64)> {
            let classes = report.get("delays_us").and_then(Value::as_array).into_iter().flatten();
            classes.filter_map(|class| Some((class.get(0)?.as_u64()?, class.get(1)?.as_u64()?))).collect()
        };
        let earlier = read(before);
        let of = |longest: u64| earlier.iter().find(|class| class.0 == longest).map_or(0, |class| class.1);
        let since = read(after).into_iter().map(|(longest, count)| (longest, count.saturating_sub(of(longest))));
        Self(since.filter(|class| class.1 > 0).collect())
    }

    /// `percent` in a hundred took at most so many milliseconds.
    fn percentile(&self, percent: u64) -> f64 {
        let wanted = (self.0.iter().map(|class| class.1).sum::<u64>() * percent).div_ceil(100);
        let mut below = 0;
        let reached = self.0.iter().find(|class| {
            below += class.1;
            below >= wanted
        });
        reached.map_or(f64::NAN, |class| class.0 as f64 / 1e3)
    }
}

impl Figures {
    const HEAD: &'static str = "rooms        people  joins/s  ms/join   server  packets/s  us/packet   p50 ms   p99 ms   max ms    lost  kB/person  kept  the cores";

    fn kilobytes_per_person(&self) -> f64 {
        let [empty, full, _] = self.memory;
        full.saturating_sub(empty) as f64 / 1e3 / self.shape.people() as f64
    }

    /// What is kept of what came, after all left, in percent.
    fn kept(&self) -> f64 {
        let [empty, full, left] = self.memory;
        left.saturating_sub(empty) as f64 * 100.0 / full.saturating_sub(empty).max(1) as f64
    }

    /// Why the figures say nothing, if they do not.
    fn void(&self) -> Option<String> {
        let limit = match (self.server_core >= FULL, self.load_core >= FULL) {
            (true, true) => "both cores are full",
            (true, false) => "the server is the limit",
            (false, true) => "the load is the limit",
            (false, false) => "neither core is full",
        };
        (self.arrived < 90.0).then(|| format!("void, only {:.0} % of the packets arrived: {limit}", self.arrived))
    }

    fn row(&self) -> String {
        let late = [50, 99, 100].map(|percent| format!("{:>8.2}", self.delays.percentile(percent))).join(" ");
        format!(
            "{:<12} {:>6} {:>8.1} {:>8.1} {:>6.0} % {:>10.0} {:>10.1} {late} {:>7} {:>10.0} {:>3.0} %  server's {:.0} %, load's {:.0} %{}",
            self.shape.name,
            self.shape.people(),
            self.joins_per_second,
            self.cpu_ms_per_join,
            self.server_share,
            self.packets_per_second,
            self.us_per_packet,
            self.lost,
            self.kilobytes_per_person(),
            self.kept(),
            self.server_core,
            self.load_core,
            self.void().map(|why| format!("; {why}")).unwrap_or_default(),
        )
    }

    fn json(&self) -> Value {
        json!({
            "rooms": self.shape.name,
            "people": self.shape.people(),
            "joins_per_second": round(self.joins_per_second),
            "cpu_ms_per_join": round(self.cpu_ms_per_join),
            "server_percent": round(self.server_share),
            "server_core_percent": round(self.server_core),
            "load_core_percent": round(self.load_core),
            "packets_per_second": round(self.packets_per_second),
            "us_per_packet": round(self.us_per_packet),
            "delay_ms_p50": round(self.delays.percentile(50)),
            "delay_ms_p99": round(self.delays.percentile(99)),
            "delay_ms_max": round(self.delays.percentile(100)),
            "packets_lost": self.lost,
            "packets_arrived_percent": round(self.arrived),
            "memory_kb_per_person": round(self.kilobytes_per_person()),
            "memory_kb": self.memory.map(|bytes| bytes / 1000),
            "memory_kept_percent": round(self.kept()),
            "void": self.void(),
        })
    }
}

fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_should_arrive_is_counted_as_it_is_sent() {
        let packets = |name: &str| SHAPES.iter().find(|shape| shape.name == name).map(Shape::packets);
        assert_eq!(packets("1x50"), Some(50 * (150 + 50)));
        assert_eq!(packets("2x50"), Some(100 * (150 + 50)));
        assert_eq!(packets("10x10"), Some(100 * (9 * 30 + 3 * 50)));
    }

    #[test]
    fn delays_are_those_between_two_reports() {
        let before = json!({"delays_us": [[1_000, 5], [90_000, 1]]});
        let after = json!({"delays_us": [[1_000, 55], [2_000, 49], [4_000, 1], [90_000, 1]]});
        let delays = Delays::between(&before, &after);
        assert_eq!([50, 99, 100].map(|percent| delays.percentile(percent)), [1.0, 2.0, 4.0]);
        assert!(Delays::between(&after, &after).percentile(50).is_nan());
    }
}
