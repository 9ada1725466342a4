//! Groups of random people on a server that fails, is killed and lies. More of them: `cargo x sim --delivery --seeds 1000`.

use sim::{Finding, Tally, random_groups};

/// As many as take a moment; each takes a third of a second.
const SEEDS: u64 = 60;

#[test]
fn in_the_end_all_agree_and_every_lie_is_found() -> Result<(), Finding> {
    // In two threads, as there are cores.
    let halves = [1, 2].map(|first| {
        std::thread::spawn(move || (first..=SEEDS).step_by(2).map(random_groups).collect::<Result<Vec<_>, _>>())
    });
    let mut tallies: Vec<Tally> = Vec::new();
    for half in halves {
        tallies.extend(half.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
    }
    let sum = |count: fn(&Tally) -> u64| tallies.iter().map(count).sum::<u64>();
    assert!(sum(|tally| tally.lies) > 5, "{tallies:?}");
    assert!(sum(|tally| tally.found) > 3, "{tallies:?}");
    assert!(sum(|tally| tally.opened) > SEEDS * 1000, "{tallies:?}");
    Ok(())
}

/// Seeds that found something once. 143: after a lie, a member whom all others refused was asked again and again, because its
/// turn was forgotten whenever there was nothing to do for a moment.
const FOUND: [u64; 1] = [143];

#[test]
fn what_was_found_is_not_found_again() -> Result<(), Finding> {
    FOUND.into_iter().try_for_each(|seed| random_groups(seed).map(drop))
}
