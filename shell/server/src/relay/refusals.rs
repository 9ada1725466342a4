//! How often those who proved nothing are told so. The first answer to every request is such a refusal, so it cannot be left
//! out; it comes later where one network causes many.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::sessions::network;
use crate::token_bucket::{Pace, TokenBucket};

/// Ten a second for each network, and a burst for a delegation that comes back at once.
const PACE: Pace = Pace { burst: 50, refill: Duration::from_millis(100) };

/// Who would have to wait longer is not answered at all.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Networks remembered. When there are more, those that are not over their burst are forgotten.
const REMEMBERED: usize = 4096;

#[derive(Default)]
pub(super) struct Refusals {
    by_network: HashMap<IpAddr, TokenBucket>,
}

impl Refusals {
    /// When a refusal may leave to that address; none where that is too late. It is counted.
    pub(super) fn next(&mut self, to: IpAddr, now: Instant) -> Option<Instant> {
        if self.by_network.len() >= REMEMBERED {
            self.by_network.retain(|_, bucket| !bucket.is_full(now));
            if self.by_network.len() >= REMEMBERED {
                self.by_network.clear();
            }
        }
        let bucket = self.by_network.entry(network(to)).or_insert_with(|| TokenBucket::new(PACE, now));
        let at = bucket.next(now);
        if at > now + WAIT_MAX {
            return None;
        }
        bucket.take(now);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_is_refused_ten_times_a_second_and_then_not_at_all_and_others_do_not_wait() {
        let (mut refusals, now) = (Refusals::default(), Instant::now() + Duration::from_secs(60));
        let stranger: IpAddr = "192.0.2.1".parse().unwrap();
        let times: Vec<_> = std::iter::from_fn(|| refusals.next(stranger, now)).take(1000).collect();
        assert_eq!(times.iter().filter(|at| **at == now).count(), PACE.burst as usize);
        let waiting = WAIT_MAX.as_millis() / PACE.refill.as_millis();
        assert_eq!(times.len(), PACE.burst as usize + waiting as usize);
        assert_eq!(times.last(), Some(&(now + WAIT_MAX)));
        assert_eq!(refusals.next("198.51.100.1".parse().unwrap(), now), Some(now));
        assert_eq!(refusals.next(stranger, now + Duration::from_secs(20)), Some(now + Duration::from_secs(20)));
    }

    #[test]
    fn no_more_networks_are_remembered_than_that() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        for number in 0..3 * REMEMBERED as u32 {
            assert!(refusals.next(IpAddr::from(number.to_be_bytes()), now).is_some());
            assert!(refusals.by_network.len() <= REMEMBERED);
        }
    }
}
