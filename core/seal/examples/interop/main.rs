//! One member of one group, led by lines of JSON: what tests against other implementations talk to.
//!
//! `interop openmls` is a member as this crate makes them, with all its checks. `interop mls-rs` is anybody's: it keeps to
//! RFC 9420 and believes every certificate.
//!
//! One command a line on the standard input, one answer a line on the standard output; an error is
//! `{"error": code, "message": …}` and ends nothing. Bytes are base64url, except in `state`, which is for comparing: hex.
//! `setup` comes first; its documents are those of `tests/vectors/sommet.json`, or the caller's own.

mod credulous;
mod lines;
mod with_mls_rs;
mod with_openmls;

use std::io::{BufRead as _, Error, Write as _};

use lines::{Answer, Command, Failure, Member, Setup, misled};

fn main() -> std::io::Result<()> {
    let setup: fn(Setup) -> Result<Box<dyn Member>, Failure> = match std::env::args().nth(1).as_deref() {
        Some("openmls") => with_openmls::setup,
        Some("mls-rs") => with_mls_rs::setup,
        _ => return Err(Error::other("usage: interop openmls | mls-rs")),
    };
    let mut member: Option<Box<dyn Member>> = None;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = match (serde_json::from_str(&line?), &mut member) {
            (Err(error), _) => Err(misled(&error.to_string())),
            (Ok(Command::Setup(_)), Some(_)) => Err(misled("setup comes once")),
            (Ok(Command::Setup(who)), None) => setup(*who).map(|ready| {
                member = Some(ready);
                Answer::Done {}
            }),
            (Ok(_), None) => Err(misled("setup comes first")),
            (Ok(command), Some(member)) => member.handle(command),
        };
        let answer = answer.unwrap_or_else(|Failure(error, message)| Answer::Error { error, message });
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}
