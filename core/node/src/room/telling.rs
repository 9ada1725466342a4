//! Keeps every screen up to date. Each participant is told what changed since it was last told, and only what the
//! meeting lets it know; so a reveal, an arrival and a reconnection are all the same comparison.

use std::collections::BTreeSet;

use wire::{Presence, SeatId, ServerMessage, Source, SourceId};

use super::{Room, Turn};
use crate::occupant::Occupant;
use crate::routing;

impl Room {
    /// Whether `viewer` may know of this source.
    pub(super) fn may_know(&self, viewer: &SeatId, source: &Source) -> bool {
        source.seat == *viewer || routing::may_receive(self.ledger.meeting(), viewer, source)
    }

    /// Tells everybody where `seat` is now.
    pub(super) fn tell_presence_of(&mut self, seat: &SeatId, turn: &mut Turn<'_>) {
        for viewer in self.viewers() {
            self.tell_presence(&viewer, seat, turn);
        }
    }

    /// Tells everybody how the connection of `seat` is.
    pub(super) fn tell_quality_of(&mut self, seat: &SeatId, turn: &mut Turn<'_>) {
        for viewer in self.viewers() {
            self.tell_quality(&viewer, seat, turn);
        }
    }

    /// Tells everybody that a source opened or closed. Who is routed what follows when all that changes has changed.
    pub(super) fn tell_source(&mut self, source: SourceId, turn: &mut Turn<'_>) {
        for viewer in self.viewers() {
            self.tell_source_to(&viewer, source, turn);
        }
    }

    /// Other voices are heard now.
    pub(super) fn speaking_changed(&mut self, loudest: Vec<SourceId>, turn: &mut Turn<'_>) {
        self.loudest = loudest;
        self.tell_voices(turn);
    }

    /// Tells everybody whose voices are heard.
    pub(super) fn tell_voices(&mut self, turn: &mut Turn<'_>) {
        for viewer in self.viewers() {
            self.tell_speaking_to(&viewer, turn);
        }
    }

    /// Whose voices are heard, among those that `viewer` may hear: on the floor, and from booths.
    pub(super) fn tell_speaking_to(&mut self, viewer: &SeatId, turn: &mut Turn<'_>) {
        let (meeting, whispers) = (self.ledger.meeting(), self.whispers());
        let may_hear = |voice: &&Source| voice.seat == *viewer || routing::may_hear(meeting, &whispers, viewer, voice);
        let voices = self.loudest.iter().filter_map(|id| self.sources.get(*id));
        let (mut speaking, mut interpreting): (Vec<SeatId>, Vec<SeatId>) = (Vec::new(), Vec::new());
        for voice in voices.filter(may_hear) {
            let seats = match meeting.booth_of(&voice.seat) {
                Some(_) if meeting.is_live(&voice.seat) => &mut interpreting,
                // Nobody hears it.
                Some(_) => continue,
                None => &mut speaking,
            };
            // A person with two microphones is one person.
            if !seats.contains(&voice.seat) {
                seats.push(voice.seat.clone());
            }
        }
        let Some((occupant, connection)) = self.online(viewer) else { return };
        if occupant.told.speaking != speaking {
            occupant.told.speaking.clone_from(&speaking);
            turn.send(connection, ServerMessage::Speaking { seats: speaking });
        }
        if occupant.told.interpreting != interpreting {
            occupant.told.interpreting.clone_from(&interpreting);
            turn.send(connection, ServerMessage::Interpreting { seats: interpreting });
        }
    }

    /// The rules of who may know what have changed: everybody is told everything that is new to them.
    pub(super) fn tell_everything(&mut self, turn: &mut Turn<'_>) {
        let seats: BTreeSet<SeatId> = self.seats.keys().cloned().collect();
        let sources: Vec<SourceId> = self.sources.iter().map(|source| source.id).collect();
        for viewer in self.viewers() {
            for seat in &seats {
                self.tell_presence(&viewer, seat, turn);
                self.tell_quality(&viewer, seat, turn);
            }
            for source in &sources {
                self.tell_source_to(&viewer, *source, turn);
            }
            self.tell_whispering_to(&viewer, turn);
            self.tell_speaking_to(&viewer, turn);
        }
        self.route(turn.now);
    }

    fn tell_presence(&mut self, viewer: &SeatId, seat: &SeatId, turn: &mut Turn<'_>) {
        let visible = viewer == seat || self.ledger.meeting().may_see_presence(viewer, seat);
        let presence = match self.seats.get(seat) {
            Some(occupant) if visible => occupant.presence(),
            Some(_) | None => Presence::Absent,
        };
        let Some((occupant, connection)) = self.online(viewer) else { return };
        let former = match presence {
            Presence::Absent => occupant.told.presence.remove(seat),
            Presence::Arriving | Presence::Here { .. } | Presence::Reconnecting => {
                occupant.told.presence.insert(seat.clone(), presence)
            }
        };
        if former.unwrap_or(Presence::Absent) != presence {
            turn.send(connection, ServerMessage::Presence { seat: seat.clone(), presence });
        }
    }

    fn tell_quality(&mut self, viewer: &SeatId, seat: &SeatId, turn: &mut Turn<'_>) {
        let visible = viewer == seat || self.ledger.meeting().may_see_presence(viewer, seat);
        let quality = self.seats.get(seat).filter(|_| visible).and_then(|occupant| occupant.quality);
        let Some((occupant, connection)) = self.online(viewer) else { return };
        let Some(quality) = quality else {
            occupant.told.quality.remove(seat);
            return;
        };
        if occupant.told.quality.insert(seat.clone(), quality) != Some(quality) {
            turn.send(connection, ServerMessage::Quality { seat: seat.clone(), quality });
        }
    }

    fn tell_source_to(&mut self, viewer: &SeatId, id: SourceId, turn: &mut Turn<'_>) {
        let source = self.sources.get(id).filter(|source| self.may_know(viewer, source)).cloned();
        let Some((occupant, connection)) = self.online(viewer) else { return };
        let known = occupant.told.sources.contains_key(&id);
        match source {
            Some(source) if !known => {
                occupant.told.sources.insert(id, source.clone());
                turn.send(connection, ServerMessage::SourceOpened { source });
            }
            None if known => {
                occupant.told.sources.remove(&id);
                turn.send(connection, ServerMessage::SourceClosed { source: id });
            }
            Some(_) | None => {}
        }
    }

    /// Those who have a screen now.
    pub(super) fn viewers(&self) -> Vec<SeatId> {
        self.connections.values().cloned().collect()
    }

    fn online(&mut self, seat: &SeatId) -> Option<(&mut Occupant, crate::ConnectionId)> {
        let occupant = self.seats.get_mut(seat)?;
        let connection = occupant.connection()?;
        Some((occupant, connection))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::time::Instant;

    use wire::{Bytes, Envelope, SignedManifest, SourceKind, SummitId, WallTime};

    use super::*;
    use crate::demux::{Demux, RoomIndex};
    use crate::room::Hello;
    use crate::{ConnectionId, InvitationId, Output, Sealed, SessionId};

    #[test]
    fn a_person_with_two_microphones_speaks_once() {
        let side = |id: &str| {
            let seat = serde_json::json!({"id": format!("{id}-head"), "name": {"en": id}, "title": {"en": "Head"},
                "role": "principal", "languages": ["en"], "time_zone": "UTC"});
            serde_json::json!({"id": id, "name": {"en": id}, "seats": [seat],
                "flag": {"layout": "vertical", "colours": ["#112233"]}})
        };
        let plan = serde_json::json!({"title": {"en": "Talks"}, "delegations": [side("meridia"), side("vesland")]});
        let plan = serde_json::from_value(plan).unwrap();
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        let now = Instant::now();
        let (mut demux, mut next_peer, mut outputs) = (Demux::default(), 0, VecDeque::new());
        let (demux, next_peer) = (&mut demux, &mut next_peer);
        let mut turn = Turn { now, wall: WallTime(0), demux, next_peer, outputs: &mut outputs };
        let manifest = SignedManifest { payload: Bytes::default(), signatures: Vec::new() };
        let sealed = Sealed { manifest, revocations: Vec::new(), groups: Vec::new() };
        let mut room = Room::open(SummitId::new("talks").unwrap(), RoomIndex(0), plan, &[], sealed, now);
        let head = SeatId::new("meridia-head").unwrap();
        let (connection, session, invitation) = (ConnectionId(1), SessionId(1), InvitationId(1));
        let document = Envelope { payload: Bytes::default(), signature: Bytes::default(), issuer: None };
        let (seat, device) = (head.clone(), String::new());
        let hello = Hello { connection, session, invitation, seat, device, take_over: false, document };
        room.hello(hello, &mut turn);
        for id in [1, 2].map(SourceId) {
            room.sources.open(Source { id, seat: head.clone(), kind: SourceKind::Microphone });
        }
        room.speaking_changed(vec![SourceId(2), SourceId(1)], &mut turn);
        let said = outputs.pop_back();
        let once = |seats: &[SeatId]| seats == [head.clone()];
        assert!(matches!(said, Some(Output::Send { message: ServerMessage::Speaking { seats }, .. }) if once(&seats)));
    }
}
