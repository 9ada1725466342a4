//! Whether a party signed something, as far as the server must know: who may act for a party, what is stored as signed. The
//! documents are described in `docs/security/protocol.md`. Nobody's safety rests on this: members check everything again.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use serde::de::DeserializeOwned;
use wire::{Bytes, Envelope, Manifest, PartyId, PartySignature, RegistrarCertificate, WallTime};

/// How far clocks may differ.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// What a signature is for: it is never good for anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    Manifest,
    RegistrarCertificate,
    Invitation,
    Revocation,
    PartyAuth,
}

impl Domain {
    fn text(self) -> &'static str {
        match self {
            Self::Manifest => "sommet/manifest/v1",
            Self::RegistrarCertificate => "sommet/registrar-cert/v1",
            Self::Invitation => "sommet/invitation/v1",
            Self::Revocation => "sommet/revocation/v1",
            Self::PartyAuth => "sommet/party-auth/v1",
        }
    }
}

fn holds(domain: Domain, payload: &Bytes, signature: &Bytes, key: &Bytes) -> bool {
    let message = [domain.text().as_bytes(), b"\0", payload.as_ref()].concat();
    UnparsedPublicKey::new(&ED25519, key).verify(&message, signature.as_ref()).is_ok()
}

/// A document of version 1; none when it cannot be read.
pub(crate) fn document<T: DeserializeOwned>(payload: &Bytes) -> Option<T> {
    #[derive(serde::Deserialize)]
    struct Version {
        v: u32,
    }
    let version: Version = serde_json::from_slice(payload.as_ref()).ok()?;
    (version.v == 1).then(|| serde_json::from_slice(payload.as_ref()).ok())?
}

/// The root key of a party.
fn root_of<'m>(manifest: &'m Manifest, party: &PartyId) -> Option<&'m Bytes> {
    manifest.parties.iter().find(|known| &known.id == party).map(|known| &known.root)
}

/// Whether a party signed the manifest: by its root key, a registrar's does not do.
pub(crate) fn is_signed(manifest: &Manifest, payload: &Bytes, signature: &PartySignature) -> bool {
    let root = root_of(manifest, &signature.party);
    root.is_some_and(|root| holds(Domain::Manifest, payload, &signature.signature, root))
}

/// Whether a document is by that party: by its root key, or by a registrar that it lets act for it in this summit now.
pub(crate) fn is_by_party(
    domain: Domain,
    manifest: &Manifest,
    party: &PartyId,
    envelope: &Envelope,
    now: WallTime,
) -> bool {
    let Some(root) = root_of(manifest, party) else { return false };
    let Some(issuer) = &envelope.issuer else {
        return holds(domain, &envelope.payload, &envelope.signature, root);
    };
    let Some(certificate) = document::<RegistrarCertificate>(&issuer.payload) else { return false };
    holds(Domain::RegistrarCertificate, &issuer.payload, &issuer.signature, root)
        && certificate.summit == manifest.summit
        && certificate.party == *party
        && is_in_time(now, certificate.nbf, certificate.exp)
        && holds(domain, &envelope.payload, &envelope.signature, &certificate.registrar)
}

fn is_in_time(now: WallTime, nbf: WallTime, exp: WallTime) -> bool {
    now.plus(TOLERANCE) >= nbf && now <= exp.plus(TOLERANCE)
}

/// Reads a manifest and checks its own rules.
///
/// # Errors
/// The rule that it breaks.
pub(crate) fn manifest(payload: &Bytes) -> Result<Manifest, &'static str> {
    let read: Manifest = document(payload).ok_or("it cannot be read, or is of another version")?;
    let roots: BTreeSet<_> = read.parties.iter().map(|party| &party.root).collect();
    if !read.parties.iter().map(|party| &party.id).eq(&read.plan.parties()) {
        return Err("its parties are not those of its plan, in this order");
    }
    if roots.len() != read.parties.len() {
        return Err("two parties have one key");
    }
    if roots.iter().any(|root| root.as_ref().len() != 32) {
        return Err("a key has not 32 bytes");
    }
    if read.suite != 1 {
        return Err("its cipher suite is unknown");
    }
    if usize::try_from(read.quorum) != Ok(read.plan.delegations.len()) {
        return Err("its quorum is not all delegations");
    }
    let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if read.client.as_ref().is_some_and(|client| !is_hash(client)) {
        return Err("its client is not named by a hash");
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use serde::Serialize;
    use serde_json::{Value, json};
    use wire::{ChallengeAnswer, Signed, SummitId};

    use super::*;

    const NOON: WallTime = WallTime(1_800_000_000_000);

    fn key(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn public(key: &Ed25519KeyPair) -> Bytes {
        key.public_key().as_ref().into()
    }

    fn signed(domain: Domain, body: &impl Serialize, key: &Ed25519KeyPair) -> Signed {
        let payload = serde_json::to_vec(body).unwrap();
        let message = [domain.text().as_bytes(), b"\0", &payload].concat();
        Signed { payload: payload.into(), signature: key.sign(&message).as_ref().into() }
    }

    fn envelope(domain: Domain, body: &impl Serialize, key: &Ed25519KeyPair, issuer: Option<Signed>) -> Envelope {
        let Signed { payload, signature } = signed(domain, body, key);
        Envelope { payload, signature, issuer }
    }

    fn proposal() -> Value {
        let side = |id: &str| {
            let seat = json!({ "id": format!("{id}-head"), "name": { "en": "A" }, "title": { "en": "B" },
                "role": "principal", "languages": ["en"], "time_zone": "Europe/Vienna" });
            let flag = json!({ "layout": "vertical", "colours": ["#102030"] });
            json!({ "id": id, "name": { "en": id }, "flag": flag, "seats": [seat] })
        };
        json!({
            "v": 1, "summit": "s", "plan": { "title": { "en": "Talks" }, "delegations": [side("a"), side("b")] },
            "parties": [{ "id": "a", "root": public(&key(1)) }, { "id": "b", "root": public(&key(2)) }],
            "rules": { "admission": "own_party" }, "suite": 1, "quorum": 2, "client": null, "proposed": 0,
        })
    }

    fn read(proposal: &Value) -> Result<Manifest, &'static str> {
        manifest(&Bytes(serde_json::to_vec(proposal).unwrap()))
    }

    fn party(id: &str) -> PartyId {
        PartyId::new(id).unwrap()
    }

    fn answer(of: &str) -> ChallengeAnswer {
        ChallengeAnswer {
            v: 1,
            summit: SummitId::new("s").unwrap(),
            party: party(of),
            challenge: [7; 32].as_slice().into(),
        }
    }

    fn lease(of: &str, registrar: &Ed25519KeyPair) -> RegistrarCertificate {
        let summit = SummitId::new("s").unwrap();
        let exp = NOON.plus(Duration::from_secs(3600));
        RegistrarCertificate { v: 1, summit, party: party(of), registrar: public(registrar), nbf: NOON, exp }
    }

    #[test]
    fn a_root_key_acts_for_its_own_party_and_for_one_purpose() {
        let manifest = read(&proposal()).unwrap();
        let by = |domain, seed, of| envelope(domain, &answer(of), &key(seed), None);
        let good = |of, document: &Envelope| is_by_party(Domain::PartyAuth, &manifest, &party(of), document, NOON);
        assert!(good("a", &by(Domain::PartyAuth, 1, "a")));
        assert!(!good("b", &by(Domain::PartyAuth, 1, "b")), "the key of another party");
        assert!(!good("a", &by(Domain::Revocation, 1, "a")), "signed for another purpose");
        assert!(!good("c", &by(Domain::PartyAuth, 1, "c")), "no party");
        let mut bent = by(Domain::PartyAuth, 1, "a");
        bent.payload.0[3] ^= 1;
        assert!(!good("a", &bent));
        bent.signature = Bytes::default();
        assert!(!good("a", &bent));
    }

    #[test]
    fn a_registrar_acts_for_its_party_while_it_may() {
        let manifest = read(&proposal()).unwrap();
        let registrar = key(9);
        let with = |lease: &RegistrarCertificate, root: u8| {
            let issuer = signed(Domain::RegistrarCertificate, lease, &key(root));
            envelope(Domain::Invitation, &answer("a"), &registrar, Some(issuer))
        };
        let good = |document: &Envelope, now| is_by_party(Domain::Invitation, &manifest, &party("a"), document, now);
        let fair = lease("a", &registrar);
        assert!(good(&with(&fair, 1), NOON));
        assert!(good(&with(&fair, 1), NOON.plus(Duration::from_secs(3600 + 299))), "clocks differ");
        assert!(!good(&with(&fair, 1), NOON.plus(Duration::from_secs(3600 + 301))));
        assert!(!good(&with(&fair, 1), WallTime(NOON.0 - 301_000)));
        assert!(!good(&with(&fair, 2), NOON), "let by another party");
        assert!(!good(&with(&lease("b", &registrar), 1), NOON), "for another party");
        assert!(!good(&with(&lease("a", &key(8)), 1), NOON), "another registrar");
        let elsewhere = RegistrarCertificate { summit: SummitId::new("t").unwrap(), ..fair.clone() };
        assert!(!good(&with(&elsewhere, 1), NOON));
        assert!(!good(&with(&RegistrarCertificate { v: 2, ..fair }, 1), NOON));
    }

    #[test]
    fn a_manifest_is_signed_by_root_keys() {
        let payload = Bytes(serde_json::to_vec(&proposal()).unwrap());
        let manifest = manifest(&payload).unwrap();
        let by = |seed, of| {
            let message = [b"sommet/manifest/v1\0".as_slice(), payload.as_ref()].concat();
            PartySignature { party: party(of), signature: key(seed).sign(&message).as_ref().into() }
        };
        assert!(is_signed(&manifest, &payload, &by(2, "b")));
        assert!(!is_signed(&manifest, &payload, &by(2, "a")));
        assert!(!is_signed(&manifest, &payload, &by(2, "secretariat")));
    }

    #[test]
    fn a_manifest_that_breaks_a_rule_is_none() {
        let changed = |pointer: &str, value: Value| {
            let mut proposal = proposal();
            *proposal.pointer_mut(pointer).unwrap() = value;
            read(&proposal).err()
        };
        assert!(read(&proposal()).is_ok());
        let same_key = json!(public(&key(1)));
        for (pointer, value) in [
            ("/v", json!(2)),
            ("/parties/0/id", json!("b")),
            ("/parties", json!([])),
            ("/parties/1/root", same_key),
            ("/parties/1/root", json!("AAAA")),
            ("/suite", json!(2)),
            ("/quorum", json!(1)),
            ("/client", json!("hash")),
            ("/rules/admission", json!("everybody")),
            ("/plan/delegations", json!([])),
        ] {
            assert!(changed(pointer, value.clone()).is_some(), "{pointer}: {value}");
        }
    }
}
