//! What a participant does about its WebSocket: nothing is lost, nothing is done twice, and it knows when it is over.

#![allow(clippy::wildcard_enum_match_arm, reason = "tests look for a few messages among many")]

mod common;

use std::time::Duration;

use client::{Input, Noticed};
use common::{Scene, lobby, meeting, seat, settings};
use wire::{Bye, Devices, Outcome, Phase, Presence, Refusal, Request, ServerMessage, WallTime};

fn plenary() -> wire::MeetingView {
    let mut view = meeting(Phase::Plenary { revealed_at: WallTime(1) });
    let devices = Devices { microphone: false, camera: false };
    view.presence.insert(seat("meridia-head"), Presence::Here { devices });
    view
}

#[test]
fn what_was_not_answered_is_asked_again_with_the_same_id() {
    let mut scene = Scene::new(settings(1));
    scene.welcome(plenary(), false);
    scene.take_sent();
    let hand = scene.participant.request(Request::RaiseHand, scene.now);
    scene.pass(Duration::from_millis(1));
    assert_eq!(scene.take_sent().last().map(|message| message.id.clone()), Some(hand.clone()));
    scene.tell(Input::Closed);
    let agenda = scene.participant.request(Request::YieldFloor, scene.now);
    scene.pass(Duration::from_secs(1));
    assert_eq!(scene.connects, 2);
    scene.welcome(plenary(), false);
    let again = scene.take_sent();
    let ids = [hand.clone(), agenda].map(|id| again.iter().filter(|message| message.id == id).count());
    assert_eq!(ids, [1, 1], "both are asked on the new connection, once");
    scene.reply(&hand, Outcome::Refused { why: Refusal::AlreadyRaised });
    let answer = Noticed::Answered { id: hand.clone(), outcome: Outcome::Refused { why: Refusal::AlreadyRaised } };
    assert!(scene.noticed.contains(&answer));
    scene.reply(&hand, Outcome::Done);
    assert_eq!(scene.participant.stats().refused, 1, "a second answer is passed over");
    assert_eq!(scene.participant.stats().done, 0);
}

#[test]
fn a_server_that_restarted_is_told_again_that_we_are_here() {
    let mut scene = Scene::new(settings(2));
    scene.welcome(lobby(), false);
    assert!(matches!(scene.requests().as_slice(), [Request::Enter { .. }, Request::MediaOffer { fresh: true, .. }]));
    scene.hear(ServerMessage::Bye { reason: Bye::Restart });
    assert_eq!((scene.disconnects, scene.connects), (1, 1));
    scene.pass(Duration::from_secs(1));
    assert_eq!(scene.connects, 2);
    scene.welcome(lobby(), false);
    assert!(matches!(scene.requests().as_slice(), [Request::Enter { .. }, Request::MediaOffer { fresh: true, .. }]));
    assert_eq!(scene.participant.stats().welcomes, 2);
}

#[test]
fn a_socket_that_says_nothing_is_replaced() {
    let mut scene = Scene::new(settings(3));
    scene.welcome(lobby(), false);
    scene.pass(Duration::from_secs(30));
    assert!(scene.disconnects >= 1);
    assert!(scene.connects >= 2);
}

#[test]
fn who_was_sent_away_does_not_come_back() {
    for reason in [Bye::LinkRefused, Bye::Ended, Bye::TakenOver, Bye::Left, Bye::Protocol] {
        let mut scene = Scene::new(settings(4));
        scene.welcome(lobby(), false);
        scene.hear(ServerMessage::Bye { reason });
        scene.tell(Input::Closed);
        scene.pass(Duration::from_secs(60));
        assert_eq!(scene.connects, 1, "{reason:?}");
        assert!(scene.noticed.contains(&Noticed::Over(reason)));
        assert_eq!(scene.participant.poll_timeout(), None);
    }
}

#[test]
fn a_taken_seat_is_taken_over_when_told_to() {
    let mut scene = Scene::new(settings(5));
    scene.tell(Input::Opened);
    assert!(matches!(scene.requests().as_slice(), [Request::Hello { take_over: false, .. }]));
    scene.hear(ServerMessage::SeatTaken { device: "Firefox".to_owned(), since: scene.wall() });
    assert!(scene.noticed.contains(&Noticed::SeatTaken { device: "Firefox".to_owned() }));
    scene.pass(Duration::from_secs(60));
    assert_eq!(scene.connects, 1, "the question stands as long as it takes");
    scene.participant.take_over(scene.now);
    scene.pass(Duration::from_millis(1));
    assert!(matches!(scene.requests().as_slice(), [Request::Hello { take_over: true, .. }]));
}
