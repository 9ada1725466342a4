//! Caucuses: some of the people withdraw to a room of their own and come back. A person is in one at most; the last one who
//! comes back closes it. Before the reveal a caucus is of one party only, as everything is then.

use wire::{CaucusView, Event, GroupId, Refusal, SeatId};

use crate::audience::{self, Openness};
use crate::roll::Roll;

/// Caucuses that may be open at once. A further one is refused with [`Refusal::TooMany`].
const OPEN_MAX: usize = 16;

/// The caucuses that are open, and how many there ever were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Caucuses {
    open: Vec<CaucusView>,
    opened: u32,
}

impl Caucuses {
    /// Those that are open, the oldest first.
    pub(crate) fn open(&self) -> &[CaucusView] {
        &self.open
    }

    /// The caucus that seat is in.
    pub(crate) fn of(&self, seat: &SeatId) -> Option<&GroupId> {
        self.open.iter().find(|caucus| caucus.inside.contains(seat)).map(|caucus| &caucus.caucus)
    }

    /// Calls people, who must be different ones and not oneself, and who receive what is said.
    pub(crate) fn decide_open(
        &self,
        roll: &Roll,
        openness: Openness,
        by: &SeatId,
        seats: &[SeatId],
    ) -> Result<Vec<Event>, Refusal> {
        let mut called = vec![by.clone()];
        for seat in seats {
            let place = roll.place(seat).ok_or(Refusal::Unknown)?;
            if called.contains(seat) {
                return Err(Refusal::Malformed);
            }
            if !place.receives_content {
                return Err(Refusal::NoVoice);
            }
            if !audience::may_see_presence(roll, openness, by, seat) {
                return Err(Refusal::NotYet);
            }
            called.push(seat.clone());
        }
        if called.len() < 2 {
            return Err(Refusal::Malformed);
        }
        if self.open.len() >= OPEN_MAX {
            return Err(Refusal::TooMany);
        }
        let caucus = GroupId::new(format!("caucus-{}", self.opened + 1)).map_err(|_| Refusal::Malformed)?;
        let given_up = self.given_up_by(by);
        Ok(given_up.into_iter().chain([Event::CaucusOpened { caucus, called, by: by.clone() }]).collect())
    }

    /// Whoever calls people to another caucus, or goes, gives up the one that nobody has entered yet.
    fn given_up_by(&self, seat: &SeatId) -> Vec<Event> {
        let given_up = |caucus: &&CaucusView| caucus.inside.is_empty() && caucus.called.first() == Some(seat);
        let closed = |caucus: &CaucusView| Event::CaucusLeft { caucus: caucus.caucus.clone(), seat: seat.clone() };
        self.open.iter().filter(given_up).map(closed).collect()
    }

    /// Goes into a caucus to which one was called.
    pub(crate) fn decide_enter(&self, seat: &SeatId, caucus: &GroupId) -> Result<Event, Refusal> {
        let known = self.open.iter().find(|open| open.caucus == *caucus).ok_or(Refusal::Unknown)?;
        if !known.called.contains(seat) {
            return Err(Refusal::NotCalled);
        }
        match self.of(seat) {
            Some(present) if present == caucus => Err(Refusal::AlreadySo),
            Some(_) => Err(Refusal::InCaucus),
            None => Ok(Event::CaucusEntered { caucus: caucus.clone(), seat: seat.clone() }),
        }
    }

    /// Comes back.
    pub(crate) fn decide_leave(&self, seat: &SeatId) -> Result<Event, Refusal> {
        let caucus = self.of(seat).ok_or(Refusal::AlreadySo)?;
        Ok(Event::CaucusLeft { caucus: caucus.clone(), seat: seat.clone() })
    }

    /// Whoever goes for good leaves the caucus, too.
    pub(crate) fn decide_departure(&self, seat: &SeatId) -> Vec<Event> {
        self.decide_leave(seat).into_iter().chain(self.given_up_by(seat)).collect()
    }

    /// Everybody comes back; no caucus is left.
    pub(crate) fn decide_return(&self) -> Vec<Event> {
        let left = |caucus: &CaucusView| {
            let seats = if caucus.inside.is_empty() {
                caucus.called.iter().take(1)
            } else {
                caucus.inside.iter().take(usize::MAX)
            };
            let caucus = &caucus.caucus;
            seats.map(|seat| Event::CaucusLeft { caucus: caucus.clone(), seat: seat.clone() }).collect::<Vec<_>>()
        };
        self.open.iter().flat_map(left).collect()
    }

    pub(crate) fn apply_opened(&mut self, caucus: &GroupId, called: &[SeatId]) {
        self.opened += 1;
        self.open.push(CaucusView { caucus: caucus.clone(), called: called.to_vec(), inside: Vec::new() });
    }

    pub(crate) fn apply_entered(&mut self, caucus: &GroupId, seat: &SeatId) {
        if self.of(seat).is_some() {
            return;
        }
        if let Some(open) = self.open.iter_mut().find(|open| open.caucus == *caucus) {
            open.inside.push(seat.clone());
        }
    }

    /// The last one who comes back closes it; so does who gives it up before anybody went in.
    pub(crate) fn apply_left(&mut self, caucus: &GroupId, seat: &SeatId) {
        let Some(place) = self.open.iter().position(|open| open.caucus == *caucus) else { return };
        self.open[place].inside.retain(|other| other != seat);
        if self.open[place].inside.is_empty() {
            self.open.remove(place);
        }
    }

    /// Those that `viewer` may know of: all once the parties are together, those of the own party before.
    pub(crate) fn visible_to(&self, roll: &Roll, openness: Openness, viewer: &SeatId) -> Vec<CaucusView> {
        let visible = |caucus: &&CaucusView| {
            caucus.called.iter().all(|seat| audience::may_see_presence(roll, openness, viewer, seat))
        };
        self.open.iter().filter(visible).cloned().collect()
    }
}
