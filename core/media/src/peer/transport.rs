//! The transport of one peer: it drives str0m and keeps what str0m does not, such as the gate before the handshake and
//! whether the peer is still heard.

use std::time::{Duration, Instant};

use str0m::bwe::{Bitrate, BweKind};
use str0m::change::SdpOffer;
use str0m::media::KeyframeRequestKind;
use str0m::net::{Protocol, Receive, TcpType};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};
use wire::Mid;

use super::inlet::Inlets;
use super::outlet::Outlet;
use super::repeats::Repeats;
use super::{Estimate, Identity, Line, Loss, Produced};
use crate::bandwidth::Exploration;
use crate::handshake::{self, Gate};
use crate::offer::{LineKind, Offer, OfferError, OfferedLine};
use crate::packet::Packet;
use crate::path::Finding;
use crate::rate::BitRate;
use crate::rewrite::Rewritten;
use crate::way::{Carrier, Endpoint, Way};

/// A peer from which nothing came for this long is lost. A browser checks connectivity about every 2.5 s.
const SILENCE_MAX: Duration = Duration::from_secs(8);

/// Sent pictures kept for retransmission, in packets per slot; an older one that is asked for again is not sent. About a
/// second of a large picture; the payloads are shared with the other listeners.
const RESEND_VIDEO_PACKETS: usize = 256;

/// And no longer than this.
const RESEND_VIDEO_FOR: Duration = Duration::from_secs(3);

/// Of what is sent on a slot this part may be what is sent again: enough for a very bad line, and what a narrow one has room for.
const RESEND_SHARE_MAX: f32 = 0.25;

/// The same for sound, which browsers never ask for again.
const RESEND_AUDIO_PACKETS: usize = 8;

/// Consecutive timeouts "now" without any output before the transport is believed to be stuck and left for a while.
const IDLE_TURNS_MAX: usize = 4;

/// What a line is believed to carry until its browser has said how packets arrive: a speaker and a few small pictures.
const FIRST_ESTIMATE: Bitrate = Bitrate::kbps(1000);

/// How often the estimate is read. The one that str0m announces by itself is a mean over three seconds, too late for a line
/// that has become narrow.
const ESTIMATE_INTERVAL: Duration = Duration::from_millis(200);

/// Packets that are due within this time leave at once: str0m's pacer wants its clock moved on after each packet, and a
/// wake-up for each would cost more than it smooths.
const PACE_AHEAD: Duration = Duration::from_micros(500);

pub(super) struct Transport {
    pub(super) rtc: Rtc,
    /// Our ICE user name fragment.
    pub(super) user: String,
    pub(super) lines: Vec<Line>,
    /// The payload types with which sound is sent: a few, whatever the number of m-lines.
    sound_types: Vec<u8>,
    inlets: Inlets,
    gate: Gate,
    phase: Phase,
    pacing: Pacing,
    /// Sound is sent twice.
    pub(super) repeats_sound: bool,
    repeats: Repeats,
    /// When the last accepted datagram came.
    heard: Instant,
    /// When the transport wants to be called.
    timeout: Instant,
    #[cfg(test)]
    pub(super) panic_next: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// ICE or DTLS is not done.
    Connecting,
    /// Media flow.
    Connected,
    /// It fell silent, after `connected` or before; nothing is sent until it is heard again.
    Silent { connected: bool },
    /// Over.
    Closed,
}

/// Whether the line is estimated, and pictures are paced by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pacing {
    /// It receives no pictures: all leaves at once.
    Off,
    /// `clock` is str0m's, which runs ahead of ours by what [`PACE_AHEAD`] allows; `estimable`: its browser says how packets
    /// arrive (transport-wide feedback was agreed on).
    On { clock: Instant, estimable: bool },
}

impl Transport {
    pub(super) fn answer(
        offer: Offer,
        candidates: &[Endpoint],
        identity: &Identity,
        now: Instant,
    ) -> Result<(Self, String), OfferError> {
        let receives_pictures = offer.lines.iter().any(|line| line.kind == LineKind::Video && line.receives);
        let (configuration, pacing) = if receives_pictures {
            (estimating(configuration(identity)), Pacing::On { clock: now, estimable: false })
        } else {
            (configuration(identity), Pacing::Off)
        };
        let mut rtc = configuration.build(now);
        for candidate in candidates.iter().filter_map(|&endpoint| candidate(endpoint)) {
            rtc.add_local_candidate(candidate);
        }
        let answer = accept(&mut rtc, &offer)?;
        let mut transport = Self {
            rtc,
            user: String::new(),
            lines: Vec::new(),
            sound_types: Vec::new(),
            inlets: Inlets::default(),
            gate: Gate::default(),
            phase: Phase::Connecting,
            pacing,
            repeats_sound: false,
            repeats: Repeats::default(),
            heard: now,
            timeout: now,
            #[cfg(test)]
            panic_next: false,
        };
        transport.adopt(&offer);
        Ok((transport, answer))
    }

    pub(super) fn handle_offer(
        &mut self,
        offer: Offer,
        now: Instant,
        out: &mut Vec<Produced>,
    ) -> Result<String, OfferError> {
        let known = |line: &Line, offered: &OfferedLine| line.mid.0 == offered.mid && line.kind == offered.kind;
        if offer.lines.len() < self.lines.len() || !self.lines.iter().zip(&offer.lines).all(|(l, o)| known(l, o)) {
            return Err(OfferError::new("its m-lines are not those of the earlier offer, with new ones at the end"));
        }
        let answer = accept(&mut self.rtc, &offer);
        match &answer {
            Ok(_) => self.adopt(&offer),
            // The transport may have taken over a part of it, so it cannot be relied on.
            Err(_) => self.close(out),
        }
        self.drain(now, out);
        answer
    }

    /// Takes over the m-lines of an accepted offer, and with it the payload types of both directions.
    fn adopt(&mut self, offer: &Offer) {
        self.user = self.rtc.direct_api().local_ice_credentials().ufrag;
        let known = self.lines.len();
        self.inlets.clear();
        self.lines = offer
            .lines
            .iter()
            .map(|offered| {
                let rids: Vec<_> = offered.rids.iter().map(|rid| rid.as_str().into()).collect();
                Line {
                    mid: Mid(offered.mid.clone()),
                    kind: offered.kind,
                    sends: offered.sends,
                    receives: offered.receives,
                    layers: rids.len().max(1),
                    rids,
                    outlet: offered.receives.then(|| Outlet::new(&mut self.rtc, offered)).flatten(),
                }
            })
            .collect();
        for line in self.lines.iter().skip(known).filter(|line| line.kind == LineKind::Video) {
            let Some(stream) = line.outlet.as_ref().map(|outlet| outlet.stream) else { continue };
            if let Some(stream) = self.rtc.direct_api().stream_tx(&stream) {
                stream.set_rtx_cache(RESEND_VIDEO_PACKETS, RESEND_VIDEO_FOR, Some(RESEND_SHARE_MAX));
            }
        }
        self.sound_types = self.outlets().flat_map(Outlet::sound_types).collect();
        self.sound_types.sort_unstable();
        self.sound_types.dedup();
    }

    fn outlets(&self) -> impl Iterator<Item = &Outlet> {
        self.lines.iter().filter_map(|line| line.outlet.as_ref())
    }

    /// Whether a datagram that leaves is media and not sound: a picture, or a padding that tries out the line.
    fn is_picture(&self, datagram: &[u8]) -> bool {
        media_type(datagram).is_some_and(|payload_type| !self.sound_types.contains(&payload_type))
    }

    fn is_sound(&self, datagram: &[u8]) -> bool {
        media_type(datagram).is_some_and(|payload_type| self.sound_types.contains(&payload_type))
    }

    pub(super) fn handle_datagram(&mut self, way: Way, bytes: &[u8], now: Instant, out: &mut Vec<Produced>) {
        let Some(receive) = receive(way, bytes) else { return };
        let input = Input::Receive(now, receive);
        // `handle_input` does not ask whether the sender is this peer; `accepts` does, and for STUN checks the signature.
        if !self.rtc.accepts(&input) {
            return;
        }
        let done = self.has_keys();
        let admitted = match (done, handshake::is_stun(bytes), handshake::is_dtls(bytes)) {
            (true, ..) | (_, true, _) => true,
            (false, false, true) => self.gate.admits(bytes, now),
            (false, false, false) => false,
        };
        if !admitted {
            return;
        }
        let result = self.rtc.handle_input(input);
        if result.is_err() && done {
            self.close(out);
        }
        self.note_heard(now, out);
        self.drain(now, out);
    }

    fn has_keys(&self) -> bool {
        match self.phase {
            Phase::Connected | Phase::Silent { connected: true } => true,
            Phase::Connecting | Phase::Silent { connected: false } | Phase::Closed => false,
        }
    }

    fn note_heard(&mut self, now: Instant, out: &mut Vec<Produced>) {
        self.heard = now;
        match self.phase {
            Phase::Silent { connected: true } => {
                self.phase = Phase::Connected;
                out.push(Produced::Connected);
            }
            Phase::Silent { connected: false } => self.phase = Phase::Connecting,
            Phase::Connecting | Phase::Connected | Phase::Closed => {}
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, out: &mut Vec<Produced>) {
        let listening = matches!(self.phase, Phase::Connecting | Phase::Connected);
        if listening && now.saturating_duration_since(self.heard) >= SILENCE_MAX {
            self.fall_silent(out);
        }
        self.advance(now, out);
        self.drain(now, out);
    }

    fn fall_silent(&mut self, out: &mut Vec<Produced>) {
        match self.phase {
            Phase::Connecting => self.phase = Phase::Silent { connected: false },
            Phase::Connected => self.phase = Phase::Silent { connected: true },
            Phase::Silent { .. } | Phase::Closed => return,
        }
        out.push(Produced::Lost(Loss::Silent));
    }

    fn close(&mut self, out: &mut Vec<Produced>) {
        if self.phase != Phase::Closed {
            self.phase = Phase::Closed;
            self.rtc.disconnect();
            out.push(Produced::Lost(Loss::Closed));
        }
    }

    pub(super) fn can_send(&self, line: usize, packet: &Packet) -> bool {
        let outlet = self.lines.get(line).and_then(|line| line.outlet.as_ref());
        self.is_connected() && outlet.is_some_and(|outlet| outlet.fits(packet))
    }

    /// Queues a packet for [`Self::flush`]. False: it cannot be sent.
    pub(super) fn write(&mut self, line: usize, packet: &Packet, numbers: Rewritten) -> bool {
        if self.phase != Phase::Connected {
            return false;
        }
        let Some(outlet) = self.lines.get(line).and_then(|line| line.outlet.as_ref()) else { return false };
        let Some(write) = outlet.packet(packet, numbers) else { return false };
        let stream = outlet.stream;
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_tx(&stream) else { return false };
        stream.write_rtp(write);
        true
    }

    /// Sends what was written.
    pub(super) fn flush(&mut self, now: Instant, out: &mut Vec<Produced>) {
        self.drain(now, out);
    }

    pub(super) fn request_keyframe(&mut self, line: usize, layer: usize, now: Instant, out: &mut Vec<Produced>) {
        let Some(line) = self.lines.get(line) else { return };
        let rid = line.rids.get(layer).copied();
        let mid = line.mid.0.as_str().into();
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, rid) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
        self.drain(now, out);
    }

    pub(super) fn explore(&mut self, exploration: Exploration, now: Instant, out: &mut Vec<Produced>) {
        if self.pacing != Pacing::Off {
            let Exploration { filled, desired } = exploration;
            self.rtc.bwe().set_bitrate(Bitrate::bps(filled.0), Bitrate::bps(desired.0));
            self.drain(now, out);
        }
    }

    /// Moves str0m's clock to `at`, or lets it stand where it is already later.
    fn advance(&mut self, at: Instant, out: &mut Vec<Produced>) {
        let at = match &mut self.pacing {
            Pacing::Off => at,
            Pacing::On { clock, .. } => {
                *clock = at.max(*clock);
                *clock
            }
        };
        if self.rtc.handle_input(Input::Timeout(at)).is_err() {
            self.close(out);
        }
    }

    /// What is due until then leaves now.
    fn horizon(&self, now: Instant) -> Instant {
        match self.pacing {
            Pacing::Off => now,
            Pacing::On { clock, .. } => clock.max(now) + PACE_AHEAD,
        }
    }

    /// Takes everything out of the transport.
    fn drain(&mut self, now: Instant, out: &mut Vec<Produced>) {
        let mut idle_turns = 0;
        let horizon = self.horizon(now);
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) if at > horizon => {
                    self.timeout = at;
                    break;
                }
                // What was just written leaves with the next tick, which is due at once.
                Ok(Output::Timeout(at)) if idle_turns < IDLE_TURNS_MAX => {
                    idle_turns += 1;
                    self.advance(at.max(now), out);
                }
                Ok(Output::Timeout(_)) => {
                    self.timeout = now + Duration::from_millis(1);
                    break;
                }
                Ok(Output::Transmit(transmit)) => {
                    idle_turns = 0;
                    let payload = Vec::from(transmit.contents);
                    if handshake::is_dtls(&payload) {
                        self.gate.note_answer();
                    }
                    let carrier = if transmit.proto == Protocol::Udp { Carrier::Udp } else { Carrier::Tcp };
                    let way = Way { carrier, remote: transmit.destination, local: transmit.source };
                    // What goes over TCP is not lost, only late.
                    if self.repeats_sound && carrier == Carrier::Udp && self.is_sound(&payload) {
                        self.repeats.add(way, payload.clone(), now);
                    }
                    out.push(Produced::Datagram { way, is_picture: self.is_picture(&payload), payload });
                }
                Ok(Output::Event(event)) => {
                    idle_turns = 0;
                    self.handle_event(event, out);
                }
                // Before the handshake is done a stranger may be the cause; the client's next flight puts it right.
                Err(_) if !self.has_keys() && self.rtc.is_alive() && idle_turns < IDLE_TURNS_MAX => idle_turns += 1,
                Err(_) => {
                    self.close(out);
                    self.timeout = now + SILENCE_MAX;
                    break;
                }
            }
        }
        self.repeats.give(now, out);
        if !self.rtc.is_alive() {
            self.close(out);
        }
    }

    fn handle_event(&mut self, event: Event, out: &mut Vec<Produced>) {
        if let Event::RtpPacket(packet) = event {
            out.extend(self.inlets.read(packet, &mut self.rtc, &self.lines).map(Produced::Packet));
        } else if let Event::KeyframeRequest(request) = event {
            let line = self.lines.iter().position(|line| line.mid.0 == *request.mid);
            out.extend(line.map(|line| Produced::KeyframeWanted { line }));
        } else if let Event::EgressBitrateEstimate(BweKind::Twcc { can_probe, .. }) = event {
            if let Pacing::On { estimable, .. } = &mut self.pacing {
                *estimable = can_probe;
            }
            if !can_probe {
                out.push(Produced::Estimate(None));
            }
        } else if let Event::PeerStats(stats) = event {
            if matches!(self.pacing, Pacing::On { estimable: true, .. }) {
                let lost = stats.egress_loss_fraction.unwrap_or_default();
                let finding = Finding { lost, round_trip: stats.rtt };
                let rate = stats.bwe_tx.map(|rate| BitRate(rate.as_u64()));
                out.push(Produced::Estimate(rate.map(|rate| Estimate { rate, finding })));
            }
        } else if let Event::Connected = event {
            self.phase = Phase::Connected;
            out.push(Produced::Connected);
        } else if let Event::Closed = event {
            self.close(out);
        } else if let Event::IceConnectionStateChange(IceConnectionState::Disconnected) = event {
            self.fall_silent(out);
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.phase == Phase::Connected
    }

    /// When to call [`Self::handle_timeout`] if nothing else happens.
    pub(super) fn timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Connecting | Phase::Connected => {
                let own = self.timeout.min(self.heard + SILENCE_MAX);
                Some(self.repeats.due().map_or(own, |due| due.min(own)))
            }
            Phase::Silent { .. } => Some(self.timeout),
            Phase::Closed => None,
        }
    }
}

/// The payload type of an RTP packet; `None` for anything else, such as RTCP (RFC 7983 7, RFC 5761 4).
fn media_type(datagram: &[u8]) -> Option<u8> {
    let &[first, second, ..] = datagram else { return None };
    let payload_type = second & 0x7f;
    ((128..192).contains(&first) && !(64..96).contains(&payload_type)).then_some(payload_type)
}

fn configuration(identity: &Identity) -> str0m::RtcConfig {
    let mut configuration = Rtc::builder()
        .set_crypto_provider(identity.crypto.clone())
        .set_dtls_cert(identity.certificate.clone())
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_extension_map(super::extensions())
        .clear_codecs()
        .enable_opus(true, true)
        // The order of the answer, which is the browser's when it chooses among those it offered: a camera offers VP8 alone, and
        // of a document VP9 makes sharper text of less.
        .enable_vp9(true)
        .enable_vp8(true)
        .set_send_buffer_audio(RESEND_AUDIO_PACKETS)
        .set_send_buffer_video(RESEND_VIDEO_PACKETS);
    // A browser that can (Chromium) sends sound again when it is asked to, as it does pictures (RFC 4585 6.2.1).
    let sound = configuration.codec_config().iter_mut().filter(|parameters| parameters.spec().codec.is_audio());
    sound.for_each(|parameters| parameters.set_fb_nack(true));
    configuration
}

/// With an estimate of the line, from the feedback of the browser (draft-holmer-rmcat-transport-wide-cc-extensions).
fn estimating(configuration: str0m::RtcConfig) -> str0m::RtcConfig {
    configuration.enable_bwe(Some(FIRST_ESTIMATE)).set_stats_interval(Some(ESTIMATE_INTERVAL))
}

/// What a browser is told of an endpoint of the server, which waits for connections over TCP (RFC 6544 4.5).
fn candidate(endpoint: Endpoint) -> Option<Candidate> {
    let candidate = match endpoint.carrier {
        Carrier::Udp => Candidate::host(endpoint.address, Protocol::Udp),
        Carrier::Tcp => Candidate::builder().tcp().host(endpoint.address).tcptype(TcpType::Passive).build(),
    };
    candidate.ok()
}

/// A datagram as str0m wants it; `None` where it is none of those that share the way (RFC 7983).
pub(super) fn receive(way: Way, bytes: &[u8]) -> Option<Receive<'_>> {
    let protocol = match way.carrier {
        Carrier::Udp => Protocol::Udp,
        Carrier::Tcp => Protocol::Tcp,
    };
    Receive::new(protocol, way.remote, way.local, bytes).ok()
}

fn accept(rtc: &mut Rtc, offer: &Offer) -> Result<String, OfferError> {
    let parsed = SdpOffer::from_sdp_string(&offer.sdp).map_err(|_| OfferError::new("it is malformed"))?;
    let answer = rtc.sdp_api().accept_offer(parsed).map_err(|_| OfferError::new("its parts do not fit together"))?;
    Ok(answer.to_sdp_string())
}
