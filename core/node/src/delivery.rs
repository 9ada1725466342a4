//! The delivery service of MLS (RFC 9750): it keeps the groups' logs in order and says whose turn it is. It has no keys, knows no
//! proposals, and links no MLS library; whether a commit is right, the members judge.
//!
//! * tell: who is there ([`Delivery::place`]), which groups there are ([`Delivery::set_circles`]), what is asked
//!   ([`Delivery::request`]), what was stored ([`Delivery::settle`]);
//! * then [`Delivery::tend`], and take what is to be said and stored.
//!
//! `delivery/log.rs` folds a log, `group.rs` is one group, `group/nomination.rs` whose turn it is, `vote.rs` what becomes of a commit, `people.rs`
//! who is there with which key packages, `requests.rs` what a device asks, `header.rs` reads the head of a commit.

mod group;
pub(crate) mod header;
mod log;
mod people;
mod requests;
mod vote;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use media::{Holdings, SealWindow};
use wire::{
    Bytes, GroupBody, GroupEntry, GroupId, PartyId, RequestId, SeatId, ServerMessage, SummitId, SummitPlan, WallTime,
};

use crate::ConnectionId;
use crate::ledger::Done;
use group::Group;
use log::Log;
pub(crate) use people::certificate;
use people::{PACKAGES_WANTED, People, Person};
pub(crate) use requests::{Answer, Asker};

/// Entries that may wait for the store at once. A commit to disk takes milliseconds, so a full queue means that the store
/// hangs: further requests are refused with [`wire::Refusal::NotRecorded`].
const WAITING_MAX: usize = 256;

/// The first number of a group that is neither the plenary nor a party's.
const NUMBER_MIN: u16 = 16;

/// The epochs before the present one whose keys may still be in use.
const EPOCHS_BEFORE: u64 = 2;

/// A group as the meeting has it now.
pub(crate) struct Circle {
    pub(crate) group: GroupId,
    /// Its number in key ids; none: the next one.
    pub(crate) number: Option<u16>,
    /// Who may be in it.
    pub(crate) entitled: BTreeSet<SeatId>,
    /// Those of them for whom it is now, if they are here.
    pub(crate) inside: BTreeSet<SeatId>,
}

/// What people are to be told, in order.
#[derive(Default)]
pub(crate) struct Said(Vec<(SeatId, ServerMessage)>);

impl Said {
    fn to(&mut self, seat: &SeatId, message: ServerMessage) {
        self.0.push((seat.clone(), message));
    }

    /// Those of them whose device can be told.
    fn each<'a>(&mut self, seats: impl Iterator<Item = &'a SeatId>, people: &People, message: &ServerMessage) {
        self.0.extend(seats.filter(|seat| people.listens(seat)).map(|seat| (seat.clone(), message.clone())));
    }
}

/// One entry on its way to the store.
struct Waiting {
    entry: GroupEntry,
    asked_by: Option<ConnectionId>,
    /// The store failed on this or an earlier entry; its own answer is still to come and must be a failure, too.
    abandoned: bool,
}

impl Waiting {
    fn carries(&self, request: &RequestId) -> bool {
        !self.abandoned && self.entry.request.as_ref() == Some(request)
    }

    fn asker(&self) -> Option<(ConnectionId, RequestId)> {
        self.asked_by.zip(self.entry.request.clone())
    }
}

/// What has become of the oldest entry.
#[derive(Default)]
pub(crate) struct Settled {
    /// Who asked, to be answered with done.
    pub(crate) done: Option<(ConnectionId, RequestId)>,
    /// Who asked in vain.
    pub(crate) failed: Vec<(ConnectionId, RequestId)>,
}

/// All groups of a summit.
pub(crate) struct Delivery {
    summit: SummitId,
    people: People,
    groups: BTreeMap<GroupId, Group>,
    /// Logs of groups whose circle has not been told yet.
    restored: BTreeMap<GroupId, Log>,
    next_number: u16,
    waiting: VecDeque<Waiting>,
    /// Entries that the room has not taken yet.
    to_store: VecDeque<GroupEntry>,
    done: Done,
    said: Said,
    /// What each seat was told of its groups: their numbers and versions.
    told: BTreeMap<SeatId, Vec<(u16, u64)>>,
    /// How many groups there were when all were told, and the sum of their versions, which only grow.
    told_all: Option<(usize, u64)>,
    tended: Instant,
}

impl Delivery {
    /// Adds what is held.
    pub(crate) fn holdings(&self, held: &mut Holdings) {
        held.add("groups", self.groups.len());
        held.add("logs of groups to come", self.restored.len());
        held.add("entries to be stored", self.waiting.len() + self.to_store.len());
        held.add("seats that were told of groups", self.told.len());
        held.add("words of groups to be said", self.said.0.len());
    }

    /// The groups as their logs tell them.
    pub(crate) fn restore(summit: SummitId, plan: &SummitPlan, entries: &[GroupEntry], now: Instant) -> Self {
        let mut restored: BTreeMap<GroupId, Log> = BTreeMap::new();
        for entry in entries {
            restored.entry(entry.group.clone()).or_default().apply(entry);
        }
        let highest = restored.values().filter_map(Log::number).max();
        Self {
            summit,
            people: People::new(plan, now),
            groups: BTreeMap::new(),
            restored,
            next_number: highest.map_or(NUMBER_MIN, |highest| highest.saturating_add(1).max(NUMBER_MIN)),
            waiting: VecDeque::new(),
            to_store: VecDeque::new(),
            done: entries.iter().filter_map(|entry| entry.request.clone()).collect(),
            said: Said::default(),
            told: BTreeMap::new(),
            told_all: None,
            tended: now,
        }
    }

    // ---- who is there

    /// Which groups there are now. One that is no more is forgotten here; its log stays where it is stored.
    pub(crate) fn set_circles(&mut self, circles: Vec<Circle>) {
        self.told_all = None;
        let names: BTreeSet<GroupId> = circles.iter().map(|circle| circle.group.clone()).collect();
        self.groups.retain(|name, _| names.contains(name));
        for Circle { group: name, number, entitled, inside } in circles {
            let group = match self.groups.entry(name.clone()) {
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::btree_map::Entry::Vacant(place) => {
                    let log = self.restored.remove(&name).unwrap_or_default();
                    let number = log.number().or(number).unwrap_or_else(|| {
                        let next = self.next_number;
                        self.next_number = next.saturating_add(1);
                        next
                    });
                    place.insert(Group::new(name, number, log))
                }
            };
            group.set_circle(entitled, inside);
        }
    }

    /// Where that seat's device is now, and whether its person has come in.
    pub(crate) fn place(&mut self, seat: &SeatId, connection: Option<ConnectionId>, here: bool, now: Instant) {
        if self.people.place(seat, connection, here, now) {
            self.forget_told(seat);
            self.groups.values_mut().for_each(|group| group.lose_device(seat));
        }
    }

    /// That seat's person went for good.
    pub(crate) fn left(&mut self, seat: &SeatId) {
        self.people.left(seat);
    }

    /// A registrar gave that seat a certificate with this number.
    pub(crate) fn certified(&mut self, seat: &SeatId, serial: Bytes) {
        self.people.certified(seat, serial);
    }

    /// A party withdrew the certificates with these numbers.
    pub(crate) fn revoke(&mut self, party: &PartyId, serials: &[Bytes]) {
        self.people.revoke(party, serials);
    }

    /// What that seat may seal with now.
    pub(crate) fn window(&self, seat: &SeatId) -> Vec<SealWindow> {
        let window = |group: &Group| {
            let (leaf, epoch) = (u16::try_from(group.leaf(seat)?).ok()?, group.log.epoch()?);
            let epochs = (epoch.saturating_sub(EPOCHS_BEFORE)..=epoch).collect();
            Some(SealWindow { group: group.number, leaf, epochs })
        };
        let is_shut_out = self.people.get(seat).is_none_or(Person::is_shut_out);
        self.groups.values().filter(|_| !is_shut_out).filter_map(window).collect()
    }

    /// Whether in that group nothing is to be done but to wait for the answers of others: with two hundred members each commit is answered
    /// two hundred times.
    pub(crate) fn only_waits(&self, group: &GroupId, now: Instant) -> bool {
        self.groups.get(group).is_some_and(|group| group.only_waits(now))
    }

    // ---- the store

    /// What is to be stored next.
    pub(crate) fn poll_store(&mut self) -> Option<GroupEntry> {
        self.to_store.pop_front()
    }

    /// The next thing to be said.
    pub(crate) fn take_said(&mut self) -> Vec<(SeatId, ServerMessage)> {
        std::mem::take(&mut self.said.0)
    }

    /// The store has answered for the oldest entry.
    pub(crate) fn settle(&mut self, stored: bool, now: Instant) -> Settled {
        let Some(oldest) = self.waiting.pop_front() else { return Settled::default() };
        if oldest.abandoned {
            return Settled::default();
        }
        if !stored {
            self.waiting.push_front(oldest);
            let failed = self.abandon(now);
            self.waiting.pop_front();
            return Settled { done: None, failed };
        }
        let done = oldest.asker();
        self.done.extend(oldest.entry.request.clone());
        if let Some(group) = self.groups.get_mut(&oldest.entry.group) {
            let answered = self.people.get(&oldest.entry.by).is_some_and(|person| person.is_at(oldest.asked_by));
            group.apply(oldest.entry, answered, &self.people, now, &mut self.said);
        }
        Settled { done, failed: Vec::new() }
    }

    /// The store failed: nothing that waits here has happened. Returns who asked in vain.
    pub(crate) fn abandon(&mut self, now: Instant) -> Vec<(ConnectionId, RequestId)> {
        let mut failed = Vec::new();
        for waiting in self.waiting.iter_mut().filter(|waiting| !waiting.abandoned) {
            failed.extend(waiting.asker());
            waiting.abandoned = true;
            let changes = !matches!(waiting.entry.body, GroupBody::App { .. });
            if let Some(group) = self.groups.get_mut(&waiting.entry.group).filter(|_| changes) {
                group.fall_back(now);
            }
        }
        failed
    }

    fn is_blocked(&self) -> bool {
        self.waiting.len() >= WAITING_MAX || self.waiting.iter().any(|waiting| waiting.abandoned)
    }

    fn store(&mut self, entry: GroupEntry, asked_by: Option<ConnectionId>) {
        self.to_store.push_back(entry.clone());
        self.waiting.push_back(Waiting { entry, asked_by, abandoned: false });
    }

    /// The place of the next entry of that group's log.
    fn next_seq(&self, group: &Group) -> u64 {
        let under_way = self.waiting.iter().filter(|waiting| !waiting.abandoned && waiting.entry.group == group.id);
        group.log.seq() + under_way.count() as u64 + 1
    }

    // ---- time passes

    /// Looks what is to be done now; to be called after everything else, and when the time comes.
    pub(crate) fn tend(&mut self, now: Instant, at: WallTime) {
        self.tended = now;
        // Nobody is asked for something in a group that they do not know of.
        self.tell_groups();
        let mut voids = Vec::new();
        if !self.is_blocked() {
            for group in self.groups.values_mut() {
                if let Some((commit, by)) = group.tend(&mut self.people, now, &mut self.said) {
                    voids.push((group.id.clone(), commit, by));
                }
            }
        }
        for (id, commit, by) in voids {
            let Some(group) = self.groups.get(&id) else { continue };
            let (seq, body) = (self.next_seq(group), GroupBody::Void { commit });
            self.store(GroupEntry { group: id, seq, at, by, request: None, body }, None);
        }
        self.ask_for_packages();
        self.tell_groups();
    }

    fn ask_for_packages(&mut self) {
        for (seat, person) in self.people.iter_mut() {
            if person.wants_packages() {
                self.said.to(seat, ServerMessage::SealPackagesWanted { count: PACKAGES_WANTED });
            }
        }
    }

    /// That seat's device knows nothing of its groups.
    fn forget_told(&mut self, seat: &SeatId) {
        self.told.remove(seat);
        self.told_all = None;
    }

    fn tell_groups(&mut self) {
        let all = (self.groups.len(), self.groups.values().map(|group| group.version).sum());
        if self.told_all.replace(all) == Some(all) {
            return;
        }
        let listening: Vec<SeatId> =
            self.people.iter().filter(|(_, person)| person.listens()).map(|(seat, _)| seat.clone()).collect();
        for seat in listening {
            self.tell_groups_to(&seat);
        }
    }

    /// Tells a seat of its groups, if one came, went or changed since it was last told.
    fn tell_groups_to(&mut self, seat: &SeatId) {
        let own = || self.groups.values().filter(|group| group.entitled.contains(seat));
        let versions: Vec<_> = own().map(|group| (group.number, group.version)).collect();
        if self.told.get(seat) != Some(&versions) {
            let groups = own().map(Group::view).collect();
            self.told.insert(seat.clone(), versions);
            self.said.to(seat, ServerMessage::SealGroups { groups });
        }
    }

    /// When to tend again if nothing happens.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let groups = self.groups.values().flat_map(Group::deadlines);
        let is_member = |seat: &SeatId| self.groups.values().any(|group| group.log.is_member(seat));
        let away = self.people.iter().filter_map(|(seat, person)| Some((seat, person.out_at()?)));
        let away = away.filter(|(seat, _)| is_member(seat)).map(|(_, at)| at);
        groups.chain(away).filter(|at| *at > self.tended).min()
    }
}
