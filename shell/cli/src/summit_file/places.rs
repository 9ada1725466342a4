//! Where each part of the plan stands in the file, to show a broken rule of the plan there.

use std::collections::BTreeMap;

use wire::{AgendaItemId, BoothId, DelegationId, Language, PlanError, Role, SeatId};

use super::mistake::Place;
use super::reader::{At, Reader};
use crate::spelling::meant;

/// The parts in the order of the file.
#[derive(Default)]
pub(super) struct Places {
    pub(super) delegations: Vec<DelegationPlace>,
    pub(super) seats: Vec<SeatPlace>,
    pub(super) items: Vec<(AgendaItemId, Place)>,
    pub(super) chair: Vec<(SeatId, Place)>,
    pub(super) booths: Vec<BoothPlace>,
}

pub(super) struct BoothPlace {
    id: BoothId,
    place: Place,
    languages: Place,
    interpreters: Vec<(SeatId, Place)>,
}

pub(super) struct DelegationPlace {
    id: DelegationId,
    place: Place,
    header: Place,
    flag: Place,
    /// Its seats, as indices.
    seats: std::ops::Range<usize>,
}

pub(super) struct SeatPlace {
    id: SeatId,
    place: Place,
    /// None when it could not be read: then nothing is said about who has a head and who has none.
    role: Option<(Role, Place)>,
    /// Where the list of languages stands, if it is empty.
    silent: Option<Place>,
    /// Whether its id could be read.
    readable: bool,
}

/// A name for a part whose id could not be read, different from all that can be written by accident.
fn unreadable<T: std::str::FromStr<Err = wire::BadId>>(place: Place) -> T {
    #[expect(clippy::unwrap_used, reason = "it is short and has only allowed characters")]
    format!("unreadable-id-at-{place}").parse().ok().unwrap()
}

impl Places {
    /// Notes a delegation after its seats, which begin at `first_seat`.
    pub(super) fn delegation(
        &mut self,
        header: Place,
        id: Option<At<DelegationId>>,
        flag: Place,
        first_seat: usize,
    ) -> DelegationId {
        let id = id.unwrap_or_else(|| At { place: header, value: unreadable(header) });
        let seats = first_seat..self.seats.len();
        self.delegations.push(DelegationPlace { id: id.value.clone(), place: id.place, header, flag, seats });
        id.value
    }

    pub(super) fn seat(
        &mut self,
        header: Place,
        id: Option<At<SeatId>>,
        role: Option<&At<Role>>,
        languages: Option<&At<Vec<Language>>>,
    ) -> SeatId {
        let readable = id.is_some();
        let id = id.unwrap_or_else(|| At { place: header, value: unreadable(header) });
        self.seats.push(SeatPlace {
            id: id.value.clone(),
            place: id.place,
            role: role.map(|role| (role.value, role.place)),
            silent: languages.filter(|languages| languages.value.is_empty()).map(|languages| languages.place),
            readable,
        });
        id.value
    }

    pub(super) fn item(&mut self, header: Place, id: Option<At<AgendaItemId>>) -> AgendaItemId {
        let id = id.unwrap_or_else(|| At { place: header, value: unreadable(header) });
        self.items.push((id.value.clone(), id.place));
        id.value
    }

    pub(super) fn booth(
        &mut self,
        header: Place,
        id: Option<At<BoothId>>,
        languages: Place,
        interpreters: Vec<(SeatId, Place)>,
    ) -> BoothId {
        let id = id.unwrap_or_else(|| At { place: header, value: unreadable(header) });
        self.booths.push(BoothPlace { id: id.value.clone(), place: id.place, languages, interpreters });
        id.value
    }

    /// Notes the broken rules as mistakes, each where it is cured.
    pub(super) fn explain(&self, broken: &[PlanError], reader: &mut Reader) {
        // How often a rule was seen before: the second repetition of an id is the third place where it stands.
        let mut seen = BTreeMap::new();
        for rule in broken {
            let times = seen.entry(rule.to_string()).or_insert(0);
            *times += 1;
            self.explain_one(rule, *times, reader);
        }
    }

    fn explain_one(&self, rule: &PlanError, times: usize, reader: &mut Reader) {
        let what = rule.to_string();
        match rule {
            PlanError::Delegations(_) => {
                let place = self.delegations.last().map_or(0, |side| side.header);
                reader.count(place, what, "describe each with a part [[delegation]] and its seats [[delegation.seat]]");
            }
            PlanError::Seats(_) => {
                let place = self.seats.get(200).map_or(0, |seat| seat.place);
                reader.count(place, what, "take out seats, or hold two summits");
            }
            PlanError::Reserved => {
                let reserved = self.delegations.iter().filter(|side| side.id.as_str() == wire::SECRETARIAT);
                for side in reserved {
                    reader.wrong(
                        side.place,
                        "this is the name of the party that is no delegation",
                        "give it another id",
                    );
                }
            }
            PlanError::DelegationTwice(id) => {
                let places = self.delegations.iter().filter(|side| &side.id == id).map(|side| side.place);
                twice(reader, "delegation", id.as_str(), places, times);
            }
            PlanError::SeatTwice(id) => {
                let places = self.seats.iter().filter(|seat| &seat.id == id).map(|seat| seat.place);
                twice(reader, "seat", id.as_str(), places, times);
            }
            PlanError::AgendaTwice(id) => {
                let places = self.items.iter().filter(|(item, _)| item == id).map(|(_, place)| *place);
                twice(reader, "agenda item", id.as_str(), places, times);
            }
            PlanError::Principals(id, heads) => self.explain_heads(id, *heads, reader),
            PlanError::Role(id, _, why) => {
                let role = self.seats.iter().find(|seat| &seat.id == id).and_then(|seat| seat.role);
                if let Some((_, place)) = role {
                    let what = format!("the seat \"{id}\" cannot have this role: {why}");
                    reader.wrong(place, what, "give it another role, or move the seat to where the role belongs");
                }
            }
            PlanError::ChairUnknown(id) => self.explain_chair(id, reader),
            PlanError::NoLanguage(id) => {
                let silent = self.seats.iter().filter(|seat| &seat.id == id).filter_map(|seat| seat.silent);
                for place in silent {
                    reader.count(place, what.clone(), "write what the person speaks, best first: [\"en\", \"fr\"]");
                }
            }
            PlanError::Booths(_) => {
                let place = self.booths.last().map_or(0, |booth| booth.place);
                reader.count(place, what, "take out booths, or hold two summits");
            }
            PlanError::BoothTwice(id) => {
                let places = self.booths.iter().filter(|booth| &booth.id == id).map(|booth| booth.place);
                twice(reader, "booth", id.as_str(), places, times);
            }
            PlanError::BoothLanguages(id) => {
                let place = self.booths.iter().find(|booth| &booth.id == id).map_or(0, |booth| booth.languages);
                reader.count(place, what, "write what the booth works into, each once: [\"en\"] or [\"en\", \"ru\"]");
            }
            PlanError::BoothSeat(id, seat, why) => self.explain_interpreter(id, seat, why, times, reader),
            PlanError::Flag(id, need) => {
                let place = self.delegations.iter().find(|side| &side.id == id).map_or(0, |side| side.flag);
                reader.wrong(place, "this layout cannot be drawn with that number of colours", format!("give {need}"));
            }
        }
    }

    fn explain_heads(&self, id: &DelegationId, heads: usize, reader: &mut Reader) {
        for side in self.delegations.iter().filter(|side| &side.id == id) {
            let seats = self.seats.get(side.seats.clone()).unwrap_or_default();
            let roles: Option<Vec<_>> = seats.iter().map(|seat| seat.role).collect();
            // A role that cannot be read may be the head's.
            let Some(roles) = roles else { continue };
            let places: Vec<_> = roles.into_iter().filter(|(role, _)| *role == Role::Principal).collect();
            if places.len() != heads {
                continue;
            }
            if heads == 0 {
                reader.count(side.header, "the delegation has no head", "give one of its seats: role = \"principal\"");
            }
            for (_, place) in places.into_iter().skip(1) {
                let cure = "a delegation has exactly one principal: write role = \"adviser\" here";
                reader.wrong(place, "the delegation has a head already", cure);
            }
        }
    }

    fn explain_interpreter(&self, id: &BoothId, seat: &SeatId, why: &str, times: usize, reader: &mut Reader) {
        // The seat may be one whose id could not be read.
        if self.seats.iter().any(|known| !known.readable) {
            return;
        }
        let booths = self.booths.iter().filter(|booth| &booth.id == id);
        let places = booths.flat_map(|booth| &booth.interpreters).filter(|(other, _)| other == seat);
        let places: Vec<_> = places.map(|(_, place)| *place).collect();
        // Somebody who is named twice in one booth is wrong where the second name stands.
        let Some(place) = places.get(times).or(places.last()) else { return };
        let known = self.seats.iter().filter(|seat| matches!(seat.role, Some((Role::Interpreter, _))));
        let cure = match meant(seat.as_str(), known.map(|seat| seat.id.as_str())) {
            Some(meant) if meant != seat.as_str() => format!("did you mean \"{meant}\"?"),
            Some(_) | None => "name seats whose role is \"interpreter\", each in one booth".to_owned(),
        };
        reader.wrong(*place, format!("the seat \"{seat}\" cannot work in this booth: {why}"), cure);
    }

    fn explain_chair(&self, id: &SeatId, reader: &mut Reader) {
        let known = self.seats.iter().filter(|seat| seat.readable).map(|seat| seat.id.as_str());
        let cure = match meant(id.as_str(), known) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            // The seat may be one whose id could not be read.
            None if self.seats.iter().any(|seat| !seat.readable) => return,
            None => "write the id of a seat of this file".to_owned(),
        };
        let place = self.chair.iter().find(|(chair, _)| chair == id).map_or(0, |(_, place)| *place);
        reader.wrong(place, format!("the chair \"{id}\" is not a seat of this summit"), cure);
    }
}

fn twice(reader: &mut Reader, what: &str, id: &str, places: impl Iterator<Item = Place>, times: usize) {
    if let Some(place) = places.into_iter().nth(times) {
        reader.wrong(place, format!("another {what} is named \"{id}\""), "give each its own id");
    }
}
