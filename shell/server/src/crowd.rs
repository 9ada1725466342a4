//! How many visitors may be there at the same time, in all and of one network. They are counted until they go.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::sessions::network;

/// The most visitors there may be.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) all: usize,
    /// Of one network.
    pub(crate) of_one: usize,
    /// Whether loopback addresses are no network: a proxy on this machine speaks for everybody.
    pub(crate) spare_loopback: bool,
}

/// Who is there. Clones share the count.
#[derive(Clone)]
pub(crate) struct Crowd {
    limits: Limits,
    present: Arc<Mutex<Present>>,
}

#[derive(Default)]
struct Present {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

impl Crowd {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, present: Arc::default() }
    }

    /// Lets a visitor in, or nobody when a limit is reached.
    pub(crate) fn enter(&self, from: IpAddr) -> Option<Guest> {
        let is_spared = self.limits.spare_loopback && from.to_canonical().is_loopback();
        let network = (!is_spared).then(|| network(from));
        let mut present = lock(&self.present);
        if present.all >= self.limits.all {
            return None;
        }
        if let Some(network) = network {
            let of_one = present.by_network.get(&network).copied().unwrap_or(0);
            if of_one >= self.limits.of_one {
                return None;
            }
            present.by_network.insert(network, of_one + 1);
        }
        present.all += 1;
        Some(Guest { present: self.present.clone(), network })
    }
}

fn lock(present: &Mutex<Present>) -> std::sync::MutexGuard<'_, Present> {
    // The counts are right after every statement.
    present.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A visitor who is counted until this is dropped.
pub(crate) struct Guest {
    present: Arc<Mutex<Present>>,
    network: Option<IpAddr>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut present = lock(&self.present);
        present.all -= 1;
        let Some(network) = self.network else { return };
        if let Some(count) = present.by_network.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                present.by_network.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { all: 5, of_one: 2, spare_loopback: false };

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_network_has_a_limit_of_its_own_and_places_become_free() {
        let crowd = Crowd::new(LIMITS);
        let first = crowd.enter(ip("2001:db8::1"));
        let second = crowd.enter(ip("2001:db8::2"));
        assert!(first.is_some() && second.is_some());
        assert!(crowd.enter(ip("2001:db8::3")).is_none());
        assert!(crowd.enter(ip("2001:db8:0:1::1")).is_some());
        drop(first);
        assert!(crowd.enter(ip("2001:db8::3")).is_some());
        drop(second);
        assert!(lock(&crowd.present).by_network.is_empty());
        assert_eq!(lock(&crowd.present).all, 0);
    }

    #[test]
    fn a_proxy_on_this_machine_has_the_limit_of_all_only() {
        let crowd = Crowd::new(Limits { spare_loopback: true, ..LIMITS });
        let guests: Vec<_> = (0..6).filter_map(|_| crowd.enter(ip("127.0.0.1"))).collect();
        assert_eq!(guests.len(), LIMITS.all);
    }
}
