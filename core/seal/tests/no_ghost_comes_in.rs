//! Somebody who is not admitted, by every way there is into a group; each is refused with its own code, and the group goes
//! on as if nothing had been.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use common::mallory::{Mallory, betrayed, turncoat};
use common::*;
use openmls::prelude::{Extensions, OpenMlsProvider as _};
use seal::document::Serial;
use seal::group::{Group, GroupName, Wishes, check_key_package};
use seal::signed::{envelope_from_bytes, envelope_to_bytes};
use seal::{Certificate, Coded as _, Trust};
use wire::{MemberCertificate, Signed};

/// A ghost: its key and identity, what the honest ones believe, and how they refuse it.
struct Ghost {
    mallory: Mallory,
    trust: Trust,
    code: &'static str,
}

const SEED: u8 = 66;

fn ghost(body: &MemberCertificate, by: &str, issuer: Option<Signed>, code: &'static str) -> Ghost {
    let envelope = Certificate::issue(body, &root(by), issuer);
    Ghost { mallory: Mallory::new(key(SEED), envelope_to_bytes(&envelope)), trust: trust(), code }
}

fn of_bytes(identity: &[u8], code: &'static str) -> Ghost {
    Ghost { mallory: Mallory::new(key(SEED), identity.to_vec()), trust: trust(), code }
}

fn registrar_of(of: &str, root_of: &str, hours: i64) -> Signed {
    seal::certificate::appoint(
        summit(),
        party(of),
        root("registrar").public(),
        later(hours - 2),
        later(hours),
        &root(root_of),
    )
}

/// Everybody who may not come in. `fina` is the seat they want; `dora` and `anna` are there already.
fn ghosts() -> Vec<(&'static str, Ghost)> {
    let wanted = || body("fina", SEED);
    let mut revoked = ghost(&wanted(), "vesland", None, "cert.revoked");
    let mut office = seal::registrar::Registrar::with_root(summit(), party("vesland"), root("vesland"));
    revoked.trust.revoke(&office.revoke(&[Serial::try_from(&wanted().serial).unwrap()])).unwrap();
    let other = MemberCertificate { summit: wire::SummitId::new("other").unwrap(), ..wanted() };
    vec![
        ("forged certificate", ghost(&wanted(), "nobody", None, "cert.unknown_root")),
        (
            "unknown delegation",
            ghost(&MemberCertificate { party: party("nowhere"), ..wanted() }, "nobody", None, "cert.unknown_root"),
        ),
        ("cross-delegation signature", ghost(&wanted(), "meridia", None, "cert.unknown_root")),
        (
            "another side's seat",
            ghost(&MemberCertificate { party: party("meridia"), ..wanted() }, "meridia", None, "cert.seat"),
        ),
        (
            "another role",
            ghost(&MemberCertificate { role: wire::Role::Principal, ..wanted() }, "vesland", None, "cert.seat"),
        ),
        ("second leaf of one member", ghost(&body("dora", SEED), "vesland", None, "cert.duplicate_member")),
        ("revoked serial", revoked),
        (
            "expired",
            ghost(&MemberCertificate { exp: later(-1), nbf: later(-2), ..wanted() }, "vesland", None, "cert.expired"),
        ),
        ("not yet", ghost(&MemberCertificate { nbf: later(1), ..wanted() }, "vesland", None, "cert.expired")),
        ("somebody else's certificate", ghost(&body("fina", 77), "vesland", None, "cert.key_mismatch")),
        ("another summit", ghost(&other, "vesland", None, "cert.malformed")),
        ("no certificate", of_bytes(b"fina", "cert.malformed")),
        (
            "registrar of the other side",
            ghost(&wanted(), "registrar", Some(registrar_of("meridia", "meridia", 1)), "cert.unknown_root"),
        ),
        (
            "registrar appointed by the other side",
            ghost(&wanted(), "registrar", Some(registrar_of("vesland", "meridia", 1)), "cert.unknown_root"),
        ),
        (
            "registrar whose time is over",
            ghost(&wanted(), "registrar", Some(registrar_of("vesland", "vesland", -1)), "cert.expired"),
        ),
        (
            "signed past its registrar",
            ghost(&wanted(), "vesland", Some(registrar_of("vesland", "vesland", 1)), "cert.unknown_root"),
        ),
    ]
}

#[test]
fn an_honest_member_is_not_tricked_into_adding_one() {
    for (name, ghost) in ghosts() {
        let (anna, dora) = (person("anna", 11), person("dora", 12));
        let (mut a, _, _) = betrayed(&anna, &turncoat("emil", 13), &dora);
        let before = a.attestation();
        let adds = vec![ghost.mallory.key_package()];
        let checked = check_key_package(&adds[0], &ghost.trust, NOW);
        let refused = a.commit(Wishes { adds, ..Wishes::default() }, &ghost.trust, NOW).unwrap_err();
        assert_eq!(refused.code(), ghost.code, "{name}");
        if ghost.code != "cert.duplicate_member" {
            assert_eq!(checked.unwrap_err().code(), ghost.code, "{name}");
        }
        assert_eq!(a.attestation(), before);
        assert!(!a.has_pending());
        assert!(a.commit(Wishes { update: true, ..Wishes::default() }, &trust(), NOW).is_ok(), "{name}: goes on");
    }
}

#[test]
fn a_malicious_members_commit_that_adds_one_is_refused() {
    for (name, ghost) in ghosts() {
        let (anna, dora) = (person("anna", 11), person("dora", 12));
        let mallory = turncoat("emil", 13);
        let (mut a, mut d, mut theirs) = betrayed(&anna, &mallory, &dora);
        let (commit, _) = mallory.commit(&mut theirs, &[ghost.mallory.key_package()], &[], None);
        for group in [&mut a, &mut d] {
            let before = group.attestation();
            assert_eq!(group.stage(&commit, &ghost.trust, NOW).unwrap_err().code(), ghost.code, "{name}");
            assert_eq!(group.attestation(), before);
        }
        let sealed = a.encrypt(b"{}").unwrap();
        assert_eq!(d.decrypt(&sealed).unwrap().text, b"{}", "{name}: they go on");
    }
}

#[test]
fn who_comes_in_by_an_external_commit_is_refused() {
    for (name, ghost) in ghosts() {
        let (anna, dora) = (person("anna", 11), person("dora", 12));
        let (mut a, mut d, _) = betrayed(&anna, &turncoat("emil", 13), &dora);
        let commit = ghost.mallory.external(&a.group_info().unwrap());
        for group in [&mut a, &mut d] {
            let before = group.attestation();
            assert_eq!(group.stage(&commit, &ghost.trust, NOW).unwrap_err().code(), ghost.code, "{name}");
            assert_eq!(group.attestation(), before);
        }
    }
}

#[test]
fn a_welcome_with_one_inside_is_not_followed() {
    for (name, ghost) in ghosts() {
        let (mallory, bela) = (turncoat("emil", 13), person("bela", 14));
        let dora = person("dora", 12);
        let mut theirs = mallory.create(&GroupName::Plenary.mls_id(&summit()), Extensions::default());
        let adds = [dora.key_package(), ghost.mallory.key_package(), bela.key_package()];
        let (_, welcome) = mallory.commit(&mut theirs, &adds, &[], None);
        let joined =
            Group::join(&bela.device, &bela.identity, GroupName::Plenary, &welcome.unwrap(), &ghost.trust, NOW);
        assert_eq!(joined.unwrap_err().code(), ghost.code, "{name}");
    }
}

#[test]
fn nor_is_a_group_info_with_one_inside() {
    for (name, ghost) in ghosts() {
        let (mallory, bela, dora) = (turncoat("emil", 13), person("bela", 14), person("dora", 12));
        let mut theirs = mallory.create(&GroupName::Plenary.mls_id(&summit()), Extensions::default());
        mallory.commit(&mut theirs, &[dora.key_package(), ghost.mallory.key_package()], &[], None);
        theirs.merge_pending_commit(&mallory.provider).unwrap();
        let info = theirs.export_group_info(mallory.provider.crypto(), &mallory.key, true).unwrap();
        let info = common::mallory::bytes(info);
        let joined = Group::join_external(&bela.device, &bela.identity, GroupName::Plenary, &info, &ghost.trust, NOW);
        assert_eq!(joined.unwrap_err().code(), ghost.code, "{name}");
    }
}

#[test]
fn a_good_certificate_by_a_registrar_comes_in() {
    let envelope =
        Certificate::issue(&body("fina", SEED), &root("registrar"), Some(registrar_of("vesland", "vesland", 1)));
    let mallory = Mallory::new(key(SEED), envelope_to_bytes(&envelope));
    let (anna, dora) = (person("anna", 11), person("dora", 12));
    let (mut a, _, _) = betrayed(&anna, &turncoat("emil", 13), &dora);
    let staged = a.stage(&mallory.external(&a.group_info().unwrap()), &trust(), NOW).unwrap();
    let added = &staged.changes().added[0];
    assert_eq!(added.admitted_by, seal::Admitter::Registrar(root("registrar").public()));
    assert_eq!(envelope_from_bytes(&envelope_to_bytes(&envelope)), Some(envelope));
    a.merge(staged).unwrap();
    assert_eq!(a.members().len(), 4);
}
