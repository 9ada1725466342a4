//! The addresses of relays: how many there may be, and of one person.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::gauge::Counted;
use crate::metrics::Metrics;

/// Relays in all: as many people at a time, each with up to 128 kB that wait.
const RELAYS_MAX: usize = 1024;

/// Relays that one person has at the same time: a device asks by each of its networks. When there is one more the oldest
/// goes, for after a change of the network that one leads nowhere.
const OF_ONE_MAX: usize = 4;

/// The IPv4 address of all relays; their ports tell them apart. No packet of any network comes from there or goes there:
/// it is the dummy address of RFC 7600 (4.8).
const IP: Ipv4Addr = Ipv4Addr::new(192, 0, 0, 8);

/// The first of those ports. Browsers may have rules for the ones before.
const FIRST_PORT: u16 = 1024;

/// What a relay calls its own end of the connection: no place has this port.
pub(super) const OWN_END: SocketAddr = SocketAddr::new(IpAddr::V4(IP), 1);

/// Whether datagrams to this address go by a relay.
pub(crate) fn is_place(address: SocketAddr) -> bool {
    address.ip() == IpAddr::V4(IP)
}

/// The places that are taken.
#[derive(Default)]
pub(super) struct Places {
    ports: BTreeSet<u16>,
    /// Of each person, the oldest first.
    by_owner: HashMap<String, VecDeque<Taken>>,
}

struct Taken {
    port: u16,
    displaced: Arc<Notify>,
}

impl Places {
    /// A place for one more relay of this person; none when all are taken.
    pub(super) fn take(places: &Arc<Mutex<Self>>, owner: &str, metrics: &Arc<Metrics>) -> Option<Place> {
        let mut taken = lock(places);
        if taken.ports.len() >= RELAYS_MAX {
            return None;
        }
        let port = (FIRST_PORT..=u16::MAX).find(|port| !taken.ports.contains(port))?;
        taken.ports.insert(port);
        let displaced = Arc::new(Notify::new());
        let of_one = taken.by_owner.entry(owner.to_owned()).or_default();
        if of_one.len() >= OF_ONE_MAX
            && let Some(oldest) = of_one.pop_front()
        {
            oldest.displaced.notify_one();
        }
        of_one.push_back(Taken { port, displaced: displaced.clone() });
        drop(taken);
        let counted = Counted::new(metrics, |metrics| &metrics.relays);
        let address = SocketAddr::from((IP, port));
        Some(Place { places: places.clone(), owner: owner.to_owned(), address, displaced, _counted: counted })
    }
}

fn lock(places: &Mutex<Places>) -> MutexGuard<'_, Places> {
    // The counts are right after every statement that can panic.
    places.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The address of one relay, which is nobody else's until this is dropped.
pub(super) struct Place {
    places: Arc<Mutex<Places>>,
    owner: String,
    pub(super) address: SocketAddr,
    /// Told when a newer relay of the same person took its place.
    pub(super) displaced: Arc<Notify>,
    _counted: Counted,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = lock(&self.places);
        places.ports.remove(&self.address.port());
        let Some(of_one) = places.by_owner.get_mut(&self.owner) else { return };
        of_one.retain(|taken| taken.port != self.address.port());
        if of_one.is_empty() {
            places.by_owner.remove(&self.owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        places: Arc<Mutex<Places>>,
        metrics: Arc<Metrics>,
    }

    impl Bench {
        fn new() -> Self {
            Self { places: Arc::default(), metrics: Arc::new(Metrics::new(1)) }
        }

        fn take(&self, owner: &str) -> Option<Place> {
            Places::take(&self.places, owner, &self.metrics)
        }
    }

    fn is_displaced(place: &Place) -> bool {
        use futures_util::FutureExt as _;
        place.displaced.notified().now_or_never().is_some()
    }

    #[test]
    fn the_oldest_relay_of_a_person_goes_and_nobody_elses() {
        let bench = Bench::new();
        let other = bench.take("b").unwrap();
        let places: Vec<_> = (0..OF_ONE_MAX + 2).map(|_| bench.take("a").unwrap()).collect();
        let displaced: Vec<_> = places.iter().map(is_displaced).collect();
        assert_eq!(displaced, [true, true, false, false, false, false]);
        assert!(!is_displaced(&other));
        let addresses: BTreeSet<_> = places.iter().map(|place| place.address).collect();
        assert_eq!(addresses.len(), places.len());
        assert!(addresses.into_iter().all(is_place));
    }

    #[test]
    fn there_are_so_many_places_and_they_become_free() {
        let bench = Bench::new();
        let mut places: Vec<_> = (0..RELAYS_MAX).map(|person| bench.take(&person.to_string()).unwrap()).collect();
        assert!(bench.take("one more").is_none());
        let free = places.swap_remove(500).address;
        assert_eq!(bench.take("one more").unwrap().address, free);
        drop(places);
        assert!(lock(&bench.places).ports.is_empty() && lock(&bench.places).by_owner.is_empty());
    }
}
