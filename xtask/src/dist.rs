//! `cargo x dist`: the release binary, with the web client inside, and the checksum to publish beside it.

use std::path::Path;

use crate::process::{capture, cargo, command, root, run as run_to_the_end};
use crate::{Failure, no_arguments, setup, web};

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    no_arguments(arguments)?;
    setup::for_demo()?;
    web::build()?;
    run_to_the_end(&mut cargo(&["build", "--release", "--package", "sommet"]))?;
    let binary = root().join("target/release/sommet");
    let size = std::fs::metadata(&binary).map_err(|error| format!("{} is not there: {error}", binary.display()))?.len();
    println!("{}  {}", binary.display(), megabytes(size));
    println!("SHA-256 {}", sha256(&binary)?);
    Ok(())
}

/// The checksum of a file, in hexadecimal.
fn sha256(file: &Path) -> Result<String, Failure> {
    let said = capture(command("sha256sum").arg(file))?;
    // A backslash stands before it when the name of the file is unusual.
    let sum = said.split_whitespace().next().unwrap_or_default().trim_start_matches('\\');
    Ok(sum.to_string())
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_bytes() {
        let path = std::env::temp_dir().join(format!("sommet-sum-{}", std::process::id()));
        std::fs::write(&path, "abc").expect("the temporary folder is writable");
        let sum = sha256(&path);
        std::fs::remove_file(&path).expect("it was written above");
        // FIPS 180-2, appendix B.1.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sum.as_deref(), Ok(known));
    }

    #[test]
    fn sizes_are_in_decimal_megabytes() {
        assert_eq!(megabytes(23_456_789), "23.4 MB");
        assert_eq!(megabytes(99_999), "0.0 MB");
    }
}
