//! Names of things. Each is a type of its own, so that a seat is never taken for a delegation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use 1 to 64 of the characters a-z, 0-9 and '-'")]
pub struct BadId;

/// The rule all text ids share: short, lower case, safe in a URL, a file name and a log.
fn check_slug(text: &str) -> Result<(), BadId> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(allowed) { Ok(()) } else { Err(BadId) }
}

macro_rules! slug_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(String);

        impl $name {
            /// Parses the id; the only way to make one.
            pub fn new(text: impl Into<String>) -> Result<Self, BadId> {
                let text = text.into();
                check_slug(&text)?;
                Ok(Self(text))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::new(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

slug_id!(
    /// One summit on a server; chosen at random when it is created, so that it says nothing.
    SummitId
);
slug_id!(
    /// One delegation of a summit, as named in the summit's file.
    DelegationId
);
slug_id!(
    /// One seat of a summit: one person in one role. Unique in its summit.
    SeatId
);
slug_id!(
    /// One item of a summit's agenda.
    AgendaItemId
);
slug_id!(
    /// One booth of a summit, as named in the summit's file.
    BoothId
);
slug_id!(
    /// One group of members with keys of its own: `plenary`, `side-` and the party, `caucus-` or `pair-` and what the server chose.
    GroupId
);
slug_id!(
    /// One request, chosen at random by the client (a UUID in lower case). The same id sent twice is carried out once,
    /// so a client that lost its connection sends again what was not answered.
    RequestId
);

/// One stream of sound or pictures published by a seat; numbered by the server, unique while the room is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SourceId(pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_lower_case_short_and_not_empty() {
        assert!(SeatId::new("meridia-head").is_ok());
        assert_eq!(SeatId::new(""), Err(BadId));
        assert_eq!(SeatId::new("Head"), Err(BadId));
        assert_eq!(SeatId::new("a/b"), Err(BadId));
        assert_eq!(SeatId::new("x".repeat(65)), Err(BadId));
    }

    #[test]
    fn a_bad_id_does_not_come_in_through_json() {
        assert!(serde_json::from_str::<SeatId>("\"../../etc\"").is_err());
    }
}
