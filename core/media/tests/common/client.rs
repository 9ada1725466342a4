//! A browser as far as the wire is concerned: str0m in RTP mode at the other end.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::{Codec, FormatParams};
use str0m::media::{Direction, Frequency, KeyframeRequestKind, MediaKind, Pt, Simulcast, SimulcastLayer};
use str0m::net::{Protocol, Receive};
use str0m::rtp::rtcp::Rtcp;
use str0m::rtp::{ExtensionValues, RawPacket, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use wire::{Slot, SourceId, SourceKind};

use super::described::{Descriptor, extensions};
use super::line::{Line, Losing};
use super::{frames, server};

/// What a client offers.
#[derive(Clone, Debug)]
pub struct Lines {
    pub microphone: bool,
    /// Simulcast layers of the camera; 1 is without simulcast, 0 is no camera.
    pub camera_layers: usize,
    pub audio_slots: usize,
    pub video_slots: usize,
    pub browser: Browser,
    /// Whether it sends and takes dependency descriptors.
    pub described: bool,
}

/// Whose payload types a client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Opus 111, RED 63, VP8 96, VP9 98.
    Chromium,
    /// Opus 109, VP8 120, VP9 121, no RED.
    Firefox,
}

impl Browser {
    fn configuration(self) -> RtcConfig {
        let mut configuration = Rtc::builder().clear_codecs();
        match self {
            Browser::Chromium => configuration.enable_opus(true, true).enable_vp8(true).enable_vp9(true),
            Browser::Firefox => {
                let codecs = configuration.codec_config();
                let format = FormatParams::default;
                codecs.add_config(109.into(), None, Codec::Opus, Frequency::FORTY_EIGHT_KHZ, Some(2), format());
                codecs.add_config(120.into(), Some(124.into()), Codec::Vp8, Frequency::NINETY_KHZ, None, format());
                codecs.add_config(121.into(), Some(125.into()), Codec::Vp9, Frequency::NINETY_KHZ, None, format());
                configuration
            }
        }
    }
}

impl Lines {
    pub fn publisher() -> Self {
        let (audio_slots, video_slots, browser) = (0, 0, Browser::Chromium);
        Self { microphone: true, camera_layers: 1, audio_slots, video_slots, browser, described: false }
    }
    pub fn listener(audio_slots: usize, video_slots: usize) -> Self {
        let publisher = Self::publisher();
        Self { microphone: false, camera_layers: 0, audio_slots, video_slots, ..publisher }
    }
    pub fn simulcast(self) -> Self {
        Self { camera_layers: 3, ..self }
    }
    pub fn described(self) -> Self {
        Self { described: true, ..self }
    }
    pub fn of(self, browser: Browser) -> Self {
        Self { browser, ..self }
    }
    pub fn with_slots(self, audio_slots: usize, video_slots: usize) -> Self {
        Self { audio_slots, video_slots, ..self }
    }
}

pub const LAYERS: [&str; 3] = ["q", "h", "f"];

/// A packet that a client got.
#[derive(Debug)]
pub struct Got {
    /// The source its m-line was said to carry when the packet came.
    pub source: Option<SourceId>,
    pub mid: String,
    pub payload_type: u8,
    pub sequence: u64,
    pub timestamp: u32,
    pub marker: bool,
    pub payload: Vec<u8>,
    pub descriptor: Option<Vec<u8>>,
    pub at: Instant,
}

/// A packet of sound that was sent.
#[derive(Clone, Debug)]
struct Sound {
    payload_type: Pt,
    sequence: u64,
    level: i8,
    payload: Vec<u8>,
}

pub struct Client {
    pub rtc: Rtc,
    pub address: SocketAddr,
    pub connected: bool,
    /// Its cable is out: nothing comes or goes.
    pub unplugged: bool,
    /// The way of what is sent to it; without one, everything arrives at once.
    pub line: Option<Line>,
    /// What it sends gets lost so.
    pub losing: Losing,
    /// How many packets of sound it sent again because it was asked to.
    pub sent_again: usize,
    /// How many datagrams came that had come before.
    pub came_twice: usize,
    /// The next large datagram for it gets lost.
    pub lose_next: bool,
    /// How many got lost so.
    pub lost: usize,
    pub got: Vec<Got>,
    /// Keyframes asked of it: when, m-line, layer.
    pub keyframe_requests: Vec<(Instant, String, Option<String>)>,
    pub microphone: Option<str0m::media::Mid>,
    pub camera: Option<str0m::media::Mid>,
    /// What its sound is sealed as.
    pub sound: SourceKind,
    pub slots: BTreeMap<String, Option<SourceId>>,
    pending: Option<SdpPendingOffer>,
    offer: Option<String>,
    datagrams: Vec<Vec<u8>>,
    timeout: Instant,
    now: Instant,
    sequences: BTreeMap<(str0m::media::Mid, Option<&'static str>), u64>,
    /// The sound that it sent, by the number on the wire.
    sounds: BTreeMap<u16, Sound>,
    came: BTreeSet<Vec<u8>>,
}

impl Client {
    pub fn new(index: usize, lines: &Lines, now: Instant) -> Self {
        let address = SocketAddr::from(([198, 51, 100, index as u8 + 1], 40_000));
        let mut configuration = lines.browser.configuration().set_rtp_mode(true).enable_raw_packets(true);
        if lines.described {
            configuration = configuration.set_extension_map(extensions());
        }
        let mut rtc = configuration.build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp").expect("a client that works"));
        let mut client = Self {
            rtc,
            address,
            connected: false,
            unplugged: false,
            line: None,
            losing: Losing::default(),
            sent_again: 0,
            came_twice: 0,
            lose_next: false,
            lost: 0,
            got: Vec::new(),
            keyframe_requests: Vec::new(),
            microphone: None,
            camera: None,
            sound: SourceKind::Microphone,
            slots: BTreeMap::new(),
            pending: None,
            offer: None,
            datagrams: Vec::new(),
            timeout: now,
            now,
            sequences: BTreeMap::new(),
            sounds: BTreeMap::new(),
            came: BTreeSet::new(),
        };
        client.offer_first(lines);
        client
    }

    fn offer_first(&mut self, lines: &Lines) {
        let mut api = self.rtc.sdp_api();
        let simulcast = (lines.camera_layers > 1).then(|| {
            let mut simulcast = Simulcast::new();
            LAYERS[..lines.camera_layers].iter().for_each(|rid| simulcast.add_send_layer(SimulcastLayer::new(rid)));
            simulcast
        });
        self.microphone =
            lines.microphone.then(|| api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None));
        self.camera = (lines.camera_layers > 0)
            .then(|| api.add_media(MediaKind::Video, Direction::SendOnly, None, None, simulcast));
        for _ in 0..lines.audio_slots {
            api.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
        }
        for _ in 0..lines.video_slots {
            api.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
        }
        let (offer, pending) = api.apply().expect("something to offer");
        self.offer = Some(offer.to_sdp_string());
        self.pending = Some(pending);
    }

    /// Further m-lines; the next [`Self::offer`] holds them.
    pub fn add_lines(&mut self, sending_video: usize, video_slots: usize) -> Vec<String> {
        let mut api = self.rtc.sdp_api();
        let mut add = |direction| api.add_media(MediaKind::Video, direction, None, None, None).to_string();
        let mut mids: Vec<_> = (0..sending_video).map(|_| add(Direction::SendOnly)).collect();
        mids.extend((0..video_slots).map(|_| add(Direction::RecvOnly)));
        let (offer, pending) = api.apply().expect("something to offer");
        self.offer = Some(offer.to_sdp_string());
        self.pending = Some(pending);
        mids
    }

    /// The next [`Self::offer`] restarts ICE.
    pub fn restart_ice(&mut self) {
        let mut api = self.rtc.sdp_api();
        api.ice_restart(true);
        let (offer, pending) = api.apply().expect("something to offer");
        self.offer = Some(offer.to_sdp_string());
        self.pending = Some(pending);
    }

    pub fn offer(&self) -> String {
        self.offer.clone().expect("an offer")
    }

    pub fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer that can be read");
        let pending = self.pending.take().expect("an offer that waits");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("an answer that fits");
        self.drain();
    }

    /// The page is closed.
    pub fn close(&mut self) {
        self.rtc.close().expect("a client that works");
        self.drain();
    }

    pub fn note_slot(&mut self, slot: &Slot) {
        self.slots.insert(slot.mid.0.clone(), slot.source);
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        if self.timeout <= now {
            self.rtc.handle_input(Input::Timeout(now)).expect("a client that works");
            self.drain();
        }
    }

    pub fn handle_datagram(&mut self, source: SocketAddr, bytes: &[u8], now: Instant) {
        self.now = now;
        if self.lose_next && bytes.len() > 100 {
            self.lose_next = false;
            self.lost += 1;
            return;
        }
        self.came_twice += usize::from(!self.came.insert(bytes.to_vec()));
        let receive = Receive::new(Protocol::Udp, source, self.address, bytes).expect("a datagram");
        self.rtc.handle_input(Input::Receive(now, receive)).expect("a good datagram");
        self.drain();
    }

    pub fn take_datagrams(&mut self) -> Vec<Vec<u8>> {
        let mut datagrams = std::mem::take(&mut self.datagrams);
        datagrams.retain(|_| !self.unplugged && !self.losing.loses());
        datagrams
    }

    fn drain(&mut self) {
        for _ in 0..100_000 {
            match self.rtc.poll_output().expect("a client that works") {
                Output::Timeout(at) if at > self.now => {
                    self.timeout = at;
                    return;
                }
                Output::Timeout(_) => self.rtc.handle_input(Input::Timeout(self.now)).expect("a client that works"),
                Output::Transmit(transmit) => {
                    if transmit.destination == server() {
                        self.datagrams.push(transmit.contents.into());
                    }
                }
                Output::Event(event) => self.take(event),
            }
        }
        panic!("a client that never rests");
    }

    fn take(&mut self, event: Event) {
        if let Event::RtpPacket(packet) = event {
            self.take_packet(packet);
        } else if let Event::KeyframeRequest(request) = event {
            self.keyframe_requests.push((self.now, request.mid.to_string(), request.rid.map(|rid| rid.to_string())));
        } else if let Event::Connected = event {
            self.connected = true;
        } else if let Event::RawPacket(packet) = event
            && let RawPacket::RtcpRx(Rtcp::Nack(nack)) = *packet
        {
            let missing = nack.reports.iter().flat_map(|entry| {
                let after = (0..16).filter(|bit| entry.blp & (1 << bit) != 0).map(|bit| bit + 1);
                std::iter::once(0).chain(after).map(|offset| entry.pid.wrapping_add(offset))
            });
            let again: Vec<_> = missing.filter_map(|number| self.sounds.get(&number)).cloned().collect();
            self.sent_again += again.len();
            again.into_iter().for_each(|sound| self.write_sound(sound));
        }
    }

    fn write_sound(&mut self, Sound { payload_type, sequence, level, payload }: Sound) {
        let extensions = ExtensionValues { audio_level: Some(level), voice_activity: Some(true), ..Default::default() };
        let timestamp = (sequence * 960) as u32;
        let write = RtpWrite::new(payload_type, sequence.into(), timestamp, self.now, payload).ext_vals(extensions);
        let mid = self.microphone.expect("a microphone");
        self.rtc.direct_api().stream_tx_by_mid(mid, None).expect("a stream").write_rtp(write);
    }

    fn take_packet(&mut self, packet: RtpPacket) {
        let mid = self.rtc.direct_api().stream_rx(&packet.header.ssrc).expect("a stream").mid().to_string();
        self.got.push(Got {
            source: self.slots.get(&mid).copied().flatten(),
            mid,
            payload_type: *packet.header.payload_type,
            sequence: *packet.seq_no,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            payload: packet.payload.to_vec(),
            descriptor: packet.header.ext_vals.user_values.get().map(|Descriptor(bytes)| bytes.clone()),
            at: self.now,
        });
    }

    /// Seals and sends a microphone packet of 20 ms: RED if it was negotiated and `red`, else plain.
    pub fn send_sound(&mut self, payload: &[u8], level: i8, red: bool) {
        let mid = self.microphone.expect("a microphone");
        let parameters = *self.rtc.codec_config().find(|p| p.spec().codec == Codec::Opus).expect("Opus");
        let payload_type = if red { parameters.red().expect("RED") } else { parameters.pt() };
        let sequence = self.next_sequence(mid, None);
        let sound = Sound { payload_type, sequence, level, payload: frames::sound(self.sound, payload) };
        self.sounds.insert(sequence as u16, sound.clone());
        self.write_sound(sound);
        self.drain();
    }

    /// Sends a camera packet of a layer that is a frame of its own.
    pub fn send_picture(&mut self, layer: Option<&'static str>, codec: Codec, payload: &[u8]) {
        let mid = self.camera.expect("a camera");
        self.send_video(mid, layer, codec, payload);
    }

    /// The same, with a dependency descriptor.
    pub fn send_described(&mut self, layer: Option<&'static str>, payload: &[u8], descriptor: &[u8]) {
        let mut extensions = ExtensionValues::default();
        extensions.user_values.set(Descriptor(descriptor.to_vec()));
        self.send(self.camera.expect("a camera"), layer, Codec::Vp8, payload, extensions);
    }

    pub fn send_video(&mut self, mid: str0m::media::Mid, layer: Option<&'static str>, codec: Codec, payload: &[u8]) {
        self.send(mid, layer, codec, payload, ExtensionValues::default());
    }

    fn send(
        &mut self,
        mid: str0m::media::Mid,
        layer: Option<&'static str>,
        codec: Codec,
        payload: &[u8],
        extensions: ExtensionValues,
    ) {
        let payload_type = self.rtc.codec_config().find(|p| p.spec().codec == codec).expect("a codec").pt();
        let sequence = self.next_sequence(mid, layer);
        let timestamp = (sequence * 3000) as u32;
        let write = RtpWrite::new(payload_type, sequence.into(), timestamp, self.now, payload.to_vec()).marker(true);
        let stream = self.rtc.direct_api().stream_tx_by_mid(mid, layer.map(Into::into)).expect("a stream").ssrc();
        self.rtc
            .direct_api()
            .stream_tx(&stream)
            .expect("a stream")
            .write_rtp(write.nackable(true).ext_vals(extensions));
        self.drain();
    }

    fn next_sequence(&mut self, mid: str0m::media::Mid, layer: Option<&'static str>) -> u64 {
        let sequence = self.sequences.entry((mid, layer)).or_insert(500);
        *sequence += 1;
        *sequence
    }

    /// Asks for a keyframe on a receiving m-line.
    pub fn ask_keyframe(&mut self, mid: &str) {
        let stream = self.rtc.direct_api().stream_rx_by_mid(mid.into(), None).expect("a stream").ssrc();
        self.rtc.direct_api().stream_rx(&stream).expect("a stream").request_keyframe(KeyframeRequestKind::Pli);
        self.drain();
    }

    /// The packets of a source that it got.
    pub fn got_of(&self, source: u32) -> Vec<&Got> {
        self.got.iter().filter(|got| got.source == Some(SourceId(source))).collect()
    }
}
