//! `cargo x bench`: figures about the real server, from outside it. The server runs on one core and the load on another;
//! what it costs is read from the kernel's own accounting; everything compared is measured in one run, in turns.

mod bots;
mod floor;
mod forward;
mod interpretation;
mod janus;
mod join;
mod load;
mod machine;
mod rooms;
mod seal;
mod server;
mod soak;
mod summit;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.first().map(String::as_str) {
        Some("forward") => forward::run(),
        Some("interpretation") => interpretation::run(&words[1..]),
        Some("join") => join::run(),
        Some("rooms") => rooms::run(&words[1..]),
        Some("seal") => seal::run(),
        Some("soak") => soak::run(&words[1..]),
        _ => Err("usage: cargo x bench forward|interpretation|join|rooms|seal|soak".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}
