//! Bytes in JSON.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// Bytes, in JSON as base64url without padding (RFC 4648 section 5).
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Bytes(pub Vec<u8>);

/// Why a text stands for no bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes are written in base64url without padding")]
pub struct BadBytes;

impl TryFrom<String> for Bytes {
    type Error = BadBytes;
    fn try_from(text: String) -> Result<Self, BadBytes> {
        URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|_| BadBytes)
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> Self {
        bytes.to_string()
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

/// Says how many, so that no log line says which.
impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bytes({})", self.0.len())
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_base64url_without_padding() {
        let bytes = Bytes(vec![0xfb, 0xff, 0xfe, 1]);
        assert_eq!(bytes.to_string(), "-__-AQ");
        assert_eq!(Bytes::try_from("-__-AQ".to_owned()), Ok(bytes.clone()));
        assert_eq!(Bytes::try_from("+//+AQ==".to_owned()), Err(BadBytes));
        assert_eq!(format!("{bytes:?}"), "Bytes(4)");
    }
}
