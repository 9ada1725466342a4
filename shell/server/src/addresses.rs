//! Which addresses carry media and which ones browsers are told. Opens no socket.

use std::net::{IpAddr, Ipv6Addr};

use crate::settings::PublicAddress;

/// More addresses than this only slow a browser's search for one that works.
const ADDRESSES_MAX: usize = 8;

/// The machine's own addresses that others can reach, IPv4 first; the loopback ones where there is no other.
pub(crate) fn own() -> Vec<IpAddr> {
    let found = if_addrs::get_if_addrs().unwrap_or_default();
    choose(
        found
            .iter()
            .filter(|interface| interface.oper_status != if_addrs::IfOperStatus::Down)
            .map(if_addrs::Interface::ip)
            .collect(),
    )
}

fn choose(mut found: Vec<IpAddr>) -> Vec<IpAddr> {
    found.sort();
    found.dedup();
    let mut reachable: Vec<IpAddr> =
        found.iter().copied().filter(|ip| !ip.is_loopback() && !is_link_local(*ip)).collect();
    reachable.truncate(ADDRESSES_MAX);
    if reachable.is_empty() { vec![IpAddr::from([127, 0, 0, 1])] } else { reachable }
}

/// Link-local addresses mean nothing without the interface they belong to (RFC 4007), which a candidate cannot say.
fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip == Ipv6Addr::LOCALHOST,
    }
}

/// What browsers are told for a socket bound to `bound`: the public addresses of its family, else its own address, else,
/// when it is bound to any, the machine's own ones of that family. The second part of each is the port, when it is mapped.
pub(crate) fn advertised(bound: IpAddr, public: &[PublicAddress], own: &[IpAddr]) -> Vec<PublicAddress> {
    let same_family = |ip: IpAddr| ip.is_ipv4() == bound.is_ipv4();
    let public: Vec<_> = public.iter().copied().filter(|address| same_family(address.ip)).collect();
    if !public.is_empty() {
        return public;
    }
    let without_port = |ip: IpAddr| PublicAddress { ip, port: None };
    if bound.is_unspecified() {
        return own.iter().copied().filter(|ip| same_family(*ip)).map(without_port).collect();
    }
    vec![without_port(bound)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn told(bound: &str, public: &[&str]) -> Vec<String> {
        let public: Vec<_> = public.iter().map(|text| text.parse().unwrap()).collect();
        let own = ips(&["192.0.2.2", "2001:db8::2"]);
        advertised(bound.parse().unwrap(), &public, &own).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn loopback_and_link_local_addresses_carry_media_only_when_there_is_no_other() {
        let found = ips(&["127.0.0.1", "::1", "fe80::1", "2001:db8::2", "192.0.2.2", "169.254.1.1", "192.0.2.2"]);
        assert_eq!(choose(found), ips(&["192.0.2.2", "2001:db8::2"]));
        assert_eq!(choose(ips(&["127.0.0.1", "::1", "fe80::1"])), ips(&["127.0.0.1"]));
    }

    #[test]
    fn browsers_are_told_the_public_address_of_the_same_family_instead_of_the_own_one() {
        assert_eq!(told("192.0.2.2", &[]), ["192.0.2.2"]);
        assert_eq!(told("192.0.2.2", &["203.0.113.7"]), ["203.0.113.7"]);
        assert_eq!(told("192.0.2.2", &["2001:db8::7"]), ["192.0.2.2"]);
        assert_eq!(told("0.0.0.0", &["203.0.113.7:50000", "192.0.2.2"]), ["203.0.113.7:50000", "192.0.2.2"]);
    }

    #[test]
    fn a_socket_bound_to_any_address_is_reached_at_the_machines_own_ones() {
        assert_eq!(told("0.0.0.0", &[]), ["192.0.2.2"]);
        assert_eq!(told("::", &[]), ["2001:db8::2"]);
    }
}
