//! One group: who is to come in and to go, whose turn it is to commit, and what became of the last commit.

mod nomination;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use wire::{GroupBody, GroupEntry, GroupId, GroupView, Newcomer, SeatId, ServerMessage};

use super::Said;
use super::log::Log;
use super::people::People;
use super::vote::{Verdict, Vote};

/// How long keys are used before they are made anew.
const REFRESH: Duration = Duration::from_secs(600);

/// How long the store is left alone after it failed.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// One group.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) id: GroupId,
    pub(crate) number: u16,
    pub(crate) log: Log,
    /// Who may be in it.
    pub(crate) entitled: BTreeSet<SeatId>,
    /// Those of them for whom it is now, if they are here.
    inside: BTreeSet<SeatId>,
    /// Members whose device has the state.
    holders: BTreeSet<SeatId>,
    /// Members who were let in and have not said yet that they are.
    entering: BTreeSet<SeatId>,
    /// On which leaf members say they are.
    claims: BTreeMap<SeatId, u32>,
    /// A creation, a commit or a void is on its way to the store.
    changing: bool,
    turn: Option<Turn>,
    /// Whose turn it was in vain.
    tried: BTreeSet<SeatId>,
    /// Whose commit every other member refused: they may be in another group of that epoch, and are asked after all others.
    apart: BTreeSet<SeatId>,
    gathered: Option<Instant>,
    /// When it was changed last.
    changed: Option<Instant>,
    hold: Option<Instant>,
    vote: Option<Vote>,
    refresh_at: Option<Instant>,
    refusals: BTreeMap<SeatId, u8>,
    /// A member says that it is on another leaf than it was thought to be.
    pub(crate) moved: bool,
    /// Grows when it looks different to people. Who came in by a commit they learn from the commit, and telling everybody of everybody
    /// whenever somebody comes would cost more than all the rest.
    pub(crate) version: u64,
}

/// Somebody was asked to change the group.
#[derive(Debug)]
struct Turn {
    who: SeatId,
    until: Instant,
    task: Task,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Task {
    Create,
    Commit {
        add: Vec<Newcomer>,
        remove: Vec<SeatId>,
    },
    /// To join without anybody's help.
    Join,
}

impl Group {
    pub(crate) fn new(id: GroupId, number: u16, log: Log) -> Self {
        Self {
            id,
            number,
            log,
            entitled: BTreeSet::new(),
            inside: BTreeSet::new(),
            holders: BTreeSet::new(),
            entering: BTreeSet::new(),
            claims: BTreeMap::new(),
            changing: false,
            turn: None,
            tried: BTreeSet::new(),
            apart: BTreeSet::new(),
            gathered: None,
            changed: None,
            hold: None,
            vote: None,
            refresh_at: None,
            refusals: BTreeMap::new(),
            moved: false,
            version: 0,
        }
    }

    /// Who may be in it, and for whom it is now.
    pub(crate) fn set_circle(&mut self, entitled: BTreeSet<SeatId>, inside: BTreeSet<SeatId>) {
        self.version += u64::from(self.entitled != entitled);
        (self.entitled, self.inside) = (entitled, inside);
    }

    pub(crate) fn view(&self) -> GroupView {
        GroupView {
            group: self.id.clone(),
            number: self.number,
            epoch: self.log.epoch(),
            seq: self.log.seq(),
            members: self.log.members().cloned().collect(),
            entitled: self.entitled.iter().cloned().collect(),
        }
    }

    /// The leaf of a member: the one it names, or the one it must have been given.
    pub(crate) fn leaf(&self, seat: &SeatId) -> Option<u32> {
        let named = || self.claims.get(seat).copied();
        self.log.is_member(seat).then(|| named().or_else(|| self.log.leaf(seat)))?
    }

    /// A member says on which leaf it is. False: another member says so of itself, and more likely.
    fn claim(&mut self, seat: &SeatId, leaf: u32) -> bool {
        let other = self.claims.iter().find(|(other, claimed)| *other != seat && **claimed == leaf);
        if let Some(other) = other.map(|(other, _)| other.clone()) {
            if self.log.leaf(seat) != Some(leaf) {
                return false;
            }
            self.claims.remove(&other);
        }
        self.moved |= self.claims.insert(seat.clone(), leaf) != Some(leaf) && self.log.leaf(seat) != Some(leaf);
        true
    }

    // ---- devices

    /// The device of that seat went, or is another one: it has nothing until it says so.
    pub(crate) fn lose_device(&mut self, seat: &SeatId) {
        self.holders.remove(seat);
        self.entering.remove(seat);
        self.apart.remove(seat);
        if let Some(vote) = &mut self.vote {
            vote.lose(seat);
        }
    }

    /// A device says what it is anew: it has nothing, and is not who was refused.
    pub(crate) fn renew(&mut self, seat: &SeatId) {
        self.lose_device(seat);
        self.refusals.remove(seat);
    }

    /// A device holds the state as of `seq`: what it lacks, or `None` if it cannot go on from there.
    pub(crate) fn hold_from(&mut self, seat: &SeatId, seq: u64) -> Option<Vec<GroupEntry>> {
        let lacks = self.log.since(seat, seq)?;
        self.holders.insert(seat.clone());
        Some(lacks)
    }

    /// Whether the members wait before they seal with the keys of the commit at that place.
    pub(crate) fn waits_for(&self, seq: u64) -> bool {
        self.vote.as_ref().is_some_and(|vote| vote.seq == seq && !vote.switched)
    }

    /// The epoch with whose keys everybody seals, if that is the present one.
    pub(crate) fn sealed_epoch(&self) -> Option<u64> {
        let waits = self.vote.as_ref().is_some_and(|vote| !vote.switched);
        self.log.epoch().filter(|_| !waits)
    }

    /// A member applied the commit at that place. False: the leaf is another member's.
    pub(crate) fn applied(&mut self, seat: &SeatId, seq: u64, leaf: u32) -> bool {
        if !self.claim(seat, leaf) {
            return false;
        }
        // Not if it speaks of a leaf that it had before.
        if self.log.joined(seat).is_some_and(|joined| seq >= joined) {
            self.holders.insert(seat.clone());
            self.entering.remove(seat);
        }
        self.answer(seat, seq, true);
        true
    }

    /// A member will not apply it, or somebody who should join by itself cannot.
    pub(crate) fn refused(&mut self, seat: &SeatId, seq: u64) {
        let cannot_join = self.turn.take_if(|turn| turn.who == *seat && turn.task == Task::Join);
        self.tried.extend(cannot_join.map(|turn| turn.who));
        self.answer(seat, seq, false);
    }

    fn answer(&mut self, seat: &SeatId, seq: u64, applied: bool) {
        if let Some(vote) = self.vote.as_mut().filter(|vote| vote.seq == seq) {
            vote.answer(seat, applied);
        }
    }

    /// Whether nothing is to be done but to wait for the answers of others.
    pub(crate) fn only_waits(&self, now: Instant) -> bool {
        !self.moved && self.vote.as_ref().is_some_and(|vote| vote.judge(now) == Verdict::Wait)
    }

    // ---- what may be taken

    /// Whether the group can be created, or begun anew, and by that seat.
    pub(crate) fn may_create(&self, seat: &SeatId) -> bool {
        !self.changing && self.was_asked(seat) == Some(&Task::Create)
    }

    /// Whether a commit by that member of that epoch can be taken.
    pub(crate) fn may_commit(&self, seat: &SeatId, epoch: u64, added: &[SeatId], removed: &[SeatId]) -> bool {
        let Some(Task::Commit { add, remove }) = self.was_asked(seat) else { return false };
        let is_new = |seat: &SeatId| add.iter().any(|newcomer| newcomer.seat == *seat);
        let goes = |seat: &SeatId| remove.contains(seat) || (added.contains(seat) && self.log.is_member(seat));
        self.takes(epoch) && self.holders.contains(seat) && added.iter().all(is_new) && removed.iter().all(goes)
    }

    /// Whether that seat may join by itself in that epoch.
    pub(crate) fn may_join(&self, seat: &SeatId, epoch: u64) -> bool {
        self.takes(epoch) && self.was_asked(seat) == Some(&Task::Join)
    }

    fn takes(&self, epoch: u64) -> bool {
        self.log.epoch() == Some(epoch) && !self.changing && self.vote.as_ref().is_none_or(|vote| vote.switched)
    }

    /// What that seat was asked for; who was asked before and is late may still answer.
    fn was_asked(&self, seat: &SeatId) -> Option<&Task> {
        self.turn.as_ref().filter(|turn| turn.who == *seat || self.tried.contains(seat)).map(|turn| &turn.task)
    }

    /// A change was taken and is on its way to the store.
    pub(crate) fn take(&mut self) {
        self.changing = true;
        self.turn = None;
        self.tried.clear();
        self.gathered = None;
    }

    /// It could not be stored.
    pub(crate) fn fall_back(&mut self, now: Instant) {
        self.changing = false;
        self.hold = Some(now + TRY_AGAIN);
    }

    // ---- what was stored

    /// An entry is stored: it counts, and the members are told. `answered`: whoever asked for it is still there to learn so.
    pub(crate) fn apply(&mut self, entry: GroupEntry, answered: bool, people: &People, now: Instant, said: &mut Said) {
        let former: BTreeSet<SeatId> = self.log.members().cloned().collect();
        self.log.apply(&entry);
        self.version += u64::from(match &entry.body {
            GroupBody::Created { .. } | GroupBody::Void { .. } => true,
            GroupBody::Commit { removed, .. } => !removed.is_empty(),
            GroupBody::App { .. } => false,
        });
        let GroupEntry { seq, by, body, .. } = entry;
        let group = self.id.clone();
        match body {
            GroupBody::Created { .. } => {
                self.changing = false;
                self.vote = None;
                self.entering.clear();
                self.apart.clear();
                self.claims = BTreeMap::from([(by.clone(), 0)]);
                // A device that lost its connection meanwhile does not know that this is the group.
                self.holders = answered.then_some(by).into_iter().collect();
            }
            GroupBody::Commit { epoch, commit, welcome, added, removed, .. } => {
                self.changing = false;
                self.changed = Some(now);
                self.refresh_at = Some(now + REFRESH);
                for seat in removed.iter().chain(&added) {
                    self.claims.remove(seat);
                    self.holders.remove(seat);
                    self.entering.remove(seat);
                }
                let joins_itself = added.contains(&by);
                let added: BTreeSet<SeatId> = added.into_iter().collect();
                let news = ServerMessage::MlsCommitted { group: group.clone(), seq, epoch, by: by.clone(), commit };
                let told = |seat: &&SeatId| !added.contains(*seat) || (joins_itself && **seat == by);
                said.each(self.log.members().filter(told), people, &news);
                if let Some(welcome) = welcome {
                    let epoch = epoch + 1;
                    let way_in = ServerMessage::MlsWelcome { group, seq, epoch, welcome };
                    said.each(added.iter(), people, &way_in);
                }
                let awaited = |seat: &&SeatId| **seat != by && (self.holders.contains(*seat) || added.contains(*seat));
                let awaited = self.log.members().filter(awaited).filter(|seat| people.listens(seat)).cloned().collect();
                // Who was let in before and is slow is still on the way.
                self.entering.extend(added.iter().filter(|seat| people.listens(seat)).cloned());
                let removes = removed.iter().any(|seat| !added.contains(seat));
                self.vote = Some(Vote::new((seq, epoch + 1), by, added, awaited, removes, now));
            }
            GroupBody::Void { commit } => {
                self.changing = false;
                let vote = self.vote.take_if(|vote| vote.seq == commit);
                said.each(former.iter(), people, &ServerMessage::MlsVoid { group, seq: commit });
                self.claims.retain(|seat, _| self.log.is_member(seat));
                self.holders.retain(|seat| self.log.is_member(seat));
                let Some(Vote { author, added, switched, .. }) = vote else { return };
                for seat in &added {
                    *self.refusals.entry(seat.clone()).or_default() += 1;
                    self.holders.remove(seat);
                    self.entering.remove(seat);
                }
                // Who applied it at the switch cannot go back, and enters anew.
                if switched {
                    self.holders.remove(&author);
                }
                self.tried.insert(author.clone());
                self.apart.insert(author);
            }
            GroupBody::App { epoch, message } => {
                let news = ServerMessage::MlsApp { group, seq, epoch, by, message };
                said.each(self.log.members(), people, &news);
            }
        }
    }
}
