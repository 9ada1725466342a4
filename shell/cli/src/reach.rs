//! The ways to a server: a TCP stream with or without TLS, and on it an HTTP request or a WebSocket. Which certificate is
//! believed is said by its fingerprint; on this machine's own addresses any is.

mod address;
mod trust;

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::http::request::Builder;
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
use wire::Problem;

pub(crate) use address::Address;
pub(crate) use trust::Fingerprint;
use trust::Trust;

/// How long a connection, or an answer on it, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest message or answer that is taken; a manifest of 200 seats is about 200 kB.
pub(crate) const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A server, and how it is believed.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Server {
    /// Where the server is, such as `https://summit.example:8443`
    #[arg(long, value_name = "URL")]
    pub(crate) server: Address,
    /// SHA-256 of the server's certificate, as `sommet serve` prints it; not needed on this machine
    #[arg(long, value_name = "HEX")]
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Server {
    /// The way there.
    ///
    /// # Errors
    /// What must be said to trust the server.
    pub(crate) fn reach(&self) -> Result<Reach, String> {
        Reach::new(self.server.clone(), self.fingerprint)
    }
}

/// Why a server could not be reached, or what it refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
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
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            ConnectError::Unreachable { .. } => true,
            ConnectError::Foreign { .. } | ConnectError::Certificate { .. } => false,
            ConnectError::Refused(problem) => problem.status == 429 || problem.status >= 500,
        }
    }
}

/// A server and how to believe it.
#[derive(Clone)]
pub(crate) struct Reach {
    address: Address,
    tls: Option<Arc<ClientConfig>>,
}

impl Reach {
    /// The way to a server whose certificate has that fingerprint.
    ///
    /// # Errors
    /// When the certificate must be named.
    pub(crate) fn new(address: Address, fingerprint: Option<Fingerprint>) -> Result<Self, String> {
        let trust = match fingerprint {
            Some(fingerprint) => Trust::Pinned(fingerprint),
            None if !address.tls || address.is_loopback() => Trust::Loopback,
            None => {
                let place = address.authority();
                return Err(format!(
                    "give the certificate of {place} with --fingerprint, as `sommet serve` printed it"
                ));
            }
        };
        let tls = address.tls.then(|| trust::client_config(trust)).transpose().map_err(|error| error.to_string())?;
        Ok(Self { address, tls })
    }

    /// Asks for something; its body, and the local address that leads to the server.
    pub(crate) async fn get(&self, path: &str) -> Result<(Bytes, IpAddr), ConnectError> {
        self.request(Request::get(path), Bytes::new()).await
    }

    /// The same with a body of JSON.
    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Result<(Bytes, IpAddr), ConnectError> {
        self.request(Request::post(path).header("content-type", "application/json"), Bytes::from(body)).await
    }

    /// Opens a WebSocket.
    pub(crate) async fn websocket(&self, path: &str) -> Result<WebSocketStream<Stream>, ConnectError> {
        let stream = self.stream().await?;
        let scheme = if self.address.tls { "wss" } else { "ws" };
        let url = format!("{scheme}://{}{path}", self.address.authority());
        let config = tungstenite::protocol::WebSocketConfig::default().max_message_size(Some(ANSWER_BYTES_MAX));
        let opening = tokio_tungstenite::client_async_with_config(url, stream, Some(config));
        let opened =
            tokio::time::timeout(PATIENCE, opening).await.map_err(|_| self.unreachable(&"it does not answer"))?;
        opened.map(|(socket, _)| socket).map_err(|error| self.unreachable(&error))
    }

    async fn stream(&self) -> Result<Stream, ConnectError> {
        let connecting = TcpStream::connect((self.address.host.as_str(), self.address.port));
        let tcp = tokio::time::timeout(PATIENCE, connecting).await;
        let tcp = tcp.map_err(|_| self.unreachable(&"it takes too long"))?.map_err(|error| self.unreachable(&error))?;
        tcp.set_nodelay(true).map_err(|error| self.unreachable(&error))?;
        let Some(config) = &self.tls else { return Ok(Stream::Plain(tcp)) };
        let name = ServerName::try_from(self.address.host.clone()).map_err(|error| self.foreign(&error))?;
        let handshake = TlsConnector::from(config.clone()).connect(name, tcp);
        let tls =
            tokio::time::timeout(PATIENCE, handshake).await.map_err(|_| self.unreachable(&"it takes too long"))?;
        tls.map(|stream| Stream::Tls(Box::new(stream))).map_err(|error| self.untrusted(&error))
    }

    async fn request(&self, head: Builder, body: Bytes) -> Result<(Bytes, IpAddr), ConnectError> {
        let stream = self.stream().await?;
        let local = stream.local_address().map_err(|error| self.unreachable(&error))?;
        let answer = tokio::time::timeout(PATIENCE, self.exchange(stream, head, body)).await;
        Ok((answer.map_err(|_| self.unreachable(&"it does not answer"))??, local))
    }

    async fn exchange(&self, stream: Stream, head: Builder, body: Bytes) -> Result<Bytes, ConnectError> {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(&error))?;
        let running = tokio::spawn(connection);
        let request = head
            .header("host", self.address.authority())
            .body(Full::new(body))
            .map_err(|error| self.foreign(&error))?;
        let response = sender.send_request(request).await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| self.unreachable(&error))?.to_bytes();
        running.abort();
        if status.is_success() { Ok(body) } else { Err(self.refusal(status, &body)) }
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
                ConnectError::Certificate { at: self.address.authority() }
            }
            Some(_) | None => self.foreign(error),
        }
    }

    pub(crate) fn unreachable(&self, reason: &dyn std::fmt::Display) -> ConnectError {
        ConnectError::Unreachable { at: self.address.authority(), reason: reason.to_string() }
    }

    pub(crate) fn foreign(&self, reason: &dyn std::fmt::Display) -> ConnectError {
        ConnectError::Foreign { at: self.address.authority(), reason: reason.to_string() }
    }
}

/// A stream to the server.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(crate) fn local_address(&self) -> io::Result<IpAddr> {
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
