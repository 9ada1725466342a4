//! Guests with real voices and pictures around the real media plane, sealed, in virtual time.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use client::{Input, Noticed, Output, Participant, Settings, Talk};
use media::{Endpoint, Identity, Media, NewPeer, PeerId, SealWindow, Way};
use wire::{
    ClientMessage, Devices, Outcome, Phase, Presence, Request, RequestId, ServerMessage, Source, SourceId, Track,
    WallTime,
};

use super::offices::{Delivery, Offices, Puppet};
use super::{WALL, meeting, origin, persona, seat, settings_of};

const SERVER: &str = "192.0.2.200:4000";
const ONE_WAY: Duration = Duration::from_millis(15);
const NAMES: [&str; 2] = ["meridia-head", "vesland-head"];

/// A guest, and the messages and datagrams on their way to it.
pub(crate) struct Guest {
    pub(crate) participant: Participant,
    pub(crate) noticed: Vec<Noticed>,
    inbox: VecDeque<(Instant, ServerMessage)>,
    address: SocketAddr,
    peer: Option<PeerId>,
    leaf: Option<u16>,
    sources: Vec<SourceId>,
}

/// A member without media, whom the test lets say the truth, a lie, or nothing.
pub(crate) struct Other {
    pub(crate) puppet: Puppet,
    pub(crate) says: Option<bool>,
}

/// The least of a server: everybody may see and hear everybody else.
pub(crate) struct Room {
    pub(crate) guests: Vec<Guest>,
    pub(crate) other: Option<Other>,
    pub(crate) offices: Offices,
    pub(crate) delivery: Delivery,
    /// Nobody is at the offices: there are no certificates.
    pub(crate) closed: bool,
    pub(crate) media: Media,
    identity: Identity,
    pub(crate) now: Instant,
    start: Instant,
    wire: VecDeque<(Instant, SocketAddr, SocketAddr, Vec<u8>)>,
    next: u64,
    kinds: BTreeMap<SourceId, (usize, Track)>,
    pub(crate) deaf: bool,
}

impl Room {
    pub(crate) fn new(guests: usize) -> Self {
        Self::with(guests, |_| {})
    }

    pub(crate) fn with(guests: usize, change: impl Fn(&mut Settings)) -> Self {
        let now = origin();
        let guest = |place: usize| {
            let address: SocketAddr = format!("192.0.2.{}:1000", place + 1).parse().unwrap();
            let mut settings = Settings {
                persona: Some(persona()),
                talk: Talk::Always,
                local: address,
                ..settings_of(NAMES[place], place as u64)
            };
            change(&mut settings);
            let participant = Participant::new(settings, now);
            let (noticed, inbox, sources) = (Vec::new(), VecDeque::new(), Vec::new());
            Guest { participant, noticed, inbox, address, peer: None, leaf: None, sources }
        };
        let guests = (0..guests).map(guest).collect();
        let identity = Identity::generate();
        let (wire, kinds) = (VecDeque::new(), BTreeMap::new());
        Self {
            guests,
            other: None,
            offices: Offices::open(),
            delivery: Delivery::default(),
            closed: false,
            media: Media::new(),
            identity,
            now,
            start: now,
            wire,
            next: 1,
            kinds,
            deaf: false,
        }
    }

    /// Another member comes in, and says what is true, or not, or nothing.
    pub(crate) fn add(&mut self, name: &str, says: Option<bool>) {
        let puppet = Puppet::new(&mut self.offices, name);
        self.delivery.wait(puppet.newcomer());
        self.other = Some(Other { puppet, says });
        self.present(name, Presence::Here { devices: Devices::default() });
    }

    /// Where the other member is now.
    pub(crate) fn present(&mut self, name: &str, presence: Presence) {
        for place in 0..self.guests.len() {
            self.say(place, ServerMessage::Presence { seat: seat(name), presence });
        }
    }

    /// The other member says the truth, or not.
    pub(crate) fn attest(&mut self, truly: bool) {
        let Some(other) = &mut self.other else { return };
        let (seat, message) = (other.puppet.seat.clone(), other.puppet.attest(truly));
        let epoch = other.puppet.group().epoch();
        self.delivery.write(&seat, epoch, message);
    }

    /// The other member's commit is taken.
    pub(crate) fn publish_commit(&mut self, epoch: u64, made: seal::group::Commit) {
        let Some(other) = &mut self.other else { return };
        let seat = other.puppet.seat.clone();
        let says = other.says;
        self.delivery.commit(&seat, epoch, wire::Bytes(made.commit));
        if let Some(truly) = says {
            self.attest(truly);
        }
    }

    /// Tells everybody what there is to tell.
    fn deliver(&mut self) {
        while let Some((seat, message)) = self.delivery.poll() {
            if let Some(place) = NAMES[..self.guests.len()].iter().position(|name| *name == seat.as_str()) {
                self.say(place, message);
            } else if let Some(other) = self.other.as_mut().filter(|other| other.puppet.seat == seat) {
                #[expect(clippy::wildcard_enum_match_arm, reason = "it says nothing else by itself")]
                match message {
                    ServerMessage::MlsWelcome { welcome, .. } => other.puppet.join(&welcome),
                    ServerMessage::MlsCommitted { commit, by, .. } if by != seat => other.puppet.apply(&commit),
                    _ => continue,
                }
                if let Some(truly) = other.says {
                    self.attest(truly);
                }
            }
        }
    }

    fn open_window(&mut self, place: usize) {
        let guest = &self.guests[place];
        if let (Some(peer), Some(leaf)) = (guest.peer, guest.leaf) {
            let epochs = (0..64).collect();
            self.media.set_seal_window(peer, vec![SealWindow { group: 0, leaf, epochs }]);
        }
    }

    pub(crate) fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            self.deliver();
            self.drain();
            let guests = self.guests.iter().flat_map(|guest| {
                [guest.participant.poll_timeout(), guest.inbox.front().map(|(at, _)| *at)].into_iter().flatten()
            });
            let next = guests.chain(self.media.poll_timeout()).chain(self.wire.front().map(|entry| entry.0)).min();
            let Some(next) = next.map(|next| next.max(self.now)).filter(|next| *next <= end) else { break };
            self.now = next;
            self.step();
        }
        self.now = end;
    }

    fn step(&mut self) {
        let now = self.now;
        while let Some((_, source, destination, bytes)) = self.wire.pop_front_if(|entry| entry.0 <= now) {
            self.carry(source, destination, &bytes);
            self.drain();
        }
        for place in 0..self.guests.len() {
            while let Some((_, message)) = self.guests[place].inbox.pop_front_if(|(at, _)| *at <= now) {
                self.guests[place].participant.handle(Input::Message(Box::new(message)), now);
                self.drain();
            }
            if self.guests[place].participant.poll_timeout().is_some_and(|due| due <= now) {
                self.guests[place].participant.handle_timeout(now);
                self.drain();
            }
        }
        if self.media.poll_timeout().is_some_and(|due| due <= now) {
            self.media.handle_timeout(now);
        }
    }

    fn carry(&mut self, source: SocketAddr, destination: SocketAddr, bytes: &[u8]) {
        if self.deaf {
            return;
        }
        if let Some(guest) = self.guests.iter_mut().find(|guest| guest.address == destination) {
            guest.participant.handle(Input::Datagram { source, destination, bytes }, self.now);
        } else if let Some(peer) = self.guests.iter().find(|guest| guest.address == source).and_then(|guest| guest.peer)
        {
            self.media.handle_datagram(peer, Way::udp(source, destination), bytes, self.now);
        }
    }

    fn drain(&mut self) {
        for place in 0..self.guests.len() {
            while let Some(output) = self.guests[place].participant.poll_output() {
                match output {
                    Output::Connect => self.guests[place].participant.handle(Input::Opened, self.now),
                    Output::Disconnect => {}
                    Output::Send(message) => self.serve(place, message),
                    Output::Transmit { source, destination, payload } => {
                        self.wire.push_back((self.now + ONE_WAY, source, destination, payload));
                    }
                    Output::Notice(noticed) => self.guests[place].noticed.push(noticed),
                }
            }
        }
        while let Some(output) = self.media.poll_output() {
            match output {
                media::Output::Transmit { way, payload, .. } => {
                    self.wire.push_back((self.now + ONE_WAY, way.local, way.remote, payload));
                }
                media::Output::Slots { peer, slots } => {
                    let place = self.guests.iter().position(|guest| guest.peer == Some(peer));
                    place
                        .into_iter()
                        .for_each(|place| self.say(place, ServerMessage::MediaSlots { slots: slots.clone() }));
                }
                media::Output::Layers { peer, mid, layers } => {
                    let layers = u8::try_from(layers).unwrap();
                    let place = self.guests.iter().position(|guest| guest.peer == Some(peer));
                    place
                        .into_iter()
                        .for_each(|place| self.say(place, ServerMessage::MediaLayers { mid: mid.clone(), layers }));
                }
                media::Output::Connected(_)
                | media::Output::Lost(_)
                | media::Output::Ended(_)
                | media::Output::Suspect(_)
                | media::Output::Speaking(_) => {}
            }
        }
    }

    fn say(&mut self, place: usize, message: ServerMessage) {
        self.guests[place].inbox.push_back((self.now + ONE_WAY, message));
    }

    fn serve(&mut self, place: usize, message: ClientMessage) {
        let you = seat(NAMES[place]);
        let wall = WallTime(WALL).plus(self.now.duration_since(self.start));
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these are asked for in this test")]
        match message.request.clone() {
            Request::Hello { .. } => {
                let view = meeting(Phase::Plenary { revealed_at: WallTime(1) });
                let welcome = self.offices.welcome(&you, view, wall, false);
                self.say(place, welcome);
                return;
            }
            Request::Ping { sent } => return self.say(place, ServerMessage::Pong { sent, now: wall }),
            Request::MediaOffer { sdp, tracks, .. } => self.answer(place, &message.id, &sdp, tracks),
            Request::MediaWant { videos } => {
                let pictures = videos.iter().map(|wanted| (wanted.source, wanted.height)).collect();
                let peer = self.guests[place].peer.unwrap();
                self.media.set_pictures(peer, pictures, self.now);
            }
            Request::Enter { .. } => {}
            Request::CertificateRequest { .. } if self.closed => {}
            Request::CertificateRequest { request } => {
                let certificate = self.offices.certify(&you, &request).unwrap();
                self.say(place, ServerMessage::CertificateIssued { certificate });
            }
            _ => {
                if let Request::MlsApplied { leaf, .. } = message.request {
                    self.guests[place].leaf = u16::try_from(leaf).ok();
                } else if let Request::MlsCreate { .. } = message.request {
                    self.guests[place].leaf = Some(0);
                }
                self.open_window(place);
                self.delivery.answer(&you, &message);
                return self.deliver();
            }
        }
        self.say(place, ServerMessage::Reply { id: message.id, outcome: Outcome::Done });
    }

    fn answer(&mut self, place: usize, id: &RequestId, sdp: &str, tracks: Vec<Track>) {
        for source in std::mem::take(&mut self.guests[place].sources) {
            self.kinds.remove(&source);
            self.media.close_source(source, self.now);
            (0..self.guests.len()).for_each(|other| self.say(other, ServerMessage::SourceClosed { source }));
        }
        if let Some(old) = self.guests[place].peer.take() {
            self.media.remove_peer(old, self.now);
        }
        let (new, answer) =
            NewPeer::answer(sdp, &[Endpoint::udp(SERVER.parse().unwrap())], &self.identity, self.now).unwrap();
        let peer = PeerId(self.next);
        self.media.add_peer(peer, new, self.now);
        self.guests[place].peer = Some(peer);
        self.open_window(place);
        self.say(place, ServerMessage::MediaAnswer { id: id.clone(), sdp: answer });
        for track in tracks {
            self.next += 1;
            let id = SourceId(u32::try_from(self.next).unwrap());
            self.media.open_source(id, peer, &track.mid, track.kind);
            self.guests[place].sources.push(id);
            self.kinds.insert(id, (place, track));
        }
        self.next += 1;
        self.introduce();
    }

    fn introduce(&mut self) {
        for place in 0..self.guests.len() {
            let others: Vec<_> = self.kinds.iter().filter(|(_, (owner, _))| *owner != place).collect();
            let voices = others.iter().filter(|(_, (_, track))| !track.kind.is_video()).map(|(id, _)| **id).collect();
            let opened: Vec<_> = others
                .iter()
                .map(|(id, (owner, track))| Source { id: **id, seat: seat(NAMES[*owner]), kind: track.kind })
                .collect();
            if let Some(peer) = self.guests[place].peer {
                self.media.set_voices(peer, Vec::new(), voices, self.now);
            }
            opened.into_iter().for_each(|source| self.say(place, ServerMessage::SourceOpened { source }));
        }
    }
}
