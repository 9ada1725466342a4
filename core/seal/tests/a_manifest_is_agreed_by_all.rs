//! A manifest counts when every party signed the same one with the key it gives them.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::collections::BTreeMap;

use common::*;
use seal::error::ManifestError;
use seal::manifest::{hash, sign, summit_code};
use seal::{Agreed, Coded as _, Manifest};
use wire::{Bytes, PartySignature, SignedManifest, SummitId};

fn verify(manifest: &SignedManifest) -> Result<Agreed, ManifestError> {
    Agreed::verify(manifest, &summit())
}

/// The manifest with a text in it exchanged, signed again by everybody.
fn signed_with(from: &str, to: &str) -> SignedManifest {
    let text = String::from_utf8(proposed().payload.0).unwrap();
    assert!(text.contains(from), "{text}");
    let payload = Bytes(text.replace(from, to).into_bytes());
    let by = |id: &&str| PartySignature {
        party: party(id),
        signature: seal::signed::sign(seal::signed::Domain::Manifest, &payload, &root(id)),
    };
    SignedManifest { signatures: PARTIES.iter().map(by).collect(), payload }
}

#[test]
fn all_signed() {
    let agreed = verify(&signed()).unwrap();
    assert_eq!(agreed.plan(), &plan());
    assert_eq!(agreed.parties().iter().map(|(party, _)| party.as_str()).collect::<Vec<_>>(), PARTIES);
    assert_eq!(agreed.hash(), &hash(&proposed()), "signatures do not change what is agreed");
    assert_eq!(agreed.summit_code(), summit_code(&proposed()));
    assert_eq!(agreed.summit_code().len(), 35);
}

#[test]
fn a_signature_is_missing() {
    for missing in PARTIES {
        let mut manifest = signed();
        manifest.signatures.retain(|signature| signature.party != party(missing));
        assert_eq!(verify(&manifest), Err(ManifestError::Incomplete(party(missing))));
    }
    assert_eq!(verify(&proposed()).unwrap_err().code(), "manifest.incomplete");
}

#[test]
fn a_signature_is_under_another_plan() {
    let mut other = signed();
    let renamed = signed_with("\"en\":\"Talks\"", "\"en\":\"Walks\"");
    assert!(verify(&renamed).is_ok(), "it would do by itself");
    other.signatures[1] = renamed.signatures[1].clone();
    assert_eq!(verify(&other), Err(ManifestError::Signature(party("vesland"))));
    let forged = SignedManifest { payload: renamed.payload, signatures: signed().signatures };
    assert_eq!(verify(&forged).unwrap_err().code(), "manifest.signature");
}

#[test]
fn two_keys_are_swapped() {
    let mut manifest = signed();
    manifest.signatures[0].party = party("vesland");
    manifest.signatures[1].party = party("meridia");
    assert_eq!(verify(&manifest).unwrap_err().code(), "manifest.signature");
    assert_eq!(
        sign(&proposed(), &party("meridia"), &root("vesland")),
        Err(ManifestError::Signature(party("meridia"))),
        "nor can it be signed so"
    );
    let roots = BTreeMap::from([
        (party("meridia"), root("vesland").public()),
        (party("vesland"), root("meridia").public()),
        (party("secretariat"), root("secretariat").public()),
    ]);
    let swapped = Manifest::new(summit(), plan(), &roots, None, NOW).unwrap().propose();
    assert_ne!(summit_code(&swapped), summit_code(&proposed()), "the sides would read different codes");
}

#[test]
fn a_party_signs_twice_or_nobody_knows_it() {
    let mut manifest = signed();
    manifest.signatures.push(manifest.signatures[0].clone());
    assert_eq!(verify(&manifest).unwrap_err().code(), "manifest.signature");
    let mut manifest = signed();
    manifest.signatures[0].party = party("nowhere");
    assert_eq!(verify(&manifest).unwrap_err().code(), "manifest.signature");
}

#[test]
fn it_is_of_another_summit() {
    let other = SummitId::new("other").unwrap();
    assert_eq!(Agreed::verify(&signed(), &other), Err(ManifestError::OtherSummit));
}

#[test]
fn it_breaks_a_rule_of_its_own_whoever_signed() {
    let two = format!("\"root\":\"{}\"", root("vesland").public());
    let one = format!("\"root\":\"{}\"", root("meridia").public());
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("\"suite\":1", "\"suite\":2"),
        ("\"quorum\":2", "\"quorum\":1"),
        ("\"client\":null,", ""),
        ("\"client\":null", "\"client\":\"abc\""),
        ("\"own_party\"", "\"anybody\""),
        (",{\"id\":\"secretariat\"", ",{\"id\":\"nowhere\""),
        (two.as_str(), one.as_str()),
        ("\"parties\":[{\"id\":\"meridia\"", "\"parties\":[{\"id\":\"merida\""),
        ("\"principal\"", "\"adviser\""),
    ] {
        assert_eq!(verify(&signed_with(from, to)).unwrap_err().code(), "manifest.malformed", "{from} -> {to}");
    }
    let more = signed_with("{\"v\":1", "{\"more\":true,\"v\":1");
    assert!(verify(&more).is_ok(), "unknown fields are ignored");
}

#[test]
fn every_party_needs_a_key() {
    let roots = BTreeMap::from([(party("meridia"), root("meridia").public())]);
    assert_eq!(Manifest::new(summit(), plan(), &roots, None, NOW).unwrap_err().code(), "manifest.malformed");
}
