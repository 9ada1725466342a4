//! The dependency descriptor as a browser sends and receives it: bytes in a header extension.

use str0m::rtp::{Extension, ExtensionMap, ExtensionSerializer, ExtensionValues};

const URI: &str = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor(pub Vec<u8>);

/// The extensions of a browser, with the descriptor where Chromium has it.
pub fn extensions() -> ExtensionMap {
    let mut extensions = ExtensionMap::standard();
    extensions.set(12, Extension::with_serializer(URI, Serializer));
    extensions
}

#[derive(Debug)]
struct Serializer;

impl ExtensionSerializer for Serializer {
    fn write_to(&self, buffer: &mut [u8], values: &ExtensionValues) -> usize {
        let Some(Descriptor(bytes)) = values.user_values.get() else { return 0 };
        buffer[..bytes.len()].copy_from_slice(bytes);
        bytes.len()
    }

    fn parse_value(&self, bytes: &[u8], values: &mut ExtensionValues) -> bool {
        values.user_values.set(Descriptor(bytes.to_vec()));
        true
    }

    fn is_video(&self) -> bool {
        true
    }

    fn is_audio(&self) -> bool {
        false
    }

    fn requires_two_byte_form(&self, values: &ExtensionValues) -> bool {
        values.user_values.get::<Descriptor>().is_some_and(|Descriptor(bytes)| bytes.len() > 16)
    }
}
