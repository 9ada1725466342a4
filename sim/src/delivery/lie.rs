//! A server that lies: it lets two members make a commit for one and the same epoch, tells some people the one and the others
//! the other, and takes part as if nothing had happened.

use std::collections::BTreeSet;

use node::ConnectionId;
use wire::{Bytes, ClientMessage, GroupId, Outcome, Request, SeatId, ServerMessage};

use super::Groups;
use crate::device::DeviceId;

/// The group that is lied to.
const GROUP: &str = "plenary";

/// How far a lie has come.
pub(super) enum Lie {
    /// None is meant.
    None,
    /// The next commit that allows for it is held back.
    Meant { deceived: BTreeSet<SeatId> },
    /// Somebody else is asked for a commit of the same epoch.
    Asked { deceived: BTreeSet<SeatId>, epoch: u64, by: DeviceId, held: (ConnectionId, ClientMessage) },
    /// There are two commits: the deceived are told this one.
    Told { deceived: BTreeSet<SeatId>, epoch: u64, by: SeatId, commit: Bytes },
}

impl Groups {
    /// From now on it means to lie to these.
    pub(super) fn mean_to_lie(&mut self, deceived: BTreeSet<SeatId>) {
        self.note(&format!("the server means to lie to {deceived:?}"));
        self.lie = Lie::Meant { deceived };
    }

    /// The epoch that began with a lie.
    pub(super) fn lied_epoch(&self) -> Option<u64> {
        match &self.lie {
            Lie::Told { epoch, .. } => Some(epoch + 1),
            Lie::None | Lie::Meant { .. } | Lie::Asked { .. } => None,
        }
    }

    /// What reaches the honest part of the server of what somebody asks.
    pub(super) fn lie_to_server(
        &mut self,
        device: DeviceId,
        connection: ConnectionId,
        message: ClientMessage,
    ) -> Option<ClientMessage> {
        let Request::MlsCommit { group, epoch, commit, removed, .. } = &message.request else { return Some(message) };
        if group.as_str() != GROUP {
            return Some(message);
        }
        match std::mem::replace(&mut self.lie, Lie::None) {
            Lie::Meant { deceived } => {
                let Some(by) = self.accomplice(&deceived, *epoch, removed) else {
                    self.lie = Lie::Meant { deceived };
                    return Some(message);
                };
                let Some(other) = self.ends[by.0].socket else { return Some(message) };
                let group = group.clone();
                let wanted =
                    ServerMessage::MlsWanted { group, epoch: Some(*epoch), add: Vec::new(), remove: Vec::new() };
                self.lie = Lie::Asked { deceived, epoch: *epoch, by, held: (connection, message) };
                self.send_down(other, wanted);
                None
            }
            Lie::Asked { deceived, epoch: held_for, by, held } if by == device && held_for == *epoch => {
                let seat = self.ends[device.0].seat.clone();
                self.note(&format!("the server lies about epoch {} to {deceived:?}", epoch + 1));
                self.lie = Lie::Told { deceived, epoch: *epoch, by: seat, commit: commit.clone() };
                self.tally.lies += 1;
                self.send_down(connection, ServerMessage::Reply { id: message.id, outcome: Outcome::Done });
                self.tell(node::Input::Message { connection: held.0, message: held.1 });
                None
            }
            other @ (Lie::None | Lie::Asked { .. } | Lie::Told { .. }) => {
                self.lie = other;
                Some(message)
            }
        }
    }

    /// What a device is told.
    pub(super) fn lie_to_device(&self, connection: ConnectionId, message: ServerMessage) -> ServerMessage {
        let Lie::Told { deceived, epoch: of, by, commit } = &self.lie else { return message };
        let seat = self.sockets.get(&connection).and_then(|socket| socket.seat.as_ref());
        #[expect(clippy::wildcard_enum_match_arm, reason = "it lies about nothing else")]
        match message {
            ServerMessage::MlsCommitted { group, seq, epoch, .. }
                if epoch == *of && group.as_str() == GROUP && seat.is_some_and(|seat| deceived.contains(seat)) =>
            {
                ServerMessage::MlsCommitted { group, seq, epoch, by: by.clone(), commit: commit.clone() }
            }
            message => message,
        }
    }

    /// A deceived one who is a member in that epoch and stays one.
    fn accomplice(&self, deceived: &BTreeSet<SeatId>, epoch: u64, removed: &[SeatId]) -> Option<DeviceId> {
        let in_epoch = |(group, at, _): (&GroupId, u64, Vec<u8>)| group.as_str() == GROUP && at == epoch;
        let able = |end: &&super::End| {
            !end.gone
                && end.socket.is_some()
                && deceived.contains(&end.seat)
                && !removed.contains(&end.seat)
                && end.participant.epochs().any(in_epoch)
        };
        self.ends.iter().find(able).map(|end| end.id)
    }
}
