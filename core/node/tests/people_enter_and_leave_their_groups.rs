//! Who is in which group: it follows from the meeting, and from who is here.

#![allow(clippy::wildcard_enum_match_arm, reason = "only some messages matter here")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::time::Duration;

use common::calls::{ALL, Calls, address};
use common::devices::{certificate, envelope, group};
use common::{Hall, plan_of, refused, seat, summit};
use node::{ConnectionId, Input, InvitationId};
use wire::{
    Bytes, CertificateRequest, DelegationId, Denied, GroupView, Outcome, PartyReply, Refusal, Request, ServerMessage,
    SourceKind,
};

const SECOND: Duration = Duration::from_secs(1);

fn sealed() -> (Hall, ConnectionId, ConnectionId, ConnectionId) {
    let (mut hall, one, two, chair) = Hall::plenary();
    for connection in [one, two, chair] {
        hall.seal(connection);
    }
    hall.run(SECOND);
    (hall, one, two, chair)
}

/// The device and the link of who came by [`Hall::enter`].
fn session_of(connection: ConnectionId) -> i64 {
    i64::try_from(connection.0).unwrap() - 1
}

fn groups(hall: &Hall, connection: ConnectionId) -> Vec<GroupView> {
    let told = hall.sent(connection).iter().rev().find_map(|message| match message {
        ServerMessage::SealGroups { groups } => Some(groups.clone()),
        _ => None,
    });
    told.expect("it was told its groups")
}

fn names(hall: &Hall, connection: ConnectionId) -> Vec<(String, u16)> {
    groups(hall, connection).into_iter().map(|view| (view.group.to_string(), view.number)).collect()
}

#[test]
fn a_welcome_brings_what_the_parties_signed() {
    let mut hall = Hall::open();
    let head = hall.hello("meridia-head", 7, false);
    let signed = hall.sent(head).iter().find_map(|message| match message {
        ServerMessage::Welcome { manifest, invitation, revocations, .. } => Some((manifest, invitation, revocations)),
        _ => None,
    });
    let (manifest, invitation, revocations) = signed.unwrap();
    assert_eq!(manifest.payload, Bytes(b"manifest".to_vec()));
    assert_eq!(*invitation, envelope(&serde_json::json!({"seat": "meridia-head"})));
    assert!(revocations.is_empty());
}

#[test]
fn everybody_is_in_the_plenary_and_with_the_own_party() {
    let (hall, one, _, chair) = sealed();
    assert_eq!(names(&hall, one), [("plenary".to_owned(), 0), ("side-meridia".to_owned(), 1)]);
    assert_eq!(names(&hall, chair), [("plenary".to_owned(), 0), ("side-secretariat".to_owned(), 3)]);
    assert_eq!(hall.members(one, "side-meridia"), ["meridia-head"]);
    let plenary = groups(&hall, one).remove(0);
    assert_eq!(plenary.entitled.len(), 6, "and who may come");
    assert_eq!(hall.members(one, "plenary").len(), 3);
    let told = hall.sent(one).iter().filter(|message| matches!(message, ServerMessage::SealGroups { .. })).count();
    assert!(told <= 4, "it is told of groups, not of everybody who comes: {told} times");
}

#[test]
fn before_the_reveal_nobody_is_in_a_group_with_the_other_side() {
    let mut hall = Hall::open();
    let here = ["meridia-head", "vesland-head", "chair"].map(|who| hall.enter(who));
    let [one, two, _] = here;
    for connection in here {
        hall.seal(connection);
    }
    hall.run(SECOND);
    assert!(!hall.groups.iter().any(|entry| entry.group == group("plenary")));
    let of_ones_groups = |hall: &Hall| -> Vec<String> {
        let views = groups(hall, one).into_iter().flat_map(|view| [view.members, view.entitled].concat());
        views.map(|seat| seat.to_string()).collect()
    };
    assert!(of_ones_groups(&hall).iter().all(|seat| seat.starts_with("meridia")), "{:?}", of_ones_groups(&hall));
    for head in [one, two] {
        assert_eq!(hall.ask(head, Request::Ready { ready: true }), Some(Outcome::Done));
    }
    hall.run(SECOND);
    assert_eq!(hall.members(two, "plenary"), ["chair", "meridia-head", "vesland-head"]);
    assert!(of_ones_groups(&hall).contains(&"vesland-aide".to_owned()));
}

#[test]
fn who_leaves_is_out_at_once_and_who_is_lost_after_thirty_seconds() {
    let (mut hall, one, two, chair) = sealed();
    hall.ask(chair, Request::Leave);
    hall.work();
    assert_eq!(hall.members(one, "plenary"), ["meridia-head", "vesland-head"], "without any time passing");
    hall.lose(two);
    hall.run(Duration::from_secs(29));
    assert_eq!(hall.members(one, "plenary").len(), 2);
    hall.run(Duration::from_secs(2));
    assert_eq!(hall.members(one, "plenary"), ["meridia-head"]);
    let back = hall.enter("vesland-head");
    hall.kept.clear();
    hall.seal(back);
    hall.run(SECOND);
    assert_eq!(hall.members(one, "plenary").len(), 2);
}

#[test]
fn two_hundred_people_come_in_at_once_in_a_few_commits() {
    let plan = plan_of(98);
    let everybody: Vec<String> = plan.seats().map(|(_, seat)| seat.id.to_string()).collect();
    let mut hall = Hall::with(plan, Vec::new(), Vec::new());
    let connections: Vec<ConnectionId> = everybody.iter().map(|who| hall.enter(who)).collect();
    for head in ["meridia-head", "vesland-head"] {
        let place = everybody.iter().position(|who| who == head).unwrap();
        assert_eq!(hall.ask(connections[place], Request::Ready { ready: true }), Some(Outcome::Done));
    }
    for connection in &connections {
        hall.seal(*connection);
    }
    hall.run(Duration::from_secs(3));
    let all = connections.iter().filter(|connection| hall.members(**connection, "plenary").len() == 200).count();
    assert_eq!((connections.len(), all), (200, 200));
    let commits = hall.groups.iter().filter(|entry| entry.group == group("plenary")).count() - 1;
    assert!(commits <= 5, "of 64 at most, and the first who come are let in at once: {commits}");
}

#[test]
fn who_comes_back_in_time_stays_in() {
    let (mut hall, one, two, _) = sealed();
    let epoch = hall.state(one, "plenary").unwrap().epoch;
    hall.lose(two);
    hall.run(Duration::from_secs(15));
    let back = hall.hello("vesland-head", session_of(two), false);
    hall.ask(back, Request::Enter { devices: common::ON });
    hall.seal(back);
    hall.run(Duration::from_secs(40));
    assert_eq!(hall.state(one, "plenary").unwrap().epoch, epoch);
    assert_eq!(hall.state(back, "plenary").unwrap().epoch, epoch);
}

#[test]
fn whose_link_is_withdrawn_is_out_at_once() {
    let (mut hall, one, two, _) = sealed();
    hall.tell(Input::Revoke { summit: summit(), invitation: InvitationId(session_of(two)) });
    hall.work();
    assert!(!hall.members(one, "plenary").contains(&"vesland-head".to_owned()));
}

#[test]
fn the_leaf_of_a_withdrawn_certificate_is_removed_at_once_and_stays_out() {
    let (mut hall, one, two, chair) = sealed();
    let serials = [Bytes(b"vesland-head-serial".to_vec())];
    let party = |party: &str| {
        envelope(&serde_json::json!({"v": 1, "summit": "river", "party": party, "number": 1, "serials": serials}))
    };
    hall.tell(Input::Revoked { summit: summit(), list: party("meridia") });
    hall.work();
    assert_eq!(hall.members(one, "plenary").len(), 3, "another party's list says nothing");
    hall.tell(Input::Revoked { summit: summit(), list: party("vesland") });
    hall.work();
    assert_eq!(hall.members(one, "plenary"), ["chair", "meridia-head"]);
    let told = |message: &ServerMessage| matches!(message, ServerMessage::CertificatesRevoked { .. });
    assert!([one, two, chair].iter().all(|connection| hall.sent(*connection).iter().any(told)));
    let certificate = certificate(&seat("vesland-head"), "vesland-head-serial");
    hall.ask(two, Request::SealResume { certificate, held: Vec::new(), packages: vec![Bytes(vec![1])] });
    hall.run(SECOND);
    assert_eq!(hall.members(one, "plenary").len(), 2);
    let later = hall.hello("meridia-aide", 99, false);
    let lists = hall.sent(later).iter().find_map(|message| match message {
        ServerMessage::Welcome { revocations, .. } => Some(revocations.len()),
        _ => None,
    });
    assert_eq!(lists, Some(2));
}

#[test]
fn a_request_for_a_certificate_goes_to_the_own_partys_registrar_or_waits_for_it() {
    let (mut hall, one, two, _) = Hall::plenary();
    let [meridia, vesland] = ["meridia", "vesland"].map(|id| DelegationId::new(id).unwrap());
    let [of_vesland, of_meridia] = [ConnectionId(900), ConnectionId(901)];
    hall.tell(Input::Registrar { connection: of_vesland, summit: summit(), party: vesland });
    let request = CertificateRequest { jti: Bytes(vec![1]), key: Bytes(vec![2]), proof: Bytes(vec![3]) };
    let ask = Request::CertificateRequest { request: request.clone() };
    assert_eq!(hall.ask(one, ask.clone()), Some(Outcome::Done));
    assert!(hall.sent(one).contains(&ServerMessage::CertificateWaiting));
    assert!(hall.parties.is_empty());

    hall.tell(Input::Registrar { connection: of_meridia, summit: summit(), party: meridia });
    let [(to, PartyReply::Request { id, seat: asked_by, request: passed_on })] = &hall.parties[..] else {
        panic!("{:?}", hall.parties)
    };
    let id = *id;
    assert_eq!((*to, asked_by, passed_on), (of_meridia, &seat("meridia-head"), &request));

    let issued = certificate(&seat("meridia-head"), "new");
    hall.tell(Input::RegistrarAnswer { connection: of_vesland, id, answer: Err(Denied::Used) });
    hall.tell(Input::RegistrarAnswer { connection: of_meridia, id, answer: Ok(issued.clone()) });
    hall.tell(Input::RegistrarAnswer { connection: of_meridia, id, answer: Err(Denied::Used) });
    let answers: Vec<_> = hall.sent(one).iter().filter(|message| is_certificate(message)).collect();
    assert_eq!(answers, [&ServerMessage::CertificateIssued { certificate: issued }]);

    hall.ask(two, ask);
    hall.tell(Input::Disconnected { connection: of_vesland });
    assert!(hall.sent(two).contains(&ServerMessage::CertificateWaiting), "its registrar went without an answer");
}

fn is_certificate(message: &ServerMessage) -> bool {
    matches!(message, ServerMessage::CertificateIssued { .. } | ServerMessage::CertificateDenied { .. })
}

#[test]
fn two_people_have_a_group_for_what_they_write_to_each_other() {
    let (mut hall, one, two, _) = sealed();
    assert_eq!(hall.ask(one, Request::OpenPair { seat: seat("vesland-head") }), Some(Outcome::Done));
    hall.run(SECOND);
    assert_eq!(hall.ask(two, Request::OpenPair { seat: seat("meridia-head") }), Some(Outcome::Done));
    let name = "pair-0-2";
    assert_eq!(hall.members(two, name), ["meridia-head", "vesland-head"]);
    assert!(names(&hall, one).contains(&(name.to_owned(), 16)));
    assert_eq!(hall.ask(one, Request::OpenPair { seat: seat("meridia-head") }), refused(Refusal::Malformed));
    assert_eq!(hall.ask(one, Request::OpenPair { seat: seat("nobody") }), refused(Refusal::Unknown));

    let mut restarted = Hall::reopen(hall.log.clone(), hall.groups.clone());
    let one = restarted.enter("meridia-head");
    restarted.seal(one);
    assert!(names(&restarted, one).contains(&(name.to_owned(), 16)));
}

#[test]
fn before_the_reveal_nobody_pairs_with_the_other_side() {
    let mut hall = Hall::open();
    let one = hall.enter("meridia-head");
    hall.seal(one);
    assert_eq!(hall.ask(one, Request::OpenPair { seat: seat("vesland-head") }), refused(Refusal::NotYet));
    assert_eq!(hall.ask(one, Request::OpenPair { seat: seat("meridia-aide") }), Some(Outcome::Done));
}

#[test]
fn a_caucus_has_keys_of_its_own_and_hears_only_itself() {
    let (mut hall, one, two, chair) = sealed();
    assert_eq!(hall.ask(one, Request::LeaveCaucus), refused(Refusal::AlreadySo));
    let open = Request::OpenCaucus { seats: vec![seat("vesland-head")] };
    assert_eq!(hall.ask(one, open), Some(Outcome::Done));
    let enter = Request::EnterCaucus { caucus: group("caucus-1") };
    assert_eq!(hall.ask(chair, enter.clone()), refused(Refusal::NotCalled));
    let mut calls = Calls::into(hall);
    let [talking, _, _] = [(one, 1), (two, 2), (chair, 3)].map(|(who, port)| calls.call(who, ALL, address(port)));
    for who in [one, two] {
        assert_eq!(calls.hall.ask(who, enter.clone()), Some(Outcome::Done));
    }
    calls.run(SECOND);
    assert_eq!(calls.hall.members(one, "caucus-1"), ["meridia-head", "vesland-head"]);
    assert_eq!(calls.hall.members(chair, "plenary").len(), 3, "they are still of the plenary");
    assert_eq!(calls.hall.welcome(chair).caucuses.len(), 0);
    let microphone = calls.source(two, &seat("meridia-head"), SourceKind::Microphone);
    calls.talk(&[(talking, 20)], SECOND);
    assert!(calls.carried(two).contains(&microphone) && !calls.carried(chair).contains(&microphone));
    assert!(calls.hall.sent(chair).contains(&ServerMessage::SourceClosed { source: microphone }));

    assert_eq!(calls.hall.ask(two, Request::LeaveCaucus), Some(Outcome::Done));
    calls.hall.work();
    assert_eq!(calls.hall.members(one, "caucus-1"), ["meridia-head"], "out at once");
    assert_eq!(calls.hall.ask(one, Request::LeaveCaucus), Some(Outcome::Done));
    calls.talk(&[(talking, 20)], SECOND);
    assert!(!names(&calls.hall, one).iter().any(|(name, _)| name == "caucus-1"));
    assert!(calls.carried(chair).contains(&calls.source(chair, &seat("meridia-head"), SourceKind::Microphone)));
}

#[test]
fn before_the_reveal_the_other_side_learns_nothing_of_a_caucus() {
    let mut hall = Hall::open();
    let [one, aide, other] = ["meridia-head", "meridia-aide", "vesland-head"].map(|who| hall.enter(who));
    hall.news(other);
    hall.ask(one, Request::OpenCaucus { seats: vec![seat("meridia-aide")] });
    hall.ask(one, Request::EnterCaucus { caucus: group("caucus-1") });
    let event = |message: &ServerMessage| matches!(message, ServerMessage::Event { .. });
    assert!(!hall.sent(other).iter().any(event) && hall.sent(aide).iter().any(event));
    let late = hall.hello("vesland-aide", 77, false);
    assert!(hall.welcome(late).caucuses.is_empty());
}

#[test]
fn a_whisper_is_heard_by_the_own_party_only() {
    let (mut hall, one, two, chair) = sealed();
    let aide = hall.enter("meridia-aide");
    hall.seal(aide);
    hall.run(SECOND);
    let mut calls = Calls::into(hall);
    let talking = calls.call(one, ALL, address(1));
    for (who, port) in [(aide, 2), (two, 3), (chair, 4)] {
        calls.call(who, ALL, address(port));
    }
    calls.talk(&[(talking, 20)], SECOND);
    let microphone = calls.source(two, &seat("meridia-head"), SourceKind::Microphone);
    let hears = |calls: &Calls| [aide, two, chair].map(|who| calls.carried(who).contains(&microphone));
    assert_eq!(hears(&calls), [true; 3]);
    assert_eq!(calls.hall.ask(one, Request::Whisper { on: true }), Some(Outcome::Done));
    calls.talk(&[(talking, 20)], SECOND);
    assert_eq!(hears(&calls), [true, false, false]);
    let whispering = ServerMessage::Whispering { seats: vec![seat("meridia-head")] };
    let told = [one, aide, two, chair].map(|who| calls.hall.sent(who).contains(&whispering));
    assert_eq!(told, [true, true, false, false]);
    let spoke = calls.hall.sent(two).iter().rev().find_map(|message| match message {
        ServerMessage::Speaking { seats } => Some(seats.clone()),
        _ => None,
    });
    assert_eq!(spoke, Some(Vec::new()), "not even that somebody speaks");
    calls.hall.ask(one, Request::Whisper { on: false });
    calls.talk(&[(talking, 20)], SECOND);
    assert_eq!(hears(&calls), [true; 3]);
    assert_eq!(calls.hall.ask(aide, Request::Whisper { on: true }), Some(Outcome::Done));
    calls.hall.lose(aide);
    calls.run(Duration::from_secs(21));
    assert!(calls.hall.sent(one).contains(&ServerMessage::Whispering { seats: Vec::new() }));
}

#[test]
fn frames_that_are_not_sealed_as_they_must_be_are_heard_by_nobody() {
    let (hall, one, two, _) = sealed();
    let mut calls = Calls::into(hall);
    let talking = calls.call(one, ALL, address(1));
    calls.call(two, ALL, address(2));
    let microphone = calls.source(two, &seat("meridia-head"), SourceKind::Microphone);
    calls.talk(&[(talking, 20)], SECOND);
    assert_eq!(calls.hall.node.counters().suspect, 0);
    let before = calls.hall.node.counters().forwarded;
    assert!(before > 0);
    // As of the camera: the right leaf and epoch, the wrong kind.
    calls.calls[talking].sound = SourceKind::Camera;
    calls.talk(&[(talking, 20)], SECOND);
    let after = calls.hall.node.counters();
    assert_eq!((after.forwarded, after.suspect), (before, 50));
    let words = |calls: &Calls| -> Vec<ServerMessage> {
        let is_one = |message: &&ServerMessage| matches!(message, ServerMessage::SealSuspect { .. });
        calls.hall.sent(one).iter().filter(is_one).cloned().collect()
    };
    assert_eq!(words(&calls), [], "a few late frames alarm nobody");
    calls.talk(&[(talking, 20)], SECOND);
    assert_eq!(words(&calls), [ServerMessage::SealSuspect { source: microphone }], "once");
}
