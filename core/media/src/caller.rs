//! A peer connection from the participant's end: it offers as a browser does, sends given frames, and counts what comes.
//! Bots, simulation and load use it, so that they speak to the server in exactly a browser's way. It decodes nothing, and it
//! neither seals nor opens: frames are given to it sealed, and it gives them out so ([`Caller::poll_frame`]).
//!
//! Sans-IO like the rest: tell it what happened, then call [`Caller::poll_output`] until `None`.

mod frames;
mod received;
mod setup;
mod tap;
mod vp8;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Pt, Rid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, IceConnectionState, Input, Rtc, RtcError};
use wire::{Mid, SourceKind, Track};

use crate::dependency::Structure;
use crate::layer::{self, Descriptor};
use crate::peer::extensions;
use frames::Frame;
use received::{Counter, Packet};
pub use received::{Received, ReceivedFrame};
pub use setup::{Layer, Sending, Setup};
use tap::Tap;
pub use tap::{Encoding, ReceivedPacket};

/// Kept for retransmission, in packets. Each is a copy: a bot among thousands must stay small.
const SEND_BUFFER_VIDEO: usize = 256;
const SEND_BUFFER_AUDIO: usize = 8;
/// Frames that came and were not fetched. When it is full the oldest is let fall, as if it had been lost on the way: who fetches
/// none still counts them.
const FRAMES_MAX: usize = 64;

/// Why a caller cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// The local address is none that ICE may use, such as 0.0.0.0.
    #[error("the local address {0} cannot be offered")]
    Address(SocketAddr),
    /// The server's answer cannot be used.
    #[error("the answer cannot be used: {0}")]
    Answer(String),
    /// The server's offer cannot be answered.
    #[error("the offer cannot be answered: {0}")]
    Offer(String),
}

/// What must leave, or what happened.
#[derive(Debug)]
pub enum CallerOutput {
    /// A datagram.
    Transmit {
        /// The local address it leaves from.
        source: SocketAddr,
        /// Where it goes.
        destination: SocketAddr,
        /// Its bytes.
        payload: Vec<u8>,
    },
    /// ICE and DTLS are done: what is written from now on is sent.
    Connected,
    /// The other end is gone; build a new caller.
    Lost,
    /// Somebody needs a key frame of this layer.
    KeyFrameWanted(Layer),
}

/// One frame of sound, sealed, and how loud it is.
#[derive(Clone, Copy, Debug)]
pub struct Sound<'a> {
    /// The frame as it travels.
    pub frame: &'a [u8],
    /// When it sounds, in ticks of 48 kHz.
    pub timestamp: u32,
    /// Its loudness in -dBov: 0 loudest, 127 silence (RFC 6464).
    pub level: u8,
}

/// One VP8 frame, sealed.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// The frame as it travels: its clear bytes (RFC 6386), then what is sealed.
    pub frame: &'a [u8],
    /// When it is shown, in ticks of 90 kHz.
    pub timestamp: u32,
}

/// The peer connection.
pub struct Caller {
    rtc: Rtc,
    pending: Option<SdpPendingOffer>,
    connected: bool,
    lost: bool,
    tracks: Vec<Track>,
    audio: Option<Outgoing>,
    video: BTreeMap<Layer, Outgoing>,
    /// The layers of the camera that are received by anybody.
    layers_sent: &'static [Layer],
    sending: Sending,
    /// Of the streams of its camera.
    structure: Structure,
    counters: BTreeMap<Mid, Counter>,
    first_picture: Option<Instant>,
    outputs: VecDeque<CallerOutput>,
    frames: VecDeque<ReceivedFrame>,
    tap: Option<Tap>,
    timeout: Instant,
}

/// One stream that is sent.
struct Outgoing {
    mid: str0m::media::Mid,
    rid: Option<Rid>,
    sequence: u64,
    frame: u16,
}

impl Caller {
    /// Makes the offer. `local` is the address of the socket that will carry the media.
    ///
    /// # Errors
    /// ICE cannot use the address.
    pub fn offer(setup: Setup, local: SocketAddr, now: Instant) -> Result<(Self, String), CallerError> {
        Self::begin(setup, None, local, now)
    }

    /// Listens to a server that makes the offer itself, as others than ours do: takes the offer, and makes the answer.
    ///
    /// # Errors
    /// ICE cannot use the address, or the offer is none.
    pub fn answer(offer: &str, local: SocketAddr, now: Instant) -> Result<(Self, String), CallerError> {
        let mut caller = Self::new(Sending::Nothing, None, local, now)?;
        let refused = |error: &dyn std::fmt::Display| CallerError::Offer(error.to_string());
        let offer = SdpOffer::from_sdp_string(offer).map_err(|error| refused(&error))?;
        let answer = caller.rtc.sdp_api().accept_offer(offer).map_err(|error| refused(&error))?;
        caller.handle_timeout(now);
        Ok((caller, answer.to_sdp_string()))
    }

    fn begin(setup: Setup, tap: Option<Tap>, local: SocketAddr, now: Instant) -> Result<(Self, String), CallerError> {
        let mut caller = Self::new(setup.sending, tap, local, now)?;
        let sdp = caller.add_lines(setup);
        caller.drain(now);
        Ok((caller, sdp))
    }

    fn new(sending: Sending, tap: Option<Tap>, local: SocketAddr, now: Instant) -> Result<Self, CallerError> {
        let mut rtc = build(tap.is_some(), now);
        let candidate = Candidate::host(local, Protocol::Udp).map_err(|_| CallerError::Address(local))?;
        rtc.add_local_candidate(candidate).ok_or(CallerError::Address(local))?;
        Ok(Self {
            rtc,
            pending: None,
            connected: false,
            lost: false,
            tracks: Vec::new(),
            audio: None,
            video: BTreeMap::new(),
            layers_sent: sending.layers(),
            sending,
            structure: frames::structure(),
            counters: BTreeMap::new(),
            first_picture: None,
            outputs: VecDeque::new(),
            frames: VecDeque::new(),
            tap,
            timeout: now,
        })
    }

    /// The offered sending m-lines and what they carry, as the server wants to be told.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// Takes the server's answer.
    ///
    /// # Errors
    /// It is malformed, or it does not answer this offer. The caller is then of no further use.
    pub fn handle_answer(&mut self, sdp: &str, now: Instant) -> Result<(), CallerError> {
        let refused = |error: &dyn std::fmt::Display| CallerError::Answer(error.to_string());
        let answer = SdpAnswer::from_sdp_string(sdp).map_err(|error| refused(&error))?;
        let pending = self.pending.take().ok_or_else(|| refused(&"no offer is open"))?;
        self.rtc.sdp_api().accept_answer(pending, answer).map_err(|error| refused(&error))?;
        self.handle_timeout(now);
        Ok(())
    }

    /// A datagram came to the local address `destination`. What is not for this connection is dropped.
    pub fn handle_datagram(&mut self, source: SocketAddr, destination: SocketAddr, bytes: &[u8], now: Instant) {
        let Ok(receive) = Receive::new(Protocol::Udp, source, destination, bytes) else { return };
        let input = Input::Receive(now, receive);
        if self.rtc.accepts(&input) {
            self.step(input, now);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.step(Input::Timeout(now), now);
        let needy = |(mid, counter): (&Mid, &mut Counter)| counter.needs_key_frame(now).then(|| mid.clone());
        let stuck: Vec<Mid> = self.counters.iter_mut().filter_map(needy).collect();
        for mid in stuck {
            self.request_key_frame(&mid, now);
        }
    }

    /// Sends a piece of sound; dropped while there is no connection or no microphone line.
    pub fn write_audio(&mut self, sound: Sound<'_>, now: Instant) {
        let Some(payload_type) = self.payload_type(Codec::Opus) else { return };
        let Some(outgoing) = self.audio.as_mut().filter(|_| self.connected) else { return };
        let values = ExtensionValues {
            // Below -127 dBov there is nothing, so the conversion cannot fail.
            audio_level: Some(-i8::try_from(sound.level.min(127)).unwrap_or(127)),
            voice_activity: Some(sound.level < 60),
            ..ExtensionValues::default()
        };
        let write = RtpWrite::new(payload_type, outgoing.next_sequence().into(), sound.timestamp, now, sound.frame);
        let stream = (outgoing.mid, outgoing.rid);
        self.write(stream, write.ext_vals(values), now);
    }

    /// Sends a picture; dropped while there is no connection or no such layer.
    pub fn write_video(&mut self, layer: Layer, picture: Picture<'_>, now: Instant) {
        let Some(payload_type) = self.payload_type(Codec::Vp8) else { return };
        let Some(outgoing) = self.video.get_mut(&layer).filter(|_| self.connected) else { return };
        let number = outgoing.next_frame();
        let stream = (outgoing.mid, outgoing.rid);
        let mut payloads = vp8::payloads(picture.frame).peekable();
        let mut starts_frame = true;
        while let Some(payload) = payloads.next() {
            let ends_frame = payloads.peek().is_none();
            let key = vp8::is_key_frame(picture.frame);
            let mut values = ExtensionValues::default();
            let frame = Frame { starts_frame, ends_frame, key, number };
            frame.descriptor(&self.structure).into_iter().for_each(|raw| values.user_values.set(raw));
            starts_frame = false;
            let Some(outgoing) = self.video.get_mut(&layer) else { return };
            let sequence = outgoing.next_sequence().into();
            let write = RtpWrite::new(payload_type, sequence, picture.timestamp, now, payload);
            self.write(stream, write.marker(ends_frame).nackable(true).ext_vals(values), now);
        }
    }

    /// The layers that are worth sending: those received by anybody. All, until the server says otherwise.
    pub fn layers_sent(&self) -> &'static [Layer] {
        self.layers_sent
    }

    /// The server says how many layers of what is sent on that m-line are received, the smallest first.
    pub fn send_layers(&mut self, mid: &Mid, layers: usize) {
        if self.tracks.iter().any(|track| track.mid == *mid && track.kind == SourceKind::Camera) {
            let all = self.sending.layers();
            self.layers_sent = &all[..layers.min(all.len())];
        }
    }

    /// What arrived on each receiving m-line.
    pub fn received(&self) -> impl Iterator<Item = (&Mid, Received)> {
        self.counters.iter().map(|(mid, counter)| (mid, counter.received()))
    }

    /// The sums of what arrived: of all sound, and of all pictures.
    pub fn received_in_all(&self) -> (Received, Received) {
        let (mut sound, mut pictures) = (Received::default(), Received::default());
        for counter in self.counters.values() {
            if counter.is_sound() {
                sound += counter.received();
            } else {
                pictures += counter.received();
            }
        }
        (sound, pictures)
    }

    /// When the first picture came that a decoder would have shown.
    pub fn first_picture(&self) -> Option<Instant> {
        self.first_picture
    }

    /// What must happen next; call until `None` after every other call.
    pub fn poll_output(&mut self) -> Option<CallerOutput> {
        self.outputs.pop_front()
    }

    /// The next frame that came whole, in the order of each m-line.
    pub fn poll_frame(&mut self) -> Option<ReceivedFrame> {
        self.frames.pop_front()
    }

    /// When to call [`Caller::handle_timeout`] if nothing else happens; none once the connection is lost.
    pub fn poll_timeout(&self) -> Option<Instant> {
        (!self.lost).then_some(self.timeout)
    }

    fn add_lines(&mut self, setup: Setup) -> String {
        let mut changes = self.rtc.sdp_api();
        if setup.sending != Sending::Nothing {
            let mid = changes.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
            self.tracks.push(Track { mid: Mid(mid.to_string()), kind: SourceKind::Microphone });
            self.audio = Some(Outgoing::new(mid, None));
            let layers = setup.sending.layers();
            let simulcast = (setup.sending == Sending::Simulcast).then(|| setup::simulcast(layers));
            let mid = changes.add_media(MediaKind::Video, Direction::SendOnly, None, None, simulcast.clone());
            self.tracks.push(Track { mid: Mid(mid.to_string()), kind: SourceKind::Camera });
            let stream = |layer: &Layer| Outgoing::new(mid, simulcast.is_some().then(|| layer.rid()));
            self.video = layers.iter().map(|layer| (*layer, stream(layer))).collect();
        }
        for _ in 0..setup.audio_slots {
            let mid = changes.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
            self.counters.insert(Mid(mid.to_string()), Counter::sound());
        }
        for _ in 0..setup.video_slots {
            let mid = changes.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
            self.counters.insert(Mid(mid.to_string()), Counter::pictures());
        }
        let Some((offer, pending)) = changes.apply() else { return String::new() };
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    /// The type that the server's answer settled on.
    fn payload_type(&self, codec: Codec) -> Option<Pt> {
        self.rtc.codec_config().find(|params| params.spec().codec == codec).map(|params| params.pt())
    }

    fn write(&mut self, (mid, rid): (str0m::media::Mid, Option<Rid>), write: RtpWrite, now: Instant) {
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, rid) {
            stream.write_rtp(write);
            self.step(Input::Timeout(now), now);
        }
    }

    fn request_key_frame(&mut self, mid: &Mid, now: Instant) {
        let mid = str0m::media::Mid::from(mid.0.as_str());
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, None) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
            self.step(Input::Timeout(now), now);
        }
    }

    fn step(&mut self, input: Input<'_>, now: Instant) {
        match self.rtc.handle_input(input) {
            Ok(()) => self.drain(now),
            Err(error) => self.lose(&error),
        }
    }

    /// Empties str0m after one mutation, as it demands.
    fn drain(&mut self, now: Instant) {
        loop {
            match self.rtc.poll_output() {
                Ok(str0m::Output::Timeout(at)) => {
                    self.timeout = at;
                    return;
                }
                Ok(str0m::Output::Transmit(datagram)) => self.outputs.push_back(CallerOutput::Transmit {
                    source: datagram.source,
                    destination: datagram.destination,
                    payload: datagram.contents.into(),
                }),
                Ok(str0m::Output::Event(event)) => self.handle_event(event, now),
                Err(error) => return self.lose(&error),
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "of str0m's many events a caller needs these")]
    fn handle_event(&mut self, event: Event, now: Instant) {
        match event {
            Event::Connected => {
                self.connected = true;
                self.outputs.push_back(CallerOutput::Connected);
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) | Event::Closed => self.end(),
            Event::KeyframeRequest(request) => {
                let wanted = self.video.iter().find(|(_, out)| out.mid == request.mid && out.rid == request.rid);
                self.outputs.extend(wanted.map(|(layer, _)| CallerOutput::KeyFrameWanted(*layer)));
            }
            Event::RtpPacket(packet) => self.count(&packet, now),
            Event::MediaAdded(line) if line.direction.is_receiving() => {
                let counter = if line.kind.is_audio() { Counter::sound() } else { Counter::pictures() };
                self.counters.entry(Mid(line.mid.to_string())).or_insert(counter);
            }
            _ => {}
        }
    }

    fn count(&mut self, packet: &RtpPacket, now: Instant) {
        let Some(mid) = self.rtc.direct_api().stream_rx(&packet.header.ssrc).map(|stream| stream.mid()) else { return };
        let mid = Mid(mid.to_string());
        if let Some(tap) = &mut self.tap {
            let Some(encoding) = Encoding::of(&self.rtc, packet.header.payload_type) else { return };
            tap.take(&mid, encoding, packet);
            // Nobody here puts frames of VP9 together: it is taken for the tap alone.
            if encoding == Encoding::Vp9 {
                return;
            }
        }
        let Some(counter) = self.counters.get_mut(&mid) else { return };
        let is_video = !counter.is_sound();
        let codec = if is_video { layer::Codec::Vp8 } else { layer::Codec::Opus };
        let descriptor = Descriptor::read(codec, &packet.payload);
        let packet = Packet {
            sequence: *packet.seq_no,
            timestamp: packet.header.timestamp,
            payload: packet.payload.clone(),
            part: descriptor.part,
            marker: packet.header.marker,
            starts_key_frame: descriptor.starts_keyframe,
            level: packet.header.ext_vals.audio_level.map(i8::unsigned_abs),
        };
        let mut whole = Vec::new();
        counter.count(packet, now, &mut whole);
        self.first_picture = self.first_picture.or_else(|| counter.received().first_playable);
        for (timestamp, bytes) in whole {
            if self.frames.len() == FRAMES_MAX {
                self.frames.pop_front();
            }
            self.frames.push_back(ReceivedFrame { mid: mid.clone(), is_video, timestamp, bytes });
        }
    }

    fn lose(&mut self, error: &RtcError) {
        tracing::debug!(%error, "the media connection failed");
        self.end();
    }

    fn end(&mut self) {
        self.connected = false;
        if !std::mem::replace(&mut self.lost, true) {
            self.outputs.push_back(CallerOutput::Lost);
        }
    }
}

impl Outgoing {
    fn new(mid: str0m::media::Mid, rid: Option<Rid>) -> Self {
        Self { mid, rid, sequence: 0, frame: 0 }
    }

    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    fn next_frame(&mut self) -> u16 {
        self.frame = self.frame.wrapping_add(1);
        self.frame
    }
}

fn build(takes_vp9: bool, now: Instant) -> Rtc {
    Rtc::builder()
        .set_rtp_mode(true)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .enable_vp9(takes_vp9)
        .set_extension_map(extensions())
        .set_send_buffer_video(SEND_BUFFER_VIDEO)
        .set_send_buffer_audio(SEND_BUFFER_AUDIO)
        .build(now)
}
