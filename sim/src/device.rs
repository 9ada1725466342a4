//! A person's end: the real participant, the ways its datagrams take, and what came in.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Behaviour, Input, Noticed, Participant, Persona, Settings, Talk};
use node::ConnectionId;
use seal::SigningKey;
use seal::invitation::Secret;
use wire::{ClientMessage, Pixels, RequestId, SeatId, ServerMessage};

use crate::chance::Chance;
use crate::model::Model;
use crate::network::{Conditions, Way};

/// One device in a run; numbered as they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceId(pub usize);

/// A device on which somebody opened a link.
pub struct Device {
    pub(crate) id: DeviceId,
    pub(crate) seat: SeatId,
    pub(crate) token: String,
    secret: Secret,
    key: Arc<SigningKey>,
    persona: Option<Persona>,
    pub(crate) participant: Participant,
    /// Its WebSocket, while it believes that it has one.
    pub(crate) socket: Option<ConnectionId>,
    /// The address that the server sees; another one after a change of network.
    pub(crate) public: SocketAddr,
    /// Until then nothing gets through to or from it.
    offline_until: Option<Instant>,
    pub(crate) up: Way,
    pub(crate) down: Way,
    messages: Vec<ServerMessage>,
    noticed: Vec<(Instant, Noticed)>,
    /// Requests that change the meeting and were not answered.
    unanswered: BTreeSet<RequestId>,
}

/// What a device is like.
pub(crate) struct Making {
    pub(crate) seat: SeatId,
    pub(crate) token: String,
    pub(crate) secret: Secret,
    pub(crate) key: Arc<SigningKey>,
    pub(crate) persona: Option<Persona>,
    pub(crate) conditions: Conditions,
    pub(crate) seed: u64,
}

impl Device {
    pub(crate) fn new(id: DeviceId, making: Making, now: Instant) -> Self {
        let Making { seat, token, secret, key, persona, conditions, seed } = making;
        let way = |name: &str| Way::new(conditions, Chance::new(seed, &format!("way {name} of device {}", id.0)));
        let seed = Chance::new(seed, &format!("device {}", id.0)).number();
        let participant = Participant::new(settings(id, &token, (&secret, &key), persona.clone(), seed), now);
        let public = local(id);
        let (up, down) = (way("up"), way("down"));
        Self {
            id,
            seat,
            token,
            secret,
            key,
            persona,
            participant,
            socket: None,
            public,
            offline_until: None,
            up,
            down,
            messages: Vec::new(),
            noticed: Vec::new(),
            unanswered: BTreeSet::new(),
        }
    }

    /// The page is loaded anew: nothing is left but the session's token and the device's key.
    pub(crate) fn reload(&mut self, seed: u64, now: Instant) {
        let settings = settings(self.id, &self.token, (&self.secret, &self.key), self.persona.clone(), seed);
        self.participant = Participant::new(settings, now);
        self.socket = None;
        self.messages.clear();
        self.noticed.clear();
        self.unanswered.clear();
    }

    /// The device's address on its own network; the server may see another one.
    pub(crate) fn local(&self) -> SocketAddr {
        local(self.id)
    }

    pub(crate) fn goes_offline(&mut self, until: Instant) {
        self.offline_until = Some(until);
    }

    pub(crate) fn is_offline(&self, now: Instant) -> bool {
        self.offline_until.is_some_and(|until| now < until)
    }

    pub(crate) fn asks(&mut self, message: &ClientMessage) {
        if Model::is_asked(&message.request) {
            self.unanswered.insert(message.id.clone());
        }
    }

    pub(crate) fn hears(&mut self, message: ServerMessage, now: Instant) {
        if let ServerMessage::Reply { id, .. } = &message {
            self.unanswered.remove(id);
        }
        self.messages.push(message.clone());
        self.participant.handle(Input::Message(Box::new(message)), now);
    }

    pub(crate) fn notices(&mut self, noticed: Noticed, now: Instant) {
        self.noticed.push((now, noticed));
    }

    /// Whose it is.
    pub fn seat(&self) -> &SeatId {
        &self.seat
    }

    /// The participant on it.
    pub fn participant(&self) -> &Participant {
        &self.participant
    }

    /// Everything the server said since the page was loaded, in order.
    pub fn messages(&self) -> &[ServerMessage] {
        &self.messages
    }

    /// Everything a person would have noticed since the page was loaded, and when.
    pub fn noticed(&self) -> &[(Instant, Noticed)] {
        &self.noticed
    }

    /// How many requests to the meeting were not answered.
    pub fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    /// Whether it is over for good on this device.
    pub fn is_over(&self) -> bool {
        matches!(self.noticed.last(), Some((_, Noticed::Over(_))))
    }

    /// Whether its media stand.
    pub fn has_media(&self) -> bool {
        let news = self.noticed.iter().rev().find_map(|(_, noticed)| match noticed {
            Noticed::MediaConnected => Some(true),
            Noticed::MediaLost | Noticed::Over(_) => Some(false),
            Noticed::Welcome
            | Noticed::Disconnected
            | Noticed::SeatTaken { .. }
            | Noticed::Answered { .. }
            | Noticed::FirstPicture { .. }
            | Noticed::Admitted
            | Noticed::Barred(_)
            | Noticed::Written { .. }
            | Noticed::Revealed => None,
        });
        news.unwrap_or(false)
    }

    /// How long it took from "Join" to the first picture.
    pub fn join_time(&self) -> Option<Duration> {
        self.participant.stats().join
    }
}

fn settings(
    id: DeviceId,
    token: &str,
    (secret, key): (&Secret, &Arc<SigningKey>),
    persona: Option<Persona>,
    seed: u64,
) -> Settings {
    Settings {
        token: token.to_owned(),
        secret: secret.clone(),
        key: key.clone(),
        device: format!("device {}", id.0),
        take_over: false,
        enter: false,
        persona,
        // Whoever has the floor must be heard through the noise of all others.
        talk: Talk::Regardless,
        behaviour: Behaviour::default(),
        renders: Vec::new(),
        height: Pixels(360),
        local: local(id),
        seed,
    }
}

fn local(id: DeviceId) -> SocketAddr {
    let port = 20_000 + u16::try_from(id.0 % 10_000).unwrap_or(0);
    SocketAddr::from((Ipv4Addr::new(198, 51, 100, 7), port))
}
