//! The same seed gives the same meeting, another seed another one.

use sim::{Finding, random_summit};

#[test]
fn the_same_seed_is_the_same_meeting_and_another_seed_is_not() -> Result<(), Finding> {
    let (first, again, other) = (random_summit(3)?, random_summit(3)?, random_summit(5)?);
    assert_eq!(first.transcript().hash(), again.transcript().hash());
    assert_ne!(first.transcript().hash(), other.transcript().hash());
    Ok(())
}
