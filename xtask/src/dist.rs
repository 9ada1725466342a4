//! `cargo x dist`: the release binary, with the web client inside.

use crate::process::{cargo, root, run as run_to_the_end};
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
    Ok(())
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_decimal_megabytes() {
        assert_eq!(megabytes(23_456_789), "23.4 MB");
        assert_eq!(megabytes(99_999), "0.0 MB");
    }
}
