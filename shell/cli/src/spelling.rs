//! What somebody probably meant who misspelt a word.

/// The known word that is near enough to have been meant.
pub(crate) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&word, &other.to_lowercase());
    let (distance, nearest) = known.into_iter().map(|other| (distance(other), other)).min()?;
    (distance <= 1 + word.chars().count() / 4).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let known = ["title", "time_zone", "languages"];
        assert_eq!(meant("timezone", known), Some("time_zone"));
        assert_eq!(meant("Titel", known), Some("title"));
        assert_eq!(meant("flag", known), None);
    }
}
