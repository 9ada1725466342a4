//! Two participants with real voices and pictures, through the real media plane, in virtual time.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use client::{Input, Noticed, Output, Participant, Settings, Talk};
use common::{WALL, meeting, origin, persona, plan, seat, settings};
use media::{Identity, Media, NewPeer, PeerId};
use wire::{
    ClientMessage, Outcome, Phase, Pixels, Request, RequestId, ServerMessage, Source, SourceId, SummitId, Track,
    WallTime,
};

const SERVER: &str = "192.0.2.200:4000";
const ONE_WAY: Duration = Duration::from_millis(15);

#[test]
fn pictures_and_speech_arrive_within_a_second_and_do_not_stop() {
    let mut room = Room::new(2);
    room.run(Duration::from_secs(8));
    for guest in &room.guests {
        let stats = guest.participant.stats();
        let join = stats.join.expect("a picture");
        assert!(join < Duration::from_secs(1), "{join:?} from Join to the first picture");
        assert!(guest.noticed.contains(&Noticed::FirstPicture { after: join }));
        assert!(stats.pictures.playable_frames >= 100, "{:?}", stats.pictures);
        assert_eq!((stats.pictures.lost, stats.pictures.frames), (0, stats.pictures.playable_frames));
        assert!(stats.pictures.longest_gap < Duration::from_millis(150), "{:?}", stats.pictures.longest_gap);
        assert!(stats.sound.heard_packets > 100, "{:?}", stats.sound);
        assert_eq!((stats.welcomes, stats.media_connections, stats.refused), (1, 1, 0));
        assert_eq!(guest.participant.slots().len(), 2, "one voice and one picture");
    }
}

#[test]
fn a_small_tile_gets_a_small_picture() {
    let bytes = |height| {
        let mut room = Room::with(2, |settings| settings.height = Pixels(height));
        room.run(Duration::from_secs(8));
        let pictures = room.guests[0].participant.stats().pictures;
        assert!(pictures.playable_frames >= 100, "{pictures:?}");
        pictures.bytes
    };
    assert!(bytes(90) * 3 < bytes(360));
}

#[test]
fn media_that_were_lost_are_offered_again() {
    let mut room = Room::new(2);
    room.run(Duration::from_secs(3));
    room.deaf = true;
    room.run(Duration::from_secs(40));
    assert!(room.guests[0].noticed.contains(&Noticed::MediaLost));
    let before = room.guests[0].participant.stats().pictures.playable_frames;
    room.deaf = false;
    room.run(Duration::from_secs(25));
    let stats = room.guests[0].participant.stats();
    assert!(stats.media_connections >= 2, "{stats:?}");
    assert!(stats.pictures.playable_frames > before + 30, "{stats:?}");
}

/// A guest, and the messages and datagrams on their way to it.
struct Guest {
    participant: Participant,
    noticed: Vec<Noticed>,
    inbox: VecDeque<(Instant, ServerMessage)>,
    address: SocketAddr,
    peer: Option<PeerId>,
    sources: Vec<SourceId>,
}

/// The least of a server: everybody may see and hear everybody else.
struct Room {
    guests: Vec<Guest>,
    media: Media,
    identity: Identity,
    now: Instant,
    start: Instant,
    wire: VecDeque<(Instant, SocketAddr, SocketAddr, Vec<u8>)>,
    next: u64,
    kinds: BTreeMap<SourceId, (usize, Track)>,
    deaf: bool,
}

impl Room {
    fn new(guests: usize) -> Self {
        Self::with(guests, |_| {})
    }

    fn with(guests: usize, change: impl Fn(&mut Settings)) -> Self {
        let now = origin();
        let guest = |place: usize| {
            let address: SocketAddr = format!("192.0.2.{}:1000", place + 1).parse().unwrap();
            let mut settings =
                Settings { persona: Some(persona()), talk: Talk::Always, local: address, ..settings(place as u64) };
            change(&mut settings);
            let participant = Participant::new(settings, now);
            let (noticed, inbox, sources) = (Vec::new(), VecDeque::new(), Vec::new());
            Guest { participant, noticed, inbox, address, peer: None, sources }
        };
        let guests = (0..guests).map(guest).collect();
        let identity = Identity::generate();
        let (wire, kinds) = (VecDeque::new(), BTreeMap::new());
        Self { guests, media: Media::new(), identity, now, start: now, wire, next: 1, kinds, deaf: false }
    }

    fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
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
            self.media.handle_datagram(peer, source, destination, bytes, self.now);
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
                media::Output::Transmit { source, destination, payload, .. } => {
                    self.wire.push_back((self.now + ONE_WAY, source, destination, payload));
                }
                media::Output::Slots { peer, slots } => {
                    let place = self.guests.iter().position(|guest| guest.peer == Some(peer));
                    place
                        .into_iter()
                        .for_each(|place| self.say(place, ServerMessage::MediaSlots { slots: slots.clone() }));
                }
                media::Output::Connected(_)
                | media::Output::Lost(_)
                | media::Output::Ended(_)
                | media::Output::Speaking(_) => {}
            }
        }
    }

    fn say(&mut self, place: usize, message: ServerMessage) {
        self.guests[place].inbox.push_back((self.now + ONE_WAY, message));
    }

    fn serve(&mut self, place: usize, message: ClientMessage) {
        let wall = WallTime(WALL).plus(self.now.duration_since(self.start));
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these are asked for in this test")]
        match message.request {
            Request::Hello { .. } => {
                let names = ["meridia-head", "vesland-head"];
                self.say(
                    place,
                    ServerMessage::Welcome {
                        summit: SummitId::new("talks").unwrap(),
                        you: seat(names[place]),
                        plan: Box::new(plan()),
                        meeting: Box::new(meeting(Phase::Plenary { revealed_at: WallTime(1) })),
                        now: wall,
                        media: false,
                    },
                );
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
            other => panic!("nobody asks for {other:?} here"),
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
        let (new, answer) = NewPeer::answer(sdp, &[SERVER.parse().unwrap()], &self.identity, self.now).unwrap();
        let peer = PeerId(self.next);
        self.media.add_peer(peer, new, self.now);
        self.guests[place].peer = Some(peer);
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
        let names = ["meridia-head", "vesland-head"];
        for place in 0..self.guests.len() {
            let others: Vec<_> = self.kinds.iter().filter(|(_, (owner, _))| *owner != place).collect();
            let voices = others.iter().filter(|(_, (_, track))| !track.kind.is_video()).map(|(id, _)| **id).collect();
            let opened: Vec<_> = others
                .iter()
                .map(|(id, (owner, track))| Source { id: **id, seat: seat(names[*owner]), kind: track.kind })
                .collect();
            if let Some(peer) = self.guests[place].peer {
                self.media.set_voices(peer, Vec::new(), voices, self.now);
            }
            opened.into_iter().for_each(|source| self.say(place, ServerMessage::SourceOpened { source }));
        }
    }
}
