//! The floor, the queue and the agenda.

mod people;

use people::{Room, START, item, seat};
use summit::Action;
use wire::{Event, Phase, Refusal, WallTime};

#[test]
fn hands_queue_first_come_first_and_the_chair_picks_anyone() {
    let mut room = Room::in_plenary();
    for who in ["vesland-head", "meridia-head", "booth"] {
        room.asks(who, Action::RaiseHand).unwrap();
    }
    assert_eq!(room.asks("booth", Action::RaiseHand), Err(Refusal::AlreadyRaised));
    assert_eq!(room.queue(), ["vesland-head", "meridia-head", "booth"]);

    let given_at = room.now;
    room.asks("chair", Action::GiveFloor(seat("meridia-head"))).unwrap();
    assert_eq!(room.meeting.floor().holder, Some((seat("meridia-head"), given_at)));
    assert_eq!(room.queue(), ["vesland-head", "booth"]);
    assert_eq!(room.asks("meridia-head", Action::RaiseHand), Err(Refusal::AlreadySo));

    room.asks("chair", Action::GiveFloor(seat("meridia-press"))).unwrap();
    assert_eq!(room.speaker().as_deref(), Some("meridia-press"), "who did not ask may be asked to speak");
    for who in ["observer", "line"] {
        assert_eq!(room.asks("chair", Action::GiveFloor(seat(who))), Err(Refusal::NoVoice));
    }
}

#[test]
fn giving_the_floor_while_another_speaks_ends_that_speech_first() {
    let mut room = Room::in_plenary();
    room.asks("chair", Action::GiveFloor(seat("meridia-head"))).unwrap();
    let events = room.asks("chair", Action::GiveFloor(seat("vesland-head"))).unwrap();
    let by = seat("chair");
    assert_eq!(
        events,
        [
            Event::FloorYielded { seat: seat("meridia-head"), by: by.clone() },
            Event::FloorGiven { seat: seat("vesland-head"), by }
        ]
    );
    assert_eq!(room.asks("chair", Action::GiveFloor(seat("vesland-head"))), Err(Refusal::AlreadySo));
}

#[test]
fn the_speaker_yields_or_the_chair_does_and_nobody_else() {
    let mut room = Room::in_plenary();
    assert_eq!(room.asks("chair", Action::YieldFloor), Err(Refusal::NotSpeaking));
    room.asks("chair", Action::GiveFloor(seat("meridia-head"))).unwrap();
    assert_eq!(room.asks("vesland-head", Action::YieldFloor), Err(Refusal::NotSpeaking));
    room.asks("meridia-head", Action::YieldFloor).unwrap();
    assert_eq!(room.speaker(), None);
    room.asks("chair", Action::GiveFloor(seat("meridia-head"))).unwrap();
    let events = room.asks("chair", Action::YieldFloor).unwrap();
    assert_eq!(events, [Event::FloorYielded { seat: seat("meridia-head"), by: seat("chair") }]);
}

#[test]
fn only_those_who_are_here_act_and_are_given_the_floor() {
    let mut room = Room::in_plenary();
    room.here.remove(&seat("vesland-head"));
    assert_eq!(room.asks("chair", Action::GiveFloor(seat("vesland-head"))), Err(Refusal::NotHere));
    assert_eq!(room.asks("vesland-head", Action::RaiseHand), Err(Refusal::NotHere));
    assert_eq!(room.asks("chair", Action::GiveFloor(seat("stranger"))), Err(Refusal::Unknown));
    assert_eq!(room.asks("stranger", Action::RaiseHand), Err(Refusal::Unknown));
}

#[test]
fn whoever_goes_leaves_no_hand_and_no_floor_behind() {
    let mut room = Room::in_plenary();
    room.asks("booth", Action::RaiseHand).unwrap();
    room.asks("chair", Action::GiveFloor(seat("meridia-head"))).unwrap();
    assert_eq!(room.departs("booth"), [Event::HandLowered { seat: seat("booth"), by: seat("booth") }]);
    let yielded = Event::FloorYielded { seat: seat("meridia-head"), by: seat("meridia-head") };
    assert_eq!(room.departs("meridia-head"), [yielded]);
    assert_eq!(room.departs("vesland-head"), []);
    assert_eq!((room.speaker(), room.queue().len()), (None, 0));
}

#[test]
fn the_chair_opens_items_of_the_agenda_in_any_order() {
    let mut room = Room::in_plenary();
    room.asks("chair", Action::OpenAgenda(item("passage"))).unwrap();
    room.asks("chair", Action::OpenAgenda(item("opening"))).unwrap();
    assert_eq!(room.meeting.agenda(), Some(item("opening")));
    assert_eq!(room.asks("chair", Action::OpenAgenda(item("opening"))), Err(Refusal::AlreadySo));
    assert_eq!(room.asks("chair", Action::OpenAgenda(item("lunch"))), Err(Refusal::Unknown));
}

#[test]
fn the_operator_ends_a_summit_without_a_seat_and_once() {
    let mut room = Room::in_plenary();
    assert_eq!(room.meeting.decide_end_by_operator(), Ok(vec![Event::Ended { by: None }]));
    let at = WallTime(START.0 + 60_000);
    room.meeting.apply(&Event::Ended { by: None }, at);
    assert_eq!(room.meeting.phase(), Phase::Ended { at });
    assert_eq!(room.meeting.decide_end_by_operator(), Err(Refusal::Ended));
    assert_eq!(room.departs("meridia-head"), []);
}
