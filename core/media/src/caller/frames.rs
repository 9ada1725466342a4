//! What a caller says of its frames outside of the seal, as a browser does: which packets begin a key frame. Its pictures have
//! one layer, and every frame needs the one before.

use crate::dependency::{Descriptor, Indication, Raw, Structure, Template};

/// The template of a frame that needs no other, and of one that needs the frame before it.
const KEY: u8 = 0;
const DELTA: u8 = 1;

/// What is to be said of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// First packet of its frame.
    pub(super) starts_frame: bool,
    /// Last packet of its frame.
    pub(super) ends_frame: bool,
    /// The frame needs no other.
    pub(super) key: bool,
    /// The frame's number in its stream, modulo 2^16.
    pub(super) number: u16,
}

impl Frame {
    /// The dependency descriptor of the packet, of a stream with that [`structure`].
    pub(super) fn descriptor(self, structure: &Structure) -> Option<Raw> {
        let descriptor = Descriptor {
            starts_frame: self.starts_frame,
            ends_frame: self.ends_frame,
            template: if self.key { KEY } else { DELTA },
            number: self.number,
            ..Descriptor::default()
        };
        let bytes = if self.key && self.starts_frame {
            Descriptor { structure: Some(structure.clone()), ..descriptor }.write(None)
        } else {
            descriptor.write(Some(structure))
        };
        Raw::new(&bytes?)
    }
}

/// One version of the picture, and one chain: every frame is a part of both.
pub(super) fn structure() -> Structure {
    let template = |references, chain| Template {
        spatial: 0,
        temporal: 0,
        indications: vec![Indication::Switch],
        references,
        chains: vec![chain],
    };
    let templates = vec![template(vec![], 0), template(vec![1], 1)];
    Structure { first_id: KEY, templates, protected_by: vec![0], sizes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_frame_costs_three_bytes() {
        let delta = Frame { starts_frame: true, ends_frame: true, key: false, number: 0x1234 };
        assert_eq!(delta.descriptor(&structure()).unwrap().bytes(), [0b1100_0001, 0x12, 0x34]);
    }

    #[test]
    fn a_key_frame_begins_with_the_structure_and_fits_the_one_byte_form() {
        let key = Frame { starts_frame: true, ends_frame: false, key: true, number: 7 };
        let raw = key.descriptor(&structure()).unwrap();
        assert_eq!(raw.bytes()[..4], [0b1000_0000, 0, 7, 0b1000_0000]);
        assert!(raw.bytes().len() <= 16, "{} bytes", raw.bytes().len());
        let rest = Frame { starts_frame: false, ends_frame: true, key: true, number: 7 };
        assert_eq!(rest.descriptor(&structure()).unwrap().bytes(), [0b0100_0000, 0, 7]);
    }
}
