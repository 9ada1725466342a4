//! Which counters of a key id were seen.

/// How far below the highest a counter may lie.
pub const WINDOW: u64 = 1024;

const WORDS: usize = WINDOW as usize / 64 + 1;

/// The counters of one key id. Remembers the highest and the [`WINDOW`] below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    /// One above the highest that was seen; 0 before the first.
    next: u64,
    /// One bit for each counter, at its remainder: a ring.
    seen: [u64; WORDS],
}

impl Window {
    fn bit(ctr: u64) -> (usize, u64) {
        let place = ctr % (WORDS as u64 * 64);
        // Below WORDS.
        ((place / 64) as usize, 1 << (place % 64))
    }

    /// Whether that counter is new, as far as is known.
    pub(super) fn is_new(&self, ctr: u64) -> bool {
        if ctr >= self.next {
            return true;
        }
        let (word, bit) = Self::bit(ctr);
        self.next - 1 - ctr <= WINDOW && self.seen[word] & bit == 0
    }

    /// Remembers a counter, after its frame was found to be good.
    pub(super) fn note(&mut self, ctr: u64) {
        if ctr >= self.next {
            // What lies between has not been seen, and the ring still holds what was a turn before.
            let clear_from = self.next.max(ctr.saturating_sub(WORDS as u64 * 64 - 1));
            for between in clear_from..=ctr {
                let (word, bit) = Self::bit(between);
                self.seen[word] &= !bit;
            }
            self.next = ctr.saturating_add(1);
        }
        let (word, bit) = Self::bit(ctr);
        self.seen[word] |= bit;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_edge_of_the_window_is_1024_below_the_highest() {
        let mut window = Window::default();
        window.note(5000);
        assert!(!window.is_new(5000));
        assert!(window.is_new(5000 - WINDOW));
        assert!(!window.is_new(5000 - WINDOW - 1));
        assert!(window.is_new(u64::MAX));
    }

    proptest! {
        #[test]
        fn it_answers_as_a_set_would(counters in prop::collection::vec(0_u64..6000, 1..400)) {
            let mut window = Window::default();
            let mut seen = BTreeSet::new();
            for ctr in counters {
                let highest = seen.last().copied().unwrap_or(0);
                let expected = !seen.contains(&ctr) && ctr + WINDOW >= highest;
                prop_assert_eq!(window.is_new(ctr), expected);
                if expected {
                    window.note(ctr);
                    seen.insert(ctr);
                }
            }
        }
    }
}
