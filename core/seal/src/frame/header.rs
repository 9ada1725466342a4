//! The SFrame header (RFC 9605 section 4.3).

/// What stands before the ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The key id.
    pub kid: u64,
    /// The counter.
    pub ctr: u64,
}

/// A value as a field of three bits and the bytes that follow: 0 to 7 stand in the field itself.
fn field(value: u64) -> (u8, Vec<u8>) {
    if value < 8 {
        // Below 8.
        return (value as u8, Vec::new());
    }
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    // One to eight bytes, counted from 0.
    (8 | (7 - zeros) as u8, bytes[zeros..].to_vec())
}

/// The value of a field of four bits, and what follows it.
fn value(field: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    if field & 8 == 0 {
        return Some((u64::from(field), rest));
    }
    let (bytes, rest) = rest.split_at_checked(usize::from(field & 7) + 1)?;
    Some((bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)), rest))
}

impl Header {
    /// The header as bytes.
    pub fn to_bytes(self) -> Vec<u8> {
        let (kid, kid_bytes) = field(self.kid);
        let (ctr, ctr_bytes) = field(self.ctr);
        let mut bytes = vec![kid << 4 | ctr];
        bytes.extend(kid_bytes);
        bytes.extend(ctr_bytes);
        bytes
    }

    /// Reads a header, and says how many bytes it takes; none if the bytes end before it does.
    pub fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let (config, rest) = bytes.split_first()?;
        let (kid, rest) = value(config >> 4, rest)?;
        let (ctr, rest) = value(config & 15, rest)?;
        Some((Self { kid, ctr }, bytes.len() - rest.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_ends_too_soon_is_none() {
        let bytes = Header { kid: 291, ctr: 17_767 }.to_bytes();
        assert_eq!(bytes, [0x99, 0x01, 0x23, 0x45, 0x67]);
        assert_eq!(Header::read(&bytes), Some((Header { kid: 291, ctr: 17_767 }, 5)));
        for end in 0..bytes.len() {
            assert_eq!(Header::read(&bytes[..end]), None);
        }
    }
}
