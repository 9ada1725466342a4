//! A whole server: sockets, threads, clocks and files around the [`node`]s that decide. It parses what comes in once, at
//! the edge, moves it to the media thread that owns the summit, and does what that thread's node asks for.
//!
//! Start at `run.rs`, which joins the parts. A packet: `udp.rs` -> `media_thread.rs` -> `node` -> `egress.rs` -> `udp.rs`,
//! all on one thread; where UDP is blocked, `tcp.rs` in place of both, once `reception.rs` has found the thread; where only TLS
//! passes, `inside.rs` -> `relay.rs` -> `media_thread.rs` and back. A request: `websocket.rs` -> `media_thread.rs` -> `node` ->
//! `store` -> `node` -> `outbound.rs` -> `websocket.rs`. Nothing of a meeting is decided here, and no secret, name or content reaches a log.

mod accept;
mod addresses;
pub mod admin;
mod ask;
mod base_url;
mod clock;
mod crowd;
mod egress;
mod embed;
mod files;
mod frames;
mod gauge;
mod headers;
mod host_name;
mod http;
mod inside;
mod listen;
mod media_thread;
mod metrics;
mod open_files;
mod outbound;
mod party;
mod problem;
mod reception;
mod relay;
mod relay_address;
mod rooms;
mod run;
mod sessions;
mod settings;
mod start_error;
pub mod strangers;
mod tcp;
mod tls;
mod token_bucket;
mod udp;
mod urls;
mod websocket;

pub use base_url::{BadBaseUrl, BaseUrl};
pub use embed::{ClientFile, WebClient, client, client_hash};
pub use host_name::{BadHostName, HostName};
pub use open_files::open_as_many_files_as_allowed;
pub use relay_address::{BadRelayAddress, RelayAddress};
pub use run::{Server, StopRequests};
pub use settings::{BadPublicAddress, DEFAULT_PORT, LogFormat, PublicAddress, Settings, TlsFiles};
pub use start_error::StartError;
pub use tls::TlsError;
