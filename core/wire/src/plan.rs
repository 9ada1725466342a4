//! A summit as it was prepared: who meets, in which order, about what.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    AgendaItem, AgendaItemId, Booth, BoothId, DelegationId, Language, Localized, PartyId, SECRETARIAT, SeatId,
};

/// What a person does at the summit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Role {
    /// Sits beside the principal.
    Adviser,
    /// Types what is said as captions, in the first of the seat's languages; accredited by a delegation or by the secretariat.
    Captioner,
    /// A neutral chair, of the secretariat.
    Chair,
    /// Interprets; accredited by a delegation or by the secretariat.
    Interpreter,
    /// Takes notes for a delegation.
    NoteTaker,
    /// Watches, of the secretariat.
    Observer,
    /// Deals with the press for a delegation.
    PressOfficer,
    /// The head of a delegation: exactly one in each.
    Principal,
    /// Looks after the line, of the secretariat.
    Technician,
}

/// One person's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Seat {
    /// Its name in requests and events.
    pub id: SeatId,
    /// The person, as on the name plate.
    pub name: Localized,
    /// The person's office, as on the name plate.
    pub title: Localized,
    /// What the person does here.
    pub role: Role,
    /// What the person speaks, best first.
    pub languages: Vec<Language>,
    /// Where the person is: a name of the IANA time zone database, such as `Europe/Vienna`.
    pub time_zone: String,
}

/// How the colours of a flag lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum FlagLayout {
    /// First colour is the field, second an upright cross.
    Cross,
    /// First colour is the field, second a disc in the middle.
    Disc,
    /// Stripes one above the other.
    Horizontal,
    /// First colour is the field, second a diagonal cross.
    Saltire,
    /// Stripes one beside the other.
    Vertical,
}

/// A flag, drawn by the client from colours: no picture of a stranger's is ever loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Flag {
    /// How the colours lie.
    pub layout: FlagLayout,
    /// One to four colours as `#rrggbb`; two where the layout has a field and a figure.
    pub colours: Vec<String>,
}

/// One side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Delegation {
    /// Its name in requests and events.
    pub id: DelegationId,
    /// What is shown.
    pub name: Localized,
    /// Its colours.
    pub flag: Flag,
    /// Its people, in its own order of precedence.
    pub seats: Vec<Seat>,
}

/// A whole summit, checked: a value of this type obeys every rule of [`PlanError`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Draft")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SummitPlan {
    /// What it is called.
    pub title: Localized,
    /// The sides, in the order agreed between them.
    pub delegations: Vec<Delegation>,
    /// Those who belong to no side.
    pub secretariat: Vec<Seat>,
    /// Who chairs: one seat, or several jointly.
    pub chair: Vec<SeatId>,
    /// What is talked about.
    pub agenda: Vec<AgendaItem>,
    /// Who interprets, into what.
    #[serde(default)]
    pub booths: Vec<Booth>,
}

/// The unchecked shape of a [`SummitPlan`].
#[derive(Deserialize)]
struct Draft {
    title: Localized,
    delegations: Vec<Delegation>,
    #[serde(default)]
    secretariat: Vec<Seat>,
    #[serde(default)]
    chair: Vec<SeatId>,
    #[serde(default)]
    agenda: Vec<AgendaItem>,
    #[serde(default)]
    booths: Vec<Booth>,
}

/// A rule that a plan breaks. The message names what to change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A summit needs two sides; more than eight fit on no screen.
    #[error("a summit has 2 to 8 delegations, this one has {0}")]
    Delegations(usize),
    /// More people than a room holds.
    #[error("a summit has at most 200 seats, this one has {0}")]
    Seats(usize),
    /// A delegation with the name of the party that is none.
    #[error("no delegation can have the id \"secretariat\"; give it another one")]
    Reserved,
    /// Two delegations of one name.
    #[error("the delegation \"{0}\" is named twice; give each its own id")]
    DelegationTwice(DelegationId),
    /// Two seats of one name.
    #[error("the seat \"{0}\" is named twice; give each its own id")]
    SeatTwice(SeatId),
    /// Two agenda items of one name.
    #[error("the agenda item \"{0}\" is named twice; give each its own id")]
    AgendaTwice(AgendaItemId),
    /// A delegation with no head, or with two.
    #[error("the delegation \"{0}\" has {1} seats with role \"principal\"; it must have exactly one")]
    Principals(DelegationId, usize),
    /// A role that belongs to the other kind of seat.
    #[error("the seat \"{0}\" cannot have the role \"{1}\" here; {2}")]
    Role(SeatId, String, &'static str),
    /// A chair who has no seat.
    #[error("the chair \"{0}\" is not a seat of this summit")]
    ChairUnknown(SeatId),
    /// More booths than a meeting can have.
    #[error("a summit has at most 32 booths, this one has {0}")]
    Booths(usize),
    /// Two booths of one name.
    #[error("the booth \"{0}\" is named twice; give each its own id")]
    BoothTwice(BoothId),
    /// A booth that works into nothing, or into one language twice.
    #[error("the booth \"{0}\" needs one to four different languages to work into")]
    BoothLanguages(BoothId),
    /// A booth with somebody who cannot work in it.
    #[error("the seat \"{1}\" cannot work in the booth \"{0}\": {2}")]
    BoothSeat(BoothId, SeatId, &'static str),
    /// A seat that speaks nothing.
    #[error("the seat \"{0}\" needs at least one language")]
    NoLanguage(SeatId),
    /// A flag with a wrong number of colours, or a colour that is none.
    #[error("the flag of \"{0}\" needs {1}")]
    Flag(DelegationId, &'static str),
}

impl TryFrom<Draft> for SummitPlan {
    type Error = PlanError;
    fn try_from(draft: Draft) -> Result<Self, PlanError> {
        let Draft { title, delegations, secretariat, chair, agenda, booths } = draft;
        Self::new(title, delegations, secretariat, chair, agenda, booths).map_err(|mut errors| errors.remove(0))
    }
}

impl SummitPlan {
    /// Checks the parts against every rule. Where no chair is named, the neutral chairs of the secretariat preside; where
    /// there is none, the principals preside jointly.
    ///
    /// # Errors
    /// All rules that are broken, in the order of the parts; never an empty list.
    pub fn new(
        title: Localized,
        delegations: Vec<Delegation>,
        secretariat: Vec<Seat>,
        chair: Vec<SeatId>,
        agenda: Vec<AgendaItem>,
        booths: Vec<Booth>,
    ) -> Result<Self, Vec<PlanError>> {
        let mut plan = Self { title, delegations, secretariat, chair, agenda, booths };
        if plan.chair.is_empty() {
            let with_role = |role: Role| {
                plan.seats().filter(|(_, seat)| seat.role == role).map(|(_, seat)| seat.id.clone()).collect::<Vec<_>>()
            };
            let neutral = with_role(Role::Chair);
            plan.chair = if neutral.is_empty() { with_role(Role::Principal) } else { neutral };
        }
        let errors = plan.broken_rules();
        if errors.is_empty() { Ok(plan) } else { Err(errors) }
    }

    /// All seats, with the delegation of each; none for the secretariat's.
    pub fn seats(&self) -> impl Iterator<Item = (Option<&Delegation>, &Seat)> {
        let sides = self.delegations.iter().flat_map(|side| side.seats.iter().map(move |seat| (Some(side), seat)));
        sides.chain(self.secretariat.iter().map(|seat| (None, seat)))
    }

    /// The seat of that name.
    pub fn seat(&self, id: &SeatId) -> Option<&Seat> {
        self.seats().map(|(_, seat)| seat).find(|seat| &seat.id == id)
    }

    /// The delegation that seat belongs to; none for the secretariat's and for unknown ones.
    pub fn delegation_of(&self, id: &SeatId) -> Option<&Delegation> {
        self.delegations.iter().find(|side| side.seats.iter().any(|seat| &seat.id == id))
    }

    /// The party that seat belongs to: its delegation, or the secretariat.
    pub fn party_of(&self, id: &SeatId) -> Option<PartyId> {
        let (side, _) = self.seats().find(|(_, seat)| &seat.id == id)?;
        side.map_or_else(|| PartyId::new(SECRETARIAT).ok(), |side| Some(side.id.clone()))
    }

    /// Every party: the delegations in the plan's order, then the secretariat if there is one.
    pub fn parties(&self) -> Vec<PartyId> {
        let secretariat = if self.secretariat.is_empty() { None } else { PartyId::new(SECRETARIAT).ok() };
        self.delegations.iter().map(|side| side.id.clone()).chain(secretariat).collect()
    }

    /// Whether that seat presides, alone or jointly.
    pub fn is_chair(&self, id: &SeatId) -> bool {
        self.chair.contains(id)
    }

    fn broken_rules(&self) -> Vec<PlanError> {
        let mut errors = Vec::new();
        if !(2..=8).contains(&self.delegations.len()) {
            errors.push(PlanError::Delegations(self.delegations.len()));
        }
        let seats = self.seats().count();
        if seats > 200 {
            errors.push(PlanError::Seats(seats));
        }
        let mut known = BTreeSet::new();
        for side in &self.delegations {
            if side.id.as_str() == SECRETARIAT {
                errors.push(PlanError::Reserved);
            }
            if !known.insert(&side.id) {
                errors.push(PlanError::DelegationTwice(side.id.clone()));
            }
            let heads = side.seats.iter().filter(|seat| seat.role == Role::Principal).count();
            if heads != 1 {
                errors.push(PlanError::Principals(side.id.clone(), heads));
            }
            if let Some(need) = flag_needs(&side.flag) {
                errors.push(PlanError::Flag(side.id.clone(), need));
            }
        }
        let mut known = BTreeSet::new();
        for (side, seat) in self.seats() {
            if !known.insert(&seat.id) {
                errors.push(PlanError::SeatTwice(seat.id.clone()));
            }
            if seat.languages.is_empty() {
                errors.push(PlanError::NoLanguage(seat.id.clone()));
            }
            if let Some(why) = role_misplaced(seat.role, side.is_some()) {
                errors.push(PlanError::Role(seat.id.clone(), format!("{:?}", seat.role), why));
            }
        }
        errors.extend(self.chair.iter().filter(|id| !known.contains(id)).cloned().map(PlanError::ChairUnknown));
        let mut known = BTreeSet::new();
        errors.extend(
            self.agenda
                .iter()
                .filter(|item| !known.insert(&item.id))
                .map(|item| PlanError::AgendaTwice(item.id.clone())),
        );
        self.check_booths(&mut errors);
        errors
    }

    fn check_booths(&self, errors: &mut Vec<PlanError>) {
        if self.booths.len() > BOOTHS_MAX {
            errors.push(PlanError::Booths(self.booths.len()));
        }
        let (mut known, mut working) = (BTreeSet::new(), BTreeSet::new());
        for Booth { id, languages, interpreters, .. } in &self.booths {
            if !known.insert(id) {
                errors.push(PlanError::BoothTwice(id.clone()));
            }
            let distinct: BTreeSet<_> = languages.iter().collect();
            if distinct.len() != languages.len() || !(1..=BOOTH_LANGUAGES_MAX).contains(&languages.len()) {
                errors.push(PlanError::BoothLanguages(id.clone()));
            }
            for seat in interpreters {
                let why = match self.seat(seat).map(|seat| seat.role) {
                    None => "it is not a seat of this summit",
                    Some(Role::Interpreter) if working.insert(seat) => continue,
                    Some(Role::Interpreter) => "it works in one booth already",
                    Some(_) => "its role is not \"interpreter\"",
                };
                errors.push(PlanError::BoothSeat(id.clone(), seat.clone(), why));
            }
        }
    }

    /// The channels that the booths can carry, in the order of the plan, each once; pictures left out.
    pub fn channels(&self) -> Vec<&Language> {
        let mut channels: Vec<&Language> = Vec::new();
        for language in self.booths.iter().filter(|booth| !booth.signed).flat_map(|booth| &booth.languages) {
            if !channels.contains(&language) {
                channels.push(language);
            }
        }
        channels
    }
}

/// The channels of the largest bodies.
const BOOTHS_MAX: usize = 32;

/// More than anybody works into.
const BOOTH_LANGUAGES_MAX: usize = 4;

fn role_misplaced(role: Role, in_delegation: bool) -> Option<&'static str> {
    match (role, in_delegation) {
        (Role::Adviser | Role::NoteTaker | Role::PressOfficer | Role::Principal, false) => {
            Some("only a delegation has one")
        }
        (Role::Chair | Role::Observer | Role::Technician, true) => Some("only the secretariat has one"),
        (Role::Adviser | Role::NoteTaker | Role::PressOfficer | Role::Principal, true)
        | (Role::Chair | Role::Observer | Role::Technician, false)
        | (Role::Captioner | Role::Interpreter, _) => None,
    }
}

fn flag_needs(flag: &Flag) -> Option<&'static str> {
    let is_colour = |text: &String| {
        text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let count_ok = match flag.layout {
        FlagLayout::Horizontal | FlagLayout::Vertical => (1..=4).contains(&flag.colours.len()),
        FlagLayout::Cross | FlagLayout::Disc | FlagLayout::Saltire => flag.colours.len() == 2,
    };
    if !count_ok {
        Some("one to four colours for stripes, exactly two for a cross, disc or saltire")
    } else if !flag.colours.iter().all(is_colour) {
        Some("colours written as \"#rrggbb\"")
    } else {
        None
    }
}
