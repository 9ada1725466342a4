//! Writes `tests/vectors/sommet.json`: `cargo run -p seal --example vectors > core/seal/tests/vectors/sommet.json`.

#[path = "../tests/common/mod.rs"]
mod common;

fn main() {
    print!("{}", common::vectors::text());
}
