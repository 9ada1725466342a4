//! What changes the meeting for good, or a group, is stored, then announced, then acknowledged; what is owed is tried again.

use summit::Meeting;
use wire::{Bye, Entry, Event, Outcome, Refusal, SeatId, ServerMessage};

use super::{COMMIT_MAX, Pending, Room, TRY_AGAIN, Turn};
use crate::{Batch, Output};

impl Room {
    /// The operator ends the summit; if the store cannot take it now, it is tried again until it can.
    pub(crate) fn end(&mut self, turn: &mut Turn<'_>) {
        self.owed.end = true;
        self.decide(turn, |meeting| meeting.decide_end_by_operator().unwrap_or_default());
    }

    /// The store failed a while ago: what is owed is decided again. What is on record already decides nothing.
    pub(super) fn pay(&mut self, turn: &mut Turn<'_>) {
        for seat in self.owed.departed.clone() {
            self.leave(&seat, turn);
        }
        if self.owed.end {
            self.end(turn);
        }
        self.reveal_if_due(turn);
        self.look_for_handovers(turn);
    }

    /// Reveals the plenary when every head is here, and ready on record. The screens need the lead from when they are told, so
    /// the time that the store will take is added, as far as it can be known: it is what it took last.
    pub(super) fn reveal_if_due(&mut self, turn: &mut Turn<'_>) {
        let (announced, here) = (turn.wall.plus(self.commit_took), self.people_here());
        if !self.ledger.meeting().decide_reveal(announced, &here).is_empty() {
            self.decide(turn, |meeting| meeting.decide_reveal(announced, &here));
        }
    }

    /// The server itself changes the meeting, now or when the store can take it again.
    pub(super) fn decide(&mut self, turn: &mut Turn<'_>, decide: impl FnOnce(&Meeting) -> Vec<Event>) {
        match self.ledger.decide(turn.wall, decide) {
            Ok(entries) => self.persist(entries, turn),
            Err(_) => self.owed.again = Some(turn.now + TRY_AGAIN),
        }
    }

    pub(super) fn persist(&mut self, entries: Vec<Entry>, turn: &mut Turn<'_>) {
        if !entries.is_empty() {
            self.pending.push_back(Pending::Log);
            turn.outputs.push_back(Output::Persist { summit: self.id.clone(), batch: Batch::Log(entries) });
        }
    }

    /// The store has answered for the oldest of what it was asked for: now it is announced, then acknowledged.
    pub(crate) fn persisted(&mut self, stored: bool, turn: &mut Turn<'_>) {
        let Some(oldest) = self.pending.pop_front() else { return };
        let (done, mut failed): (Vec<_>, Vec<_>) = match oldest {
            Pending::Log => {
                let settled = self.ledger.settle(stored);
                if let Some(decided_at) = settled.decided_at() {
                    // A clock that was set, or a disk that stood still once, must not put the reveal off.
                    self.commit_took = turn.wall.since(decided_at).min(COMMIT_MAX);
                }
                self.announce_all(settled.entries, turn);
                (settled.done.into_iter().collect(), settled.failed)
            }
            Pending::Group => {
                let settled = self.delivery.settle(stored, turn.now);
                self.tell_groups(turn);
                (settled.done.into_iter().collect(), settled.failed)
            }
        };
        if !stored {
            // What follows in the one log or the others is not stored either.
            failed.extend(self.ledger.abandon());
            failed.extend(self.delivery.abandon(turn.now));
            self.owed.again = Some(turn.now + TRY_AGAIN);
        }
        let done = done.into_iter().map(|asker| (asker, Outcome::Done));
        let failed = failed.into_iter().map(|asker| (asker, Outcome::Refused { why: Refusal::NotRecorded }));
        for ((connection, id), outcome) in done.chain(failed) {
            turn.reply(connection, id, outcome);
        }
        if stored {
            self.reveal_if_due(turn);
            self.look_for_handovers(turn);
        }
        if self.has_ended() {
            self.close_down(turn);
        }
        self.tend_groups(turn);
    }

    fn announce_all(&mut self, entries: Vec<Entry>, turn: &mut Turn<'_>) {
        // Other people are together than before: each is told what may be received now.
        let moved = entries.iter().any(|entry| consequence(&entry.event) == Consequence::Moved);
        let heard = entries.iter().any(|entry| consequence(&entry.event) == Consequence::Heard);
        let mut hushed = false;
        for entry in &entries {
            if let Event::CaucusEntered { seat, .. }
            | Event::CaucusLeft { seat, .. }
            | Event::BoothAssigned { seat, .. } = &entry.event
            {
                hushed |= self.set_whispering(seat, false);
            }
        }
        for entry in entries {
            self.announce(entry, turn);
        }
        if heard {
            self.route(turn.now);
            self.tell_voices(turn);
        }
        if hushed {
            self.tell_whispering(turn);
        }
        if moved {
            self.circles_changed = true;
            self.tell_everything(turn);
            self.tell_audience(turn);
        }
    }

    fn announce(&mut self, entry: Entry, turn: &mut Turn<'_>) {
        let Entry { sequence, at, event, .. } = entry;
        self.circles_changed |= matches!(event, Event::CaucusOpened { .. });
        let meeting = self.ledger.meeting();
        // What a party does by itself before the reveal is for its own people.
        let concerns: &[SeatId] = match &event {
            Event::CaucusOpened { called, .. } => called,
            Event::CaucusEntered { seat, .. } | Event::CaucusLeft { seat, .. } => std::slice::from_ref(seat),
            Event::Ready { .. }
            | Event::Revealed { .. }
            | Event::HandRaised { .. }
            | Event::HandLowered { .. }
            | Event::FloorGiven { .. }
            | Event::FloorYielded { .. }
            | Event::AgendaOpened { .. }
            | Event::BoothAssigned { .. }
            | Event::BoothMicrophone { .. }
            | Event::BoothOutgoing { .. }
            | Event::BoothRelay { .. }
            | Event::HandoverBegun { .. }
            | Event::HandedOver { .. }
            | Event::HandoverEnded { .. }
            | Event::BoothSuspended { .. }
            | Event::BoothResumed { .. }
            | Event::ChannelSet { .. }
            | Event::InterpretationModeSet { .. }
            | Event::InterpretationTurn { .. }
            | Event::Speaks { .. }
            | Event::Ended { .. } => &[],
        };
        for (connection, viewer) in &self.connections {
            if concerns.iter().all(|seat| meeting.may_see_presence(viewer, seat)) {
                turn.send(*connection, ServerMessage::Event { sequence, at, event: event.clone() });
            }
        }
    }

    fn close_down(&mut self, turn: &mut Turn<'_>) {
        for seat in self.seats.keys().cloned().collect::<Vec<_>>() {
            self.dismiss(&seat, Bye::Ended, turn);
        }
    }
}

/// What an event changes besides the meeting itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consequence {
    /// Other people are together than before.
    Moved,
    /// Somebody else is heard than before.
    Heard,
    /// Nothing.
    None,
}

fn consequence(event: &Event) -> Consequence {
    match event {
        Event::Revealed { .. } | Event::CaucusEntered { .. } | Event::CaucusLeft { .. } => Consequence::Moved,
        Event::FloorGiven { .. }
        | Event::FloorYielded { .. }
        | Event::BoothAssigned { .. }
        | Event::BoothMicrophone { .. }
        | Event::BoothOutgoing { .. }
        | Event::BoothRelay { .. }
        | Event::HandedOver { .. }
        | Event::BoothSuspended { .. }
        | Event::BoothResumed { .. }
        | Event::ChannelSet { .. }
        | Event::InterpretationModeSet { .. }
        | Event::InterpretationTurn { .. } => Consequence::Heard,
        Event::CaucusOpened { .. }
        | Event::Ready { .. }
        | Event::HandRaised { .. }
        | Event::HandLowered { .. }
        | Event::AgendaOpened { .. }
        | Event::HandoverBegun { .. }
        | Event::HandoverEnded { .. }
        | Event::Speaks { .. }
        | Event::Ended { .. } => Consequence::None,
    }
}
