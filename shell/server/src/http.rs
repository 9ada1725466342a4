//! The routes of the HTTP server and what each answers. The meeting itself goes through the WebSocket.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Router};
use store::Writer;
use tokio::sync::watch;
use tokio::time::timeout;
use wire::{MESSAGE_BYTES_MAX, SessionRequest};

use crate::accept::Allowance;
use crate::ask::ask_in_time;
use crate::crowd::{Crowd, Guest, Limits};
use crate::gauge::Counted;
use crate::metrics::Metrics;
use crate::problem::{Code, problem};
use crate::relay::Relays;
use crate::rooms::Rooms;
use crate::sessions::{Refused, Sessions};
use crate::{embed, files, headers, party, websocket};

/// The description of this API, kept true by a test.
const OPENAPI: &str = include_str!("../openapi.json");

/// The largest body that the API takes.
const BODY_BYTES_MAX: usize = 4 * 1024;

/// How long a body may take to come: one that trickles in does not hold a connection for ever.
pub(crate) const BODY_WITHIN: Duration = Duration::from_secs(10);

/// WebSockets that have not said hello yet. When there are so many, a new one is refused with 503; a client that says
/// nothing is let go after ten seconds, so a storm of arrivals is let in a little later. A delegation behind one address comes
/// at once, but nobody else can take all places.
pub(crate) const HALF_OPEN: Limits = Limits { all: 512, of_one: 64, spare_loopback: true };

/// What is read from a WebSocket at a time. The library would hold 128 KiB for each of them from beginning to end, which is more
/// than all else that a person who only listens needs; nearly all messages are shorter than this.
const READ_BYTES: usize = 8 * 1024;

/// What proxies add to the requests that they pass on.
const FORWARDING: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// A media thread that did not go round for so long is not ready.
const LOOP_AGE_MAX: Duration = Duration::from_secs(1);

/// What all requests share.
pub(crate) struct Shared {
    pub(crate) writer: Writer,
    pub(crate) rooms: Rooms,
    pub(crate) sessions: Sessions,
    pub(crate) files: files::Files,
    pub(crate) metrics: Arc<Metrics>,
    /// Who has opened a WebSocket and said no hello yet.
    pub(crate) half_open: Crowd,
    /// Inside of TLS, where this server has any.
    pub(crate) relays: Option<Relays>,
    /// True once the server stops.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Held by every WebSocket; the server waits until none is left.
    pub(crate) open_sockets: tokio::sync::mpsc::WeakSender<()>,
    /// What links begin with.
    pub(crate) base_url: String,
    pub(crate) tls: bool,
    pub(crate) behind_proxy: bool,
    pub(crate) metrics_for_all: bool,
}

/// All routes.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/client", get(client))
        .route("/api/v1/files", post(files::create))
        .route("/api/v1/files/{id}", get(files::show))
        .route("/api/v1/files/{id}/chunks/{number}", files::chunks())
        .route("/api/v1/openapi.json", get(openapi))
        .route("/api/v1/party", get(open_party_websocket))
        .route("/api/v1/sessions", post(open_session))
        .route("/api/v1/ws", get(open_websocket))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/readyz", get(readiness))
        .fallback(client_file)
        .method_not_allowed_fallback(async || problem(Code::Method))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(shared.tls, headers::secure))
        .with_state(shared)
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], OPENAPI)
}

/// What the page consists of, for `sommet verify-web`.
async fn client() -> Response<Body> {
    match embed::client() {
        Some(client) => ([(header::CACHE_CONTROL, "no-cache")], axum::Json(client)).into_response(),
        None => problem(Code::Unavailable),
    }
}

async fn open_session(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    request: Request,
) -> Response<Body> {
    let is_json =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let body = timeout(BODY_WITHIN, Bytes::from_request(request, &())).await.ok().and_then(Result::ok);
    let request = body.filter(|_| is_json).and_then(|body| serde_json::from_slice::<SessionRequest>(&body).ok());
    let Some(request) = request else { return problem(Code::Malformed) };
    match shared.sessions.arrive(&request.secret, shared.client(peer, &headers)).await {
        Ok(arrival) => {
            (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(arrival)).into_response()
        }
        // A link opens nothing once its summit is over, and which of its faults it has is not said.
        Err(Refused::Unknown | Refused::Ended) => {
            shared.metrics.links_refused.fetch_add(1, Ordering::Relaxed);
            problem(Code::LinkRefused)
        }
        Err(Refused::NotAgreed) => problem(Code::NotAgreed),
        Err(Refused::TooMany) => problem(Code::TooMany),
        Err(Refused::Unavailable) => problem(Code::Unavailable),
    }
}

async fn open_websocket(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    allowance: Option<Extension<Allowance>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response<Body> {
    let opened = match open(&shared, peer, &headers, upgrade, allowance) {
        Ok(opened) => opened,
        Err(code) => return problem(code),
    };
    let Opened { upgrade, from, half_open, open, allowance } = opened;
    upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX).on_upgrade(async move |socket| {
        websocket::serve(socket, shared, from, half_open, allowance).await;
        drop(open);
    })
}

async fn open_party_websocket(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    allowance: Option<Extension<Allowance>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response<Body> {
    let opened = match open(&shared, peer, &headers, upgrade, allowance) {
        Ok(opened) => opened,
        Err(code) => return problem(code),
    };
    let Opened { upgrade, from, half_open, open, allowance } = opened;
    let most = party::PARTY_BYTES_MAX;
    upgrade.max_message_size(most).max_frame_size(most).on_upgrade(async move |socket| {
        party::serve(socket, shared, half_open, allowance, from).await;
        drop(open);
    })
}

/// A WebSocket that may be opened, with all that is counted while it is.
struct Opened {
    upgrade: WebSocketUpgrade,
    from: IpAddr,
    half_open: (Guest, Counted),
    open: tokio::sync::mpsc::Sender<()>,
    allowance: Allowance,
}

fn open(
    shared: &Shared,
    peer: SocketAddr,
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    allowance: Option<Extension<Allowance>>,
) -> Result<Opened, Code> {
    if !is_own_origin(headers) {
        shared.metrics.foreign_origins.fetch_add(1, Ordering::Relaxed);
        return Err(Code::Forbidden);
    }
    let upgrade = upgrade.map_err(|_| Code::Malformed)?.read_buffer_size(READ_BYTES);
    let from = shared.client(peer, headers);
    let guest = shared.half_open.enter(from).ok_or(Code::Unavailable)?;
    let open = shared.open_sockets.upgrade().ok_or(Code::Unavailable)?;
    // Every connection that came through the door has one.
    let Extension(allowance) = allowance.ok_or(Code::Unavailable)?;
    allowance.until_hello();
    let half_open = (guest, Counted::new(&shared.metrics, |metrics| &metrics.half_open));
    Ok(Opened { upgrade, from, half_open, open, allowance })
}

/// A page of another origin has no business here, even though it has no token. Programs that are no browsers send no origin.
fn is_own_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let authority = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok()?.into_parts().authority);
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    matches!((authority, host), (Some(authority), Some(host)) if authority.as_str().eq_ignore_ascii_case(host))
}

async fn health() -> &'static str {
    "ok\n"
}

async fn readiness(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let is_alive = shared.metrics.loop_age() < LOOP_AGE_MAX && !*shared.stopping.borrow();
    if is_alive && ask_in_time(&shared.writer, |_| Ok(())).await.is_ok() {
        "ready\n".into_response()
    } else {
        problem(Code::Unavailable)
    }
}

async fn metrics(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response<Body> {
    if !shared.metrics_for_all && (shared.behind_proxy || !is_this_machine(peer, &headers)) {
        return problem(Code::NotFound);
    }
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4"), (header::CACHE_CONTROL, "no-store")],
        shared.metrics.render(),
    )
        .into_response()
}

/// Whether nobody but this machine asks. What a proxy passes on comes from this machine too, and is somebody else's.
fn is_this_machine(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let is_forwarded = FORWARDING.iter().any(|name| headers.contains_key(*name));
    peer.ip().to_canonical().is_loopback() && !is_forwarded
}

/// The address that a proxy saw, as it stands in `X-Forwarded-For`: some proxies add the port.
fn forwarded_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port)
}

async fn client_file(request: Request) -> Response<Body> {
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return problem(Code::NotFound);
    }
    if !request.method().is_safe() {
        return problem(Code::Method);
    }
    embed::file(path.trim_start_matches('/'), request.headers())
}

impl Shared {
    /// For whom a connection speaks: for itself, or, when it comes from this machine and that is allowed, for the last
    /// address in `X-Forwarded-For`, which is the one that the proxy itself saw.
    pub(crate) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let direct = peer.ip().to_canonical();
        if !(self.behind_proxy && direct.is_loopback()) {
            return direct;
        }
        let forwarded = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        let last = forwarded.and_then(|list| forwarded_address(list.rsplit(',').next()?));
        last.unwrap_or(direct)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("summit.example:8443"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        headers
    }

    #[test]
    fn a_proxy_may_name_an_address_with_its_port() {
        let named = |text| forwarded_address(text).map(|ip| ip.to_string());
        assert_eq!(named(" 192.0.2.1:4711").as_deref(), Some("192.0.2.1"));
        assert_eq!(named("[2001:db8::1]:4711").as_deref(), Some("2001:db8::1"));
        assert_eq!(named("2001:db8::1").as_deref(), Some("2001:db8::1"));
        assert_eq!(named("unknown"), None);
    }

    #[test]
    fn what_a_proxy_passes_on_does_not_come_from_this_machine() {
        let (here, elsewhere) = ("127.0.0.1:9".parse().unwrap(), "192.0.2.1:9".parse().unwrap());
        assert!(is_this_machine(here, &HeaderMap::new()));
        assert!(!is_this_machine(elsewhere, &HeaderMap::new()));
        for name in FORWARDING {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static("127.0.0.1"))]);
            assert!(!is_this_machine(here, &headers), "{name}");
        }
    }

    #[test]
    fn only_pages_of_this_server_may_open_a_websocket() {
        assert!(is_own_origin(&asked(Some("https://summit.example:8443"))));
        assert!(is_own_origin(&asked(None)));
        for foreign in
            ["https://evil.example", "https://summit.example", "null", "https://summit.example:8443.evil.example"]
        {
            assert!(!is_own_origin(&asked(Some(foreign))), "{foreign}");
        }
    }
}
