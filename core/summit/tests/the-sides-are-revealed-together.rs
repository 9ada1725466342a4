//! The lobby and the reveal.

mod people;

use people::{EVERYBODY, Room, seat};
use summit::{Action, REVEAL_LEAD};
use wire::{DelegationId, Event, Phase, Refusal};

#[test]
fn when_all_heads_are_ready_the_plenary_is_revealed_a_lead_after_it_will_be_announced() {
    let mut room = Room::in_lobby();
    let vesland = DelegationId::new("vesland").unwrap();
    let first = room.asks("vesland-head", Action::Ready(true)).unwrap();
    assert_eq!(first, [Event::Ready { delegation: vesland.clone(), ready: true, by: seat("vesland-head") }]);
    assert_eq!(room.meeting.phase(), Phase::Lobby { ready: vec![vesland] });
    assert_eq!(room.reveals(), []);

    let last = room.asks("meridia-head", Action::Ready(true)).unwrap();
    assert_eq!(last.len(), 1, "the reveal is decided when this is stored: {last:?}");
    let instant = room.now.plus(REVEAL_LEAD);
    assert_eq!(room.reveals(), [Event::Revealed { at: instant }]);
    assert_eq!(room.meeting.phase(), Phase::Plenary { revealed_at: instant });
    assert_eq!(room.reveals(), [], "once");
    assert_eq!(room.asks("meridia-head", Action::Ready(false)), Err(Refusal::TooLate));
}

#[test]
fn ready_can_be_taken_back_and_is_said_once() {
    let mut room = Room::in_lobby();
    room.asks("vesland-head", Action::Ready(true)).unwrap();
    assert_eq!(room.asks("vesland-head", Action::Ready(true)), Err(Refusal::AlreadySo));
    room.asks("vesland-head", Action::Ready(false)).unwrap();
    assert_eq!(room.meeting.phase(), Phase::Lobby { ready: vec![] });
    assert_eq!(room.asks("vesland-head", Action::Ready(false)), Err(Refusal::AlreadySo));
    room.asks("meridia-head", Action::Ready(true)).unwrap();
    assert_eq!(room.reveals(), []);
}

#[test]
fn nobody_is_revealed_to_an_empty_chair() {
    let mut room = Room::in_lobby();
    room.asks("vesland-head", Action::Ready(true)).unwrap();
    assert_eq!(room.departs("vesland-adviser"), []);
    assert_eq!(room.departs("vesland-head").len(), 1);
    room.asks("meridia-head", Action::Ready(true)).unwrap();
    assert_eq!(room.reveals(), []);

    // After a restart both are ready and neither is here yet.
    let mut room = Room::in_lobby();
    room.asks("vesland-head", Action::Ready(true)).unwrap();
    room.asks("meridia-head", Action::Ready(true)).unwrap();
    room.here.remove(&seat("vesland-head"));
    assert_eq!(room.reveals(), []);
    room.here.insert(seat("vesland-head"));
    assert_eq!(room.reveals().len(), 1);
}

#[test]
fn before_the_reveal_nothing_crosses_from_one_side_to_another() {
    let room = Room::in_lobby();
    let receives = |listener, speaker| room.meeting.may_receive(&seat(listener), &seat(speaker));
    assert!(receives("meridia-head", "meridia-adviser"));
    assert!(!receives("meridia-head", "meridia-head"), "nobody receives themselves");
    for viewer in EVERYBODY {
        for other in EVERYBODY {
            let same_side = viewer.split('-').next() == other.split('-').next();
            let sees = room.meeting.may_see_presence(&seat(viewer), &seat(other));
            assert_eq!(sees, same_side, "{viewer} sees {other}");
            assert_eq!(receives(viewer, other), same_side && viewer != other, "{viewer} receives {other}");
        }
    }
}

#[test]
fn after_the_reveal_all_who_receive_content_receive_all_who_have_a_voice() {
    let room = Room::in_plenary();
    for viewer in EVERYBODY {
        for other in EVERYBODY {
            assert!(room.meeting.may_see_presence(&seat(viewer), &seat(other)));
            let expected = viewer != other && viewer != "line" && !["line", "observer"].contains(&other);
            assert_eq!(room.meeting.may_receive(&seat(viewer), &seat(other)), expected, "{viewer} receives {other}");
        }
    }
    assert!(!room.meeting.may_receive(&seat("stranger"), &seat("chair")));
    assert!(!room.meeting.may_see_presence(&seat("stranger"), &seat("chair")));
}

#[test]
fn after_the_end_nobody_receives_and_a_side_that_was_never_revealed_stays_unseen() {
    let room = Room::ended();
    assert!(!room.meeting.may_receive(&seat("meridia-head"), &seat("meridia-adviser")));
    assert!(room.meeting.may_see_presence(&seat("meridia-head"), &seat("vesland-head")));

    let mut room = Room::in_lobby();
    room.asks("chair", Action::End).unwrap();
    assert!(!room.meeting.may_see_presence(&seat("meridia-head"), &seat("vesland-head")));
}
