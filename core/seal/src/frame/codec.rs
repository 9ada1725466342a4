//! What each codec leaves clear, because browsers and servers on the way must read it.

use super::kid::Kind;

/// What is in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// One frame of Opus.
    Opus,
    /// An RED payload (RFC 2198) whose last block is the present frame of Opus.
    Red,
    /// A picture of VP8.
    Vp8,
    /// A picture of VP9.
    Vp9,
}

impl Codec {
    /// Whether it is heard, not seen.
    pub fn is_sound(self) -> bool {
        matches!(self, Self::Opus | Self::Red)
    }

    /// The byte that says so at the beginning of a sound's plaintext.
    pub(super) fn format(self) -> Option<u8> {
        match self {
            Self::Opus => Some(0),
            Self::Red => Some(1),
            Self::Vp8 | Self::Vp9 => None,
        }
    }

    pub(super) fn of_format(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Opus),
            1 => Some(Self::Red),
            _ => None,
        }
    }
}

/// How many bytes at the beginning of a frame stay clear; none if the frame is too short to have them.
pub fn clear_bytes(codec: Codec, frame: &[u8]) -> Option<usize> {
    let clear = match codec {
        Codec::Opus | Codec::Red | Codec::Vp9 => 0,
        // The lowest bit is 0 in a key frame (RFC 6386 section 9.1).
        Codec::Vp8 => match frame.first()? & 1 {
            0 => 10,
            _ => 1,
        },
    };
    (clear <= frame.len()).then_some(clear)
}

/// The metadata of a frame: what the tag holds besides the header and the ciphertext.
pub(super) fn metadata(kind: Kind, clear: &[u8]) -> Vec<u8> {
    // At most 10.
    let count = u8::try_from(clear.len()).unwrap_or(u8::MAX);
    [b"sommet/sf/1".as_slice(), &[kind.number(), count], clear].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vp8_shows_its_header_and_the_others_nothing() {
        let key = [0x50; 10];
        assert_eq!(clear_bytes(Codec::Vp8, &key), Some(10));
        assert_eq!(clear_bytes(Codec::Vp8, &key[..9]), None);
        assert_eq!(clear_bytes(Codec::Vp8, &[0x51]), Some(1));
        assert_eq!(clear_bytes(Codec::Vp8, &[]), None);
        assert_eq!(clear_bytes(Codec::Vp9, &key), Some(0));
        assert_eq!(clear_bytes(Codec::Opus, &key), Some(0));
    }
}
