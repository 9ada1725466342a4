//! What must hold, checked while it happens: nothing is acknowledged or announced that the disk does not hold, nobody is
//! told what they may not know, and the server decides what the model decides.

use std::collections::BTreeMap;
use std::time::Duration;

use node::ConnectionId;
use wire::{
    Bye, Entry, Event, InterpretationView, MeetingView, Outcome, Presence, Refusal, RequestId, SeatId, Sequence,
    ServerMessage, Source, SourceId, SourceKind,
};

use crate::device::DeviceId;
use crate::finding::Finding;
use crate::model::Greeting;
use crate::serving::Said;
use crate::world::World;

/// How far ahead a reveal is announced at least: the longest way to a screen, and what a commit may take longer than the one
/// before.
const REVEAL_LEAD_MIN: Duration = Duration::from_millis(3500);

impl World {
    pub(crate) fn check(&self, holds: bool, what: impl FnOnce() -> String) -> Result<(), Finding> {
        if holds { Ok(()) } else { Err(self.finding(what())) }
    }

    /// The answer to a hello is the one that the model expects.
    pub(crate) fn check_hello(
        &self,
        said: &Said,
        connection: ConnectionId,
        seat: &SeatId,
        expected: Greeting,
    ) -> Result<(), Finding> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these answer a hello")]
        let answer = said.messages.iter().find_map(|(to, message)| match message {
            ServerMessage::Welcome { you, .. } if *to == connection && you == seat => Some(Greeting::Welcome),
            ServerMessage::SeatTaken { .. } if *to == connection => Some(Greeting::Taken),
            _ => None,
        });
        let closed = said.closed.contains(&(connection, Bye::Ended)).then_some(Greeting::Ended);
        let got = answer.or(closed);
        self.check(got == Some(expected), || format!("{seat}'s hello should get {expected:?} and gets {got:?}"))
    }

    /// What goes to the store is what the model decided, under the request's id, without a gap.
    pub(crate) fn check_persisted(
        &self,
        said: &Said,
        expected: Vec<Vec<Event>>,
        request: Option<&RequestId>,
    ) -> Result<(), Finding> {
        let expected: Vec<Vec<Event>> = expected.into_iter().filter(|events| !events.is_empty()).collect();
        let decided: Vec<Vec<Event>> =
            said.persisted.iter().map(|entries| entries.iter().map(|entry| entry.event.clone()).collect()).collect();
        self.check(decided == expected, || format!("the server decided {decided:?}, the model {expected:?}"))?;
        let mut entries = said.persisted.iter().flatten();
        let signed = entries.all(|entry| entry.request.as_ref() == request && entry.at == self.wall());
        self.check(signed, || "an entry has a wrong request or time".to_owned())
    }

    /// What the disk holds is announced to everybody who is connected, and acknowledged to who asked; what it does not
    /// hold is neither.
    pub(crate) fn check_announced(
        &self,
        said: &Said,
        entries: &[Entry],
        stored: bool,
        listeners: &[ConnectionId],
    ) -> Result<(), Finding> {
        let mut heard: BTreeMap<ConnectionId, Vec<(Sequence, Event)>> = BTreeMap::new();
        for (to, message) in &said.messages {
            if let ServerMessage::Event { sequence, event, .. } = message {
                heard.entry(*to).or_default().push((*sequence, event.clone()));
            }
        }
        let all: Vec<_> = entries.iter().map(|entry| (entry.sequence, entry.event.clone())).collect();
        let expected: BTreeMap<_, _> =
            listeners.iter().filter(|_| stored).map(|listener| (*listener, all.clone())).collect();
        self.check(heard == expected, || format!("announced {heard:?} instead of {expected:?}"))?;
        let Some(request) = entries.first().and_then(|entry| entry.request.as_ref()) else { return Ok(()) };
        let Some(asker) = self.server.askers.get(request) else { return Ok(()) };
        let reply = said.reply(*asker, request);
        let as_expected = match reply {
            Some(Outcome::Done) => stored,
            Some(Outcome::Refused { why }) => !stored && *why == Refusal::NotRecorded,
            // What fails because an earlier commit failed was answered then.
            None => !stored,
        };
        self.check(as_expected, || format!("stored: {stored}, but the answer to {request} is {reply:?}"))
    }

    /// No message tells anybody what they may not know, or what is not on disk.
    pub(crate) fn check_message(&mut self, to: ConnectionId, message: &ServerMessage) -> Result<(), Finding> {
        let Some(you) = self.sockets.get(&to).and_then(|socket| socket.seat.clone()) else {
            // Its socket is gone; the message goes nowhere.
            return Ok(());
        };
        match message {
            ServerMessage::Welcome { meeting, media, .. } => {
                self.remark(&format!("-> {you} welcome, sequence {}, media {media}", meeting.sequence.0));
                self.check_view(&you, meeting)
            }
            ServerMessage::Event { sequence, at, event } => {
                self.note(&format!("-> {you} event {} {event:?}", sequence.0));
                let is_kept = |entry: &Entry| entry.sequence == *sequence && entry.event == *event && entry.at == *at;
                let kept = self.disk.entries().iter().any(is_kept);
                self.check(kept, || format!("announced before it was stored: {event:?}"))?;
                match event {
                    Event::Revealed { at } => self.check(*at >= self.wall().plus(REVEAL_LEAD_MIN), || {
                        format!("{you} learns only now that the reveal is at {at:?}")
                    }),
                    Event::Ready { .. }
                    | Event::HandRaised { .. }
                    | Event::HandLowered { .. }
                    | Event::FloorGiven { .. }
                    | Event::FloorYielded { .. }
                    | Event::AgendaOpened { .. }
                    | Event::CaucusOpened { .. }
                    | Event::CaucusEntered { .. }
                    | Event::CaucusLeft { .. }
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
                    | Event::Ended { .. } => Ok(()),
                }
            }
            ServerMessage::Presence { seat, presence } => {
                self.remark(&format!("-> {you} {seat} is {presence:?}"));
                let visible = *seat == you || self.model.are_together(&you, seat);
                self.check(visible || *presence == Presence::Absent, || format!("{you} is told where {seat} is"))
            }
            ServerMessage::SourceOpened { source } => {
                self.remark(&format!("-> {you} {:?} of {} opened", source.kind, source.seat));
                self.check_source(&you, source)
            }
            ServerMessage::Speaking { seats } => {
                let all_known = seats.iter().all(|seat| *seat == you || self.model.are_together(&you, seat));
                self.check(all_known, || format!("{you} is told who speaks elsewhere: {seats:?}"))
            }
            ServerMessage::Quality { seat, .. } => {
                let visible = *seat == you || self.model.are_together(&you, seat);
                self.check(visible, || format!("{you} is told of the connection of {seat}"))
            }
            ServerMessage::MediaSlots { slots } => {
                for source in slots.iter().filter_map(|slot| slot.source) {
                    self.check_slot(&you, source)?;
                }
                Ok(())
            }
            ServerMessage::Reply { id, outcome } => {
                let asks_the_meeting = self.server.askers.contains_key(id);
                let line = format!("-> {you} {outcome:?}");
                if asks_the_meeting {
                    self.note(&line)
                } else {
                    self.remark(&line)
                }
                let in_log = self.disk.entries().iter().any(|entry| entry.request.as_ref() == Some(id));
                let acknowledged = *outcome == Outcome::Done;
                let as_kept = !asks_the_meeting || acknowledged == in_log;
                self.check(as_kept, || format!("{you} is answered {outcome:?}; in the log: {in_log}"))
            }
            ServerMessage::CertificateIssued { .. }
            | ServerMessage::CertificateDenied { .. }
            | ServerMessage::CertificateWaiting
            | ServerMessage::CertificatesRevoked { .. }
            | ServerMessage::SealGroups { .. }
            | ServerMessage::SealPackagesWanted { .. }
            | ServerMessage::MlsWanted { .. }
            | ServerMessage::MlsCommitted { .. }
            | ServerMessage::MlsWelcome { .. }
            | ServerMessage::MlsGroupInfo { .. }
            | ServerMessage::MlsSwitch { .. }
            | ServerMessage::MlsVoid { .. }
            | ServerMessage::MlsApp { .. }
            | ServerMessage::Interpreting { .. }
            | ServerMessage::Signal { .. }
            | ServerMessage::Audience { .. }
            | ServerMessage::Whispering { .. } => Ok(()),
            ServerMessage::SealSuspect { source } => {
                self.check(false, || format!("what {you} sends as source {} is taken for unsealed", source.0))
            }
            ServerMessage::SourceClosed { .. }
            | ServerMessage::SeatTaken { .. }
            | ServerMessage::MediaAnswer { .. }
            | ServerMessage::MediaLayers { .. }
            | ServerMessage::Pong { .. }
            | ServerMessage::Bye { .. } => Ok(()),
        }
    }

    /// A view is the model's, and names no source that its owner may not receive.
    pub(crate) fn check_view(&mut self, you: &SeatId, view: &MeetingView) -> Result<(), Finding> {
        let mut presence = self.model.presence_for(you);
        for (seat, place) in &mut presence {
            // The model knows no media: that somebody's packets stay away for a moment it cannot know.
            let told = view.presence.get(seat);
            if matches!(place, Presence::Here { .. }) && told == Some(&Presence::Reconnecting) {
                *place = Presence::Reconnecting;
            }
        }
        let expected = MeetingView {
            phase: self.model.phase(),
            sequence: Sequence(self.model.entries_stored()),
            presence,
            floor: self.model.floor(),
            agenda: self.model.agenda(),
            // The model knows no caucus: nobody calls one in a random summit.
            caucuses: Vec::new(),
            // Nor any booth: what becomes of those is tried by itself, in `interpretation.rs`.
            interpretation: InterpretationView::new(&self.plan.booths),
            sources: view.sources.clone(),
            quality: view.quality.clone(),
        };
        self.check(*view == expected, || format!("{you} sees {view:?}, and should see {expected:?}"))?;
        for source in &view.sources {
            self.check_source(you, source)?;
        }
        let visible = |seat: &SeatId| seat == you || self.model.are_together(you, seat);
        self.check(view.quality.keys().all(visible), || format!("{you} knows of the connections of others"))
    }

    /// In the plenary everybody who may receive knows the camera and the microphone of everybody who has a voice, once.
    pub(crate) fn check_sources(&self, you: &SeatId, view: &MeetingView) -> Result<(), Finding> {
        let mut known: Vec<_> = view.sources.iter().map(|source| (source.seat.clone(), source.kind)).collect();
        known.sort();
        let seats = self.plan.seats().map(|(_, seat)| seat.id.clone());
        let receives = |seat: &SeatId| seat == you || self.model.may_receive(you, seat);
        let mut expected: Vec<_> = seats
            .filter(|seat| self.model.has_voice(seat) && receives(seat))
            .flat_map(|seat| [(seat.clone(), SourceKind::Camera), (seat, SourceKind::Microphone)])
            .collect();
        expected.sort();
        self.check(known == expected, || format!("{you} knows the sources {known:?} instead of {expected:?}"))
    }

    /// Every voice that reaches a device is one that its seat may hear.
    pub(crate) fn check_voices(&self, device: DeviceId) -> Result<(), Finding> {
        let device = self.device(device);
        for level in device.participant().received().filter_map(|(_, received)| received.level) {
            let Some(speaker) = self.speaker_at(level) else { continue };
            let allowed = self.model.has_ended() || self.model.may_receive(device.seat(), speaker);
            self.check(allowed, || format!("the voice of {speaker} reaches {}", device.seat()))?;
        }
        Ok(())
    }

    fn check_source(&mut self, you: &SeatId, source: &Source) -> Result<(), Finding> {
        self.server.owners.insert(source.id, source.seat.clone());
        let allowed = source.seat == *you || self.model.may_receive(you, &source.seat);
        self.check(allowed, || format!("{you} is told of {:?} of {}", source.kind, source.seat))
    }

    fn check_slot(&self, you: &SeatId, source: SourceId) -> Result<(), Finding> {
        let owner = self.server.owners.get(&source);
        let allowed = owner.is_some_and(|owner| self.model.may_receive(you, owner));
        self.check(allowed, || format!("{you} is to receive source {} of {owner:?}", source.0))
    }
}

#[cfg(test)]
mod tests {
    use wire::{Request, WallTime};

    use super::*;
    use crate::network::Conditions;
    use crate::{plans, plenary};

    /// A model that is wrong stands for a server that is wrong: that they disagree must be found.
    #[test]
    fn a_server_that_decides_otherwise_than_the_model_is_found() -> Result<(), Finding> {
        let network = Conditions::perfect(Duration::from_millis(20));
        let mut world = plenary(1, plans::two_delegations(), network)?;
        let Some(head) = world.seats().into_iter().next() else { return Err(world.finding("nobody".to_owned())) };
        let event = Event::HandRaised { seat: head.clone() };
        world.model.decided(&[Entry { sequence: Sequence(4), at: WallTime(0), request: None, event }]);
        world.model.stored(1, WallTime(0));
        world.asks(&head, Request::RaiseHand);
        let found = world.run_for(Duration::from_secs(1));
        assert!(found.is_err_and(|finding| finding.what.contains("AlreadyRaised")));
        assert!(world.check_calm().is_err(), "screens that do not show what the model says are found, too");
        Ok(())
    }
}
