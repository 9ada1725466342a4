//! The sockets of a media thread and what waits to leave by them.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::egress::Egress;
use crate::metrics::ThreadMetrics;
use crate::udp::{MediaSocket, Sent};

pub(super) struct Ports {
    pub(super) sockets: Vec<MediaSocket>,
    egress: Egress,
    metrics: Arc<ThreadMetrics>,
}

impl Ports {
    pub(super) fn new(sockets: Vec<MediaSocket>, metrics: Arc<ThreadMetrics>) -> Self {
        Self { sockets, egress: Egress::default(), metrics }
    }

    /// The addresses at which browsers reach the sockets.
    pub(super) fn candidates(&self) -> Vec<SocketAddr> {
        self.sockets.iter().flat_map(MediaSocket::candidates).copied().collect()
    }

    /// Keeps a datagram until the turn ends or enough has gathered.
    pub(super) fn queue(&mut self, source: SocketAddr, destination: SocketAddr, payload: &[u8]) {
        self.egress.push(source, destination, payload);
        if self.egress.is_full() {
            self.send();
        }
    }

    /// Sends all that waits, each bundle by the socket that browsers know as its source.
    pub(super) fn send(&mut self) {
        let mut sent = Sent::default();
        let sockets = &self.sockets;
        self.egress.drain(|bundle| match sockets.iter().find(|socket| socket.is_known_as(bundle.source)) {
            Some(socket) => socket.send(bundle, &mut sent),
            None => sent.dropped_refused += bundle.sizes().len() as u64,
        });
        if sent != Sent::default() {
            self.metrics.add_sent(sent);
        }
    }

    /// Forgets what waits.
    pub(super) fn clear(&mut self) {
        self.egress = Egress::default();
    }
}
