//! The way for the fuzz targets (`fuzz/`) to what reads strangers' bytes here and is called by nobody outside.

use wire::SourceKind;

use crate::layer::{Codec, Descriptor, Part};
use crate::seal::{self, SealWindow};

/// Reads a payload as one of each codec: its descriptor, and the header of the seal where a frame begins.
pub fn payload(bytes: &[u8]) {
    let window = [SealWindow { group: 0, leaf: 1, epochs: vec![0] }];
    for (codec, kind) in
        [(Codec::Opus, SourceKind::Microphone), (Codec::Vp8, SourceKind::Camera), (Codec::Vp9, SourceKind::Screen)]
    {
        if let Part::First { at } | Part::Further { at } = Descriptor::read(codec, bytes).part {
            let frame = bytes.get(at..).expect("a frame begins within its payload");
            let _ = seal::sealed_for(codec, frame, kind, &window);
        }
    }
}
