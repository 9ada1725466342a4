//! The fuzzer: libFuzzer, with its own `main`, around the target that the environment names. `cargo x fuzz` builds and starts it.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

/// The variable that names the target.
const NAME: &str = "FUZZ_TARGET";

fuzz_target!(|bytes: &[u8]| {
    static RUN: OnceLock<fn(&[u8])> = OnceLock::new();
    let run = RUN.get_or_init(|| {
        let name = std::env::var(NAME).unwrap_or_default();
        fuzz::target(&name).unwrap_or_else(|| panic!("{NAME} is \"{name}\", which is no target")).run
    });
    run(bytes);
});
