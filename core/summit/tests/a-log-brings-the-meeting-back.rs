//! What must hold whatever people do, in whatever order: tried with random people.

mod people;

use people::{EVERYBODY, Room, item, plan, seat};
use proptest::prelude::*;
use summit::{Action, Meeting};
use wire::{Entry, Sequence, WallTime};

#[derive(Clone, Debug)]
enum Step {
    Asks(&'static str, Action),
    Comes(&'static str),
    Departs(&'static str),
}

fn who() -> impl Strategy<Value = &'static str> {
    // Heads and the chair act more often, or nothing would ever come of it.
    prop_oneof![
        3 => prop::sample::select(vec!["meridia-head", "vesland-head", "chair"]),
        2 => prop::sample::select(EVERYBODY.to_vec()),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => prop::bool::weighted(0.8).prop_map(Action::Ready),
        6 => Just(Action::RaiseHand),
        3 => who().prop_map(|who| Action::LowerHand(seat(who))),
        4 => who().prop_map(|who| Action::GiveFloor(seat(who))),
        3 => Just(Action::YieldFloor),
        2 => prop::sample::select(vec!["opening", "passage", "lunch"]).prop_map(|id| Action::OpenAgenda(item(id))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        16 => (who(), action()).prop_map(|(who, action)| Step::Asks(who, action)),
        1 => who().prop_map(Step::Departs),
        2 => who().prop_map(Step::Comes),
    ]
}

/// A whole meeting; it ends somewhere, or not.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    (prop::collection::vec(step(), 0..60), prop::bool::ANY, prop::collection::vec(step(), 0..5)).prop_map(
        |(mut steps, ends, after)| {
            steps.extend(ends.then_some(Step::Asks("chair", Action::End)));
            steps.extend(after);
            steps
        },
    )
}

fn carry_out(room: &mut Room, step: Step) -> Vec<wire::Event> {
    match step {
        Step::Asks(who, action) => {
            let mut events = room.asks(who, action).unwrap_or_default();
            events.extend(room.reveals());
            events
        }
        Step::Departs(who) => room.departs(who),
        Step::Comes(who) => {
            room.here.insert(seat(who));
            Vec::new()
        }
    }
}

proptest! {
    #[test]
    fn the_fold_of_the_log_is_the_meeting_itself(steps in steps()) {
        let mut room = Room::in_lobby();
        let mut log = Vec::new();
        let mut sequence = Sequence::default();
        for step in steps {
            // A second passes before a reveal, whose own time says nothing.
            let at = room.now;
            for event in carry_out(&mut room, step) {
                sequence = sequence.next();
                log.push(Entry { sequence, at, request: None, event });
            }
            prop_assert_eq!(&Meeting::restore(plan(), &log), &room.meeting);
        }
    }

    #[test]
    fn the_queue_never_names_anybody_twice_nor_the_speaker_nor_the_absent(steps in steps()) {
        let mut room = Room::in_lobby();
        for step in steps {
            carry_out(&mut room, step);
            let floor = room.meeting.floor();
            let waiting: std::collections::BTreeSet<_> = floor.queue.iter().cloned().collect();
            prop_assert_eq!(waiting.len(), floor.queue.len());
            let speaker = floor.holder.map(|(seat, _)| seat);
            prop_assert!(speaker.as_ref().is_none_or(|seat| !waiting.contains(seat)));
            if !matches!(room.meeting.phase(), wire::Phase::Ended { .. }) {
                prop_assert!(waiting.is_subset(&room.here));
                prop_assert!(speaker.is_none_or(|seat| room.here.contains(&seat)));
            }
        }
    }

    #[test]
    fn what_is_decided_changes_something_and_what_is_refused_does_not(steps in steps()) {
        let mut room = Room::in_lobby();
        for step in steps {
            let before = room.meeting.clone();
            let events = carry_out(&mut room, step);
            prop_assert_eq!(events.is_empty(), before == room.meeting);
        }
    }

    #[test]
    fn any_log_at_all_can_be_folded(steps in steps(), swaps in prop::collection::vec(any::<(usize, usize)>(), 0..10)) {
        let mut room = Room::in_lobby();
        let mut events: Vec<_> = steps.into_iter().flat_map(|step| carry_out(&mut room, step)).collect();
        for (one, other) in swaps {
            if !events.is_empty() {
                let count = events.len();
                events.swap(one % count, other % count);
            }
        }
        let mut meeting = Meeting::new(plan());
        for event in &events {
            meeting.apply(event, WallTime(0));
        }
        let floor = meeting.floor();
        prop_assert!(floor.holder.is_none_or(|(seat, _)| !floor.queue.contains(&seat)));
    }
}
