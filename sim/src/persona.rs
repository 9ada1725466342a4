//! What simulated people look and sound like. Nothing is decoded in a simulation, so pictures and voices are as small as
//! they can be while everything happens to them that happens to large ones.

use std::io::Cursor;
use std::sync::Arc;

use client::{Film, Persona, Voice};
use ogg::{PacketWriteEndInfo, PacketWriter};

/// One sentence, in frames of 20 ms.
const SENTENCE: usize = 100;
/// Pictures a second: few, for each costs computing.
const PACE: u32 = 5;
/// One loop of the film, in pictures.
const FILM: usize = 100;
/// The first of so many is a key frame.
const KEY_FRAME_EVERY: usize = 25;

/// Somebody who shows a picture and speaks at this level, in -dBov (RFC 6464): that is how one is told from another.
pub(crate) fn persona(level: u8) -> Persona {
    // A key frame is several packets in every layer, so that the network can lose or delay a part of it.
    let film = Film::read(&film(60, 1_300), &film(120, 2_600), &film(240, 5_200));
    let voice = Voice::read(&voice(), &[level; SENTENCE]);
    // Both are made below, and every test of this crate plays them.
    Persona {
        film: Arc::new(film.expect("a well-formed film")),
        voices: vec![Arc::new(voice.expect("a well-formed voice"))],
    }
}

/// A film in IVF whose frames have so many bytes, and its key frames so many.
fn film(bytes: usize, key_bytes: usize) -> Vec<u8> {
    let mut file = b"DKIF\0\0\x20\0VP80\x80\x02\x68\x01".to_vec();
    file.extend(PACE.to_le_bytes());
    file.extend(1_u32.to_le_bytes());
    file.extend([0; 8]);
    for place in 0..FILM {
        // RFC 6386 9.1: bit 0 is clear in a key frame, bit 4 says that it is shown; then the start code and the size.
        let (mut frame, length) = if place % KEY_FRAME_EVERY == 0 {
            (vec![0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00], key_bytes)
        } else {
            (vec![0x11, 0, 0], bytes)
        };
        frame.resize(length, 0);
        file.extend(u32::try_from(frame.len()).unwrap_or(0).to_le_bytes());
        file.extend([0; 8]);
        file.extend(frame);
    }
    file
}

/// A sentence in Ogg (RFC 7845): frames of 20 ms, full band.
fn voice() -> Vec<u8> {
    let mut packets = vec![
        b"OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00".to_vec(),
        b"OpusTags\x00\x00\x00\x00\x00\x00\x00\x00".to_vec(),
    ];
    packets.extend((0..SENTENCE).map(|_| vec![0xf8; 40]));
    let last = packets.len() - 1;
    let mut bytes = Vec::new();
    let mut writer = PacketWriter::new(Cursor::new(&mut bytes));
    for (place, packet) in packets.into_iter().enumerate() {
        let end = match place {
            0 | 1 => PacketWriteEndInfo::EndPage,
            _ if place == last => PacketWriteEndInfo::EndStream,
            _ => PacketWriteEndInfo::NormalPacket,
        };
        let played = place.saturating_sub(1) as u64 * 960;
        // Writing to memory cannot fail.
        let _ = writer.write_packet(packet, 1, end, played);
    }
    drop(writer);
    bytes
}
