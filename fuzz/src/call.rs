//! A room of the media plane with browsers at its other end, in one thread: real ICE, DTLS and SRTP, no network, and time that
//! the script moves.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use media::{Endpoint, Identity, Media, NewPeer, Output as Said, PeerId, SealWindow, Way};
use str0m::change::SdpAnswer;
use str0m::config::DtlsCert;
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{ExtensionValues, RtpWrite};
use str0m::{Candidate, Input, Output, Rtc};
use wire::{Pixels, SourceId, SourceKind};

/// How far time moves at once.
const STEP: Duration = Duration::from_millis(20);

/// The seal that a publisher here may use: group 0, leaf 1, epoch 0.
fn window() -> Vec<SealWindow> {
    vec![SealWindow { group: 0, leaf: 1, epochs: vec![0] }]
}

/// The server's media address.
pub(crate) fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 3478))
}

/// The address of nobody.
pub(crate) fn stranger() -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 9], 9))
}

/// The server's certificate. Making one costs more than a handshake.
pub(crate) fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(Identity::generate)
}

/// The certificate of every browser.
fn certificate() -> DtlsCert {
    static CERTIFICATE: OnceLock<DtlsCert> = OnceLock::new();
    let make = || str0m::crypto::from_feature_flags().dtls_provider.generate_certificate().expect("a certificate");
    CERTIFICATE.get_or_init(make).clone()
}

/// What a browser of a [`Call`] is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Sends sound and pictures.
    Publisher,
    /// Receives both.
    Listener,
}

/// A browser.
struct End {
    rtc: Rtc,
    address: SocketAddr,
    microphone: Mid,
    camera: Mid,
    connected: bool,
    /// It gave the connection up: what it was answered did not fit what it had sent, because that was changed on its way.
    gone: bool,
    timeout: Instant,
    /// What it sent and was not carried yet.
    waiting: VecDeque<Vec<u8>>,
}

/// A room and its browsers; browser `n` is peer `n`.
pub(crate) struct Call {
    pub(crate) media: Media,
    now: Instant,
    ends: Vec<End>,
}

/// What a browser writes into a packet, besides the payload.
pub(crate) struct Head {
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
}

impl Call {
    /// These browsers were answered; nothing has travelled yet.
    pub(crate) fn new(parts: &[Part]) -> Self {
        let mut call = Self { media: Media::new(), now: Instant::now(), ends: Vec::new() };
        parts.iter().for_each(|part| call.enter(*part));
        call
    }

    fn enter(&mut self, part: Part) {
        let (index, now) = (self.ends.len(), self.now);
        let address = SocketAddr::from(([198, 51, 100, 1], 40_000 + index as u16));
        let codecs = Rtc::builder().clear_codecs().enable_opus(true, true).enable_vp8(true).enable_vp9(true);
        let mut rtc = codecs.set_dtls_cert(certificate()).set_rtp_mode(true).build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp").expect("an address that can be offered"));
        let direction = if part == Part::Publisher { Direction::SendOnly } else { Direction::RecvOnly };
        let mut api = rtc.sdp_api();
        let microphone = api.add_media(MediaKind::Audio, direction, None, None, None);
        let camera = api.add_media(MediaKind::Video, direction, None, None, None);
        let (offer, pending) = api.apply().expect("something to offer");
        let answered = NewPeer::answer(&offer.to_sdp_string(), &[Endpoint::udp(server())], identity(), now);
        let (peer, answer) = answered.expect("an offer that is answered");
        let answer = SdpAnswer::from_sdp_string(&answer).expect("an answer that can be read");
        rtc.sdp_api().accept_answer(pending, answer).expect("an answer that fits");
        let id = PeerId(index as u64);
        self.media.add_peer(id, peer, now);
        if part == Part::Publisher {
            self.media.set_seal_window(id, window());
            for (source, mid, kind) in [(1, microphone, SourceKind::Microphone), (2, camera, SourceKind::Camera)] {
                self.media.open_source(SourceId(source), id, &wire::Mid(mid.to_string()), kind);
            }
        } else {
            self.media.set_voices(id, Vec::new(), vec![SourceId(1)], now);
            self.media.set_pictures(id, vec![(SourceId(2), Pixels(720))], now);
        }
        let waiting = VecDeque::new();
        let mut end = End { rtc, address, microphone, camera, connected: false, gone: false, timeout: now, waiting };
        end.drain(now);
        self.ends.push(end);
    }

    /// Lets time pass and everything arrive until all are connected.
    pub(crate) fn connect(&mut self) {
        for _ in 0..500 {
            if self.ends.iter().all(|end| end.connected) {
                return;
            }
            self.turn();
        }
        panic!("the handshake never ends");
    }

    /// A step of time: what is due happens, and everything that was sent arrives.
    pub(crate) fn turn(&mut self) {
        self.pass();
        for _ in 0..100 {
            let mut carried = self.hear();
            for index in 0..self.ends.len() {
                while let Some(datagram) = self.next(index) {
                    self.arrive(index, &datagram);
                    carried = true;
                }
            }
            if !carried {
                return;
            }
        }
        panic!("the datagrams never end");
    }

    /// A step of time, in which nothing arrives at the server.
    pub(crate) fn pass(&mut self) {
        self.now += STEP;
        self.media.handle_timeout(self.now);
        self.hear();
        for end in &mut self.ends {
            if end.timeout <= self.now {
                end.handle(Input::Timeout(self.now), self.now);
            }
        }
    }

    /// The next datagram that a browser sent and that did not arrive yet.
    pub(crate) fn next(&mut self, index: usize) -> Option<Vec<u8>> {
        self.ends.get_mut(index)?.waiting.pop_front()
    }

    /// A datagram arrives from a browser's address.
    pub(crate) fn arrive(&mut self, index: usize, datagram: &[u8]) {
        let way = Way::udp(self.ends[index].address, server());
        self.media.handle_datagram(PeerId(index as u64), way, datagram, self.now);
    }

    /// A datagram for that peer arrives from an address that is not its own. Nobody may be answered.
    pub(crate) fn arrive_from_a_stranger(&mut self, index: usize, datagram: &[u8]) {
        self.hear();
        self.media.handle_datagram(PeerId(index as u64), Way::udp(stranger(), server()), datagram, self.now);
        assert!(self.media.poll_output().is_none(), "a stranger was answered");
    }

    /// What the server has to say reaches the browsers. False: nothing.
    pub(crate) fn hear(&mut self) -> bool {
        let mut said = false;
        while let Some(output) = self.media.poll_output() {
            said = true;
            let Said::Transmit { peer, way, payload, .. } = output else { continue };
            let Some(end) = self.ends.get_mut(peer.0 as usize).filter(|end| end.address == way.remote) else {
                panic!("a datagram for an address that proved nothing");
            };
            let receive =
                Receive::new(Protocol::Udp, way.local, way.remote, &payload).expect("a datagram of the server's");
            end.handle(Input::Receive(self.now, receive), self.now);
        }
        said
    }

    /// A browser writes a packet, which waits to be carried.
    pub(crate) fn write(&mut self, index: usize, codec: Codec, head: Head, payload: &[u8]) {
        let now = self.now;
        let end = &mut self.ends[index];
        let mid = if codec == Codec::Opus { end.microphone } else { end.camera };
        let Some(parameters) = end.rtc.codec_config().find(|known| known.spec().codec == codec) else { return };
        let payload_type = parameters.pt();
        let level = (codec == Codec::Opus).then_some(-30);
        let extensions =
            ExtensionValues { audio_level: level, voice_activity: level.map(|_| true), ..Default::default() };
        // Of the first round of numbers: who receives begins with that one (RFC 3711 section 3.3.1).
        let sequence = u64::from(head.sequence);
        let write = RtpWrite::new(payload_type, sequence.into(), head.timestamp, now, payload.to_vec())
            .marker(head.marker)
            .ext_vals(extensions);
        if let Some(stream) = end.rtc.direct_api().stream_tx_by_mid(mid, None) {
            stream.write_rtp(write);
        }
        end.drain(now);
    }

    /// Whether a browser still has its connection.
    pub(crate) fn goes_on(&self, index: usize) -> bool {
        !self.ends[index].gone
    }

    /// What holds whatever came.
    pub(crate) fn check(&mut self) {
        self.hear();
        assert_eq!(self.media.counters().panicked, 0, "a transport panicked");
    }
}

impl End {
    fn handle(&mut self, input: Input<'_>, now: Instant) {
        if !self.gone {
            self.gone = self.rtc.handle_input(input).is_err();
            self.drain(now);
        }
    }

    fn drain(&mut self, now: Instant) {
        for _ in 0..10_000 {
            if self.gone {
                return;
            }
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.timeout = at;
                    return;
                }
                Ok(Output::Transmit(transmit)) => self.waiting.push_back(transmit.contents.into()),
                Ok(Output::Event(event)) => self.connected |= matches!(event, str0m::Event::Connected),
                Err(_) => self.gone = true,
            }
        }
        panic!("a browser that never rests at {now:?}");
    }
}
