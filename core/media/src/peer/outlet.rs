//! How we send on an m-line: the payload types are the receiver's, the numbers are the slot's.

use str0m::media::Pt;
use str0m::rtp::{ExtensionValues, RtpWrite, Ssrc, Vp8Descriptor, Vp8Patch};
use str0m::{Rtc, format};

use crate::layer::Codec;
use crate::offer::OfferedLine;
use crate::packet::{Packet, Redundancy};
use crate::rewrite::{FrameNumbers, Rewritten};

/// The sending side of an m-line.
#[derive(Debug)]
pub(super) struct Outlet {
    pub(super) stream: Ssrc,
    opus: Option<Pt>,
    red: Option<Pt>,
    vp8: Option<Pt>,
    vp9: Option<Pt>,
    pub(super) takes_descriptors: bool,
}

impl Outlet {
    /// What was negotiated for an m-line; `None` if nothing is sent on it.
    pub(super) fn new(rtc: &mut Rtc, line: &OfferedLine) -> Option<Self> {
        let mid = line.mid.as_str().into();
        let stream = rtc.direct_api().stream_tx_by_mid(mid, None)?.ssrc();
        let offered = rtc.media(mid)?.remote_pts();
        let find = |codec: format::Codec| {
            rtc.codec_config().find(|p| {
                p.spec().codec == codec
                    && offered.contains(&p.pt())
                    // Of VP9, profile 0 is what browsers send.
                    && p.spec().format.profile_id.unwrap_or(0) == 0
            })
        };
        let opus = find(format::Codec::Opus);
        Some(Self {
            stream,
            opus: opus.map(|p| p.pt()),
            red: opus.and_then(|p| p.red()),
            vp8: find(format::Codec::Vp8).map(|p| p.pt()),
            vp9: find(format::Codec::Vp9).map(|p| p.pt()),
            takes_descriptors: line.takes_descriptors,
        })
    }

    /// A packet as this receiver can read it, with other numbers; `None` if it cannot.
    pub(super) fn packet(&self, packet: &Packet, numbers: Rewritten) -> Option<RtpWrite> {
        let payload_type = self.fit(packet)?;
        let sequence = numbers.sequence.into();
        let mut extensions = ExtensionValues {
            audio_level: packet.extensions.audio_level,
            voice_activity: packet.extensions.voice_activity,
            video_orientation: packet.extensions.orientation,
            ..ExtensionValues::default()
        };
        let described = packet.dependency.as_ref().filter(|_| self.takes_descriptors).zip(numbers.frame);
        if let Some((dependency, FrameNumbers { number, ids })) = described {
            extensions.user_values.set(dependency.raw.moved(number, ids));
        }
        let write = RtpWrite::new(payload_type, sequence, numbers.timestamp, packet.arrived, packet.payload.clone())
            .marker(numbers.marker)
            .nackable(packet.codec.is_video())
            .ext_vals(extensions);
        Some(match vp8_patch(packet, numbers) {
            Some(patch) => write.vp8_patch(patch),
            None => write,
        })
    }

    /// Whether this receiver can read a packet.
    pub(super) fn fits(&self, packet: &Packet) -> bool {
        self.fit(packet).is_some()
    }

    /// The payload types of sound.
    pub(super) fn sound_types(&self) -> impl Iterator<Item = u8> {
        self.opus.into_iter().chain(self.red).map(|payload_type| *payload_type)
    }

    /// The payload type a packet has for this receiver. A receiver that did not agree on RED gets a sealed RED payload as Opus:
    /// its client finds out when it has opened it, and takes the newest frame.
    fn fit(&self, packet: &Packet) -> Option<Pt> {
        match packet.codec {
            Codec::Vp8 => self.vp8,
            Codec::Vp9 => self.vp9,
            Codec::Opus => {
                let opus = self.opus?;
                match (packet.redundancy, self.red) {
                    // The blocks inside name the publisher's type for Opus: it must mean the same here.
                    (Redundancy::Red { block_payload_type }, Some(red)) if *opus == block_payload_type => Some(red),
                    (Redundancy::Red { .. } | Redundancy::None, _) => Some(opus),
                }
            }
        }
    }
}

fn vp8_patch(packet: &Packet, numbers: Rewritten) -> Option<Vp8Patch> {
    if packet.codec != Codec::Vp8 || (numbers.picture_id.is_none() && numbers.base_layer_index.is_none()) {
        return None;
    }
    let mut patch = Vp8Descriptor::parse(&packet.payload).ok()?.patch();
    if let Some(picture_id) = numbers.picture_id {
        patch = patch.picture_id(picture_id);
    }
    if let Some(index) = numbers.base_layer_index {
        patch = patch.tl0_pic_idx(index);
    }
    patch.build().ok()
}
