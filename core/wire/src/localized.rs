//! Text in several languages.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A language as a BCP 47 tag, such as `en` or `zh-Hans` (RFC 5646). Checked for shape, not against the registry.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Language(String);

/// Why a text is not a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a language as a BCP 47 tag, such as \"en\", \"fr\" or \"zh-Hans\"")]
pub struct BadLanguage;

impl Language {
    /// Parses a tag.
    pub fn new(tag: impl Into<String>) -> Result<Self, BadLanguage> {
        let tag = tag.into();
        let mut parts = tag.split('-');
        let primary = parts.next().unwrap_or_default();
        let primary_ok = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
        let rest_ok =
            parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if primary_ok && rest_ok && tag.len() <= 35 { Ok(Self(tag)) } else { Err(BadLanguage) }
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Language {
    type Error = BadLanguage;
    fn try_from(tag: String) -> Result<Self, BadLanguage> {
        Self::new(tag)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One text in one or more languages: `{"en": "Foreign Minister", "fr": "Ministre des affaires étrangères"}`.
/// Never empty. A client shows its own language, else English, else the first in order of tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<Language, String>", into = "BTreeMap<Language, String>")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "Record<string, string>"))]
pub struct Localized(BTreeMap<Language, String>);

/// Why a text in several languages is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLocalized {
    /// No language at all.
    #[error("give the text in at least one language")]
    Empty,
    /// A text that is empty, longer than 200 characters, or holds control characters.
    #[error("the text in \"{0}\" must be 1 to 200 characters, without control characters")]
    Text(Language),
}

impl Localized {
    /// Checks and keeps the texts.
    pub fn new(texts: BTreeMap<Language, String>) -> Result<Self, BadLocalized> {
        if texts.is_empty() {
            return Err(BadLocalized::Empty);
        }
        for (language, text) in &texts {
            if text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(is_unsafe) {
                return Err(BadLocalized::Text(language.clone()));
            }
        }
        Ok(Self(texts))
    }

    /// The text for `language`, else in English, else the first.
    pub fn in_language(&self, language: &str) -> &str {
        let find = |tag: &str| self.0.iter().find(|(known, _)| known.as_str() == tag);
        find(language).or_else(|| find("en")).or_else(|| self.0.iter().next()).map_or("", |(_, text)| text)
    }

    /// The languages it is given in.
    pub fn languages(&self) -> impl Iterator<Item = &Language> {
        self.0.keys()
    }
}

/// Control characters and the invisible ones that reorder text: a name plate must show what it says.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<BTreeMap<Language, String>> for Localized {
    type Error = BadLocalized;
    fn try_from(texts: BTreeMap<Language, String>) -> Result<Self, BadLocalized> {
        Self::new(texts)
    }
}

impl From<Localized> for BTreeMap<Language, String> {
    fn from(text: Localized) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_back_to_english_then_to_the_first() {
        let text = |json| serde_json::from_str::<Localized>(json).unwrap();
        assert_eq!(text(r#"{"en":"Talks","fr":"Entretiens"}"#).in_language("fr"), "Entretiens");
        assert_eq!(text(r#"{"en":"Talks","fr":"Entretiens"}"#).in_language("ru"), "Talks");
        assert_eq!(text(r#"{"fr":"Entretiens","ru":"Переговоры"}"#).in_language("ar"), "Entretiens");
    }

    #[test]
    fn a_name_plate_cannot_hide_or_reorder_its_text() {
        assert!(serde_json::from_str::<Localized>(r#"{"en":"evil\u202Etxt"}"#).is_err());
        assert!(serde_json::from_str::<Localized>("{}").is_err());
        assert!(serde_json::from_str::<Localized>(r#"{"english":"x"}"#).is_err());
    }
}
