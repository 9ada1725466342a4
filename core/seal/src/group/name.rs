//! The groups of a summit: their names, their MLS ids and their numbers in a frame's key id.

use std::fmt;

use wire::{GroupId, PartyId, SummitId};

use crate::error::GroupError;
use crate::manifest::Agreed;

/// The first number that the server may give to a caucus or a pair.
pub const FIRST_GIVEN: u16 = 16;

/// Which group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupName {
    /// Everybody who came in.
    Plenary,
    /// The members of one party.
    Side(PartyId),
    /// Who was called to that caucus.
    Caucus(CallId),
    /// Two people who write to each other.
    Pair(CallId),
}

/// The id of a caucus or of a pair: 1 to 64 of the characters a-z, 0-9 and '-'.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallId(String);

impl CallId {
    /// Parses the id; none if it is none.
    pub fn new(text: &str) -> Option<Self> {
        // The rule of all text ids of a summit.
        SummitId::new(text).ok().map(|id| Self(id.into()))
    }
}

/// The number of a group, as it stands in the key id of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupNumber(pub u16);

impl GroupName {
    /// Reads a name, such as `side-meridia`; none if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "plenary" {
            Some(Self::Plenary)
        } else if let Some(party) = text.strip_prefix("side-") {
            PartyId::new(party).ok().map(Self::Side)
        } else if let Some(id) = text.strip_prefix("caucus-") {
            CallId::new(id).map(Self::Caucus)
        } else {
            text.strip_prefix("pair-").and_then(CallId::new).map(Self::Pair)
        }
    }

    /// The group of that id; none if it is of no kind that there is.
    pub fn of(id: &GroupId) -> Option<Self> {
        Self::parse(id.as_str())
    }

    /// The MLS group id in that summit.
    pub fn mls_id(&self, summit: &SummitId) -> Vec<u8> {
        format!("sommet/1/{summit}/{self}").into_bytes()
    }

    /// The group's number. `given` is what the server gave a caucus or a pair; a name that has a number of its own takes no
    /// other.
    ///
    /// # Errors
    /// The party is none of this summit, or the server gave a number that is not its to give.
    pub fn number(&self, agreed: &Agreed, given: Option<u16>) -> Result<GroupNumber, GroupError> {
        let number = match self {
            Self::Plenary => Some(0),
            Self::Side(party) => {
                (1..FIRST_GIVEN).zip(agreed.parties()).find(|(_, (known, _))| known == party).map(|(number, _)| number)
            }
            Self::Caucus(_) | Self::Pair(_) => given.filter(|number| *number >= FIRST_GIVEN),
        };
        number.map(GroupNumber).ok_or(GroupError::Name)
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plenary => f.write_str("plenary"),
            Self::Side(party) => write!(f, "side-{party}"),
            Self::Caucus(CallId(id)) => write!(f, "caucus-{id}"),
            Self::Pair(CallId(id)) => write!(f, "pair-{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for text in ["plenary", "side-meridia", "side-secretariat", "caucus-a1", "pair-9-b"] {
            assert_eq!(GroupName::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "plenary-", "side-", "caucus-A", "room-1", "side-a/b"] {
            assert_eq!(GroupName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_mls_id_names_the_summit() {
        let summit = SummitId::new("k3v9x2").unwrap();
        assert_eq!(GroupName::Plenary.mls_id(&summit), b"sommet/1/k3v9x2/plenary");
    }
}
