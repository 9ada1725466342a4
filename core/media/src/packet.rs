//! One media packet on its way through the room. The payload is shared by all who receive it and never changed.

use std::sync::Arc;
use std::time::Instant;

use crate::dependency::{Raw, TemplateIds};
use crate::layer::{Codec, Descriptor};
use crate::peer::Extensions;
use crate::tempo::Role;

/// A packet that a publisher sent, out of its transport's encryption.
#[derive(Debug)]
pub(crate) struct Packet {
    /// Which of its publisher's m-lines it came on.
    pub(crate) line: usize,
    /// Which simulcast layer of that line.
    pub(crate) layer: usize,
    /// The RTP stream (SSRC): sequence numbers and timestamps are comparable within one stream only.
    pub(crate) stream: u32,
    pub(crate) codec: Codec,
    pub(crate) redundancy: Redundancy,
    /// Counted on beyond 16 bits.
    pub(crate) sequence: u64,
    /// In ticks of the codec's clock, as in the RTP header.
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) extensions: Extensions,
    pub(crate) descriptor: Descriptor,
    pub(crate) dependency: Option<Dependency>,
    pub(crate) payload: Arc<[u8]>,
    pub(crate) arrived: Instant,
}

/// The dependency descriptor of a packet, where it has one.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) raw: Arc<Raw>,
    /// What its frame is, as far as the structure of its stream is known.
    pub(crate) role: Option<Role>,
    /// The templates it brings along: it begins a key frame.
    pub(crate) templates: Option<TemplateIds>,
}

impl Dependency {
    /// Of which nothing was read yet.
    pub(crate) fn new(raw: Arc<Raw>) -> Self {
        Self { raw, role: None, templates: None }
    }
}

/// Whether a payload holds RED (RFC 2198). It is sealed as a whole, so the blocks in it are out of the server's reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redundancy {
    /// As the codec made it.
    None,
    /// Older frames and the newest, each block marked with the publisher's payload type for Opus.
    Red {
        /// That payload type.
        block_payload_type: u8,
    },
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A packet with nothing in particular in it.
    pub(crate) fn packet(codec: Codec, arrived: Instant) -> Packet {
        Packet {
            line: 0,
            layer: 0,
            stream: 1,
            codec,
            redundancy: Redundancy::None,
            sequence: 0,
            timestamp: 0,
            marker: false,
            extensions: Extensions::default(),
            descriptor: Descriptor::default(),
            dependency: None,
            payload: Arc::from([0; 4]),
            arrived,
        }
    }

    /// A descriptor of that frame, without a structure.
    pub(crate) fn dependency(number: u16, role: Role) -> Dependency {
        let [high, low] = number.to_be_bytes();
        let raw = Raw::new(&[0, high, low]).expect("three bytes");
        Dependency { role: Some(role), ..Dependency::new(Arc::new(raw)) }
    }
}
