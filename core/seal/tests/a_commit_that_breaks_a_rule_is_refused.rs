//! Commits by members in good standing who do what the protocol does not allow, and commits at the wrong time.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use common::mallory::{Mallory, betrayed, bytes, turncoat};
use common::*;
use openmls::prelude::{
    Extension, Extensions, GroupContext, LeafNodeIndex, OpenMlsProvider as _, RequiredCapabilitiesExtension,
};
use seal::group::{Group, GroupName, PROPOSALS_MAX, Wishes};
use seal::{Coded as _, SigningKey};
use wire::MemberCertificate;

fn people() -> (Person, Mallory, Person) {
    (person("anna", 11), turncoat("emil", 13), person("dora", 12))
}

fn code(group: &mut Group, commit: &[u8]) -> &'static str {
    group.stage(commit, &trust(), NOW).unwrap_err().code()
}

#[test]
fn a_member_cannot_take_the_certificate_of_another_seat() {
    let (anna, mallory, dora) = people();
    let (mut a, _, mut theirs) = betrayed(&anna, &mallory, &dora);
    // Vesland certified the turncoat's key for another seat of its own as well.
    let other = Mallory::new(key(13), certificate(&body("fina", 13), &root("vesland")).to_identity());
    let (commit, _) = mallory.commit(&mut theirs, &[], &[], Some(&other.credential));
    assert_eq!(code(&mut a, &commit), "mls.bad_commit");
}

#[test]
fn a_member_may_take_a_newer_certificate_of_its_seat() {
    let (anna, mallory, dora) = people();
    let (mut a, mut d, _) = betrayed(&anna, &mallory, &dora);
    let newer = certificate(&MemberCertificate { exp: later(30), ..body("dora", 12) }, &root("vesland"));
    let renew = Some(d.identity().renewed(newer.clone(), &trust(), NOW).unwrap());
    let commit = d.commit(Wishes { renew, ..Wishes::default() }, &trust(), NOW).unwrap();
    for group in [&mut a, &mut d] {
        let staged = group.stage(&commit.commit, &trust(), NOW).unwrap();
        assert_eq!(staged.changes().changed.len(), 1);
        group.merge(staged).unwrap();
    }
    assert_eq!(d.identity().certificate(), &newer);
    assert_eq!(a.attestation(), d.attestation());
    let other_seat = certificate(&body("fina", 12), &root("vesland"));
    assert_eq!(d.identity().renewed(other_seat, &trust(), NOW).unwrap_err().code(), "cert.seat");
}

#[test]
fn a_commit_has_at_most_64_proposals() {
    let (anna, mallory, dora) = people();
    let (mut a, _, mut theirs) = betrayed(&anna, &mallory, &dora);
    let package = |slot: usize| {
        let mut seed = [200; 32];
        seed[0] = slot as u8;
        let key = SigningKey::from_seed(seed).unwrap();
        let body = MemberCertificate { slot: slot as u32, key: key.public().into(), ..body("fina", 40) };
        Mallory::new(key, certificate(&body, &root("vesland")).to_identity()).key_package()
    };
    let adds: Vec<_> = (0..=PROPOSALS_MAX).map(package).collect();
    let (commit, _) = mallory.commit(&mut theirs, &adds, &[], None);
    assert_eq!(code(&mut a, &commit), "mls.bad_commit");
    let honest = a.commit(Wishes { adds: adds.clone(), ..Wishes::default() }, &trust(), NOW);
    assert_eq!(honest.unwrap_err().code(), "mls.bad_commit");
    theirs.clear_pending_commit(mallory.provider.storage()).unwrap();
    let (commit, _) = mallory.commit(&mut theirs, &adds[..PROPOSALS_MAX], &[], None);
    assert!(a.stage(&commit, &trust(), NOW).is_ok());
}

#[test]
fn the_group_gets_no_extensions() {
    let (anna, mallory, dora) = people();
    let (mut a, _, mut theirs) = betrayed(&anna, &mallory, &dora);
    let required = RequiredCapabilitiesExtension::new(&[], &[], &[]);
    let extensions = Extensions::single(Extension::RequiredCapabilities(required)).unwrap();
    let bundle = theirs
        .commit_builder()
        .propose_group_context_extensions(extensions.clone())
        .unwrap()
        .load_psks(mallory.provider.storage())
        .unwrap()
        .build(mallory.provider.rand(), mallory.provider.crypto(), &mallory.key, |_| true)
        .unwrap()
        .stage_commit(&mallory.provider)
        .unwrap();
    assert_eq!(code(&mut a, &bytes(bundle.into_messages().0)), "mls.bad_commit");
    // Nor does one that somebody is let into have any.
    let (bela, mallory) = (person("bela", 14), turncoat("emil", 13));
    let mut theirs = mallory.create(&GroupName::Plenary.mls_id(&summit()), extensions);
    let (_, welcome) = mallory.commit(&mut theirs, &[bela.key_package()], &[], None);
    let joined = Group::join(&bela.device, &bela.identity, GroupName::Plenary, &welcome.unwrap(), &trust(), NOW);
    assert_eq!(joined.unwrap_err().code(), "mls.welcome_unusable");
}

#[test]
fn a_sides_group_is_of_one_side() {
    let (mallory, fina) = (turncoat("emil", 13), person("fina", 15));
    let name = GroupName::Side(party("vesland"));
    let stranger = turncoat("bela", 14);
    let mut theirs = mallory.create(&name.mls_id(&summit()), Extensions::<GroupContext>::default());
    let (_, welcome) = mallory.commit(&mut theirs, &[fina.key_package(), stranger.key_package()], &[], None);
    let joined = Group::join(&fina.device, &fina.identity, name.clone(), &welcome.unwrap(), &trust(), NOW);
    assert_eq!(joined.unwrap_err().code(), "mls.welcome_unusable");

    theirs.clear_pending_commit(mallory.provider.storage()).unwrap();
    let (_, welcome) = mallory.commit(&mut theirs, &[fina.key_package()], &[], None);
    theirs.merge_pending_commit(&mallory.provider).unwrap();
    let mut f = Group::join(&fina.device, &fina.identity, name, &welcome.unwrap(), &trust(), NOW).unwrap();
    let (commit, _) = mallory.commit(&mut theirs, &[stranger.key_package()], &[], None);
    assert_eq!(code(&mut f, &commit), "mls.bad_commit");
    let alone = stranger.external(&f.group_info().unwrap());
    assert_eq!(code(&mut f, &alone), "mls.bad_commit");
}

#[test]
fn a_welcome_leads_into_the_group_it_is_said_to() {
    let (mallory, bela) = (turncoat("emil", 13), person("bela", 14));
    let mut theirs = mallory.create(&GroupName::Plenary.mls_id(&summit()), Extensions::default());
    let (_, welcome) = mallory.commit(&mut theirs, &[bela.key_package()], &[], None);
    let caucus = GroupName::parse("caucus-1").unwrap();
    let joined = Group::join(&bela.device, &bela.identity, caucus, &welcome.unwrap(), &trust(), NOW);
    assert_eq!(joined.unwrap_err().code(), "mls.welcome_unusable");
}

#[test]
fn a_proposal_alone_is_refused() {
    let (anna, mallory, dora) = people();
    let (mut a, _, mut theirs) = betrayed(&anna, &mallory, &dora);
    let (proposal, _) = theirs.propose_remove_member(&mallory.provider, &mallory.key, LeafNodeIndex::new(1)).unwrap();
    assert_eq!(code(&mut a, &bytes(proposal)), "mls.bad_commit");
    // And a commit to what was refused is one to something unknown.
    let (commit, _) = mallory.commit(&mut theirs, &[], &[], None);
    assert_eq!(code(&mut a, &commit), "mls.bad_commit");
}

#[test]
fn what_is_no_commit_of_this_group_is_refused() {
    let (anna, mallory, dora) = people();
    let (mut a, mut d, _) = betrayed(&anna, &mallory, &dora);
    let other = Group::create(&anna.device, &anna.identity, GroupName::parse("caucus-1").unwrap(), &trust());
    let commit = other.unwrap().commit(Wishes { update: true, ..Wishes::default() }, &trust(), NOW).unwrap();
    let sealed = a.encrypt(b"{}").unwrap();
    for bytes in [&commit.commit[..], &commit.group_info, &sealed, &dora.key_package(), b"", &[0; 300_000]] {
        assert_eq!(code(&mut d, bytes), "mls.bad_commit");
    }
    assert_eq!(d.decrypt(&commit.commit).unwrap_err().code(), "mls.message");
}

#[test]
fn a_replayed_commit_is_of_an_epoch_that_is_over() {
    let (anna, mallory, dora) = people();
    let (mut a, mut d, _) = betrayed(&anna, &mallory, &dora);
    let commit = a.commit(Wishes { update: true, ..Wishes::default() }, &trust(), NOW).unwrap();
    let twice = d.stage(&commit.commit, &trust(), NOW).unwrap();
    let staged = d.stage(&commit.commit, &trust(), NOW).unwrap();
    d.merge(staged).unwrap();
    assert_eq!(code(&mut d, &commit.commit), "mls.epoch_old");
    assert_eq!(d.merge(twice).unwrap_err().code(), "mls.epoch_old", "nor can what was staged be merged later");
}

#[test]
fn a_tampered_commit_is_refused_wherever_it_was_touched() {
    let (anna, mallory, dora) = people();
    let (mut a, mut d, _) = betrayed(&anna, &mallory, &dora);
    let commit = a.commit(Wishes { removes: vec![2], ..Wishes::default() }, &trust(), NOW).unwrap().commit;
    let before = d.attestation();
    for place in 0..commit.len() {
        let mut touched = commit.clone();
        touched[place] ^= 1 << (place % 8);
        let code = code(&mut d, &touched);
        assert!(["mls.bad_commit", "mls.epoch_old"].contains(&code), "byte {place}: {code}");
    }
    for end in 0..commit.len() {
        assert_eq!(code(&mut d, &commit[..end]), "mls.bad_commit");
    }
    assert_eq!(d.attestation(), before);
    assert!(d.stage(&commit, &trust(), NOW).is_ok());
}

#[test]
fn of_two_commits_for_one_epoch_one_wins_everywhere() {
    let (anna, mallory, dora) = people();
    let (mut a, mut d, _) = betrayed(&anna, &mallory, &dora);
    let wishes = || Wishes { update: true, ..Wishes::default() };
    let winner = a.commit(wishes(), &trust(), NOW).unwrap();
    let loser = d.commit(wishes(), &trust(), NOW).unwrap();
    assert_eq!(a.commit(wishes(), &trust(), NOW).unwrap_err().code(), "mls.state", "one at a time");
    for group in [&mut a, &mut d] {
        let staged = group.stage(&winner.commit, &trust(), NOW).unwrap();
        group.merge(staged).unwrap();
        assert!(!group.has_pending());
        assert_eq!(code(group, &loser.commit), "mls.epoch_old");
    }
    assert_eq!(a.attestation(), d.attestation());
    let again = d.commit(wishes(), &trust(), NOW).unwrap();
    let staged = a.stage(&again.commit, &trust(), NOW).unwrap();
    a.merge(staged).unwrap();
    d.clear_pending().unwrap();
    assert_eq!(d.stage_pending().unwrap_err().code(), "mls.state");
}

#[test]
fn a_server_that_tells_two_stories_is_seen() {
    let (anna, mallory, dora) = people();
    let (mut a, mut d, _) = betrayed(&anna, &mallory, &dora);
    let wishes = || Wishes { update: true, ..Wishes::default() };
    a.commit(wishes(), &trust(), NOW).unwrap();
    d.commit(wishes(), &trust(), NOW).unwrap();
    for group in [&mut a, &mut d] {
        let own = group.stage_pending().unwrap();
        group.merge(own).unwrap();
    }
    assert_eq!(a.epoch(), d.epoch());
    assert_ne!(a.attestation().authenticator, d.attestation().authenticator);
    let sealed = a.encrypt(b"{}").unwrap();
    assert_eq!(d.decrypt(&sealed).unwrap_err().code(), "mls.message");
    assert_ne!(a.export_base_key().unwrap(), d.export_base_key().unwrap());
}

#[test]
fn who_was_removed_is_read_no_more() {
    let (anna, mallory, dora) = people();
    let (mut a, mut d, mut theirs) = betrayed(&anna, &mallory, &dora);
    let text = [b"{}".as_slice(), &[0; 254]].concat();
    let early = bytes(theirs.create_message(&mallory.provider, &mallory.key, &text).unwrap());
    let late = bytes(theirs.create_message(&mallory.provider, &mallory.key, &text).unwrap());
    let unpadded = bytes(theirs.create_message(&mallory.provider, &mallory.key, b"{}").unwrap());
    assert_eq!(d.decrypt(&early).unwrap().text, b"{}");
    assert_eq!(d.decrypt(&unpadded).unwrap_err().code(), "mls.message");
    let from_anna = a.encrypt(b"{}").unwrap();
    let commit = a.commit(Wishes { removes: vec![2], ..Wishes::default() }, &trust(), NOW).unwrap();
    let staged = d.stage(&commit.commit, &trust(), NOW).unwrap();
    d.merge(staged).unwrap();
    assert_eq!(d.decrypt(&late).unwrap_err().code(), "mls.epoch_old");
    let received = d.decrypt(&from_anna).unwrap();
    assert_eq!((received.epoch, received.member.seat), (1, seat("anna")), "what the others sent before still comes in");
}
