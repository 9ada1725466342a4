//! Opus in Ogg (RFC 7845): the packets of its one stream, without the two header packets.

use std::io::Cursor;

use ogg::PacketReader;

use super::AssetError;

/// Reads all frames of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>, AssetError> {
    let mut reader = PacketReader::new(Cursor::new(bytes));
    let mut packets = Vec::new();
    while let Some(packet) = reader.read_packet().map_err(|error| AssetError::Opus(error.to_string()))? {
        packets.push(packet.data);
    }
    let refused = |why: &str| Err(AssetError::Opus(why.to_owned()));
    match packets.first() {
        Some(head) if head.starts_with(b"OpusHead") => {}
        Some(_) | None => return refused("it does not say so"),
    }
    if packets.len() < 3 {
        return refused("it has no sound");
    }
    let frames = packets.split_off(2);
    if frames.iter().all(|frame| lasts_20_ms(frame)) { Ok(frames) } else { refused("a frame does not last 20 ms") }
}

/// Whether a packet holds one frame of 20 ms, by its first byte (RFC 6716 3.1).
fn lasts_20_ms(packet: &[u8]) -> bool {
    packet.first().is_some_and(|byte| {
        let (configuration, frames) = (byte >> 3, byte & 3);
        let twenty = match configuration {
            0..=11 => configuration % 4 == 1,
            12..=15 => configuration % 2 == 1,
            _ => configuration % 4 == 3,
        };
        twenty && frames == 0
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_length_of_a_frame_is_in_its_first_byte() {
        assert!(lasts_20_ms(&[0xf8, 0xff, 0xfe]), "full band, 20 ms");
        assert!(lasts_20_ms(&[0x08]), "silk, 20 ms");
        assert!(!lasts_20_ms(&[0xf0]), "full band, 10 ms");
        assert!(!lasts_20_ms(&[0xf9]), "two frames");
        assert!(!lasts_20_ms(&[]));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), good_start: bool) {
            if good_start {
                bytes.splice(..0, *b"OggS\0\x02");
            }
            let _ = read(&bytes);
        }
    }
}
