//! The dependency descriptor: what a packet says outside of its sealed payload about the frame it belongs to, and which
//! other frames that one needs (AV1 RTP payload specification, appendix A). From it the server knows where a key frame
//! begins, and which frames it may leave out without harm to those it sends.
//!
//! Reading is total: whatever bytes come, they are read or refused, in time proportional to their number.

mod bits;
mod structure;
#[cfg(test)]
mod tests;

use bits::{Reader, Writer};
pub(crate) use structure::{Indication, Structure, TEMPLATE_IDS, Template};

/// The name of the header extension in SDP.
pub(crate) const URI: &str = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

/// The length of a descriptor that says nothing but which template its frame is made after.
const MANDATORY_BYTES: usize = 3;

/// The longest that a header extension can hold (RFC 8285 4.3).
const BYTES_MAX: usize = 255;

/// Why bytes are no descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    /// They end too early.
    #[error("it is cut short")]
    Cut,
    /// There are more layers or templates than there can be.
    #[error("it has too many layers or templates")]
    TooMany,
    /// They may be one, but the structure it is to be read with is another one or did not come yet.
    #[error("its template is not known")]
    Unknown,
}

/// What the descriptor of one packet says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// First packet of its frame.
    pub(crate) starts_frame: bool,
    /// Last packet of its frame.
    pub(crate) ends_frame: bool,
    /// The id of the template its frame is made after.
    pub(crate) template: u8,
    /// The frame's number in its stream, modulo 2^16.
    pub(crate) number: u16,
    /// The structure that holds from this frame on: it needs no frame before it.
    pub(crate) structure: Option<Structure>,
    /// Which versions of the picture can be had now, one bit each.
    pub(crate) active: Option<u32>,
    /// Where the frame differs from its template, the same of its own.
    pub(crate) indications: Option<Vec<Indication>>,
    /// 1 to 4096 frames back each.
    pub(crate) references: Option<Vec<u16>>,
    pub(crate) chains: Option<Vec<u8>>,
}

impl Descriptor {
    /// Reads a descriptor of a stream whose latest structure is `known`.
    ///
    /// # Errors
    /// It is malformed, or it belongs to another structure.
    pub(crate) fn read(bytes: &[u8], known: Option<&Structure>) -> Result<Self, Malformed> {
        let mut bits = Reader::new(bytes);
        let (starts_frame, ends_frame) = (bits.flag()?, bits.flag()?);
        // Sixteen bits fit.
        let (template, number) = (bits.take_small(6)?, bits.take(16)? as u16);
        let mut descriptor = Self { starts_frame, ends_frame, template, number, ..Self::default() };
        let is_extended = bytes.len() > MANDATORY_BYTES;
        let mut flags = [false; 5];
        if is_extended {
            for flag in &mut flags {
                *flag = bits.flag()?;
            }
        }
        let [has_structure, has_active, has_indications, has_references, has_chains] = flags;
        descriptor.structure = has_structure.then(|| Structure::read(&mut bits)).transpose()?;
        let structure = descriptor.structure.as_ref().or(known).ok_or(Malformed::Unknown)?;
        let (targets, chains) = (structure.targets(), structure.chains());
        structure.template(template).ok_or(Malformed::Unknown)?;
        if has_active {
            descriptor.active = Some(bits.take(targets as u32)?);
        }
        if has_indications {
            let own = (0..targets).map(|_| Indication::read(&mut bits)).collect::<Result<_, _>>()?;
            descriptor.indications = Some(own);
        }
        if has_references {
            descriptor.references = Some(read_references(&mut bits)?);
        }
        if has_chains {
            descriptor.chains = Some((0..chains).map(|_| bits.take_small(8)).collect::<Result<_, _>>()?);
        }
        Ok(descriptor)
    }

    /// The bytes of a descriptor of a stream whose latest structure is `known`; `None`: there is no way to write it.
    pub(crate) fn write(&self, known: Option<&Structure>) -> Option<Vec<u8>> {
        let mut bits = Writer::default();
        bits.flag(self.starts_frame);
        bits.flag(self.ends_frame);
        bits.put(6, u32::from(self.template));
        bits.put(16, u32::from(self.number));
        let structure = self.structure.as_ref().or(known)?;
        structure.template(self.template).filter(|_| self.template < TEMPLATE_IDS)?;
        let flags = [
            self.structure.is_some(),
            self.active.is_some(),
            self.indications.is_some(),
            self.references.is_some(),
            self.chains.is_some(),
        ];
        if flags.contains(&true) {
            flags.into_iter().for_each(|flag| bits.flag(flag));
            self.write_extended(structure, &mut bits)?;
        }
        (bits.bytes.len() <= BYTES_MAX).then_some(bits.bytes)
    }

    fn write_extended(&self, structure: &Structure, bits: &mut Writer) -> Option<()> {
        let (targets, chains) = (structure.targets(), structure.chains());
        if let Some(structure) = &self.structure {
            structure.write(bits)?;
        }
        if let Some(active) = self.active {
            // There are 32 at most, so no bit of interest is shifted out.
            (u64::from(active) >> targets == 0).then(|| bits.put(targets as u32, active))?;
        }
        if let Some(own) = &self.indications {
            (own.len() == targets).then(|| own.iter().for_each(|indication| indication.write(bits)))?;
        }
        if let Some(own) = &self.references {
            own.iter().try_for_each(|&reference| write_reference(reference, bits))?;
            bits.put(2, 0);
        }
        if let Some(own) = &self.chains {
            (own.len() == chains).then(|| own.iter().for_each(|&frames| bits.put(8, u32::from(frames))))?;
        }
        Some(())
    }

    /// What the frame is to each version of the picture.
    pub(crate) fn indications<'a>(&'a self, known: Option<&'a Structure>) -> Option<&'a [Indication]> {
        let template = || self.structure.as_ref().or(known)?.template(self.template);
        self.indications.as_deref().or_else(|| Some(&template()?.indications))
    }
}

/// How far back the frames are that a frame needs, in pieces of four bits each.
fn read_references(bits: &mut Reader<'_>) -> Result<Vec<u16>, Malformed> {
    let mut references = Vec::new();
    loop {
        match bits.take(2)? {
            0 => return Ok(references),
            // Twelve bits at most.
            pieces => references.push(bits.take(4 * pieces)? as u16 + 1),
        }
    }
}

fn write_reference(reference: u16, bits: &mut Writer) -> Option<()> {
    let less_one = u32::from(reference.checked_sub(1)?);
    let pieces = (1..=3).find(|pieces| less_one >> (4 * pieces) == 0)?;
    bits.put(2, pieces);
    bits.put(4 * pieces, less_one);
    Some(())
}

/// The templates that a descriptor brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TemplateIds {
    pub(crate) first: u8,
    pub(crate) count: u8,
}

/// The bytes of a descriptor, as they travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raw(Box<[u8]>);

impl Raw {
    /// `None`: these are none. Whether they are one all through, [`Descriptor::read`] finds out.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        (MANDATORY_BYTES..=BYTES_MAX).contains(&bytes.len()).then(|| Self(bytes.into()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The frame's number.
    pub(crate) fn number(&self) -> u16 {
        u16::from_be_bytes([self.0[1], self.0[2]])
    }

    /// The same for another stream: the frame has that number, and the ids of templates are so much higher.
    pub(crate) fn moved(&self, number: u16, ids: u8) -> Self {
        let mut bytes = self.0.clone();
        let template = bytes[0].wrapping_add(ids) % TEMPLATE_IDS;
        bytes[0] = bytes[0] & 0xc0 | template;
        bytes[1..MANDATORY_BYTES].copy_from_slice(&number.to_be_bytes());
        // A structure begins with the id of its first template: behind the five flags, three bits in one byte and three in the next.
        if let [_, _, _, flags, rest, ..] = &mut *bytes
            && *flags & 0x80 != 0
        {
            let first = ((*flags & 0x07) << 3 | *rest >> 5).wrapping_add(ids) % TEMPLATE_IDS;
            *flags = *flags & 0xf8 | first >> 3;
            *rest = *rest & 0x1f | first << 5;
        }
        Self(bytes)
    }
}
