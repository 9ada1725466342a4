//! `cargo x bench`: measurements of the release build, each a table for people and then one line of JSON for machines.

use crate::process::{cargo, run as run_to_the_end};
use crate::{Failure, setup, web};

/// What can be measured.
const NAMES: [&str; 3] = ["forward", "join", "seal"];

/// Runs the named measurements, or all of them.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = arguments.iter().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(format!("there is no measurement \"{unknown}\"; there are {}", NAMES.join(", ")));
    }
    setup::for_demo()?;
    web::build()?;
    run_to_the_end(&mut cargo(&["build", "--release", "--package", "sommet", "--package", "bench"]))?;
    let all: Vec<String> = NAMES.map(str::to_owned).into();
    for name in if arguments.is_empty() { &all } else { arguments } {
        run_to_the_end(&mut cargo(&["run", "--quiet", "--release", "--package", "bench", "--", name]))?;
    }
    Ok(())
}
