//! Whose packet is this? An address answers for known peers; the ICE user name in a STUN request answers for new
//! addresses, and for those that another peer had before. Everything else is a stranger's and is dropped without a reply,
//! so nobody is amplified.

use std::collections::{BTreeMap, VecDeque};

use media::{Endpoint, Holdings, PeerId};

/// The index of a room in its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RoomIndex(pub(crate) usize);

/// Where a packet belongs.
pub(crate) type Place = (RoomIndex, PeerId);

/// Addresses remembered for one peer. A person has a few (Wi-Fi, cable, VPN, both IP versions); the oldest gives way.
const ADDRESSES_PER_PEER_MAX: usize = 8;

/// From addresses and ICE user names to peers.
#[derive(Default)]
pub(crate) struct Demux {
    addresses: BTreeMap<Endpoint, Place>,
    fragments: BTreeMap<String, Place>,
    peers: BTreeMap<PeerId, Traces>,
}

/// What leads to one peer, to be forgotten with it.
#[derive(Default)]
struct Traces {
    fragment: String,
    addresses: VecDeque<Endpoint>,
}

impl Demux {
    /// Adds what is held.
    pub(crate) fn holdings(&self, held: &mut Holdings) {
        held.add("addresses of peers", self.addresses.len());
        held.add("ICE user names", self.fragments.len());
        held.add("peers with traces", self.peers.len());
    }

    /// Learns a new peer by the ICE user name fragment that we gave it.
    pub(crate) fn add(&mut self, place: Place, fragment: &str) {
        self.fragments.insert(fragment.to_owned(), place);
        self.peers.insert(place.1, Traces { fragment: fragment.to_owned(), addresses: VecDeque::new() });
    }

    /// A peer restarted ICE: it is asked for by another name from now on (RFC 8445 section 9).
    pub(crate) fn rename(&mut self, place: Place, fragment: &str) {
        let Some(traces) = self.peers.get_mut(&place.1) else { return };
        self.fragments.remove(&traces.fragment);
        fragment.clone_into(&mut traces.fragment);
        self.fragments.insert(fragment.to_owned(), place);
    }

    /// Forgets a peer and all that leads to it.
    pub(crate) fn remove(&mut self, peer: PeerId) {
        let Some(traces) = self.peers.remove(&peer) else { return };
        self.fragments.remove(&traces.fragment);
        for address in traces.addresses {
            self.addresses.remove(&address);
        }
    }

    /// The peer that was seen at this address.
    pub(crate) fn at(&self, address: Endpoint) -> Option<Place> {
        self.addresses.get(&address).copied()
    }

    /// The peer that a STUN request names. The caller checks that the request is authentic before it
    /// says [`Demux::seen`].
    pub(crate) fn named_by(&self, datagram: &[u8]) -> Option<Place> {
        self.fragments.get(local_fragment(datagram)?).copied()
    }

    /// Nobody is at this address any more.
    pub(crate) fn forget(&mut self, address: Endpoint) {
        let Some((_, peer)) = self.addresses.remove(&address) else { return };
        if let Some(traces) = self.peers.get_mut(&peer) {
            traces.addresses.retain(|known| *known != address);
        }
    }

    /// An authentic packet of this peer came from this address. An address belongs to who proved it last.
    pub(crate) fn seen(&mut self, address: Endpoint, place: Place) {
        if let Some((_, former)) = self.addresses.insert(address, place)
            && let Some(traces) = self.peers.get_mut(&former)
        {
            traces.addresses.retain(|known| *known != address);
        }
        let Some(traces) = self.peers.get_mut(&place.1) else { return };
        traces.addresses.push_back(address);
        if traces.addresses.len() > ADDRESSES_PER_PEER_MAX
            && let Some(oldest) = traces.addresses.pop_front()
        {
            self.addresses.remove(&oldest);
        }
    }
}

const STUN_HEADER: usize = 20;
const STUN_BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const STUN_MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const STUN_USERNAME: [u8; 2] = [0x00, 0x06];

/// Our half of the user name in a STUN binding request (RFC 8489 section 14.3, RFC 8445 section 7.2.2).
fn local_fragment(datagram: &[u8]) -> Option<&str> {
    let (header, mut attributes) = datagram.split_at_checked(STUN_HEADER)?;
    if header[0..2] != STUN_BINDING_REQUEST || header[4..8] != STUN_MAGIC_COOKIE {
        return None;
    }
    while let Some((head, rest)) = attributes.split_at_checked(4) {
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = rest.get(..length)?;
        if head[0..2] == STUN_USERNAME {
            return std::str::from_utf8(value).ok()?.split_once(':').map(|(ours, _)| ours);
        }
        attributes = rest.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn request(user_name: &str) -> Vec<u8> {
        let mut datagram = vec![0x00, 0x01, 0x00, 0x00];
        datagram.extend(STUN_MAGIC_COOKIE);
        datagram.extend([7; 12]);
        datagram.extend([0x80, 0x22, 0x00, 0x03, b'x', b'y', b'z', 0]);
        datagram.extend(STUN_USERNAME);
        datagram.extend(u16::try_from(user_name.len()).unwrap().to_be_bytes());
        datagram.extend(user_name.as_bytes());
        datagram.resize(datagram.len().next_multiple_of(4), 0);
        datagram
    }

    fn address(port: u16) -> Endpoint {
        Endpoint::udp(SocketAddr::from(([192, 0, 2, 1], port)))
    }

    #[test]
    fn a_new_address_is_known_by_the_name_it_asks_for() {
        let mut demux = Demux::default();
        let place = (RoomIndex(0), PeerId(7));
        demux.add(place, "ours");
        assert_eq!(demux.named_by(&request("ours:theirs")), Some(place));
        assert_eq!(demux.named_by(&request("other:theirs")), None);
        assert_eq!(demux.named_by(&request("ours")), None);
    }

    #[test]
    fn every_cut_of_a_request_is_survived() {
        let whole = request("ours:theirs");
        for length in 0..whole.len() {
            local_fragment(&whole[..length]);
        }
    }

    #[test]
    fn a_peer_that_left_leaves_nothing_behind() {
        let mut demux = Demux::default();
        let place = (RoomIndex(0), PeerId(7));
        demux.add(place, "ours");
        for port in 0..20 {
            demux.seen(address(port), place);
        }
        assert_eq!(demux.addresses.len(), ADDRESSES_PER_PEER_MAX);
        demux.remove(PeerId(7));
        assert!(demux.addresses.is_empty() && demux.fragments.is_empty() && demux.peers.is_empty());
    }

    #[test]
    fn after_a_restart_only_the_new_name_counts() {
        let mut demux = Demux::default();
        let place = (RoomIndex(0), PeerId(7));
        demux.add(place, "before");
        demux.rename(place, "after");
        assert_eq!(demux.named_by(&request("before:x")), None);
        assert_eq!(demux.named_by(&request("after:x")), Some(place));
    }

    #[test]
    fn one_address_is_two_peers_by_two_carriers() {
        let mut demux = Demux::default();
        let (first, second) = ((RoomIndex(0), PeerId(1)), (RoomIndex(1), PeerId(2)));
        demux.add(first, "a");
        demux.add(second, "b");
        let over_tcp = Endpoint::tcp(address(1).address);
        demux.seen(address(1), first);
        demux.seen(over_tcp, second);
        assert_eq!((demux.at(address(1)), demux.at(over_tcp)), (Some(first), Some(second)));
        demux.forget(over_tcp);
        assert_eq!((demux.at(address(1)), demux.at(over_tcp)), (Some(first), None));
        assert!(demux.peers[&PeerId(2)].addresses.is_empty());
    }

    #[test]
    fn an_address_moves_to_who_proved_it_last() {
        let mut demux = Demux::default();
        let (first, second) = ((RoomIndex(0), PeerId(1)), (RoomIndex(1), PeerId(2)));
        demux.add(first, "a");
        demux.add(second, "b");
        demux.seen(address(1), first);
        demux.seen(address(1), second);
        demux.remove(PeerId(1));
        assert_eq!(demux.at(address(1)), Some(second));
    }
}
