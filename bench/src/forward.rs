//! What the server spends on a forwarded packet: one publisher to 50 listeners, and 10 people who all see each other. The
//! load is five packets of about 1,100 bytes for each of 30 frames a second, and 50 packets of sound.

use std::time::Duration;

use crate::bots::{Bots, count};
use crate::machine::{Cores, median};
use crate::server::Server;
use crate::{floor, machine};

const ROUNDS: usize = 3;
/// Reports that are let pass before measuring: key frames, layer choice, caches.
const WARM_UP_SECONDS: usize = 4;
const MEASURED_SECONDS: usize = 10;
const FLOOR_FRAMES: usize = 300;

/// Measures everything in turns and prints it.
pub(crate) fn run() -> Result<(), String> {
    let cores = Cores::find()?;
    machine::pin(cores.load);
    let (mut floors, mut fans, mut meetings) = (Vec::new(), Vec::new(), Vec::new());
    println!("microseconds of server CPU for each forwarded packet");
    println!("{:>5} {:>10} {:>10} {:>10}", "round", "floor", "1 -> 50", "10 x 10");
    for round in 1..=ROUNDS {
        let floor = floor::measure(cores, 50, FLOOR_FRAMES).map_err(|error| error.to_string())?;
        let fan = one_to_fifty(cores)?;
        let meeting = ten_by_ten(cores)?;
        println!("{round:>5} {floor:>10.2} {fan:>10.2} {meeting:>10.2}");
        floors.push(floor);
        fans.push(fan);
        meetings.push(meeting);
    }
    let (floor, fan, meeting) = (median(&floors), median(&fans), median(&meetings));
    println!("{:>5} {floor:>10.2} {fan:>10.2} {meeting:>10.2}", "mid");
    println!("{:>5} {:>10.2} {:>10.2} {:>10.2}", "ratio", 1.0, fan / floor, meeting / floor);
    let figures = serde_json::json!({
        "bench": "forward",
        "us_per_packet_1x50": round(fan),
        "us_per_packet_10x10": round(meeting),
        "floor_us": round(floor),
        "ratio_1x50": round(fan / floor),
        "ratio_10x10": round(meeting / floor),
    });
    println!("{figures}");
    Ok(())
}

fn one_to_fifty(cores: Cores) -> Result<f64, String> {
    let server = Server::start(cores)?;
    let summit = server.summit(51)?;
    let _publisher = server.seat(&summit.links()[..1], &["--heavy", "--all-speak", "--height", "720"])?;
    let mut listeners = server.seat(&summit.links()[1..], &["--listen", "--height", "720"])?;
    listeners.report_when_joined(50)?;
    // Five packets a frame and one of sound each 20 ms, to everybody.
    measure(&server, &mut listeners, 50 * (5 * 30 + 50))
}

fn ten_by_ten(cores: Cores) -> Result<f64, String> {
    let server = Server::start(cores)?;
    let summit = server.summit(10)?;
    let mut people = server.seat(summit.links(), &["--heavy", "--all-speak", "--height", "720"])?;
    people.report_when_joined(10)?;
    // Everybody sees nine and hears three.
    measure(&server, &mut people, 10 * (9 * 5 * 30 + 3 * 50))
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
    let share = packets as f64 / (expected * MEASURED_SECONDS as u64) as f64;
    if share < 0.9 {
        return Err(format!("only {:.0} % of the packets arrived: the figure is void", share * 100.0));
    }
    Ok(spent.as_secs_f64() * 1e6 / packets as f64)
}

fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}
