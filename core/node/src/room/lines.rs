//! The media connections of a room: offers and answers, sources that open and close, and who is routed what.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use media::{Counters, NewPeer, OfferError, PeerId, Way};
use wire::{Mid, Outcome, Refusal, RequestId, SeatId, ServerMessage, Source, SourceId, Track};

use super::{Reply, Room, Turn};
use crate::occupant::MediaLine;
use crate::routing::{self, Sounds, Whispers};
use crate::{ConnectionId, Output};

/// M-lines one browser may send on: camera, microphone, screen and its sound, and as many again for what is to come.
const TRACKS_MAX: usize = 8;

impl Room {
    /// A browser offers: a new connection is negotiated off this thread, a further offer is answered here.
    #[expect(clippy::too_many_arguments, reason = "the parts of one message, and who sent it")]
    pub(super) fn offer(
        &mut self,
        connection: ConnectionId,
        seat: &SeatId,
        id: &RequestId,
        sdp: String,
        tracks: Vec<Track>,
        fresh: bool,
        turn: &mut Turn<'_>,
    ) -> Result<Reply, Refusal> {
        if tracks.len() > TRACKS_MAX {
            return Err(Refusal::MediaOffer);
        }
        let Some(occupant) = self.seats.get(seat) else { return Err(Refusal::NotHere) };
        if let (MediaLine::Up { peer, sources, .. }, false) = (&occupant.media, fresh) {
            let (peer, new) = (*peer, tracks.iter().filter(|track| !sources.contains_key(&track.mid)).count());
            if sources.len() + new > TRACKS_MAX {
                return Err(Refusal::TooMany);
            }
            let sdp = self.media.handle_offer(peer, &sdp, turn.now).map_err(|_| Refusal::MediaOffer)?;
            if let Some(fragment) = self.media.ice_ufrag(peer) {
                turn.demux.rename((self.index, peer), fragment);
            }
            turn.send(connection, ServerMessage::MediaAnswer { id: id.clone(), sdp });
            self.open_sources(seat, tracks, turn);
            self.route(turn.now);
            return Ok(Reply::Now);
        }
        if let MediaLine::Negotiating { request, .. } = &occupant.media {
            turn.reply(connection, request.clone(), Outcome::Refused { why: Refusal::MediaOffer });
        }
        self.end_media_of(seat, turn);
        if let Some(occupant) = self.seats.get_mut(seat) {
            occupant.media = MediaLine::Negotiating { request: id.clone(), tracks };
        }
        turn.outputs.push_back(Output::Negotiate { connection, request: id.clone(), sdp });
        Ok(Reply::Later)
    }

    /// The answer to a first offer is made, or the offer could not be used. An answer that comes too late, after a newer
    /// offer or a new connection, is let fall: who offered was told, or offers anew.
    pub(crate) fn negotiated(
        &mut self,
        connection: ConnectionId,
        request: RequestId,
        result: Result<(Box<NewPeer>, String), OfferError>,
        turn: &mut Turn<'_>,
    ) {
        let Some(seat) = self.connections.get(&connection).cloned() else { return };
        let Some(occupant) = self.seats.get_mut(&seat) else { return };
        let tracks = match &mut occupant.media {
            MediaLine::Negotiating { request: asked, tracks } if *asked == request => std::mem::take(tracks),
            MediaLine::None | MediaLine::Ended | MediaLine::Negotiating { .. } | MediaLine::Up { .. } => return,
        };
        let Ok((new, sdp)) = result else {
            occupant.media = MediaLine::Ended;
            turn.reply(connection, request, Outcome::Refused { why: Refusal::MediaOffer });
            return self.tell_presence_of(&seat, turn);
        };
        let peer = PeerId(*turn.next_peer);
        *turn.next_peer += 1;
        occupant.media = MediaLine::Up { peer, sources: BTreeMap::new(), silent: false };
        turn.demux.add((self.index, peer), new.ice_ufrag());
        self.owners.insert(peer, seat.clone());
        turn.send(connection, ServerMessage::MediaAnswer { id: request.clone(), sdp });
        self.media.add_peer(peer, *new, turn.now);
        // All slots are named once, so that none keeps what it carried on the connection before.
        turn.send(connection, ServerMessage::MediaSlots { slots: self.media.slots(peer) });
        self.open_sources(&seat, tracks, turn);
        self.route(turn.now);
        self.tend_groups(turn);
        turn.reply(connection, request, Outcome::Done);
    }

    /// A sending m-line is put to use, or rests.
    pub(super) fn publish(
        &mut self,
        seat: &SeatId,
        track: Track,
        active: bool,
        turn: &mut Turn<'_>,
    ) -> Result<(), Refusal> {
        let Some(MediaLine::Up { peer, sources, .. }) = self.seats.get_mut(seat).map(|occupant| &mut occupant.media)
        else {
            return Err(Refusal::MediaOffer);
        };
        if active {
            if !self.ledger.meeting().has_voice(seat) {
                return Err(Refusal::NoVoice);
            }
            if !self.media.sends_on(*peer, &track.mid) {
                return Err(Refusal::Unknown);
            }
            if sources.len() >= TRACKS_MAX && !sources.contains_key(&track.mid) {
                return Err(Refusal::TooMany);
            }
            self.open_sources(seat, vec![track], turn);
        } else if let Some(source) = sources.remove(&track.mid) {
            self.close_source(source, turn);
        }
        self.route(turn.now);
        Ok(())
    }

    /// Ends the media connection of a seat, if it has one.
    pub(super) fn end_media_of(&mut self, seat: &SeatId, turn: &mut Turn<'_>) {
        let Some(occupant) = self.seats.get_mut(seat) else { return };
        let MediaLine::Up { peer, sources, .. } = std::mem::take(&mut occupant.media) else { return };
        // In the order in which they were opened: a browser may draw the names of its m-lines at random.
        for source in sources.into_values().collect::<BTreeSet<_>>() {
            self.close_source(source, turn);
        }
        self.owners.remove(&peer);
        turn.demux.remove(peer);
        self.media.remove_peer(peer, turn.now);
        self.route(turn.now);
    }

    /// What is sent on these m-lines may be received, once it is routed. Of who has no voice nothing may, so nothing is opened; the
    /// connection is used for receiving all the same.
    fn open_sources(&mut self, seat: &SeatId, tracks: Vec<Track>, turn: &mut Turn<'_>) {
        if !self.ledger.meeting().has_voice(seat) {
            return;
        }
        for Track { mid, kind } in tracks {
            let Some(occupant) = self.seats.get_mut(seat) else { return };
            let MediaLine::Up { peer, sources, .. } = &mut occupant.media else { return };
            if sources.contains_key(&mid) || !self.media.sends_on(*peer, &mid) {
                continue;
            }
            let id = self.numbers.next(self.ledger.meeting().plan(), seat);
            sources.insert(mid.clone(), id);
            self.media.open_source(id, *peer, &mid, kind);
            self.sources.open(Source { id, seat: seat.clone(), kind });
            self.tell_source(id, turn);
        }
    }

    fn close_source(&mut self, source: SourceId, turn: &mut Turn<'_>) {
        self.media.close_source(source, turn.now);
        self.sources.close(source);
        self.tell_source(source, turn);
    }

    /// Who may receive what has changed.
    pub(super) fn route(&mut self, now: Instant) {
        let whispers = self.whispers();
        for seat in self.owners.values().cloned().collect::<Vec<_>>() {
            self.route_sounds_to(&seat, &whispers, now);
        }
        for seat in self.owners.values().cloned().collect::<Vec<_>>() {
            self.route_pictures_to(&seat, now);
        }
    }

    /// What one person hears has changed.
    pub(super) fn route_sounds_to(&mut self, seat: &SeatId, whispers: &Whispers, now: Instant) {
        let Some(occupant) = self.seats.get(seat) else { return };
        let Some(peer) = occupant.peer() else { return };
        let (meeting, channel) = (self.ledger.meeting(), occupant.channel.as_ref());
        let Sounds { first, voices } = routing::sounds(meeting, whispers, seat, channel, &self.sources);
        self.media.set_voices(peer, first, voices, now);
    }

    /// What one screen gets has changed.
    pub(super) fn route_pictures_to(&mut self, seat: &SeatId, now: Instant) {
        let Some(occupant) = self.seats.get(seat) else { return };
        let Some(peer) = occupant.peer() else { return };
        let pictures = routing::pictures(self.ledger.meeting(), seat, &occupant.wanted, &self.sources);
        self.media.set_pictures(peer, pictures, now);
    }

    /// A connection came back to a peer that stands: it is told what its m-lines carry, and how much of what it sends is
    /// received.
    pub(super) fn tell_slots_again(&mut self, seat: &SeatId, connection: ConnectionId, turn: &mut Turn<'_>) {
        let Some(peer) = self.seats.get(seat).and_then(|occupant| occupant.peer()) else { return };
        let slots = self.media.slots(peer);
        if !slots.is_empty() {
            turn.send(connection, ServerMessage::MediaSlots { slots });
        }
        for (mid, layers) in self.media.layers(peer) {
            self.tell_layers(peer, mid, layers, turn);
        }
    }

    // ---- packets

    /// What the media of this room have counted.
    pub(crate) fn counters(&self) -> Counters {
        self.media.counters()
    }

    /// Whether that peer proves to be at a new address with this datagram.
    pub(crate) fn accepts(&self, peer: PeerId, way: Way, datagram: &[u8], now: Instant) -> bool {
        self.media.accepts(peer, way, datagram, now)
    }

    /// A datagram for one of this room's peers.
    pub(crate) fn handle_datagram(&mut self, peer: PeerId, way: Way, datagram: &[u8], now: Instant) {
        self.media.handle_datagram(peer, way, datagram, now);
    }

    /// What the media plane wants next: a datagram to be sent, or nothing more.
    pub(crate) fn poll_media(&mut self, turn: &mut Turn<'_>) -> Option<Output> {
        while let Some(output) = self.media.poll_output() {
            match output {
                media::Output::Transmit { way, is_picture, payload, .. } => {
                    return Some(Output::Transmit { way, is_picture, payload });
                }
                media::Output::Slots { peer, slots } => {
                    let seat = self.owners.get(&peer).and_then(|seat| self.seats.get(seat));
                    if let Some(connection) = seat.and_then(|occupant| occupant.connection()) {
                        turn.send(connection, ServerMessage::MediaSlots { slots });
                    }
                }
                media::Output::Layers { peer, mid, layers } => self.tell_layers(peer, mid, layers, turn),
                media::Output::Connected(peer) => self.set_silent(peer, false, turn),
                media::Output::Lost(peer) => self.set_silent(peer, true, turn),
                media::Output::Ended(peer) => self.media_ended(peer, turn),
                media::Output::Speaking(loudest) => self.speaking_changed(loudest, turn),
                media::Output::Suspect(source) => self.tell_suspect(source, turn),
            }
        }
        None
    }

    /// Of what a peer sends so many layers are received.
    fn tell_layers(&self, peer: PeerId, mid: Mid, layers: usize, turn: &mut Turn<'_>) {
        let seat = self.owners.get(&peer).and_then(|seat| self.seats.get(seat));
        if let Some(connection) = seat.and_then(|occupant| occupant.connection()) {
            turn.send(connection, ServerMessage::MediaLayers { mid, layers: u8::try_from(layers).unwrap_or(u8::MAX) });
        }
    }

    /// What a source sends is not sealed as it must be: whose it is is told.
    fn tell_suspect(&self, source: SourceId, turn: &mut Turn<'_>) {
        let seat = self.sources.get(source).map(|source| &source.seat);
        if let Some(connection) = seat.and_then(|seat| self.seats.get(seat)?.connection()) {
            turn.send(connection, ServerMessage::SealSuspect { source });
        }
    }

    /// A peer fell silent, or is heard. The others see it; its own browser notices by itself and offers anew.
    fn set_silent(&mut self, peer: PeerId, now_silent: bool, turn: &mut Turn<'_>) {
        let Some(seat) = self.owners.get(&peer).cloned() else { return };
        if let Some(MediaLine::Up { silent, .. }) = self.seats.get_mut(&seat).map(|occupant| &mut occupant.media) {
            *silent = now_silent;
        }
        self.tell_presence_of(&seat, turn);
    }

    /// A peer will never be heard again. Its browser has to offer anew, and is told so when it says hello; until it does,
    /// the others see that it is gone.
    fn media_ended(&mut self, peer: PeerId, turn: &mut Turn<'_>) {
        let Some(seat) = self.owners.get(&peer).cloned() else { return };
        self.end_media_of(&seat, turn);
        if let Some(occupant) = self.seats.get_mut(&seat) {
            occupant.media = MediaLine::Ended;
        }
        self.tell_presence_of(&seat, turn);
    }
}
