//! What leaves in one turn of a media thread, gathered by destination so that each listener's packets go out together.
//! Sends nothing itself.

use std::collections::HashMap;
use std::net::SocketAddr;

/// Datagrams to one destination, one behind the other as the kernel wants them for segmentation.
pub(crate) struct Bundle {
    /// The local address as browsers know it.
    pub(crate) source: SocketAddr,
    /// Where they go.
    pub(crate) destination: SocketAddr,
    bytes: Vec<u8>,
    sizes: Vec<u16>,
}

impl Bundle {
    pub(crate) fn new(source: SocketAddr, destination: SocketAddr) -> Self {
        Self { source, destination, bytes: Vec::new(), sizes: Vec::new() }
    }

    /// Adds a datagram. One that no UDP packet can hold is left out.
    pub(crate) fn push(&mut self, datagram: &[u8]) {
        if let Ok(size) = u16::try_from(datagram.len()) {
            self.bytes.extend_from_slice(datagram);
            self.sizes.push(size);
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn sizes(&self) -> &[u16] {
        &self.sizes
    }

    fn reuse(&mut self, source: SocketAddr, destination: SocketAddr) {
        self.bytes.clear();
        self.bytes.shrink_to(BUNDLE_BYTES_KEPT);
        self.sizes.clear();
        (self.source, self.destination) = (source, destination);
    }
}

/// The datagrams of one turn. Its buffers are kept from turn to turn.
#[derive(Default)]
pub(crate) struct Egress {
    /// The first `used` belong to this turn, the others are empty and wait for their next use.
    bundles: Vec<Bundle>,
    used: usize,
    by_destination: HashMap<(SocketAddr, SocketAddr), usize>,
    /// The bundle of the datagram before: those to one destination come in a row.
    last: Option<usize>,
    datagrams: usize,
}

/// When this many datagrams wait, they leave before more are taken in, so that the first of a large fan-out is not late
/// and the memory is bounded (1024 x 1200 bytes).
pub(crate) const EGRESS_DEPTH: usize = 1024;

/// Buffers beyond this number are given back after a turn with more listeners.
const BUNDLES_KEPT: usize = 512;

/// The space a buffer keeps from turn to turn; what a burst made it grow beyond that is given back.
const BUNDLE_BYTES_KEPT: usize = 32 * 1024;

impl Egress {
    /// Adds a datagram.
    pub(crate) fn push(&mut self, source: SocketAddr, destination: SocketAddr, datagram: &[u8]) {
        let index = match self.last {
            Some(last) if self.bundles[last].destination == destination && self.bundles[last].source == source => last,
            Some(_) | None => self.bundle_for(source, destination),
        };
        self.last = Some(index);
        self.bundles[index].push(datagram);
        self.datagrams += 1;
    }

    fn bundle_for(&mut self, source: SocketAddr, destination: SocketAddr) -> usize {
        let Self { bundles, used, by_destination, .. } = self;
        *by_destination.entry((source, destination)).or_insert_with(|| {
            match bundles.get_mut(*used) {
                Some(spare) => spare.reuse(source, destination),
                None => bundles.push(Bundle::new(source, destination)),
            }
            *used += 1;
            *used - 1
        })
    }

    /// Whether enough waits to be sent before anything else is done.
    pub(crate) fn is_full(&self) -> bool {
        self.datagrams >= EGRESS_DEPTH
    }

    /// Hands over every bundle, in the order in which its first datagram came, and is empty then.
    pub(crate) fn drain(&mut self, mut send: impl FnMut(&Bundle)) {
        self.bundles[..self.used].iter().for_each(&mut send);
        self.by_destination.clear();
        self.bundles.truncate(BUNDLES_KEPT);
        (self.used, self.last, self.datagrams) = (0, None, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn drained(egress: &mut Egress) -> Vec<(u16, Vec<u16>)> {
        let mut all = Vec::new();
        egress.drain(|bundle| all.push((bundle.destination.port(), bundle.sizes().to_vec())));
        all
    }

    #[test]
    fn a_turn_is_gathered_by_destination_and_keeps_the_order_of_each() {
        let mut egress = Egress::default();
        for (port, size) in [(1, 10), (2, 10), (1, 20), (1, 30), (2, 5)] {
            egress.push(address(9), address(port), &vec![0; size]);
        }
        assert_eq!(drained(&mut egress), [(1, vec![10, 20, 30]), (2, vec![10, 5])]);
        assert_eq!(drained(&mut egress), []);
    }

    #[test]
    fn the_next_turn_starts_with_clean_buffers() {
        let mut egress = Egress::default();
        egress.push(address(9), address(1), &[1, 1]);
        drained(&mut egress);
        egress.push(address(9), address(2), &[2]);
        assert_eq!(drained(&mut egress), [(2, vec![1])]);
    }

    #[test]
    fn two_local_addresses_do_not_share_a_bundle() {
        let mut egress = Egress::default();
        egress.push(address(8), address(1), &[1]);
        egress.push(address(9), address(1), &[1]);
        assert_eq!(drained(&mut egress).len(), 2);
    }

    #[test]
    fn it_says_when_it_is_full() {
        let mut egress = Egress::default();
        for _ in 0..EGRESS_DEPTH {
            assert!(!egress.is_full());
            egress.push(address(9), address(1), &[1]);
        }
        assert!(egress.is_full());
    }
}
