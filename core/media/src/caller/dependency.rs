//! The dependency descriptor of a picture stream without temporal or spatial layers, as a browser writes it: it tells the
//! server which packets begin a key frame without a look into the payload. Only the one-layer stream that callers send is
//! written here; reading every kind of descriptor is the server's work.
//!
//! Format: AV1 RTP payload specification, appendix A.

use str0m::rtp::{Extension, ExtensionSerializer, ExtensionValues};

/// The name of the header extension in SDP.
const URI: &str = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

/// The template of a frame that needs no other, and of one that needs the frame before it.
const KEY_TEMPLATE: u8 = 0;
const DELTA_TEMPLATE: u8 = 1;

/// What the descriptor of one packet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    /// First packet of its frame.
    pub(super) starts_frame: bool,
    /// Last packet of its frame.
    pub(super) ends_frame: bool,
    /// The frame needs no other.
    pub(super) key: bool,
    /// The frame's number in its stream, modulo 2^16.
    pub(super) number: u16,
}

/// The extension, to be registered with a connection. What arrives is passed over: a caller receives what it is sent.
pub(super) fn extension() -> Extension {
    Extension::with_serializer(URI, Serializer)
}

#[derive(Debug)]
struct Serializer;

impl ExtensionSerializer for Serializer {
    fn write_to(&self, buffer: &mut [u8], values: &ExtensionValues) -> usize {
        let Some(dependency) = values.user_values.get::<Dependency>() else { return 0 };
        let bytes = dependency.bytes();
        let Some(room) = buffer.get_mut(..bytes.len()) else { return 0 };
        room.copy_from_slice(&bytes);
        bytes.len()
    }

    fn parse_value(&self, _bytes: &[u8], _values: &mut ExtensionValues) -> bool {
        true
    }

    fn is_video(&self) -> bool {
        true
    }

    fn is_audio(&self) -> bool {
        false
    }
}

impl Dependency {
    fn bytes(self) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.push(1, u32::from(self.starts_frame));
        bits.push(1, u32::from(self.ends_frame));
        bits.push(6, u32::from(if self.key { KEY_TEMPLATE } else { DELTA_TEMPLATE }));
        bits.push(16, u32::from(self.number));
        if self.key && self.starts_frame {
            bits.push(5, 0b10000); // the structure follows; nothing is customised
            push_structure(&mut bits);
        }
        bits.bytes
    }
}

/// The structure of a stream in which every frame needs at most the one before it: one decode target, one chain.
fn push_structure(bits: &mut Bits) {
    bits.push(6, 0); // template_id_offset
    bits.push(5, 0); // one decode target
    bits.push(2, 0); // a second template in the same layer
    bits.push(2, 3); // no more templates
    bits.push(2, 2); // key template: the target may be switched to
    bits.push(2, 2); // delta template: likewise
    bits.push(1, 0); // the key template needs no frame
    bits.push(1, 1); // the delta template needs a frame,
    bits.push(4, 0); // the one before,
    bits.push(1, 0); // and no other
    bits.push(1, 1); // one chain, which protects the one target
    bits.push(4, 0); // a key frame begins the chain
    bits.push(4, 1); // a delta frame continues it
    bits.push(1, 0); // no resolutions
}

/// Bits, the highest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, width: u32, value: u32) {
        for place in (0..width).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = u8::from(value >> place & 1 == 1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << (7 - self.used % 8);
            }
            self.used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_frame_costs_three_bytes() {
        let delta = Dependency { starts_frame: true, ends_frame: true, key: false, number: 0x1234 };
        assert_eq!(delta.bytes(), [0b1100_0001, 0x12, 0x34]);
    }

    #[test]
    fn a_key_frame_begins_with_the_structure_and_fits_the_one_byte_form() {
        let key = Dependency { starts_frame: true, ends_frame: false, key: true, number: 7 };
        let bytes = key.bytes();
        assert_eq!(bytes[..4], [0b1000_0000, 0, 7, 0b1000_0000]);
        assert!(bytes.len() <= 16, "{} bytes", bytes.len());
        let rest = Dependency { starts_frame: false, ends_frame: true, key: true, number: 7 };
        assert_eq!(rest.bytes(), [0b0100_0000, 0, 7]);
    }
}
