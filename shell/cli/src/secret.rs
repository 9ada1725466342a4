//! What must not be guessed: keys, the secrets of personal links, and the names of summits.

use rand::RngExt;
use seal::Entropy;
use wire::SummitId;

/// Lower case and without characters that look alike, so that a name can be read out (RFC 4648, section 6).
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The operating system's random numbers, by way of a generator that nobody can predict.
pub(crate) fn entropy() -> impl Entropy {
    |bytes: &mut [u8]| rand::rng().fill(bytes)
}

/// So many random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    entropy().fill(&mut bytes);
    bytes
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
    fn names_are_never_the_same() {
        let (one, other) = (summit_id(), summit_id());
        assert_eq!(one.as_str().len(), 10);
        assert_ne!(one, other);
        assert_ne!(bytes::<16>(), bytes::<16>());
    }
}
