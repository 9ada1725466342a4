//! Whether the others see what this device sees: somebody of each party says so after every change of epoch.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use seal::fingerprint::Attestation;
use seal::group::{Group, Received};
use serde::{Deserialize, Serialize};
use wire::{PartyId, SeatId};

/// How long a party may take to say what it sees.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the next member of a party waits for those before it. One of them may have lost its connection just now.
const TURN: Duration = Duration::from_secs(3);
/// When it is said again what the server could not take.
const AGAIN: Duration = Duration::from_secs(1);

/// Who is here, and since when.
pub(super) type Here = BTreeMap<SeatId, Instant>;

/// How things stand in the present epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody sees anything else.
    Together,
    /// A party sees something else, or is here and has not spoken in time: nothing is sent.
    Apart,
}

/// What the parties said.
#[derive(Debug)]
pub(super) struct Attesting {
    /// What this device sees.
    own: Option<Attestation>,
    /// The members of each party, in order of their leaves.
    parties: BTreeMap<PartyId, Vec<(u32, SeatId)>>,
    /// The leaves whose members said what this device sees.
    said: BTreeSet<u32>,
    /// Somebody saw something else, in this epoch or in one before: for good.
    mismatch: bool,
    /// When the epoch began.
    since: Instant,
    /// The last look at the time, and whether a party's was over.
    looked: Instant,
    overdue: bool,
    /// When this device speaks for its party, if nobody who comes before it has spoken by then.
    turn: Option<Instant>,
    /// The own word was not taken, and is said again then.
    again: Option<Instant>,
}

/// An attestation as it travels in the group.
#[derive(Serialize, Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(flatten)]
    attestation: Attestation,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Attest,
}

impl Attesting {
    /// `mismatch`: somebody saw another group of this name before.
    pub(super) fn new(mismatch: bool, now: Instant) -> Self {
        let (parties, said) = (BTreeMap::new(), BTreeSet::new());
        let (since, looked) = (now, now);
        Self { own: None, parties, said, mismatch, since, looked, overdue: false, turn: None, again: None }
    }

    /// A new epoch: all is to be said anew, but what was seen is not forgotten.
    pub(super) fn begin(&mut self, group: &Group, now: Instant) {
        self.own = Some(group.attestation());
        self.parties.clear();
        for (leaf, member) in group.members() {
            self.parties.entry(member.party.clone()).or_default().push((*leaf, member.seat.clone()));
        }
        self.said.clear();
        (self.since, self.looked, self.overdue) = (now, now, false);
        let turn = u32::try_from(group.turn()).unwrap_or(u32::MAX);
        self.turn = now.checked_add(TURN.saturating_mul(turn));
        self.again = None;
    }

    /// The server did not take the own word.
    pub(super) fn was_refused(&mut self, now: Instant) {
        self.again = Some(now + AGAIN);
    }

    /// What this device has to say now for its party, if it is its turn. What it says itself needs no proof.
    pub(super) fn speak(&mut self, group: &Group, now: Instant) -> Option<String> {
        let own = group.own_leaf();
        let members = self.parties.get(&group.identity().member().party);
        let spoken =
            members.is_some_and(|members| members.iter().any(|(leaf, _)| *leaf <= own && self.said.contains(leaf)));
        let again = self.again.take_if(|again| *again <= now).is_some();
        let first = self.turn.take_if(|turn| *turn <= now).is_some() && !spoken;
        let attestation = self.own.clone().filter(|_| again || first)?;
        self.said.insert(own);
        serde_json::to_string(&Message { kind: Kind::Attest, attestation }).ok()
    }

    /// Reads a message of the group; false if it is no attestation.
    pub(super) fn read(&mut self, received: &Received, group: &Group) -> bool {
        let Ok(Message { kind: Kind::Attest, attestation }) = serde_json::from_slice(&received.text) else {
            return false;
        };
        if let (true, Some(own)) = (received.epoch == group.epoch(), &self.own) {
            self.mismatch |= attestation != *own;
            self.said.insert(received.leaf);
        }
        true
    }

    pub(super) fn handle_timeout(&mut self, here: &Here, now: Instant) {
        self.looked = now;
        let overdue = self.deadlines(here).any(|deadline| deadline <= now);
        self.overdue = overdue;
    }

    pub(super) fn poll_timeout(&self, here: &Here) -> Option<Instant> {
        let ahead = self.deadlines(here).filter(|deadline| *deadline > self.looked);
        ahead.chain(self.turn).chain(self.again).min()
    }

    pub(super) fn standing(&self) -> Standing {
        if self.mismatch || self.overdue { Standing::Apart } else { Standing::Together }
    }

    /// Whether somebody ever saw something else.
    pub(super) fn mismatch(&self) -> bool {
        self.mismatch
    }

    /// Until when each party may take that has not spoken. Its first member who is here speaks for it, and each who spoke: but
    /// nobody in the place of one who is here and silent. That one may be in another group of the same epoch, where everybody
    /// would seem to agree as well. A party of whom nobody is here is waited for without end.
    fn deadlines<'a>(&'a self, here: &'a Here) -> impl Iterator<Item = Instant> + 'a {
        self.parties.values().filter_map(|members| {
            let (leaf, seat) =
                members.iter().find(|(leaf, seat)| self.said.contains(leaf) || here.contains_key(seat))?;
            let since = here.get(seat).filter(|_| !self.said.contains(leaf))?;
            Some(self.since.max(*since) + PATIENCE)
        })
    }
}
