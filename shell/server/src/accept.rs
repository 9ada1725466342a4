//! How many TCP connections there may be, in all and from one address, and how long each may take to say what it wants.

use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::crowd::{Crowd, Guest, Limits};
use crate::metrics::Metrics;

/// Connections in all. When there are so many, new ones are closed at once: the people who are in stay in.
const CONNECTIONS_MAX: usize = 4096;

/// Connections from one network: a whole delegation may sit behind it, with some connections each.
const CONNECTIONS_OF_ONE_MAX: usize = 512;

/// How long the TLS handshake, then the first request, may take.
pub(crate) const BEGIN_WITHIN: Duration = Duration::from_secs(10);

/// How long the next request of a connection may take to come.
pub(crate) const IDLE_WITHIN: Duration = Duration::from_secs(30);

/// Lets connections in, up to the limits. Clones share the count.
#[derive(Clone)]
pub(crate) struct Door {
    crowd: Crowd,
    metrics: Arc<Metrics>,
}

impl Door {
    /// Behind a proxy, the connections of this machine are everybody's.
    pub(crate) fn new(metrics: Arc<Metrics>, behind_proxy: bool) -> Self {
        let limits = Limits { all: CONNECTIONS_MAX, of_one: CONNECTIONS_OF_ONE_MAX, spare_loopback: behind_proxy };
        Self { crowd: Crowd::new(limits), metrics }
    }

    fn enter(&self, from: IpAddr) -> Option<Guest> {
        let guest = self.crowd.enter(from);
        if guest.is_none() {
            self.metrics.connections_refused.fetch_add(1, Ordering::Relaxed);
        }
        guest
    }
}

impl<S> Accept<TcpStream, S> for Door {
    type Stream = CountedStream;
    type Service = S;
    type Future = Ready<io::Result<(CountedStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let admitted = stream.peer_addr().and_then(|peer| {
            let guest = self.enter(peer.ip()).ok_or_else(|| io::Error::other("too many connections"))?;
            // Small messages must not wait for one another (Nagle).
            stream.set_nodelay(true)?;
            Ok((CountedStream { stream, _guest: guest }, service))
        });
        ready(admitted)
    }
}

/// A TCP stream that is counted.
pub(crate) struct CountedStream {
    stream: TcpStream,
    _guest: Guest,
}

impl AsyncRead for CountedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, from)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
