//! Whether the others see what this device sees: somebody of each party says so after every change of epoch.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use seal::fingerprint::Attestation;
use seal::group::{Group, Received};
use serde::{Deserialize, Serialize};
use wire::PartyId;

/// How long a party may take to say what it sees.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the next member of a party waits for those before it. One of them may have lost its connection just now.
const TURN: Duration = Duration::from_secs(3);
/// When it is said again what the server could not take.
const AGAIN: Duration = Duration::from_secs(1);

/// The parties of which somebody is here, and since when.
pub(super) type Here = BTreeMap<PartyId, Instant>;

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
    /// The parties that have not spoken.
    awaited: BTreeSet<PartyId>,
    /// Those of them whose time is over.
    overdue: BTreeSet<PartyId>,
    /// Somebody saw something else, in this epoch or in one before: for good.
    mismatch: bool,
    since: Instant,
    /// When this device speaks for its party, if nobody of it has spoken by then.
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
    pub(super) fn new(now: Instant) -> Self {
        let (awaited, overdue) = (BTreeSet::new(), BTreeSet::new());
        Self { own: None, awaited, overdue, mismatch: false, since: now, turn: None, again: None }
    }

    /// A new epoch: all is to be said anew, but what was seen is not forgotten.
    pub(super) fn begin(&mut self, group: &Group, now: Instant) {
        self.own = Some(group.attestation());
        self.awaited = group.members().values().map(|member| member.party.clone()).collect();
        self.overdue.clear();
        self.since = now;
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
        let party = &group.identity().member().party;
        let again = self.again.take_if(|again| *again <= now).is_some();
        let first = self.turn.take_if(|turn| *turn <= now).is_some() && self.awaited.contains(party);
        let attestation = self.own.clone().filter(|_| again || first)?;
        self.awaited.remove(party);
        self.overdue.remove(party);
        serde_json::to_string(&Message { kind: Kind::Attest, attestation }).ok()
    }

    /// Reads a message of the group; false if it is no attestation.
    pub(super) fn read(&mut self, received: &Received, group: &Group) -> bool {
        let Ok(Message { kind: Kind::Attest, attestation }) = serde_json::from_slice(&received.text) else {
            return false;
        };
        if let (true, Some(own)) = (received.epoch == group.epoch(), &self.own) {
            self.mismatch |= attestation != *own;
            self.awaited.remove(&received.member.party);
            self.overdue.remove(&received.member.party);
        }
        true
    }

    pub(super) fn handle_timeout(&mut self, here: &Here, now: Instant) {
        let is_over = |party: &&PartyId| self.deadline(party, here).is_some_and(|deadline| deadline <= now);
        self.overdue = self.awaited.iter().filter(is_over).cloned().collect();
    }

    pub(super) fn poll_timeout(&self, here: &Here) -> Option<Instant> {
        let awaited = self.awaited.difference(&self.overdue).filter_map(|party| self.deadline(party, here));
        awaited.chain(self.turn).chain(self.again).min()
    }

    pub(super) fn standing(&self) -> Standing {
        if self.mismatch || !self.overdue.is_empty() { Standing::Apart } else { Standing::Together }
    }

    /// Until when a party may take; without end while nobody of it is here.
    fn deadline(&self, party: &PartyId, here: &Here) -> Option<Instant> {
        here.get(party).map(|since| self.since.max(*since) + PATIENCE)
    }
}
