//! Media connections as the room sees them, with real peers on both ends.

#![allow(clippy::wildcard_enum_match_arm, reason = "only some messages matter here")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::time::Duration;

use common::calls::{ALL, Calls, address};
use common::{Hall, refused, seat};
use node::Input;
use wire::{Outcome, Pixels, Presence, Refusal, Request, ServerMessage, SourceKind, Track, Wanted};

#[test]
fn a_connection_that_has_ended_for_good_is_not_said_to_stand() {
    let (mut hall, _, other, _) = Hall::plenary();
    let aide = hall.hello("meridia-aide", 77, false);
    hall.ask(aide, Request::Enter { devices: common::ON });
    let mut calls = Calls::into(hall);
    let call = calls.call(aide, ALL, address(1));
    calls.hall.news(other);

    // An offer that the transport takes over in part and then cannot use ends the connection.
    let unusable: String = calls.calls[call]
        .offer
        .lines()
        .filter(|line| !line.starts_with("a=ice-"))
        .map(|l| format!("{l}\r\n"))
        .collect();
    let further = Request::MediaOffer { sdp: unusable, tracks: Vec::new(), fresh: false };
    assert_eq!(calls.hall.ask(aide, further), refused(Refusal::MediaOffer));
    let news = calls.hall.news(other);
    let closed = news.iter().filter(|message| matches!(message, ServerMessage::SourceClosed { .. }));
    assert_eq!(closed.count(), 2, "microphone and camera");
    let gone = ServerMessage::Presence { seat: seat("meridia-aide"), presence: Presence::Reconnecting };
    assert_eq!(news.last(), Some(&gone));

    calls.hall.tell(Input::Disconnected { connection: aide });
    let aide = calls.hall.hello("meridia-aide", 77, false);
    assert!(!calls.hall.stands(aide));

    calls.hall.news(other);
    calls.call(aide, ALL, address(2));
    let back = ServerMessage::Presence { seat: seat("meridia-aide"), presence: Presence::Here { devices: common::ON } };
    assert!(calls.hall.news(other).contains(&back));
    calls.hall.tell(Input::Disconnected { connection: aide });
    let aide = calls.hall.hello("meridia-aide", 77, false);
    assert!(calls.hall.stands(aide));
}

#[test]
fn whoever_has_the_floor_is_heard_however_loud_the_others_are() {
    let (mut hall, one, two, chair) = Hall::plenary();
    let (listener, aide) = (hall.enter("meridia-aide"), hall.enter("vesland-aide"));
    let mut calls = Calls::into(hall);
    calls.call(listener, ALL, address(1));
    let loud = [one, chair, aide].map(|connection| {
        let port = u16::try_from(calls.calls.len()).unwrap() + 1;
        calls.call(connection, ALL, address(port))
    });
    let speaker = calls.call(two, ALL, address(9));
    let microphone = calls.source(listener, &seat("vesland-head"), SourceKind::Microphone);
    let second = Duration::from_secs(1);
    let levels = [(loud[0], 20), (loud[1], 20), (loud[2], 20), (speaker, 40)];
    calls.talk(&levels, second);
    assert!(!calls.carried(listener).contains(&microphone), "two slots, and three who are louder");

    assert_eq!(calls.hall.ask(chair, Request::GiveFloor { seat: seat("vesland-head") }), Some(Outcome::Done));
    assert!(calls.carried(listener).contains(&microphone), "at once");
    calls.talk(&levels, second);
    assert!(calls.carried(listener).contains(&microphone));

    assert_eq!(calls.hall.ask(two, Request::YieldFloor), Some(Outcome::Done));
    calls.talk(&levels, second);
    assert!(!calls.carried(listener).contains(&microphone));
}

#[test]
fn who_shows_itself_is_told_whether_anybody_looks_and_again_after_a_reconnection() {
    let (mut hall, ..) = Hall::plenary();
    let viewer = hall.enter("vesland-aide");
    let aide = hall.hello("meridia-aide", 77, false);
    hall.ask(aide, Request::Enter { devices: common::ON });
    let mut calls = Calls::into(hall);
    let showing = calls.call(aide, ALL, address(1));
    calls.call(viewer, ALL, address(2));
    let told = |message: &ServerMessage| match message {
        ServerMessage::MediaLayers { mid, layers } => Some((mid.clone(), *layers)),
        _ => None,
    };
    let news = |calls: &mut Calls, connection| calls.hall.news(connection).iter().filter_map(told).collect::<Vec<_>>();
    let camera = calls.calls[showing].caller.tracks()[1].mid.clone();
    calls.run(Duration::from_secs(3));
    assert_eq!(news(&mut calls, aide), [(camera.clone(), 0)]);

    let source = calls.source(viewer, &seat("meridia-aide"), SourceKind::Camera);
    let videos = vec![Wanted { source, height: Pixels(360) }];
    assert_eq!(calls.hall.ask(viewer, Request::MediaWant { videos }), Some(Outcome::Done));
    assert_eq!(news(&mut calls, aide), [(camera.clone(), 1)], "at once");
    assert!(news(&mut calls, viewer).iter().all(|(mid, _)| *mid != camera), "it is nobody else's affair");

    calls.hall.tell(Input::Disconnected { connection: aide });
    let aide = calls.hall.hello("meridia-aide", 77, false);
    assert_eq!(news(&mut calls, aide), [(camera, 1)]);
}

#[test]
fn an_observer_receives_and_is_received_by_nobody_whatever_its_client_offers() {
    let (mut hall, head, ..) = Hall::plenary();
    let watcher = hall.enter("watcher");
    let mut calls = Calls::into(hall);
    calls.call(head, ALL, address(1));
    calls.hall.news(head);
    let watching = calls.call(watcher, ALL, address(2));
    assert!(!calls.hall.news(head).iter().any(|message| matches!(message, ServerMessage::SourceOpened { .. })));
    let microphone = calls.source(watcher, &seat("meridia-head"), SourceKind::Microphone);
    assert!(calls.carried(watcher).contains(&microphone));
    let track = calls.calls[watching].caller.tracks()[0].clone();
    let publish = Request::MediaPublish { track, active: true };
    assert_eq!(calls.hall.ask(watcher, publish), refused(Refusal::NoVoice));
    assert!(calls.hall.news(head).is_empty());
}

#[test]
fn an_m_line_that_rests_is_heard_again_when_it_is_used_again() {
    let (mut hall, head, ..) = Hall::plenary();
    let listener = hall.enter("vesland-aide");
    let mut calls = Calls::into(hall);
    let speaking = calls.call(head, ALL, address(1));
    calls.call(listener, ALL, address(2));
    let track = calls.calls[speaking].caller.tracks()[0].clone();
    for active in [false, true, true] {
        let publish = Request::MediaPublish { track: track.clone(), active };
        assert_eq!(calls.hall.ask(head, publish), Some(Outcome::Done));
        let microphone = calls.source(listener, &seat("meridia-head"), SourceKind::Microphone);
        calls.run(Duration::from_millis(20));
        assert_eq!(calls.carried(listener).contains(&microphone), active);
    }
}

#[test]
fn the_sound_of_a_shared_screen_is_heard_and_its_owner_does_not_speak() {
    let (mut hall, one, two, chair) = Hall::plenary();
    let (listener, aide) = (hall.enter("meridia-aide"), hall.enter("vesland-aide"));
    let mut calls = Calls::into(hall);
    calls.call(listener, ALL, address(1));
    let loud = [(one, 2), (chair, 3), (aide, 4)].map(|(connection, port)| calls.call(connection, ALL, address(port)));
    let presenter = calls.call(two, ALL, address(5));
    // The same m-line, used for a film instead of a voice.
    calls.calls[presenter].sound = SourceKind::ScreenAudio;
    let track = calls.calls[presenter].caller.tracks()[0].clone();
    let film = Track { kind: SourceKind::ScreenAudio, ..track.clone() };
    for (track, active) in [(track, false), (film.clone(), true)] {
        assert_eq!(calls.hall.ask(two, Request::MediaPublish { track, active }), Some(Outcome::Done));
    }
    let source = calls.source(listener, &seat("vesland-head"), SourceKind::ScreenAudio);
    assert!(calls.carried(listener).contains(&source));
    calls.talk(&[(loud[0], 20), (loud[1], 20), (loud[2], 20), (presenter, 10)], Duration::from_secs(2));
    assert!(calls.carried(listener).contains(&source));
    assert_eq!(calls.carried(listener).len(), 2, "and one voice in the other slot");
    let speaking = calls.hall.sent(listener).iter().filter_map(|message| match message {
        ServerMessage::Speaking { seats } => Some(seats),
        _ => None,
    });
    let speaking: Vec<_> = speaking.flatten().collect();
    assert!(speaking.contains(&&seat("chair")) && !speaking.contains(&&seat("vesland-head")), "{speaking:?}");

    assert_eq!(calls.hall.ask(two, Request::MediaPublish { track: film, active: false }), Some(Outcome::Done));
    assert_eq!(calls.carried(listener).len(), 2, "the slot is a voice's again");
    assert!(!calls.carried(listener).contains(&source));
}

#[test]
fn an_address_belongs_to_who_proved_last_to_be_there() {
    let (mut hall, one, two, chair) = Hall::plenary();
    let listener = hall.enter("vesland-aide");
    let mut calls = Calls::into(hall);
    calls.call(listener, ALL, address(1));
    let gone = calls.call(one, ALL, address(2));
    // A request that only says to be somebody else's moves nothing.
    let other = calls.call(chair, ALL, address(3));
    let forged = check_of(&calls, other);
    calls.hall.datagram(address(2), common::calls::server(), &forged);
    let loud = [(gone, 20)];
    calls.talk(&loud, Duration::from_secs(1));
    let spoke = |calls: &Calls, who: &str| {
        calls
            .hall
            .sent(listener)
            .iter()
            .any(|message| matches!(message, ServerMessage::Speaking { seats } if seats.contains(&seat(who))))
    };
    assert!(spoke(&calls, "meridia-head"));

    // The router gives the address of who is gone to who comes, before the server knows of either.
    calls.calls[gone].unplugged = true;
    let comes = calls.call(two, ALL, address(2));
    calls.talk(&[(comes, 20)], Duration::from_secs(1));
    assert!(spoke(&calls, "vesland-head"));
}

/// A connectivity check for that call as a stranger would forge it, who saw its name and not its password.
fn check_of(calls: &Calls, call: usize) -> Vec<u8> {
    let name = calls.calls[call].answer.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).unwrap();
    let name = format!("{name}:stranger");
    let mut check = vec![0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42];
    check.extend([7; 12]);
    check.extend([0x00, 0x06]);
    check.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
    check.extend(name.as_bytes());
    check.resize(check.len().next_multiple_of(4), 0);
    let length = u16::try_from(check.len() - 20).unwrap().to_be_bytes();
    check[2..4].copy_from_slice(&length);
    check
}
