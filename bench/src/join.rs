//! How long it takes from Join to the first picture that can be decoded: offer, answer, ICE, DTLS, slot, key frame.

use crate::bots::count;
use crate::machine;
use crate::server::Server;

const ROUNDS: usize = 3;
const BOTS: usize = 20;

/// Measures and prints.
pub(crate) fn run() -> Result<(), String> {
    let cores = machine::Cores::find()?;
    machine::pin(cores.load);
    println!("milliseconds from Join to the first decodable picture, {BOTS} people coming in at 5 a second");
    println!("{:>5} {:>8} {:>8}", "round", "p50", "p99");
    let (mut halves, mut slowest) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let server = Server::start(cores)?;
        let summit = server.summit(BOTS + 2)?;
        let mut heads = server.seat(&summit.links()[..2], &["--height", "720"])?;
        heads.report_when_joined(2)?;
        let mut people = server.seat(&summit.links()[2..], &["--listen", "--per-second", "5", "--height", "720"])?;
        let report = people.report_when_joined(BOTS as u64)?;
        let (half, slow) = (count(&report, "join_ms_p50"), count(&report, "join_ms_p99"));
        println!("{round:>5} {half:>8} {slow:>8}");
        halves.push(half as f64);
        slowest.push(slow as f64);
    }
    let (half, slow) = (machine::median(&halves), machine::median(&slowest));
    println!("{}", serde_json::json!({"bench": "join", "join_ms_p50": half, "join_ms_p99": slow}));
    Ok(())
}
