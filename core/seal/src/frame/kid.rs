//! The key id: which group, which leaf, which of its sources, which epoch.

use crate::error::SealError;
use crate::group::GroupNumber;

/// The first leaf that a key id cannot name.
pub const LEAF_END: u32 = 1 << 10;

/// What a frame is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A person's voice.
    Microphone,
    /// A person's picture.
    Camera,
    /// What is on a person's screen.
    Screen,
    /// The sound of what is on a person's screen.
    ScreenAudio,
}

impl Kind {
    /// Its number.
    pub fn number(self) -> u8 {
        match self {
            Self::Microphone => 0,
            Self::Camera => 1,
            Self::Screen => 2,
            Self::ScreenAudio => 3,
        }
    }

    fn of(context: u64) -> Self {
        match context & 3 {
            0 => Self::Microphone,
            1 => Self::Camera,
            2 => Self::Screen,
            _ => Self::ScreenAudio,
        }
    }

    /// Whether it is heard, not seen.
    pub fn is_sound(self) -> bool {
        matches!(self, Self::Microphone | Self::ScreenAudio)
    }
}

/// A key id: `(group << 18) | (kind << 16) | (leaf << 6) | (epoch mod 64)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kid(pub u64);

impl Kid {
    /// The key id of a sender.
    ///
    /// # Errors
    /// The leaf is beyond what a key id can name.
    pub fn new(group: GroupNumber, kind: Kind, leaf: u32, epoch: u64) -> Result<Self, SealError> {
        if leaf >= LEAF_END {
            return Err(SealError::Range);
        }
        let context = u64::from(group.0) << 2 | u64::from(kind.number());
        Ok(Self((context << 16) | (u64::from(leaf) << 6) | (epoch % 64)))
    }

    /// The group; none if it is beyond every number a group can have.
    pub fn group(self) -> Option<GroupNumber> {
        u16::try_from(self.0 >> 18).ok().map(GroupNumber)
    }

    /// The kind.
    pub fn kind(self) -> Kind {
        Kind::of(self.0 >> 16)
    }

    /// The leaf.
    pub fn leaf(self) -> u32 {
        // Ten bits.
        (self.0 >> 6 & 0x3ff) as u32
    }

    /// The lowest six bits of the epoch.
    pub fn epoch_bits(self) -> u8 {
        (self.0 & 0x3f) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_comes_back() {
        let kid = Kid::new(GroupNumber(17), Kind::Screen, 1023, 64 * 5 + 63).unwrap();
        assert_eq!(kid.0, 17 << 18 | 2 << 16 | 1023 << 6 | 63);
        assert_eq!(
            (kid.group(), kid.kind(), kid.leaf(), kid.epoch_bits()),
            (Some(GroupNumber(17)), Kind::Screen, 1023, 63)
        );
        assert_eq!(
            Kid::new(GroupNumber(0), Kind::Microphone, 0, 1).unwrap().0,
            1,
            "a small id stays small on the wire"
        );
    }

    #[test]
    fn what_cannot_be_named_is_refused() {
        assert_eq!(Kid::new(GroupNumber(0), Kind::Camera, 1024, 0), Err(SealError::Range));
        assert_eq!(Kid(u64::MAX).group(), None);
    }
}
