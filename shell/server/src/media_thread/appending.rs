//! The order of what is being stored. The store may answer for a later change before an earlier one (it refuses at once when
//! its queue is full); the node is told in the order in which it asked, and nothing is stored behind a refused change.

use std::collections::{BTreeMap, VecDeque};

use wire::SummitId;

/// The number of one change among all of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// The changes that have no answer yet, or whose answer the node has not been told.
#[derive(Default)]
pub(super) struct Appending {
    last: u64,
    lines: BTreeMap<SummitId, Line>,
}

/// The changes of one summit, oldest first; each with its answer, where there is one.
#[derive(Default)]
struct Line {
    waiting: VecDeque<(Ticket, Option<bool>)>,
}

impl Appending {
    /// How many changes the node has not been told of.
    pub(super) fn len(&self) -> usize {
        self.lines.values().map(|line| line.waiting.len()).sum()
    }

    /// A change begins. None where one before it was refused and the node does not know that yet: then this one must not be
    /// stored, and is refused in its turn.
    pub(super) fn begin(&mut self, summit: &SummitId) -> Option<Ticket> {
        self.last += 1;
        let ticket = Ticket(self.last);
        let line = self.lines.entry(summit.clone()).or_default();
        let is_refused = line.waiting.iter().any(|(_, answer)| *answer == Some(false));
        line.waiting.push_back((ticket, is_refused.then_some(false)));
        (!is_refused).then_some(ticket)
    }

    /// A change has its answer. Returns what the node may be told now, in order.
    pub(super) fn answered(&mut self, summit: &SummitId, ticket: Ticket, stored: bool) -> Vec<bool> {
        let Some(line) = self.lines.get_mut(summit) else { return Vec::new() };
        if let Some((_, answer)) = line.waiting.iter_mut().find(|(of, _)| *of == ticket) {
            *answer = Some(stored);
        }
        let mut ready = Vec::new();
        while let Some((_, Some(stored))) = line.waiting.front() {
            ready.push(*stored);
            line.waiting.pop_front();
        }
        if line.waiting.is_empty() {
            self.lines.remove(summit);
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summit(id: &str) -> SummitId {
        SummitId::new(id).unwrap()
    }

    #[test]
    fn a_refusal_waits_for_the_earlier_answers_and_what_follows_it_is_not_stored() {
        let (mut appending, a) = (Appending::default(), summit("a"));
        let (first, second) = (appending.begin(&a).unwrap(), appending.begin(&a).unwrap());
        assert!(appending.answered(&a, second, false).is_empty());
        assert_eq!(appending.begin(&a), None);
        assert_eq!(appending.answered(&a, first, true), [true, false, false]);
        assert_eq!(appending.len(), 0);
        let next = appending.begin(&a).unwrap();
        assert_eq!(appending.answered(&a, next, true), [true]);
    }

    #[test]
    fn a_refusal_in_one_summit_holds_up_no_other() {
        let (mut appending, a, b) = (Appending::default(), summit("a"), summit("b"));
        let (_first, second) = (appending.begin(&a).unwrap(), appending.begin(&a).unwrap());
        assert!(appending.answered(&a, second, false).is_empty());
        let other = appending.begin(&b).unwrap();
        assert_eq!(appending.answered(&b, other, true), [true]);
        assert_eq!(appending.len(), 2);
    }
}
