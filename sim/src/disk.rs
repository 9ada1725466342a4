//! The store of a simulated server: keeps what it said it kept, in order, after a while, and over a crash.
//!
//! It can fail, as a full disk does, and it can be cut off in the middle: what was under way at a crash may be kept or not,
//! but never with a gap before it.

use std::time::{Duration, Instant};

use std::collections::BTreeMap;

use node::Batch;
use wire::{Entry, GroupEntry, GroupId, Sequence};

use crate::chance::Chance;

/// How long one commit takes, at least and at most. `fsync` on a laptop and on a busy network disk.
const COMMIT: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(25));

/// One summit's log, and the logs of its groups, on disk.
pub(crate) struct Disk {
    entries: Vec<Entry>,
    groups: Vec<GroupEntry>,
    last: BTreeMap<GroupId, u64>,
    chance: Chance,
    /// When the commits under way are done; the next one queues behind them.
    busy_until: Option<Instant>,
    /// How many of the next commits fail.
    failing: u32,
    /// How many that were under way at a failure fail with it.
    doomed: usize,
    /// How much longer every commit takes.
    slower_by: Duration,
}

impl Disk {
    pub(crate) fn new(chance: Chance) -> Self {
        Self {
            entries: Vec::new(),
            groups: Vec::new(),
            last: BTreeMap::new(),
            chance,
            busy_until: None,
            failing: 0,
            doomed: 0,
            slower_by: Duration::ZERO,
        }
    }

    /// All that is kept.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All that is kept of the groups' logs.
    pub(crate) fn groups(&self) -> &[GroupEntry] {
        &self.groups
    }

    /// A commit failed: so do those that were under way then, in whichever log.
    pub(crate) fn doom(&mut self, commits: usize) {
        self.doomed = commits;
    }

    /// Whether the next commit fails because an earlier one did.
    pub(crate) fn is_doomed(&self) -> bool {
        self.doomed > 0
    }

    /// The next commits fail, that many of them.
    pub(crate) fn fail_next(&mut self, commits: u32) {
        self.failing = commits;
    }

    /// From now on every commit takes so much longer.
    pub(crate) fn be_slower_by(&mut self, time: Duration) {
        self.slower_by = time;
    }

    /// When a commit that is asked for now will be done. Commits are done one after the other.
    pub(crate) fn done_at(&mut self, now: Instant) -> Instant {
        let starts = self.busy_until.map_or(now, |busy| busy.max(now));
        let done = starts + self.chance.between(COMMIT.0, COMMIT.1) + self.slower_by;
        self.busy_until = Some(done);
        done
    }

    /// Does a commit whose time has come; false if it failed. An entry that does not follow the last one is refused, so
    /// whatever was decided after a failure fails, too.
    pub(crate) fn commit(&mut self, batch: Batch) -> bool {
        if self.doomed > 0 {
            self.doomed -= 1;
            return false;
        }
        if self.failing > 0 {
            self.failing -= 1;
            return false;
        }
        let entries = match batch {
            Batch::Log(entries) => entries,
            Batch::Group(entry) => {
                let last = self.last.entry(entry.group.clone()).or_default();
                let follows = entry.seq == *last + 1;
                if follows {
                    *last = entry.seq;
                    self.groups.push(entry);
                }
                return follows;
            }
        };
        let last = self.entries.last().map_or(Sequence::default(), |entry| entry.sequence);
        let follows = entries.first().is_some_and(|entry| entry.sequence == last.next());
        if follows {
            self.entries.extend(entries);
        }
        follows
    }

    /// The machine stopped. Of the commits under way, those up to a random one were kept.
    pub(crate) fn crash(&mut self, under_way: Vec<Batch>) {
        let kept = self.chance.below(under_way.len() + 1);
        for batch in under_way.into_iter().take(kept) {
            self.commit(batch);
        }
        self.busy_until = None;
        self.failing = 0;
        self.doomed = 0;
    }
}

#[cfg(test)]
mod tests {
    use wire::{Event, WallTime};

    use super::*;

    fn commit(sequence: u64) -> Batch {
        let event = Event::Ended { by: None };
        Batch::Log(vec![Entry { sequence: Sequence(sequence), at: WallTime(0), request: None, event }])
    }

    #[test]
    fn what_follows_a_failure_fails_until_the_server_decides_anew() {
        let mut disk = Disk::new(Chance::new(1, "disk"));
        assert!(disk.commit(commit(1)));
        disk.fail_next(1);
        assert!(!disk.commit(commit(2)));
        assert!(!disk.commit(commit(3)));
        assert!(disk.commit(commit(2)));
        assert_eq!(disk.entries().len(), 2);
    }

    #[test]
    fn a_crash_never_leaves_a_gap() {
        for seed in 0..20 {
            let mut disk = Disk::new(Chance::new(seed, "disk"));
            disk.crash((1..=4).map(commit).collect());
            let kept: Vec<u64> = disk.entries().iter().map(|entry| entry.sequence.0).collect();
            assert_eq!(kept, (1..=kept.len() as u64).collect::<Vec<_>>());
        }
    }
}
