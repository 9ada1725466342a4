//! Links and tokens: a personal link is exchanged for a session, a session's token opens connections. Secrets are looked
//! up by their hash, so how long a look-up takes says nothing about them.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::{SecretHash, Session, Store, StoreError, Writer};
use tokio::time::timeout;
use wire::Arrival;

use crate::ask::ask_in_time;
use crate::clock::wall_time;

/// Refused links and tokens of one address in one window, before everything from it is looked up one by one until the
/// window ends. A link cannot be guessed; this keeps a guesser from costing the store's time, and leaves the door open to
/// the people who sit behind the same address.
const FAILURES_MAX: u32 = 30;

/// How long one of them may wait for its turn. As many wait as the limits on connections let in; whoever is not served in
/// this time is told to try again.
const LANE_WITHIN: Duration = Duration::from_secs(3);

/// Sessions that one link opens in one window: each costs a write to the disk, and nobody has so many devices.
const ARRIVALS_MAX: u32 = 30;

/// How long such a window is.
const WINDOW: Duration = Duration::from_secs(60);

/// Addresses or links remembered. When the table is full it is emptied: a flood from that many addresses is not stopped by
/// counting them, and 160 bits of secret stand behind it.
const REMEMBERED: usize = 10_000;

/// The longest secret that is looked up. Links have 32 characters, tokens 43.
const SECRET_BYTES_MAX: usize = 128;

/// Why there is no session. An unknown, an expired and a withdrawn link look alike from outside.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No such link or token.
    Unknown,
    /// The token is good, and its summit is over.
    Ended,
    /// The link is good, and a party has not signed yet.
    NotAgreed,
    /// Too many sessions of this link.
    TooMany,
    /// The store does not answer.
    Unavailable,
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::Unknown,
            StoreError::Ended => Self::Ended,
            StoreError::NotAgreed => Self::NotAgreed,
            StoreError::Conflict(_) | StoreError::Full | StoreError::Unavailable(_) => Self::Unavailable,
        }
    }
}

pub(crate) struct Sessions {
    writer: Writer,
    failures: Mutex<Counts<IpAddr>>,
    /// Held during a look-up for an address with too many failures: those wait for one another, in order.
    slow_lane: tokio::sync::Mutex<()>,
    arrivals: Mutex<Counts<SecretHash>>,
}

impl Sessions {
    pub(crate) fn new(writer: Writer) -> Self {
        Self {
            writer,
            failures: Mutex::new(Counts::up_to(FAILURES_MAX)),
            slow_lane: tokio::sync::Mutex::default(),
            arrivals: Mutex::new(Counts::up_to(ARRIVALS_MAX)),
        }
    }

    /// Exchanges the secret of a link for a session.
    pub(crate) async fn arrive(&self, secret: &str, from: IpAddr) -> Result<Arrival, Refused> {
        let link = self.hash(secret, from)?;
        if lock(&self.arrivals).is_over(&link, Instant::now()) {
            return Err(Refused::TooMany);
        }
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let token_hash = SecretHash::of(&token);
        let open = move |store: &mut dyn Store| {
            let session = store.open_session(link, token_hash, wall_time())?;
            let summit = store.summit(&session.summit)?;
            Ok((session, summit.plan))
        };
        let (session, plan) = self.look_up(from, open).await?;
        // Only links that exist are counted, so that guesses do not fill the table.
        lock(&self.arrivals).add(link, Instant::now());
        Ok(Arrival { token, summit: session.summit, you: session.seat, plan })
    }

    /// The session of a token.
    pub(crate) async fn session(&self, token: &str, from: IpAddr) -> Result<Session, Refused> {
        let hash = self.hash(token, from)?;
        self.look_up(from, move |store| store.session(hash)).await
    }

    async fn look_up<T: Send + 'static>(
        &self,
        from: IpAddr,
        find: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Refused> {
        let _lane = if self.is_suspect(from) { Some(self.wait_in_lane().await?) } else { None };
        ask_in_time(&self.writer, find).await.map_err(|error| self.counted(error.into(), from))
    }

    async fn wait_in_lane(&self) -> Result<tokio::sync::MutexGuard<'_, ()>, Refused> {
        timeout(LANE_WITHIN, self.slow_lane.lock()).await.map_err(|_| Refused::Unavailable)
    }

    fn is_suspect(&self, from: IpAddr) -> bool {
        lock(&self.failures).is_over(&network(from), Instant::now())
    }

    fn hash(&self, secret: &str, from: IpAddr) -> Result<SecretHash, Refused> {
        if secret.len() > SECRET_BYTES_MAX {
            return Err(self.counted(Refused::Unknown, from));
        }
        Ok(SecretHash::of(secret))
    }

    fn counted(&self, refused: Refused, from: IpAddr) -> Refused {
        if refused == Refused::Unknown {
            lock(&self.failures).add(network(from), Instant::now());
        }
        refused
    }
}

fn lock<Key>(counts: &Mutex<Counts<Key>>) -> std::sync::MutexGuard<'_, Counts<Key>> {
    // Counting goes on with whatever counts there are.
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who an address belongs to, as far as it can be told: a household or an office has a /64 of IPv6 (RFC 6177).
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64))),
    }
}

/// What happened how often, by network or by link, in windows of time.
struct Counts<Key> {
    max: u32,
    table: HashMap<Key, (Instant, u32)>,
}

impl<Key: Eq + Hash> Counts<Key> {
    fn up_to(max: u32) -> Self {
        Self { max, table: HashMap::new() }
    }

    fn is_over(&self, key: &Key, now: Instant) -> bool {
        let is_over = |(since, count): &(Instant, u32)| now.duration_since(*since) < WINDOW && *count >= self.max;
        self.table.get(key).is_some_and(is_over)
    }

    fn add(&mut self, key: Key, now: Instant) {
        if self.table.len() >= REMEMBERED {
            self.table.clear();
        }
        let (since, count) = self.table.entry(key).or_insert((now, 0));
        if now.duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_too_many_failures_waits_until_its_window_ends_and_others_do_not() {
        let (mut failures, start) = (Counts::up_to(FAILURES_MAX), Instant::now());
        let (guesser, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..FAILURES_MAX {
            assert!(!failures.is_over(&guesser, start));
            failures.add(guesser, start);
        }
        assert!(failures.is_over(&guesser, start));
        assert!(!failures.is_over(&other, start));
        assert!(!failures.is_over(&guesser, start + WINDOW));
        failures.add(guesser, start + WINDOW);
        assert!(!failures.is_over(&guesser, start + WINDOW));
    }

    #[test]
    fn the_table_of_failures_does_not_grow_without_end() {
        let (mut failures, now) = (Counts::up_to(FAILURES_MAX), Instant::now());
        for number in 0..3 * REMEMBERED as u32 {
            failures.add(IpAddr::from(number.to_be_bytes()), now);
        }
        assert!(failures.table.len() <= REMEMBERED);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let ip = |text: &str| network(text.parse().unwrap());
        assert_eq!(ip("2001:db8::1"), ip("2001:db8::ffff:1"));
        assert_ne!(ip("2001:db8::1"), ip("2001:db8:0:1::1"));
        assert_eq!(ip("::ffff:192.0.2.1"), ip("192.0.2.1"));
    }
}
