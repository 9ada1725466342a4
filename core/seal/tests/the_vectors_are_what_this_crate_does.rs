//! What other implementations are held to is what this one does.

mod common;

#[test]
fn they_are_reproduced() {
    let committed = include_str!("vectors/sommet.json");
    assert!(
        committed == common::vectors::text(),
        "write them anew with `cargo run -p seal --example vectors > core/seal/tests/vectors/sommet.json`, if that is meant"
    );
}
