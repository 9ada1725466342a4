//! Where random bytes come from.

/// A source of random bytes that nobody can guess. Any closure that fills a slice is one.
pub trait Entropy {
    /// Fills the slice with fresh random bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> Entropy for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// So many random bytes.
pub(crate) fn draw<const N: usize>(entropy: &mut impl Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
