//! From the invitation to the certificate, and back.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use common::*;
use seal::Coded as _;
use seal::document::Fixed;
use seal::error::RegistrarError;
use seal::invitation::{self, Secret};
use seal::registrar::{Invited, Registrar};
use wire::{Denied, Envelope};

fn invite(office: &mut Registrar, who: &str) -> Invited {
    office.invite(&plan(), &seat(who), later(-1), later(5), &mut counting(7)).unwrap()
}

#[test]
fn who_was_invited_is_certified_and_admitted() {
    let mut office = registrar("meridia");
    let Invited { secret, jti, invitation } = invite(&mut office, "bela");
    let read = invitation::check(&invitation, &agreed(), NOW).unwrap();
    assert_eq!((read.seat, read.jti), (seat("bela"), jti.into()));
    let request = secret.request(jti, key(21).public());
    let envelope = office.answer(&request, NOW, &mut counting(50)).unwrap();
    let member = trust().check(&common::read(envelope), &key(21).public(), NOW).unwrap();
    assert_eq!((member.seat, member.admitted_by), (seat("bela"), seal::Admitter::Registrar(office.public())));
}

#[test]
fn the_same_key_again_gets_the_same_and_another_is_refused() {
    let mut office = registrar("meridia");
    let Invited { secret, jti, .. } = invite(&mut office, "bela");
    let request = secret.request(jti, key(21).public());
    let first = office.answer(&request, NOW, &mut counting(50)).unwrap();
    assert_eq!(office.answer(&request, NOW, &mut counting(90)).unwrap(), first);
    let other = secret.request(jti, key(22).public());
    assert_eq!(office.answer(&other, NOW, &mut counting(50)), Err(Denied::Used));
}

#[test]
fn what_is_kept_is_enough_to_go_on() {
    let mut office = registrar("meridia");
    let Invited { secret, jti, .. } = invite(&mut office, "bela");
    let request = secret.request(jti, key(21).public());
    let first = office.answer(&request, NOW, &mut counting(50)).unwrap();
    office.revoke(&[Fixed([1; 16])]);
    let kept = serde_json::to_string(office.state()).unwrap();
    let mut again = Registrar::restore(key(107), serde_json::from_str(&kept).unwrap());
    assert_eq!(again.state(), office.state());
    assert_eq!(again.answer(&request, NOW, &mut counting(90)).unwrap(), first);
}

#[test]
fn a_wrong_proof_is_refused_before_anything_is_told() {
    let mut office = registrar("meridia");
    let Invited { secret, jti, .. } = invite(&mut office, "bela");
    let stranger = Secret::parse("abcdefghijklmnopqrstuvwxyz-_0189").unwrap();
    let wrong = stranger.request(jti, key(21).public());
    assert_eq!(office.answer(&wrong, NOW, &mut counting(50)), Err(Denied::Proof));
    // The proof is of one key: who sees the request cannot have another one certified.
    let mut stolen = secret.request(jti, key(21).public());
    stolen.key = key(22).public().into();
    assert_eq!(office.answer(&stolen, NOW, &mut counting(50)).unwrap_err().code(), "cert.denied.proof");
    let unknown = secret.request(Fixed([9; 16]), key(21).public());
    assert_eq!(office.answer(&unknown, NOW, &mut counting(50)), Err(Denied::Unknown));
    let mut short = secret.request(jti, key(21).public());
    short.key.0.pop();
    assert_eq!(office.answer(&short, NOW, &mut counting(50)), Err(Denied::Malformed));
}

#[test]
fn an_invitation_has_its_time() {
    let mut office = registrar("meridia");
    let Invited { secret, jti, invitation } = invite(&mut office, "bela");
    let request = secret.request(jti, key(21).public());
    for hours in [-2, 6] {
        assert_eq!(office.answer(&request, later(hours), &mut counting(50)), Err(Denied::Expired));
        assert_eq!(invitation::check(&invitation, &agreed(), later(hours)).unwrap_err().code(), "cert.expired");
    }
    let almost = wire::WallTime(later(5).0 + 5 * 60 * 1000);
    assert!(office.answer(&request, almost, &mut counting(50)).is_ok(), "five minutes are given");
}

#[test]
fn what_was_withdrawn_or_revoked_is_answered_no_more() {
    let mut office = registrar("meridia");
    let Invited { secret, jti, .. } = invite(&mut office, "bela");
    let request = secret.request(jti, key(21).public());
    let certificate = common::read(office.answer(&request, NOW, &mut counting(50)).unwrap());
    let serial = *certificate.serial();
    let mut trust = trust();
    assert!(trust.check(&certificate, &key(21).public(), NOW).is_ok());
    let list = office.revoke(&[serial]);
    trust.revoke(&list).unwrap();
    assert_eq!(trust.check(&certificate, &key(21).public(), NOW).unwrap_err().code(), "cert.revoked");
    assert_eq!(office.answer(&request, NOW, &mut counting(50)), Err(Denied::Revoked));

    let mut office = registrar("meridia");
    let Invited { secret, jti, .. } = invite(&mut office, "cleo");
    assert_eq!(office.withdraw(&jti), None);
    let request = secret.request(jti, key(21).public());
    assert_eq!(office.answer(&request, NOW, &mut counting(50)).unwrap_err().code(), "cert.denied.revoked");
}

#[test]
fn a_party_invites_to_its_own_seats() {
    let mut office = registrar("meridia");
    for who in ["dora", "tom", "nobody"] {
        let refused = office.invite(&plan(), &seat(who), later(-1), later(5), &mut counting(7));
        assert_eq!(refused.unwrap_err(), RegistrarError::Seat(seat(who)));
    }
    let mut secretariat = registrar("secretariat");
    assert!(secretariat.invite(&plan(), &seat("tom"), later(-1), later(5), &mut counting(7)).is_ok());
}

#[test]
fn lists_only_grow() {
    let mut office = registrar("meridia");
    let first = office.revoke(&[Fixed([1; 16])]);
    let second = office.revoke(&[Fixed([2; 16]), Fixed([1; 16])]);
    let mut late = trust();
    late.revoke(&second).unwrap();
    assert_eq!(late.revoke(&first).unwrap_err().code(), "revocation.old");
    late.revoke(&second).unwrap();
    assert_eq!(late.revocations().number(&party("meridia")), 2);
    // Another office of the same party that knows nothing of the first.
    let mut other = Registrar::with_root(summit(), party("meridia"), root("meridia"));
    other.revoke(&[]);
    let contradicting = other.revoke(&[Fixed([3; 16])]);
    assert_eq!(late.revoke(&contradicting).unwrap_err().code(), "revocation.contradicts");
    let leaves_out = other.revoke(&[]);
    assert_eq!(late.revoke(&leaves_out).unwrap_err().code(), "revocation.contradicts");
    for serial in [Fixed([1; 16]), Fixed([2; 16])] {
        assert!(late.revocations().contains(&party("meridia"), &serial));
        assert!(!late.revocations().contains(&party("vesland"), &serial));
    }
}

#[test]
fn nobody_revokes_for_another_party() {
    let mut vesland = Registrar::with_root(summit(), party("meridia"), root("vesland"));
    assert_eq!(trust().revoke(&vesland.revoke(&[])).unwrap_err().code(), "revocation.unknown_root");
    let elsewhere = wire::SummitId::new("other").unwrap();
    let mut office = Registrar::with_root(elsewhere, party("meridia"), root("meridia"));
    assert_eq!(trust().revoke(&office.revoke(&[])).unwrap_err().code(), "revocation.malformed");
}

#[test]
fn a_challenge_is_answered_with_the_partys_key() {
    let answer = registrar("meridia").answer_challenge([5; 32]);
    let body = seal::registrar::check_answer(&answer, &agreed(), &[5; 32], NOW).unwrap();
    assert_eq!(body.party, party("meridia"));
    assert_eq!(seal::registrar::check_answer(&answer, &agreed(), &[6; 32], NOW).unwrap_err().code(), "cert.malformed");
    let forged = Envelope { issuer: None, ..answer };
    assert_eq!(
        seal::registrar::check_answer(&forged, &agreed(), &[5; 32], NOW).unwrap_err().code(),
        "cert.unknown_root"
    );
}

#[test]
fn a_registrar_comes_with_a_certificate_for_its_key() {
    let certificate =
        seal::certificate::appoint(summit(), party("meridia"), key(30).public(), later(-1), later(1), &root("meridia"));
    assert_eq!(Registrar::with_certificate(key(31), certificate).unwrap_err(), RegistrarError::Certificate);
}
