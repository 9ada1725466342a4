//! Interpretation at random, against a second reading of the same log; `cargo x sim --booths --seeds 10000` tries more of it.

#[test]
fn nobody_hears_two_channels_or_none_without_a_sign() {
    let (mut interpreted, mut relayed) = (0, 0);
    for seed in 1..=300 {
        let tally = sim::random_booths(seed).unwrap_or_else(|finding| panic!("{finding}"));
        (interpreted, relayed) = (interpreted + tally.interpreted, relayed + tally.relayed);
    }
    assert!(interpreted > 1000 && relayed > 50, "tried: {interpreted} times interpreted, {relayed} by relay");
}
