//! Caucuses: who may be called, who hears whom, and how they end.

mod people;

use people::{Room, plan, seat};
use summit::{Action, Meeting};
use wire::{Entry, Event, GroupId, Refusal, Sequence};

fn name(id: &str) -> GroupId {
    GroupId::new(id).expect("a name")
}

fn open(seats: &[&str]) -> Action {
    Action::OpenCaucus(seats.iter().map(|id| seat(id)).collect())
}

fn enter(id: &str) -> Action {
    Action::EnterCaucus(name(id))
}

fn hears(room: &Room, listener: &str, speaker: &str) -> bool {
    room.meeting.may_receive(&seat(listener), &seat(speaker))
}

#[test]
fn only_who_is_in_there_hears_what_happens_there() {
    let mut room = Room::in_plenary();
    room.asks("meridia-head", open(&["vesland-head", "observer"])).expect("everybody may");
    for who in ["meridia-head", "vesland-head"] {
        room.asks(who, enter("caucus-1")).expect("they were called");
    }
    assert!(hears(&room, "meridia-head", "vesland-head") && hears(&room, "vesland-head", "meridia-head"));
    assert!(!hears(&room, "chair", "meridia-head") && !hears(&room, "meridia-head", "chair"));
    assert!(hears(&room, "chair", "meridia-adviser"), "the room goes on");
    assert!(!hears(&room, "observer", "meridia-head"), "called, and not in there");
    room.asks("observer", enter("caucus-1")).expect("it was called");
    assert!(hears(&room, "observer", "meridia-head") && !hears(&room, "observer", "chair"));
    assert_eq!(room.would("chair", &enter("caucus-1")), Err(Refusal::NotCalled));
    assert_eq!(room.would("meridia-head", &enter("caucus-1")), Err(Refusal::AlreadySo));
    assert_eq!(room.would("meridia-head", &enter("caucus-9")), Err(Refusal::Unknown));
}

#[test]
fn nobody_is_in_two_and_the_last_one_closes_it() {
    let mut room = Room::in_plenary();
    room.asks("meridia-head", open(&["vesland-head"])).expect("a caucus");
    room.asks("vesland-head", open(&["meridia-head"])).expect("another one");
    for who in ["meridia-head", "vesland-head"] {
        room.asks(who, enter("caucus-1")).expect("called");
    }
    assert_eq!(room.would("meridia-head", &enter("caucus-2")), Err(Refusal::InCaucus));
    room.asks("meridia-head", Action::LeaveCaucus).expect("it was in there");
    assert_eq!(room.would("meridia-head", &Action::LeaveCaucus), Err(Refusal::AlreadySo));
    assert_eq!(room.meeting.open_caucuses().len(), 2);
    room.departs("vesland-head");
    assert!(room.meeting.open_caucuses().is_empty(), "the last one went, and nobody entered the other one");
    let third = room.asks("meridia-head", open(&["chair"])).expect("a third one");
    assert!(matches!(&third[..], [Event::CaucusOpened { caucus, .. }] if *caucus == name("caucus-3")), "{third:?}");
}

#[test]
fn who_goes_there_leaves_neither_hand_nor_floor_behind() {
    let mut room = Room::in_plenary();
    room.asks("chair", Action::GiveFloor(seat("meridia-head"))).expect("the chair may");
    room.asks("vesland-head", Action::RaiseHand).expect("everybody may");
    room.asks("meridia-head", open(&["vesland-head"])).expect("a caucus");
    for who in ["meridia-head", "vesland-head"] {
        room.asks(who, enter("caucus-1")).expect("called");
    }
    assert_eq!((room.speaker(), room.queue()), (None, Vec::new()));
    assert_eq!(room.would("meridia-head", &Action::RaiseHand), Err(Refusal::InCaucus));
    assert_eq!(room.would("chair", &Action::GiveFloor(seat("vesland-head"))), Err(Refusal::NotHere));
}

#[test]
fn who_may_be_called() {
    let room = Room::in_plenary();
    for (called, why) in [
        (&["line"][..], Refusal::NoVoice),
        (&["nobody"], Refusal::Unknown),
        (&[], Refusal::Malformed),
        (&["meridia-head"], Refusal::Malformed),
        (&["chair", "chair"], Refusal::Malformed),
    ] {
        assert_eq!(room.would("meridia-head", &open(called)), Err(why), "{called:?}");
    }
    assert_eq!(room.would("observer", &open(&["chair"])), Err(Refusal::NoVoice));
    assert_eq!(room.would("line", &enter("caucus-1")), Err(Refusal::NotCalled));
}

#[test]
fn before_the_reveal_a_caucus_is_of_one_party_and_the_reveal_ends_it() {
    let mut room = Room::in_lobby();
    assert_eq!(room.would("meridia-head", &open(&["vesland-head"])), Err(Refusal::NotYet));
    room.asks("meridia-head", open(&["meridia-adviser"])).expect("its own people");
    room.asks("meridia-adviser", enter("caucus-1")).expect("called");
    assert!(!hears(&room, "meridia-adviser", "meridia-notes") && hears(&room, "meridia-head", "meridia-notes"));
    assert_eq!(room.meeting.caucuses(&seat("meridia-notes")).len(), 1);
    assert!(
        room.meeting.caucuses(&seat("vesland-head")).is_empty() && room.meeting.caucuses(&seat("chair")).is_empty()
    );
    for who in ["meridia-head", "vesland-head"] {
        room.asks(who, Action::Ready(true)).expect("a head");
    }
    let [Event::CaucusLeft { .. }, Event::Revealed { .. }] = &room.reveals()[..] else { panic!("it is not ended") };
    assert!(room.meeting.open_caucuses().is_empty() && hears(&room, "vesland-head", "meridia-adviser"));
}

#[test]
fn who_calls_again_gives_up_the_caucus_that_nobody_entered() {
    let mut room = Room::in_plenary();
    for _ in 0..40 {
        room.asks("meridia-head", open(&["chair"])).expect("the one before is given up");
    }
    assert_eq!(room.meeting.open_caucuses().len(), 1);
}

#[test]
fn a_log_brings_the_caucuses_back() {
    let mut room = Room::in_plenary();
    let mut events = room.asks("meridia-head", open(&["chair", "vesland-head"])).expect("a caucus");
    events.extend(room.asks("chair", enter("caucus-1")).expect("called"));
    let entries: Vec<Entry> = (1..)
        .zip(events)
        .map(|(place, event)| Entry { sequence: Sequence(place), at: people::START, request: None, event })
        .collect();
    let restored = Meeting::restore(plan(), &entries);
    assert_eq!(restored.open_caucuses(), room.meeting.open_caucuses());
    assert_eq!(restored.caucus_of(&seat("chair")), Some(&name("caucus-1")));
    assert!(restored.receives_content(&seat("observer")) && !restored.receives_content(&seat("line")));
}
