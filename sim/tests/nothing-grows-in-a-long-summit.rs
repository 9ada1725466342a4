//! A short form of `cargo x sim --soak`, which holds a summit for hours.

use std::time::Duration;

use sim::{Finding, soak};

#[test]
fn what_is_held_after_people_came_and_went_is_no_more_than_before() -> Result<(), Finding> {
    let mut rounds = Vec::new();
    soak(1, 2, Duration::from_secs(15), |round| rounds.push(round.clone()))?;
    assert_eq!(rounds.iter().map(|round| round.number).collect::<Vec<_>>(), [1, 2]);
    assert!(rounds.is_sorted_by(|one, next| one.devices < next.devices), "nobody came or went");
    let last = &rounds[1].held;
    assert_eq!((last.get("rooms"), last.get("occupied seats"), last.get("peers")), (1, 6, 6), "{last}");
    Ok(())
}
