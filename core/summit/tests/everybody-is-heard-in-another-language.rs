//! Booths and channels: who interprets, who hears whom, and what becomes of it when something fails.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod people;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use people::{Room, START, seat};
use summit::{Action, InterpretationAction as Asked, Meeting};
use wire::{BoothId, Event, GroupId, InterpretationMode, Language, Refusal, SeatId, SuspensionReason, WallTime};

fn language(tag: &str) -> Language {
    Language::new(tag).unwrap()
}

fn booth(id: &str) -> BoothId {
    BoothId::new(id).unwrap()
}

fn asks(room: &mut Room, who: &str, asked: Asked) -> Result<Vec<Event>, Refusal> {
    room.asks(who, Action::Interpretation(asked))
}

fn opens(room: &mut Room, who: &str) {
    asks(room, who, Asked::Microphone(true)).unwrap();
}

/// Whom that listener hears on that channel.
fn hears(room: &Room, listener: &str, channel: &str) -> Option<String> {
    room.meeting.interpreter_for(&seat(listener), Some(&language(channel))).map(ToString::to_string)
}

/// Whom that interpreter hears by relay.
fn by_relay(room: &Room, interpreter: &str) -> Option<String> {
    room.meeting.interpreter_for(&seat(interpreter), None).map(ToString::to_string)
}

#[test]
fn a_channel_is_the_voice_of_who_works_in_its_booth() {
    let mut room = Room::with_booths();
    assert_eq!(hears(&room, "meridia-head", "en"), None, "nobody works yet");
    opens(&mut room, "en-1");
    assert_eq!(hears(&room, "meridia-head", "en").as_deref(), Some("en-1"));
    assert_eq!(hears(&room, "meridia-head", "ru"), None);
    assert_eq!(room.meeting.interpreter_for(&seat("meridia-head"), None), None, "who chose none hears the floor");
    opens(&mut room, "ru-1");
    asks(&mut room, "ru-1", Asked::Outgoing(language("fr"))).unwrap();
    assert_eq!(hears(&room, "vesland-head", "ru"), None);
    assert_eq!(hears(&room, "vesland-head", "fr").as_deref(), Some("ru-1"), "a retour works into the other language");
    asks(&mut room, "chair", Asked::SetChannel(language("fr"), false)).unwrap();
    assert_eq!(hears(&room, "vesland-head", "fr"), None, "a closed channel is nobody's");
    asks(&mut room, "line", Asked::SetChannel(language("fr"), true)).unwrap();
    room.departs("ru-1");
    assert_eq!(hears(&room, "vesland-head", "fr"), None, "who goes leaves no open microphone behind");
}

#[test]
fn of_two_open_microphones_one_is_heard() {
    let mut room = Room::with_booths();
    opens(&mut room, "en-2");
    opens(&mut room, "en-1");
    assert_eq!(hears(&room, "chair", "en").as_deref(), Some("en-2"), "the first that was opened");
    assert!(room.meeting.is_live(&seat("en-2")) && !room.meeting.is_live(&seat("en-1")));
    assert!(room.meeting.hears_booth(&seat("en-2"), &seat("en-1")), "partners hear each other");
    assert!(!room.meeting.hears_booth(&seat("ru-1"), &seat("en-1")), "other booths do not");
    asks(&mut room, "en-2", Asked::Microphone(false)).unwrap();
    assert_eq!(hears(&room, "chair", "en").as_deref(), Some("en-1"));
    assert_eq!(asks(&mut room, "en-2", Asked::Microphone(false)), Err(Refusal::AlreadySo));
    assert_eq!(asks(&mut room, "chair", Asked::Microphone(true)), Err(Refusal::NotInBooth));
}

/// The whole table: in every state of the two microphones and of the handover, what becomes of everything that either can ask.
#[test]
fn the_table_of_a_handover() {
    let partner = |who: &str| if who == "en-1" { "en-2" } else { "en-1" };
    let states: [(&str, &[(&str, Asked)]); 6] = [
        ("both are shut", &[]),
        ("1 is open", &[("en-1", Asked::Microphone(true))]),
        ("both are open", &[("en-1", Asked::Microphone(true)), ("en-2", Asked::Microphone(true))]),
        (
            "1 is open and asks 2",
            &[("en-1", Asked::Microphone(true)), ("en-1", Asked::HandOver { to: seat("en-2"), after: None })],
        ),
        (
            "1 is open and 2 asks for it",
            &[("en-1", Asked::Microphone(true)), ("en-2", Asked::HandOver { to: seat("en-2"), after: None })],
        ),
        (
            "1 is open and 2 counts down",
            &[("en-1", Asked::Microphone(true)), ("en-2", Asked::HandOver { to: seat("en-2"), after: Some(10) })],
        ),
    ];
    let mut table = String::new();
    for (name, before) in states {
        writeln!(table, "{name}").unwrap();
        for who in ["en-1", "en-2"] {
            let other = partner(who);
            let questions = [
                ("opens", Asked::Microphone(true)),
                ("shuts", Asked::Microphone(false)),
                ("asks the other to work", Asked::HandOver { to: seat(other), after: None }),
                ("asks to work", Asked::HandOver { to: seat(who), after: None }),
                ("has the other work at once", Asked::HandOver { to: seat(other), after: Some(0) }),
                ("works at once", Asked::HandOver { to: seat(who), after: Some(0) }),
                ("works in 10 s", Asked::HandOver { to: seat(who), after: Some(10) }),
                ("accepts", Asked::AcceptHandover),
                ("ends it", Asked::EndHandover),
            ];
            for (question, asked) in questions {
                let mut room = Room::with_booths();
                for (who, asked) in before {
                    asks(&mut room, who, asked.clone()).unwrap();
                }
                let outcome = match asks(&mut room, who, asked) {
                    Ok(_) => state(&room.meeting),
                    Err(refusal) => format!("refused: {refusal}"),
                };
                writeln!(table, "  {who} {question}: {outcome}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}

/// The English booth in a line.
fn state(meeting: &Meeting) -> String {
    let view = meeting.interpretation();
    let english = &view.booths[0];
    let open: Vec<_> = english.open.iter().map(|open| open.seat.as_str()).collect();
    let handover = english.handover.as_ref().map(|handover| {
        let how = if handover.at.is_some() { "counted down" } else { "asked" };
        format!(", {} to {} {how} by {}", handover.from, handover.to, handover.by)
    });
    format!("open {open:?}{}", handover.unwrap_or_default())
}

#[test]
fn nobody_hands_over_to_who_is_not_there() {
    let mut room = Room::with_booths();
    opens(&mut room, "en-1");
    asks(&mut room, "en-1", Asked::HandOver { to: seat("en-2"), after: Some(10) }).unwrap();
    room.departs("en-2");
    assert_eq!(state(&room.meeting), "open [\"en-1\"]", "and what was begun does not happen");
    assert_eq!(asks(&mut room, "en-1", Asked::HandOver { to: seat("en-2"), after: Some(0) }), Err(Refusal::NotHere));
}

#[test]
fn what_was_counted_down_to_happens_by_itself() {
    let mut room = Room::with_booths();
    opens(&mut room, "en-1");
    let begun = room.now;
    asks(&mut room, "en-1", Asked::HandOver { to: seat("en-2"), after: Some(10) }).unwrap();
    let due = WallTime(begun.0 + 10_000);
    assert_eq!(room.meeting.next_due(), Some(due));
    assert_eq!(room.meeting.decide_due(WallTime(due.0 - 1), &room.here), []);
    let gone = Event::HandoverEnded { booth: booth("english"), by: seat("en-2") };
    assert_eq!(
        room.meeting.decide_due(due, &BTreeSet::from([seat("en-1")])),
        [gone],
        "whoever cannot be heard does not take over"
    );
    let handed = Event::HandedOver { booth: booth("english"), from: seat("en-1"), to: seat("en-2") };
    assert_eq!(room.meeting.decide_due(due, &room.here), std::slice::from_ref(&handed));
    room.meeting.apply(&handed, due);
    assert_eq!(state(&room.meeting), "open [\"en-2\"]");
    assert_eq!(room.meeting.next_due(), None);
}

#[test]
fn nobody_takes_relay_from_themselves() {
    let mut room = Room::with_booths();
    asks(&mut room, "ar-1", Asked::Relay(Some(language("ru")))).unwrap();
    asks(&mut room, "ru-1", Asked::Relay(Some(language("en")))).unwrap();
    assert_eq!(asks(&mut room, "en-1", Asked::Relay(Some(language("ar")))), Err(Refusal::RelayLoop));
    assert_eq!(asks(&mut room, "en-1", Asked::Relay(Some(language("en")))), Err(Refusal::RelayLoop));
    // Into French the Russian booth carries no link of that chain any more.
    asks(&mut room, "ru-1", Asked::Outgoing(language("fr"))).unwrap();
    asks(&mut room, "en-1", Asked::Relay(Some(language("ar")))).unwrap();
    assert_eq!(asks(&mut room, "ru-1", Asked::Outgoing(language("ru"))), Err(Refusal::RelayLoop));
    assert_eq!(asks(&mut room, "en-1", Asked::Relay(Some(language("zh")))), Err(Refusal::Unknown));
}

#[test]
fn a_pivot_that_is_lost_gives_way_to_the_next_and_comes_back() {
    let mut room = Room::with_booths();
    opens(&mut room, "ar-1");
    assert_eq!(by_relay(&room, "ar-1"), None, "it hears the floor until it wants relay");
    asks(&mut room, "ar-1", Asked::Relay(Some(language("en")))).unwrap();
    assert_eq!(by_relay(&room, "ar-1"), None, "nobody works in the English booth: the floor");
    opens(&mut room, "ru-1");
    assert_eq!(by_relay(&room, "ar-1").as_deref(), Some("ru-1"), "the next pivot of the plan");
    opens(&mut room, "en-1");
    assert_eq!(by_relay(&room, "ar-1").as_deref(), Some("en-1"), "the one that it chose");
    asks(&mut room, "en-2", Asked::Suspend(booth("english"), SuspensionReason::BadSound)).unwrap();
    assert_eq!(by_relay(&room, "ar-1").as_deref(), Some("ru-1"));
    asks(&mut room, "ru-1", Asked::Microphone(false)).unwrap();
    assert_eq!(by_relay(&room, "ar-1"), None);
    asks(&mut room, "chair", Asked::Resume(booth("english"))).unwrap();
    assert_eq!(by_relay(&room, "ar-1").as_deref(), Some("en-1"));
}

#[test]
fn the_speakers_clock_stands_while_interpretation_is_suspended() {
    let mut room = Room::with_booths();
    opens(&mut room, "en-1");
    room.asks("chair", Action::GiveFloor(seat("vesland-head"))).unwrap();
    let suspended = room.now;
    asks(&mut room, "en-1", Asked::Suspend(booth("english"), SuspensionReason::BadSound)).unwrap();
    assert_eq!(hears(&room, "meridia-head", "en"), None);
    assert_eq!(room.meeting.floor().stands_since, Some(suspended));
    asks(&mut room, "line", Asked::Suspend(booth("russian"), SuspensionReason::Technical)).unwrap();
    asks(&mut room, "en-2", Asked::Resume(booth("english"))).unwrap();
    assert_eq!(room.meeting.floor().stands_since, Some(suspended), "another booth is still suspended");
    asks(&mut room, "chair", Asked::Resume(booth("russian"))).unwrap();
    assert_eq!((room.meeting.floor().stands_since, room.meeting.floor().stood_ms), (None, 3_000));
    let refused = asks(&mut room, "vesland-head", Asked::Suspend(booth("english"), SuspensionReason::TooFast));
    assert_eq!(refused, Err(Refusal::NotInBooth), "whoever speaks does not suspend what they say");
    asks(&mut room, "en-1", Asked::Suspend(booth("english"), SuspensionReason::NoRelief)).unwrap();
    let given = room.now;
    room.asks("chair", Action::GiveFloor(seat("meridia-head"))).unwrap();
    assert_eq!((room.meeting.floor().stands_since, room.meeting.floor().stood_ms), (Some(given), 0));
}

#[test]
fn in_consecutive_mode_one_speaks_after_the_other() {
    let mut room = Room::with_booths();
    assert_eq!(asks(&mut room, "chair", Asked::PassTurn(true)), Err(Refusal::NotYet));
    assert_eq!(asks(&mut room, "en-1", Asked::SetMode(InterpretationMode::Consecutive)), Err(Refusal::NotChair));
    asks(&mut room, "chair", Asked::SetMode(InterpretationMode::Consecutive)).unwrap();
    assert_eq!(asks(&mut room, "chair", Asked::PassTurn(true)), Err(Refusal::NotSpeaking));
    room.asks("chair", Action::GiveFloor(seat("vesland-head"))).unwrap();
    assert_eq!(asks(&mut room, "vesland-head", Asked::PassTurn(true)), Err(Refusal::NotHere), "nobody would render it");
    opens(&mut room, "en-1");
    assert_eq!(hears(&room, "meridia-head", "en"), None, "there are no channels");
    assert!(!room.meeting.hears_booth(&seat("meridia-head"), &seat("en-1")));
    assert_eq!(asks(&mut room, "meridia-head", Asked::PassTurn(true)), Err(Refusal::NotSpeaking));
    asks(&mut room, "vesland-head", Asked::PassTurn(true)).unwrap();
    assert!(room.meeting.is_rendering() && room.meeting.hears_booth(&seat("meridia-head"), &seat("en-1")));
    assert_eq!(asks(&mut room, "meridia-head", Asked::PassTurn(false)), Err(Refusal::NotInBooth));
    asks(&mut room, "en-1", Asked::PassTurn(false)).unwrap();
    assert!(!room.meeting.is_rendering());
    opens(&mut room, "ru-1");
    asks(&mut room, "vesland-head", Asked::PassTurn(true)).unwrap();
    assert!(!room.meeting.hears_booth(&seat("chair"), &seat("ru-1")), "one renders for everybody");
    asks(&mut room, "en-1", Asked::Microphone(false)).unwrap();
    assert!(room.meeting.hears_booth(&seat("chair"), &seat("ru-1")));
    asks(&mut room, "ru-1", Asked::Microphone(false)).unwrap();
    assert!(!room.meeting.is_rendering(), "nobody renders: the speaker is heard again");
    asks(&mut room, "vesland-head", Asked::PassTurn(false)).unwrap();
    opens(&mut room, "en-1");
    asks(&mut room, "vesland-head", Asked::PassTurn(true)).unwrap();
    room.asks("chair", Action::YieldFloor).unwrap();
    assert!(!room.meeting.is_rendering(), "the speech is over");
}

#[test]
fn a_booth_works_where_its_interpreters_are() {
    let mut room = Room::with_booths();
    opens(&mut room, "en-1");
    room.asks("meridia-head", Action::OpenCaucus(vec![seat("vesland-head"), seat("en-2")])).unwrap();
    let caucus = GroupId::new("caucus-1").unwrap();
    for who in ["meridia-head", "vesland-head", "en-2"] {
        room.asks(who, Action::EnterCaucus(caucus.clone())).unwrap();
    }
    assert_eq!(hears(&room, "vesland-head", "en"), None, "the plenary's interpreter is not heard in there");
    opens(&mut room, "en-2");
    assert_eq!(hears(&room, "vesland-head", "en").as_deref(), Some("en-2"));
    assert_eq!(hears(&room, "chair", "en").as_deref(), Some("en-1"));
    let apart = asks(&mut room, "en-1", Asked::HandOver { to: seat("en-2"), after: None });
    assert_eq!(apart, Err(Refusal::NotHere), "one does not hand over to another room");
    room.asks("en-2", Action::LeaveCaucus).unwrap();
    assert_eq!(state(&room.meeting), "open [\"en-1\"]", "who changes the room has a shut microphone there");
}

#[test]
fn who_works_in_a_booth_has_no_voice_on_the_floor() {
    let mut room = Room::with_booths();
    assert_eq!(room.asks("en-1", Action::RaiseHand), Err(Refusal::NoVoice));
    assert_eq!(room.asks("chair", Action::GiveFloor(seat("en-1"))), Err(Refusal::NoVoice));
    asks(&mut room, "chair", Asked::Assign { booth: booth("english"), seat: seat("en-1"), assigned: false }).unwrap();
    room.asks("en-1", Action::RaiseHand).unwrap();
    asks(&mut room, "line", Asked::Assign { booth: booth("english"), seat: seat("en-1"), assigned: true }).unwrap();
    assert!(room.queue().is_empty(), "and who goes back to the booth waits for the floor no more");
}

#[test]
fn nothing_of_booths_crosses_the_reveal_and_another_device_begins_with_a_shut_microphone() {
    let lobby = Meeting::new(people::plan_with_booths());
    assert!(!lobby.sees_audience(&seat("chair")) && !lobby.sees_audience(&seat("en-1")));
    let mut room = Room::with_booths();
    assert!(room.meeting.sees_audience(&seat("chair")) && !room.meeting.sees_audience(&seat("meridia-head")));
    opens(&mut room, "en-1");
    let shut = Event::BoothMicrophone { booth: booth("english"), seat: seat("en-1"), open: false };
    assert_eq!(room.meeting.decide_take_over(&seat("en-1")), [shut]);
}

#[test]
fn interpreters_are_assigned_by_the_chair_or_the_technician() {
    let mut room = Room::with_booths();
    let assign = |to: &str, who: &str, assigned| Asked::Assign { booth: booth(to), seat: seat(who), assigned };
    opens(&mut room, "en-2");
    assert_eq!(asks(&mut room, "en-1", assign("russian", "en-1", true)), Err(Refusal::NotChair));
    asks(&mut room, "line", assign("russian", "en-2", true)).unwrap();
    assert_eq!(hears(&room, "chair", "en"), None, "the microphone of the former booth is shut");
    assert_eq!(room.meeting.booth_of(&seat("en-2")), Some(&booth("russian")));
    assert_eq!(asks(&mut room, "chair", assign("russian", "en-2", true)), Err(Refusal::AlreadySo));
    assert_eq!(asks(&mut room, "chair", assign("english", "meridia-head", true)), Err(Refusal::NotInBooth));
    assert_eq!(asks(&mut room, "chair", assign("english", "ar-1", false)), Err(Refusal::AlreadySo));
}

#[test]
fn everything_comes_back_from_the_log() {
    let mut room = Room::with_booths();
    let mut log: Vec<Event> = Vec::new();
    let mut both = |room: &mut Room, who: &str, asked: Asked| log.extend(asks(room, who, asked).unwrap());
    both(&mut room, "en-1", Asked::Microphone(true));
    both(&mut room, "ar-1", Asked::Relay(Some(language("en"))));
    both(&mut room, "en-2", Asked::HandOver { to: seat("en-2"), after: Some(20) });
    both(&mut room, "chair", Asked::SetChannel(language("ru"), false));
    both(&mut room, "ru-1", Asked::Suspend(booth("russian"), SuspensionReason::NoDocument));
    both(&mut room, "vesland-head", Asked::Speak(language("fr")));
    let mut again = Room::with_booths();
    for event in &log {
        again.meeting.apply(event, START);
    }
    let untimed = |meeting: &Meeting| {
        let mut view = meeting.interpretation();
        view.booths.iter_mut().for_each(|booth| {
            booth.open.iter_mut().for_each(|open| open.since = START);
            booth.suspended.iter_mut().for_each(|suspended| suspended.since = START);
        });
        view
    };
    assert_eq!(untimed(&again.meeting), untimed(&room.meeting));
    let spoken: Vec<SeatId> = room.meeting.interpretation().spoken.into_keys().collect();
    assert_eq!(spoken, [seat("vesland-head")]);
}
