//! What reads strangers' bytes, each as a plain function: a target. The fuzzer (`cargo x fuzz`) gives a target whatever it
//! comes upon; the tests give it every file of its corpus, on every run. A target that returns is content; it panics where
//! a promise of the reader is broken.
//!
//! A new target is a file in `targets/`, its two lines in `targets.rs`, and a folder of its name in `corpus/`; CONTRIBUTING.md
//! says more. What nobody outside of a crate calls is reached through that crate's `strangers` module.

mod call;
mod script;
mod summit;
mod targets;

pub use targets::TARGETS;

/// A reader of strangers' bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As its file and the folder of its corpus.
    pub name: &'static str,
    /// Gives it these bytes.
    pub run: fn(&[u8]),
}

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}
