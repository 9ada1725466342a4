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

use super::Relays;
use super::places::{OWN_END, Place};
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use node::SessionId;
    use turn_server_proto::types::stun::message::BINDING;
    use wire::WallTime;

    use super::*;
    use crate::metrics::Metrics;
    use crate::relay::browser::{Browser, error_of};

    const MEDIA: [&str; 3] = ["192.0.2.10:8444", "192.0.2.10:8445", "[2001:db8::10]:8444"];

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn media() -> SocketAddr {
        address(MEDIA[0])
    }

    fn relays() -> Relays {
        let behind: HashMap<_, _> = MEDIA.iter().map(|text| (address(text), 0)).collect();
        Relays::new(None, behind, &[], Arc::new(Metrics::new(1)))
    }

    fn later(now: Now, by: Duration) -> Now {
        Now { instant: now.instant + by, wall: now.wall.plus(by) }
    }

    /// A browser and its relay, at a moment that the test says.
    struct Bench {
        session: Session,
        browser: Browser,
        now: Now,
    }

    impl Bench {
        /// A connection by which nothing was said, of the bearer of a credential of now.
        fn connected(relays: &Relays) -> Self {
            let now = Now { instant: Instant::now(), wall: WallTime(1_795_456_800_000) };
            let offer = relays.offer(SessionId(1), now.wall);
            let session = Session::new(relays.clone(), address("198.51.100.7:40000"), now);
            Self { session, browser: Browser::new((offer.user, offer.password)), now }
        }

        fn allocated(relays: &Relays) -> Self {
            let mut bench = Self::connected(relays);
            bench.learn_challenge();
            assert_eq!(bench.ask(bench.browser.allocate()), None);
            bench
        }

        fn say(&mut self, message: Vec<u8>) -> Result<Vec<Output>, NotTurn> {
            self.session.handle_message(message, self.now)
        }

        /// The error that a request leads to.
        fn ask(&mut self, request: Vec<u8>) -> Option<u16> {
            match self.say(request).unwrap().as_slice() {
                [Output::Message(response) | Output::Refusal(response)] => error_of(response),
                other => panic!("{other:?}"),
            }
        }

        fn learn_challenge(&mut self) {
            let outputs = self.say(self.browser.allocate()).unwrap();
            let [Output::Refusal(refusal)] = outputs.as_slice() else { panic!("{outputs:?}") };
            assert_eq!(error_of(refusal), Some(401));
            self.browser.learn(refusal);
        }

        fn hears(&mut self, from: SocketAddr) -> Option<Vec<u8>> {
            self.session.handle_datagram(from, vec![5; 5], self.now)
        }
    }

    fn datagram(to: SocketAddr, bytes: &[u8]) -> Vec<Output> {
        vec![Output::Datagram { to, bytes: bytes.to_vec() }]
    }

    #[test]
    fn datagrams_go_to_our_media_and_come_back_in_indications_and_in_channels() {
        let mut bench = Bench::allocated(&relays());
        assert_eq!(bench.hears(media()), None, "not without a permission");
        assert_eq!(bench.ask(bench.browser.permit(&[media()])), None);
        assert_eq!(bench.say(bench.browser.send(media(), b"check")), Ok(datagram(media(), b"check")));
        let indication = bench.hears(media()).unwrap();
        assert!(indication.len() > 20 + 5 && !is_channel_data(&indication));
        assert_eq!(bench.ask(bench.browser.bind(0x4001, media())), None);
        assert_eq!(bench.say(Browser::channel(0x4001, b"media")), Ok(datagram(media(), b"media")));
        assert_eq!(bench.hears(media()), Some(Browser::channel(0x4001, &[5; 5])));
    }

    #[test]
    fn a_permission_may_leave_out_the_port() {
        let mut bench = Bench::allocated(&relays());
        assert_eq!(bench.ask(bench.browser.permit(&[address("192.0.2.10:0")])), None);
        assert_eq!(bench.say(bench.browser.send(media(), b"check")), Ok(datagram(media(), b"check")));
    }

    #[test]
    fn nothing_but_our_media_can_be_reached() {
        let elsewhere = [
            "192.0.2.10:22",
            "192.0.2.10:8446",
            "192.0.2.11:8444",
            "10.0.0.5:80",
            "127.0.0.1:8444",
            "127.0.0.2:25",
            "0.0.0.0:8444",
            "255.255.255.255:8444",
            "224.0.0.1:8444",
            "169.254.169.254:80",
            "100.100.100.200:80",
            "192.0.0.8:1024",
            "[::]:8444",
            "[::1]:8444",
            "[fe80::1]:8444",
            "[fd00::5]:80",
            "[ff02::1]:8444",
            "[2001:db8::10]:22",
            "[2001:db8::11]:8444",
            "[::ffff:192.0.2.10]:8444",
            "[::ffff:127.0.0.1]:8444",
            "[::ffff:169.254.169.254]:80",
            "[64:ff9b::a9fe:a9fe]:80",
            "[2002:7f00:1::]:80",
        ];
        let mut bench = Bench::allocated(&relays());
        assert_eq!(bench.ask(bench.browser.permit(&[media()])), None);
        for (channel, peer) in (0x4100..).zip(elsewhere.map(address)) {
            for request in [
                bench.browser.permit(&[peer]),
                bench.browser.permit(&[media(), peer]),
                bench.browser.permit(&[peer, media()]),
                bench.browser.bind(channel, peer),
            ] {
                assert_eq!(bench.ask(request), Some(403), "{peer}");
            }
            assert_eq!(bench.say(bench.browser.send(peer, b"in")), Ok(vec![]), "{peer}");
            assert_eq!(bench.say(Browser::channel(channel, b"in")), Ok(vec![]), "{peer}");
            if peer.ip() != media().ip() {
                assert_eq!(bench.hears(peer), None, "{peer}");
            }
        }
        // Media of ours to which a relay of IPv4 has no way.
        let v6 = address(MEDIA[2]);
        assert_eq!(bench.ask(bench.browser.permit(&[v6])), Some(443));
        assert_eq!(bench.say(bench.browser.send(v6, b"in")), Ok(vec![]));
    }

    #[test]
    fn a_bound_channel_is_not_bound_to_anything_else() {
        let mut bench = Bench::allocated(&relays());
        assert_eq!(bench.ask(bench.browser.bind(0x4001, media())), None);
        assert_eq!(bench.ask(bench.browser.bind(0x4001, address("10.0.0.5:80"))), Some(403));
        assert_eq!(bench.say(Browser::channel(0x4001, b"media")), Ok(datagram(media(), b"media")));
    }

    #[test]
    fn a_credential_that_ran_out_opens_nothing_and_what_it_opened_stays_open() {
        let relays = relays();
        let (mut open, mut late) = (Bench::allocated(&relays), Bench::connected(&relays));
        for hour in 1..=30 {
            // A browser asks for an hour each time, and is told of a new nonce now and then.
            open.now = later(open.now, Duration::from_secs(3500));
            if let Some(error) = open.ask(open.browser.refresh(3600)) {
                assert_eq!(error, 438);
                let outputs = open.say(open.browser.refresh(3600)).unwrap();
                let [Output::Refusal(refusal)] = outputs.as_slice() else { panic!("{outputs:?}") };
                open.browser.learn(refusal);
                assert_eq!(open.ask(open.browser.refresh(3600)), None, "{hour}");
            }
            assert_eq!(open.ask(open.browser.permit(&[media()])), None);
            assert_eq!(open.say(open.browser.send(media(), b"check")), Ok(datagram(media(), b"check")));
        }
        late.now = open.now;
        late.learn_challenge();
        assert_eq!(late.ask(late.browser.allocate()), Some(401));
        assert_eq!(late.session.address(), None);
    }

    #[test]
    fn a_stranger_is_told_that_nothing_was_proved_and_nothing_else() {
        let relays = relays();
        let mut stranger = Bench::connected(&relays);
        stranger.browser = Browser::new(("9999999999:1".to_owned(), "a guess".to_owned()));
        stranger.learn_challenge();
        for request in [
            stranger.browser.allocate(),
            stranger.browser.refresh(600),
            stranger.browser.permit(&[media()]),
            stranger.browser.permit(&[address("10.0.0.5:80")]),
            stranger.browser.bind(0x4001, media()),
        ] {
            let outputs = stranger.say(request).unwrap();
            let [Output::Refusal(refusal)] = outputs.as_slice() else { panic!("{outputs:?}") };
            assert_eq!(error_of(refusal), Some(401));
            assert!(refusal.len() < 200);
        }
        assert_eq!(stranger.say(stranger.browser.send(media(), b"in")), Ok(vec![]));
        assert_eq!(stranger.say(Browser::channel(0x4001, b"in")), Ok(vec![]));
        assert_eq!(stranger.say(stranger.browser.request(BINDING, &|_| vec![])), Err(NotTurn));
        assert_eq!(stranger.session.address(), None);
    }

    #[test]
    fn a_connection_has_one_relay_also_after_it_was_given_back() {
        let mut bench = Bench::allocated(&relays());
        let address = bench.session.address();
        assert_eq!(bench.ask(bench.browser.allocate()), Some(437));
        assert_eq!(bench.ask(bench.browser.refresh(0)), None);
        assert_eq!(bench.ask(bench.browser.allocate()), Some(508));
        assert_eq!(bench.say(bench.browser.send(media(), b"in")), Ok(vec![]));
        assert_eq!(bench.session.address(), address, "it is nobody else's before the connection ends");
    }

    #[test]
    fn of_a_thousand_relays_of_one_person_the_last_four_may_stay() {
        use futures_util::FutureExt as _;
        let relays = relays();
        let benches: Vec<_> = (0..1000).map(|_| Bench::allocated(&relays)).collect();
        let stays = |bench: &&Bench| bench.session.displaced().unwrap().notified().now_or_never().is_none();
        assert_eq!(benches.iter().filter(stays).count(), 4);
    }
}
