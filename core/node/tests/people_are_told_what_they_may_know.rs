//! Lobby, reveal, arrivals and departures, as each screen learns of them.

#![allow(clippy::wildcard_enum_match_arm, reason = "only some messages matter here")]

mod common;

use common::{Hall, ON, refused, seat, summit};
use node::{Input, InvitationId};
use std::time::Duration;
use wire::{Bye, Event, Outcome, Phase, Presence, Refusal, Request, SeatId, ServerMessage};

fn seen(messages: &[ServerMessage]) -> Vec<(SeatId, Presence)> {
    messages
        .iter()
        .filter_map(|message| match message {
            ServerMessage::Presence { seat, presence } => Some((seat.clone(), *presence)),
            _ => None,
        })
        .collect()
}

#[test]
fn before_the_reveal_the_other_side_is_not_told() {
    let mut hall = Hall::open();
    let head = hall.enter("meridia-head");
    hall.news(head);
    let other = hall.enter("vesland-head");
    assert!(seen(&hall.news(head)).is_empty());
    assert_eq!(hall.welcome(other).presence.keys().collect::<Vec<_>>(), [&seat("vesland-head")]);
    hall.enter("meridia-aide");
    assert!(seen(&hall.news(head)).contains(&(seat("meridia-aide"), Presence::Here { devices: ON })));
}

#[test]
fn readiness_is_everybodys_to_know() {
    let mut hall = Hall::open();
    let (one, two) = (hall.enter("meridia-head"), hall.enter("vesland-head"));
    hall.ask(one, Request::Ready { ready: true });
    let told = hall
        .news(two)
        .into_iter()
        .any(|message| matches!(message, ServerMessage::Event { event: Event::Ready { .. }, .. }));
    assert!(told);
}

#[test]
fn at_the_reveal_everybody_learns_who_is_here() {
    let (mut hall, one, _, chair) = Hall::plenary();
    let here = Presence::Here { devices: ON };
    let told = seen(&hall.news(one));
    assert!(told.contains(&(seat("vesland-head"), here)) && told.contains(&(seat("chair"), here)));
    assert!(seen(&hall.news(chair)).contains(&(seat("meridia-head"), here)));
}

#[test]
fn whoever_comes_later_finds_the_plenary() {
    let (mut hall, ..) = Hall::plenary();
    let late = hall.enter("vesland-aide");
    let view = hall.welcome(late);
    assert!(matches!(view.phase, Phase::Plenary { .. }));
    assert!(view.presence.contains_key(&seat("meridia-head")));
}

#[test]
fn a_second_device_asks_which_one_stays() {
    let (mut hall, ..) = Hall::plenary();
    let laptop = hall.hello("meridia-aide", 1, false);
    hall.ask(laptop, Request::Enter { devices: ON });
    let phone = hall.hello("meridia-aide", 2, false);
    assert!(matches!(hall.sent(phone), [ServerMessage::SeatTaken { device, .. }] if device == "device 1"));
    assert!(!hall.closed.contains_key(&laptop));
    hall.hello_again(phone, "meridia-aide", 2, true);
    assert_eq!(hall.closed.get(&laptop), Some(&Bye::TakenOver));
    assert_eq!(hall.welcome(phone).presence[&seat("meridia-aide")], Presence::Arriving);
}

#[test]
fn a_reload_takes_its_own_seat_without_a_question() {
    let (mut hall, ..) = Hall::plenary();
    let before = hall.hello("meridia-aide", 1, false);
    hall.ask(before, Request::Enter { devices: ON });
    let after = hall.hello("meridia-aide", 1, false);
    assert_eq!(hall.welcome(after).presence[&seat("meridia-aide")], Presence::Here { devices: ON });
    hall.tell(Input::Disconnected { connection: before });
    assert_eq!(
        hall.ask(after, Request::RaiseHand),
        Some(Outcome::Done),
        "the late good-bye of the old socket changes nothing"
    );
}

#[test]
fn a_lost_line_is_shown_and_the_seat_kept_for_a_while() {
    let (mut hall, one, two, _) = Hall::plenary();
    hall.news(one);
    hall.tell(Input::Disconnected { connection: two });
    assert_eq!(seen(&hall.news(one)), [(seat("vesland-head"), Presence::Reconnecting)]);
    hall.pass(Duration::from_secs(30));
    assert_eq!(seen(&hall.news(one)), [(seat("vesland-head"), Presence::Absent)]);
}

#[test]
fn who_leaves_takes_the_hand_down() {
    let (mut hall, one, two, _) = Hall::plenary();
    hall.ask(two, Request::RaiseHand);
    hall.ask(two, Request::Leave);
    assert_eq!(hall.closed.get(&two), Some(&Bye::Left));
    let back = hall.enter("vesland-head");
    assert!(hall.welcome(back).floor.queue.is_empty());
    assert!(!hall.closed.contains_key(&one));
}

#[test]
fn a_withdrawn_link_sends_away_who_came_by_it_and_nobody_else() {
    let (mut hall, one, ..) = Hall::plenary();
    let aide = hall.hello("vesland-aide", 500, false);
    hall.news(one);
    hall.tell(Input::Revoke { summit: summit(), invitation: InvitationId(499) });
    assert!(!hall.closed.contains_key(&aide));
    hall.tell(Input::Revoke { summit: summit(), invitation: InvitationId(500) });
    assert_eq!(hall.closed.get(&aide), Some(&Bye::LinkRefused));
    assert_eq!(seen(&hall.news(one)), [(seat("vesland-aide"), Presence::Absent)]);
}

#[test]
fn what_was_said_on_a_device_that_gave_way_does_not_stay_for_ever() {
    let mut hall = Hall::open();
    let head = hall.enter("meridia-head");
    hall.ask(head, Request::Ready { ready: true });
    let phone = hall.hello("meridia-head", 700, true);
    hall.tell(Input::Disconnected { connection: phone });
    hall.pass(Duration::from_secs(21));
    let other = hall.enter("vesland-head");
    assert_eq!(hall.welcome(other).phase, Phase::Lobby { ready: vec![] });
}

#[test]
fn nothing_may_be_asked_before_coming_in() {
    let mut hall = Hall::open();
    let head = hall.hello("meridia-head", 1, false);
    assert_eq!(hall.ask(head, Request::Ready { ready: true }), refused(Refusal::NotHere));
    assert_eq!(hall.ask(head, Request::Devices { devices: ON }), refused(Refusal::NotHere));
}

#[test]
fn a_stop_is_told_to_everybody() {
    let (mut hall, one, two, chair) = Hall::plenary();
    hall.tell(Input::Shutdown);
    assert_eq!([one, two, chair].map(|connection| hall.closed[&connection]), [Bye::Restart; 3]);
}
