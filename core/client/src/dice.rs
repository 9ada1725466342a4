//! Chance from a seed: the same seed gives the same participant. Not for secrets.

use std::time::Duration;

use wire::RequestId;

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A duration from `from` up to `to`.
    pub(crate) fn between(&mut self, from: Duration, to: Duration) -> Duration {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        from + to.saturating_sub(from).mul_f64(share)
    }

    /// A request id in the form of a version 4 UUID (RFC 9562 5.4).
    pub(crate) fn request_id(&mut self) -> RequestId {
        let (high, low) = (self.next(), self.next());
        let text = format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        );
        // A UUID in lower case keeps the rule of ids: 36 of the characters a-z, 0-9 and '-'.
        #[expect(clippy::expect_used, reason = "it holds for every number, and the test below says so")]
        RequestId::new(text).expect("a UUID is a request id")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_is_one_run_and_ids_differ() {
        let ids =
            |seed| (0..100).map(|_| ()).scan(Dice::new(seed), |dice, ()| Some(dice.request_id())).collect::<Vec<_>>();
        assert_eq!(ids(7), ids(7));
        let mut all = [ids(7), ids(8)].concat();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 200);
        assert_eq!(all[0].as_str().len(), 36);
    }
}
