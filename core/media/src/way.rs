//! How datagrams travel between a browser and the server.

use std::net::SocketAddr;

/// What carries datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// UDP.
    Udp,
    /// A TCP connection that the browser opened, for where UDP is blocked: each datagram in a frame (RFC 4571).
    Tcp,
}

/// An address, and what carries datagrams to and from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// What carries them.
    pub carrier: Carrier,
    /// The address.
    pub address: SocketAddr,
}

impl Endpoint {
    /// Where UDP datagrams come from or go to.
    pub const fn udp(address: SocketAddr) -> Self {
        Self { carrier: Carrier::Udp, address }
    }

    /// The end of a TCP connection.
    pub const fn tcp(address: SocketAddr) -> Self {
        Self { carrier: Carrier::Tcp, address }
    }
}

/// The way of a datagram, in either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// What carries it.
    pub carrier: Carrier,
    /// The browser's address, as the server sees it.
    pub remote: SocketAddr,
    /// The server's address, as the browser knows it.
    pub local: SocketAddr,
}

impl Way {
    /// Over UDP.
    pub const fn udp(remote: SocketAddr, local: SocketAddr) -> Self {
        Self { carrier: Carrier::Udp, remote, local }
    }

    /// Over a TCP connection.
    pub const fn tcp(remote: SocketAddr, local: SocketAddr) -> Self {
        Self { carrier: Carrier::Tcp, remote, local }
    }

    /// The browser's end.
    pub const fn remote(self) -> Endpoint {
        Endpoint { carrier: self.carrier, address: self.remote }
    }
}
