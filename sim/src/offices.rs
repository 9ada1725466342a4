//! The parties' own offices: root keys, the manifest that all signed, and a registrar of each party, connected to the server
//! as `sommet registrar` is.

use std::collections::BTreeMap;

use seal::invitation::Secret;
use seal::manifest::{self, Manifest};
use seal::registrar::Registrar;
use seal::{Entropy, SigningKey};
use wire::{CertificateRequest, Denied, Envelope, PartyId, SeatId, SignedManifest, SummitId, SummitPlan, WallTime};

use crate::chance::Chance;

/// How long an invitation is good: longer than any run.
const GOOD_FOR_MS: i64 = 24 * 60 * 60 * 1000;

/// All offices of one summit.
pub(crate) struct Offices {
    plan: SummitPlan,
    manifest: SignedManifest,
    registrars: BTreeMap<PartyId, Registrar>,
    chance: Chance,
}

/// What somebody gets who is invited, and the server of it.
pub(crate) struct Invited {
    pub(crate) secret: Secret,
    pub(crate) document: Envelope,
}

struct Draws<'a>(&'a mut Chance);

impl Entropy for Draws<'_> {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.0.number().to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}

/// A key of that stream.
pub(crate) fn key(chance: &mut Chance) -> SigningKey {
    // Any 32 bytes are a key.
    SigningKey::generate(&mut Draws(chance)).expect("a key can be made")
}

impl Offices {
    /// Keys for every party, and a manifest that they all signed.
    pub(crate) fn open(seed: u64, summit: &SummitId, plan: &SummitPlan, now: WallTime) -> Self {
        let mut chance = Chance::new(seed, "offices");
        let keys: BTreeMap<PartyId, SigningKey> =
            plan.parties().into_iter().map(|party| (party, key(&mut chance))).collect();
        let roots = keys.iter().map(|(party, key)| (party.clone(), key.public())).collect();
        let proposal = Manifest::new(summit.clone(), plan.clone(), &roots, None, now);
        let mut manifest = proposal.expect("the plans of this crate can be agreed on").propose();
        for (party, key) in &keys {
            let signature = manifest::sign(&manifest, party, key);
            manifest.signatures.push(signature.expect("every party signs with its own key"));
        }
        let office =
            |(party, key): (PartyId, SigningKey)| (party.clone(), Registrar::with_root(summit.clone(), party, key));
        Self { plan: plan.clone(), manifest, registrars: keys.into_iter().map(office).collect(), chance }
    }

    /// The manifest.
    pub(crate) fn manifest(&self) -> &SignedManifest {
        &self.manifest
    }

    /// Every party.
    pub(crate) fn parties(&self) -> Vec<PartyId> {
        self.registrars.keys().cloned().collect()
    }

    /// Somebody is invited to a seat, once more if it lost the former link.
    pub(crate) fn invite(&mut self, seat: &SeatId, now: WallTime) -> Invited {
        let registrar = self.plan.party_of(seat).and_then(|party| self.registrars.get_mut(&party));
        let until = WallTime(now.0 + GOOD_FOR_MS);
        let invited = registrar
            .and_then(|registrar| registrar.invite(&self.plan, seat, now, until, &mut Draws(&mut self.chance)).ok())
            .expect("every seat of the plan can be invited");
        Invited { document: invited.invitation, secret: invited.secret }
    }

    /// The party's registrar answers a request.
    pub(crate) fn answer(
        &mut self,
        party: &PartyId,
        request: &CertificateRequest,
        now: WallTime,
    ) -> Result<Envelope, Denied> {
        let registrar = self.registrars.get_mut(party).ok_or(Denied::Unknown)?;
        registrar.answer(request, now, &mut Draws(&mut self.chance))
    }
}
