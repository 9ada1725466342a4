//! The manifest: what every party signed before they met. Names, roles, order and keys come from it, never from the server.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use wire::{
    Admission, Manifest as Document, Party, PartyId, PartySignature, Rules, SignedManifest, SummitId, SummitPlan,
    WallTime,
};

use crate::error::ManifestError;
use crate::fingerprint::digits;
use crate::kdf;
use crate::key::{PublicKey, SigningKey};
use crate::signed::{self, Domain, VERSION};

/// The MLS cipher suite of this version: `MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519`.
pub const SUITE: u16 = 1;

/// A manifest that obeys its own rules, signed or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    document: Document,
    /// The parties' root keys, in the order of the manifest.
    roots: Vec<(PartyId, PublicKey)>,
}

impl Manifest {
    /// A manifest for that plan, to be proposed to the parties.
    ///
    /// # Errors
    /// A party of the plan has no root key, two have one, or the client's hash is none.
    pub fn new(
        summit: SummitId,
        plan: SummitPlan,
        roots: &BTreeMap<PartyId, PublicKey>,
        client: Option<String>,
        proposed: WallTime,
    ) -> Result<Self, ManifestError> {
        let parties = plan
            .parties()
            .into_iter()
            .map(|id| roots.get(&id).map(|root| Party { id, root: (*root).into() }))
            .collect::<Option<Vec<_>>>()
            .ok_or(ManifestError::Malformed("a party has no root key"))?;
        let quorum = u32::try_from(plan.delegations.len()).unwrap_or(u32::MAX);
        let rules = Rules { admission: Admission::OwnParty };
        Self::checked(Document { v: VERSION, summit, plan, parties, rules, suite: SUITE, quorum, client, proposed })
    }

    fn checked(document: Document) -> Result<Self, ManifestError> {
        let wrong = |why| Err(ManifestError::Malformed(why));
        if !document.parties.iter().map(|party| &party.id).eq(&document.plan.parties()) {
            return wrong("the parties are not those of the plan");
        }
        let key_of = |party: &Party| Some((party.id.clone(), PublicKey::try_from(&party.root).ok()?));
        let Some(roots) = document.parties.iter().map(key_of).collect::<Option<Vec<_>>>() else {
            return wrong("a root key is none");
        };
        if roots.iter().map(|(_, root)| root).collect::<BTreeSet<_>>().len() != roots.len() {
            return wrong("two parties have one key");
        }
        if document.suite != SUITE {
            return wrong("an unknown cipher suite");
        }
        if usize::try_from(document.quorum) != Ok(document.plan.delegations.len()) {
            return wrong("the quorum is not all delegations");
        }
        let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if document.client.as_ref().is_some_and(|client| !is_hash(client)) {
            return wrong("the client is not named by a hash");
        }
        Ok(Self { document, roots })
    }

    /// What it says.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The manifest as it is passed round, without a signature yet.
    pub fn propose(&self) -> SignedManifest {
        SignedManifest { payload: signed::payload(&self.document), signatures: Vec::new() }
    }

    /// The root key of that party; none if it is none of this summit.
    pub fn root(&self, party: &PartyId) -> Option<&PublicKey> {
        self.roots.iter().find(|(known, _)| known == party).map(|(_, root)| root)
    }
}

/// The one field that may be null but not be missing.
#[derive(Deserialize)]
struct Nullable {
    #[serde(deserialize_with = "Option::deserialize", rename = "client")]
    _client: Option<String>,
}

/// What a manifest says, whoever signed it so far.
///
/// # Errors
/// It cannot be read, or breaks a rule of its own.
pub fn read(manifest: &SignedManifest) -> Result<Manifest, ManifestError> {
    let unreadable = ManifestError::Malformed("it cannot be read");
    if serde_json::from_slice::<Nullable>(manifest.payload.as_ref()).is_err() {
        return Err(unreadable);
    }
    Manifest::checked(signed::read(&manifest.payload).ok_or(unreadable)?)
}

/// The signature of a party under a manifest.
///
/// # Errors
/// The manifest cannot be read, or gives the party another key.
pub fn sign(manifest: &SignedManifest, party: &PartyId, root: &SigningKey) -> Result<PartySignature, ManifestError> {
    if read(manifest)?.root(party) != Some(&root.public()) {
        return Err(ManifestError::Signature(party.clone()));
    }
    Ok(PartySignature { party: party.clone(), signature: signed::sign(Domain::Manifest, &manifest.payload, root) })
}

/// The manifest hash: SHA-256 of the payload.
pub fn hash(manifest: &SignedManifest) -> [u8; 32] {
    kdf::sha256(&[manifest.payload.as_ref()])
}

/// The summit code: 30 digits that the sides read to each other once.
pub fn summit_code(manifest: &SignedManifest) -> String {
    digits(&kdf::sha256(&[b"sommet/summit-code/v1\0", &hash(manifest)]))
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
        let manifest = read(signed)?;
        if &manifest.document.summit != summit {
            return Err(ManifestError::OtherSummit);
        }
        let mut by = BTreeSet::new();
        for PartySignature { party, signature } in &signed.signatures {
            let holds = manifest
                .root(party)
                .is_some_and(|root| signed::verifies(Domain::Manifest, &signed.payload, signature, root));
            if !holds || !by.insert(party) {
                return Err(ManifestError::Signature(party.clone()));
            }
        }
        match manifest.roots.iter().find(|(party, _)| !by.contains(party)) {
            Some((missing, _)) => Err(ManifestError::Incomplete(missing.clone())),
            None => Ok(Self { hash: hash(signed), code: summit_code(signed), manifest }),
        }
    }

    /// The summit.
    pub fn summit(&self) -> &SummitId {
        &self.manifest.document.summit
    }

    /// Who meets, in which order, under which names.
    pub fn plan(&self) -> &SummitPlan {
        &self.manifest.document.plan
    }

    /// The parties with their root keys, in the order of the manifest.
    pub fn parties(&self) -> &[(PartyId, PublicKey)] {
        &self.manifest.roots
    }

    /// The root key of that party; none if it is none of this summit.
    pub fn root(&self, party: &PartyId) -> Option<&PublicKey> {
        self.manifest.root(party)
    }

    /// Everything it says.
    pub fn document(&self) -> &Document {
        self.manifest.document()
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
