//! The groups and their keys, as the room joins them to its people: which groups there are follows from the meeting, who is in
//! them from who is here. What the delivery service decides is stored and told here; certificates go by here, too.

use std::collections::BTreeSet;

use wire::{
    Denied, Envelope, GroupEntry, GroupId, PartyId, Phase, Refusal, Request, RequestId, RevocationList, SeatId,
    ServerMessage,
};

use super::{Pending, Reply, Room, Turn};
use crate::delivery::{Answer, Asker, Circle, certificate};
use crate::occupant::Occupant;
use crate::registrars::Errand;
use crate::{Batch, ConnectionId, Output};

/// Groups of two that one seat may be in. A further one is refused with [`Refusal::TooMany`].
const PAIRS_MAX: usize = 64;

/// The number of everybody's group in key ids.
const PLENARY: u16 = 0;

impl Room {
    /// Something about keys is asked.
    pub(super) fn sealing(
        &mut self,
        connection: ConnectionId,
        seat: &SeatId,
        id: &RequestId,
        request: Request,
        turn: &mut Turn<'_>,
    ) -> Result<Reply, Refusal> {
        if let Request::CertificateRequest { request } = request {
            let party = self.ledger.meeting().plan().party_of(seat).ok_or(Refusal::Unknown)?;
            match self.registrars.ask(seat, party, request) {
                Some(errand) => run(errand, turn),
                None => turn.send(connection, ServerMessage::CertificateWaiting),
            }
            Ok(Reply::Now)
        } else if let Request::OpenPair { seat: other } = request {
            self.open_pair(seat, &other)?;
            Ok(Reply::Now)
        } else {
            self.deliver(connection, seat, id, request, turn)
        }
    }

    fn deliver(
        &mut self,
        connection: ConnectionId,
        seat: &SeatId,
        id: &RequestId,
        request: Request,
        turn: &mut Turn<'_>,
    ) -> Result<Reply, Refusal> {
        self.update_groups(turn);
        let revocations = &self.revocations;
        let party = self.ledger.meeting().plan().party_of(seat);
        let withdrawn = |serial: &wire::Bytes| {
            let lists = revocations.iter().filter_map(list).filter(|list| Some(&list.party) == party.as_ref());
            lists.into_iter().any(|list| list.serials.contains(serial))
        };
        let asker = Asker { connection, seat, request: id, at: turn.wall };
        match self.delivery.request(&asker, request, withdrawn)? {
            Answer::Now => Ok(Reply::Now),
            Answer::Later => {
                self.store_groups(turn);
                Ok(Reply::Later)
            }
        }
    }

    /// Two people have a group, if both may know of each other and receive what is said.
    fn open_pair(&mut self, seat: &SeatId, other: &SeatId) -> Result<(), Refusal> {
        let meeting = self.ledger.meeting();
        let (one, two) = (self.place_in_plan(seat)?, self.place_in_plan(other)?);
        if !self.is_here(seat) {
            return Err(Refusal::NotHere);
        }
        if one == two {
            return Err(Refusal::Malformed);
        }
        if !meeting.receives_content(seat) || !meeting.receives_content(other) {
            return Err(Refusal::NoVoice);
        }
        if !meeting.may_see_presence(seat, other) {
            return Err(Refusal::NotYet);
        }
        let pair = (one.min(two), one.max(two));
        let is_in = |(first, second): &&(usize, usize)| *first == one || *second == one;
        if !self.pairs.contains(&pair) && self.pairs.iter().filter(is_in).count() >= PAIRS_MAX {
            return Err(Refusal::TooMany);
        }
        self.circles_changed |= self.pairs.insert(pair);
        Ok(())
    }

    fn place_in_plan(&self, seat: &SeatId) -> Result<usize, Refusal> {
        let mut seats = self.ledger.meeting().plan().seats();
        seats.position(|(_, known)| known.id == *seat).ok_or(Refusal::Unknown)
    }

    // ---- the groups follow the meeting

    /// Brings the groups up to the meeting and to who is here, then looks what is to be done; to be called when anything changed
    /// that they depend on.
    pub(super) fn tend_groups(&mut self, turn: &mut Turn<'_>) {
        if self.has_ended() {
            return;
        }
        self.update_groups(turn);
        self.delivery.tend(turn.now, turn.wall);
        self.store_groups(turn);
        self.tell_groups(turn);
        for (peer, seat) in &self.owners {
            let window = self.delivery.window(seat);
            if self.windows.get(peer) != Some(&window) {
                self.windows.insert(*peer, window.clone());
                self.media.set_seal_window(*peer, window);
            }
        }
        self.windows.retain(|peer, _| self.owners.contains_key(peer));
    }

    fn update_groups(&mut self, turn: &Turn<'_>) {
        if std::mem::take(&mut self.places_changed) {
            for (_, seat) in self.ledger.meeting().plan().seats() {
                let occupant = self.seats.get(&seat.id);
                let here = occupant.is_some_and(Occupant::is_here);
                self.delivery.place(&seat.id, occupant.and_then(Occupant::connection), here, turn.now);
            }
        }
        if std::mem::take(&mut self.circles_changed) {
            let circles = self.circles();
            self.delivery.set_circles(circles);
        }
    }

    fn circles(&self) -> Vec<Circle> {
        let meeting = self.ledger.meeting();
        let plan = meeting.plan();
        let everybody: Vec<&SeatId> = plan.seats().map(|(_, seat)| &seat.id).collect();
        let of = |seats: &mut dyn Iterator<Item = &SeatId>| -> BTreeSet<SeatId> {
            seats.filter(|seat| meeting.receives_content(seat)).cloned().collect()
        };
        let circle = |name: String, number, entitled: BTreeSet<SeatId>, inside| {
            GroupId::new(name).ok().map(|group| Circle { group, number, entitled, inside })
        };
        // Who is in it can be seen by who is in it, and before the reveal nothing crosses from one side to another.
        let is_revealed = matches!(meeting.phase(), Phase::Plenary { .. });
        let all = of(&mut everybody.iter().copied().filter(|_| is_revealed));
        let plenary = circle("plenary".to_owned(), Some(PLENARY), all.clone(), all);
        let own = plan.delegations.iter().map(|side| &side.seats);
        let sides = plan.parties().into_iter().zip(own.chain([&plan.secretariat])).zip(PLENARY + 1..);
        let sides = sides.map(|((party, seats), number)| {
            let members = of(&mut seats.iter().map(|seat| &seat.id));
            circle(format!("side-{party}"), Some(number), members.clone(), members)
        });
        let caucuses = meeting.open_caucuses().iter().map(|caucus| {
            let (called, inside) = (of(&mut caucus.called.iter()), of(&mut caucus.inside.iter()));
            circle(caucus.caucus.to_string(), None, called, inside)
        });
        let pairs = self.pairs.iter().map(|&(one, two)| {
            let both = of(&mut [one, two].into_iter().filter_map(|place| everybody.get(place).copied()));
            circle(format!("pair-{one}-{two}"), None, both.clone(), both)
        });
        [plenary].into_iter().chain(sides).chain(caucuses).chain(pairs).flatten().collect()
    }

    /// What the delivery service wants stored goes to the store.
    pub(super) fn store_groups(&mut self, turn: &mut Turn<'_>) {
        while let Some(entry) = self.delivery.poll_store() {
            self.pending.push_back(Pending::Group);
            turn.outputs.push_back(Output::Persist { summit: self.id.clone(), batch: Batch::Group(entry) });
        }
    }

    /// What the delivery service says goes to the people.
    pub(super) fn tell_groups(&mut self, turn: &mut Turn<'_>) {
        for (seat, message) in self.delivery.take_said() {
            if let Some(connection) = self.seats.get(&seat).and_then(Occupant::connection) {
                turn.send(connection, message);
            }
        }
    }

    // ---- certificates

    /// A party's registrar connected.
    pub(crate) fn registrar_came(&mut self, connection: ConnectionId, party: PartyId, turn: &mut Turn<'_>) {
        for errand in self.registrars.came(connection, party) {
            run(errand, turn);
        }
    }

    /// It is gone.
    pub(super) fn registrar_went(&mut self, connection: ConnectionId, turn: &mut Turn<'_>) {
        let (errands, waiting) = self.registrars.went(connection);
        for errand in errands {
            run(errand, turn);
        }
        for seat in waiting {
            if let Some(connection) = self.seats.get(&seat).and_then(Occupant::connection) {
                turn.send(connection, ServerMessage::CertificateWaiting);
            }
        }
    }

    /// A registrar admitted a key, or did not.
    pub(crate) fn registrar_answered(
        &mut self,
        connection: ConnectionId,
        id: u64,
        answer: Result<Envelope, Denied>,
        turn: &mut Turn<'_>,
    ) {
        let Some(seat) = self.registrars.answered(connection, id) else { return };
        let message = match answer {
            Ok(issued) => {
                if let Some(certificate) = certificate(&issued.payload) {
                    self.delivery.certified(&seat, certificate.serial);
                }
                ServerMessage::CertificateIssued { certificate: issued }
            }
            Err(why) => ServerMessage::CertificateDenied { why },
        };
        if let Some(connection) = self.seats.get(&seat).and_then(Occupant::connection) {
            turn.send(connection, message);
        }
    }

    /// A party withdrew certificates: everybody is told, and whose they are leave every group at once.
    pub(crate) fn certificates_revoked(&mut self, new: Envelope, turn: &mut Turn<'_>) {
        let Some(RevocationList { party, serials, .. }) = list(&new) else { return };
        self.revocations.retain(|known| list(known).is_none_or(|known| known.party != party));
        self.revocations.push(new.clone());
        for connection in self.connections.keys() {
            turn.send(*connection, ServerMessage::CertificatesRevoked { list: new.clone() });
        }
        self.delivery.revoke(&party, &serials);
        self.tend_groups(turn);
    }
}

/// What a revocation list says; the shell checked who signed it.
fn list(envelope: &Envelope) -> Option<RevocationList> {
    serde_json::from_slice(envelope.payload.as_ref()).ok()
}

fn run((connection, message): Errand, turn: &mut Turn<'_>) {
    turn.outputs.push_back(Output::SendParty { connection, message });
}

/// The pairs that have a log, by the places of the two in the plan.
pub(super) fn pairs(entries: &[GroupEntry]) -> BTreeSet<(usize, usize)> {
    let pair = |entry: &GroupEntry| {
        let (one, two) = entry.group.as_str().strip_prefix("pair-")?.split_once('-')?;
        Some((one.parse().ok()?, two.parse().ok()?))
    };
    entries.iter().filter_map(pair).collect()
}

/// Whether the groups may have to change by that.
pub(super) fn moves_groups(request: &Request) -> bool {
    match request {
        Request::Enter { .. }
        | Request::Leave
        | Request::SealResume { .. }
        | Request::SealPackages { .. }
        | Request::MlsCreate { .. }
        | Request::MlsCommit { .. }
        | Request::MlsExternal { .. }
        | Request::MlsApplied { .. }
        | Request::MlsRefused { .. }
        | Request::MlsResync { .. }
        | Request::OpenPair { .. } => true,
        Request::Hello { .. }
        | Request::Ping { .. }
        | Request::Devices { .. }
        | Request::Ready { .. }
        | Request::RaiseHand
        | Request::LowerHand { .. }
        | Request::GiveFloor { .. }
        | Request::YieldFloor
        | Request::OpenAgenda { .. }
        | Request::End
        | Request::MediaOffer { .. }
        | Request::MediaWant { .. }
        | Request::MediaPublish { .. }
        | Request::Quality { .. }
        | Request::CertificateRequest { .. }
        | Request::MlsApp { .. }
        | Request::Whisper { .. }
        | Request::OpenCaucus { .. }
        | Request::EnterCaucus { .. }
        | Request::LeaveCaucus
        | Request::AssignInterpreter { .. }
        | Request::BoothMicrophone { .. }
        | Request::BoothOutgoing { .. }
        | Request::BoothRelay { .. }
        | Request::HandOver { .. }
        | Request::AcceptHandover
        | Request::EndHandover
        | Request::SuspendBooth { .. }
        | Request::ResumeBooth { .. }
        | Request::Signal { .. }
        | Request::SetChannel { .. }
        | Request::Listen { .. }
        | Request::SetInterpretationMode { .. }
        | Request::PassTurn { .. }
        | Request::Speak { .. } => false,
    }
}
