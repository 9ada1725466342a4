//! The ways to the server: a TCP stream with or without TLS, on it the one HTTP request that exchanges a link for a session,
//! or a WebSocket.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use wire::{Arrival, Problem, SessionRequest};

use super::link::Link;

/// How long a connection, or an answer on it, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer to the exchange; a plan of 200 seats is about 100 kB.
const ARRIVAL_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a server could not be reached, or what it refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("no server answers at {at}: {reason}")]
    Unreachable { at: String, reason: String },
    #[error("the server at {at} does not speak the protocol: {reason}")]
    Foreign { at: String, reason: String },
    #[error("the server at {at} shows another certificate than the one given with --fingerprint")]
    Certificate { at: String },
    #[error("{} {}", .0.title, .0.detail)]
    Refused(Box<Problem>),
}

impl ConnectError {
    /// Whether it may go better a moment later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            ConnectError::Unreachable { .. } => true,
            ConnectError::Foreign { .. } | ConnectError::Certificate { .. } => false,
            ConnectError::Refused(problem) => problem.status == 429 || problem.status >= 500,
        }
    }
}

/// A server and how to believe it.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) link: Link,
    pub(super) tls: Option<Arc<ClientConfig>>,
}

impl Way {
    /// Exchanges the link for a session. Also tells which local address leads to the server.
    pub(super) async fn arrive(&self) -> Result<(Arrival, IpAddr), ConnectError> {
        let stream = self.stream().await?;
        let local = stream.local_address().map_err(|error| self.unreachable(&error))?;
        let answer = tokio::time::timeout(PATIENCE, self.exchange(stream)).await;
        let arrival = answer.map_err(|_| self.unreachable(&"it does not answer"))??;
        Ok((arrival, local))
    }

    /// Opens the WebSocket.
    pub(super) async fn websocket(&self) -> Result<WebSocketStream<Stream>, ConnectError> {
        let stream = self.stream().await?;
        let scheme = if self.link.tls { "wss" } else { "ws" };
        let url = format!("{scheme}://{}/api/v1/ws", self.link.authority());
        let config = tungstenite::protocol::WebSocketConfig::default().max_message_size(Some(ARRIVAL_BYTES_MAX));
        let opening = tokio_tungstenite::client_async_with_config(url, stream, Some(config));
        let opened =
            tokio::time::timeout(PATIENCE, opening).await.map_err(|_| self.unreachable(&"it does not answer"))?;
        opened.map(|(socket, _)| socket).map_err(|error| self.unreachable(&error))
    }

    async fn stream(&self) -> Result<Stream, ConnectError> {
        let connecting = TcpStream::connect((self.link.host.as_str(), self.link.port));
        let tcp = tokio::time::timeout(PATIENCE, connecting).await;
        let tcp = tcp.map_err(|_| self.unreachable(&"it takes too long"))?.map_err(|error| self.unreachable(&error))?;
        tcp.set_nodelay(true).map_err(|error| self.unreachable(&error))?;
        let Some(config) = &self.tls else { return Ok(Stream::Plain(tcp)) };
        let name = ServerName::try_from(self.link.host.clone()).map_err(|error| self.foreign(&error))?;
        let handshake = TlsConnector::from(config.clone()).connect(name, tcp);
        let tls =
            tokio::time::timeout(PATIENCE, handshake).await.map_err(|_| self.unreachable(&"it takes too long"))?;
        tls.map(|stream| Stream::Tls(Box::new(stream))).map_err(|error| self.untrusted(&error))
    }

    async fn exchange(&self, stream: Stream) -> Result<Arrival, ConnectError> {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(&error))?;
        let running = tokio::spawn(connection);
        let body = serde_json::to_vec(&SessionRequest { secret: self.link.secret.clone() });
        let request = Request::post("/api/v1/sessions")
            .header("host", self.link.authority())
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.map_err(|error| self.foreign(&error))?)))
            .map_err(|error| self.foreign(&error))?;
        let response = sender.send_request(request).await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ARRIVAL_BYTES_MAX).collect().await;
        let body = body.map_err(|error| self.unreachable(&error))?.to_bytes();
        running.abort();
        if status.is_success() {
            serde_json::from_slice(&body).map_err(|error| self.foreign(&error))
        } else {
            Err(self.refusal(status, &body))
        }
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> ConnectError {
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => ConnectError::Refused(Box::new(problem)),
            Err(_) => self.foreign(&format_args!("it answered {status}")),
        }
    }

    /// A TLS handshake that failed: the verifier says when it was for the certificate.
    fn untrusted(&self, error: &io::Error) -> ConnectError {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<tokio_rustls::rustls::Error>());
        match inner {
            Some(tokio_rustls::rustls::Error::InvalidCertificate(_)) => {
                ConnectError::Certificate { at: self.link.authority() }
            }
            Some(_) | None => self.foreign(error),
        }
    }

    fn unreachable(&self, reason: &dyn std::fmt::Display) -> ConnectError {
        ConnectError::Unreachable { at: self.link.authority(), reason: reason.to_string() }
    }

    fn foreign(&self, reason: &dyn std::fmt::Display) -> ConnectError {
        ConnectError::Foreign { at: self.link.authority(), reason: reason.to_string() }
    }
}

/// A stream to the server.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    fn local_address(&self) -> io::Result<IpAddr> {
        let tcp = match self {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(tls) => tls.get_ref().0,
        };
        tcp.local_addr().map(|address| address.ip())
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_read(context, buffer),
            Stream::Tls(tls) => Pin::new(tls).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write(context, bytes),
            Stream::Tls(tls) => Pin::new(tls).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_flush(context),
            Stream::Tls(tls) => Pin::new(tls).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_shutdown(context),
            Stream::Tls(tls) => Pin::new(tls).poll_shutdown(context),
        }
    }
}
