//! One peer connection: ICE, DTLS, SRTP and the RTP bookkeeping of one browser. This file and the caller's are the only
//! ones that name str0m. It knows m-lines and packets; which packet goes where is the room's business.
//!
//! str0m wants every change followed by a full drain of its outputs before the next: each method here that changes
//! something ends in a drain, and what comes out goes to the `out` it was given. The one exception is [`Peer::write`]:
//! packets of one m-line that leave in one turn are drained together, as those are that str0m packetises itself.

mod descriptors;
mod inlet;
mod outlet;
mod repeats;
mod transport;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use str0m::Input;
use str0m::config::{CryptoProvider, DtlsCert};
use str0m::media::Rid;
use str0m::rtp::VideoOrientation;
use wire::Mid;

use crate::bandwidth::Exploration;
use crate::handshake;
use crate::offer::{LineKind, Offer, OfferError};
use crate::packet::Packet;
use crate::path::Finding;
use crate::rate::BitRate;
use crate::rewrite::Rewritten;
use crate::way::{Endpoint, Way};
pub(crate) use descriptors::extensions;
use outlet::Outlet;
use transport::Transport;

/// The server's DTLS certificate; made once at start and shared by all peers.
#[derive(Clone)]
pub struct Identity {
    certificate: DtlsCert,
    crypto: Arc<CryptoProvider>,
}

impl Identity {
    /// Makes a new one. It needs no authority: each answer carries its fingerprint (RFC 8122), and answers come over HTTPS.
    pub fn generate() -> Self {
        let crypto = Arc::new(str0m::crypto::from_feature_flags());
        let certificate = crypto
            .dtls_provider
            .generate_certificate()
            // The aws-lc-rs provider always can; it fails only when the machine has no random numbers.
            .expect("the crypto provider makes certificates");
        Self { certificate, crypto }
    }
}

/// RTP header extensions that are passed on as they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extensions {
    /// In dB, 0 is the loudest (RFC 6464).
    pub(crate) audio_level: Option<i8>,
    voice_activity: Option<bool>,
    orientation: Option<VideoOrientation>,
}

/// What came out of a peer.
#[derive(Debug)]
pub(crate) enum Produced {
    Datagram {
        way: Way,
        is_picture: bool,
        payload: Vec<u8>,
    },
    Packet(Packet),
    /// The listener cannot decode what it gets on that m-line.
    KeyframeWanted {
        line: usize,
    },
    /// What is known of its line; `None` where its browser does not say how packets arrive.
    Estimate(Option<Estimate>),
    Connected,
    Lost(Loss),
}

/// What is known of the line to a peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    /// What it carries, sound and pictures together.
    pub(crate) rate: BitRate,
    pub(crate) finding: Finding,
}

/// How a peer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Nothing came for too long; it may come back.
    Silent,
    /// It closed, or it failed for good.
    Closed,
    /// The transport panicked; it was dropped.
    Panicked,
}

/// One m-line of a peer.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) mid: Mid,
    pub(crate) kind: LineKind,
    /// The browser may send on it.
    pub(crate) sends: bool,
    /// The browser receives on it.
    pub(crate) receives: bool,
    /// How many simulcast layers it sends; 1 without simulcast.
    pub(crate) layers: usize,
    rids: Vec<Rid>,
    outlet: Option<Outlet>,
}

impl Line {
    /// Whether its browser reads dependency descriptors.
    pub(crate) fn takes_descriptors(&self) -> bool {
        self.outlet.as_ref().is_some_and(|outlet| outlet.takes_descriptors)
    }
}

/// A peer connection. After a panic inside the transport it is an empty shell that does nothing.
pub(crate) struct Peer {
    transport: Option<Box<Transport>>,
}

impl Peer {
    /// Answers a first offer.
    pub(crate) fn answer(
        sdp: &str,
        candidates: &[Endpoint],
        identity: &Identity,
        now: Instant,
    ) -> Result<(Self, String), OfferError> {
        let offer = Offer::read(sdp)?;
        catch_unwind(AssertUnwindSafe(|| Transport::answer(offer, candidates, identity, now)))
            .unwrap_or_else(|_| Err(OfferError::new("the transport cannot make sense of it")))
            .map(|(transport, answer)| (Self { transport: Some(Box::new(transport)) }, answer))
    }

    /// Answers a further offer. On error the connection goes on as before, unless `out` says that it is lost.
    pub(crate) fn handle_offer(
        &mut self,
        sdp: &str,
        now: Instant,
        out: &mut Vec<Produced>,
    ) -> Result<String, OfferError> {
        let offer = Offer::read(sdp)?;
        self.guarded(out, |transport, out| transport.handle_offer(offer, now, out))
            .unwrap_or_else(|| Err(OfferError::new("the connection is over")))
    }

    pub(crate) fn handle_datagram(&mut self, way: Way, bytes: &[u8], now: Instant, out: &mut Vec<Produced>) {
        self.guarded(out, |transport, out| transport.handle_datagram(way, bytes, now, out));
    }

    /// Whether it is an ICE check meant for this peer and signed with its password (RFC 8445 7.3).
    pub(crate) fn accepts(&self, way: Way, bytes: &[u8], now: Instant) -> bool {
        let Some(transport) = &self.transport else { return false };
        let check = || {
            let Some(receive) = transport::receive(way, bytes) else { return false };
            handshake::is_stun(bytes) && transport.rtc.accepts(&Input::Receive(now, receive))
        };
        catch_unwind(AssertUnwindSafe(check)).unwrap_or(false)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, out: &mut Vec<Produced>) {
        self.guarded(out, |transport, out| transport.handle_timeout(now, out));
    }

    /// Whether its browser can read such a packet on one of its m-lines.
    pub(crate) fn can_send(&self, line: usize, packet: &Packet) -> bool {
        self.transport.as_ref().is_some_and(|transport| transport.can_send(line, packet))
    }

    /// Queues a packet with other numbers on one of its m-lines; [`Self::flush`] must follow before anything else is done
    /// and before another m-line is written. False: it cannot be sent.
    pub(crate) fn write(&mut self, line: usize, packet: &Packet, numbers: Rewritten, out: &mut Vec<Produced>) -> bool {
        self.guarded(out, |transport, _| transport.write(line, packet, numbers)).unwrap_or(false)
    }

    /// Sends what was written.
    pub(crate) fn flush(&mut self, now: Instant, out: &mut Vec<Produced>) {
        self.guarded(out, |transport, out| transport.flush(now, out));
    }

    /// Asks its browser for a keyframe.
    pub(crate) fn request_keyframe(&mut self, line: usize, layer: usize, now: Instant, out: &mut Vec<Produced>) {
        self.guarded(out, |transport, out| transport.request_keyframe(line, layer, now, out));
    }

    /// What to find out about its line.
    pub(crate) fn explore(&mut self, exploration: Exploration, now: Instant, out: &mut Vec<Produced>) {
        self.guarded(out, |transport, out| transport.explore(exploration, now, out));
    }

    /// From now on it is sent its sound twice, or once.
    pub(crate) fn repeat_sound(&mut self, repeats: bool, out: &mut Vec<Produced>) {
        self.guarded(out, |transport, _| transport.repeats_sound = repeats);
    }

    /// Whether media may be sent to it.
    pub(crate) fn is_connected(&self) -> bool {
        self.transport.as_ref().is_some_and(|transport| transport.is_connected())
    }

    pub(crate) fn lines(&self) -> &[Line] {
        self.transport.as_ref().map_or(&[], |transport| &transport.lines)
    }

    pub(crate) fn ice_ufrag(&self) -> &str {
        self.transport.as_ref().map_or("", |transport| &transport.user)
    }

    /// When to call [`Self::handle_timeout`] if nothing else happens.
    pub(crate) fn timeout(&self) -> Option<Instant> {
        self.transport.as_ref()?.timeout()
    }

    /// Runs a step of the transport. Whatever a stranger's bytes do to it, the room goes on: a panic ends this peer only.
    fn guarded<T>(
        &mut self,
        out: &mut Vec<Produced>,
        step: impl FnOnce(&mut Transport, &mut Vec<Produced>) -> T,
    ) -> Option<T> {
        let transport = self.transport.as_mut()?;
        let result = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(test)]
            assert!(!std::mem::take(&mut transport.panic_next), "a panic that a test asked for");
            step(transport, out)
        }));
        if result.is_err() {
            tracing::error!("a peer's transport panicked and was dropped");
            self.transport = None;
            out.push(Produced::Lost(Loss::Panicked));
        }
        result.ok()
    }

    /// The next step panics.
    #[cfg(test)]
    pub(crate) fn panic_next(&mut self) {
        self.transport.as_mut().expect("a living peer").panic_next = true;
    }
}
