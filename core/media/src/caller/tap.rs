//! Packets as they arrived, for whoever looks at what a server passes on: SRTP is off, and no seal was opened.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use str0m::Rtc;
use str0m::format::Codec;
use str0m::media::Pt;
use str0m::rtp::RtpPacket;
use wire::Mid;

use super::{Caller, CallerError, Setup};

/// Packets that came and were not fetched. One datagram brings one; when it is full the oldest is let fall, and the hole shows in
/// the sequence numbers.
const PACKETS_MAX: usize = 64;

/// How a payload is encoded, as its payload type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// RFC 7587. What is sealed may be RED (RFC 2198) all the same: a listener that did not agree on it gets it as Opus.
    Opus,
    /// RFC 7741.
    Vp8,
    /// RFC 9628.
    Vp9,
}

impl Encoding {
    /// What a payload type stands for, of that which was agreed.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of str0m's many codecs three are offered")]
    pub(super) fn of(rtc: &Rtc, payload_type: Pt) -> Option<Self> {
        match rtc.codec_config().find(|params| params.pt() == payload_type)?.spec().codec {
            Codec::Opus => Some(Self::Opus),
            Codec::Vp8 => Some(Self::Vp8),
            Codec::Vp9 => Some(Self::Vp9),
            _ => None,
        }
    }

    /// The name in SDP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Vp8 => "VP8",
            Self::Vp9 => "VP9",
        }
    }
}

/// An RTP packet (RFC 3550) as the server passed it on. One that was lost and sent again is there once; padding is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedPacket {
    /// The receiving m-line.
    pub mid: Mid,
    /// What its payload type stands for.
    pub encoding: Encoding,
    /// Its sequence number, which goes on after 65 535.
    pub sequence: u64,
    /// Its timestamp, in ticks of 48 kHz (sound) or 90 kHz (pictures).
    pub timestamp: u32,
    /// Whether it is the last of its picture.
    pub marker: bool,
    /// Its payload, with the codec's payload descriptor.
    pub payload: Arc<[u8]>,
}

impl Caller {
    /// As [`Caller::offer`], for a connection that is tapped: it takes every codec that a server passes on, and gives out each packet
    /// as it came.
    ///
    /// # Errors
    /// ICE cannot use the address.
    pub fn offer_tapped(setup: Setup, local: SocketAddr, now: Instant) -> Result<(Self, String), CallerError> {
        Self::begin(setup, Some(Tap::default()), local, now)
    }

    /// The next packet as it came, in the order of arrival; none where the connection is not tapped.
    pub fn poll_packet(&mut self) -> Option<ReceivedPacket> {
        self.tap.as_mut()?.poll()
    }
}

/// The packets of a connection that is tapped.
#[derive(Debug, Default)]
pub(super) struct Tap {
    packets: VecDeque<ReceivedPacket>,
}

impl Tap {
    /// Keeps a packet until it is fetched.
    pub(super) fn take(&mut self, mid: &Mid, encoding: Encoding, packet: &RtpPacket) {
        if self.packets.len() == PACKETS_MAX {
            self.packets.pop_front();
        }
        self.packets.push_back(ReceivedPacket {
            mid: mid.clone(),
            encoding,
            sequence: *packet.seq_no,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            payload: packet.payload.clone(),
        });
    }

    /// The next packet.
    pub(super) fn poll(&mut self) -> Option<ReceivedPacket> {
        self.packets.pop_front()
    }
}
