//! One group: who is to come in and to go, whose turn it is to commit, and what became of the last commit.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use wire::{GroupBody, GroupEntry, GroupId, GroupView, Newcomer, SeatId, ServerMessage};

use super::Said;
use super::log::Log;
use super::people::{People, Person};
use super::vote::{Verdict, Vote};

/// How long newcomers are gathered before somebody is asked to let them in.
const GATHER: Duration = Duration::from_millis(250);

/// How long whose turn it is has to commit before it is another one's.
const TURN: Duration = Duration::from_secs(2);

/// How long keys are used before they are made anew.
const REFRESH: Duration = Duration::from_secs(600);

/// How long the store is left alone after it failed.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Proposals that members accept in one commit.
const PROPOSALS_MAX: usize = 64;

/// How often a seat is tried whose key package made every member refuse. After that it must say anew what it is.
const REFUSALS_MAX: u8 = 3;

/// One group.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) id: GroupId,
    pub(crate) number: u16,
    pub(crate) log: Log,
    /// Who may be in it.
    pub(crate) entitled: BTreeSet<SeatId>,
    /// Those of them for whom it is now, if they are here.
    pub(crate) inside: BTreeSet<SeatId>,
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
    gathered: Option<Instant>,
    hold: Option<Instant>,
    vote: Option<Vote>,
    refresh_at: Option<Instant>,
    refusals: BTreeMap<SeatId, u8>,
    seen: Option<GroupView>,
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
            gathered: None,
            hold: None,
            vote: None,
            refresh_at: None,
            refusals: BTreeMap::new(),
            seen: None,
            version: 0,
        }
    }

    /// Whether it looks different to people now, but for the length of its log: then it has another version.
    pub(crate) fn notice_changes(&mut self) {
        let seen = GroupView { seq: 0, ..self.view() };
        if self.seen.as_ref() != Some(&seen) {
            self.seen = Some(seen);
            self.version += 1;
        }
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
        if !self.log.is_member(seat) {
            return None;
        }
        let unclaimed = |leaf: &u32| !self.claims.values().any(|claimed| claimed == leaf);
        self.claims.get(seat).copied().or_else(|| self.log.leaf(seat).filter(unclaimed))
    }

    /// A member says on which leaf it is. False: another member says so of itself.
    fn claim(&mut self, seat: &SeatId, leaf: u32) -> bool {
        let taken = self.claims.iter().any(|(other, claimed)| other != seat && *claimed == leaf);
        if !taken {
            self.claims.insert(seat.clone(), leaf);
        }
        !taken
    }

    // ---- devices

    /// The device of that seat went, or is another one: it has nothing until it says so.
    pub(crate) fn lose_device(&mut self, seat: &SeatId) {
        self.holders.remove(seat);
        self.entering.remove(seat);
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

    /// A member will not apply it.
    pub(crate) fn refused(&mut self, seat: &SeatId, seq: u64) {
        self.answer(seat, seq, false);
    }

    fn answer(&mut self, seat: &SeatId, seq: u64, applied: bool) {
        if let Some(vote) = self.vote.as_mut().filter(|vote| vote.seq == seq) {
            vote.answer(seat, applied);
        }
    }

    // ---- what may be taken

    /// Whether the group can be created, and by that seat.
    pub(crate) fn may_create(&self, seat: &SeatId) -> bool {
        self.log.epoch().is_none() && !self.changing && self.was_asked(seat) == Some(&Task::Create)
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

    /// An entry is stored: it counts, and the members are told.
    pub(crate) fn apply(&mut self, entry: GroupEntry, people: &People, now: Instant, said: &mut Said) {
        let former: BTreeSet<SeatId> = self.log.members().cloned().collect();
        self.log.apply(&entry);
        let GroupEntry { seq, by, body, .. } = entry;
        let group = self.id.clone();
        match body {
            GroupBody::Created { .. } => {
                self.changing = false;
                self.claims = BTreeMap::from([(by.clone(), 0)]);
                self.holders = BTreeSet::from([by]);
            }
            GroupBody::Commit { epoch, commit, welcome, added, removed, .. } => {
                self.changing = false;
                self.refresh_at = Some(now + REFRESH);
                for seat in removed.iter().chain(&added) {
                    self.claims.remove(seat);
                    self.holders.remove(seat);
                }
                let joins_itself = added.contains(&by);
                let added: BTreeSet<SeatId> = added.into_iter().collect();
                let news = ServerMessage::MlsCommitted { group: group.clone(), seq, epoch, by: by.clone(), commit };
                let told = |seat: &&SeatId| !added.contains(*seat) || (joins_itself && **seat == by);
                said.to_all(self.log.members().filter(told), people, &news);
                if let Some(welcome) = welcome {
                    let epoch = epoch + 1;
                    let way_in = ServerMessage::MlsWelcome { group, seq, epoch, welcome };
                    said.to_all(added.iter(), people, &way_in);
                }
                let awaited = |seat: &&SeatId| **seat != by && (self.holders.contains(*seat) || added.contains(*seat));
                let awaited = self.log.members().filter(awaited).filter(|seat| people.listens(seat)).cloned().collect();
                self.entering = added.iter().filter(|seat| people.listens(seat)).cloned().collect();
                let removes = removed.iter().any(|seat| !added.contains(seat));
                self.vote = Some(Vote::new((seq, epoch + 1), by, added, awaited, removes, now));
            }
            GroupBody::Void { commit } => {
                self.changing = false;
                let vote = self.vote.take_if(|vote| vote.seq == commit);
                said.to_all(former.iter(), people, &ServerMessage::MlsVoid { group, seq: commit });
                self.claims.retain(|seat, _| self.log.is_member(seat));
                self.holders.retain(|seat| self.log.is_member(seat));
                self.entering.clear();
                let Some(Vote { author, added, switched, .. }) = vote else { return };
                for seat in &added {
                    *self.refusals.entry(seat.clone()).or_default() += 1;
                    self.holders.remove(seat);
                }
                // Who applied it at the switch cannot go back, and enters anew.
                if switched {
                    self.holders.remove(&author);
                }
                self.tried.insert(author);
            }
            GroupBody::App { epoch, message } => {
                let news = ServerMessage::MlsApp { group, seq, epoch, by, message };
                said.to_all(self.log.members(), people, &news);
            }
        }
    }

    // ---- whose turn it is

    /// Looks what is to be done now. Some: every member refused this commit, and it must be noted that it never was.
    pub(crate) fn tend(&mut self, people: &mut People, now: Instant, said: &mut Said) -> Option<(u64, SeatId)> {
        if self.changing || self.hold.is_some_and(|hold| now < hold) {
            return None;
        }
        self.hold = None;
        if let Some(vote) = &mut self.vote {
            match vote.judge(now) {
                Verdict::Wait => {}
                Verdict::Void => {
                    let void = (vote.seq, vote.author.clone());
                    self.take();
                    return Some(void);
                }
                Verdict::Switch => {
                    vote.switched = true;
                    let switch = ServerMessage::MlsSwitch { group: self.id.clone(), epoch: vote.epoch };
                    said.to_all(self.log.members(), people, &switch);
                    return self.tend(people, now, said);
                }
                Verdict::Close => {
                    self.vote = None;
                    // Who cannot use the way in says so.
                    self.holders.append(&mut self.entering);
                }
            }
            if self.vote.as_ref().is_some_and(|vote| !vote.switched) {
                return None;
            }
        }
        self.nominate(people, now, said);
        None
    }

    fn nominate(&mut self, people: &mut People, now: Instant, said: &mut Said) {
        let packages = match self.turn.take() {
            Some(turn) if now < turn.until && people.is_present(&turn.who) => {
                self.turn = Some(turn);
                return;
            }
            Some(Turn { who, task, .. }) => {
                self.tried.insert(who);
                match task {
                    Task::Commit { add, .. } => add,
                    Task::Create | Task::Join => Vec::new(),
                }
            }
            None => Vec::new(),
        };
        let Some(task) = self.task(packages, people, now) else {
            self.tried.clear();
            return;
        };
        let Some((who, task)) = self.choose(task, people) else { return };
        self.ask(who, task, people, now, said);
    }

    /// What is to be done, if anything and if now. `packages` were given for it before and are used first.
    fn task(&mut self, mut packages: Vec<Newcomer>, people: &mut People, now: Instant) -> Option<Task> {
        let comes = |seat: &&SeatId| {
            let refusals = self.refusals.get(*seat).copied().unwrap_or_default();
            people.is_present(seat)
                && !self.holders.contains(*seat)
                && !self.entering.contains(*seat)
                && refusals < REFUSALS_MAX
        };
        let newcomers: Vec<SeatId> = self.inside.iter().filter(comes).cloned().collect();
        if self.log.epoch().is_none() {
            return (!newcomers.is_empty()).then_some(Task::Create);
        }
        let is_out = |person: &Person| person.is_out(now);
        let goes = |seat: &&SeatId| !self.inside.contains(*seat) || people.get(seat).is_none_or(is_out);
        let remove: Vec<SeatId> = self.log.members().filter(goes).cloned().collect();
        if !self.log.members().any(|seat| self.can_commit(seat, &remove, people)) {
            self.gathered = None;
            return (!newcomers.is_empty()).then_some(Task::Join);
        }
        let is_stale = self.refresh_at.get_or_insert(now + REFRESH).to_owned() <= now && self.log.members().count() > 1;
        let has_package = |seat: &SeatId| {
            packages.iter().any(|package| package.seat == *seat) || people.get(seat).is_some_and(Person::has_package)
        };
        let newcomers: Vec<SeatId> = newcomers.into_iter().filter(has_package).collect();
        if newcomers.is_empty() && remove.is_empty() && !is_stale {
            self.gathered = None;
            return None;
        }
        if remove.is_empty() && !is_stale && now < *self.gathered.get_or_insert(now + GATHER) {
            return None;
        }
        let (remove, newcomers) = self.fit(remove, newcomers);
        packages.retain(|package| newcomers.contains(&package.seat));
        for seat in newcomers {
            if !packages.iter().any(|package| package.seat == seat)
                && let Some(package) = people.get_mut(&seat).and_then(Person::take_package)
            {
                packages.push(Newcomer { seat, package });
            }
        }
        Some(Task::Commit { add: packages, remove })
    }

    /// As many as one commit takes; the others come with the next one.
    fn fit(&self, mut remove: Vec<SeatId>, mut newcomers: Vec<SeatId>) -> (Vec<SeatId>, Vec<SeatId>) {
        remove.truncate(PROPOSALS_MAX);
        let mut room = PROPOSALS_MAX - remove.len();
        newcomers.retain(|seat| {
            let proposals = if self.log.is_member(seat) { 2 } else { 1 };
            let fits = proposals <= room;
            room -= if fits { proposals } else { 0 };
            fits
        });
        (remove, newcomers)
    }

    fn can_commit(&self, seat: &SeatId, remove: &[SeatId], people: &People) -> bool {
        self.holders.contains(seat) && people.is_present(seat) && !remove.contains(seat)
    }

    /// Whose turn it is: of those who can, one of the party that it is about, the lowest leaf first; nobody twice before all
    /// were asked.
    fn choose(&mut self, task: Task, people: &People) -> Option<(SeatId, Task)> {
        let candidates: Vec<SeatId> = match &task {
            Task::Create | Task::Join => {
                let comes = |seat: &&SeatId| people.is_present(seat) && !self.holders.contains(*seat);
                self.inside.iter().filter(comes).cloned().collect()
            }
            Task::Commit { remove, .. } => {
                self.log.members().filter(|seat| self.can_commit(seat, remove, people)).cloned().collect()
            }
        };
        if candidates.iter().all(|seat| self.tried.contains(seat)) {
            self.tried.clear();
        }
        let about = match &task {
            Task::Create | Task::Join => None,
            Task::Commit { add, remove } => add.first().map(|newcomer| &newcomer.seat).or(remove.first()),
        };
        let party_of = |seat: &SeatId| people.get(seat).map(|person| &person.party);
        let about = about.and_then(party_of);
        let order = |seat: &&SeatId| (about.is_some() && party_of(seat) != about, self.leaf(seat));
        let who = candidates.iter().filter(|seat| !self.tried.contains(*seat)).min_by_key(order)?;
        Some((who.clone(), task))
    }

    fn ask(&mut self, who: SeatId, task: Task, people: &People, now: Instant, said: &mut Said) {
        let group = self.id.clone();
        let wish = match &task {
            Task::Create => ServerMessage::MlsWanted { group, epoch: None, add: Vec::new(), remove: Vec::new() },
            Task::Commit { add, remove } => {
                let (epoch, add, remove) = (self.log.epoch(), add.clone(), remove.clone());
                ServerMessage::MlsWanted { group, epoch, add, remove }
            }
            Task::Join => {
                let ((seq, info), epoch) = (self.log.group_info(), self.log.epoch().unwrap_or_default());
                ServerMessage::MlsGroupInfo { group, seq, epoch, group_info: info.clone() }
            }
        };
        said.to_all([&who].into_iter(), people, &wish);
        self.turn = Some(Turn { who, until: now + TURN, task });
    }

    /// When something becomes due; a moment that has passed was looked at.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = Instant> {
        let turn = self.turn.as_ref().map(|turn| turn.until);
        let vote = self.vote.as_ref().map(Vote::deadlines).into_iter().flatten();
        [turn, self.gathered, self.hold, self.refresh_at].into_iter().flatten().chain(vote)
    }
}
