//! Random summits with committed seeds. A seed that once found something stays for ever, with what it found.

use sim::{Finding, random_summit};

#[test]
fn a_summit_of_two_delegations() -> Result<(), Finding> {
    random_summit(4).map(drop)
}

#[test]
fn a_lost_person_left_a_raised_hand_behind() -> Result<(), Finding> {
    random_summit(6).map(drop)
}

#[test]
fn a_participant_whose_media_were_lost_went_in_circles() -> Result<(), Finding> {
    random_summit(9).map(drop)
}

#[test]
fn somebody_pressed_leave_in_a_tunnel() -> Result<(), Finding> {
    random_summit(116).map(drop)
}
