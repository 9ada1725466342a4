//! Groups of honest members: coming, going, renewing, writing, and what they compare.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use common::*;
use seal::Coded as _;
use seal::group::{Group, GroupName, Wishes};

fn create(person: &Person) -> Group {
    Group::create(&person.device, &person.identity, GroupName::Plenary, &trust()).unwrap()
}

fn join(person: &Person, welcome: &[u8]) -> Group {
    Group::join(&person.device, &person.identity, GroupName::Plenary, welcome, &trust(), NOW).unwrap()
}

/// The first of the groups commits, all of them apply.
fn commit(groups: &mut [&mut Group], wishes: Wishes) -> seal::group::Commit {
    let commit = groups[0].commit(wishes, &trust(), NOW).unwrap();
    for group in groups {
        let staged = group.stage(&commit.commit, &trust(), NOW).unwrap();
        assert_eq!(staged.epoch(), commit.epoch);
        group.merge(staged).unwrap();
    }
    commit
}

fn assert_together(groups: &[&Group]) {
    for pair in groups.windows(2) {
        assert_eq!(pair[0].epoch(), pair[1].epoch());
        assert_eq!(pair[0].epoch_authenticator(), pair[1].epoch_authenticator());
        assert_eq!(pair[0].attestation(), pair[1].attestation());
        assert_eq!(pair[0].members(), pair[1].members());
        assert_eq!(pair[0].export_base_key().unwrap(), pair[1].export_base_key().unwrap());
    }
}

#[test]
fn two_sides_come_in_and_write() {
    let (anna, dora, emil) = (person("anna", 11), person("dora", 12), person("emil", 13));
    let mut a = create(&anna);
    let adds = vec![dora.key_package(), emil.key_package()];
    let first = commit(&mut [&mut a], Wishes { adds, ..Wishes::default() });
    let welcome = first.welcome.unwrap();
    let (mut d, mut e) = (join(&dora, &welcome), join(&emil, &welcome));
    assert_together(&[&a, &d, &e]);
    assert_eq!(d.members().values().map(|member| member.seat.as_str()).collect::<Vec<_>>(), ["anna", "dora", "emil"]);
    assert_eq!([&a, &d, &e].map(|group| group.turn()), [0, 0, 1], "the lower leaf of a party speaks first");

    let sealed = d.encrypt(br#"{"type":"chat"}"#).unwrap();
    for group in [&mut a, &mut e] {
        let received = group.decrypt(&sealed).unwrap();
        assert_eq!((received.leaf, received.member.seat.as_str()), (1, "dora"));
        assert_eq!(received.text, br#"{"type":"chat"}"#);
    }
    assert_eq!(a.decrypt(&sealed).unwrap_err().code(), "mls.message", "nothing is opened twice");

    let before = e.attestation();
    commit(&mut [&mut e, &mut a, &mut d], Wishes { update: true, ..Wishes::default() });
    assert_together(&[&a, &d, &e]);
    assert_ne!(before, e.attestation());

    commit(&mut [&mut d, &mut a, &mut e], Wishes { removes: vec![2], ..Wishes::default() });
    assert_together(&[&a, &d]);
    assert!(!e.is_active());
    assert_eq!(e.encrypt(b"{}").unwrap_err().code(), "mls.state");
}

#[test]
fn who_lost_the_group_comes_back_alone_on_one_leaf() {
    let (anna, dora) = (person("anna", 11), person("dora", 12));
    let mut a = create(&anna);
    let first = commit(&mut [&mut a], Wishes { adds: vec![dora.key_package()], ..Wishes::default() });
    let lost = join(&dora, &first.welcome.unwrap());
    drop(lost);
    let info = a.group_info().unwrap();
    let (mut d, commit) =
        Group::join_external(&dora.device, &dora.identity, GroupName::Plenary, &info, &trust(), NOW).unwrap();
    let staged = a.stage(&commit.commit, &trust(), NOW).unwrap();
    assert_eq!(staged.author(), None);
    assert_eq!((staged.changes().added.len(), staged.changes().removed.len()), (1, 1));
    a.merge(staged).unwrap();
    assert_together(&[&a, &d]);
    assert_eq!(a.members().len(), 2);
    let sealed = d.encrypt(b"{}").unwrap();
    assert_eq!(a.decrypt(&sealed).unwrap().text, b"{}");
    // And by the information that went with that commit, a third one, who was never there.
    let emil = person("emil", 13);
    let (e, commit) =
        Group::join_external(&emil.device, &emil.identity, GroupName::Plenary, &commit.group_info, &trust(), NOW)
            .unwrap();
    for group in [&mut a, &mut d] {
        let staged = group.stage(&commit.commit, &trust(), NOW).unwrap();
        group.merge(staged).unwrap();
    }
    assert_together(&[&a, &d, &e]);
}
