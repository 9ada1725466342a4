//! The way for the fuzz targets (`fuzz/`) to what reads strangers' bytes here and is called by nobody outside.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use node::SessionId;

use crate::clock::Now;
use crate::frames::Unframer;
use crate::metrics::Metrics;
use crate::relay::{Messages, Output, Relays, Session, padded};

/// The datagrams in a stream of frames (RFC 4571) that comes in these pieces; none when it is no such stream.
pub fn frames(pieces: &[&[u8]]) -> Option<Vec<Vec<u8>>> {
    let (mut unframer, mut datagrams) = (Unframer::default(), Vec::new());
    for piece in pieces {
        let each = |datagram: &[u8]| {
            datagrams.push(datagram.to_vec());
            true
        };
        unframer.take(piece, each).ok()?;
    }
    Some(datagrams)
}

/// A browser's connection to the relay, inside of TLS.
pub struct Relayed {
    messages: Messages,
    session: Session,
    now: Now,
    /// The user and the password that are good for it.
    pub credential: (String, String),
}

/// What a relay does with what came.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Goes back to the browser.
    pub answers: Vec<u8>,
    /// Goes to our media.
    pub datagrams: Vec<(SocketAddr, Vec<u8>)>,
}

impl Relayed {
    /// From that address, at a server with that media address.
    pub fn new(browser: SocketAddr, media: SocketAddr) -> Self {
        let now = Now::read();
        let relays = Relays::new(None, HashMap::from([(media, 0)]), &[], Arc::new(Metrics::new(1)));
        let offer = relays.offer(SessionId(1), now.wall);
        let session = Session::new(relays, browser, now);
        Self { messages: Messages::default(), session, now, credential: (offer.user, offer.password) }
    }

    /// Takes what the browser sent; none when the connection ends by it.
    pub fn receive(&mut self, bytes: &[u8]) -> Option<Done> {
        self.messages.add(bytes);
        let mut done = Done::default();
        while let Some(message) = self.messages.next().ok()? {
            for output in self.session.handle_message(message, self.now).ok()? {
                match output {
                    Output::Message(message) | Output::Refusal(message) => done.answers.extend(padded(message)),
                    Output::Datagram { to, bytes } => done.datagrams.push((to, bytes)),
                }
            }
        }
        Some(done)
    }

    /// Whether it has a relay.
    pub fn is_allocated(&self) -> bool {
        self.session.address().is_some()
    }
}
