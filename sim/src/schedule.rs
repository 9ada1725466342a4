//! What is under way: everything that will happen at a known instant, in order. Two things at one instant happen in the
//! order in which they were caused.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use node::ConnectionId;
use wire::{ClientMessage, RequestId, ServerMessage};

use crate::device::DeviceId;
use crate::people::Act;

/// Something that will happen.
pub(crate) enum Happening {
    /// A person does something.
    Act(Act),
    /// A WebSocket's handshake has come through, or found no server.
    SocketOpens { device: DeviceId, connection: ConnectionId },
    /// A message arrives at the server.
    ToServer { connection: ConnectionId, message: Box<ClientMessage> },
    /// A message arrives at a device.
    ToDevice { connection: ConnectionId, message: Box<ServerMessage> },
    /// A device learns that its WebSocket is gone.
    SocketEndsAtDevice { connection: ConnectionId },
    /// The server learns that a WebSocket is gone.
    SocketEndsAtServer { connection: ConnectionId },
    /// A datagram arrives at the server's address.
    DatagramToServer { source: SocketAddr, payload: Vec<u8> },
    /// A datagram arrives at a device's address.
    DatagramToDevice { destination: SocketAddr, payload: Vec<u8> },
    /// The disk is done with the oldest commit.
    Committed { life: u32 },
    /// The answer to an offer is made.
    Negotiated { life: u32, connection: ConnectionId, request: RequestId, sdp: String },
    /// The server is up again.
    ServerStarts,
}

/// All that will happen.
#[derive(Default)]
pub(crate) struct Schedule {
    due: BTreeMap<(Instant, u64), Happening>,
    next: u64,
}

impl Schedule {
    pub(crate) fn add(&mut self, at: Instant, happening: Happening) {
        self.due.insert((at, self.next), happening);
        self.next += 1;
    }

    /// When the next thing happens.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next thing, if its time has come.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Happening> {
        let entry = self.due.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }
}
