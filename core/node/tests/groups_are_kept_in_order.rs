//! The delivery service, seen from outside: one commit an epoch, stored before it is told, and only to whom it concerns.

#![allow(clippy::wildcard_enum_match_arm, reason = "only some messages matter here")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::time::Duration;

use common::devices::{State, certificate, commit, group};
use common::{Hall, refused, seat};
use node::{ConnectionId, Input};
use wire::{Bytes, GroupBody, MLS_BYTES_MAX, Outcome, Refusal, Request, RequestId, ServerMessage};

const SECOND: Duration = Duration::from_secs(1);

/// Both heads and the chair are in the plenary's group, in this order of leaves as it came about.
fn sealed() -> (Hall, ConnectionId, ConnectionId, ConnectionId) {
    let (mut hall, one, two, chair) = Hall::plenary();
    for connection in [one, two, chair] {
        assert_eq!(hall.seal(connection), Some(Outcome::Done));
    }
    hall.run(SECOND);
    assert_eq!(hall.members(one, "plenary"), ["chair", "meridia-head", "vesland-head"]);
    (hall, one, two, chair)
}

/// A message to the plenary.
fn app(epoch: u64, text: &str) -> Request {
    Request::MlsApp { group: group("plenary"), epoch, message: Bytes(text.as_bytes().to_vec()) }
}

/// An aide arrives whom nobody lets in by itself, and everybody is asked at the same time what to do.
fn a_newcomer_and_whose_turn_it_is(hall: &mut Hall) -> (ConnectionId, Vec<ConnectionId>) {
    let members: Vec<ConnectionId> = hall.devices.keys().copied().collect();
    for member in &members {
        hall.device(*member).commits = false;
    }
    let aide = hall.enter("meridia-aide");
    hall.seal(aide);
    // The side is let in, too; only the plenary matters here.
    hall.run(Duration::from_secs(5));
    let wanted = |message: &ServerMessage| {
        matches!(message, ServerMessage::MlsWanted { group: name, add, .. }
            if *name == group("plenary") && add.iter().any(|newcomer| newcomer.seat == seat("meridia-aide")))
    };
    let asked = members.into_iter().filter(|member| hall.sent(*member).iter().any(wanted)).collect();
    (aide, asked)
}

fn letting_in(hall: &Hall, by: ConnectionId, name: &str) -> Request {
    let state: &State = hall.state(by, "plenary").unwrap();
    let added = vec![seat(name)];
    let tree = state.after(&added, &[]);
    let leaf = state.leaf(&hall.names[&by]);
    let tree_bytes = Bytes(serde_json::to_vec(&tree).unwrap());
    Request::MlsCommit {
        group: group("plenary"),
        epoch: state.epoch,
        commit: commit("plenary", state.epoch, leaf, &tree),
        welcome: Some(tree_bytes.clone()),
        group_info: tree_bytes,
        added,
        removed: Vec::new(),
    }
}

fn welcomes(hall: &Hall, connection: ConnectionId) -> usize {
    let plenary = |message: &&ServerMessage| matches!(message, ServerMessage::MlsWelcome { group: name, .. } if *name == group("plenary"));
    hall.sent(connection).iter().filter(plenary).count()
}

#[test]
fn every_log_is_without_gaps_and_everybody_gets_it_in_the_same_order() {
    let (mut hall, one, two, chair) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    for connection in [one, two, chair] {
        hall.news(connection);
    }
    for (connection, text) in [(one, "a"), (two, "b"), (one, "c")] {
        assert_eq!(hall.ask(connection, app(epoch, text)), Some(Outcome::Done));
    }
    let heard = |hall: &Hall, connection| -> Vec<(u64, Vec<u8>)> {
        let apps = hall.sent(connection).iter().filter_map(|message| match message {
            ServerMessage::MlsApp { seq, message, .. } => Some((*seq, message.0.clone())),
            _ => None,
        });
        apps.collect()
    };
    assert_eq!(heard(&hall, one).iter().map(|(_, text)| text[0]).collect::<Vec<_>>(), *b"abc");
    assert_eq!(heard(&hall, one), heard(&hall, two));
    assert_eq!(heard(&hall, one), heard(&hall, chair));
    for name in ["plenary", "side-meridia", "side-secretariat"] {
        let places: Vec<u64> = hall.groups.iter().filter(|e| e.group == group(name)).map(|entry| entry.seq).collect();
        assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn the_first_commit_of_an_epoch_is_taken_and_the_other_one_is_too_late() {
    let (mut hall, ..) = sealed();
    let (aide, asked) = a_newcomer_and_whose_turn_it_is(&mut hall);
    assert!(asked.len() >= 2, "who did not answer lets another one do it");
    let commits = [letting_in(&hall, asked[0], "meridia-aide"), letting_in(&hall, asked[1], "meridia-aide")];
    let [first, second] = commits;
    hall.store_at_once = false;
    assert_eq!(hall.ask(asked[1], second.clone()), None);
    assert_eq!(hall.ask(asked[0], first), refused(Refusal::EpochOver), "while the other one is being stored");
    hall.store(true);
    hall.store_at_once = true;
    hall.run(SECOND);
    assert_eq!(hall.ask(asked[0], second), refused(Refusal::Malformed), "with another member's leaf");
    assert_eq!(welcomes(&hall, aide), 1);
    assert_eq!(hall.members(aide, "plenary").len(), 4);
}

#[test]
fn a_commit_that_nobody_asked_for_or_whose_header_says_otherwise_is_not_taken() {
    let (mut hall, one, ..) = sealed();
    let asked_for_nothing = letting_in(&hall, one, "vesland-aide");
    assert_eq!(hall.ask(one, asked_for_nothing), refused(Refusal::EpochOver));
    let (_, asked) = a_newcomer_and_whose_turn_it_is(&mut hall);
    let (by, state) = (asked[0], hall.state(asked[0], "plenary").unwrap().clone());
    let leaf = state.leaf(&hall.names[&by]);
    let with = |name: &str, epoch, leaf| commit(name, epoch, leaf, &state.tree);
    for commit in [
        with("side-meridia", state.epoch, leaf),
        with("plenary", state.epoch + 1, leaf),
        with("plenary", state.epoch, None),
        with("plenary", state.epoch, Some(99)),
        Bytes(b"no commit at all".to_vec()),
        Bytes(vec![0; MLS_BYTES_MAX + 1]),
    ] {
        let Request::MlsCommit { group, epoch, welcome, group_info, added, removed, .. } =
            letting_in(&hall, by, "meridia-aide")
        else {
            unreachable!()
        };
        let bad = Request::MlsCommit { group, epoch, commit, welcome, group_info, added, removed };
        assert_eq!(hall.ask(by, bad), refused(Refusal::Malformed));
    }
    let good = letting_in(&hall, by, "meridia-aide");
    assert_eq!(hall.ask(by, good), Some(Outcome::Done));
}

#[test]
fn nothing_of_a_group_is_told_or_answered_before_it_is_stored() {
    let (mut hall, one, two, _) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    hall.store_at_once = false;
    hall.news(two);
    assert_eq!(hall.ask_as(one, "note", app(epoch, "a")), None);
    assert_eq!(hall.ask_as(two, "hand", Request::RaiseHand), None);
    assert!(hall.news(two).is_empty());
    hall.store(true);
    hall.store(true);
    let answered = |hall: &Hall, connection, id| hall.outcome(connection, &RequestId::new(id).unwrap());
    assert_eq!(answered(&hall, one, "note"), Some(Outcome::Done));
    assert_eq!(answered(&hall, two, "hand"), Some(Outcome::Done));
    assert!(hall.sent(two).iter().any(|message| matches!(message, ServerMessage::MlsApp { .. })));
}

#[test]
fn what_could_not_be_stored_did_not_happen_in_either_log() {
    let (mut hall, one, two, chair) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    hall.store_at_once = false;
    hall.ask_as(one, "note", app(epoch, "a"));
    hall.ask_as(two, "hand", Request::RaiseHand);
    hall.ask_as(one, "more", app(epoch, "b"));
    hall.news(chair);
    hall.store(false);
    for (connection, id) in [(one, "note"), (two, "hand"), (one, "more")] {
        assert_eq!(hall.outcome(connection, &RequestId::new(id).unwrap()), refused(Refusal::NotRecorded), "{id}");
    }
    assert_eq!(hall.ask(one, app(epoch, "c")), refused(Refusal::NotRecorded), "the store has not answered for all yet");
    hall.store(false);
    hall.store(false);
    hall.store_at_once = true;
    hall.news(one);
    assert_eq!(hall.ask_as(one, "note", app(epoch, "a")), Some(Outcome::Done));
    assert!(!hall.sent(chair).iter().any(|message| matches!(message, ServerMessage::Event { .. })));
    let places: Vec<u64> = hall.groups.iter().filter(|e| e.group == group("plenary")).map(|entry| entry.seq).collect();
    assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>(), "no gap in the log");
}

#[test]
fn a_message_is_taken_once_from_members_only_and_not_of_an_old_epoch() {
    let (mut hall, one, ..) = sealed();
    hall.run(Duration::from_secs(605));
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    assert_eq!(hall.ask_as(one, "note", app(epoch, "a")), Some(Outcome::Done));
    let stored = hall.groups.len();
    assert_eq!(hall.ask_as(one, "note", app(epoch, "a")), Some(Outcome::Done));
    assert_eq!(hall.groups.len(), stored);
    assert_eq!(hall.ask(one, app(epoch + 1, "b")), refused(Refusal::EpochOver));
    assert_eq!(hall.ask(one, app(epoch - 2, "b")), refused(Refusal::EpochOver));
    assert_eq!(hall.ask(one, app(epoch - 1, "b")), Some(Outcome::Done));
    let other = Request::MlsApp { group: group("side-vesland"), epoch: 0, message: Bytes(vec![1]) };
    assert_eq!(hall.ask(one, other), refused(Refusal::NotCalled));
    let watcher = hall.enter("watcher");
    assert_eq!(hall.ask(watcher, app(epoch, "c")), refused(Refusal::NotHere), "it did not say what it holds");
}

#[test]
fn the_way_in_is_for_who_is_let_in_and_for_nobody_else() {
    let (mut hall, one, two, chair) = sealed();
    let aide = hall.enter("vesland-aide");
    for connection in [one, two, chair] {
        hall.news(connection);
    }
    hall.seal(aide);
    hall.run(SECOND);
    assert_eq!([one, two, chair, aide].map(|connection| welcomes(&hall, connection)), [0, 0, 0, 1]);
    assert_eq!(hall.members(one, "plenary").len(), 4);
    let wanted = |message: &&ServerMessage| matches!(message, ServerMessage::MlsWanted { group: name, .. } if *name == group("plenary"));
    let asked = [one, two, chair].map(|connection| hall.sent(connection).iter().filter(wanted).count());
    assert_eq!(asked, [0, 1, 0], "one of its own party");
}

#[test]
fn everybody_switches_when_all_have_applied_it_and_after_a_second_and_a_half_at_the_latest() {
    let (mut hall, one, ..) = sealed();
    let switches = |hall: &Hall| {
        let plenary = |message: &&ServerMessage| matches!(message, ServerMessage::MlsSwitch { group: name, .. } if *name == group("plenary"));
        hall.sent(one).iter().filter(plenary).count()
    };
    let before = switches(&hall);
    let (_, asked) = a_newcomer_and_whose_turn_it_is(&mut hall);
    let commit = letting_in(&hall, asked[0], "meridia-aide");
    hall.ask(asked[0], commit);
    hall.pass(Duration::from_millis(1400));
    assert_eq!(switches(&hall), before, "the devices have not answered");
    hall.pass(Duration::from_millis(200));
    assert_eq!(switches(&hall), before + 1);
}

#[test]
fn a_commit_that_all_refuse_never_was_and_somebody_else_is_asked() {
    let (mut hall, one, two, chair) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    for connection in [one, two, chair] {
        hall.device(connection).accepts = false;
        hall.device(connection).commits = connection == one;
    }
    let aide = hall.enter("meridia-aide");
    hall.seal(aide);
    hall.run(Duration::from_millis(200));
    let void = |hall: &Hall, connection| {
        hall.sent(connection)
            .iter()
            .any(|message| matches!(message, ServerMessage::MlsVoid { group: name, .. } if *name == group("plenary")))
    };
    assert!([one, two, chair].into_iter().all(|connection| void(&hall, connection)));
    assert!(hall.groups.iter().any(|entry| matches!(entry.body, GroupBody::Void { .. })));
    for connection in [one, two, chair] {
        hall.device(connection).accepts = true;
        hall.news(connection);
    }
    hall.run(Duration::from_millis(500));
    let asked: Vec<&ServerMessage> = [one, two, chair]
        .into_iter()
        .flat_map(|connection| hall.sent(connection))
        .filter(|message| matches!(message, ServerMessage::MlsWanted { group: name, .. } if *name == group("plenary")))
        .collect();
    let again =
        |message: &&ServerMessage| matches!(message, ServerMessage::MlsWanted { epoch: of, .. } if *of == Some(epoch));
    assert!(!asked.is_empty() && asked.iter().all(again), "the epoch goes on: {asked:?}");
    let used = |message: &ServerMessage| match message {
        ServerMessage::MlsWanted { add, .. } => add[0].package.0.clone(),
        _ => unreachable!(),
    };
    assert_ne!(used(asked[0]), b"meridia-aide-0", "not with the same package");
}

#[test]
fn a_restart_brings_the_groups_back() {
    let (mut hall, one, two, chair) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    let held: Vec<_> = [one, two, chair].map(|connection| hall.devices.remove(&connection).unwrap()).into();
    hall.ask(two, app(epoch, "while one was away"));
    let mut restarted = Hall::reopen(hall.log, hall.groups);
    for device in held {
        restarted.kept.insert(device.seat, device.groups);
    }
    let [one, two] = ["meridia-head", "vesland-head"].map(|who| restarted.enter(who));
    restarted.seal(one);
    restarted.seal(two);
    restarted.run(SECOND);
    let missed =
        |message: &ServerMessage| matches!(message, ServerMessage::MlsApp { by, .. } if *by == seat("vesland-head"));
    assert!(restarted.sent(one).iter().any(missed));
    let state = restarted.state(one, "plenary").unwrap();
    assert_eq!((state.epoch, state.leaf(&seat("meridia-head"))), (epoch, Some(0)));
    assert_eq!(restarted.ask(one, app(epoch, "on it goes")), Some(Outcome::Done));
    restarted.run(Duration::from_secs(31));
    assert_eq!(restarted.members(one, "plenary"), ["meridia-head", "vesland-head"], "the chair did not come back");
}

#[test]
fn a_device_that_lost_its_state_is_let_in_anew() {
    let (mut hall, one, two, _) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    hall.device(two).groups.clear();
    let resync = Request::MlsResync { group: group("plenary"), package: Bytes(b"fresh".to_vec()) };
    assert_eq!(hall.ask(two, resync), Some(Outcome::Done));
    hall.run(SECOND);
    let state = hall.state(two, "plenary").unwrap();
    assert_eq!(state.epoch, epoch + 1);
    let swap = hall.groups.iter().rev().find_map(|entry| match &entry.body {
        GroupBody::Commit { added, removed, .. } if entry.group == group("plenary") => Some((added, removed)),
        _ => None,
    });
    let both = vec![seat("vesland-head")];
    assert_eq!(swap, Some((&both, &both)));
    assert_eq!(hall.members(one, "plenary").len(), 3);
}

#[test]
fn the_word_to_use_the_keys_that_got_lost_with_a_connection_is_said_again() {
    let (mut hall, one, ..) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    hall.lose(one);
    let one = hall.come_back(one);
    hall.seal(one);
    let switch = |message: &ServerMessage| matches!(message, ServerMessage::MlsSwitch { group: name, epoch: of } if *name == group("plenary") && *of == epoch);
    assert!(hall.sent(one).iter().any(switch), "it knows that epoch, and may not know that it is used");
}

#[test]
fn who_made_a_group_on_a_connection_that_is_gone_does_not_have_it() {
    let (mut hall, one, ..) = Hall::plenary();
    hall.store_at_once = false;
    hall.seal(one);
    hall.lose(one);
    hall.kept.clear();
    let again = hall.come_back(one);
    hall.seal(again);
    hall.store_at_once = true;
    hall.store(true);
    hall.run(SECOND);
    let way_in = |message: &ServerMessage| matches!(message, ServerMessage::MlsGroupInfo { group: name, .. } if *name == group("plenary"));
    assert!(hall.sent(again).iter().any(way_in), "it is brought in as anybody is");
}

#[test]
fn who_is_slow_to_come_in_is_not_let_in_again_and_again() {
    let (mut hall, ..) = sealed();
    let slow = hall.enter("meridia-aide");
    let packages = (0..8).map(|number| Bytes(vec![number])).collect();
    let certificate = certificate(&seat("meridia-aide"), "slow");
    hall.ask(slow, Request::SealResume { certificate, held: Vec::new(), packages });
    hall.run(Duration::from_secs(2));
    assert_eq!(welcomes(&hall, slow), 1, "which it does not answer");
    let next = hall.enter("vesland-aide");
    hall.seal(next);
    hall.run(Duration::from_secs(5));
    assert_eq!(hall.members(next, "plenary").len(), 5);
    assert_eq!(welcomes(&hall, slow), 1);
}

#[test]
fn who_comes_to_an_empty_room_lets_itself_in() {
    let (mut hall, one, two, chair) = sealed();
    for connection in [one, two, chair] {
        hall.tell(Input::Disconnected { connection });
        hall.devices.remove(&connection);
    }
    let aide = hall.enter("meridia-aide");
    hall.seal(aide);
    hall.run(SECOND);
    let offered = hall.sent(aide).iter().any(|message| matches!(message, ServerMessage::MlsGroupInfo { .. }));
    assert!(offered && hall.members(aide, "plenary").contains(&"meridia-aide".to_owned()));
    hall.run(Duration::from_secs(31));
    assert_eq!(hall.members(aide, "plenary"), ["meridia-aide"], "and then lets the others out");
}

#[test]
fn where_nobody_can_let_itself_in_the_group_begins_anew() {
    let (mut hall, one, two, chair) = sealed();
    for connection in [one, two, chair] {
        hall.tell(Input::Disconnected { connection });
        hall.devices.remove(&connection);
    }
    hall.can_join = false;
    let newcomers = ["meridia-aide", "vesland-aide"].map(|who| hall.enter(who));
    for newcomer in newcomers {
        hall.seal(newcomer);
    }
    hall.run(Duration::from_secs(3));
    for newcomer in newcomers {
        assert_eq!(hall.members(newcomer, "plenary"), ["meridia-aide", "vesland-aide"]);
        assert_eq!(hall.state(newcomer, "plenary").unwrap().epoch, 1, "created, then one of the two was let in");
    }
    // Who was a member of the former one holds it in vain, and is let in as anybody is.
    hall.run(Duration::from_secs(21));
    hall.can_join = true;
    let back = hall.enter("meridia-head");
    hall.seal(back);
    hall.run(SECOND);
    assert_eq!(hall.members(back, "plenary"), ["meridia-aide", "meridia-head", "vesland-aide"]);
}

#[test]
fn keys_are_made_anew_every_ten_minutes() {
    let (mut hall, one, ..) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    hall.run(Duration::from_secs(590));
    assert_eq!(hall.state(one, "plenary").unwrap().epoch, epoch);
    hall.run(Duration::from_secs(15));
    assert_eq!(hall.state(one, "plenary").unwrap().epoch, epoch + 1);
}

#[test]
fn two_members_cannot_be_on_one_leaf_and_nobody_takes_anothers() {
    let (mut hall, one, two, _) = sealed();
    let seq = hall.state(one, "plenary").unwrap().seq;
    let claim = |leaf| Request::MlsApplied { group: group("plenary"), seq, leaf };
    let own = hall.state(one, "plenary").unwrap().leaf(&seat("meridia-head")).unwrap();
    assert_eq!(hall.ask(one, claim(own)), Some(Outcome::Done));
    assert_eq!(hall.ask(two, claim(own)), refused(Refusal::Malformed));

    // After a restart nobody has said it yet; whose leaf it must be gets it back.
    let mut restarted = Hall::reopen(hall.log.clone(), hall.groups.clone());
    for (connection, device) in std::mem::take(&mut hall.devices) {
        restarted.kept.insert(hall.names[&connection].clone(), device.groups);
    }
    let [one, two] = ["meridia-head", "vesland-head"].map(|who| restarted.enter(who));
    restarted.seal(one);
    restarted.seal(two);
    assert_eq!(restarted.ask(two, claim(own)), Some(Outcome::Done));
    assert_eq!(restarted.ask(one, claim(own)), Some(Outcome::Done));
    assert_eq!(restarted.ask(two, claim(own)), refused(Refusal::Malformed));
}
