//! A bot in a booth: it opens the microphone where nobody works, renders while somebody speaks another language, and hands over
//! to its partner after a while.

use std::time::Duration;

use wire::{BoothView, Language, MeetingView, Presence, Request, SeatId, SummitPlan, WallTime};

/// How long one of two works before the other takes over. People work half an hour; bots are watched for minutes.
const SHIFT: Duration = Duration::from_secs(60);

/// What bots render: from one language into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendering {
    /// What is spoken.
    pub from: Language,
    /// What is heard instead.
    pub to: Language,
}

/// The booth that `you` works in.
pub(crate) fn booth_of<'a>(view: &'a MeetingView, you: &SeatId) -> Option<&'a BoothView> {
    view.interpretation.booths.iter().find(|booth| booth.interpreters.contains(you))
}

/// What an interpreter asks for, as things are.
pub(crate) fn look(view: &MeetingView, booth: &BoothView, you: &SeatId, now: Option<WallTime>) -> Option<Request> {
    if let Some(handover) = &booth.handover {
        let concerns = handover.from == *you || handover.to == *you;
        return (concerns && handover.by != *you).then_some(Request::AcceptHandover);
    }
    let is_here = |seat: &SeatId| matches!(view.presence.get(seat), Some(Presence::Here { .. }));
    match booth.open.first() {
        // The first of those who are here begins.
        None => {
            let first = booth.interpreters.iter().find(|seat| is_here(seat))?;
            (first == you).then_some(Request::BoothMicrophone { open: true })
        }
        Some(open) if open.seat == *you => {
            let partner = booth.interpreters.iter().find(|seat| *seat != you && is_here(seat))?;
            let tired = now.is_some_and(|now| now.since(open.since) >= SHIFT);
            tired.then(|| Request::HandOver { to: partner.clone(), after: None })
        }
        Some(_) => None,
    }
}

/// What a listener asks for: the channel of the first language of the seat, if there is one.
pub(crate) fn chosen(plan: &SummitPlan, you: &SeatId) -> Option<Request> {
    let language = plan.seat(you)?.languages.first()?;
    plan.channels().contains(&language).then(|| Request::Listen { channel: Some(language.clone()) })
}

/// Whether an interpreter speaks now: the own microphone is the one that is heard, and somebody speaks a language that it renders.
/// `renders`: what it renders; nothing: whatever is not its own language.
pub(crate) fn speaks(
    plan: &SummitPlan,
    view: &MeetingView,
    booth: &BoothView,
    you: &SeatId,
    speaking: &[SeatId],
    renders: &[Rendering],
) -> bool {
    let works = booth.open.first().is_some_and(|open| open.seat == *you) && booth.suspended.is_none();
    let holder = view.floor.holder.as_ref().map(|(seat, _)| seat);
    let Some(speaker) = holder.or(speaking.first()).filter(|seat| speaking.contains(seat)) else { return false };
    let planned = plan.seat(speaker).and_then(|seat| seat.languages.first());
    let Some(spoken) = view.interpretation.spoken.get(speaker).or(planned) else { return false };
    let matches = |rendering: &Rendering| rendering.from == *spoken && rendering.to == booth.outgoing;
    works && *spoken != booth.outgoing && (renders.is_empty() || renders.iter().any(matches))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use wire::{Booth, BoothId, Devices, FloorView, Handover, InterpretationView, OpenMicrophone, Phase, Sequence};

    use super::*;

    fn seat(name: &str) -> SeatId {
        SeatId::new(name).unwrap()
    }

    fn language(tag: &str) -> Language {
        Language::new(tag).unwrap()
    }

    fn view() -> MeetingView {
        let booth = Booth {
            id: BoothId::new("english").unwrap(),
            languages: vec![language("en")],
            interpreters: vec![seat("one"), seat("two")],
            relay: Vec::new(),
            signed: false,
        };
        let here = Presence::Here { devices: Devices::default() };
        MeetingView {
            phase: Phase::Plenary { revealed_at: WallTime(0) },
            sequence: Sequence(0),
            presence: BTreeMap::from([(seat("one"), here), (seat("two"), here)]),
            floor: FloorView::default(),
            agenda: None,
            interpretation: InterpretationView::new(&[booth]),
            caucuses: Vec::new(),
            sources: Vec::new(),
            quality: BTreeMap::new(),
        }
    }

    fn asks(view: &MeetingView, you: &str, now: i64) -> Option<Request> {
        let you = seat(you);
        look(view, booth_of(view, &you)?, &you, Some(WallTime(now)))
    }

    #[test]
    fn the_first_who_is_here_works_and_hands_over_after_a_minute() {
        let mut now = view();
        assert_eq!(asks(&now, "one", 0), Some(Request::BoothMicrophone { open: true }));
        assert_eq!(asks(&now, "two", 0), None);
        now.interpretation.booths[0].open.push(OpenMicrophone { seat: seat("one"), since: WallTime(0) });
        assert_eq!((asks(&now, "one", 59_000), asks(&now, "two", 59_000)), (None, None));
        assert_eq!(asks(&now, "one", 60_000), Some(Request::HandOver { to: seat("two"), after: None }));
        let handover = Handover { from: seat("one"), to: seat("two"), by: seat("one"), at: None };
        now.interpretation.booths[0].handover = Some(handover);
        assert_eq!((asks(&now, "one", 60_000), asks(&now, "two", 60_000)), (None, Some(Request::AcceptHandover)));
    }

    #[test]
    fn who_listens_chooses_the_channel_of_their_own_language() {
        let seat_of = |id: &str, spoken: &str| {
            serde_json::json!({"id": id, "name": {"en": id}, "title": {"en": "Head"}, "role": "principal",
                "languages": [spoken], "time_zone": "UTC"})
        };
        let side = |id: &str, spoken: &str| {
            serde_json::json!({"id": id, "name": {"en": id}, "seats": [seat_of(&format!("{id}-head"), spoken)],
                "flag": {"layout": "vertical", "colours": ["#112233"]}})
        };
        let booths = [serde_json::json!({"id": "english", "languages": ["en"], "interpreters": []})];
        let plan = serde_json::json!({"title": {"en": "Talks"}, "booths": booths,
            "delegations": [side("meridia", "en"), side("vesland", "ru")]});
        let plan: SummitPlan = serde_json::from_value(plan).unwrap();
        let english = Request::Listen { channel: Some(language("en")) };
        assert_eq!(chosen(&plan, &seat("meridia-head")), Some(english));
        assert_eq!(chosen(&plan, &seat("vesland-head")), None);
    }

    #[test]
    fn it_speaks_while_somebody_speaks_another_language() {
        let people = |id: &str, spoken: &str| {
            let seat = serde_json::json!({"id": format!("{id}-head"), "name": {"en": id}, "title": {"en": "Head"},
                "role": "principal", "languages": [spoken], "time_zone": "UTC"});
            serde_json::json!({"id": id, "name": {"en": id}, "seats": [seat],
                "flag": {"layout": "vertical", "colours": ["#112233"]}})
        };
        let sides = [people("meridia", "en"), people("vesland", "ru")];
        let plan = serde_json::json!({"title": {"en": "Talks"}, "delegations": sides});
        let plan: SummitPlan = serde_json::from_value(plan).unwrap();
        let mut now = view();
        let you = seat("one");
        let said = |now: &MeetingView, speaking: &[&str], renders: &[Rendering]| {
            let speaking: Vec<_> = speaking.iter().copied().map(seat).collect();
            speaks(&plan, now, booth_of(now, &you).unwrap(), &you, &speaking, renders)
        };
        assert!(!said(&now, &["vesland-head"], &[]), "its microphone is shut");
        now.interpretation.booths[0].open.push(OpenMicrophone { seat: you.clone(), since: WallTime(0) });
        assert!(said(&now, &["vesland-head"], &[]));
        assert!(!said(&now, &["meridia-head"], &[]), "that is its own language");
        assert!(!said(&now, &[], &[]));
        let only = [Rendering { from: language("fr"), to: language("en") }];
        assert!(!said(&now, &["vesland-head"], &only));
        now.interpretation.spoken.insert(seat("vesland-head"), language("fr"));
        assert!(said(&now, &["vesland-head"], &only));
    }
}
