//! Reads the values of a summit's file key by key and notes every mistake on the way.
//!
//! What cannot be read is noted and comes back as `None`; the caller goes on with something harmless, so that one run
//! finds all the mistakes of a file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;

use jiff::tz::TimeZoneDatabase;
use seal::PublicKey;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wire::{Language, Localized};

use super::mistake::{Kind, Mistake, Place, one_of};
use crate::key::public_key;
use crate::spelling::meant;

/// A value with its place.
pub(super) struct At<T> {
    pub(super) place: Place,
    pub(super) value: T,
}

/// One table of the file while it is read: what is left in the end is unknown.
pub(super) struct Table<'s> {
    /// What it describes, for messages: "the seat".
    pub(super) name: &'static str,
    pub(super) place: Place,
    entries: DeTable<'s>,
    known: Vec<&'static str>,
}

impl<'s> Table<'s> {
    pub(super) fn new(name: &'static str, table: Spanned<DeTable<'s>>) -> Self {
        Self { name, place: table.span().start, entries: table.into_inner(), known: Vec::new() }
    }

    /// Takes the value of a key, which makes the key known.
    fn take(&mut self, key: &'static str) -> Option<At<DeValue<'s>>> {
        self.known.push(key);
        self.entries.remove(key).map(at)
    }
}

fn at<T>(value: Spanned<T>) -> At<T> {
    At { place: value.span().start, value: value.into_inner() }
}

/// Reads tables; holds the mistakes found so far.
pub(super) struct Reader {
    /// The language of texts that are given in one only.
    pub(super) language: Language,
    pub(super) mistakes: Vec<Mistake>,
}

impl Reader {
    pub(super) fn wrong(&mut self, place: Place, what: impl Into<String>, cure: impl Into<String>) {
        self.mistakes.push(Mistake { place, what: what.into(), cure: cure.into(), kind: Kind::Wrong });
    }

    pub(super) fn count(&mut self, place: Place, what: impl Into<String>, cure: impl Into<String>) {
        self.mistakes.push(Mistake { place, what: what.into(), cure: cure.into(), kind: Kind::Count });
    }

    pub(super) fn syntax(&mut self, span: Option<Range<usize>>, message: &str) {
        let place = span.map_or(0, |span| span.start);
        let cure = "texts stand in quotes, lists in [ ], one \"key = value\" a line; compare docs/examples/summit.toml";
        let what = format!("this is not TOML: {message}");
        self.mistakes.push(Mistake { place, what, cure: cure.to_owned(), kind: Kind::Syntax });
    }

    /// Notes the keys nobody asked for.
    pub(super) fn finish(&mut self, table: Table<'_>) {
        for (key, _) in table.entries {
            let meant = meant(key.get_ref(), table.known.iter().copied());
            let cure = match meant {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("take it out; {} may have {}", table.name, one_of(&table.known)),
            };
            // Who misspelt a key did not forget it.
            let forgotten = meant.map(|meant| missing(table.name, meant));
            self.mistakes.retain(|mistake| mistake.place != table.place || Some(&mistake.what) != forgotten.as_ref());
            self.wrong(key.span().start, format!("\"{}\" is unknown here", key.get_ref()), cure);
        }
    }

    /// The value of a key that must be there; `example` shows how to write it.
    pub(super) fn required<'s>(
        &mut self,
        table: &mut Table<'s>,
        key: &'static str,
        example: &str,
    ) -> Option<At<DeValue<'s>>> {
        let value = table.take(key);
        if value.is_none() {
            self.count(table.place, missing(table.name, key), format!("add: {key} = {example}"));
        }
        value
    }

    /// A string that must be there.
    pub(super) fn string(&mut self, table: &mut Table<'_>, key: &'static str, example: &str) -> Option<At<String>> {
        let value = self.required(table, key, example)?;
        self.as_string(value, key, example)
    }

    /// A string that may be left out.
    pub(super) fn optional_string(
        &mut self,
        table: &mut Table<'_>,
        key: &'static str,
        example: &str,
    ) -> Option<At<String>> {
        let value = table.take(key)?;
        self.as_string(value, key, example)
    }

    fn as_string(&mut self, value: At<DeValue<'_>>, key: &str, example: &str) -> Option<At<String>> {
        let kind = name_of(&value.value);
        let DeValue::String(text) = value.value else {
            let what = format!("\"{key}\" must be a text in quotes, not {kind}");
            self.wrong(value.place, what, format!("write: {key} = {example}"));
            return None;
        };
        Some(At { place: value.place, value: text.into_owned() })
    }

    /// An id that must be there.
    pub(super) fn id<T: FromStr<Err = wire::BadId>>(&mut self, table: &mut Table<'_>, example: &str) -> Option<At<T>> {
        let text = self.string(table, "id", example)?;
        self.as_id(text)
    }

    fn as_id<T: FromStr<Err = wire::BadId>>(&mut self, text: At<String>) -> Option<At<T>> {
        match text.value.parse() {
            Ok(value) => Some(At { place: text.place, value }),
            Err(error) => {
                self.wrong(text.place, format!("\"{}\" cannot be an id", text.value), error.to_string());
                None
            }
        }
    }

    /// One word out of a few.
    pub(super) fn choice<T: Copy>(
        &mut self,
        table: &mut Table<'_>,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<At<T>> {
        let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
        let text = self.string(table, key, &format!("\"{}\"", names.first().unwrap_or(&"")))?;
        let found = words.iter().find(|(name, _)| *name == text.value);
        if found.is_none() {
            let list = one_of(&names);
            let cure = meant(&text.value, names).map_or_else(
                || format!("write {list}"),
                |meant| format!("did you mean \"{meant}\"? Possible are {list}"),
            );
            self.wrong(text.place, format!("\"{}\" is no {key}", text.value), cure);
        }
        found.map(|(_, value)| At { place: text.place, value: *value })
    }

    /// A whole number within a range.
    pub(super) fn number(&mut self, table: &mut Table<'_>, key: &'static str, range: Range<u16>) -> Option<u16> {
        let value = self.required(table, key, "30")?;
        let number = match &value.value {
            DeValue::Integer(integer) => u16::from_str_radix(integer.as_str(), integer.radix()).ok(),
            DeValue::String(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let cure = format!("write: {key} = 30 (from {} to {}, without quotes)", range.start, range.end - 1);
            self.wrong(value.place, format!("\"{key}\" must be a whole number"), cure);
        }
        number
    }

    /// A list of strings that must be there.
    fn strings(&mut self, table: &mut Table<'_>, key: &'static str, example: &str) -> Option<At<Vec<At<String>>>> {
        let value = self.required(table, key, example)?;
        self.as_strings(value, key, example)
    }

    fn as_strings(&mut self, value: At<DeValue<'_>>, key: &str, example: &str) -> Option<At<Vec<At<String>>>> {
        let DeValue::Array(items) = value.value else {
            let what = format!("\"{key}\" must be a list, not {}", name_of(&value.value));
            self.wrong(value.place, what, format!("write: {key} = {example}"));
            return None;
        };
        let texts = items.into_iter().filter_map(|item| self.as_string(at(item), key, example)).collect();
        Some(At { place: value.place, value: texts })
    }

    /// A list of ids that may be left out, without those that are none.
    pub(super) fn ids<T: FromStr<Err = wire::BadId>>(
        &mut self,
        table: &mut Table<'_>,
        key: &'static str,
        example: &str,
    ) -> Vec<At<T>> {
        let texts = table.take(key).and_then(|value| self.as_strings(value, key, example));
        texts.into_iter().flat_map(|texts| texts.value).filter_map(|text| self.as_id(text)).collect()
    }

    /// A table inside a table, which must be there.
    pub(super) fn table<'s>(
        &mut self,
        table: &mut Table<'s>,
        key: &'static str,
        name: &'static str,
        example: &str,
    ) -> Option<Table<'s>> {
        let value = self.required(table, key, example)?;
        let kind = name_of(&value.value);
        let DeValue::Table(entries) = value.value else {
            let what = format!("\"{key}\" must be a table, not {kind}");
            self.wrong(value.place, what, format!("write: {key} = {example}"));
            return None;
        };
        Some(Table { name, place: value.place, entries, known: Vec::new() })
    }

    /// The tables under `[[key]]`; none when the key is not there.
    pub(super) fn tables<'s>(
        &mut self,
        table: &mut Table<'s>,
        key: &'static str,
        name: &'static str,
        header: &str,
    ) -> Vec<Table<'s>> {
        let Some(value) = table.take(key) else { return Vec::new() };
        let DeValue::Array(items) = value.value else {
            self.wrong(
                value.place,
                format!("\"{key}\" is a list of parts"),
                format!("begin each with a line {header}"),
            );
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.into_iter().map(at) {
            if let DeValue::Table(entries) = item.value {
                tables.push(Table { name, place: item.place, entries, known: Vec::new() });
            } else {
                let what = format!("{name} cannot be {}", name_of(&item.value));
                self.wrong(item.place, what, format!("begin each with a line {header}"));
            }
        }
        tables
    }

    /// A text in one or several languages, which must be there.
    pub(super) fn text(&mut self, table: &mut Table<'_>, key: &'static str, example: &str) -> Option<Localized> {
        let value = self.required(table, key, example)?;
        let place = value.place;
        let kind = name_of(&value.value);
        let texts = match value.value {
            DeValue::String(text) => {
                let language = self.language.clone();
                self.one_text(key, language, At { place, value: text.into_owned() }).into_iter().collect()
            }
            DeValue::Table(entries) => {
                if entries.is_empty() {
                    self.wrong(place, format!("\"{key}\" is empty"), format!("write: {key} = {example}"));
                }
                entries.into_iter().filter_map(|(language, text)| self.text_in(key, &at(language), at(text))).collect()
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                let what = format!("\"{key}\" must be a text in quotes or one per language, not {kind}");
                self.wrong(place, what, format!("write: {key} = {example}"));
                BTreeMap::new()
            }
        };
        Localized::new(texts).ok()
    }

    fn text_in(
        &mut self,
        key: &str,
        tag: &At<std::borrow::Cow<'_, str>>,
        text: At<DeValue<'_>>,
    ) -> Option<(Language, String)> {
        let text = self.as_string(text, &format!("{key}.{}", tag.value), "\"...\"");
        let language = self.as_language(tag.place, &tag.value)?;
        self.one_text(key, language, text?)
    }

    fn one_text(&mut self, key: &str, language: Language, text: At<String>) -> Option<(Language, String)> {
        let alone = BTreeMap::from([(language.clone(), text.value.clone())]);
        if let Err(error) = Localized::new(alone) {
            self.wrong(text.place, format!("\"{key}\" cannot be shown"), error.to_string());
            return None;
        }
        Some((language, text.value))
    }

    /// A language tag that stands at `place`.
    pub(super) fn as_language(&mut self, place: Place, tag: &str) -> Option<Language> {
        match Language::new(tag) {
            Ok(language) => Some(language),
            Err(error) => {
                self.wrong(place, format!("\"{tag}\" is no language tag"), error.to_string());
                None
            }
        }
    }

    /// The languages that a person speaks; none when one of them cannot be read.
    pub(super) fn languages(&mut self, table: &mut Table<'_>) -> Option<At<Vec<Language>>> {
        let tags = self.strings(table, "languages", "[\"en\", \"fr\"]")?;
        self.as_languages(tags)
    }

    /// Languages that may be left out; none when one of them cannot be read.
    pub(super) fn optional_languages(&mut self, table: &mut Table<'_>, key: &'static str) -> Option<Vec<Language>> {
        let Some(value) = table.take(key) else { return Some(Vec::new()) };
        let tags = self.as_strings(value, key, "[\"en\"]")?;
        self.as_languages(tags).map(|languages| languages.value)
    }

    /// Whether something is so; what is left out is not.
    pub(super) fn flag(&mut self, table: &mut Table<'_>, key: &'static str) -> bool {
        let Some(value) = table.take(key) else { return false };
        if let DeValue::Boolean(value) = value.value {
            return value;
        }
        let what = format!("\"{key}\" must be true or false, not {}", name_of(&value.value));
        self.wrong(value.place, what, format!("write: {key} = true"));
        false
    }

    fn as_languages(&mut self, tags: At<Vec<At<String>>>) -> Option<At<Vec<Language>>> {
        let read: Vec<_> = tags.value.iter().map(|tag| self.as_language(tag.place, &tag.value)).collect();
        let languages: Option<Vec<_>> = read.into_iter().collect();
        Some(At { place: tags.place, value: languages? })
    }

    /// The colours of a flag; none when one of them is no colour.
    pub(super) fn colours(&mut self, table: &mut Table<'_>) -> Option<Vec<String>> {
        let colours = self.strings(table, "colours", "[\"#1f5f5b\", \"#f4efe2\"]")?.value;
        let is_colour = |text: &str| {
            text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        let mut all_good = true;
        for colour in colours.iter().filter(|colour| !is_colour(&colour.value)) {
            all_good = false;
            let cure = "write a colour as # and six hexadecimal digits, such as \"#1f5f5b\"";
            self.wrong(colour.place, format!("\"{}\" is no colour", colour.value), cure);
        }
        all_good.then(|| colours.into_iter().map(|colour| colour.value).collect())
    }

    /// A party's public key, as `sommet key show` prints it.
    pub(super) fn key(&mut self, table: &mut Table<'_>, name: &'static str) -> Option<At<PublicKey>> {
        let Some(value) = table.take(name) else {
            let cure = format!("add the line that `sommet key show` prints for this party: {name} = \"...\"");
            self.count(table.place, missing(table.name, name), cure);
            return None;
        };
        let text = self.as_string(value, name, "\"...\", as `sommet key show` prints it")?;
        let key = public_key(&text.value);
        if key.is_none() {
            let cure = "copy the whole line that `sommet key show` prints: 43 characters between the quotes";
            self.wrong(text.place, format!("\"{name}\" is no public key"), cure);
        }
        key.map(|value| At { place: text.place, value })
    }

    /// A name of the IANA time zone database, which must be there.
    pub(super) fn time_zone(&mut self, table: &mut Table<'_>) -> Option<String> {
        let zone = self.string(table, "time_zone", "\"Europe/Vienna\"")?;
        let names: Vec<_> = TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
        if names.contains(&zone.value) {
            return Some(zone.value);
        }
        let meant = meant(&zone.value, names.iter().map(String::as_str));
        let cure = meant.map_or_else(
            || {
                "write the continent and a large city of the zone, such as \"Europe/Vienna\" or \"Asia/Almaty\""
                    .to_owned()
            },
            |meant| format!("did you mean \"{meant}\"?"),
        );
        self.wrong(zone.place, format!("there is no time zone \"{}\"", zone.value), cure);
        None
    }
}

fn missing(name: &str, key: &str) -> String {
    format!("{name} needs \"{key}\"")
}

/// What a value is, for people.
fn name_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
