//! What participants do of their own accord, and when they see the reveal.

#![allow(clippy::wildcard_enum_match_arm, reason = "tests look for a few messages among many")]

mod common;

use std::time::Duration;

use client::{Behaviour, Noticed};
use common::{Scene, lobby, meeting, seat, settings};
use wire::{DelegationId, Event, Outcome, Phase, Request, Sequence, ServerMessage, WallTime};

#[test]
fn a_head_of_delegation_says_ready_once() {
    let behaviour = Behaviour { ready: true, hands: false, interpret: false };
    let mut scene = Scene::new(client::Settings { behaviour, ..settings(1) });
    scene.welcome(lobby(), false);
    scene.take_sent();
    scene.pass(Duration::from_millis(2500));
    let sent = scene.take_sent();
    let ready: Vec<_> =
        sent.iter().filter(|message| matches!(message.request, Request::Ready { ready: true })).collect();
    assert_eq!(ready.len(), 1, "not again while it is unanswered");
    let by = seat("meridia-head");
    let event = Event::Ready { delegation: DelegationId::new("meridia").unwrap(), ready: true, by };
    scene.hear(ServerMessage::Event { sequence: Sequence(1), at: scene.wall(), event });
    scene.reply(&ready[0].id, Outcome::Done);
    scene.pass(Duration::from_secs(5));
    assert!(!scene.requests().iter().any(|request| matches!(request, Request::Ready { .. })));
}

#[test]
fn hands_go_up_and_the_floor_is_yielded() {
    let behaviour = Behaviour { ready: false, hands: true, interpret: false };
    let mut scene = Scene::new(client::Settings { behaviour, ..settings(7) });
    scene.welcome(meeting(Phase::Plenary { revealed_at: WallTime(1) }), false);
    let mut raised = None;
    for _ in 0..120 {
        scene.pass(Duration::from_secs(1));
        scene.hear(ServerMessage::Pong { sent: 0.0, now: scene.wall() });
        raised = scene.take_sent().into_iter().find(|message| message.request == Request::RaiseHand).or(raised);
    }
    let raised = raised.expect("a hand within two minutes");
    let you = seat("meridia-head");
    scene.reply(&raised.id, Outcome::Done);
    let happen = |scene: &mut Scene, sequence, event| {
        scene.hear(ServerMessage::Event { sequence: Sequence(sequence), at: scene.wall(), event });
    };
    happen(&mut scene, 1, Event::HandRaised { seat: you.clone() });
    happen(&mut scene, 2, Event::FloorGiven { seat: you.clone(), by: you });
    scene.take_sent();
    for _ in 0..40 {
        scene.pass(Duration::from_secs(1));
        scene.hear(ServerMessage::Pong { sent: 0.0, now: scene.wall() });
    }
    assert_eq!(scene.requests().iter().filter(|request| **request == Request::YieldFloor).count(), 1);
}

#[test]
fn the_reveal_is_seen_at_its_instant_by_the_servers_clock() {
    let mut scene = Scene::new(settings(3));
    scene.welcome(lobby(), false);
    let at = scene.wall().plus(Duration::from_millis(1000));
    scene.hear(ServerMessage::Event { sequence: Sequence(1), at: scene.wall(), event: Event::Revealed { at } });
    scene.pass(Duration::from_millis(998));
    assert!(!scene.noticed.contains(&Noticed::Revealed));
    scene.pass(Duration::from_millis(2));
    assert!(scene.noticed.contains(&Noticed::Revealed));
    scene.pass(Duration::from_secs(3));
    assert_eq!(scene.noticed.iter().filter(|noticed| **noticed == Noticed::Revealed).count(), 1);
}
