//! The sockets of a media thread and what waits to leave by them.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use mio::{Registry, Token};
use node::{Carrier, Endpoint, Way};

use crate::egress::Egress;
use crate::metrics::ThreadMetrics;
use crate::reception::Visitor;
use crate::relay::{WayBack, is_place};
use crate::tcp::{Connection, Connections};
use crate::udp::{MediaSocket, Sent};

pub(super) struct Ports {
    pub(super) sockets: Vec<MediaSocket>,
    pub(super) connections: Connections,
    /// The ways back to browsers behind relays.
    pub(super) relays: HashMap<SocketAddr, WayBack>,
    /// The addresses at which browsers open TCP connections: those of all media threads together.
    doors: Vec<SocketAddr>,
    egress: Egress,
    sent: Sent,
    metrics: Arc<ThreadMetrics>,
}

impl Ports {
    /// The sockets are polled under their index, the connections under what comes after.
    pub(super) fn new(
        mut sockets: Vec<MediaSocket>,
        doors: Vec<SocketAddr>,
        registry: Registry,
        metrics: Arc<ThreadMetrics>,
    ) -> io::Result<Self> {
        for (number, socket) in sockets.iter_mut().enumerate() {
            socket.register(&registry, Token(number))?;
        }
        let connections = Connections::new(registry, Token(sockets.len()), Instant::now());
        Ok(Self {
            sockets,
            connections,
            relays: HashMap::new(),
            doors,
            egress: Egress::default(),
            sent: Sent::default(),
            metrics,
        })
    }

    /// Where browsers reach this thread.
    pub(super) fn candidates(&self) -> Vec<Endpoint> {
        let udp = self.sockets.iter().flat_map(MediaSocket::candidates).copied().map(Endpoint::udp);
        udp.chain(self.doors.iter().copied().map(Endpoint::tcp)).collect()
    }

    /// How the datagrams of a visitor travel. Behind NAT it came to an address of which it knows nothing; it used the first
    /// door then, or another that means the same.
    pub(super) fn way_of(&self, visitor: &Visitor) -> Option<Way> {
        let same = |door: &&SocketAddr| door.ip() == visitor.at.ip();
        let door = self.doors.iter().find(same).or(self.doors.first())?;
        Some(Way::tcp(visitor.from, *door))
    }

    /// A visitor is a peer of this thread, and stays.
    pub(super) fn keep(&mut self, visitor: Visitor, way: Way, now: Instant) {
        let added = Connection::new(visitor.stream, way, visitor.guest, now)
            .and_then(|connection| self.connections.add(connection));
        if let Err(error) = added {
            tracing::warn!(%error, "a TCP connection cannot be used for media");
        }
        self.count_connections();
    }

    pub(super) fn count_connections(&self) {
        self.metrics.tcp_connections.store(self.connections.len() as u64, Ordering::Relaxed);
    }

    /// Keeps a datagram until the turn ends or enough has gathered.
    pub(super) fn queue(&mut self, way: Way, is_picture: bool, payload: Vec<u8>) {
        match way.carrier {
            Carrier::Udp if is_place(way.remote) => self.relay(way, is_picture, payload),
            Carrier::Udp => self.egress.push(way.local, way.remote, &payload),
            Carrier::Tcp => self.connections.queue(way, is_picture, payload, &mut self.sent),
        }
        if self.egress.is_full() {
            self.send();
        }
    }

    /// Gives a datagram to the relay that is its way. Where there is none any more it is dropped.
    fn relay(&mut self, way: Way, is_picture: bool, payload: Vec<u8>) {
        let Some(back) = self.relays.get(&way.remote) else {
            self.sent.dropped_refused += 1;
            return;
        };
        self.sent.datagrams += 1;
        self.sent.bytes += payload.len() as u64;
        self.sent.dropped_full += back.send(way.local, payload, is_picture);
    }

    /// Sends all that waits: what goes over UDP by the socket that browsers know as its source.
    pub(super) fn send(&mut self) {
        let mut sent = std::mem::take(&mut self.sent);
        let sockets = &self.sockets;
        self.egress.drain(|bundle| match sockets.iter().find(|socket| socket.is_known_as(bundle.source)) {
            Some(socket) => socket.send(bundle, &mut sent),
            None => sent.dropped_refused += bundle.sizes().len() as u64,
        });
        self.connections.send(&mut sent);
        if sent != Sent::default() {
            self.metrics.add_sent(sent);
        }
    }

    /// Forgets what waits, and closes the connections.
    pub(super) fn clear(&mut self) {
        self.egress = Egress::default();
        self.connections.clear();
        self.relays.clear();
        self.count_connections();
    }
}
