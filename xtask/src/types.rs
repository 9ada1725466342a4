//! `cargo x types`: the TypeScript form of everything that travels, generated from `core/wire`.

use crate::Failure;
use crate::process::{capture, cargo, read, root};

/// Where the web client keeps it, committed.
const COMMITTED: &str = "web/src/wire/types.ts";

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => write(),
        [flag] if flag == "--check" => check().map(|()| println!("types: {COMMITTED} is what `core/wire` says")),
        _ => Err("usage: cargo x types [--check]".to_string()),
    }
}

/// Compares the committed file with what would be generated now.
pub(crate) fn check() -> Result<(), Failure> {
    compare(&read(COMMITTED)?, &generate()?)
}

fn write() -> Result<(), Failure> {
    let path = root().join(COMMITTED);
    std::fs::write(&path, generate()?).map_err(|error| format!("{COMMITTED} cannot be written: {error}"))?;
    println!("types: wrote {COMMITTED}");
    Ok(())
}

fn generate() -> Result<String, Failure> {
    let path = root().join("target/types.ts");
    let example = ["run", "--quiet", "--package", "wire", "--features", "typescript", "--example", "types", "--"];
    capture(cargo(&example).arg(&path))?;
    std::fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn compare(committed: &str, generated: &str) -> Result<(), Failure> {
    if committed == generated {
        return Ok(());
    }
    let differs = committed.lines().zip(generated.lines()).position(|(ours, theirs)| ours != theirs);
    let line = differs.unwrap_or(committed.lines().count().min(generated.lines().count())) + 1;
    Err(format!("{COMMITTED} is not what `core/wire` says, from line {line} on; run `cargo x types`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_file_is_found_with_its_line() {
        assert!(compare("a\nb\n", "a\nb\n").is_ok());
        assert!(compare("a\nb\n", "a\nc\n").expect_err("it differs").contains("line 2"));
        assert!(compare("a\n", "a\nc\n").expect_err("it is shorter").contains("line 2"));
    }
}
