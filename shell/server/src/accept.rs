//! How many TCP connections there may be, in all and from one address, and how long each may take to say what it wants.
//! By its first byte a connection is one for pages, or one that carries media.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tower_layer::Layer as _;

use crate::crowd::{Crowd, Guest, Limits};
use crate::metrics::Metrics;
use crate::reception::Reception;
use crate::tcp::keep_little_unsent;

/// Connections in all. When there are so many, new ones are closed at once: the people who are in stay in.
pub(crate) const CONNECTIONS_MAX: usize = 4096;

/// Connections from one network: a whole delegation may sit behind it, with some connections each.
const CONNECTIONS_OF_ONE_MAX: usize = 512;

/// How long the TLS handshake, then the first request, may take.
pub(crate) const BEGIN_WITHIN: Duration = Duration::from_secs(10);

/// How long the next request of a connection may take to come.
pub(crate) const IDLE_WITHIN: Duration = Duration::from_secs(30);

/// How long a connection may carry nothing in either direction. More than [`IDLE_WITHIN`] and than the silence that ends a
/// WebSocket: this ends what those do not see, an HTTP/2 connection without a request and a reader that takes nothing.
const STILL_WITHIN: Duration = Duration::from_secs(45);

/// What a WebSocket may send before it has said who it is: a hello of 8 KiB, with the frames and the TLS records around it.
/// Whatever is longer than that fails as unreadable.
const BEFORE_HELLO: u64 = 8 * 1024 + 4 * 1024;

/// How many bytes a connection may still send; requests find the one of their connection among their extensions. A WebSocket
/// library gathers a message before anybody can judge it, so the bound is here, where the bytes come in.
#[derive(Clone)]
pub(crate) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    fn unlimited() -> Self {
        Self(Arc::new(AtomicU64::new(u64::MAX)))
    }

    /// From now on little may come.
    pub(crate) fn until_hello(&self) {
        self.0.store(BEFORE_HELLO, Ordering::Relaxed);
    }

    /// From now on the limits of messages are enough.
    pub(crate) fn lift(&self) {
        self.0.store(u64::MAX, Ordering::Relaxed);
    }

    fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn take(&self, bytes: usize) {
        // Counted by the one task that reads; the others only set it.
        let less = |left: u64| (left != u64::MAX).then(|| left.saturating_sub(bytes as u64));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

/// Lets connections in, up to the limits. Clones share the count.
#[derive(Clone)]
pub(crate) struct Door {
    crowd: Crowd,
    metrics: Arc<Metrics>,
    reception: Reception,
    still_within: Duration,
}

impl Door {
    /// Behind a proxy, the connections of this machine are everybody's.
    pub(crate) fn new(metrics: Arc<Metrics>, reception: Reception, behind_proxy: bool) -> Self {
        let limits = Limits { all: CONNECTIONS_MAX, of_one: CONNECTIONS_OF_ONE_MAX, spare_loopback: behind_proxy };
        Self { crowd: Crowd::new(limits), metrics, reception, still_within: STILL_WITHIN }
    }

    fn enter(&self, from: IpAddr) -> Option<Guest> {
        let guest = self.crowd.enter(from);
        if guest.is_none() {
            self.metrics.connections_refused.fetch_add(1, Ordering::Relaxed);
        }
        guest
    }

    /// Lets a connection in. One that carries media goes another way, and an error tells that it is not here any more.
    async fn admit(self, stream: TcpStream) -> io::Result<(CountedStream, Allowance)> {
        let guest = self.enter(stream.peer_addr()?.ip()).ok_or_else(|| io::Error::other("too many connections"))?;
        // Small messages must not wait for one another (Nagle).
        stream.set_nodelay(true)?;
        let mut first = [0];
        if timeout(BEGIN_WITHIN, stream.peek(&mut first)).await?? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if Reception::is_for(first[0]) {
            timeout(BEGIN_WITHIN, self.reception.receive(stream, guest)).await??;
            return Err(io::Error::other("it carries media, or nothing that is known"));
        }
        let allowance = Allowance::unlimited();
        Ok((CountedStream::new(stream, self.still_within, guest, allowance.clone()), allowance))
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Door {
    type Stream = CountedStream;
    type Service = AddExtension<S, Allowance>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(CountedStream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let admitted = self.clone().admit(stream);
        Box::pin(async move {
            let (stream, allowance) = admitted.await?;
            Ok((stream, Extension(allowance).layer(service)))
        })
    }
}

/// A TCP stream that is counted, and that fails when it stands still for too long.
pub(crate) struct CountedStream {
    stream: TcpStream,
    still_within: Duration,
    /// Over when nothing has moved for that long.
    still: Pin<Box<Sleep>>,
    allowance: Allowance,
    _guest: Guest,
}

impl CountedStream {
    fn new(stream: TcpStream, still_within: Duration, guest: Guest, allowance: Allowance) -> Self {
        Self { stream, still_within, still: Box::pin(sleep(still_within)), allowance, _guest: guest }
    }

    /// From now on it carries media. Returns whose it is.
    pub(crate) fn prefer_sound(&self) -> io::Result<SocketAddr> {
        keep_little_unsent(SockRef::from(&self.stream));
        self.stream.peer_addr()
    }

    /// What reading or writing came to, unless it waits and nothing has moved for too long. Both wait in one task, so one
    /// timer serves both.
    fn unless_still<T>(&mut self, context: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.still.as_mut().reset(Instant::now() + self.still_within);
            return done;
        }
        self.still.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.allowance.is_spent() {
            return Poll::Ready(Err(io::Error::other("too much came before it was known from whom")));
        }
        let before = into.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(context, into);
        self.allowance.take(into.filled().len() - before);
        self.unless_still(context, done)
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(context, from);
        self.unless_still(context, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(context, from);
        self.unless_still(context, done)
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Both ends of a connection; the server's end gives up soon.
    async fn connection() -> (CountedStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let door = Door::new(Arc::new(Metrics::new(1)), Reception::new(&[]), false);
        let door = Door { still_within: Duration::from_millis(100), ..door };
        client.write_all(b"G").await.unwrap();
        let (mut stream, _) = door.accept(stream, ()).await.unwrap();
        stream.read_exact(&mut [0]).await.unwrap();
        (stream, client)
    }

    #[test]
    fn who_sends_too_much_before_the_hello_is_not_read_any_more() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut stream, mut client) = connection().await;
            client.write_all(&vec![0; 100_000]).await.unwrap();
            let mut some = vec![0; 50_000];
            stream.read_exact(&mut some).await.unwrap();
            stream.allowance.until_hello();
            stream.read_exact(&mut some[..BEFORE_HELLO as usize]).await.unwrap();
            assert!(stream.read(&mut some).await.is_err());
            stream.allowance.lift();
            assert!(stream.read(&mut some).await.unwrap() > 0);
        });
    }

    #[test]
    fn who_says_nothing_and_who_reads_nothing_is_let_go() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut silent, _client) = connection().await;
            assert_eq!(silent.read(&mut [0; 8]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);

            let (mut unread, _client) = connection().await;
            let much = vec![0; 64 * 1024 * 1024];
            assert_eq!(unread.write_all(&much).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        });
    }
}
