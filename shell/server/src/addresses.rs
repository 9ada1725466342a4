//! Which addresses carry media and which ones browsers are told. [`own`] asks the system; all else only chooses.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};

use if_addrs::IfOperStatus;

use crate::base_url::BaseUrl;
use crate::settings::{PublicAddress, Settings};

/// More addresses than this only slow a browser's search for one that works.
const ADDRESSES_MAX: usize = 8;

/// Addresses of nobody (RFC 5737, RFC 3849), each with the address to ask from.
const FAR_AWAY: [(&str, &str); 2] = [("192.0.2.1:9", "0.0.0.0:0"), ("[2001:db8::1]:9", "[::]:0")];

/// An address of this machine.
struct Found {
    ip: IpAddr,
    /// Whether its interface says that it is in use. Loopback interfaces and tunnels may not say.
    up: bool,
}

/// The machine's own addresses that others can reach, the best first; the loopback ones where there is no other.
pub(crate) fn own() -> Vec<IpAddr> {
    let found = if_addrs::get_if_addrs().unwrap_or_default();
    let found = found
        .iter()
        .filter(|interface| interface.oper_status != IfOperStatus::Down)
        .map(|interface| Found { ip: interface.ip(), up: interface.oper_status == IfOperStatus::Up });
    // Connecting a UDP socket sends nothing: the kernel only chooses a route, and with it the address to speak from.
    let towards = |(far, any)| {
        let socket = UdpSocket::bind::<&str>(any).ok()?;
        socket.connect::<&str>(far).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    choose(found.collect(), &FAR_AWAY.into_iter().filter_map(towards).collect::<Vec<_>>())
}

/// Those that others can reach, each once: first the one of each family that leads out to the world, `outward`, then
/// those in use, then the others; IPv4 before IPv6, else as found.
fn choose(mut found: Vec<Found>, outward: &[IpAddr]) -> Vec<IpAddr> {
    found.sort_by_key(|one| (!outward.contains(&one.ip), !one.up, one.ip.is_ipv6()));
    let mut chosen: Vec<IpAddr> = Vec::new();
    for Found { ip, .. } in found {
        if !ip.is_loopback() && !is_link_local(ip) && !chosen.contains(&ip) {
            chosen.push(ip);
        }
    }
    chosen.truncate(ADDRESSES_MAX);
    if chosen.is_empty() { vec![IpAddr::from([127, 0, 0, 1])] } else { chosen }
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

/// Where browsers to which UDP is blocked open TCP connections for media: the ports of the pages, which they have reached.
/// None where that is not wanted, and none behind a proxy, which passes on what it understands only.
pub(crate) fn doors(settings: &Settings, bound: &[SocketAddr], own: &[IpAddr]) -> Vec<SocketAddr> {
    if settings.behind_proxy || settings.media_over_udp_only {
        return Vec::new();
    }
    let seen_at = settings.base_url.as_ref().map(BaseUrl::port);
    let doors = bound.iter().flat_map(|address| {
        let told = advertised(address.ip(), &settings.public_addresses, own);
        told.into_iter().map(|told| SocketAddr::new(told.ip, seen_at.unwrap_or(address.port())))
    });
    let doors: BTreeSet<_> = doors.collect();
    doors.into_iter().take(ADDRESSES_MAX).collect()
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

    fn found(texts: &[&str]) -> Vec<Found> {
        ips(texts).into_iter().map(|ip| Found { ip, up: true }).collect()
    }

    #[test]
    fn loopback_and_link_local_addresses_carry_media_only_when_there_is_no_other() {
        let all = found(&["127.0.0.1", "::1", "fe80::1", "2001:db8::2", "192.0.2.2", "169.254.1.1", "192.0.2.2"]);
        assert_eq!(choose(all, &[]), ips(&["192.0.2.2", "2001:db8::2"]));
        assert_eq!(choose(found(&["127.0.0.1", "::1", "fe80::1"]), &[]), ips(&["127.0.0.1"]));
    }

    #[test]
    fn the_addresses_that_lead_out_come_first_and_a_bridge_between_containers_after_them() {
        let all = ["172.17.0.1", "2001:db8:1::1", "192.0.2.2", "2001:db8::2"];
        let outward = ips(&["192.0.2.2", "2001:db8::2"]);
        assert_eq!(choose(found(&all), &outward), ips(&["192.0.2.2", "2001:db8::2", "172.17.0.1", "2001:db8:1::1"]));
        assert_eq!(choose(found(&all), &[])[0], ips(&["172.17.0.1"])[0], "without a route, as found");
    }

    #[test]
    fn an_interface_that_does_not_say_whether_it_is_in_use_is_kept_for_last() {
        let mut all = found(&["10.8.0.2", "192.0.2.2", "2001:db8::2"]);
        all[0].up = false;
        assert_eq!(choose(all, &[]), ips(&["192.0.2.2", "2001:db8::2", "10.8.0.2"]));
    }

    #[test]
    fn the_best_addresses_are_kept_when_there_are_too_many() {
        let bridges: Vec<_> = (0..20).map(|number| format!("172.{}.0.1", 16 + number % 16)).collect();
        let all: Vec<_> = bridges.iter().map(String::as_str).chain(["203.0.113.7", "2001:db8::2"]).collect();
        let chosen = choose(found(&all), &ips(&["203.0.113.7", "2001:db8::2"]));
        assert_eq!(chosen.len(), ADDRESSES_MAX);
        assert_eq!(chosen[..2], ips(&["203.0.113.7", "2001:db8::2"]));
    }

    #[test]
    fn browsers_are_told_the_public_address_of_the_same_family_instead_of_the_own_one() {
        assert_eq!(told("192.0.2.2", &[]), ["192.0.2.2"]);
        assert_eq!(told("192.0.2.2", &["203.0.113.7"]), ["203.0.113.7"]);
        assert_eq!(told("192.0.2.2", &["2001:db8::7"]), ["192.0.2.2"]);
        assert_eq!(told("0.0.0.0", &["203.0.113.7:50000", "192.0.2.2"]), ["203.0.113.7:50000", "192.0.2.2"]);
    }

    #[test]
    fn media_come_in_over_tcp_where_the_pages_do_unless_something_else_takes_them_there() {
        let own = ips(&["192.0.2.2", "2001:db8::2"]);
        let bound: Vec<SocketAddr> = ["0.0.0.0:8443", "[::]:8443"].iter().map(|text| text.parse().unwrap()).collect();
        let told =
            |settings: &Settings| doors(settings, &bound, &own).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(told(&Settings::default()), ["192.0.2.2:8443", "[2001:db8::2]:8443"]);

        let public_addresses = vec!["203.0.113.7:50000".parse().unwrap()];
        let base_url = Some("https://summit.example".parse().unwrap());
        let mapped = Settings { public_addresses, base_url, ..Settings::default() };
        assert_eq!(told(&mapped), ["203.0.113.7:443", "[2001:db8::2]:443"]);

        assert!(told(&Settings { behind_proxy: true, ..Settings::default() }).is_empty());
        assert!(told(&Settings { media_over_udp_only: true, ..Settings::default() }).is_empty());
    }

    #[test]
    fn a_socket_bound_to_any_address_is_reached_at_the_machines_own_ones() {
        assert_eq!(told("0.0.0.0", &[]), ["192.0.2.2"]);
        assert_eq!(told("::", &[]), ["2001:db8::2"]);
    }
}
