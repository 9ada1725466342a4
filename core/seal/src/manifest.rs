//! The manifest: what every party signed before they met. Names, roles, order and keys come from it, never from the server.

use std::collections::{BTreeMap, BTreeSet};

use wire::{DelegationId, SeatId, SummitId, SummitPlan, WallTime};

use crate::document::{Admission, ManifestBody, Party, PartySignature, Rules, SignedManifest, Version1};
use crate::error::ManifestError;
use crate::fingerprint::digits;
use crate::kdf;
use crate::key::{PublicKey, SigningKey};
use crate::signed::{self, Domain};

/// The id of the party of those who belong to no side.
pub const SECRETARIAT: &str = "secretariat";

/// The MLS cipher suite of this version: `MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519`.
pub const SUITE: u16 = 1;

/// The party that the seat belongs to in the plan; none if the plan has no such seat.
pub fn party_of(plan: &SummitPlan, seat: &SeatId) -> Option<DelegationId> {
    match plan.delegation_of(seat) {
        Some(side) => Some(side.id.clone()),
        None => plan.seat(seat).and_then(|_| DelegationId::new(SECRETARIAT).ok()),
    }
}

/// The parties of a plan, in the order of a manifest.
pub fn parties_of(plan: &SummitPlan) -> Vec<DelegationId> {
    let secretariat = if plan.secretariat.is_empty() { None } else { DelegationId::new(SECRETARIAT).ok() };
    plan.delegations.iter().map(|side| side.id.clone()).chain(secretariat).collect()
}

/// A manifest that obeys its own rules, signed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest(ManifestBody);

impl Manifest {
    /// A manifest for that plan, to be proposed to the parties.
    ///
    /// # Errors
    /// A party of the plan has no root key, two have one, or the client's hash is none.
    pub fn new(
        summit: SummitId,
        plan: SummitPlan,
        roots: &BTreeMap<DelegationId, PublicKey>,
        client: Option<String>,
        proposed: WallTime,
    ) -> Result<Self, ManifestError> {
        let parties = parties_of(&plan)
            .into_iter()
            .map(|id| roots.get(&id).map(|root| Party { id, root: *root }))
            .collect::<Option<Vec<_>>>()
            .ok_or(ManifestError::Malformed("a party has no root key"))?;
        let quorum = u32::try_from(plan.delegations.len()).unwrap_or(u32::MAX);
        let rules = Rules { admission: Admission::OwnParty };
        Self::checked(ManifestBody {
            v: Version1,
            summit,
            plan,
            parties,
            rules,
            suite: SUITE,
            quorum,
            client,
            proposed,
        })
    }

    fn checked(body: ManifestBody) -> Result<Self, ManifestError> {
        let wrong = |why| Err(ManifestError::Malformed(why));
        if body.plan.delegations.iter().any(|side| side.id.as_str() == SECRETARIAT) {
            return wrong("a delegation has the name of the secretariat");
        }
        if !body.parties.iter().map(|party| &party.id).eq(&parties_of(&body.plan)) {
            return wrong("the parties are not those of the plan");
        }
        if body.parties.iter().map(|party| party.root).collect::<BTreeSet<_>>().len() != body.parties.len() {
            return wrong("two parties have one key");
        }
        if body.suite != SUITE {
            return wrong("an unknown cipher suite");
        }
        if usize::try_from(body.quorum) != Ok(body.plan.delegations.len()) {
            return wrong("the quorum is not all delegations");
        }
        let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if body.client.as_ref().is_some_and(|client| !is_hash(client)) {
            return wrong("the client is not named by a hash");
        }
        Ok(Self(body))
    }

    /// What it says.
    pub fn body(&self) -> &ManifestBody {
        &self.0
    }

    /// The manifest as it is passed round, without a signature yet.
    pub fn propose(&self) -> SignedManifest {
        SignedManifest { payload: signed::payload(&self.0), signatures: Vec::new() }
    }

    fn root(&self, party: &DelegationId) -> Option<&PublicKey> {
        self.0.parties.iter().find(|known| &known.id == party).map(|known| &known.root)
    }
}

impl SignedManifest {
    /// What it says, whoever signed it so far.
    ///
    /// # Errors
    /// It cannot be read, or breaks a rule of its own.
    pub fn read(&self) -> Result<Manifest, ManifestError> {
        let body = signed::body(&self.payload).ok_or(ManifestError::Malformed("it cannot be read"))?;
        Manifest::checked(body)
    }

    /// Adds the signature of a party; a second one replaces its first.
    ///
    /// # Errors
    /// The manifest cannot be read, or gives the party another key.
    pub fn sign(&mut self, party: &DelegationId, root: &SigningKey) -> Result<(), ManifestError> {
        if self.read()?.root(party) != Some(&root.public()) {
            return Err(ManifestError::Signature(party.clone()));
        }
        let signature = signed::sign(Domain::Manifest, &self.payload.0, root);
        self.signatures.retain(|known| &known.party != party);
        self.signatures.push(PartySignature { party: party.clone(), signature });
        Ok(())
    }

    /// The manifest hash: SHA-256 of the payload.
    pub fn hash(&self) -> [u8; 32] {
        kdf::sha256(&[&self.payload.0])
    }

    /// The summit code: 30 digits that the sides read to each other once.
    pub fn summit_code(&self) -> String {
        digits(&kdf::sha256(&[b"sommet/summit-code/v1\0", &self.hash()]))
    }
}

/// A manifest that every party signed. Only [`Agreed::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    manifest: Manifest,
    hash: [u8; 32],
    code: String,
}

impl Agreed {
    /// Checks the manifest of that summit and every signature.
    ///
    /// # Errors
    /// The first thing that is wrong; [`ManifestError::Incomplete`] if nothing is but a signature is missing.
    pub fn verify(signed: &SignedManifest, summit: &SummitId) -> Result<Self, ManifestError> {
        let manifest = signed.read()?;
        if &manifest.0.summit != summit {
            return Err(ManifestError::OtherSummit);
        }
        let mut by = BTreeSet::new();
        for PartySignature { party, signature } in &signed.signatures {
            let holds = manifest
                .root(party)
                .is_some_and(|root| signed::verifies(Domain::Manifest, &signed.payload.0, signature, root));
            if !holds || !by.insert(party) {
                return Err(ManifestError::Signature(party.clone()));
            }
        }
        match manifest.0.parties.iter().find(|party| !by.contains(&party.id)) {
            Some(missing) => Err(ManifestError::Incomplete(missing.id.clone())),
            None => Ok(Self { hash: signed.hash(), code: signed.summit_code(), manifest }),
        }
    }

    /// The summit.
    pub fn summit(&self) -> &SummitId {
        &self.manifest.0.summit
    }

    /// Who meets, in which order, under which names.
    pub fn plan(&self) -> &SummitPlan {
        &self.manifest.0.plan
    }

    /// The parties with their root keys, in the order of the manifest.
    pub fn parties(&self) -> &[Party] {
        &self.manifest.0.parties
    }

    /// The root key of that party; none if it is none of this summit.
    pub fn root(&self, party: &DelegationId) -> Option<&PublicKey> {
        self.manifest.root(party)
    }

    /// Everything it says.
    pub fn body(&self) -> &ManifestBody {
        self.manifest.body()
    }

    /// The manifest hash.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The summit code.
    pub fn summit_code(&self) -> &str {
        &self.code
    }
}
