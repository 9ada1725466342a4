//! A TURN client of others, on a connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use turn_client_proto::api::{TurnClientApi as _, TurnConfig, TurnEvent, TurnPollRet, TurnRecvRet};
use turn_client_proto::prelude::DelayedTransmitBuild as _;
use turn_client_proto::stun::Instant as TurnInstant;
use turn_client_proto::stun::agent::Transmit;
use turn_client_proto::stun::auth::Feature;
use turn_client_proto::tcp::TurnClientTcp;
use turn_client_proto::types::{TransportType, TurnCredentials};

use crate::support::Duplex;

/// What comes from the relay.
#[derive(Debug)]
pub(crate) enum Came {
    Event(TurnEvent),
    Datagram { from: SocketAddr, bytes: Vec<u8> },
    Closed,
}

pub(crate) struct TurnClient {
    stream: Box<dyn Duplex>,
    client: TurnClientTcp,
    here: SocketAddr,
    relay: SocketAddr,
    begun: Instant,
}

impl TurnClient {
    /// Asks for a relay; with which success comes next.
    pub(crate) fn new(stream: Box<dyn Duplex>, relay: SocketAddr, user: &str, password: &str) -> Self {
        let here = "127.0.0.1:9".parse().unwrap();
        let mut config = TurnConfig::new(TurnCredentials::new(user, password));
        // Browsers say their name, and not its hash, of which a server that keeps no names makes nothing.
        config.set_anonymous_username(Feature::Disabled);
        let client = TurnClientTcp::allocate(here, relay, config);
        Self { stream, client, here, relay, begun: Instant::now() }
    }

    /// With what the welcome says of the relay.
    pub(crate) fn welcomed(stream: Box<dyn Duplex>, relay: SocketAddr, welcome: &Value) -> Self {
        let text = |name: &str| welcome["relay"][name].as_str().unwrap();
        Self::new(stream, relay, text("user"), text("password"))
    }

    fn now(&self) -> TurnInstant {
        TurnInstant::from_nanos(i64::try_from(self.begun.elapsed().as_nanos()).unwrap())
    }

    pub(crate) async fn next(&mut self) -> Came {
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let TurnPollRet::WaitUntil(until) = self.client.poll(self.now()) else { return Came::Closed };
            while let Some(transmit) = self.client.poll_transmit(self.now()) {
                // The server may have hung up; then reading finds out.
                drop(self.stream.write_all(&transmit.data).await);
            }
            drop(self.stream.flush().await);
            if let Some(event) = self.client.poll_event() {
                return Came::Event(event);
            }
            if let Some(data) = self.client.poll_recv(self.now()) {
                return Came::Datagram { from: data.peer, bytes: data.data().to_vec() };
            }
            // The client leaves a little time between two requests.
            let wait = until.saturating_duration_since(self.now()).max(Duration::from_millis(1));
            let count = match timeout(wait, self.stream.read(&mut bytes)).await {
                Ok(Ok(count @ 1..)) => count,
                Ok(Ok(0) | Err(_)) => return Came::Closed,
                Err(_) => continue,
            };
            let transmit = Transmit::new(&bytes[..count], TransportType::Tcp, self.relay, self.here);
            if let TurnRecvRet::PeerData(data) = self.client.recv(transmit, self.now()) {
                return Came::Datagram { from: data.peer, bytes: data.data().to_vec() };
            }
        }
    }

    /// Whether there is a relay now.
    pub(crate) async fn is_allocated(&mut self) -> bool {
        matches!(self.next().await, Came::Event(TurnEvent::AllocationCreated(..)))
    }

    /// Whether datagrams may go to that address.
    pub(crate) async fn is_permitted(&mut self, peer: SocketAddr) -> bool {
        self.client.create_permission(TransportType::Udp, peer.ip(), self.now()).unwrap();
        matches!(self.next().await, Came::Event(TurnEvent::PermissionCreated(..)))
    }

    /// Whether a channel leads there.
    pub(crate) async fn is_bound(&mut self, peer: SocketAddr) -> bool {
        self.client.bind_channel(TransportType::Udp, peer, self.now()).unwrap();
        // A channel is a permission as well, and which of them is told first is the client's business.
        loop {
            match self.next().await {
                Came::Event(TurnEvent::ChannelCreated(..)) => return true,
                Came::Event(TurnEvent::PermissionCreated(..)) => {}
                Came::Event(_) | Came::Datagram { .. } | Came::Closed => return false,
            }
        }
    }

    pub(crate) async fn send(&mut self, peer: SocketAddr, datagram: &[u8]) {
        let now = self.now();
        let transmit = self.client.send_to(TransportType::Udp, peer, datagram, now).unwrap();
        let mut bytes = transmit.expect("something to write").data.build();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        self.stream.write_all(&bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }
}
