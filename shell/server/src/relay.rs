//! A TURN server (RFC 8656) inside of TLS, on the port of the pages, for networks that let nothing else through. It has no
//! sockets: what a browser sends to one of our media addresses goes to the media thread behind it, and nothing else can be
//! reached. A credential is handed out with the welcome, and looked at when a relay is asked for.

#[cfg(test)]
mod browser;
mod credentials;
mod line;
mod messages;
mod places;
mod refusals;
mod session;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use node::SessionId;
use wire::{Relay, WallTime};

use crate::media_thread::MediaThread;
use crate::metrics::Metrics;
use crate::relay_address::RelayAddress;
use credentials::Credentials;
pub(crate) use line::{WayBack, serve};
pub(crate) use messages::{Messages, is_turn, padded};
pub(crate) use places::is_place;
use places::{Place, Places};
use refusals::Refusals;
pub(crate) use session::{Output, Session};

/// All relays of this server. Clones share them.
#[derive(Clone)]
pub(crate) struct Relays(Arc<Shared>);

struct Shared {
    credentials: Credentials,
    /// Where browsers are told that it is; none: where the page came from.
    address: Option<RelayAddress>,
    /// The UDP addresses of the media threads, as browsers know them: all that can be reached.
    media: HashMap<SocketAddr, usize>,
    threads: Vec<Arc<MediaThread>>,
    places: Arc<Mutex<Places>>,
    refusals: Mutex<Refusals>,
    metrics: Arc<Metrics>,
}

impl Relays {
    /// For one life of the process: the key of its credentials is drawn. `media` says which thread is behind which address.
    pub(crate) fn new(
        address: Option<RelayAddress>,
        media: HashMap<SocketAddr, usize>,
        threads: &[Arc<MediaThread>],
        metrics: Arc<Metrics>,
    ) -> Self {
        let credentials = Credentials::new(&rand::random());
        let (places, refusals) = (Arc::default(), Mutex::default());
        Self(Arc::new(Shared { credentials, address, media, threads: threads.to_vec(), places, refusals, metrics }))
    }

    /// What somebody's device is told.
    pub(crate) fn offer(&self, session: SessionId, now: WallTime) -> Relay {
        let (user, password) = self.0.credentials.issue(session, now);
        Relay { address: self.0.address.as_ref().map(ToString::to_string), user, password }
    }

    /// The password of a user whose credential is still good. That it is one of ours shows when a message is signed with it.
    fn password_of(&self, user: &str, now: WallTime) -> Option<String> {
        self.0.credentials.password_of(user, now)
    }

    /// Whether that is one of our media addresses, all of whose ports are ours to name.
    fn reaches(&self, address: SocketAddr) -> bool {
        self.0.media.contains_key(&address)
    }

    /// Whether media is at that address at some port.
    fn reaches_ip(&self, ip: IpAddr) -> bool {
        self.0.media.keys().any(|address| address.ip() == ip)
    }

    fn take_place(&self, user: &str) -> Option<Place> {
        Places::take(&self.0.places, credentials::owner(user), &self.0.metrics)
    }

    /// When somebody from there who proved nothing may be told so; never, where that is long.
    fn may_refuse(&self, from: IpAddr, now: Instant) -> Option<Instant> {
        self.0.refusals.lock().unwrap_or_else(PoisonError::into_inner).next(from, now)
    }
}
