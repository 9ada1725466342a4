//! Payloads as a client seals them, as far as a media server reads them: the header of the seal names group 0, epoch 0 and
//! leaf 1, which everybody may use here.

use wire::SourceKind;

/// The header of a seal (RFC 9605 section 4.3): a key id of four bytes, and the counter 1.
pub fn header(kind: SourceKind) -> [u8; 5] {
    let kind = match kind {
        SourceKind::Microphone => 0,
        SourceKind::Camera => 1,
        SourceKind::Screen => 2,
        SourceKind::ScreenAudio => 3,
    };
    [0xb1, 0, kind, 0, 64]
}

/// A sealed sound of that kind.
pub fn sound(kind: SourceKind, frame: &[u8]) -> Vec<u8> {
    [&header(kind)[..], frame].concat()
}

/// A VP8 frame in one packet: descriptor with picture id and TL0PICIDX, header, and a mark to know it by.
pub fn vp8(keyframe: bool, height: u16, picture: u16, mark: u8) -> Vec<u8> {
    let [id_high, id_low] = (picture | 0x8000).to_be_bytes();
    let [low, high] = height.to_le_bytes();
    let mut payload = vec![0x90, 0xe0, id_high, id_low, picture as u8, 0x20];
    if keyframe {
        payload.extend([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, low, high]);
    } else {
        payload.push(0x11);
    }
    payload.extend(header(SourceKind::Camera));
    payload.extend([mark; 100]);
    payload
}

/// The same, with so many bytes in all.
pub fn vp8_of(bytes: usize, keyframe: bool, height: u16, picture: u16, mark: u8) -> Vec<u8> {
    let mut payload = vp8(keyframe, height, picture, mark);
    payload.resize(bytes.max(payload.len()), mark);
    payload
}

/// The picture id in such a frame.
pub fn vp8_picture(payload: &[u8]) -> u16 {
    u16::from_be_bytes([payload[2], payload[3]]) & 0x7fff
}

/// The TL0PICIDX in such a frame.
pub fn vp8_base_layer_index(payload: &[u8]) -> u8 {
    payload[4]
}

/// The mark of a frame.
pub fn mark(payload: &[u8]) -> u8 {
    payload[payload.len() - 1]
}

/// A VP9 frame of that kind in one packet.
pub fn vp9(kind: SourceKind, keyframe: bool, picture: u16, mark: u8) -> Vec<u8> {
    let [id_high, id_low] = (picture | 0x8000).to_be_bytes();
    let mut payload = vec![if keyframe { 0xac } else { 0xec }, id_high, id_low, 0, picture as u8];
    payload.extend(header(kind));
    payload.extend([mark; 100]);
    payload
}

/// A RED payload: one older Opus frame and the newest.
pub fn red(opus_payload_type: u8, older: &[u8], newest: &[u8]) -> Vec<u8> {
    let offset_and_length = (960_u32 << 10) | older.len() as u32;
    let [_, a, b, c] = offset_and_length.to_be_bytes();
    let mut payload = vec![0x80 | opus_payload_type, a, b, c, opus_payload_type];
    payload.extend(older);
    payload.extend(newest);
    payload
}
