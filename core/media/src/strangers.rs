//! The way for the fuzz targets (`fuzz/`) to what reads strangers' bytes here and is called by nobody outside.

use wire::SourceKind;

use crate::dependency::{self, Raw, Structure, TEMPLATE_IDS};
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

/// The dependency descriptors of one stream, read in their order as the server reads them, and moved as a listener gets them.
#[derive(Debug)]
pub struct Dependencies {
    /// How much higher the ids of templates are where they go.
    ids: u8,
    known: Option<Structure>,
}

impl Dependencies {
    /// Of a stream whose templates get ids that are so much higher, modulo 64.
    pub fn moved_by(ids: u8) -> Self {
        Self { ids: ids % TEMPLATE_IDS, known: None }
    }

    /// Reads the next one, and gives its frame that number.
    ///
    /// # Panics
    /// What was read cannot be written, or it means something else after it was written or moved.
    pub fn read(&mut self, bytes: &[u8], number: u16) {
        let Some(raw) = Raw::new(bytes) else { return };
        let (known, elsewhere) = (self.known.as_ref(), self.known.as_ref().map(|known| self.moved(known)));
        let moved = raw.moved(number, self.ids);
        assert_eq!(moved.bytes().len(), bytes.len(), "what is moved keeps its length");
        let read = dependency::Descriptor::read(raw.bytes(), known);
        let as_moved = read.clone().map(|read| dependency::Descriptor {
            number,
            template: (read.template + self.ids) % TEMPLATE_IDS,
            structure: read.structure.as_ref().map(|structure| self.moved(structure)),
            ..read
        });
        assert_eq!(dependency::Descriptor::read(moved.bytes(), elsewhere.as_ref()), as_moved, "it moved, and no more");
        let Ok(read) = read else { return };
        let written = read.write(known).expect("what was read can be written");
        assert!(written.len() <= bytes.len(), "nothing is added");
        assert_eq!(dependency::Descriptor::read(&written, known).as_ref(), Ok(&read), "it means the same");
        assert!(read.indications(known).is_some(), "a template was found for it");
        if let Some(brought) = read.structure {
            let (ids, versions) = (brought.template_ids(), brought.whole_and_half());
            assert!(ids.first < TEMPLATE_IDS && (1..=TEMPLATE_IDS).contains(&ids.count), "{ids:?}");
            assert!(versions.is_none_or(|(whole, half)| whole != half), "half the frames are another version");
            self.known = Some(brought);
        }
    }

    fn moved(&self, structure: &Structure) -> Structure {
        Structure { first_id: (structure.first_id + self.ids) % TEMPLATE_IDS, ..structure.clone() }
    }
}
