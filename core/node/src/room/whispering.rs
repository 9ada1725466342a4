//! Whispering: a microphone that the own party hears and nobody else. It lasts while the person stays where it began.

use wire::{Refusal, SeatId, ServerMessage};

use super::{Room, Turn};
use crate::occupant::Occupant;
use crate::routing::Whispers;

impl Room {
    /// Somebody begins to whisper, or speaks to everybody again.
    pub(super) fn whisper(&mut self, seat: &SeatId, on: bool, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        if !self.is_here(seat) {
            return Err(Refusal::NotHere);
        }
        // The sound of a booth is for whoever listens to its channel.
        if !self.ledger.meeting().has_voice(seat) || (on && self.ledger.meeting().booth_of(seat).is_some()) {
            return Err(Refusal::NoVoice);
        }
        if self.set_whispering(seat, on) {
            self.route(turn.now);
            self.tell_whispering(turn);
        }
        Ok(())
    }

    /// False: it was so before.
    pub(super) fn set_whispering(&mut self, seat: &SeatId, on: bool) -> bool {
        let occupant = self.seats.get_mut(seat);
        occupant.is_some_and(|occupant| std::mem::replace(&mut occupant.whispers, on) != on)
    }

    /// Who whispers now.
    pub(super) fn whispers(&self) -> Whispers {
        let plan = self.ledger.meeting().plan();
        let whispers = self.seats.iter().filter(|(_, occupant)| occupant.whispers);
        whispers.filter_map(|(seat, _)| Some((seat.clone(), plan.party_of(seat)?))).collect()
    }

    /// Tells each party who of it whispers, and everybody whose voices are heard.
    pub(super) fn tell_whispering(&mut self, turn: &mut Turn<'_>) {
        for viewer in self.viewers() {
            self.tell_whispering_to(&viewer, turn);
            self.tell_speaking_to(&viewer, turn);
        }
    }

    pub(super) fn tell_whispering_to(&mut self, viewer: &SeatId, turn: &mut Turn<'_>) {
        let party = self.ledger.meeting().plan().party_of(viewer);
        let seats: Vec<SeatId> = self
            .whispers()
            .into_iter()
            .filter(|(_, whose)| Some(whose) == party.as_ref())
            .map(|(seat, _)| seat)
            .collect();
        let Some(occupant) = self.seats.get_mut(viewer) else { return };
        let Some(connection) = Occupant::connection(occupant) else { return };
        if occupant.told.whispering != seats {
            occupant.told.whispering.clone_from(&seats);
            turn.send(connection, ServerMessage::Whispering { seats });
        }
    }
}
