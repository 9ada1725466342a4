//! Bytes of a length that is known: serials, keys, hashes. The documents themselves are in `wire`, which the server reads too.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use wire::{BadBytes, Bytes};

/// Exactly so many bytes; base64url without padding in JSON, as [`Bytes`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bytes", into = "Bytes")]
pub struct Fixed<const N: usize>(pub [u8; N]);

/// The number of a member certificate.
pub type Serial = Fixed<16>;

/// The number of an invitation.
pub type InvitationId = Fixed<16>;

/// Bytes as base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl<const N: usize> TryFrom<&Bytes> for Fixed<N> {
    type Error = BadBytes;
    fn try_from(bytes: &Bytes) -> Result<Self, BadBytes> {
        <[u8; N]>::try_from(bytes.as_ref()).map(Self).map_err(|_| BadBytes)
    }
}

impl<const N: usize> TryFrom<Bytes> for Fixed<N> {
    type Error = BadBytes;
    fn try_from(bytes: Bytes) -> Result<Self, BadBytes> {
        Self::try_from(&bytes)
    }
}

impl<const N: usize> From<Fixed<N>> for Bytes {
    fn from(bytes: Fixed<N>) -> Self {
        Self(bytes.0.to_vec())
    }
}

impl<const N: usize> fmt::Debug for Fixed<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> fmt::Display for Fixed<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_length_is_refused() {
        let serial: Serial = serde_json::from_str("\"AQEBAQEBAQEBAQEBAQEBAQ\"").unwrap();
        assert_eq!(serial, Fixed([1; 16]));
        assert_eq!(serde_json::to_string(&serial).unwrap(), "\"AQEBAQEBAQEBAQEBAQEBAQ\"");
        assert!(serde_json::from_str::<Serial>("\"AQEBAQEBAQEBAQEBAQEB\"").is_err());
    }
}
