//! VP8 in RTP (RFC 7741), as far as a caller needs it: cutting a frame into payloads with the shortest descriptor.

/// The most bytes of a payload: with SRTP, header extensions and IPv6 the datagram stays under 1280 bytes.
const PAYLOAD_BYTES_MAX: usize = 1120;

/// The descriptor of a frame's first payload: start of partition 0, no extension (RFC 7741 4.2).
const FIRST: u8 = 0x10;
/// The descriptor of every further payload.
const CONTINUED: u8 = 0x00;

/// Whether a frame needs no other (RFC 6386 9.1: the lowest bit of its first byte is clear).
pub(super) fn is_key_frame(frame: &[u8]) -> bool {
    frame.first().is_some_and(|byte| byte & 1 == 0)
}

/// Cuts a frame into payloads of nearly equal length; an empty frame gives none.
pub(super) fn payloads(frame: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let count = frame.len().div_ceil(PAYLOAD_BYTES_MAX - 1).max(1);
    let piece = frame.len().div_ceil(count).max(1);
    frame.chunks(piece).enumerate().map(|(index, piece)| {
        let mut payload = Vec::with_capacity(piece.len() + 1);
        payload.push(if index == 0 { FIRST } else { CONTINUED });
        payload.extend_from_slice(piece);
        payload
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_payloads_of_a_frame_are_the_frame(frame in proptest::collection::vec(any::<u8>(), 0..8000)) {
            let payloads: Vec<_> = payloads(&frame).collect();
            let joined: Vec<u8> = payloads.iter().flat_map(|payload| payload[1..].to_vec()).collect();
            prop_assert_eq!(joined, frame);
            prop_assert!(payloads.iter().all(|payload| payload.len() <= PAYLOAD_BYTES_MAX));
            let firsts = payloads.iter().filter(|payload| payload[0] == FIRST).count();
            prop_assert_eq!(firsts, usize::from(!payloads.is_empty()));
        }
    }
}
