//! One booth: its microphones and the handover between them.
//!
//! ```text
//!            open                    ask, or count down                accept, or the time has come
//!   shut ------------> a is open ------------------------> a to b ------------------------------------> b is open
//!        <------------                <--------------------
//!            shut                     decline, take back, or a shuts
//! ```

use std::collections::BTreeSet;

use wire::{BoothView, Event, GroupId, Handover, OpenMicrophone, Refusal, SeatId, WallTime};

use super::{COUNTDOWN_MAX, RoomOf, Surroundings};

/// Who is heard in that room: the first whose microphone is open there.
pub(super) fn live<'a>(booth: &'a BoothView, room: Option<&GroupId>, room_of: &RoomOf<'_>) -> Option<&'a SeatId> {
    if booth.suspended.is_some() {
        return None;
    }
    booth.open.iter().map(|open| &open.seat).find(|seat| room_of(seat).as_ref() == room)
}

pub(super) fn decide_handover(
    booth: &BoothView,
    by: &SeatId,
    to: &SeatId,
    after: Option<u16>,
    around: &Surroundings<'_>,
) -> Result<Event, Refusal> {
    if booth.handover.is_some() {
        return Err(Refusal::AlreadySo);
    }
    if !booth.interpreters.contains(to) {
        return Err(Refusal::NotInBooth);
    }
    if after.is_some_and(|seconds| seconds > COUNTDOWN_MAX) {
        return Err(Refusal::Malformed);
    }
    let room = (around.room)(by);
    if (around.room)(to) != room || !around.here.contains(to) {
        return Err(Refusal::NotHere);
    }
    let working = |open: &&OpenMicrophone| (around.room)(&open.seat) == room;
    let from = booth.open.iter().find(working).map(|open| &open.seat).ok_or(Refusal::NotSpeaking)?;
    if from == to {
        return Err(Refusal::AlreadySo);
    }
    if by != from && by != to {
        return Err(Refusal::NotCalled);
    }
    let (booth, from, to) = (booth.booth.clone(), from.clone(), to.clone());
    Ok(match after {
        Some(0) => Event::HandedOver { booth, from, to },
        after => {
            let at = after.map(|seconds| around.now.plus(std::time::Duration::from_secs(seconds.into())));
            Event::HandoverBegun { booth, from, to, by: by.clone(), at }
        }
    })
}

/// The other one of the two accepts.
pub(super) fn decide_accept(booth: &BoothView, seat: &SeatId) -> Result<Event, Refusal> {
    let Handover { from, to, by, .. } = booth.handover.as_ref().ok_or(Refusal::AlreadySo)?;
    if seat == by || (seat != from && seat != to) {
        return Err(Refusal::NotCalled);
    }
    Ok(Event::HandedOver { booth: booth.booth.clone(), from: from.clone(), to: to.clone() })
}

/// Either of the two ends it.
pub(super) fn decide_end(booth: &BoothView, seat: &SeatId) -> Result<Event, Refusal> {
    match handover_ended_by(booth, seat) {
        Some(ended) => Ok(ended),
        None if booth.handover.is_some() => Err(Refusal::NotCalled),
        None => Err(Refusal::AlreadySo),
    }
}

/// What happens to a handover when one of the two wants none any more.
pub(super) fn handover_ended_by(booth: &BoothView, seat: &SeatId) -> Option<Event> {
    let Handover { from, to, .. } = booth.handover.as_ref()?;
    (from == seat || to == seat).then(|| Event::HandoverEnded { booth: booth.booth.clone(), by: seat.clone() })
}

/// The one who is to work may be gone for a moment when the time comes: then the other one goes on.
pub(super) fn decide_due(booth: &BoothView, now: WallTime, connected: &BTreeSet<SeatId>) -> Option<Event> {
    let Handover { from, to, at, .. } = booth.handover.as_ref()?;
    let (booth, from, to) = (booth.booth.clone(), from.clone(), to.clone());
    at.is_some_and(|at| at <= now).then(|| match connected.contains(&to) {
        true => Event::HandedOver { booth, from, to },
        false => Event::HandoverEnded { booth, by: to },
    })
}

pub(super) fn decide_departure(booth: &BoothView, seat: &SeatId) -> Vec<Event> {
    let shut = Event::BoothMicrophone { booth: booth.booth.clone(), seat: seat.clone(), open: false };
    let shut = booth.is_open(seat).then_some(shut);
    handover_ended_by(booth, seat).into_iter().chain(shut).collect()
}
