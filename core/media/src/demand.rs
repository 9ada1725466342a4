//! What of a source is received by anybody: how many of its layers, the smallest first. Its publisher is told, so that it need
//! not encode and send the others. The layers below the largest one stay, for a line that becomes narrow cannot wait for them.

use std::time::{Duration, Instant};

/// A layer is given up when nobody has received it for so long: whoever turns a page soon turns it back.
const REST_AFTER: Duration = Duration::from_secs(2);

/// A layer that was asked for may be reckoned with for so long; if it has not come by then, its publisher cannot make it.
const COMES_WITHIN: Duration = Duration::from_secs(3);

/// The demand for the layers of one source.
#[derive(Debug)]
pub(crate) struct Demand {
    /// All there are.
    layers: usize,
    /// What the publisher was told last; `None`: nothing, so it sends all.
    told: Option<usize>,
    /// When it was last told to send more, or began to send.
    raised: Instant,
    /// Since when less is received than it was told.
    less: Option<Instant>,
}

impl Demand {
    /// Of a source with so many layers, all of which are sent until something else is told.
    pub(crate) fn new(layers: usize, now: Instant) -> Self {
        Self { layers, told: None, raised: now, less: None }
    }

    /// How many layers the publisher is to send.
    pub(crate) fn asked(&self) -> usize {
        self.told.unwrap_or(self.layers)
    }

    /// Whether a layer that does not come will come soon, or would if it was asked for.
    pub(crate) fn may_come(&self, layer: usize, has_come: bool, now: Instant) -> bool {
        if layer < self.asked() { now.saturating_duration_since(self.raised) < COMES_WITHIN } else { has_come }
    }

    /// So many layers are received now. `Some`: tell the publisher this.
    pub(crate) fn update(&mut self, received: usize, now: Instant) -> Option<usize> {
        let asked = self.asked();
        if received >= asked {
            self.less = None;
            // A publisher that was told nothing may remember what it was told on a connection before.
            if received == asked && (self.told.is_some() || received == 0) {
                return None;
            }
            if received > asked {
                self.raised = now;
            }
        } else {
            let less = *self.less.get_or_insert(now);
            if now.saturating_duration_since(less) < REST_AFTER {
                return None;
            }
            self.less = None;
        }
        self.told = Some(received);
        self.told
    }

    /// Whether [`Self::update`] is to be called again even if nothing changes.
    pub(crate) fn is_pending(&self) -> bool {
        self.less.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_asked_for_at_once_and_less_after_two_seconds() {
        let start = crate::test_start();
        let at = |millis| start + Duration::from_millis(millis);
        let mut demand = Demand::new(3, start);
        let told: Vec<_> = [
            (0, 1),      // for a moment
            (1000, 3),   // and more again
            (2000, 1),   // less
            (3999, 1),   // not yet
            (4000, 1),   // now
            (5000, 0),   // nobody
            (6000, 2),   // somebody again, before it was told
            (7000, 0),   // nobody
            (9000, 0),   // now
            (60_000, 3), // at once
            (61_000, 3), // nothing new
        ]
        .into_iter()
        .filter_map(|(millis, received)| Some((millis, demand.update(received, at(millis))?)))
        .collect();
        assert_eq!(told, [(1000, 3), (4000, 1), (6000, 2), (9000, 0), (60_000, 3)]);
    }

    #[test]
    fn it_is_pending_while_less_is_received_than_is_sent() {
        let start = crate::test_start();
        let mut demand = Demand::new(3, start);
        assert!(!demand.is_pending());
        assert_eq!(demand.update(0, start), None);
        assert!(demand.is_pending());
        assert_eq!(demand.update(0, start + REST_AFTER), Some(0));
        assert!(!demand.is_pending());
    }

    #[test]
    fn a_layer_is_reckoned_with_until_it_fails_to_come() {
        let start = crate::test_start();
        let mut demand = Demand::new(3, start);
        assert!(demand.may_come(2, false, start), "a source that was just opened");
        assert!(!demand.may_come(2, true, start + COMES_WITHIN), "its browser stopped it");
        demand.update(1, start);
        demand.update(1, start + REST_AFTER);
        assert!(demand.may_come(2, true, start + COMES_WITHIN), "it would come if it was asked for");
        assert!(!demand.may_come(2, false, start + COMES_WITHIN), "it never came");
    }
}
