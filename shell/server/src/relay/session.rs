//! One browser's relay: a TURN server for this browser alone, whose user is found by the credential, and whose sockets are
//! the media threads. No network is here: messages in, messages and datagrams out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;
use turn_server_proto::api::{SocketAllocateError, Transmit, TurnServerApi as _, TurnServerPollRet};
use turn_server_proto::server::TurnServer;
use turn_server_proto::stun::Instant as TurnInstant;
use turn_server_proto::types::attribute::XorPeerAddress;
use turn_server_proto::types::message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH, SEND};
use turn_server_proto::types::prelude::DelayedTransmitBuild as _;
use turn_server_proto::types::stun::attribute::{ErrorCode, MessageIntegrity, MessageIntegritySha256, Username};
use turn_server_proto::types::stun::message::{
    IntegrityAlgorithm, LongTermCredentials, Message, MessageClass, MessageIntegrityCredentials, MessageWriteVec,
};
use turn_server_proto::types::stun::prelude::{
    Attribute as _, AttributeFromRaw as _, AttributeStaticType as _, MessageWrite as _, MessageWriteExt as _,
};
use turn_server_proto::types::{AddressFamily, TransportType};

use super::places::{OWN_END, Place};
use super::Relays;
use crate::clock::Now;

/// What the relay calls itself.
const REALM: &str = "sommet";

/// What follows from a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// To the browser.
    Message(Vec<u8>),
    /// To whoever it is: nothing was proved.
    Refusal(Vec<u8>),
    /// To one of our media addresses.
    Datagram {
        /// Which.
        to: SocketAddr,
        /// What.
        bytes: Vec<u8>,
    },
}

/// What no browser says to a relay.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no browser says that to a relay")]
pub(crate) struct NotTurn;

/// See the module.
pub(crate) struct Session {
    turn: TurnServer,
    relays: Relays,
    browser: SocketAddr,
    begun: Instant,
    /// The first good user name that was named: no other is looked at.
    user: Option<User>,
    /// Kept until the connection ends, even if the browser gives it back before.
    place: Option<Place>,
}

struct User {
    name: String,
    key: MessageIntegrityCredentials,
}

impl Session {
    pub(crate) fn new(relays: Relays, browser: SocketAddr, now: Now) -> Self {
        // Each message comes whole, as over UDP: the stream is cut into them before.
        let turn = TurnServer::new(TransportType::Udp, OWN_END, REALM.to_owned());
        Self { turn, relays, browser, begun: now.instant, user: None, place: None }
    }

    /// The address of the relay; none before there is one.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.place.as_ref().map(|place| place.address)
    }

    /// Told when the relay must go; none before there is one.
    pub(super) fn displaced(&self) -> Option<Arc<Notify>> {
        self.place.as_ref().map(|place| place.displaced.clone())
    }

    /// The browser sent a message.
    ///
    /// # Errors
    /// It is none that a browser sends.
    pub(crate) fn handle_message(&mut self, bytes: Vec<u8>, now: Now) -> Result<Vec<Output>, NotTurn> {
        let at = self.at(now);
        if !is_channel_data(&bytes) {
            let message = Message::from_bytes(&bytes).map_err(|_| NotTurn)?;
            if !is_of_relays(&message) {
                return Err(NotTurn);
            }
            self.learn_user(&message, now);
            if let Some(refusal) = self.refusal(&message) {
                return Ok(vec![Output::Message(refusal)]);
            }
        }
        let mut outputs = Vec::new();
        let transmit = Transmit::new(bytes, TransportType::Udp, self.browser, OWN_END);
        if let Some(built) = self.turn.recv(transmit, at) {
            outputs.extend(self.outgoing(built.from, built.to, built.data.build())?);
        }
        self.poll(at);
        while let Some(transmit) = self.turn.poll_transmit(at) {
            outputs.extend(self.outgoing(transmit.from, transmit.to, transmit.data)?);
        }
        Ok(outputs)
    }

    /// A media thread sends a datagram from `local` to this relay; what the browser gets, if it may.
    pub(super) fn handle_datagram(&mut self, local: SocketAddr, bytes: Vec<u8>, now: Now) -> Option<Vec<u8>> {
        let relay = self.address()?;
        let at = self.at(now);
        let built = self.turn.recv(Transmit::new(bytes, TransportType::Udp, local, relay), at)?;
        (built.to == self.browser).then(|| built.data.build())
    }

    /// Does what the crate waits for. Nothing is due at a time of its own: what has run out is found at the next message, and
    /// a connection by which none comes is closed.
    fn poll(&mut self, at: TurnInstant) {
        loop {
            match self.turn.poll(at) {
                TurnServerPollRet::WaitUntil(_) => return,
                TurnServerPollRet::AllocateSocket {
                    transport,
                    listen_addr,
                    client_addr,
                    allocation_transport,
                    family,
                } => {
                    let address = self.take_place(allocation_transport, family);
                    self.turn.allocated_socket(
                        transport,
                        listen_addr,
                        client_addr,
                        allocation_transport,
                        family,
                        address,
                        at,
                    );
                }
                // There are no sockets. The place is free when the connection ends.
                TurnServerPollRet::SocketClose { .. }
                | TurnServerPollRet::TcpConnect { .. }
                | TurnServerPollRet::TcpClose { .. } => {}
            }
        }
    }

    /// The crate's clock: it begins with the connection.
    fn at(&self, now: Now) -> TurnInstant {
        let nanos = now.instant.saturating_duration_since(self.begun).as_nanos();
        TurnInstant::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    /// A credential is looked at when it is first named; what was allocated with it outlives it.
    fn learn_user(&mut self, message: &Message<'_>, now: Now) {
        if self.user.is_some() {
            return;
        }
        let Ok(named) = message.attribute::<Username>() else { return };
        let name = named.username();
        if let Some(password) = self.relays.password_of(name, now.wall) {
            self.turn.add_user(name.to_owned(), password.clone());
            let credentials = LongTermCredentials::new(name.to_owned(), password);
            self.user = Some(User { name: name.to_owned(), key: credentials.to_key(REALM.to_owned()).into() });
        }
    }

    /// Who asks for a way to anything but our media is refused (403), whatever else is in the message. A permission is for an
    /// address; some browsers leave out the port (RFC 8656 9.1).
    fn refusal(&self, message: &Message<'_>) -> Option<Vec<u8>> {
        let (user, _) = self.user.as_ref().zip(self.place.as_ref())?;
        let may_be_bare = match message.method() {
            CREATE_PERMISSION => true,
            CHANNEL_BIND => false,
            _ => return None,
        };
        let is_ours = |peer: SocketAddr| {
            self.relays.reaches(peer) || (may_be_bare && peer.port() == 0 && self.relays.reaches_ip(peer.ip()))
        };
        let mut peers = message.iter_attributes().filter(|(_, raw)| raw.get_type() == XorPeerAddress::TYPE);
        let leads_elsewhere = peers.any(|(_, raw)| {
            XorPeerAddress::from_raw(raw).is_ok_and(|peer| !is_ours(peer.addr(message.transaction_id())))
        });
        if !leads_elsewhere {
            return None;
        }
        let signed_by = match message.has_attribute(MessageIntegritySha256::TYPE) {
            true => IntegrityAlgorithm::Sha256,
            false => IntegrityAlgorithm::Sha1,
        };
        let mut refusal = Message::builder_error(message, MessageWriteVec::new());
        refusal.add_attribute(&ErrorCode::builder(ErrorCode::FORBIDDEN).build().ok()?).ok()?;
        refusal.add_message_integrity(&user.key, signed_by).ok()?;
        Some(refusal.finish())
    }

    /// A relay is one for UDP over IPv4, and each connection has one.
    fn take_place(
        &mut self,
        transport: TransportType,
        family: AddressFamily,
    ) -> Result<SocketAddr, SocketAllocateError> {
        if family != AddressFamily::IPV4 {
            return Err(SocketAllocateError::AddressFamilyNotSupported);
        }
        let (Some(user), None, TransportType::Udp) = (&self.user, &self.place, transport) else {
            return Err(SocketAllocateError::InsufficientCapacity);
        };
        let place = self.relays.take_place(&user.name).ok_or(SocketAllocateError::InsufficientCapacity)?;
        let address = place.address;
        self.place = Some(place);
        Ok(address)
    }

    /// Where that goes: to the browser, or by its relay to our media. To anything else it does not go.
    fn outgoing(&self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) -> Result<Option<Output>, NotTurn> {
        if from == OWN_END && to == self.browser {
            return match is_signed(&bytes) {
                true => Ok(Some(Output::Message(bytes))),
                false if is_unauthorized(&bytes) => Ok(Some(Output::Refusal(bytes))),
                false => Err(NotTurn),
            };
        }
        let is_own = self.address() == Some(from);
        Ok((is_own && self.relays.reaches(to)).then_some(Output::Datagram { to, bytes }))
    }
}

/// A datagram of a channel (RFC 8656 12.4).
fn is_channel_data(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first >> 6 == 1)
}

/// Whether a browser says that to a relay. What else STUN knows is answered elsewhere, or not at all.
fn is_of_relays(message: &Message<'_>) -> bool {
    match message.class() {
        MessageClass::Request => [ALLOCATE, REFRESH, CREATE_PERMISSION, CHANNEL_BIND].contains(&message.method()),
        MessageClass::Indication => message.method() == SEND,
        MessageClass::Success | MessageClass::Error => false,
    }
}

/// Signed is what the crate answers to who has proved who it is.
fn is_signed(response: &[u8]) -> bool {
    Message::from_bytes(response).is_ok_and(|response| {
        [MessageIntegrity::TYPE, MessageIntegritySha256::TYPE].iter().any(|kind| response.has_attribute(*kind))
    })
}

/// Whether it asks for a proof: 401, or 438 when the question was an old one.
fn is_unauthorized(response: &[u8]) -> bool {
    let code = |response: Message<'_>| response.attribute::<ErrorCode>().ok().map(|error| error.code());
    let code = Message::from_bytes(response).ok().and_then(code);
    matches!(code, Some(ErrorCode::UNAUTHORIZED | ErrorCode::STALE_NONCE))
}
