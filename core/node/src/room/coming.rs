//! People come and go: who has which seat, on which device, and what they are shown on arrival.

use std::collections::BTreeMap;

use wire::{Bye, MeetingView, SeatId, ServerMessage};

use super::{Hello, Room, SEAT_KEPT, Turn};
use crate::occupant::{Line, Occupant, Stage, Told};
use crate::{ConnectionId, InvitationId};

impl Room {
    /// A device asks for its seat: it gets it, or is told who has it.
    pub(crate) fn hello(&mut self, hello: Hello, turn: &mut Turn<'_>) {
        self.places_changed = true;
        self.hello_to(hello, turn);
        self.tend_groups(turn);
    }

    fn hello_to(&mut self, hello: Hello, turn: &mut Turn<'_>) {
        let Hello { connection, session, invitation, seat, device, take_over, document } = hello;
        if self.has_ended() {
            return turn.close(connection, Bye::Ended);
        }
        if self.ledger.meeting().plan().seat(&seat).is_none() {
            return turn.close(connection, Bye::LinkRefused);
        }
        if let Some(occupant) = self.seats.get_mut(&seat) {
            if occupant.session == session {
                let former = occupant.connection().filter(|former| *former != connection);
                occupant.line = Line::Up(connection);
                occupant.device = device;
                occupant.document = document;
                self.let_go(former, turn);
                return self.welcome(connection, seat, turn);
            }
            if !take_over {
                let (device, since) = (occupant.device.clone(), occupant.since);
                return turn.send(connection, ServerMessage::SeatTaken { device, since });
            }
            let former = occupant.connection();
            self.let_go(former, turn);
            self.decide(turn, |meeting| meeting.decide_take_over(&seat));
            self.vacate(&seat, turn);
        }
        self.owed.departed.remove(&seat);
        self.seats.insert(seat.clone(), Occupant::new(session, invitation, device, turn.wall, connection, document));
        self.welcome(connection, seat, turn);
    }

    /// A connection is gone. Its seat is kept for a while, and its media go on.
    pub(crate) fn disconnected(&mut self, connection: ConnectionId, turn: &mut Turn<'_>) {
        if self.registrars.has(connection) {
            return self.registrar_went(connection, turn);
        }
        let Some(seat) = self.connections.remove(&connection) else { return };
        self.places_changed = true;
        let Some(occupant) = self.seats.get_mut(&seat) else { return };
        if occupant.line != Line::Up(connection) {
            return;
        }
        match occupant.stage {
            Stage::Here(_) => {
                occupant.line = Line::Down { until: turn.now + SEAT_KEPT };
                self.tell_presence_of(&seat, turn);
            }
            Stage::Arriving => {
                self.vacate(&seat, turn);
                // The person may have come in on another device before, and said or asked for something there.
                self.look_for_absent.get_or_insert(turn.now + SEAT_KEPT);
            }
        }
        self.registrars.forget(&seat);
        self.tend_groups(turn);
    }

    /// A link was withdrawn: the devices that came by it leave.
    pub(crate) fn revoke(&mut self, invitation: InvitationId, turn: &mut Turn<'_>) {
        let came_by_it =
            |(seat, occupant): (&SeatId, &Occupant)| (occupant.invitation == invitation).then(|| seat.clone());
        for seat in self.seats.iter().filter_map(came_by_it).collect::<Vec<_>>() {
            self.delivery.left(&seat);
            self.leave(&seat, turn);
            self.dismiss(&seat, Bye::LinkRefused, turn);
        }
        self.tend_groups(turn);
    }

    /// Everybody is told that the server stops; what they have is kept in the log.
    pub(crate) fn shut_down(&mut self, turn: &mut Turn<'_>) {
        for connection in std::mem::take(&mut self.connections).into_keys() {
            turn.close(connection, Bye::Restart);
        }
    }

    fn welcome(&mut self, connection: ConnectionId, seat: SeatId, turn: &mut Turn<'_>) {
        self.connections.insert(connection, seat.clone());
        let meeting = self.view_for(&seat);
        let Some(occupant) = self.seats.get_mut(&seat) else { return };
        occupant.told = Told {
            presence: meeting.presence.clone(),
            sources: meeting.sources.iter().map(|source| (source.id, source.clone())).collect(),
            quality: meeting.quality.clone(),
            speaking: Vec::new(),
            whispering: Vec::new(),
            interpreting: Vec::new(),
            audience: BTreeMap::new(),
        };
        let message = ServerMessage::Welcome {
            summit: self.id.clone(),
            you: seat.clone(),
            plan: Box::new(self.ledger.meeting().plan().clone()),
            meeting: Box::new(meeting),
            now: turn.wall,
            media: occupant.peer().is_some(),
            manifest: self.manifest.clone(),
            invitation: occupant.document.clone(),
            revocations: self.revocations.clone(),
            // The shell says where it has one.
            relay: None,
        };
        turn.send(connection, message);
        self.tell_slots_again(&seat, connection, turn);
        self.tell_speaking_to(&seat, turn);
        self.tell_whispering_to(&seat, turn);
        self.tell_audience_to(&seat, turn);
        self.tell_presence_of(&seat, turn);
    }

    fn view_for(&self, seat: &SeatId) -> MeetingView {
        let meeting = self.ledger.meeting();
        let visible = |other: &SeatId| other == seat || meeting.may_see_presence(seat, other);
        let others = self.seats.iter().filter(|(other, _)| visible(other));
        MeetingView {
            phase: meeting.phase(),
            sequence: self.ledger.sequence(),
            presence: others.clone().map(|(other, occupant)| (other.clone(), occupant.presence())).collect(),
            floor: meeting.floor(),
            agenda: meeting.agenda(),
            interpretation: meeting.interpretation(),
            caucuses: meeting.caucuses(seat),
            sources: self.sources.iter().filter(|source| self.may_know(seat, source)).cloned().collect(),
            quality: others.filter_map(|(other, occupant)| Some((other.clone(), occupant.quality?))).collect(),
        }
    }

    /// Ends a connection that another one replaces.
    fn let_go(&mut self, former: Option<ConnectionId>, turn: &mut Turn<'_>) {
        if let Some(former) = former {
            self.connections.remove(&former);
            turn.close(former, Bye::TakenOver);
        }
    }

    /// Ends a seat's connection and frees the seat.
    pub(super) fn dismiss(&mut self, seat: &SeatId, reason: Bye, turn: &mut Turn<'_>) {
        if let Some(connection) = self.seats.get(seat).and_then(Occupant::connection) {
            self.connections.remove(&connection);
            turn.close(connection, reason);
        }
        self.vacate(seat, turn);
    }

    /// The seat is free: its media end, the others see an empty chair.
    pub(super) fn vacate(&mut self, seat: &SeatId, turn: &mut Turn<'_>) {
        self.end_media_of(seat, turn);
        self.places_changed = true;
        let former = self.seats.remove(seat);
        if former.as_ref().is_some_and(|occupant| occupant.whispers) {
            self.tell_whispering(turn);
        }
        if former.is_some_and(|occupant| occupant.channel.is_some()) {
            self.tell_audience(turn);
        }
        self.tell_presence_of(seat, turn);
        self.tell_quality_of(seat, turn);
    }
}
