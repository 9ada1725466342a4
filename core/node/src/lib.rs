//! A server without its sockets: rooms and the people in them, joining the meeting (`summit`) and its media (`media`).
//!
//! One [`Node`] lives on one media thread and owns whole rooms, so nothing here is shared or locked. The shell tells it
//! what happened ([`Node::handle`], [`Node::handle_datagram`]), drains [`Node::poll_output`] until `None`, and comes back at
//! [`Node::poll_timeout`]. Nothing is announced or acknowledged before the shell has stored it ([`Output::Persist`]).
//!
//! Read on in this order: [`node`](crate::Node) (which room?), `demux.rs` (whose packet?), `room.rs` (what does it
//! change, who is told?), `ledger.rs` (decided, stored, announced), `routing.rs` (who receives what), `occupant.rs` (one seat),
//! `delivery.rs` (the groups' logs, and whose turn it is to change a group; no keys), `registrars.rs` (who may have a certificate).

mod delivery;
mod demux;
mod ledger;
mod node;
mod occupant;
mod registrars;
mod room;
mod routing;
mod sources;
#[doc(hidden)]
pub mod strangers;

pub use media::{Carrier, Counters, Endpoint, Holdings, Identity, NewPeer, OfferError, PeerId, Way};
pub use node::{Batch, ConnectionId, Input, InvitationId, Node, Output, Sealed, SessionId};
