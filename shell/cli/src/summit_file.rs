//! Reads the file of a summit, as a secretary writes it, and names every mistake in it with its line and its cure.
//!
//! The rules of a plan are those of [`SummitPlan`]; this module only knows where each part stands in the file, so that a
//! broken rule can be shown there. The format is described by `docs/examples/summit.toml`.

mod mistake;
mod places;
mod reader;

use std::collections::BTreeMap;

use seal::PublicKey;
use toml::de::DeTable;
use wire::{
    AgendaItem, AgendaItemId, Booth, BoothId, Delegation, DelegationId, Flag, FlagLayout, Language, Localized, PartyId,
    Role, SECRETARIAT, Seat, SeatId, SummitPlan,
};

use mistake::{Kind, line_and_column};
pub(crate) use mistake::{Mistake, report};
use places::Places;
use reader::{Reader, Table};

/// The largest file that is read, in bytes. 200 seats in six languages take about 150 kB.
pub(crate) const FILE_BYTES_MAX: u64 = 1024 * 1024;

const ROLES: &[(&str, Role)] = &[
    ("principal", Role::Principal),
    ("adviser", Role::Adviser),
    ("note_taker", Role::NoteTaker),
    ("press_officer", Role::PressOfficer),
    ("interpreter", Role::Interpreter),
    ("captioner", Role::Captioner),
    ("chair", Role::Chair),
    ("observer", Role::Observer),
    ("technician", Role::Technician),
];

const LAYOUTS: &[(&str, FlagLayout)] = &[
    ("vertical", FlagLayout::Vertical),
    ("horizontal", FlagLayout::Horizontal),
    ("cross", FlagLayout::Cross),
    ("disc", FlagLayout::Disc),
    ("saltire", FlagLayout::Saltire),
];

/// What a summit's file says: who meets, and with which keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    /// Who meets, in which order, about what.
    pub(crate) plan: SummitPlan,
    /// The root key of every party of the plan.
    pub(crate) roots: BTreeMap<PartyId, PublicKey>,
}

/// A key with its place in the file, to find the one that stands there twice.
type Keys = Vec<(PartyId, usize, PublicKey)>;

/// The text of a summit's file.
///
/// # Errors
/// What is not text, and the text before it.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, (Mistake, &str)> {
    std::str::from_utf8(bytes).map_err(|error| {
        let place = error.valid_up_to();
        let mistake = Mistake {
            place,
            what: "this is not text in UTF-8".to_owned(),
            cure: "open the file in an editor and save it as UTF-8".to_owned(),
            kind: Kind::Syntax,
        };
        // It is text up to there.
        (mistake, std::str::from_utf8(&bytes[..place]).unwrap_or_default())
    })
}

/// Reads the text of a summit's file.
///
/// # Errors
/// All its mistakes, in the order of the file; never an empty list.
pub(crate) fn read(source: &str) -> Result<Proposal, Vec<Mistake>> {
    let (document, syntax) = DeTable::parse_recoverable(source);
    let mut reader = Reader { language: english(), mistakes: Vec::new() };
    for error in &syntax {
        reader.syntax(error.span(), error.message());
    }
    let plan = read_plan(&mut reader, Table::new("the file", document));
    match plan {
        Some(proposal) if reader.mistakes.is_empty() => Ok(proposal),
        _ => Err(trusted(reader.mistakes, source)),
    }
}

/// Where the text is not TOML, what seems to be missing may stand in the unreadable part, and what follows in the same
/// line may be a consequence: only mistakes that stand by themselves are told beside those of syntax.
fn trusted(mut mistakes: Vec<Mistake>, source: &str) -> Vec<Mistake> {
    let line = |mistake: &Mistake| line_and_column(source, mistake.place).0;
    let unreadable: Vec<_> = mistakes.iter().filter(|mistake| mistake.kind == Kind::Syntax).map(line).collect();
    if !unreadable.is_empty() {
        mistakes.retain(|mistake| match mistake.kind {
            Kind::Syntax => true,
            Kind::Wrong => !unreadable.contains(&line(mistake)),
            Kind::Count => false,
        });
    }
    mistakes.sort_by_key(|mistake| mistake.place);
    mistakes.dedup();
    mistakes
}

fn read_plan(reader: &mut Reader, mut file: Table<'_>) -> Option<Proposal> {
    let (mut places, mut keys) = (Places::default(), Keys::new());
    if let Some(tag) = reader.optional_string(&mut file, "language", "\"en\"")
        && let Some(language) = reader.as_language(tag.place, &tag.value)
    {
        reader.language = language;
    }
    let title = reader.text(&mut file, "title", "\"Talks on shared waters\"").unwrap_or_else(nothing);
    let chair = reader.ids::<SeatId>(&mut file, "chair", "[\"chair\"]");
    let delegations = reader.tables(&mut file, "delegation", "the delegation", "[[delegation]]");
    let delegations: Vec<_> =
        delegations.into_iter().map(|table| read_delegation(reader, &mut places, &mut keys, table)).collect();
    let secretariat = reader.tables(&mut file, "secretariat", "the seat of the secretariat", "[[secretariat]]");
    read_secretariats_key(reader, &mut file, &mut keys, !secretariat.is_empty());
    let secretariat: Vec<_> = secretariat.into_iter().map(|table| read_seat(reader, &mut places, table)).collect();
    let agenda = reader.tables(&mut file, "agenda", "the agenda item", "[[agenda]]");
    let agenda: Vec<_> = agenda.into_iter().map(|table| read_item(reader, &mut places, table)).collect();
    let booths = reader.tables(&mut file, "booth", "the booth", "[[booth]]");
    let booths: Vec<_> = booths.into_iter().map(|table| read_booth(reader, &mut places, table)).collect();
    reader.finish(file);
    note_keys_twice(reader, &keys);
    places.chair = chair.iter().map(|seat| (seat.value.clone(), seat.place)).collect();
    let chair = chair.into_iter().map(|seat| seat.value).collect();
    match SummitPlan::new(title, delegations, secretariat, chair, agenda, booths) {
        Ok(plan) => Some(Proposal { plan, roots: keys.into_iter().map(|(party, _, key)| (party, key)).collect() }),
        Err(broken) => {
            places.explain(&broken, reader);
            None
        }
    }
}

/// The key of the secretariat, which is there if and only if there is a secretariat.
fn read_secretariats_key(reader: &mut Reader, file: &mut Table<'_>, keys: &mut Keys, is_there: bool) {
    let Ok(party) = PartyId::new(SECRETARIAT) else { return };
    if is_there {
        let key = reader.key(file, "secretariat_key");
        keys.extend(key.map(|key| (party, key.place, key.value)));
    } else if let Some(key) = reader.optional_string(file, "secretariat_key", "\"...\"") {
        let cure = "take it out, or describe its seats: [[secretariat]]";
        reader.wrong(key.place, "there is a key of the secretariat, but no secretariat", cure);
    }
}

/// Each party has a key of its own.
fn note_keys_twice(reader: &mut Reader, keys: &Keys) {
    for (index, (_, place, key)) in keys.iter().enumerate() {
        if let Some((other, _, _)) = keys[..index].iter().find(|(_, _, before)| before == key) {
            let cure = "each party makes its own: sommet key init PARTY";
            reader.wrong(*place, format!("this is the key of \"{other}\" already"), cure);
        }
    }
}

fn read_delegation(reader: &mut Reader, places: &mut Places, keys: &mut Keys, mut table: Table<'_>) -> Delegation {
    let id = reader.id::<DelegationId>(&mut table, "\"meridia\"");
    let name = reader.text(&mut table, "name", "\"Republic of Meridia\"").unwrap_or_else(nothing);
    let key = reader.key(&mut table, "key");
    let (flag, flag_place) = read_flag(reader, &mut table);
    let seats = reader.tables(&mut table, "seat", "the seat", "[[delegation.seat]]");
    let first_seat = places.seats.len();
    let seats = seats.into_iter().map(|table| read_seat(reader, places, table)).collect();
    let id = places.delegation(table.place, id, flag_place, first_seat);
    keys.extend(key.map(|key| (id.clone(), key.place, key.value)));
    reader.finish(table);
    Delegation { id, name, flag, seats }
}

/// The flag with its place; a harmless one where it cannot be read.
fn read_flag(reader: &mut Reader, delegation: &mut Table<'_>) -> (Flag, usize) {
    const EXAMPLE: &str = "{ layout = \"vertical\", colours = [\"#1f5f5b\", \"#f4efe2\"] }";
    let harmless = Flag { layout: FlagLayout::Vertical, colours: vec!["#808080".to_owned()] };
    let Some(mut table) = reader.table(delegation, "flag", "the flag", EXAMPLE) else {
        return (harmless, delegation.place);
    };
    let place = table.place;
    let layout = reader.choice(&mut table, "layout", LAYOUTS);
    let colours = reader.colours(&mut table);
    reader.finish(table);
    match (layout, colours) {
        (Some(layout), Some(colours)) => (Flag { layout: layout.value, colours }, place),
        _ => (harmless, place),
    }
}

fn read_seat(reader: &mut Reader, places: &mut Places, mut table: Table<'_>) -> Seat {
    let id = reader.id::<SeatId>(&mut table, "\"meridia-head\"");
    let role = reader.choice(&mut table, "role", ROLES);
    let name = reader.text(&mut table, "name", "\"Emil Marchetti\"").unwrap_or_else(nothing);
    let title = reader.text(&mut table, "title", "\"Minister for Foreign Affairs\"").unwrap_or_else(nothing);
    let languages = reader.languages(&mut table);
    let time_zone = reader.time_zone(&mut table).unwrap_or_default();
    let id = places.seat(table.place, id, role.as_ref(), languages.as_ref());
    reader.finish(table);
    // What could not be read is noted: what stands in for it only has to break no rule.
    let role = role.map_or(Role::Interpreter, |role| role.value);
    let languages = languages.map_or_else(|| vec![english()], |languages| languages.value);
    Seat { id, name, title, role, languages, time_zone }
}

fn read_item(reader: &mut Reader, places: &mut Places, mut table: Table<'_>) -> AgendaItem {
    let id = reader.id::<AgendaItemId>(&mut table, "\"opening\"");
    let title = reader.text(&mut table, "title", "\"Opening statements\"").unwrap_or_else(nothing);
    let minutes = reader.number(&mut table, "minutes", 1..1441).unwrap_or(1);
    let id = places.item(table.place, id);
    reader.finish(table);
    AgendaItem { id, title, minutes }
}

fn read_booth(reader: &mut Reader, places: &mut Places, mut table: Table<'_>) -> Booth {
    let id = reader.id::<BoothId>(&mut table, "\"english\"");
    let languages = reader.languages(&mut table);
    let interpreters = reader.ids::<SeatId>(&mut table, "interpreters", "[\"interpreter-1\", \"interpreter-2\"]");
    let relay = reader.optional_languages(&mut table, "relay").unwrap_or_default();
    let signed = reader.flag(&mut table, "signed");
    let interpreters: Vec<_> = interpreters.into_iter().map(|seat| (seat.value, seat.place)).collect();
    let languages_at = languages.as_ref().map_or(table.place, |languages| languages.place);
    let id = places.booth(table.place, id, languages_at, interpreters.clone());
    reader.finish(table);
    let languages = languages.map_or_else(|| vec![english()], |languages| languages.value);
    Booth { id, languages, interpreters: interpreters.into_iter().map(|(seat, _)| seat).collect(), relay, signed }
}

/// The language of a file that does not say another.
#[expect(clippy::unwrap_used, reason = "\"en\" is a language tag")]
fn english() -> Language {
    Language::new("en").unwrap()
}

/// Stands for a text that could not be read; its mistake is noted, so it is never used.
#[expect(clippy::unwrap_used, reason = "one short text in one language is a text")]
fn nothing() -> Localized {
    Localized::new(BTreeMap::from([(english(), "-".to_owned())])).unwrap()
}

#[cfg(test)]
mod tests;
