//! A caller against a plain str0m peer in memory, in virtual time: what it offers, sends and counts.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media::caller::{Caller, CallerOutput, Encoding, Layer, Picture, Received, Sending, Setup, Sound};
use str0m::change::SdpOffer;
use str0m::media::KeyframeRequestKind;
use str0m::net::{Protocol, Receive};
use str0m::rtp::{Extension, ExtensionSerializer, ExtensionValues, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc};
use wire::{Mid, SourceKind};

const CALLER: &str = "192.0.2.1:1000";
const SERVER: &str = "192.0.2.2:2000";
const ONE_WAY: Duration = Duration::from_millis(10);

/// A key frame and a delta frame, by the lowest bit of their first byte; larger than one packet.
const KEY_FRAME: [u8; 3000] = [0x10; 3000];
const DELTA_FRAME: [u8; 500] = [0x11; 500];

#[test]
fn the_offer_has_its_lines_in_the_agreed_order() {
    let setup = Setup { sending: Sending::Simulcast, audio_slots: 3, video_slots: 2 };
    let (caller, sdp) = Caller::offer(setup, address(CALLER), origin()).unwrap();
    let kinds: Vec<_> = sdp.lines().filter(|line| line.starts_with("m=")).map(|line| &line[2..7]).collect();
    assert_eq!(kinds, ["audio", "video", "audio", "audio", "audio", "video", "video"]);
    let directions: Vec<_> = sdp.lines().filter(|line| ["a=sendonly", "a=recvonly"].contains(line)).collect();
    assert_eq!(directions[..3], ["a=sendonly", "a=sendonly", "a=recvonly"]);
    assert!(sdp.contains("a=simulcast:send q;h;f"), "{sdp}");
    assert!(sdp.contains("ssrc-audio-level") && sdp.contains("dependency-descriptor"));
    let kinds: Vec<_> = caller.tracks().iter().map(|track| track.kind).collect();
    assert_eq!(kinds, [SourceKind::Microphone, SourceKind::Camera]);
}

#[test]
fn sound_and_three_layers_of_picture_arrive() {
    let mut call = Call::new(Setup { sending: Sending::Simulcast, audio_slots: 1, video_slots: 1 });
    call.run_until_connected();
    for round in 0..50_u32 {
        call.caller.write_audio(Sound { frame: &[1, 2, 3], timestamp: round * 960, level: 33 }, call.now);
        for layer in Layer::ALL {
            let frame: &[u8] = if round % 15 == 0 { &KEY_FRAME } else { &DELTA_FRAME };
            call.caller.write_video(layer, Picture { frame, timestamp: round * 6000 }, call.now);
        }
        call.run(Duration::from_millis(66));
    }
    let sounds = call.arrived.values().find(|stream| stream.rid.is_none()).unwrap();
    assert_eq!((sounds.packets, sounds.level), (50, Some(-33)));
    let rids: Vec<_> = call.arrived.values().filter_map(|stream| stream.rid.clone()).collect();
    assert_eq!(rids.len(), 3, "{rids:?}");
    for stream in call.arrived.values().filter(|stream| stream.rid.is_some()) {
        assert_eq!((stream.packets, stream.markers), (4 * 3 + 46, 50));
        assert_eq!(stream.key_frames_said, 4, "the dependency descriptor names the key frames");
    }
}

#[test]
fn a_request_for_a_key_frame_reaches_the_caller_with_its_layer() {
    let mut call = Call::new(Setup { sending: Sending::Simulcast, audio_slots: 0, video_slots: 0 });
    call.run_until_connected();
    for round in 0..5_u32 {
        for layer in Layer::ALL {
            call.caller.write_video(layer, Picture { frame: &DELTA_FRAME, timestamp: round * 6000 }, call.now);
        }
        call.run(Duration::from_millis(66));
    }
    let half = *call.arrived.iter().find(|(_, stream)| stream.rid.as_deref() == Some("h")).unwrap().0;
    call.server.direct_api().stream_rx(&half.into()).unwrap().request_keyframe(KeyframeRequestKind::Pli);
    call.run(Duration::from_millis(500));
    assert_eq!(call.key_frames_wanted, [Layer::Half]);
}

#[test]
fn what_is_received_is_counted_as_pictures() {
    let mut call = Call::new(Setup { sending: Sending::Nothing, audio_slots: 1, video_slots: 1 });
    call.run_until_connected();
    let slot = call.slot("video");
    for round in 0..30_u16 {
        let mut payload = vec![if round % 15 == 0 { 0x10 } else { 0x11 }; 900];
        payload.insert(0, 0x10);
        call.send(&slot, round, u32::from(round) * 6000, payload);
        call.run(Duration::from_millis(66));
    }
    let received = call.received(&slot);
    assert_eq!((received.packets, received.frames, received.key_frames, received.playable_frames), (30, 30, 2, 30));
    assert!(received.first_playable.is_some());
    let frames: Vec<_> = std::iter::from_fn(|| call.caller.poll_frame()).collect();
    assert!(frames.iter().all(|frame| frame.mid == slot && frame.is_video && frame.bytes.len() == 900));
    assert_eq!(frames.iter().map(|frame| frame.bytes[0]).filter(|&first| first == 0x10).count(), 2);
    assert_eq!(frames.len(), 30);
}

#[test]
fn who_taps_gets_every_packet_as_it_came() {
    let setup = Setup { sending: Sending::Nothing, audio_slots: 1, video_slots: 1 };
    let mut call = Call::tapped(setup);
    call.run_until_connected();
    let slot = call.slot("video");
    let payload = |round: u16| [vec![0x10], vec![round as u8; 900]].concat();
    for round in 0..5_u16 {
        call.send(&slot, round, u32::from(round) * 6000, payload(round));
        call.run(Duration::from_millis(66));
    }
    let packets: Vec<_> = std::iter::from_fn(|| call.caller.poll_packet()).collect();
    assert!(packets.iter().all(|packet| packet.mid == slot && packet.encoding == Encoding::Vp8 && packet.marker));
    let bytes: Vec<_> = packets.iter().map(|packet| packet.payload.to_vec()).collect();
    assert_eq!(bytes, (0..5).map(payload).collect::<Vec<_>>());
    assert_eq!(call.received(&slot).packets, 5, "they are counted all the same");
    assert!(call.offer.contains("VP9/90000"), "whatever a server passes on is taken");

    let mut untapped = Call::new(setup);
    untapped.run_until_connected();
    let slot = untapped.slot("video");
    untapped.send(&slot, 0, 0, payload(0));
    untapped.run(Duration::from_millis(66));
    assert_eq!((untapped.received(&slot).packets, untapped.caller.poll_packet()), (1, None));
    assert!(!untapped.offer.contains("VP9"));
}

#[test]
fn a_peer_that_falls_silent_is_reported_as_lost() {
    let mut call = Call::new(Setup { sending: Sending::Single, audio_slots: 1, video_slots: 0 });
    call.run_until_connected();
    call.cut = true;
    call.run(Duration::from_secs(60));
    assert!(call.lost);
    assert_eq!(call.caller.poll_timeout(), None);
}

#[test]
fn datagrams_and_answers_of_strangers_are_dropped() {
    let mut call = Call::new(Setup { sending: Sending::Single, audio_slots: 1, video_slots: 1 });
    call.run_until_connected();
    let mut byte = 7_u8;
    for length in 0..600_usize {
        let bytes: Vec<u8> = (0..length)
            .map(|_| {
                byte = byte.wrapping_mul(61).wrapping_add(17);
                byte
            })
            .collect();
        call.caller.handle_datagram(address("198.51.100.7:7"), address(CALLER), &bytes, call.now);
        call.caller.handle_datagram(address(SERVER), address(CALLER), &bytes, call.now);
    }
    assert!(call.caller.handle_answer("v=0", call.now).is_err());
    call.run(Duration::from_secs(1));
    assert!(!call.lost);
}

#[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
fn origin() -> Instant {
    Instant::now()
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// What the server got on one SSRC.
#[derive(Default)]
struct Stream {
    rid: Option<String>,
    packets: u32,
    markers: u32,
    level: Option<i8>,
    key_frames_said: u32,
}

/// A caller and a server, joined by a wire that takes 10 ms.
struct Call {
    caller: Caller,
    server: Rtc,
    server_timeout: Instant,
    now: Instant,
    wire: VecDeque<(Instant, SocketAddr, SocketAddr, Vec<u8>)>,
    cut: bool,
    connected: bool,
    lost: bool,
    key_frames_wanted: Vec<Layer>,
    arrived: BTreeMap<u32, Stream>,
    offer: String,
}

impl Call {
    fn new(setup: Setup) -> Self {
        let now = origin();
        Self::begin(Caller::offer(setup, address(CALLER), now).unwrap(), now)
    }

    fn tapped(setup: Setup) -> Self {
        let now = origin();
        Self::begin(Caller::offer_tapped(setup, address(CALLER), now).unwrap(), now)
    }

    fn begin((mut caller, offer): (Caller, String), now: Instant) -> Self {
        let mut server = Rtc::builder()
            .set_rtp_mode(true)
            .set_ice_lite(true)
            .set_extension(9, Extension::with_serializer(DESCRIPTOR, KeepDescriptor))
            .build(now);
        server.add_local_candidate(Candidate::host(address(SERVER), "udp").unwrap());
        let answer = server.sdp_api().accept_offer(SdpOffer::from_sdp_string(&offer).unwrap()).unwrap();
        caller.handle_answer(&answer.to_sdp_string(), now).unwrap();
        Self {
            caller,
            server,
            server_timeout: now,
            now,
            wire: VecDeque::new(),
            cut: false,
            connected: false,
            lost: false,
            key_frames_wanted: Vec::new(),
            arrived: BTreeMap::new(),
            offer,
        }
    }

    fn run_until_connected(&mut self) {
        for _ in 0..200 {
            self.run(Duration::from_millis(20));
            if self.connected {
                self.run(Duration::from_millis(200));
                return;
            }
        }
        panic!("no connection within four seconds");
    }

    fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            self.drain();
            let next = [Some(self.server_timeout), self.caller.poll_timeout(), self.wire.front().map(|entry| entry.0)];
            let next = next.into_iter().flatten().min().unwrap().max(self.now);
            if next > end {
                self.now = end;
                return;
            }
            self.now = next;
            if self.wire.front().is_some_and(|entry| entry.0 <= next) {
                let (_, source, destination, bytes) = self.wire.pop_front().unwrap();
                self.deliver(source, destination, &bytes);
                continue;
            }
            if self.caller.poll_timeout().is_some_and(|at| at <= next) {
                self.caller.handle_timeout(next);
            }
            if self.server_timeout <= next {
                self.server.handle_input(Input::Timeout(next)).unwrap();
            }
        }
    }

    fn deliver(&mut self, source: SocketAddr, destination: SocketAddr, bytes: &[u8]) {
        if self.cut {
            return;
        }
        if destination == address(CALLER) {
            self.caller.handle_datagram(source, destination, bytes, self.now);
        } else {
            let receive = Receive::new(Protocol::Udp, source, destination, bytes).unwrap();
            self.server.handle_input(Input::Receive(self.now, receive)).unwrap();
        }
    }

    fn drain(&mut self) {
        let arrival = self.now + ONE_WAY;
        while let Some(output) = self.caller.poll_output() {
            match output {
                CallerOutput::Transmit { source, destination, payload } => {
                    self.wire.push_back((arrival, source, destination, payload));
                }
                CallerOutput::Connected => self.connected = true,
                CallerOutput::Lost => self.lost = true,
                CallerOutput::KeyFrameWanted(layer) => self.key_frames_wanted.push(layer),
            }
        }
        loop {
            match self.server.poll_output().unwrap() {
                Output::Timeout(at) => {
                    self.server_timeout = at;
                    return;
                }
                Output::Transmit(datagram) => {
                    self.wire.push_back((arrival, datagram.source, datagram.destination, datagram.contents.to_vec()));
                }
                Output::Event(Event::RtpPacket(packet)) => self.note(&packet),
                Output::Event(_) => {}
            }
        }
    }

    fn note(&mut self, packet: &RtpPacket) {
        let mut direct = self.server.direct_api();
        let rid = direct.stream_rx(&packet.header.ssrc).and_then(|stream| stream.rid());
        let stream = self.arrived.entry(*packet.header.ssrc).or_default();
        stream.rid = rid.map(|rid| rid.to_string());
        stream.packets += 1;
        stream.markers += u32::from(packet.header.marker);
        stream.level = packet.header.ext_vals.audio_level;
        let descriptor = packet.header.ext_vals.user_values.get::<Descriptor>();
        stream.key_frames_said += u32::from(descriptor.is_some_and(|bytes| bytes.0.len() > 3));
    }

    /// The mid of the caller's first receiving line of a kind.
    fn slot(&self, kind: &str) -> Mid {
        let section =
            self.offer.split("m=").find(|section| section.starts_with(kind) && section.contains("a=recvonly")).unwrap();
        Mid(section.lines().find_map(|line| line.strip_prefix("a=mid:")).unwrap().to_owned())
    }

    fn send(&mut self, slot: &Mid, sequence: u16, timestamp: u32, payload: Vec<u8>) {
        let payload_type =
            self.server.codec_config().find(|params| params.spec().codec == str0m::format::Codec::Vp8).unwrap().pt();
        let mid = slot.0.as_str().into();
        let mut direct = self.server.direct_api();
        let stream = direct.stream_tx_by_mid(mid, None).unwrap();
        let sequence = u64::from(sequence).into();
        stream.write_rtp(RtpWrite::new(payload_type, sequence, timestamp, self.now, payload).marker(true));
        self.server.handle_input(Input::Timeout(self.now)).unwrap();
    }

    fn received(&self, slot: &Mid) -> Received {
        self.caller.received().find(|(mid, _)| *mid == slot).unwrap().1
    }
}

const DESCRIPTOR: &str = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

#[derive(Debug, PartialEq, Eq)]
struct Descriptor(Vec<u8>);

#[derive(Debug)]
struct KeepDescriptor;

impl ExtensionSerializer for KeepDescriptor {
    fn write_to(&self, _buffer: &mut [u8], _values: &ExtensionValues) -> usize {
        0
    }

    fn parse_value(&self, bytes: &[u8], values: &mut ExtensionValues) -> bool {
        values.user_values.set(Descriptor(bytes.to_vec()));
        true
    }

    fn is_video(&self) -> bool {
        true
    }

    fn is_audio(&self) -> bool {
        false
    }
}
