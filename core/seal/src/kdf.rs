//! The hash, the key derivation and the MAC, each in the one form that the protocol uses.

use aws_lc_rs::{digest, hmac};

pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The first step of HKDF-SHA256 without salt (RFC 5869 section 2.2).
pub(crate) fn extract(secret: &[u8]) -> [u8; 32] {
    hmac(&[0; 32], &[secret])
}

/// The second step (section 2.3). Written out, because it cannot fail for lengths that are known when it is compiled.
pub(crate) fn expand<const N: usize>(key: &[u8; 32], info: &[u8]) -> [u8; N] {
    const { assert!(N <= 255 * 32) };
    let mut bytes = [0; N];
    let mut previous = Vec::new();
    for (counter, block) in (1..=u8::MAX).zip(bytes.chunks_mut(32)) {
        previous = hmac(key, &[&previous, info, &[counter]]).to_vec();
        block.copy_from_slice(&previous[..block.len()]);
    }
    bytes
}

/// The first step with a salt; an empty one is as none.
pub(crate) fn extract_with(salt: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    hmac(salt, parts)
}

/// The second step for a length that is not known before; none if it is too long.
pub(crate) fn expand_to(key: &[u8], info: &[&[u8]], length: usize) -> Option<Vec<u8>> {
    if length > 255 * 32 {
        return None;
    }
    let (mut bytes, mut previous) = (Vec::with_capacity(length), Vec::new());
    for counter in 1..=u8::MAX {
        if bytes.len() >= length {
            break;
        }
        let block = [counter];
        let parts: Vec<&[u8]> =
            std::iter::once(previous.as_slice()).chain(info.iter().copied()).chain([&block[..]]).collect();
        let next = hmac(key, &parts).to_vec();
        bytes.extend_from_slice(&next);
        previous = next;
    }
    bytes.truncate(length);
    Some(bytes)
}

/// HKDF-SHA256 without salt.
pub(crate) fn hkdf<const N: usize>(secret: &[u8], info: &[u8]) -> [u8; N] {
    expand(&extract(secret), info)
}

pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    let mut tag = [0; 32];
    tag.copy_from_slice(context.sign().as_ref());
    tag
}

/// Whether two texts of bytes are equal, in a time that does not depend on where they differ.
pub(crate) fn equal(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derivation_is_that_of_rfc_5869() {
        // Test case 3 of appendix A: no salt, no info.
        let expected = [
            0x8d, 0xa4, 0xe7, 0x75, 0xa5, 0x63, 0xc1, 0x8f, 0x71, 0x5f, 0x80, 0x2a, 0x06, 0x3c, 0x5a, 0x31, 0xb8, 0xa1,
            0x1f, 0x5c, 0x5e, 0xe1, 0x87, 0x9e, 0xc3, 0x45, 0x4e, 0x5f, 0x3c, 0x73, 0x8d, 0x2d, 0x9d, 0x20, 0x13, 0x95,
            0xfa, 0xa4, 0xb6, 0x1a, 0x96, 0xc8,
        ];
        assert_eq!(hkdf::<42>(&[0x0b; 22], b""), expected);
        assert_eq!(expand_to(&extract(&[0x0b; 22]), &[b""], 42), Some(expected.to_vec()));
        assert_eq!(expand_to(&[0; 32], &[], 255 * 32 + 1), None);
    }
}
