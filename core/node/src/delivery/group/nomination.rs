//! Whose turn it is to change a group: who is to come in and to go, and which member is asked to commit it.

use std::time::{Duration, Instant};

use wire::{Newcomer, SeatId, ServerMessage};

use super::super::Said;
use super::super::people::{People, Person};
use super::super::vote::{Verdict, Vote};
use super::{Group, REFRESH, Task, Turn};

/// How soon after one change newcomers make another: who comes alone is let in at once, who comes in a crowd with the others.
const GATHER: Duration = Duration::from_millis(250);

/// How many are asked at once to make a group. The first one makes it: nobody knows who has the shortest way.
const MAKERS: usize = 4;

/// How long whose turn it is has to commit before it is another one's.
const TURN: Duration = Duration::from_secs(2);

/// Proposals that members accept in one commit.
const PROPOSALS_MAX: usize = 64;

/// How often a seat is tried whose key package made every member refuse. After that it must say anew what it is.
const REFUSALS_MAX: u8 = 3;

impl Group {
    /// Looks what is to be done now. Some: every member refused this commit, and it must be noted that it never was.
    pub(crate) fn tend(&mut self, people: &mut People, now: Instant, said: &mut Said) -> Option<(u64, SeatId)> {
        self.moved = false;
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
                    said.each(self.log.members(), people, &switch);
                    return self.tend(people, now, said);
                }
                Verdict::Close => {
                    if vote.is_applied() {
                        self.apart.remove(&vote.author);
                    }
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
            // A seat that comes with another key cannot remove its former leaf by itself: if nobody can join, the group begins anew.
            let in_vain = newcomers.iter().all(|seat| self.tried.contains(seat));
            let task = if in_vain { Task::Create } else { Task::Join };
            return (!newcomers.is_empty()).then_some(task);
        }
        let is_stale = *self.refresh_at.get_or_insert(now + REFRESH) <= now && self.log.members().count() > 1;
        let has_package = |seat: &SeatId| {
            packages.iter().any(|package| package.seat == *seat) || people.get(seat).is_some_and(Person::has_package)
        };
        let newcomers: Vec<SeatId> = newcomers.into_iter().filter(has_package).collect();
        if newcomers.is_empty() && remove.is_empty() && !is_stale {
            self.gathered = None;
            return None;
        }
        // A group that was just made waits for its people.
        let is_crowd = self.log.epoch() != Some(0) && self.changed.is_some_and(|changed| now < changed + GATHER);
        if remove.is_empty() && !is_stale && is_crowd {
            self.gathered = self.changed.map(|changed| changed + GATHER);
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
    /// were asked, and last whose commit was refused by all.
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
        let order = |seat: &&SeatId| {
            let is_of_another = about.is_some() && party_of(seat) != about;
            (self.apart.contains(*seat), is_of_another, self.leaf(seat))
        };
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
        said.each([&who].into_iter(), people, &wish);
        if task == Task::Create {
            let others = self
                .inside
                .iter()
                .filter(|seat| **seat != who && people.is_present(seat) && !self.holders.contains(*seat));
            let makers: Vec<SeatId> = others.take(MAKERS - 1).cloned().collect();
            said.each(makers.iter(), people, &wish);
            self.tried.extend(makers);
        }
        self.turn = Some(Turn { who, until: now + TURN, task });
    }

    /// When something becomes due; a moment that has passed was looked at.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = Instant> {
        let turn = self.turn.as_ref().map(|turn| turn.until);
        let vote = self.vote.as_ref().map(Vote::deadlines).into_iter().flatten();
        [turn, self.gathered, self.hold, self.refresh_at].into_iter().flatten().chain(vote)
    }
}
