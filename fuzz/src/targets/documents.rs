//! What is signed, by a party that signs anything: manifests, certificates, invitations, revocation lists, answers to a
//! challenge; and what a link, an envelope or a request for a certificate may be instead. The first byte says which.

use std::sync::OnceLock;

use seal::invitation::{self, Secret};
use seal::registrar::{Registrar, check_answer};
use seal::signed::{Domain, envelope_from_bytes, envelope_to_bytes, sign};
use seal::{Agreed, Certificate, GroupName, Trust};
use wire::{Bytes, CertificateRequest, Envelope, PartySignature, SignedManifest};

use crate::summit::{self, NOW};

pub(super) fn run(bytes: &[u8]) {
    static TRUST: OnceLock<Trust> = OnceLock::new();
    let trust = TRUST.get_or_init(summit::trust);
    let Some((kind, payload)) = bytes.split_first() else { return };
    match kind {
        b'm' => manifest(payload),
        b'c' => certificate(Certificate::read(by_party(Domain::MemberCertificate, payload)).ok(), trust),
        b'd' => certificate(Certificate::from_identity(payload).ok(), trust),
        b'i' => drop(invitation::check(&by_party(Domain::Invitation, payload), trust.agreed(), NOW)),
        b'l' => drop(trust.clone().revoke(&by_party(Domain::Revocation, payload))),
        b'a' => drop(check_answer(&by_party(Domain::PartyAuth, payload), trust.agreed(), &[7; 32], NOW)),
        b'r' => request(payload),
        b'e' => envelope(payload),
        b's' => link(payload),
        _ => {}
    }
}

fn by_party(domain: Domain, payload: &[u8]) -> Envelope {
    let payload = Bytes::from(payload);
    let signature = sign(domain, &payload, &summit::root());
    Envelope { payload, signature, issuer: None }
}

fn manifest(payload: &[u8]) {
    let payload = Bytes::from(payload);
    let signature = sign(Domain::Manifest, &payload, &summit::root());
    let signatures = vec![PartySignature { party: summit::party(), signature }];
    // One party alone is no summit: it is never agreed.
    assert!(Agreed::verify(&SignedManifest { payload, signatures }, &summit::summit()).is_err());
}

fn certificate(certificate: Option<Certificate>, trust: &Trust) {
    let Some(certificate) = certificate else { return };
    let again = Certificate::from_identity(&certificate.to_identity()).expect("what was read can be read again");
    assert_eq!(again.body(), certificate.body());
    drop(certificate.check(trust.agreed(), trust.revocations(), certificate.key(), NOW));
}

fn request(payload: &[u8]) {
    let Ok(request) = serde_json::from_slice::<CertificateRequest>(payload) else { return };
    let mut registrar = Registrar::with_root(summit::summit(), summit::party(), summit::root());
    let answer = registrar.answer(&request, NOW, &mut |bytes: &mut [u8]| bytes.fill(0));
    assert!(answer.is_err(), "nobody was invited");
}

fn envelope(bytes: &[u8]) {
    let Some(envelope) = envelope_from_bytes(bytes) else { return };
    assert_eq!(envelope_from_bytes(&envelope_to_bytes(&envelope)), Some(envelope));
}

/// The parts of a personal link, and the name of a group.
fn link(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(secret) = Secret::parse(text) {
        assert_eq!(secret.reveal(), text);
        assert_eq!(secret.access().len(), text.len());
    }
    if let Some(name) = GroupName::parse(text) {
        assert!(name.mls_id(&summit::summit()).ends_with(text.as_bytes()), "{text}");
    }
}
