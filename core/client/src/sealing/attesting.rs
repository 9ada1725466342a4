//! Whether the others see what this device sees: each party's lead says so after every change of epoch.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use seal::fingerprint::Attestation;
use seal::group::{Group, Received};
use serde::{Deserialize, Serialize};
use wire::PartyId;

/// How long a lead may take to say what it sees.
const PATIENCE: Duration = Duration::from_secs(15);
/// When it is said again what the server could not take.
const AGAIN: Duration = Duration::from_secs(1);

/// How things stand in the present epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody sees anything else.
    Together,
    /// A lead sees something else, or has not spoken in time: nothing is sent.
    Apart,
}

/// What the leads said.
#[derive(Debug)]
pub(super) struct Attesting {
    /// What this device sees.
    own: Option<Attestation>,
    /// Of each party with a lead, whether it spoke.
    parties: BTreeMap<PartyId, bool>,
    /// A lead saw something else, in this epoch or in one before: for good.
    mismatch: bool,
    until: Instant,
    late: bool,
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
        Self { own: None, parties: BTreeMap::new(), mismatch: false, until: now, late: false, again: None }
    }

    /// A new epoch: all is to be said anew, but what was seen is not forgotten.
    pub(super) fn begin(&mut self, group: &Group, now: Instant) {
        self.own = Some(group.attestation());
        let own_party = group.is_lead().then(|| group.identity().member().party.clone());
        let parties = group.members().values().map(|member| member.party.clone());
        // What this device says itself needs no proof.
        self.parties = parties.map(|party| (party.clone(), own_party.as_ref() == Some(&party))).collect();
        self.until = now + PATIENCE;
        self.late = false;
        self.again = None;
    }

    /// The server did not take the own word.
    pub(super) fn was_refused(&mut self, now: Instant) {
        self.again = Some(now + AGAIN);
    }

    /// Whether the own word is to be said again now.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        self.again.take_if(|again| *again <= now).is_some()
    }

    /// What this device has to say, if it leads its party.
    pub(super) fn own(&self, group: &Group) -> Option<String> {
        let attestation = self.own.clone().filter(|_| group.is_lead())?;
        serde_json::to_string(&Message { kind: Kind::Attest, attestation }).ok()
    }

    /// Reads a message of the group; false if it is no attestation.
    pub(super) fn read(&mut self, received: &Received, group: &Group) -> bool {
        let Ok(Message { kind: Kind::Attest, attestation }) = serde_json::from_slice(&received.text) else {
            return false;
        };
        let party = &received.member.party;
        let speaks_for_it = group.lead_of(party) == Some(received.leaf);
        if let (true, Some(own)) = (speaks_for_it && received.epoch == group.epoch(), &self.own) {
            self.mismatch |= attestation != *own;
            self.parties.insert(party.clone(), true);
        }
        true
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.late = self.until <= now;
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        (!self.late && self.is_waiting()).then_some(self.until).into_iter().chain(self.again).min()
    }

    pub(super) fn standing(&self) -> Standing {
        if self.mismatch || (self.late && self.is_waiting()) { Standing::Apart } else { Standing::Together }
    }

    fn is_waiting(&self) -> bool {
        self.parties.values().any(|spoke| !spoke)
    }
}
