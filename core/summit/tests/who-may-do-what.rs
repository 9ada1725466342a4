//! The whole table of powers, every role against every action in every phase, as a reader wants to see it. `+` is
//! carried out; everything else is the refusal.

mod people;

use people::{EVERYBODY, Room, item, seat};
use summit::{Action, Meeting};
use wire::{Refusal, SummitPlan};

#[test]
fn in_the_lobby() {
    let expected = "
                 ready        raise  lower own lower other give     yield  agenda   end
meridia-head     +            NotYet NotYet    NotChair    NotChair NotYet NotChair NotChair
meridia-adviser  NotPrincipal NotYet NotYet    NotChair    NotChair NotYet NotChair NotChair
meridia-notes    NotPrincipal NotYet NotYet    NotChair    NotChair NotYet NotChair NotChair
meridia-press    NotPrincipal NotYet NotYet    NotChair    NotChair NotYet NotChair NotChair
vesland-head     +            NotYet NotYet    NotChair    NotChair NotYet NotChair NotChair
vesland-adviser  NotPrincipal NotYet NotYet    NotChair    NotChair NotYet NotChair NotChair
chair            NotPrincipal NotYet NotYet    NotYet      NotYet   NotYet NotYet   +
booth            NotPrincipal NotYet NotYet    NotChair    NotChair NotYet NotChair NotChair
observer         NotPrincipal NoVoice NotYet   NotChair    NotChair NotYet NotChair NotChair
line             NotPrincipal NoVoice NotYet   NotChair    NotChair NotYet NotChair NotChair
";
    assert_table(expected, &Room::in_lobby());
}

/// `booth` has its hand raised, `vesland-head` has the floor.
#[test]
fn in_the_plenary() {
    let mut room = Room::in_plenary();
    room.asks("booth", Action::RaiseHand).unwrap();
    room.asks("chair", Action::GiveFloor(seat("vesland-head"))).unwrap();
    let expected = "
                 ready        raise         lower own  lower other  give       yield       agenda     end
meridia-head     TooLate      +             NotRaised  NotChair     NotChair   NotSpeaking NotChair   NotChair
meridia-adviser  NotPrincipal +             NotRaised  NotChair     NotChair   NotSpeaking NotChair   NotChair
meridia-notes    NotPrincipal +             NotRaised  NotChair     NotChair   NotSpeaking NotChair   NotChair
meridia-press    NotPrincipal +             NotRaised  NotChair     NotChair   NotSpeaking NotChair   NotChair
vesland-head     TooLate      AlreadySo     NotRaised  NotChair     NotChair   +           NotChair   NotChair
vesland-adviser  NotPrincipal +             NotRaised  NotChair     NotChair   NotSpeaking NotChair   NotChair
chair            NotPrincipal +             NotRaised  +            +          +           +          +
booth            NotPrincipal AlreadyRaised +          NotChair     NotChair   NotSpeaking NotChair   NotChair
observer         NotPrincipal NoVoice       NotRaised  NotChair     NotChair   NotSpeaking NotChair   NotChair
line             NotPrincipal NoVoice       NotRaised  NotChair     NotChair   NotSpeaking NotChair   NotChair
";
    assert_table(expected, &room);
}

#[test]
fn after_the_end_everything_is_refused_to_everybody() {
    let room = Room::ended();
    for who in EVERYBODY {
        for (name, action) in actions(who) {
            assert_eq!(room.would(who, &action), Err(Refusal::Ended), "{who}: {name}");
        }
    }
}

#[test]
fn without_a_neutral_chair_the_heads_preside_jointly() {
    let plan = people::plan();
    let secretariat = plan.secretariat.into_iter().filter(|seat| seat.id.as_str() != "chair").collect();
    let plan = SummitPlan::new(plan.title, plan.delegations, secretariat, vec![], plan.agenda, vec![]).unwrap();
    let mut room = Room { meeting: Meeting::new(plan), ..Room::in_lobby() };
    room.gets_ready();
    room.asks("meridia-head", Action::GiveFloor(seat("vesland-adviser"))).unwrap();
    room.asks("vesland-head", Action::GiveFloor(seat("meridia-adviser"))).unwrap();
    assert_eq!(room.asks("vesland-adviser", Action::GiveFloor(seat("vesland-head"))), Err(Refusal::NotChair));
}

#[test]
fn who_presides_speaks_in_any_role() {
    let plan = people::plan();
    let chair = vec![seat("observer")];
    let plan = SummitPlan::new(plan.title, plan.delegations, plan.secretariat, chair, plan.agenda, vec![]).unwrap();
    let mut room = Room { meeting: Meeting::new(plan), ..Room::in_lobby() };
    room.gets_ready();
    room.asks("observer", Action::GiveFloor(seat("observer"))).unwrap();
    assert!(room.meeting.may_receive(&seat("meridia-head"), &seat("observer")));
}

fn actions(who: &str) -> [(&'static str, Action); 8] {
    let other = if who == "booth" { "meridia-head" } else { "booth" };
    [
        ("ready", Action::Ready(true)),
        ("raise", Action::RaiseHand),
        ("lower own", Action::LowerHand(seat(who))),
        ("lower other", Action::LowerHand(seat(other))),
        ("give", Action::GiveFloor(seat("meridia-head"))),
        ("yield", Action::YieldFloor),
        ("agenda", Action::OpenAgenda(item("opening"))),
        ("end", Action::End),
    ]
}

/// Compares words, not the blanks between them, so that the table may be laid out for the eye.
fn assert_table(expected: &str, room: &Room) {
    let rows = EVERYBODY.map(|who| {
        let cells = actions(who).map(|(_, action)| match room.would(who, &action) {
            Ok(_) => "+".to_owned(),
            Err(refusal) => format!("{refusal:?}"),
        });
        format!("{who} {}", cells.join(" "))
    });
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected: Vec<String> = expected.lines().skip(2).map(words).collect();
    assert_eq!(expected, rows);
}
