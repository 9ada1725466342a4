//! The registrars of the parties: a request for a certificate goes to one of the own party, and waits while none is there.

use std::collections::BTreeMap;

use wire::{CertificateRequest, PartyId, PartyReply, SeatId};

use crate::ConnectionId;

/// The registrars that are connected, and the requests that are not answered: at most one of each seat, a newer one takes its
/// place.
#[derive(Default)]
pub(crate) struct Registrars {
    connected: BTreeMap<ConnectionId, PartyId>,
    requests: BTreeMap<SeatId, Asked>,
    last: u64,
}

struct Asked {
    id: u64,
    party: PartyId,
    request: CertificateRequest,
    /// The registrar that has it.
    with: Option<ConnectionId>,
}

/// A request on its way to a registrar.
pub(crate) type Errand = (ConnectionId, PartyReply);

impl Registrars {
    /// Whether that connection is a registrar's.
    pub(crate) fn has(&self, connection: ConnectionId) -> bool {
        self.connected.contains_key(&connection)
    }

    /// A seat asks for a certificate. None: it waits for a registrar.
    pub(crate) fn ask(&mut self, seat: &SeatId, party: PartyId, request: CertificateRequest) -> Option<Errand> {
        self.last += 1;
        self.requests.insert(seat.clone(), Asked { id: self.last, party, request, with: None });
        self.send(seat)
    }

    /// The device of that seat is gone: it asks again when it is back.
    pub(crate) fn forget(&mut self, seat: &SeatId) {
        self.requests.remove(seat);
    }

    /// A party's registrar connected: it gets what waits.
    pub(crate) fn came(&mut self, connection: ConnectionId, party: PartyId) -> Vec<Errand> {
        let waits =
            |(seat, asked): (&SeatId, &Asked)| (asked.party == party && asked.with.is_none()).then(|| seat.clone());
        let waiting: Vec<SeatId> = self.requests.iter().filter_map(waits).collect();
        self.connected.insert(connection, party);
        waiting.iter().filter_map(|seat| self.send(seat)).collect()
    }

    /// A registrar is gone. What it had not answered goes to another one; whose request has to wait again is returned, too.
    pub(crate) fn went(&mut self, connection: ConnectionId) -> (Vec<Errand>, Vec<SeatId>) {
        self.connected.remove(&connection);
        let (mut errands, mut waiting) = (Vec::new(), Vec::new());
        let had = |(seat, asked): (&SeatId, &Asked)| (asked.with == Some(connection)).then(|| seat.clone());
        for seat in self.requests.iter().filter_map(had).collect::<Vec<_>>() {
            match self.send(&seat) {
                Some(errand) => errands.push(errand),
                None => waiting.push(seat),
            }
        }
        (errands, waiting)
    }

    /// A registrar answered: whose request that was. None: it is not this one's to answer, or not any more.
    pub(crate) fn answered(&mut self, connection: ConnectionId, id: u64) -> Option<SeatId> {
        let its = |(_, asked): &(&SeatId, &Asked)| asked.id == id && asked.with == Some(connection);
        let seat = self.requests.iter().find(its).map(|(seat, _)| seat.clone())?;
        self.requests.remove(&seat);
        Some(seat)
    }

    /// To the registrar of its party that came first.
    fn send(&mut self, seat: &SeatId) -> Option<Errand> {
        let asked = self.requests.get_mut(seat)?;
        asked.with = self.connected.iter().find(|(_, party)| **party == asked.party).map(|(connection, _)| *connection);
        let (id, request) = (asked.id, asked.request.clone());
        Some((asked.with?, PartyReply::Request { id, seat: seat.clone(), request }))
    }
}
