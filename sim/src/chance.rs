//! Chance, seeded: every part of a run draws from a stream of its own, so that a packet more or less in one place never
//! changes what people do in another.

use std::time::Duration;

/// A stream of random decisions. The same seed and name give the same stream.
#[derive(Clone, Debug)]
pub struct Chance(fastrand::Rng);

impl Chance {
    /// The stream of that name in the run of that seed.
    pub fn new(seed: u64, name: &str) -> Self {
        // FNV-1a over seed and name: neighbouring seeds and names start far from each other.
        let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
        let mixed = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(fastrand::Rng::with_seed(mixed))
    }

    /// True with this probability, 0 to 1.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.0.f64() < probability
    }

    /// A time between nothing and `longest`.
    pub fn up_to(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.0.f64())
    }

    /// A time between the two.
    pub fn between(&mut self, shortest: Duration, longest: Duration) -> Duration {
        shortest + self.up_to(longest.saturating_sub(shortest))
    }

    /// A whole number below `end`; zero if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.usize(..end) }
    }

    /// Any number: the seed of something else.
    pub(crate) fn number(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// One of them; none of none.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_seeds_and_names_are_different_streams() {
        let first = |seed, name| Chance::new(seed, name).below(1 << 30);
        assert_eq!(first(42, "people"), first(42, "people"));
        assert_ne!(first(42, "people"), first(43, "people"));
        assert_ne!(first(42, "people"), first(42, "network"));
    }
}
