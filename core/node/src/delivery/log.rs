//! A group's log, folded: its epoch, its members and their leaves, and the entries that a device may still lack.

use std::collections::{BTreeMap, VecDeque};

use wire::{Bytes, GroupBody, GroupEntry, SeatId};

/// Bytes of commits and messages kept for devices that come back; who is away for longer than half a minute comes in anew in any
/// case. When it is full the oldest are forgotten here, not in the store: a device that lacks a forgotten one comes in anew.
const KEPT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a group's log says.
#[derive(Debug, Default)]
pub(crate) struct Log {
    seq: u64,
    number: Option<u16>,
    state: State,
    /// The last commit, and what was before it: every member may still refuse it.
    commit: Option<(u64, Box<State>)>,
    /// Without Welcomes and GroupInfos, and without commits that never were.
    kept: VecDeque<GroupEntry>,
    kept_bytes: usize,
    /// The last entry that was forgotten.
    forgotten: u64,
}

/// The group between two commits.
#[derive(Clone, Debug, Default)]
struct State {
    epoch: Option<u64>,
    /// Each member with the place of the entry that brought its leaf in.
    members: BTreeMap<SeatId, u64>,
    /// Where the members sit, as RFC 9420 fills the tree: from the left.
    leaves: Vec<Option<SeatId>>,
    group_info: Bytes,
}

impl State {
    fn leave(&mut self, seat: &SeatId) {
        self.members.remove(seat);
        for leaf in self.leaves.iter_mut().filter(|leaf| leaf.as_ref() == Some(seat)) {
            *leaf = None;
        }
    }

    fn enter(&mut self, seat: &SeatId, seq: u64) {
        self.leave(seat);
        self.members.insert(seat.clone(), seq);
        match self.leaves.iter_mut().find(|leaf| leaf.is_none()) {
            Some(leaf) => *leaf = Some(seat.clone()),
            None => self.leaves.push(Some(seat.clone())),
        }
    }
}

impl Log {
    /// The place of its latest entry.
    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    /// Its number in key ids, if it was created.
    pub(crate) fn number(&self) -> Option<u16> {
        self.number
    }

    /// Its present epoch, if it was created.
    pub(crate) fn epoch(&self) -> Option<u64> {
        self.state.epoch
    }

    /// The place of the latest commit that stands, and the GroupInfo that came with it.
    pub(crate) fn group_info(&self) -> (u64, &Bytes) {
        (self.commit.as_ref().map_or(0, |(seq, _)| *seq), &self.state.group_info)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &SeatId> {
        self.state.members.keys()
    }

    pub(crate) fn is_member(&self, seat: &SeatId) -> bool {
        self.state.members.contains_key(seat)
    }

    /// The place of the entry that brought that member's leaf in.
    pub(crate) fn joined(&self, seat: &SeatId) -> Option<u64> {
        self.state.members.get(seat).copied()
    }

    /// The leaf on which that member should be.
    pub(crate) fn leaf(&self, seat: &SeatId) -> Option<u32> {
        let place = self.state.leaves.iter().position(|leaf| leaf.as_ref() == Some(seat))?;
        u32::try_from(place).ok()
    }

    /// The next entry of the log.
    pub(crate) fn apply(&mut self, entry: &GroupEntry) {
        self.seq = entry.seq;
        match &entry.body {
            GroupBody::Created { number, group_info } => {
                self.number = Some(*number);
                self.state = State { epoch: Some(0), group_info: group_info.clone(), ..State::default() };
                self.state.enter(&entry.by, entry.seq);
            }
            GroupBody::Commit { epoch, group_info, added, removed, .. } => {
                self.commit = Some((entry.seq, Box::new(self.state.clone())));
                self.state.epoch = Some(epoch + 1);
                self.state.group_info.clone_from(group_info);
                removed.iter().for_each(|seat| self.state.leave(seat));
                added.iter().for_each(|seat| self.state.enter(seat, entry.seq));
            }
            GroupBody::Void { commit } => {
                if let Some((_, before)) = self.commit.take_if(|(seq, _)| seq == commit) {
                    self.state = *before;
                    self.forget(|kept| kept.seq == *commit);
                }
            }
            GroupBody::App { .. } => {}
        }
        self.keep(entry);
    }

    fn keep(&mut self, entry: &GroupEntry) {
        let mut entry = entry.clone();
        if let GroupBody::Commit { welcome, group_info, .. } = &mut entry.body {
            *welcome = None;
            *group_info = Bytes::default();
        }
        self.kept_bytes += bytes_of(&entry);
        self.kept.push_back(entry);
        while self.kept_bytes > KEPT_BYTES_MAX
            && let Some(oldest) = self.kept.pop_front()
        {
            self.kept_bytes -= bytes_of(&oldest);
            self.forgotten = oldest.seq;
        }
    }

    fn forget(&mut self, which: impl Fn(&GroupEntry) -> bool) {
        self.kept.retain(|entry| !which(entry));
        self.kept_bytes = self.kept.iter().map(bytes_of).sum();
    }

    /// What a member's device that knows the log up to `seq` lacks. `None`: it cannot go on from there, because what it lacks is
    /// forgotten, or because its leaf is a newer one than the device has.
    pub(crate) fn since(&self, seat: &SeatId, seq: u64) -> Option<Vec<GroupEntry>> {
        let joined = *self.state.members.get(seat)?;
        if !(joined.max(self.forgotten)..=self.seq).contains(&seq) {
            return None;
        }
        // That a commit never was is news only to who knows of it.
        let lacks = |entry: &&GroupEntry| match entry.body {
            GroupBody::Void { commit } => commit <= seq,
            GroupBody::Created { .. } | GroupBody::Commit { .. } | GroupBody::App { .. } => true,
        };
        Some(self.kept.iter().filter(|entry| entry.seq > seq).filter(lacks).cloned().collect())
    }
}

fn bytes_of(entry: &GroupEntry) -> usize {
    let body = match &entry.body {
        GroupBody::Commit { commit, .. } => commit.0.len(),
        GroupBody::App { message, .. } => message.0.len(),
        GroupBody::Created { .. } | GroupBody::Void { .. } => 0,
    };
    body + 128
}

#[cfg(test)]
mod tests {
    use wire::{GroupId, WallTime};

    use super::*;

    fn seat(id: &str) -> SeatId {
        SeatId::new(id).unwrap()
    }

    fn entry(seq: u64, body: GroupBody) -> GroupEntry {
        let group = GroupId::new("plenary").unwrap();
        GroupEntry { group, seq, at: WallTime(0), by: seat("a"), request: None, body }
    }

    fn commit(epoch: u64, added: &[&str], removed: &[&str]) -> GroupBody {
        let seats = |ids: &[&str]| ids.iter().map(|id| seat(id)).collect();
        GroupBody::Commit {
            epoch,
            commit: Bytes(vec![1]),
            welcome: Some(Bytes(vec![2])),
            group_info: Bytes(vec![3]),
            added: seats(added),
            removed: seats(removed),
        }
    }

    fn log(bodies: Vec<GroupBody>) -> Log {
        let mut log = Log::default();
        let created = GroupBody::Created { number: 0, group_info: Bytes(vec![0]) };
        for (seq, body) in (1..).zip([vec![created], bodies].concat()) {
            log.apply(&entry(seq, body));
        }
        log
    }

    #[test]
    fn leaves_are_filled_from_the_left() {
        let log = log(vec![
            commit(0, &["b", "c"], &[]),
            commit(1, &[], &["b"]),
            commit(2, &["d", "e"], &[]),
            commit(3, &["a"], &["a"]),
        ]);
        let leaves = ["a", "b", "c", "d", "e"].map(|id| log.leaf(&seat(id)));
        assert_eq!(leaves, [Some(0), None, Some(2), Some(1), Some(3)]);
        assert_eq!(log.epoch(), Some(4));
    }

    #[test]
    fn what_all_refused_never_was() {
        let mut log = log(vec![commit(0, &["b"], &[]), commit(1, &[], &["b"]), GroupBody::Void { commit: 3 }]);
        assert_eq!((log.epoch(), log.leaf(&seat("b"))), (Some(1), Some(1)));
        let seqs = |log: &Log, seq| log.since(&seat("a"), seq).map(|entries| entries.iter().map(|e| e.seq).collect());
        assert_eq!(seqs(&log, 2), Some(vec![]), "neither the commit nor that it is void");
        assert_eq!(seqs(&log, 3), Some(vec![4]), "it may have been applied there");
        log.apply(&entry(5, commit(1, &["c"], &[])));
        assert_eq!(seqs(&log, 2), Some(vec![5]));
    }

    #[test]
    fn a_device_goes_on_only_from_where_its_leaf_is_the_present_one() {
        let log = log(vec![commit(0, &["b"], &[]), commit(1, &["b"], &["b"])]);
        assert!(log.since(&seat("b"), 2).is_none() && log.since(&seat("c"), 3).is_none());
        assert!(log.since(&seat("b"), 3).is_some() && log.since(&seat("b"), 4).is_none());
    }

    #[test]
    fn what_is_forgotten_here_cannot_be_gone_on_from() {
        let message = Bytes(vec![0; 250_000]);
        let log = log(vec![GroupBody::App { epoch: 0, message }; 200]);
        assert!(log.since(&seat("a"), 1).is_none());
        assert!(log.since(&seat("a"), 190).is_some_and(|entries| entries.len() == 11));
    }
}
