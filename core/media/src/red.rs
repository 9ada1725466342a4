//! Redundant audio (RFC 2198): finding the newest frame in a payload, for listeners that did not negotiate RED.

/// The most blocks a payload may have; browsers send two or three.
const BLOCKS_MAX: usize = 16;

/// The primary (last, newest) block of a RED payload; `None` if the payload is malformed.
pub(crate) fn primary_block(payload: &[u8]) -> Option<&[u8]> {
    let mut rest = payload;
    let mut redundant_bytes = 0;
    for _ in 0..BLOCKS_MAX {
        let first = *rest.first()?;
        if first & 0x80 == 0 {
            return rest[1..].get(redundant_bytes..).filter(|primary| !primary.is_empty());
        }
        let header: &[u8; 4] = rest.first_chunk()?;
        redundant_bytes += (usize::from(header[2] & 0x03) << 8) | usize::from(header[3]);
        rest = &rest[4..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primary_block_is_what_follows_the_redundant_ones() {
        assert_eq!(primary_block(&[111, 1, 2, 3]), Some(&[1, 2, 3][..]));
        assert_eq!(primary_block(&[0x80 | 111, 0x0f, 0x00, 2, 111, 8, 9, 1, 2, 3]), Some(&[1, 2, 3][..]));
        let two = [0x80 | 111, 0x1e, 0x00, 1, 0x80 | 111, 0x0f, 0x00, 2, 111, 7, 8, 9, 1, 2, 3];
        assert_eq!(primary_block(&two), Some(&[1, 2, 3][..]));
    }

    #[test]
    fn malformed_payloads_have_none() {
        for bad in [
            &[][..],
            &[111],
            &[0xef],
            &[0xef, 0, 0],
            &[0xef, 0, 0, 9, 111, 1],
            &[0xef, 0, 3, 255, 111, 1],
            &[0xff; 200],
        ] {
            assert_eq!(primary_block(bad), None, "{bad:x?}");
        }
    }
}
