//! A small summit to test with: two delegations, a secretariat with a neutral chair, and a clock that moves a second with
//! every action.

#![allow(dead_code, unreachable_pub, reason = "every file of tests uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeSet;

use summit::{Action, Meeting};
use wire::{AgendaItemId, Event, Refusal, SeatId, SummitPlan, WallTime};

pub const START: WallTime = WallTime(1_700_000_000_000);

pub const EVERYBODY: [&str; 10] = [
    "meridia-head",
    "meridia-adviser",
    "meridia-notes",
    "meridia-press",
    "vesland-head",
    "vesland-adviser",
    "chair",
    "booth",
    "observer",
    "line",
];

pub fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

pub fn item(id: &str) -> AgendaItemId {
    AgendaItemId::new(id).unwrap()
}

pub fn plan() -> SummitPlan {
    let seat = |id: &str, role: &str| {
        serde_json::json!({"id": id, "name": {"en": id}, "title": {"en": "At the table"}, "role": role,
            "languages": ["en"], "time_zone": "UTC"})
    };
    let flag = serde_json::json!({"layout": "vertical", "colours": ["#112233", "#ddeeff"]});
    serde_json::from_value(serde_json::json!({
        "title": {"en": "Talks on the Strait"},
        "delegations": [
            {"id": "meridia", "name": {"en": "Republic of Meridia"}, "flag": flag, "seats": [
                seat("meridia-head", "principal"), seat("meridia-adviser", "adviser"),
                seat("meridia-notes", "note_taker"), seat("meridia-press", "press_officer")]},
            {"id": "vesland", "name": {"en": "Commonwealth of Vesland"}, "flag": flag, "seats": [
                seat("vesland-head", "principal"), seat("vesland-adviser", "adviser")]},
        ],
        "secretariat": [seat("chair", "chair"), seat("booth", "interpreter"), seat("observer", "observer"),
            seat("line", "technician")],
        "agenda": [
            {"id": "opening", "title": {"en": "Opening"}, "minutes": 10},
            {"id": "passage", "title": {"en": "Passage of the Strait"}, "minutes": 40},
        ],
    }))
    .unwrap()
}

/// Two interpreters in the English booth, one in each of the others: "en-1", "en-2", "ru-1", "ar-1".
pub fn plan_with_booths() -> SummitPlan {
    let mut plan = serde_json::to_value(plan()).unwrap();
    let interpreter = |id: &str, language: &str| {
        serde_json::json!({"id": id, "name": {"en": id}, "title": {"en": "Interpreter"}, "role": "interpreter",
            "languages": [language], "time_zone": "UTC"})
    };
    let people = [("en-1", "en"), ("en-2", "en"), ("ru-1", "ru"), ("ar-1", "ar")];
    let secretariat = plan["secretariat"].as_array_mut().unwrap();
    secretariat.extend(people.map(|(id, language)| interpreter(id, language)));
    plan["booths"] = serde_json::json!([
        {"id": "english", "languages": ["en"], "interpreters": ["en-1", "en-2"]},
        {"id": "russian", "languages": ["ru", "fr"], "interpreters": ["ru-1"]},
        {"id": "arabic", "languages": ["ar"], "interpreters": ["ar-1"], "relay": ["en", "ru"]},
    ]);
    serde_json::from_value(plan).unwrap()
}

pub struct Room {
    pub meeting: Meeting,
    pub here: BTreeSet<SeatId>,
    pub now: WallTime,
}

impl Room {
    /// Everybody has come in; the sides are still apart.
    pub fn in_lobby() -> Self {
        Self { meeting: Meeting::new(plan()), here: EVERYBODY.map(seat).into(), now: START }
    }

    /// The plenary with interpretation: three booths of the secretariat, of which one works both ways.
    pub fn with_booths() -> Self {
        let plan = plan_with_booths();
        let here = plan.seats().map(|(_, seat)| seat.id.clone()).collect();
        let mut room = Self { meeting: Meeting::new(plan), here, now: START };
        room.gets_ready();
        room
    }

    /// Both heads have said ready, and the plenary is revealed.
    pub fn in_plenary() -> Self {
        let mut room = Self::in_lobby();
        room.gets_ready();
        room
    }

    pub fn gets_ready(&mut self) {
        self.asks("meridia-head", Action::Ready(true)).unwrap();
        self.asks("vesland-head", Action::Ready(true)).unwrap();
        assert_eq!(self.reveals().len(), 1);
    }

    /// The plenary is revealed, if it is due.
    pub fn reveals(&mut self) -> Vec<Event> {
        let events = self.meeting.decide_reveal(self.now, &self.here);
        self.happens(&events);
        events
    }

    /// The chair has ended it.
    pub fn ended() -> Self {
        let mut room = Self::in_plenary();
        room.asks("chair", Action::End).unwrap();
        room
    }

    /// What would become of it.
    pub fn would(&self, who: &str, action: &Action) -> Result<Vec<Event>, Refusal> {
        self.meeting.decide(&seat(who), action, &self.here, self.now)
    }

    /// Asks, and what was decided happens.
    pub fn asks(&mut self, who: &str, action: Action) -> Result<Vec<Event>, Refusal> {
        let events = self.would(who, &action)?;
        self.happens(&events);
        Ok(events)
    }

    /// Goes for good.
    pub fn departs(&mut self, who: &str) -> Vec<Event> {
        self.here.remove(&seat(who));
        let events = self.meeting.decide_departure(&seat(who));
        self.happens(&events);
        events
    }

    pub fn queue(&self) -> Vec<String> {
        self.meeting.floor().queue.iter().map(ToString::to_string).collect()
    }

    pub fn speaker(&self) -> Option<String> {
        self.meeting.floor().holder.map(|(seat, _)| seat.to_string())
    }

    fn happens(&mut self, events: &[Event]) {
        for event in events {
            self.meeting.apply(event, self.now);
        }
        self.now = WallTime(self.now.0 + 1_000);
    }
}
