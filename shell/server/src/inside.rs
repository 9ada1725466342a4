//! What a connection is inside of TLS: one of a relay by its first byte, else one for pages.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use axum_server::tls_rustls::RustlsAcceptor;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use crate::accept::{BEGIN_WITHIN, CountedStream, Door};
use crate::relay::{self, Relays};

/// Looks inside of the connections that come through the door. Where there are no relays, all are for pages.
#[derive(Clone)]
pub(crate) struct Inside {
    outside: RustlsAcceptor<Door>,
    relays: Option<Relays>,
}

impl Inside {
    pub(crate) fn new(outside: RustlsAcceptor<Door>, relays: Option<Relays>) -> Self {
        Self { outside, relays }
    }
}

impl<S> Accept<TcpStream, S> for Inside
where
    RustlsAcceptor<Door>:
        Accept<TcpStream, S, Stream = TlsStream<CountedStream>, Future: Send + 'static, Service: Send>,
{
    type Stream = Begun;
    type Service = <RustlsAcceptor<Door> as Accept<TcpStream, S>>::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Begun, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let (accepted, relays) = (self.outside.accept(stream, service), self.relays.clone());
        Box::pin(async move {
            let (mut stream, service) = accepted.await?;
            let first = timeout(BEGIN_WITHIN, stream.read_u8()).await??;
            match relays {
                Some(relays) if relay::is_turn(first) => {
                    let browser = stream.get_ref().0.prefer_sound()?;
                    relay::serve(stream, first, browser, relays).await?;
                    Err(io::Error::other("it was a relay's"))
                }
                Some(_) | None => Ok((Begun { stream, first: Some(first) }, service)),
            }
        })
    }
}

/// A stream whose first byte was read, and is there again.
pub(crate) struct Begun {
    stream: TlsStream<CountedStream>,
    first: Option<u8>,
}

impl AsyncRead for Begun {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.first.take_if(|_| into.remaining() > 0) {
            Some(first) => {
                into.put_slice(&[first]);
                Poll::Ready(Ok(()))
            }
            None => Pin::new(&mut self.stream).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Begun {
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
