//! `openmls`, as this crate uses it, and `mls-rs`, as anybody would: mixed groups go the same way, whoever does what.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;
#[path = "../examples/interop/credulous.rs"]
mod credulous;

use common::*;
use credulous::client;
use mls_rs::client_builder::MlsConfig;
use mls_rs::group::ReceivedMessage;
use mls_rs::{Client, MlsMessage};
use seal::Coded as _;
use seal::group::{Group, GroupName, Wishes};

/// Somebody on one of the two sides of the comparison, outside of any group.
enum Somebody<C> {
    Ours(Box<Person>),
    Theirs(Client<C>),
}

/// The same inside the group.
enum Voice<C: MlsConfig> {
    Ours(Box<Group>),
    Theirs(Box<mls_rs::Group<C>>),
}

struct Committed {
    commit: Vec<u8>,
    welcome: Option<Vec<u8>>,
    info: Vec<u8>,
}

fn somebody(ours: bool, id: &str, seed: u8) -> Somebody<impl MlsConfig + use<>> {
    if ours {
        Somebody::Ours(Box::new(person(id, seed)))
    } else {
        Somebody::Theirs(client(&key(seed), good_certificate(id, seed).to_identity()))
    }
}

fn message(bytes: &[u8]) -> MlsMessage {
    MlsMessage::from_bytes(bytes).unwrap()
}

impl<C: MlsConfig> Somebody<C> {
    fn key_package(&self) -> Vec<u8> {
        match self {
            Self::Ours(person) => person.key_package(),
            Self::Theirs(client) => {
                let package = client.generate_key_package_message(Default::default(), Default::default(), None);
                package.unwrap().to_bytes().unwrap()
            }
        }
    }

    fn create(&self) -> Voice<C> {
        match self {
            Self::Ours(person) => {
                let Person { device, identity } = person.as_ref();
                Voice::Ours(Box::new(Group::create(device, identity, GroupName::Plenary, &trust()).unwrap()))
            }
            Self::Theirs(client) => {
                let id = GroupName::Plenary.mls_id(&summit());
                Voice::Theirs(Box::new(client.group_builder().unwrap().with_group_id(id).build().unwrap()))
            }
        }
    }

    fn join(&self, welcome: &[u8]) -> Voice<C> {
        match self {
            Self::Ours(person) => {
                let Person { device, identity } = person.as_ref();
                let group = Group::join(device, identity, GroupName::Plenary, welcome, &trust(), NOW);
                Voice::Ours(Box::new(group.unwrap()))
            }
            Self::Theirs(client) => {
                Voice::Theirs(Box::new(client.join_group(None, &message(welcome), None).unwrap().0))
            }
        }
    }

    /// Joins by itself; `former` is the own leaf that goes.
    fn external(&self, info: &[u8], former: Option<u32>) -> (Voice<C>, Vec<u8>) {
        match self {
            Self::Ours(person) => {
                let Person { device, identity } = person.as_ref();
                let (group, commit) =
                    Group::join_external(device, identity, GroupName::Plenary, info, &trust(), NOW).unwrap();
                (Voice::Ours(Box::new(group)), commit.commit)
            }
            Self::Theirs(client) => {
                let mut builder = client.external_commit_builder().unwrap();
                if let Some(leaf) = former {
                    builder = builder.with_removal(leaf);
                }
                let (group, commit) = builder.build(message(info)).unwrap();
                (Voice::Theirs(Box::new(group)), commit.to_bytes().unwrap())
            }
        }
    }
}

impl<C: MlsConfig> Voice<C> {
    fn commit(&mut self, adds: &[Vec<u8>], removes: &[u32]) -> Committed {
        match self {
            Self::Ours(group) => {
                let wishes = Wishes { adds: adds.to_vec(), removes: removes.to_vec(), update: true, renew: None };
                let commit = group.commit(wishes, &trust(), NOW).unwrap();
                Committed { commit: commit.commit, welcome: commit.welcome, info: commit.group_info }
            }
            Self::Theirs(group) => {
                let mut builder = group.commit_builder();
                for leaf in removes {
                    builder = builder.remove_member(*leaf).unwrap();
                }
                for package in adds {
                    builder = builder.add_member(message(package)).unwrap();
                }
                let output = builder.build().unwrap();
                Committed {
                    commit: output.commit_message.to_bytes().unwrap(),
                    welcome: output.welcome_messages.first().map(|welcome| welcome.to_bytes().unwrap()),
                    info: output.external_commit_group_info.unwrap().to_bytes().unwrap(),
                }
            }
        }
    }

    fn apply(&mut self, commit: &[u8]) {
        match self {
            Self::Ours(group) => {
                let staged = group.stage(commit, &trust(), NOW).unwrap();
                group.merge(staged).unwrap();
            }
            Self::Theirs(group) => {
                assert!(matches!(group.process_incoming_message(message(commit)).unwrap(), ReceivedMessage::Commit(_)));
            }
        }
    }

    fn leaf(&self) -> u32 {
        match self {
            Self::Ours(group) => group.own_leaf(),
            Self::Theirs(group) => group.current_member_index(),
        }
    }

    /// Epoch, authenticator, base key of the media, and another exported secret.
    fn state(&self) -> (u64, Vec<u8>, Vec<u8>) {
        match self {
            Self::Ours(group) => {
                let exported = group.export::<16>("SFrame 1.0 Base Key", b"").unwrap();
                let other = group.export::<32>("other", b"context").unwrap();
                (group.epoch(), group.epoch_authenticator().to_vec(), [exported.as_slice(), &other].concat())
            }
            Self::Theirs(group) => {
                let exported = group.export_secret(b"SFrame 1.0 Base Key", b"", 16).unwrap();
                let other = group.export_secret(b"other", b"context", 32).unwrap();
                let authenticator = group.epoch_authenticator().unwrap();
                (group.current_epoch(), authenticator.to_vec(), [exported.as_bytes(), other.as_bytes()].concat())
            }
        }
    }

    fn encrypt(&mut self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Ours(group) => group.encrypt(text).unwrap(),
            Self::Theirs(group) => {
                let mut padded = text.to_vec();
                padded.resize(256, 0);
                group.encrypt_application_message(&padded, Vec::new()).unwrap().to_bytes().unwrap()
            }
        }
    }

    fn decrypt(&mut self, sealed: &[u8]) -> Vec<u8> {
        match self {
            Self::Ours(group) => group.decrypt(sealed).unwrap().text,
            Self::Theirs(group) => {
                let received = group.process_incoming_message(message(sealed)).unwrap();
                let ReceivedMessage::ApplicationMessage(received) = received else { panic!("something else came") };
                assert_eq!(received.data().len(), 256);
                received.data().split(|byte| *byte == 0).next().unwrap().to_vec()
            }
        }
    }
}

/// They agree, and understand one another.
fn assert_together<C: MlsConfig>(voices: &mut [Voice<C>]) {
    let state = voices[0].state();
    for voice in voices.iter() {
        assert_eq!(voice.state(), state);
    }
    for writer in 0..voices.len() {
        let text = format!("{{\"writer\":{writer}}}");
        let sealed = voices[writer].encrypt(text.as_bytes());
        for (reader, voice) in voices.iter_mut().enumerate() {
            if reader != writer {
                assert_eq!(voice.decrypt(&sealed), text.as_bytes());
            }
        }
    }
}

/// One of them commits, all of them apply.
fn everybody<C: MlsConfig>(voices: &mut [Voice<C>], author: usize, adds: &[Vec<u8>], removes: &[u32]) -> Committed {
    let committed = voices[author].commit(adds, removes);
    for voice in voices.iter_mut() {
        voice.apply(&committed.commit);
    }
    committed
}

/// The whole life of a group, with `ours` saying who of the seven is on which side of the comparison.
fn life(ours: impl Fn(usize) -> bool) {
    let seats = ["anna", "dora", "bela", "emil", "cleo", "fina", "tom"];
    let people: Vec<_> =
        seats.iter().enumerate().map(|(place, id)| somebody(ours(place), id, 11 + place as u8)).collect();
    let mut voices = vec![people[0].create()];

    let adds = [people[1].key_package(), people[2].key_package()];
    let welcome = everybody(&mut voices, 0, &adds, &[]).welcome.unwrap();
    voices.push(people[1].join(&welcome));
    voices.push(people[2].join(&welcome));
    assert_together(&mut voices);

    let welcome = everybody(&mut voices, 1, &[people[3].key_package()], &[]).welcome.unwrap();
    voices.push(people[3].join(&welcome));
    assert_together(&mut voices);

    for author in [2, 3, 0, 1] {
        everybody(&mut voices, author, &[], &[]);
        assert_together(&mut voices);
    }

    // A swap: the same seat with another key, out and in in one commit. By each of the two implementations.
    for (author, seed) in [(0, 40), (1, 41)] {
        let gone = voices.pop().unwrap();
        let fresh = somebody(ours(3), seats[3], seed);
        let welcome = everybody(&mut voices, author, &[fresh.key_package()], &[gone.leaf()]).welcome.unwrap();
        voices.push(fresh.join(&welcome));
        assert_together(&mut voices);
    }

    // Alone, by what another one's last commit published; then back again, each by each implementation's information.
    for (newcomer, author) in [(4, 0), (5, 1)] {
        let info = everybody(&mut voices, author, &[], &[]).info;
        let (voice, commit) = people[newcomer].external(&info, None);
        for voice in &mut voices {
            voice.apply(&commit);
        }
        voices.push(voice);
        assert_together(&mut voices);
        for author in [0, 1] {
            let info = everybody(&mut voices, author, &[], &[]).info;
            let lost = voices.pop().unwrap().leaf();
            let (voice, commit) = people[newcomer].external(&info, Some(lost));
            for voice in &mut voices {
                voice.apply(&commit);
            }
            voices.push(voice);
            assert_together(&mut voices);
        }
    }

    for author in [1, 0] {
        let gone = voices.pop().unwrap().leaf();
        everybody(&mut voices, author, &[], &[gone]);
        assert_together(&mut voices);
    }
    assert_eq!(voices.len(), 4);
    let welcome = everybody(&mut voices, 3, &[people[6].key_package()], &[0]).welcome;
    drop(voices.remove(0));
    voices.push(people[6].join(&welcome.unwrap()));
    assert_together(&mut voices);
}

#[test]
fn in_groups_that_this_crate_begins() {
    life(|place| place % 2 == 0);
}

#[test]
fn in_groups_that_the_other_begins() {
    life(|place| place % 2 == 1);
}

#[test]
fn where_one_of_ours_is_among_others() {
    life(|place| place == 1);
}

#[test]
fn where_one_other_is_among_ours() {
    life(|place| place != 1);
}

/// `openmls` makes no external commit that removes somebody else; the other one does when it believes everybody.
#[test]
fn who_comes_in_alone_removes_nobody_else() {
    let (anna, dora) = (person("anna", 11), person("dora", 12));
    let mut a = Group::create(&anna.device, &anna.identity, GroupName::Plenary, &trust()).unwrap();
    let adds = vec![dora.key_package()];
    let commit = a.commit(Wishes { adds, ..Wishes::default() }, &trust(), NOW).unwrap();
    let own = a.stage_pending().unwrap();
    a.merge(own).unwrap();
    let emil = client(&key(13), good_certificate("emil", 13).to_identity());
    let builder = emil.external_commit_builder().unwrap().with_removal(1);
    let (_, alone) = builder.build(message(&commit.group_info)).unwrap();
    let refused = a.stage(&alone.to_bytes().unwrap(), &trust(), NOW).unwrap_err();
    assert_eq!(refused.code(), "mls.bad_commit");
    // Nor with a new key and certificate for its own seat while the former leaf stays.
    let dora_again = client(&key(14), good_certificate("dora", 14).to_identity());
    let (_, alone) = dora_again.commit_external(message(&commit.group_info)).unwrap();
    let refused = a.stage(&alone.to_bytes().unwrap(), &trust(), NOW).unwrap_err();
    assert_eq!(refused.code(), "cert.duplicate_member");
    // But with it.
    let builder = dora_again.external_commit_builder().unwrap().with_removal(1);
    let (_, alone) = builder.build(message(&commit.group_info)).unwrap();
    assert!(a.stage(&alone.to_bytes().unwrap(), &trust(), NOW).is_ok());
}
