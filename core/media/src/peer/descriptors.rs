//! The dependency descriptor as a header extension of str0m's. It passes on bytes: reading them takes what their stream said before.

use str0m::rtp::{Extension, ExtensionMap, ExtensionSerializer, ExtensionValues};

use crate::dependency::{Raw, URI};

/// Where it goes among str0m's standard extension ids, until an offer says otherwise.
const ID: u8 = 9;

/// The longest value in a header that gives one byte to each extension's id and length (RFC 8285 4.2).
const ONE_BYTE_FORM_MAX: usize = 16;

/// The extensions of a connection: the standard ones, and this.
pub(crate) fn extensions() -> ExtensionMap {
    let mut extensions = ExtensionMap::standard();
    extensions.set(ID, Extension::with_serializer(URI, Serializer));
    extensions
}

#[derive(Debug)]
struct Serializer;

impl ExtensionSerializer for Serializer {
    fn write_to(&self, buffer: &mut [u8], values: &ExtensionValues) -> usize {
        let Some(raw) = values.user_values.get::<Raw>() else { return 0 };
        let Some(room) = buffer.get_mut(..raw.bytes().len()) else { return 0 };
        room.copy_from_slice(raw.bytes());
        raw.bytes().len()
    }

    fn parse_value(&self, bytes: &[u8], values: &mut ExtensionValues) -> bool {
        let raw = Raw::new(bytes);
        let is_one = raw.is_some();
        raw.into_iter().for_each(|raw| values.user_values.set(raw));
        is_one
    }

    fn is_video(&self) -> bool {
        true
    }

    fn is_audio(&self) -> bool {
        false
    }

    fn requires_two_byte_form(&self, values: &ExtensionValues) -> bool {
        values.user_values.get::<Raw>().is_some_and(|raw| raw.bytes().len() > ONE_BYTE_FORM_MAX)
    }
}
