//! `cargo x proxy`: a bad line between browsers and the server. It stands where the server says that it is
//! (`SOMMET_PUBLIC_ADDRESSES`), and passes datagrams on as the simulation's network would: late, out of order, twice or
//! not at all. What is said on its standard input changes the line while people talk.

mod conditions;
mod relay;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::json;

use relay::{Direction, Relay};

const USAGE: &str = "\
usage: cargo x proxy LISTEN SERVER [SEED]   two addresses with their ports

It reads lines, and changes the line that it stands for:
  up|down|both [NAME=VALUE...]    delay=30ms jitter=5ms loss=5% burst=3 rate=300kbps
                                  queue=200ms reorder=1% duplicate=1%
  rebind                          the server sees other addresses from now on
  counts                          prints what came, was lost and left, as JSON
It ends with its input.";

/// How long a line on the standard input waits at most.
const LOOKS_EVERY: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("proxy: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), String> {
    let (listen, server, seed) = match words {
        [listen, server] => (listen, server, "1"),
        [listen, server, seed] => (listen, server, seed.as_str()),
        _ => return Err(USAGE.to_owned()),
    };
    let address = |text: &str| text.parse::<SocketAddr>().map_err(|_| format!("\"{text}\" is not ADDRESS:PORT"));
    let seed = seed.parse().map_err(|_| format!("\"{seed}\" is not a number"))?;
    let mut relay = Relay::new(address(listen)?, address(server)?, seed)
        .map_err(|error| format!("{listen} cannot be listened on: {error}"))?;
    let lines = lines();
    say(&json!({"listening": listen}));
    loop {
        match lines.try_recv() {
            Ok(line) => obey(&mut relay, &line),
            Err(TryRecvError::Empty) => {
                wait(&relay).map_err(|error| format!("it cannot wait: {error}"))?;
                let pass = |relay: &mut Relay| {
                    relay.take_in(Instant::now())?;
                    relay.deliver(Instant::now())
                };
                pass(&mut relay).map_err(|error| format!("a datagram could not be passed on: {error}"))?;
            }
            Err(TryRecvError::Disconnected) => return Ok(()),
        }
    }
}

/// The lines of the standard input.
fn lines() -> Receiver<String> {
    let (sender, lines) = mpsc::sync_channel(16);
    std::thread::spawn(move || {
        for line in BufReader::new(std::io::stdin()).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Waits until a datagram comes or is to be delivered, but not for long.
fn wait(relay: &Relay) -> rustix::io::Result<()> {
    let until = relay.due().map_or(LOOKS_EVERY, |due| due.saturating_duration_since(Instant::now()).min(LOOKS_EVERY));
    let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(until.subsec_nanos()) };
    let sockets: Vec<_> = relay.sockets().collect();
    let mut polled: Vec<_> = sockets.iter().map(|socket| PollFd::new(socket, PollFlags::IN)).collect();
    match poll(&mut polled, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error),
    }
}

fn obey(relay: &mut Relay, line: &str) {
    let mut words = line.split_whitespace();
    let done = match words.next() {
        None => return,
        Some("up") => conditions::read(words).map(|up| relay.change(Direction::Up, up)),
        Some("down") => conditions::read(words).map(|down| relay.change(Direction::Down, down)),
        Some("both") => conditions::read(words).map(|both| {
            relay.change(Direction::Up, both);
            relay.change(Direction::Down, both);
        }),
        Some("rebind") => relay.rebind().map_err(|error| error.to_string()),
        Some("counts") => {
            let of = |direction| {
                let counts = relay.counts(direction);
                json!({"came": counts.came, "lost": counts.lost, "left": counts.left})
            };
            return say(&json!({"up": of(Direction::Up), "down": of(Direction::Down)}));
        }
        Some(unknown) => Err(format!("\"{unknown}\" is none of up, down, both, rebind, counts")),
    };
    say(&match done {
        Ok(()) => json!({"done": line}),
        Err(why) => json!({"error": why}),
    });
}

fn say(answer: &serde_json::Value) {
    println!("{answer}");
    // Whoever reads it may be gone; then the input ends, too.
    let _ = std::io::stdout().flush();
}
