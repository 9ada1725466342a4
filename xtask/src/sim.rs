//! `cargo x sim`: whole summits in one thread, in virtual time, over lossy links. One seed is one run.

use crate::Failure;
use crate::process::{cargo, run as run_to_the_end};

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    // `--delivery`: the groups alone, without media.
    let of_seeds = arguments.strip_prefix(&["--delivery".to_string()]).unwrap_or(arguments);
    match of_seeds {
        [] if arguments.is_empty() => run_to_the_end(&mut cargo(&["run", "--quiet", "--package", "sim"])),
        [] => run_to_the_end(cargo(&["run", "--quiet", "--package", "sim", "--"]).args(arguments)),
        [flag, count] if flag == "--seeds" && count.parse::<u32>().is_ok_and(|count| count > 0) => {
            run_to_the_end(cargo(&["run", "--quiet", "--package", "sim", "--"]).args(arguments))
        }
        _ => Err("usage: cargo x sim [--delivery] [--seeds N]".to_string()),
    }
}
