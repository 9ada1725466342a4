//! Why a server does not start. Every message says what to do.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::tls::TlsError;

/// Why a server does not start; nothing is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No address to listen at.
    #[error("there is no address to listen at; set `listen`, for example to \"0.0.0.0:8443\"")]
    NothingToListenAt,
    /// Plain HTTP where others could read along.
    #[error(
        "plain HTTP is only for this machine itself, but {0} can be reached from others; listen at 127.0.0.1 and [::1] \
         only, or leave `plain_http` out to serve HTTPS"
    )]
    PlainHttpExposed(SocketAddr),
    /// Both a certificate and plain HTTP.
    #[error("`tls` and `plain_http` exclude each other; leave one of them out")]
    PlainHttpWithCertificate,
    /// A relay inside of TLS, and no TLS.
    #[error("`relay_address` is for a server with TLS, and `plain_http` has none; leave one of them out")]
    RelayWithoutTls,
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] store::OpenError),
    /// A TCP address cannot be had.
    #[error("cannot listen at {address} (TCP): {source}; choose another address or port with `listen`")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A UDP address cannot be had.
    #[error(
        "cannot carry media at {address} (UDP): {source}; choose another port with `media_port`, or addresses of this \
         machine with `media_addresses`"
    )]
    Media {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// More media threads than ports.
    #[error(
        "there are not {0} UDP ports from `media_port` on, or from the port in `public_addresses` on; choose a lower port \
         or fewer `media_threads`"
    )]
    MediaPorts(usize),
    /// Sockets that no browser can be told of.
    #[error(
        "no address is known at which browsers reach the media socket bound to {0}; set `public_addresses`, or \
         `media_addresses` to addresses of this machine"
    )]
    NothingToAdvertise(SocketAddr),
    /// The system gives no thread, no event queue, no socket for administration.
    #[error(
        "the system does not give what the server needs ({what}): {source}; raise the limits of this user or container"
    )]
    System {
        /// What.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The administration socket cannot be had.
    #[error("cannot open the administration socket in {path}: {source}; check that the data folder is writable and its path short", path = .path.display())]
    Administration {
        /// The data folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl StartError {
    /// For what the system refuses.
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}
