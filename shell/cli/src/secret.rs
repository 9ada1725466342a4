//! What must not be guessed: the secrets of personal links, and the names of summits.

use rand::RngExt;
use wire::SummitId;

/// Lower case and without characters that look alike, so that a secret can be read out (RFC 4648, section 6).
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A new secret of 160 bits, for one personal link.
pub(crate) fn link_secret() -> String {
    random_text(32)
}

/// A new name for a summit; it says nothing about the summit and cannot be counted up.
pub(crate) fn summit_id() -> SummitId {
    #[expect(clippy::unwrap_used, reason = "ten of these characters are an id")]
    SummitId::new(random_text(10)).unwrap()
}

/// Characters of 5 bits each, from the operating system's random numbers.
fn random_text(length: usize) -> String {
    let mut random = rand::rng();
    (0..length).map(|_| char::from(ALPHABET[usize::from(random.random::<u8>() & 31)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let (one, other) = (link_secret(), link_secret());
        assert_eq!(one.len() * 5, 160);
        assert_ne!(one, other);
        assert!(one.bytes().all(|byte| ALPHABET.contains(&byte)));
    }
}
