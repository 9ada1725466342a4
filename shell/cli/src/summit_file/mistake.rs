//! A mistake in a summit's file: where it is, what is wrong, and what to write instead.

use std::fmt::Write as _;

/// A place in the file, as an offset in bytes.
pub(super) type Place = usize;

/// One mistake. Where there is one, there is a cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(super) place: Place,
    pub(super) what: String,
    pub(super) cure: String,
    pub(super) kind: Kind,
}

/// What a mistake says about the file, which decides whether it can be trusted beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The text is not TOML there.
    Syntax,
    /// Something stands there and is wrong.
    Wrong,
    /// Something is not there, or there are too many or too few.
    Count,
}

/// The mistakes as text for people: `file:line:column: what`, the cure below, one blank line between two.
pub(crate) fn report(mistakes: &[Mistake], file: &str, source: &str) -> String {
    let mut text = String::new();
    for mistake in mistakes {
        let (line, column) = line_and_column(source, mistake.place);
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{file}:{line}:{column}: {}\n    {}\n", mistake.what, mistake.cure);
    }
    let count = match mistakes.len() {
        1 => "1 mistake".to_owned(),
        many => format!("{many} mistakes"),
    };
    let _ = write!(text, "{count} in {file}. Nothing was created.");
    text
}

/// The line and the column of a place, both from 1, the column in characters as an editor counts them.
pub(super) fn line_and_column(source: &str, place: Place) -> (usize, usize) {
    let before = source.get(..place).unwrap_or(source);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// "a", "a or b", "a, b or c", each in quotes.
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
