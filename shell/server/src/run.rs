//! Starts the parts of a server in order, joins them, and ends them in order.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use node::Identity;
use store::{SqliteStore, Writer};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::accept::{BEGIN_WITHIN, Door, IDLE_WITHIN};
use crate::crowd::Crowd;
use crate::files::Files;
use crate::http::{HALF_OPEN, Shared, router};
use crate::inside::Inside;
use crate::listen;
use crate::media_thread::{Command, MediaThread, Negotiator, Surroundings};
use crate::metrics::Metrics;
use crate::reception::Reception;
use crate::relay::Relays;
use crate::rooms::{Placements, Rooms};
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::start_error::StartError;
use crate::tls::{self, Tls};
use crate::udp::MediaSocket;
use crate::{addresses, admin, urls};

/// The longest head of a request, in bytes; a browser's has about one thousand.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// How long people may take to close their connections when the server stops.
const STOP_WITHIN: Duration = Duration::from_secs(4);

/// A running server. It stops when it is told to, or when this value is dropped.
pub struct Server {
    /// None once it has stopped.
    running: Option<Running>,
    urls: Vec<String>,
    fingerprint: Option<String>,
    media: Vec<SocketAddr>,
}

struct Running {
    runtime: Runtime,
    shared: Arc<Shared>,
    writer: Writer,
    listeners: Vec<Handle<SocketAddr>>,
    stopping: watch::Sender<bool>,
    /// Ends when no WebSocket is open and `open_sockets` is dropped.
    closed: mpsc::Receiver<()>,
    open_sockets: mpsc::Sender<()>,
}

impl Server {
    /// Whether a server could start with these settings, as far as they and the files they name tell. Nothing is opened to
    /// others, made or changed.
    ///
    /// # Errors
    /// Those of [`Server::start`] that do not depend on what else happens on the machine.
    pub fn check(settings: &Settings) -> Result<(), StartError> {
        check(settings)?;
        listen::check_ports(settings)?;
        if let Some(files) = &settings.tls {
            tls::given(files)?;
        }
        Ok(())
    }

    /// Starts a server; returns once it takes connections.
    ///
    /// # Errors
    /// See [`StartError`]: each says what to do. Nothing is left running then.
    pub fn start(settings: &Settings) -> Result<Self, StartError> {
        Self::check(settings)?;
        let writer = Writer::spawn(SqliteStore::open(&settings.data)?).map_err(StartError::system("a thread"))?;
        let started = Self::start_with(settings, &writer);
        if started.is_err() {
            writer.stop();
        }
        started
    }

    fn start_with(settings: &Settings, writer: &Writer) -> Result<Self, StartError> {
        let own = addresses::own();
        let tls = certificate(settings, &own)?;
        let listeners = listen::tcp(&settings.listen)?;
        let sockets = listen::media(settings, &own)?;
        let media: Vec<_> = sockets.iter().flatten().flat_map(|socket| socket.candidates()).copied().collect();
        let behind = threads_behind(&sockets);
        let bound: Vec<_> = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        let doors = addresses::doors(settings, &bound, &own);
        let urls = urls::of(settings, &bound, &own);

        let runtime = Runtime::new().map_err(StartError::system("threads"))?;
        let metrics = Arc::new(Metrics::new(sockets.len()));
        let placements = Placements::default();
        let threads = start_media(sockets, &doors, &runtime, writer, &metrics, &placements)?;
        // Relays have IPv4 addresses, and lead to such addresses only.
        let has_relay = settings.has_relay() && behind.keys().any(SocketAddr::is_ipv4);
        let relays = has_relay.then(|| Relays::new(settings.relay_address.clone(), behind, &threads, metrics.clone()));
        let (stopping, is_stopping) = watch::channel(false);
        let (open_sockets, closed) = mpsc::channel(1);
        let shared = Arc::new(Shared {
            rooms: Rooms::new(threads, placements, writer.clone()),
            sessions: Sessions::new(writer.clone()),
            files: Files::new(),
            writer: writer.clone(),
            metrics,
            relays,
            half_open: Crowd::new(HALF_OPEN),
            stopping: is_stopping,
            open_sockets: open_sockets.downgrade(),
            base_url: urls.first().cloned().unwrap_or_default(),
            tls: tls.is_some(),
            behind_proxy: settings.behind_proxy,
            metrics_for_all: settings.metrics_for_all,
        });
        let listeners = serve(&runtime, listeners, tls.as_ref(), &shared)?;
        admin::start(&runtime, &settings.data, urls.clone(), &shared)
            .map_err(|source| StartError::Administration { path: settings.data.clone(), source })?;
        let fingerprint = tls.map(|tls| tls.fingerprint);
        let running = Running { runtime, shared, writer: writer.clone(), listeners, stopping, closed, open_sockets };
        Ok(Self { running: Some(running), urls, fingerprint, media })
    }

    /// Where people's browsers find the page, without a trailing slash; the best first.
    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    /// SHA-256 of the certificate, in the form in which browsers show it; none without TLS.
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Where browsers are told to send media (UDP).
    pub fn media_addresses(&self) -> &[SocketAddr] {
        &self.media
    }

    /// From now on a request that the process end (SIGINT or SIGTERM) does not end it, but is waited for. To be called
    /// before anybody is told that the server is there: who knows of it may ask it to stop.
    ///
    /// # Errors
    /// When the system does not tell of signals.
    pub fn stop_requests(&self) -> std::io::Result<StopRequests<'_>> {
        let _context = self.running.as_ref().map(|running| running.runtime.enter());
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(StopRequests { server: self, interrupt, terminate })
    }

    /// Stops: tells every client to come back later, stores what is being stored, ends all threads. Takes some seconds at
    /// most. Not to be called from asynchronous code.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(running) = self.running.take() {
            running.end();
        }
    }
}

/// Requests that the process end, from when this was made.
pub struct StopRequests<'a> {
    server: &'a Server,
    interrupt: Signal,
    terminate: Signal,
}

impl StopRequests<'_> {
    /// Waits for the first one.
    pub fn wait(mut self) {
        let Some(running) = &self.server.running else { return };
        running.runtime.block_on(async {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

impl Running {
    fn end(mut self) {
        let threads = self.shared.rooms.threads();
        self.runtime.block_on(async {
            self.stopping.send_replace(true);
            for listener in &self.listeners {
                listener.graceful_shutdown(Some(STOP_WITHIN));
            }
            for thread in threads {
                // A thread that has stopped already needs no word.
                drop(tokio::time::timeout(STOP_WITHIN, thread.say(thread.life(), Command::Stop)).await);
            }
            drop(self.open_sockets);
            if tokio::time::timeout(STOP_WITHIN, self.closed.recv()).await.is_err() {
                tracing::warn!("some connections did not close in time");
            }
        });
        threads.iter().for_each(|thread| thread.join());
        self.writer.stop();
        self.runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

fn check(settings: &Settings) -> Result<(), StartError> {
    if settings.listen.is_empty() {
        return Err(StartError::NothingToListenAt);
    }
    if settings.plain_http && settings.tls.is_some() {
        return Err(StartError::PlainHttpWithCertificate);
    }
    if settings.plain_http && settings.relay_address.is_some() {
        return Err(StartError::RelayWithoutTls);
    }
    match settings.exposed_address() {
        Some(address) if settings.plain_http => Err(StartError::PlainHttpExposed(address)),
        Some(_) | None => Ok(()),
    }
}

fn certificate(settings: &Settings, own: &[IpAddr]) -> Result<Option<Tls>, StartError> {
    if settings.plain_http {
        return Ok(None);
    }
    let tls = match &settings.tls {
        Some(files) => tls::given(files)?,
        None => tls::own(&settings.data.join("tls"), &urls::names(settings), &urls::addresses(settings, own))?,
    };
    Ok(Some(tls))
}

/// Which media thread is behind which address, as browsers know it.
fn threads_behind(sockets: &[Vec<MediaSocket>]) -> HashMap<SocketAddr, usize> {
    let of_thread = |(thread, sockets): (usize, &Vec<MediaSocket>)| {
        let addresses = sockets.iter().flat_map(MediaSocket::candidates).copied().collect::<Vec<_>>();
        addresses.into_iter().map(move |address| (address, thread))
    };
    sockets.iter().enumerate().flat_map(of_thread).collect()
}

fn start_media(
    sockets: Vec<Vec<MediaSocket>>,
    doors: &[SocketAddr],
    runtime: &Runtime,
    writer: &Writer,
    metrics: &Arc<Metrics>,
    placements: &Placements,
) -> Result<Vec<Arc<MediaThread>>, StartError> {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let negotiator = Negotiator::new(runtime.handle().clone(), Identity::generate(), at_once);
    let start = |(index, sockets)| {
        let around = Surroundings {
            writer: writer.clone(),
            negotiator: negotiator.clone(),
            placements: placements.clone(),
            metrics: metrics.clone(),
        };
        MediaThread::start(index, sockets, doors.to_vec(), around)
            .map(Arc::new)
            .map_err(StartError::system("a media thread"))
    };
    sockets.into_iter().enumerate().map(start).collect()
}

/// Serves the routes on every listener.
fn serve(
    runtime: &Runtime,
    listeners: Vec<TcpListener>,
    tls: Option<&Tls>,
    shared: &Arc<Shared>,
) -> Result<Vec<Handle<SocketAddr>>, StartError> {
    let _context = runtime.enter();
    let door = Door::new(shared.metrics.clone(), Reception::new(shared.rooms.threads()), shared.behind_proxy);
    let mut handles = Vec::new();
    for listener in listeners {
        let handle = Handle::new();
        let service = router(shared.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let mut server = axum_server::from_tcp(listener)
            .map_err(StartError::system("an event queue"))?
            .handle(handle.clone())
            .first_request_timeout(BEGIN_WITHIN)
            // Not aloud: when descriptors run out, or somebody scans the port, it happens many times a second.
            .accept_error_handler(|_, error| tracing::debug!(%error, "a connection could not be taken"));
        server.http_builder().http1().header_read_timeout(IDLE_WITHIN).max_buf_size(HEAD_BYTES_MAX);
        match tls {
            Some(tls) => {
                let outside = RustlsAcceptor::new(RustlsConfig::from_config(tls.config.clone()))
                    .handshake_timeout(BEGIN_WITHIN)
                    .acceptor(door.clone());
                let inside = Inside::new(outside, shared.relays.clone());
                runtime.spawn(server.acceptor(inside).serve(service));
            }
            None => {
                runtime.spawn(server.acceptor(door.clone()).serve(service));
            }
        }
        handles.push(handle);
    }
    Ok(handles)
}
