//! What interpretation needs besides the rules: who listens to which channel, which interpreters are heard, words to the speaker, and
//! handovers whose time comes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wire::{BoothSignal, Language, Phase, Refusal, SeatId, ServerMessage};

use super::{Room, Turn};
use crate::occupant::Occupant;

/// A booth says as much to the speaker at most: more is a noise.
const SIGNALS_EVERY: Duration = Duration::from_secs(2);

impl Room {
    /// Somebody listens to another channel.
    pub(super) fn listen(
        &mut self,
        seat: &SeatId,
        channel: Option<Language>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Refusal> {
        let meeting = self.ledger.meeting();
        if !meeting.receives_content(seat) {
            return Err(Refusal::NoVoice);
        }
        if channel.as_ref().is_some_and(|channel| !meeting.has_channel(channel)) {
            return Err(Refusal::Unknown);
        }
        let occupant = self.seats.get_mut(seat).filter(|occupant| occupant.is_here()).ok_or(Refusal::NotHere)?;
        if occupant.channel != channel {
            occupant.channel = channel;
            let whispers = self.whispers();
            self.route_sounds_to(seat, &whispers, turn.now);
            self.tell_audience(turn);
        }
        Ok(())
    }

    /// A booth says something to who speaks and to the chair.
    pub(super) fn signal(&mut self, seat: &SeatId, signal: BoothSignal, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let meeting = self.ledger.meeting();
        if meeting.booth_of(seat).is_none() {
            return Err(Refusal::NotInBooth);
        }
        // Before the reveal nothing crosses from one side to another.
        if !matches!(meeting.phase(), Phase::Plenary { .. }) {
            return Err(Refusal::NotYet);
        }
        let occupant = self.seats.get_mut(seat).filter(|occupant| occupant.is_here()).ok_or(Refusal::NotHere)?;
        if occupant.signalled.is_some_and(|last| turn.now.saturating_duration_since(last) < SIGNALS_EVERY) {
            return Err(Refusal::TooMany);
        }
        occupant.signalled = Some(turn.now);
        let meeting = self.ledger.meeting();
        // Only those who hear each other: what goes on in a caucus stays there.
        let hears = |viewer: &SeatId| meeting.caucus_of(viewer) == meeting.caucus_of(seat);
        let concerned = |viewer: &SeatId| meeting.has_floor(viewer) || meeting.plan().is_chair(viewer);
        for (connection, viewer) in &self.connections {
            if concerned(viewer) && hears(viewer) {
                turn.send(*connection, ServerMessage::Signal { signal });
            }
        }
        Ok(())
    }

    /// Tells everybody who is concerned how many listen to each channel.
    pub(super) fn tell_audience(&mut self, turn: &mut Turn<'_>) {
        let listeners = self.audience();
        for viewer in self.viewers() {
            self.tell_them(&viewer, &listeners, turn);
        }
    }

    pub(super) fn tell_audience_to(&mut self, viewer: &SeatId, turn: &mut Turn<'_>) {
        let listeners = self.audience();
        self.tell_them(viewer, &listeners, turn);
    }

    fn tell_them(&mut self, viewer: &SeatId, listeners: &BTreeMap<Language, u32>, turn: &mut Turn<'_>) {
        if !self.ledger.meeting().sees_audience(viewer) {
            return;
        }
        let Some(occupant) = self.seats.get_mut(viewer) else { return };
        let Some(connection) = Occupant::connection(occupant) else { return };
        if occupant.told.audience != *listeners {
            occupant.told.audience.clone_from(listeners);
            turn.send(connection, ServerMessage::Audience { listeners: listeners.clone() });
        }
    }

    fn audience(&self) -> BTreeMap<Language, u32> {
        let mut listeners = BTreeMap::new();
        for channel in self.seats.values().filter_map(|occupant| occupant.channel.as_ref()) {
            *listeners.entry(channel.clone()).or_insert(0) += 1;
        }
        listeners
    }

    /// When a handover comes that was counted down to.
    pub(super) fn handover_due(&self) -> Option<Instant> {
        self.handover_at
    }

    /// What happens by itself, and when the next thing does.
    pub(super) fn look_for_handovers(&mut self, turn: &mut Turn<'_>) {
        let wall = turn.wall;
        if self.ledger.meeting().next_due().is_some_and(|at| at <= wall) {
            let connected = self.people_connected();
            self.decide(turn, |meeting| meeting.decide_due(wall, &connected));
        }
        // What was decided now is not on record yet; it is looked at again when it is.
        let next = self.ledger.meeting().next_due().filter(|at| *at > wall);
        self.handover_at = next.map(|at| turn.now + at.since(wall));
    }
}
