//! The `sommet` command: the server, and everything an operator or a secretary does beside it.
//!
//! One file for each subcommand. What changes the data goes through `server::admin`, whether a server runs or not.
//! Exit status: 0 done, 1 refused or failed, 2 not understood.

mod admin;
mod bots;
mod config;
mod demo;
mod invite;
mod key;
mod log;
mod office;
mod passphrase;
mod reach;
mod registrar;
mod revoke;
mod secret;
mod serve;
mod settings;
mod spelling;
mod summit;
mod summit_file;
mod time;
mod verify_web;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser;

/// How a subcommand ends: done, or why not.
type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Sommet: online video summits of delegations, on a server of your own.
///
/// Start with `sommet demo` to look at it, or with `sommet serve` to hold a summit.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
enum Command {
    Demo(demo::Demo),
    Serve(Box<serve::Serve>),
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Summit(Box<summit::Summit>),
    Invite(Box<invite::Invite>),
    Registrar(Box<registrar::Args>),
    Revoke(Box<revoke::Revoke>),
    VerifyWeb(Box<verify_web::VerifyWeb>),
    #[command(subcommand)]
    Config(config::Config),
    Bots(Box<bots::Args>),
}

/// How whoever reads this stops the program: by the keyboard if there is one, else by the number of the process.
fn how_to_stop() -> String {
    if std::io::stdin().is_terminal() { "Ctrl+C".to_owned() } else { format!("kill {}", std::process::id()) }
}

fn run_bots(args: bots::Args) -> Outcome {
    log::start_log(server::LogFormat::Text, "info");
    Ok(tokio::runtime::Runtime::new()?.block_on(bots::run(args))?)
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::Key(key) => key.run(),
        Command::Summit(summit) => summit.run(),
        Command::Invite(invite) => invite.run(),
        Command::Registrar(args) => args.run(),
        Command::Revoke(revoke) => revoke.run(),
        Command::VerifyWeb(verify) => verify.run(),
        Command::Config(config) => config.run(),
        Command::Bots(args) => run_bots(*args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sommet: {error}");
            ExitCode::FAILURE
        }
    }
}
