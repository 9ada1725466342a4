//! What people and their clients compare: digits to read aloud, and the attestation of an epoch.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::certificate::Member;
use crate::document::Fixed;
use crate::kdf;

/// The digits of a hash: six groups of five.
pub fn digits(hash: &[u8; 32]) -> String {
    let (groups, _) = hash.as_chunks::<5>();
    let group = |bytes: &[u8; 5]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % 100_000;
    groups.iter().take(6).map(|bytes| format!("{:05}", group(bytes))).collect::<Vec<_>>().join(" ")
}

/// The roster of a group as text: one line for each leaf, in order of the leaves.
pub fn roster_text<'a>(members: impl IntoIterator<Item = (u32, &'a Member)>) -> String {
    let mut text = String::new();
    for (leaf, member) in members {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{leaf} {} {} {} {}", member.party, member.seat, member.slot, member.serial);
    }
    text
}

/// What one member sees of an epoch, in a form to be compared with what the others see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The epoch.
    pub epoch: u64,
    /// A hash of the epoch's authenticator: equal only where everything that led to the epoch was.
    pub authenticator: Fixed<32>,
    /// The tree hash of the group context.
    pub tree: Fixed<32>,
    /// The hash of the roster.
    pub roster: Fixed<32>,
}

impl Attestation {
    /// The attestation of that epoch.
    pub fn new(epoch: u64, epoch_authenticator: &[u8], tree_hash: [u8; 32], roster: &str) -> Self {
        Self {
            epoch,
            authenticator: Fixed(kdf::sha256(&[b"sommet/attest/v1\0", epoch_authenticator])),
            tree: Fixed(tree_hash),
            roster: Fixed(kdf::sha256(&[roster.as_bytes()])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_six_groups_of_five() {
        let mut hash = [0; 32];
        assert_eq!(digits(&hash), "00000 00000 00000 00000 00000 00000");
        hash[4] = 7;
        hash[9] = 255;
        hash[25..30].fill(255);
        // 2^40 - 1 = 1 099 511 627 775
        assert_eq!(digits(&hash), "00007 00255 00000 00000 00000 27775");
        hash[30] = 9;
        assert_eq!(digits(&hash), "00007 00255 00000 00000 00000 27775", "the last two bytes are not shown");
    }
}
