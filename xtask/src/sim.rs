//! `cargo x sim`: whole summits in one thread, in virtual time, over lossy links. One seed is one run.

use crate::Failure;
use crate::process::{cargo, run as run_to_the_end};

const USAGE: &str = "usage: cargo x sim [--delivery | --booths] [--seeds N] | cargo x sim --soak [--minutes N]";

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if let [flag, rest @ ..] = arguments
        && flag == "--soak"
    {
        let minutes = match rest {
            [] => true,
            [flag, minutes] => flag == "--minutes" && minutes.parse::<u32>().is_ok_and(|minutes| minutes > 0),
            _ => false,
        };
        if !minutes {
            return Err(USAGE.to_string());
        }
        return run_to_the_end(cargo(&["run", "--quiet", "--package", "sim", "--"]).args(arguments));
    }
    // The groups, or interpretation, alone, without media.
    let of_seeds = match arguments {
        [flag, rest @ ..] if flag == "--delivery" || flag == "--booths" => rest,
        all => all,
    };
    match of_seeds {
        [] if arguments.is_empty() => run_to_the_end(&mut cargo(&["run", "--quiet", "--package", "sim"])),
        [] => run_to_the_end(cargo(&["run", "--quiet", "--package", "sim", "--"]).args(arguments)),
        [flag, count] if flag == "--seeds" && count.parse::<u32>().is_ok_and(|count| count > 0) => {
            run_to_the_end(cargo(&["run", "--quiet", "--package", "sim", "--"]).args(arguments))
        }
        _ => Err(USAGE.to_string()),
    }
}
