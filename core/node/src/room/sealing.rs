//! The groups and their keys, as the room joins them to its people.

use wire::{Denied, Envelope, PartyId, Refusal, Request, RequestId, SeatId};

use super::{Reply, Room, Turn};
use crate::ConnectionId;

impl Room {
    pub(super) fn sealing(
        &mut self,
        _connection: ConnectionId,
        _seat: &SeatId,
        _id: &RequestId,
        _request: Request,
        _turn: &mut Turn<'_>,
    ) -> Result<Reply, Refusal> {
        Err(Refusal::Malformed)
    }

    pub(crate) fn registrar_came(&mut self, _connection: ConnectionId, _party: PartyId, _turn: &mut Turn<'_>) {}

    pub(crate) fn registrar_answered(
        &mut self,
        _connection: ConnectionId,
        _id: u64,
        _answer: Result<Envelope, Denied>,
        _turn: &mut Turn<'_>,
    ) {
    }

    pub(crate) fn certificates_revoked(&mut self, list: Envelope, _turn: &mut Turn<'_>) {
        self.revocations.push(list);
    }
}
