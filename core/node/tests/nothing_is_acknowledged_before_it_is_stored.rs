//! The ledger's promise, seen from outside.

#![allow(clippy::wildcard_enum_match_arm, reason = "only some messages matter here")]

mod common;

use std::time::Duration;

use ::summit::REVEAL_LEAD;
use common::{Hall, refused, seat, summit};
use node::Input;
use wire::{Event, Outcome, Refusal, Request, RequestId, ServerMessage, WallTime};

fn is_event(message: &ServerMessage) -> bool {
    matches!(message, ServerMessage::Event { .. })
}

#[test]
fn neither_announced_nor_answered_until_the_store_says_so() {
    let (mut hall, one, two, _) = Hall::plenary();
    hall.store_at_once = false;
    hall.news(one);
    hall.news(two);
    assert_eq!(hall.ask_as(one, "hand", Request::RaiseHand), None);
    assert!(!hall.news(two).iter().any(is_event));
    hall.store(true);
    assert_eq!(hall.outcome(one, &RequestId::new("hand").unwrap()), Some(Outcome::Done));
    assert_eq!(hall.news(two).iter().filter(|message| is_event(message)).count(), 1);
}

#[test]
fn what_could_not_be_stored_did_not_happen() {
    let (mut hall, one, two, chair) = Hall::plenary();
    hall.store_at_once = false;
    hall.ask_as(one, "first", Request::RaiseHand);
    hall.ask_as(two, "second", Request::RaiseHand);
    hall.store(false);
    assert_eq!(hall.outcome(one, &RequestId::new("first").unwrap()), refused(Refusal::NotRecorded));
    assert_eq!(hall.outcome(two, &RequestId::new("second").unwrap()), refused(Refusal::NotRecorded));
    assert_eq!(
        hall.ask(chair, Request::RaiseHand),
        refused(Refusal::NotRecorded),
        "the store has not answered for all yet"
    );
    hall.store(false);
    hall.store_at_once = true;
    assert_eq!(hall.ask_as(two, "third", Request::RaiseHand), Some(Outcome::Done));
    let places: Vec<u64> = hall.log.iter().map(|entry| entry.sequence.0).collect();
    assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>(), "no gap in the log");
}

#[test]
fn a_request_sent_twice_is_carried_out_once() {
    let (mut hall, one, _, _) = Hall::plenary();
    assert_eq!(hall.ask_as(one, "hand", Request::RaiseHand), Some(Outcome::Done));
    let stored = hall.log.len();
    hall.news(one);
    assert_eq!(hall.ask_as(one, "hand", Request::RaiseHand), Some(Outcome::Done));
    assert_eq!(hall.log.len(), stored);
}

#[test]
fn a_request_sent_again_after_a_restart_is_answered_from_the_log() {
    let (mut hall, one, _, _) = Hall::plenary();
    hall.ask_as(one, "hand", Request::RaiseHand);
    let mut restarted = Hall::reopen(hall.log, Vec::new());
    let one = restarted.enter("meridia-head");
    assert_eq!(restarted.welcome(one).floor.queue, [seat("meridia-head")]);
    assert_eq!(restarted.ask_as(one, "hand", Request::RaiseHand), Some(Outcome::Done));
}

#[test]
fn the_reply_follows_a_person_to_the_next_connection() {
    let (mut hall, _, _, chair) = Hall::plenary();
    let first = hall.hello("meridia-aide", 77, false);
    hall.ask(first, Request::Enter { devices: common::ON });
    hall.store_at_once = false;
    hall.ask_as(first, "hand", Request::RaiseHand);
    hall.tell(Input::Disconnected { connection: first });
    let second = hall.hello("meridia-aide", 77, false);
    assert_eq!(hall.ask_as(second, "hand", Request::RaiseHand), None);
    hall.store(true);
    assert_eq!(hall.outcome(second, &RequestId::new("hand").unwrap()), Some(Outcome::Done));
    assert!(hall.sent(chair).iter().any(is_event));
}

#[test]
fn the_operator_ends_a_summit_for_everybody() {
    let (mut hall, one, two, chair) = Hall::plenary();
    hall.tell(Input::End { summit: summit() });
    assert!(matches!(hall.log.last().unwrap().event, Event::Ended { by: None }));
    assert_eq!([one, two, chair].map(|connection| hall.closed[&connection]), [wire::Bye::Ended; 3]);
    assert_eq!(hall.forgotten, [summit()]);
}

#[test]
fn a_request_sent_again_while_the_store_fails_is_answered() {
    let (mut hall, one, two, _) = Hall::plenary();
    hall.store_at_once = false;
    hall.ask_as(one, "first", Request::RaiseHand);
    hall.ask_as(two, "second", Request::RaiseHand);
    hall.store(false);
    hall.news(two);
    assert_eq!(hall.ask_as(two, "second", Request::RaiseHand), refused(Refusal::NotRecorded));
}

#[test]
fn a_departure_that_could_not_be_stored_is_stored_later() {
    let (mut hall, one, two, _) = Hall::plenary();
    hall.ask(two, Request::RaiseHand);
    hall.store_at_once = false;
    hall.ask(two, Request::Leave);
    hall.store(false);
    hall.store_at_once = true;
    hall.pass(Duration::from_secs(2));
    let lowered =
        |message: &ServerMessage| matches!(message, ServerMessage::Event { event: Event::HandLowered { .. }, .. });
    assert!(hall.sent(one).iter().any(lowered));
}

#[test]
fn who_does_not_come_back_after_a_restart_gives_the_floor_free() {
    let (mut hall, one, two, _) = Hall::plenary();
    hall.ask(two, Request::RaiseHand);
    hall.ask(one, Request::RaiseHand);
    let mut restarted = Hall::reopen(hall.log, Vec::new());
    restarted.enter("meridia-head");
    restarted.pass(Duration::from_secs(21));
    let head = restarted.hello("meridia-aide", 99, false);
    assert_eq!(restarted.welcome(head).floor.queue, [seat("meridia-head")]);
}

#[test]
fn a_failure_of_the_store_does_not_shorten_the_time_to_come_back_after_a_restart() {
    let (mut hall, _, two, chair) = Hall::plenary();
    hall.ask(chair, Request::GiveFloor { seat: seat("meridia-head") });
    hall.ask(two, Request::RaiseHand);
    let mut restarted = Hall::reopen(hall.log, Vec::new());
    let chair = restarted.enter("chair");
    restarted.store_at_once = false;
    restarted.ask(chair, Request::OpenAgenda { item: wire::AgendaItemId::new("water").unwrap() });
    restarted.store(false);
    restarted.store_at_once = true;
    restarted.pass(Duration::from_secs(10));
    let two = restarted.hello("vesland-head", 2, false);
    let floor = restarted.welcome(two).floor;
    assert_eq!(floor.holder.map(|(seat, _)| seat), Some(seat("meridia-head")));
    assert_eq!(floor.queue, [seat("vesland-head")]);
    restarted.pass(Duration::from_secs(11));
    let late = restarted.hello("meridia-head", 1, false);
    assert_eq!(restarted.welcome(late).floor.holder, None, "twenty seconds are over");
}

#[test]
fn who_came_back_before_the_store_could_take_the_departure_keeps_what_is_on_record() {
    let (mut hall, _, two, _) = Hall::plenary();
    hall.ask(two, Request::RaiseHand);
    hall.store_at_once = false;
    hall.ask(two, Request::Leave);
    hall.store(false);
    hall.store_at_once = true;
    let two = hall.enter("vesland-head");
    hall.pass(Duration::from_secs(2));
    assert_eq!(hall.welcome(two).floor.queue, [seat("vesland-head")]);
    let stored = hall.log.len();
    hall.pass(Duration::from_secs(30));
    assert_eq!(hall.log.len(), stored, "nobody is let go who is here");
}

#[test]
fn a_slow_store_does_not_eat_into_the_lead_of_the_reveal() {
    let mut hall = Hall::open();
    let (one, two) = (hall.enter("meridia-head"), hall.enter("vesland-head"));
    hall.ask(one, Request::Ready { ready: true });
    hall.store_at_once = false;
    hall.ask(two, Request::Ready { ready: true });
    for _ in 0..2 {
        hall.pass(Duration::from_secs(3));
        hall.store(true);
    }
    let instants: Vec<_> =
        [one, two].map(|connection| revealed_at(hall.sent(connection))).into_iter().flatten().collect();
    assert_eq!(instants.len(), 2);
    assert!(instants.iter().all(|at| *at >= hall.wall().plus(REVEAL_LEAD)), "{instants:?}");
}

#[test]
fn a_store_that_stood_still_puts_the_reveal_off_by_five_seconds_at_most() {
    let mut hall = Hall::open();
    let (one, two) = (hall.enter("meridia-head"), hall.enter("vesland-head"));
    hall.ask(one, Request::Ready { ready: true });
    hall.store_at_once = false;
    hall.ask(two, Request::Ready { ready: true });
    hall.pass(Duration::from_secs(60));
    hall.store(true);
    hall.store(true);
    assert_eq!(revealed_at(hall.sent(one)), Some(hall.wall().plus(REVEAL_LEAD + Duration::from_secs(5))));
}

#[test]
fn a_reveal_that_could_not_be_stored_is_decided_again() {
    let mut hall = Hall::open();
    let (one, two) = (hall.enter("meridia-head"), hall.enter("vesland-head"));
    hall.ask(one, Request::Ready { ready: true });
    hall.store_at_once = false;
    hall.ask(two, Request::Ready { ready: true });
    hall.store(true);
    hall.store(false);
    hall.store_at_once = true;
    assert_eq!(revealed_at(hall.sent(one)), None);
    hall.pass(Duration::from_secs(1));
    assert_eq!(revealed_at(hall.sent(one)), Some(hall.wall().plus(REVEAL_LEAD)));
}

#[test]
fn a_reveal_that_a_restart_came_before_waits_for_the_heads() {
    let mut hall = Hall::open();
    let (one, two) = (hall.enter("meridia-head"), hall.enter("vesland-head"));
    hall.ask(one, Request::Ready { ready: true });
    hall.store_at_once = false;
    hall.ask(two, Request::Ready { ready: true });
    hall.store(true);
    let mut restarted = Hall::reopen(hall.log, Vec::new());
    let one = restarted.enter("meridia-head");
    restarted.pass(Duration::from_secs(2));
    assert_eq!(revealed_at(restarted.sent(one)), None);
    restarted.enter("vesland-head");
    assert!(revealed_at(restarted.sent(one)).is_some());
}

fn revealed_at(messages: &[ServerMessage]) -> Option<WallTime> {
    messages.iter().find_map(|message| match message {
        ServerMessage::Event { event: Event::Revealed { at }, .. } => Some(*at),
        _ => None,
    })
}
