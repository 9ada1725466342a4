//! `cargo x`: everything a developer of Sommet does with a checkout, one file a command.
//!
//! Nothing here is part of the product. The commands stand on few crates, because each of them is compiled before
//! anything else can start on a fresh machine.

mod assets;
mod bench;
mod check;
mod demo;
mod dist;
mod e2e;
mod fuzz;
mod interop;
mod process;
mod proxy;
mod setup;
mod sim;
mod test;
mod types;
mod vectors;
mod web;

use std::process::ExitCode;

/// Why a command failed: a sentence for the person at the terminal, with what to do.
pub(crate) type Failure = String;

const HELP: &str = "\
Sommet, for those who build it.

  cargo x demo [--no-wait]      build, start a summit with bots, print the links
                                (--no-wait: leave it running and return)
  cargo x test [--fast]         everything: checks, unit tests, other implementations,
                                simulation, vectors, browsers
                                (--fast: without the browsers and most vectors)

  cargo x setup                 install what the tests need; does nothing when it is there
  cargo x check [NAME...]       the rules of the architecture, formatting, lints
                                (--list: their names; --deny: cargo-deny as well)
  cargo x e2e [NAME...]         stories in real browsers (--list: their names;
                                --long: those that take minutes
                                or measure)
  cargo x sim [--seeds N]       whole summits in virtual time over lossy links
                                (--soak: one for two virtual hours, in which
                                nothing may grow)
  cargo x fuzz [NAME...]        every reader of strangers' bytes, five minutes each
                                (--seconds N: so long; --keep: what was found joins
                                the corpus, which the tests replay)
  cargo x proxy LISTEN SERVER   a bad line before a server's media port, as its input says
  cargo x bench [NAME [-- ...]] measure: a table, then one line of JSON; soak and each of the rooms only when named
  cargo x vectors [--fast]      the test vectors of RFC 9420, against ts-mls and OpenMLS
                                (--fast: ts-mls with our cipher suite; --openmls: the other)
  cargo x interop               ts-mls, OpenMLS and mls-rs in the same groups, compared
                                byte for byte
  cargo x types [--check]       write the TypeScript types of what travels
  cargo x assets                make the speech and pictures that the bots send
  cargo x dist                  the release binary, with everything inside

Start with `cargo x demo`.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let result = match command {
        "assets" => assets::run(rest),
        "bench" => bench::run(rest),
        "check" => check::run(rest),
        "demo" => demo::run(rest),
        "dist" => dist::run(rest),
        "e2e" => e2e::run(rest),
        "fuzz" => fuzz::run(rest),
        "interop" => interop::run(rest),
        "proxy" => proxy::run(rest),
        "setup" => setup::run(rest),
        "sim" => sim::run(rest),
        "test" => test::run(rest),
        "types" => types::run(rest),
        "vectors" => vectors::run(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        unknown => Err(format!("there is no command \"{unknown}\"; `cargo x help` lists them")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("\ncargo x {command}: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Fails when a command that takes no arguments is given some.
pub(crate) fn no_arguments(arguments: &[String]) -> Result<(), Failure> {
    match arguments.first() {
        None => Ok(()),
        Some(unknown) => Err(format!("\"{unknown}\" means nothing here; `cargo x help` shows what does")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_argument_is_an_error() {
        assert!(no_arguments(&[]).is_ok());
        assert!(no_arguments(&["--fats".to_string()]).is_err());
    }
}
