//! One media packet on its way through the room. The payload is shared by all who receive it and never changed.

use std::sync::Arc;
use std::time::Instant;

use crate::layer::{Codec, Descriptor};
use crate::peer::Extensions;

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
    pub(crate) payload: Arc<[u8]>,
    pub(crate) arrived: Instant,
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
            payload: Arc::from([0; 4]),
            arrived,
        }
    }
}
