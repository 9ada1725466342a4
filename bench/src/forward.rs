//! What the server spends on a forwarded packet: one publisher to 50 listeners, and 10 people who all see each other. The
//! load is five packets of about 1,100 bytes for each of 30 frames a second, and 50 packets of sound. Beside it, in the same
//! rounds, Janus with the same load.

use std::time::Duration;

use crate::bots::{Bots, count};
use crate::janus::Janus;
use crate::machine::{Cores, median};
use crate::server::Server;
use crate::{floor, machine};

const ROUNDS: usize = 5;
/// Reports that are let pass before measuring: key frames, layer choice, caches.
const WARM_UP_SECONDS: usize = 4;
const MEASURED_SECONDS: usize = 10;
const FLOOR_FRAMES: usize = 300;
const LISTENERS: usize = 50;
const PEOPLE: usize = 10;
/// Packets a second of one speaker: five for each frame, and one of sound each 20 ms.
const PICTURE_PACKETS: u64 = 5 * 30;
const SOUND_PACKETS: u64 = 50;

/// Who is measured, and doing what.
const COLUMNS: [&str; 5] = ["floor", "1 -> 50", "10 x 10", "Janus 1->50", "Janus 10x10"];

/// Measures everything in turns and prints it.
pub(crate) fn run() -> Result<(), String> {
    if !Janus::is_here() {
        return Err("Janus is not installed; cargo x bench forward installs it where it may".to_owned());
    }
    let cores = Cores::find()?;
    machine::pin(cores.load);
    let mut rounds = Vec::new();
    println!("microseconds of server CPU for each forwarded packet");
    print_row("round", COLUMNS.map(str::to_owned));
    for round in 1..=ROUNDS {
        let figures = [
            floor::measure(cores, LISTENERS, FLOOR_FRAMES).map_err(|error| error.to_string())?,
            one_to_fifty(cores)?,
            ten_by_ten(cores)?,
            janus_one_to_fifty(cores)?,
            janus_ten_by_ten(cores)?,
        ];
        print_row(&round.to_string(), figures.map(written));
        rounds.push(figures);
    }
    let middle: [f64; 5] =
        std::array::from_fn(|column| median(&rounds.iter().map(|row| row[column]).collect::<Vec<_>>()));
    print_row("mid", middle.map(written));
    let [floor, fan, meeting, janus_fan, janus_meeting] = middle;
    print_row("ratio", middle.map(|figure| written(figure / floor)));
    let figures = serde_json::json!({
        "bench": "forward",
        "us_per_packet_1x50": round(fan),
        "us_per_packet_10x10": round(meeting),
        "floor_us": round(floor),
        "ratio_1x50": round(fan / floor),
        "ratio_10x10": round(meeting / floor),
        "janus_us_per_packet_1x50": round(janus_fan),
        "janus_us_per_packet_10x10": round(janus_meeting),
        "times_cheaper_than_janus_1x50": round(janus_fan / fan),
        "times_cheaper_than_janus_10x10": round(janus_meeting / meeting),
    });
    println!("{figures}");
    Ok(())
}

fn print_row(name: &str, cells: [String; 5]) {
    println!("{name:>5} {}", cells.map(|cell| format!("{cell:>12}")).join(" "));
}

fn written(figure: f64) -> String {
    format!("{figure:.2}")
}

fn one_to_fifty(cores: Cores) -> Result<f64, String> {
    let server = Server::start(cores)?;
    let summit = server.summit(1 + LISTENERS)?;
    let _publisher = server.seat(&summit.links()[..1], &["--heavy", "--all-speak", "--height", "720"])?;
    let mut listeners = server.seat(&summit.links()[1..], &["--listen", "--height", "720"])?;
    listeners.report_when_joined(LISTENERS as u64)?;
    measure(&server, &mut listeners, LISTENERS as u64 * (PICTURE_PACKETS + SOUND_PACKETS))
}

fn ten_by_ten(cores: Cores) -> Result<f64, String> {
    let server = Server::start(cores)?;
    let summit = server.summit(PEOPLE)?;
    let mut people = server.seat(summit.links(), &["--heavy", "--all-speak", "--height", "720"])?;
    people.report_when_joined(PEOPLE as u64)?;
    // Everybody sees nine and hears three.
    measure(&server, &mut people, PEOPLE as u64 * (9 * PICTURE_PACKETS + 3 * SOUND_PACKETS))
}

/// Microseconds for each packet that arrived. `expected` packets a second should: a run with many fewer is void.
fn measure(server: &Server, bots: &mut Bots, expected: u64) -> Result<f64, String> {
    for _ in 0..WARM_UP_SECONDS {
        bots.report()?;
    }
    let (start, before) = (count(&bots.report()?, "packets"), server.cpu_time()?);
    for _ in 1..MEASURED_SECONDS {
        bots.report()?;
    }
    let (end, after) = (count(&bots.report()?, "packets"), server.cpu_time()?);
    let (packets, spent): (u64, Duration) = (end.saturating_sub(start), after.saturating_sub(before));
    cost(packets, spent, expected)
}

fn cost(packets: u64, spent: Duration, expected: u64) -> Result<f64, String> {
    let share = packets as f64 / (expected * MEASURED_SECONDS as u64) as f64;
    if share < 0.9 {
        return Err(format!("only {:.0} % of the packets arrived: the figure is void", share * 100.0));
    }
    Ok(spent.as_secs_f64() * 1e6 / packets as f64)
}

fn janus_one_to_fifty(cores: Cores) -> Result<f64, String> {
    let mut janus = Janus::start(cores)?;
    janus.add_speaker()?;
    janus.until_connected()?;
    for _ in 0..LISTENERS {
        janus.add_listener(std::iter::once(0))?;
    }
    measure_janus(janus, LISTENERS as u64 * (PICTURE_PACKETS + SOUND_PACKETS))
}

/// Everybody sees and hears nine: Janus does not choose who is loudest.
fn janus_ten_by_ten(cores: Cores) -> Result<f64, String> {
    let mut janus = Janus::start(cores)?;
    for _ in 0..PEOPLE {
        janus.add_speaker()?;
    }
    janus.until_connected()?;
    for person in 0..PEOPLE {
        janus.add_listener((0..PEOPLE).filter(|speaker| *speaker != person))?;
    }
    measure_janus(janus, PEOPLE as u64 * 9 * (PICTURE_PACKETS + SOUND_PACKETS))
}

fn measure_janus(mut janus: Janus, expected: u64) -> Result<f64, String> {
    janus.until_connected()?;
    janus.run(Duration::from_secs(WARM_UP_SECONDS as u64))?;
    let (packets, spent) = janus.run(Duration::from_secs(MEASURED_SECONDS as u64))?;
    cost(packets, spent, expected)
}

fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}
