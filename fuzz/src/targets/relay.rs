//! The relay inside of TLS, as a stranger or as somebody who has one: it leads to our media and nowhere else, and a stranger
//! gets none. The first byte says which of them it is; the rest are pieces of the stream.

use std::net::SocketAddr;
use std::time::Duration;

use server::strangers::{Done, Relayed};
use turn_client_proto::api::{TurnClientApi as _, TurnConfig};
use turn_client_proto::stun::Instant;
use turn_client_proto::stun::agent::Transmit;
use turn_client_proto::stun::auth::Feature;
use turn_client_proto::tcp::TurnClientTcp;
use turn_client_proto::types::{TransportType, TurnCredentials};

use crate::call::{server, stranger};
use crate::script::Script;

pub(super) fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let has_relay = script.byte().is_some_and(|byte| byte & 1 == 1);
    let mut relay = Relayed::new(stranger(), server());
    if has_relay {
        allocate(&mut relay);
    }
    loop {
        let piece = script.bytes();
        let Some(Done { datagrams, .. }) = relay.receive(piece) else { return };
        assert!(datagrams.iter().all(|(to, _)| has_relay && *to == server()), "it led elsewhere: {datagrams:?}");
        assert_eq!(relay.is_allocated(), has_relay, "nobody knows the password");
        if piece.is_empty() {
            return;
        }
    }
}

/// Has a relay, with a channel to our media.
fn allocate(relay: &mut Relayed) {
    let there: SocketAddr = ([192, 0, 2, 1], 443).into();
    let (user, password) = &relay.credential;
    let mut config = TurnConfig::new(TurnCredentials::new(user, password));
    config.set_anonymous_username(Feature::Disabled);
    let mut client = TurnClientTcp::allocate(stranger(), there, config);
    let mut now = Instant::from_nanos(0);
    for turn in 0..6 {
        if turn == 3 {
            client.bind_channel(TransportType::Udp, server(), now).expect("there is a relay");
        }
        client.poll(now);
        while let Some(transmit) = client.poll_transmit(now) {
            let Done { answers, .. } = relay.receive(&transmit.data).expect("a client of others is understood");
            client.recv(Transmit::new(answers, TransportType::Tcp, there, stranger()), now);
        }
        while client.poll_event().is_some() {}
        // The client leaves a little time between two requests.
        now += Duration::from_secs(1);
    }
    assert!(client.have_permission(TransportType::Udp, server().ip()), "a client of others is served");
}
