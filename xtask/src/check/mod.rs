//! `cargo x check`: the rules that the compiler does not know. Each has a name, and says in a sentence what breaks it.

mod arrows;
mod licences;
mod metadata;
mod names;
mod protocol_document;
mod secrecy;
mod tidy;
mod unsafe_code;

use crate::process::{capture, cargo, run as run_to_the_end};
use crate::{Failure, setup, types};

/// One rule.
struct Check {
    /// What it is called at the terminal.
    name: &'static str,
    /// What it keeps true.
    rule: &'static str,
    /// Looks, and says what breaks the rule: one sentence a line.
    look: fn() -> Result<(), Failure>,
}

/// Those that need next to no compiling.
const QUICK: &[Check] = &[
    Check { name: "arrows", rule: "a crate knows only whom the architecture lets it know", look: arrows::look },
    Check { name: "names", rule: "each foreign part is named by its one crate", look: names::look },
    Check { name: "secrecy", rule: "the server holds no library that could decrypt", look: secrecy::look },
    Check {
        name: "licences",
        rule: "what we stand on is permissive and comes from the registry",
        look: licences::look,
    },
    Check { name: "unsafe", rule: "unsafe code is listed, with its reason", look: unsafe_code::look },
    Check { name: "tidy", rule: "files are short, finished and free of this machine", look: tidy::look },
    Check { name: "protocol", rule: "docs/protocol.md has every message", look: protocol_document::look },
    Check { name: "format", rule: "the code is formatted", look: format },
    Check { name: "types", rule: "the web client's types are generated", look: types::check },
];

/// Those that compile everything.
const THOROUGH: &[Check] = &[
    Check { name: "clippy", rule: "no lint is broken", look: clippy },
    Check { name: "rustdoc", rule: "the documentation builds, and its links lead somewhere", look: rustdoc },
];

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let all = || QUICK.iter().chain(THOROUGH);
    match arguments {
        [] => report(all()),
        [flag] if flag == "--list" => {
            all().for_each(|check| println!("{:<9} {}", check.name, check.rule));
            Ok(())
        }
        [flag] if flag == "--deny" => report(all()).and_then(|()| deny()),
        names => {
            if let Some(unknown) = names.iter().find(|name| all().all(|check| check.name != name.as_str())) {
                return Err(format!("there is no check \"{unknown}\"; `cargo x check --list` names them"));
            }
            report(all().filter(|check| names.iter().any(|name| name == check.name)))
        }
    }
}

/// The checks that need next to no compiling.
pub(crate) fn quick() -> Result<(), Failure> {
    report(QUICK.iter())
}

/// The checks that compile everything.
pub(crate) fn thorough() -> Result<(), Failure> {
    report(THOROUGH.iter())
}

/// Looks at everything, so that one run shows all mistakes.
fn report<'a>(checks: impl Iterator<Item = &'a Check>) -> Result<(), Failure> {
    let mut broken = Vec::new();
    for check in checks {
        match (check.look)() {
            Ok(()) => println!("ok    {:<9} {}", check.name, check.rule),
            Err(sentences) => {
                println!("FAIL  {:<9} {}", check.name, check.rule);
                sentences.lines().for_each(|line| println!("        {line}"));
                broken.push(check.name);
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(format!("broken: {}", broken.join(", "))) }
}

fn format() -> Result<(), Failure> {
    capture(&mut cargo(&["fmt", "--all", "--", "--check", "--files-with-diff"])).map(|_| ()).map_err(|_| {
        let files = cargo(&["fmt", "--all", "--", "--check", "--files-with-diff"]).output();
        let files = files.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        format!("run `cargo fmt --all`; these files are not formatted:\n{files}")
    })
}

fn clippy() -> Result<(), Failure> {
    run_to_the_end(&mut cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn rustdoc() -> Result<(), Failure> {
    let mut doc = cargo(&["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"]);
    run_to_the_end(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The same rules about licences and sources, by the tool made for it; the advisories need a network.
fn deny() -> Result<(), Failure> {
    setup::cargo_tool("cargo-deny")?;
    run_to_the_end(&mut cargo(&["deny", "check", "bans", "licenses", "sources"]))
}

/// Joins sentences; nothing to say is success.
fn verdict(sentences: Vec<String>) -> Result<(), Failure> {
    if sentences.is_empty() { Ok(()) } else { Err(sentences.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_broken_rule_fails_the_whole_and_is_named() {
        let good = Check { name: "good", rule: "all is well", look: || Ok(()) };
        let bad = Check { name: "bad", rule: "nothing is well", look: || Err("see there".to_string()) };
        assert!(report([&good].into_iter()).is_ok());
        assert_eq!(report([&bad, &good].into_iter()), Err("broken: bad".to_string()));
    }

    #[test]
    fn an_unknown_check_is_an_error() {
        assert!(run(&["no-such-check".to_string()]).is_err());
    }
}
