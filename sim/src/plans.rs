//! The summits that are simulated. Invented delegations only.

use wire::SummitPlan;

/// Two delegations of two, a neutral chair and an observer: six people.
pub fn two_delegations() -> SummitPlan {
    plan(&[("meridia", 2), ("vesland", 2)], &[("chair", "chair"), ("observer", "observer")])
}

/// Three of each party: where two are told one thing, and one another, somebody of every party is on both sides.
pub fn three_of_each() -> SummitPlan {
    plan(&[("meridia", 3), ("vesland", 3)], &[("chair", "chair"), ("observer", "observer"), ("guest", "observer")])
}

/// Three delegations of two; the heads preside jointly. A technician looks after the line.
pub fn three_delegations() -> SummitPlan {
    plan(&[("meridia", 2), ("vesland", 2), ("tarsis", 2)], &[("line", "technician")])
}

fn plan(delegations: &[(&str, usize)], secretariat: &[(&str, &str)]) -> SummitPlan {
    let seat = |id: &str, role: &str| {
        serde_json::json!({"id": id, "name": {"en": id}, "title": {"en": role}, "role": role, "languages": ["en"],
            "time_zone": "UTC"})
    };
    let delegation = |(id, people): &(&str, usize)| {
        let seats: Vec<_> = (0..*people)
            .map(|place| match place {
                0 => seat(&format!("{id}-head"), "principal"),
                _ => seat(&format!("{id}-adviser-{place}"), "adviser"),
            })
            .collect();
        let flag = serde_json::json!({"layout": "vertical", "colours": ["#1b3a5c", "#e8e2d0"]});
        serde_json::json!({"id": id, "name": {"en": id}, "flag": flag, "seats": seats})
    };
    let value = serde_json::json!({
        "title": {"en": "Talks on the Strait"},
        "delegations": delegations.iter().map(delegation).collect::<Vec<_>>(),
        "secretariat": secretariat.iter().map(|(id, role)| seat(id, role)).collect::<Vec<_>>(),
        "agenda": [
            {"id": "opening", "title": {"en": "Opening"}, "minutes": 5},
            {"id": "passage", "title": {"en": "Passage of the Strait"}, "minutes": 30},
        ],
    });
    // Every plan in this file is used by a test, so a broken one is found there.
    serde_json::from_value(value).expect("the plans of this file obey the rules")
}
