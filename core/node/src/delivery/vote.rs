//! What becomes of a commit that was taken: everybody seals with its keys from `mls.switch` on, or it never was.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use wire::SeatId;

/// How long those who are connected have to apply a commit before the others go on without them.
const SWITCH_AFTER: Duration = Duration::from_millis(1500);

/// How long an answer counts at all. A member that is silent for longer goes on by itself, or says that it cannot.
const ANSWERS_FOR: Duration = Duration::from_secs(10);

/// The answers to one commit.
#[derive(Debug)]
pub(crate) struct Vote {
    /// The place of the commit.
    pub(crate) seq: u64,
    /// The epoch it begins.
    pub(crate) epoch: u64,
    pub(crate) author: SeatId,
    pub(crate) added: BTreeSet<SeatId>,
    /// Who has not answered.
    awaited: BTreeSet<SeatId>,
    /// Members, without the author and those who were added.
    applied: bool,
    refused: bool,
    /// It takes somebody's keys away, so nobody waits.
    removes: bool,
    pub(crate) switched: bool,
    switch_at: Instant,
    closes: Instant,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing yet.
    Wait,
    /// Everybody seals with the new keys.
    Switch,
    /// The commit never was.
    Void,
    /// All is said.
    Close,
}

impl Vote {
    pub(crate) fn new(
        (seq, epoch): (u64, u64),
        author: SeatId,
        added: BTreeSet<SeatId>,
        awaited: BTreeSet<SeatId>,
        removes: bool,
        now: Instant,
    ) -> Self {
        Self {
            seq,
            epoch,
            author,
            added,
            awaited,
            applied: false,
            refused: false,
            removes,
            switched: false,
            switch_at: now + SWITCH_AFTER,
            closes: now + ANSWERS_FOR,
        }
    }

    /// A member answered.
    pub(crate) fn answer(&mut self, seat: &SeatId, applied: bool) {
        self.awaited.remove(seat);
        if *seat != self.author && !self.added.contains(seat) {
            self.applied |= applied;
            self.refused |= !applied;
        }
    }

    /// Whether a member other than its author applied it.
    pub(crate) fn is_applied(&self) -> bool {
        self.applied
    }

    /// A device is gone; nobody waits for it.
    pub(crate) fn lose(&mut self, seat: &SeatId) {
        self.awaited.remove(seat);
    }

    pub(crate) fn judge(&self, now: Instant) -> Verdict {
        let (answered, late) = (self.awaited.is_empty(), now >= self.switch_at);
        if self.refused && !self.applied && (answered || late) {
            Verdict::Void
        } else if !self.switched && (self.removes || answered || late) {
            Verdict::Switch
        } else if self.switched && (answered || now >= self.closes) {
            Verdict::Close
        } else {
            Verdict::Wait
        }
    }

    /// When to judge again.
    pub(crate) fn deadlines(&self) -> [Instant; 2] {
        [self.switch_at, self.closes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(ids: &[&str]) -> BTreeSet<SeatId> {
        ids.iter().map(|id| SeatId::new(*id).unwrap()).collect()
    }

    fn vote(awaited: &[&str], removes: bool, now: Instant) -> Vote {
        Vote::new((3, 1), SeatId::new("author").unwrap(), seats(&["new"]), seats(awaited), removes, now)
    }

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        Instant::now()
    }

    #[test]
    fn all_have_applied_it_or_time_is_up() {
        let now = start();
        let mut all = vote(&["a", "new"], false, now);
        assert_eq!(all.judge(now), Verdict::Wait);
        for seat in seats(&["a", "new"]) {
            all.answer(&seat, true);
        }
        assert_eq!(all.judge(now), Verdict::Switch);
        let mut late = vote(&["a"], false, now);
        assert_eq!(late.judge(now + SWITCH_AFTER), Verdict::Switch);
        late.switched = true;
        assert_eq!(late.judge(now + SWITCH_AFTER), Verdict::Wait);
        assert_eq!(late.judge(now + ANSWERS_FOR), Verdict::Close);
    }

    #[test]
    fn nobody_waits_when_somebody_is_removed_but_all_can_still_refuse() {
        let now = start();
        let mut vote = vote(&["a", "b"], true, now);
        assert_eq!(vote.judge(now), Verdict::Switch);
        vote.switched = true;
        for seat in seats(&["a", "b"]) {
            assert_eq!(vote.judge(now), Verdict::Wait);
            vote.answer(&seat, false);
        }
        assert_eq!(vote.judge(now), Verdict::Void);
    }

    #[test]
    fn one_member_who_applied_it_is_enough_and_a_newcomer_or_the_author_is_not() {
        let now = start();
        for (who, verdict) in [("b", Verdict::Switch), ("new", Verdict::Void), ("author", Verdict::Void)] {
            let mut vote = vote(&["a", who], false, now);
            vote.answer(&SeatId::new("a").unwrap(), false);
            vote.answer(&SeatId::new(who).unwrap(), true);
            assert_eq!(vote.judge(now), verdict, "{who}");
        }
    }
}
