//! What an incoming RTP packet is: which m-line and layer its stream belongs to, and how it is encoded.

use str0m::media::Pt;
use str0m::rtp::{RtpPacket, Ssrc};
use str0m::{Rtc, format};

use super::{Extensions, Line};
use crate::dependency::Raw;
use crate::layer::{Codec, Descriptor};
use crate::packet::{Dependency, Packet, Redundancy};

/// The RTP streams of one peer that are known by number; one beyond these is looked up in the transport each time.
const INLETS_MAX: usize = 64;

/// The longest payload: what a datagram on the way through the Internet can hold. A longer one would not fit into the transport's buffer
/// on its way out.
const PAYLOAD_BYTES_MAX: usize = 1500;

/// Which m-line and layer an incoming RTP stream belongs to.
#[derive(Debug)]
struct Inlet {
    stream: u32,
    line: usize,
    layer: usize,
}

/// The incoming streams of a peer.
#[derive(Debug, Default)]
pub(super) struct Inlets {
    known: Vec<Inlet>,
}

impl Inlets {
    /// The m-lines have changed.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }

    /// What the room gets of an incoming packet; `None` when it belongs to no m-line, is of an unknown kind or too long.
    pub(super) fn read(&mut self, packet: RtpPacket, rtc: &mut Rtc, lines: &[Line]) -> Option<Packet> {
        let header = &packet.header;
        let stream = *header.ssrc;
        let (line, layer) = self.find(header.ssrc, rtc, lines)?;
        let (codec, redundancy) = encoding(rtc, header.payload_type)?;
        if packet.payload.len() > PAYLOAD_BYTES_MAX {
            return None;
        }
        Some(Packet {
            line,
            layer,
            stream,
            codec,
            redundancy,
            sequence: *packet.seq_no,
            timestamp: header.timestamp,
            marker: header.marker,
            extensions: Extensions {
                audio_level: header.ext_vals.audio_level,
                voice_activity: header.ext_vals.voice_activity,
                orientation: header.ext_vals.video_orientation,
            },
            descriptor: Descriptor::read(codec, &packet.payload),
            dependency: header.ext_vals.user_values.get_arc::<Raw>().map(Dependency::new),
            payload: packet.payload,
            arrived: packet.timestamp,
        })
    }

    fn find(&mut self, ssrc: Ssrc, rtc: &mut Rtc, lines: &[Line]) -> Option<(usize, usize)> {
        if let Some(inlet) = self.known.iter().find(|inlet| inlet.stream == *ssrc) {
            return Some((inlet.line, inlet.layer));
        }
        // Only the first packets of a stream name their line and layer; the transport keeps what they said.
        let mut direct = rtc.direct_api();
        let stream = direct.stream_rx(&ssrc)?;
        let (mid, rid) = (stream.mid(), stream.rid());
        let line = lines.iter().position(|line| line.mid.0 == *mid)?;
        // By itself the transport asks only for what comes again on a stream of its own (RFC 4588); sound comes again as it was.
        stream.suppress_nack(false);
        let layer = match rid {
            None => 0,
            Some(rid) => lines[line].rids.iter().position(|known| *known == rid)?,
        };
        if self.known.len() < INLETS_MAX {
            self.known.push(Inlet { stream: *ssrc, line, layer });
        }
        Some((line, layer))
    }
}

fn encoding(rtc: &Rtc, payload_type: Pt) -> Option<(Codec, Redundancy)> {
    let parameters = rtc.codec_config().find(|p| p.pt() == payload_type || p.red() == Some(payload_type))?;
    let codec = codec_of(parameters.spec().codec)?;
    let redundancy = if parameters.red() == Some(payload_type) {
        Redundancy::Red { block_payload_type: *parameters.pt() }
    } else {
        Redundancy::None
    };
    Some((codec, redundancy))
}

fn codec_of(codec: format::Codec) -> Option<Codec> {
    [(format::Codec::Opus, Codec::Opus), (format::Codec::Vp8, Codec::Vp8), (format::Codec::Vp9, Codec::Vp9)]
        .into_iter()
        .find_map(|(theirs, ours)| (theirs == codec).then_some(ours))
}
