//! The meeting as a participant sees it: the view that came with the welcome, and every message since folded into it. No
//! rules are known here; what the server says is so. The web client's reducer does the same.

use wire::{CaucusView, Event, MeetingView, Phase, Presence, Sequence, ServerMessage, WallTime};

/// Folds one message into the view. Messages that say nothing of the meeting, and events that the view already contains,
/// change nothing.
pub fn fold(view: &mut MeetingView, message: &ServerMessage) {
    match message {
        ServerMessage::Welcome { meeting, .. } => view.clone_from(meeting),
        ServerMessage::Event { sequence, at, event } => fold_event(view, *sequence, *at, event),
        ServerMessage::Presence { seat, presence: Presence::Absent } => {
            view.presence.remove(seat);
            // The next time it may come by another line.
            view.quality.remove(seat);
        }
        ServerMessage::Presence { seat, presence } => {
            view.presence.insert(seat.clone(), *presence);
        }
        ServerMessage::SourceOpened { source } => {
            view.sources.retain(|known| known.id != source.id);
            view.sources.push(source.clone());
        }
        ServerMessage::SourceClosed { source } => view.sources.retain(|known| known.id != *source),
        ServerMessage::Quality { seat, quality } => {
            view.quality.insert(seat.clone(), *quality);
        }
        ServerMessage::SeatTaken { .. }
        | ServerMessage::Speaking { .. }
        | ServerMessage::Whispering { .. }
        | ServerMessage::Interpreting { .. }
        | ServerMessage::Signal { .. }
        | ServerMessage::Audience { .. }
        | ServerMessage::CertificateIssued { .. }
        | ServerMessage::CertificateDenied { .. }
        | ServerMessage::CertificateWaiting
        | ServerMessage::CertificatesRevoked { .. }
        | ServerMessage::SealGroups { .. }
        | ServerMessage::SealPackagesWanted { .. }
        | ServerMessage::SealSuspect { .. }
        | ServerMessage::MlsWanted { .. }
        | ServerMessage::MlsCommitted { .. }
        | ServerMessage::MlsWelcome { .. }
        | ServerMessage::MlsGroupInfo { .. }
        | ServerMessage::MlsSwitch { .. }
        | ServerMessage::MlsVoid { .. }
        | ServerMessage::MlsApp { .. }
        | ServerMessage::MediaAnswer { .. }
        | ServerMessage::MediaSlots { .. }
        | ServerMessage::MediaLayers { .. }
        | ServerMessage::Reply { .. }
        | ServerMessage::Pong { .. }
        | ServerMessage::Bye { .. } => {}
    }
}

fn fold_event(view: &mut MeetingView, sequence: Sequence, at: WallTime, event: &Event) {
    if sequence <= view.sequence {
        return;
    }
    view.sequence = sequence;
    view.interpretation.fold(event, at);
    match event {
        Event::Ready { delegation, ready, .. } => {
            if let Phase::Lobby { ready: list } = &mut view.phase {
                list.retain(|known| known != delegation);
                if *ready {
                    list.push(delegation.clone());
                }
            }
        }
        Event::Revealed { at } => view.phase = Phase::Plenary { revealed_at: *at },
        Event::HandRaised { seat } => {
            if !view.floor.queue.contains(seat) {
                view.floor.queue.push(seat.clone());
            }
        }
        Event::HandLowered { seat, .. } => view.floor.queue.retain(|waiting| waiting != seat),
        Event::FloorGiven { seat, .. } => {
            view.floor.give(seat, at);
        }
        Event::FloorYielded { .. } => view.floor.free(),
        Event::AgendaOpened { item, .. } => view.agenda = Some(item.clone()),
        Event::CaucusOpened { caucus, called, .. } => {
            view.caucuses.push(CaucusView { caucus: caucus.clone(), called: called.clone(), inside: Vec::new() });
        }
        Event::CaucusEntered { caucus, seat } => {
            for open in view.caucuses.iter_mut().filter(|open| open.caucus == *caucus) {
                open.inside.push(seat.clone());
            }
        }
        Event::CaucusLeft { caucus, seat } => {
            for open in view.caucuses.iter_mut().filter(|open| open.caucus == *caucus) {
                open.inside.retain(|inside| inside != seat);
            }
            // The last one closes it.
            view.caucuses.retain(|open| open.caucus != *caucus || !open.inside.is_empty());
        }
        Event::BoothAssigned { .. }
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
        | Event::Speaks { .. } => {}
        Event::Ended { .. } => view.phase = Phase::Ended { at },
    }
    view.floor.stand(view.interpretation.is_suspended(), at);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use wire::{DelegationId, Devices, FloorView, InterpretationView, SeatId, Source, SourceId, SourceKind};

    use super::*;

    fn lobby() -> MeetingView {
        MeetingView {
            phase: Phase::Lobby { ready: Vec::new() },
            sequence: Sequence(0),
            presence: BTreeMap::new(),
            floor: FloorView::default(),
            agenda: None,
            interpretation: InterpretationView::default(),
            caucuses: Vec::new(),
            sources: Vec::new(),
            quality: BTreeMap::new(),
        }
    }

    fn seat(name: &str) -> SeatId {
        SeatId::new(name).unwrap()
    }

    fn happen(view: &mut MeetingView, sequence: u64, event: Event) {
        let at = WallTime(i64::try_from(sequence).unwrap() * 10);
        fold(view, &ServerMessage::Event { sequence: Sequence(sequence), at, event });
    }

    #[test]
    fn a_summit_folds_from_lobby_to_end() {
        let mut view = lobby();
        let (head, chair) = (seat("meridia-head"), seat("chair"));
        for (place, name) in ["meridia", "vesland"].into_iter().enumerate() {
            let delegation = DelegationId::new(name).unwrap();
            happen(&mut view, place as u64 + 1, Event::Ready { delegation, ready: true, by: head.clone() });
        }
        assert!(matches!(&view.phase, Phase::Lobby { ready } if ready.len() == 2));
        happen(&mut view, 3, Event::Revealed { at: WallTime(99) });
        assert_eq!(view.phase, Phase::Plenary { revealed_at: WallTime(99) });
        happen(&mut view, 4, Event::HandRaised { seat: head.clone() });
        assert_eq!(view.floor.queue.first(), Some(&head));
        happen(&mut view, 5, Event::FloorGiven { seat: head.clone(), by: chair.clone() });
        assert_eq!((view.floor.holder.clone(), view.floor.queue.len()), (Some((head.clone(), WallTime(50))), 0));
        happen(&mut view, 6, Event::FloorYielded { seat: head, by: chair.clone() });
        assert_eq!(view.floor.holder, None);
        happen(&mut view, 7, Event::Ended { by: Some(chair) });
        assert_eq!(view.phase, Phase::Ended { at: WallTime(70) });
        assert_eq!(view.sequence, Sequence(7));
    }

    #[test]
    fn an_event_that_the_view_contains_is_not_folded_twice() {
        let mut view = lobby();
        view.sequence = Sequence(5);
        happen(&mut view, 5, Event::HandRaised { seat: seat("a") });
        assert_eq!(view.floor.queue, []);
    }

    #[test]
    fn people_and_sources_come_and_go() {
        let mut view = lobby();
        let here = Presence::Here { devices: Devices::default() };
        let source = Source { id: SourceId(4), seat: seat("a"), kind: SourceKind::Camera };
        fold(&mut view, &ServerMessage::Presence { seat: seat("a"), presence: here });
        fold(&mut view, &ServerMessage::SourceOpened { source: source.clone() });
        fold(&mut view, &ServerMessage::SourceOpened { source });
        assert_eq!((view.presence.len(), view.sources.len()), (1, 1));
        fold(&mut view, &ServerMessage::SourceClosed { source: SourceId(4) });
        fold(&mut view, &ServerMessage::Presence { seat: seat("a"), presence: Presence::Absent });
        assert_eq!(view, lobby());
    }
}
