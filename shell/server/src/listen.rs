//! Opens the sockets that the settings ask for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use crate::addresses;
use crate::settings::Settings;
use crate::start_error::StartError;
use crate::udp::MediaSocket;

/// Connections that the kernel keeps until the server takes them. When there are more, the kernel lets clients try again.
const BACKLOG: i32 = 1024;

/// One listener for each address. `[::]` is left out where the machine has no IPv6 and another address remains.
pub(crate) fn tcp(wanted: &[SocketAddr]) -> Result<Vec<TcpListener>, StartError> {
    let mut listeners = Vec::new();
    for &address in wanted {
        match listen(address) {
            Ok(listener) => listeners.push(listener),
            Err(source) if wanted.len() > 1 && address.ip() == Ipv6Addr::UNSPECIFIED && is_missing(&source) => {
                tracing::warn!("this machine has no IPv6; serving IPv4 only");
            }
            Err(source) => return Err(StartError::Listen { address, source }),
        }
    }
    Ok(listeners)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // IPv4 has a socket of its own.
        socket.set_only_v6(true)?;
    }
    // So that a restarted server need not wait for the last connections of the old one to be forgotten.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Whether the machine lacks this family of addresses.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
        || error.raw_os_error() == Some(ADDRESS_FAMILY_NOT_SUPPORTED)
}

/// `EAFNOSUPPORT` of Linux.
const ADDRESS_FAMILY_NOT_SUPPORTED: i32 = 97;

/// The sockets of every media thread, told how browsers reach them.
pub(crate) fn media(settings: &Settings, own: &[IpAddr]) -> Result<Vec<Vec<MediaSocket>>, StartError> {
    check_ports(settings)?;
    // The cast is right: a port for each was found.
    (0..settings.media_thread_count().get()).map(|thread| media_of_thread(settings, own, thread as u16)).collect()
}

/// Whether there is a port for every media thread, on this machine and as seen from outside.
pub(crate) fn check_ports(settings: &Settings) -> Result<(), StartError> {
    let count = settings.media_thread_count().get();
    let outside = settings.public_addresses.iter().filter_map(|address| address.port);
    // Port 0 stands for as many free ones as are needed.
    let here = Some(settings.media_port).filter(|port| *port != 0);
    let fits = |first: u16| usize::from(first) + count <= 1 + usize::from(u16::MAX);
    if count <= usize::from(u16::MAX) && here.into_iter().chain(outside).all(fits) {
        Ok(())
    } else {
        Err(StartError::MediaPorts(count))
    }
}

fn media_of_thread(settings: &Settings, own: &[IpAddr], thread: u16) -> Result<Vec<MediaSocket>, StartError> {
    let port = if settings.media_port == 0 { 0 } else { settings.media_port + thread };
    let mut sockets = Vec::new();
    for ip in bindings(settings, own) {
        let address = SocketAddr::new(ip, port);
        let mut socket = match MediaSocket::bind(address) {
            Ok(socket) => socket,
            // An address that was only found, not asked for, may be gone again.
            Err(source) if settings.media_addresses.is_empty() && is_missing(&source) => continue,
            Err(source) => return Err(StartError::Media { address, source }),
        };
        let told = addresses::advertised(ip, &settings.public_addresses, own);
        let with_port = |address: crate::PublicAddress| {
            let port = address.port.map_or(Some(socket.bound().port()), |first| first.checked_add(thread))?;
            Some(SocketAddr::new(address.ip, port))
        };
        let candidates: Option<Vec<_>> = told.into_iter().map(with_port).collect();
        let candidates = candidates.ok_or(StartError::MediaPorts(settings.media_thread_count().get()))?;
        if candidates.is_empty() {
            return Err(StartError::NothingToAdvertise(socket.bound()));
        }
        socket.advertise(candidates, own);
        sockets.push(socket);
    }
    if sockets.is_empty() {
        return Err(StartError::NothingToAdvertise(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port)));
    }
    Ok(sockets)
}

/// The addresses to bind to: those asked for, else the machine's own; but any of a family of which a public address is
/// given, for only the NAT box knows at which one its datagrams arrive.
fn bindings(settings: &Settings, own: &[IpAddr]) -> Vec<IpAddr> {
    if !settings.media_addresses.is_empty() {
        return settings.media_addresses.clone();
    }
    let any = |is_ipv4| if is_ipv4 { IpAddr::from(Ipv4Addr::UNSPECIFIED) } else { Ipv6Addr::UNSPECIFIED.into() };
    let mut chosen = Vec::new();
    for is_ipv4 in [true, false] {
        if settings.public_addresses.iter().any(|address| address.ip.is_ipv4() == is_ipv4) {
            chosen.push(any(is_ipv4));
        } else {
            chosen.extend(own.iter().filter(|ip| ip.is_ipv4() == is_ipv4));
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(public: &[&str], asked: &[&str]) -> Vec<String> {
        let settings = Settings {
            public_addresses: public.iter().map(|text| text.parse().unwrap()).collect(),
            media_addresses: asked.iter().map(|text| text.parse().unwrap()).collect(),
            ..Settings::default()
        };
        let own: Vec<IpAddr> = ["192.0.2.2", "192.0.2.3", "2001:db8::2"].iter().map(|ip| ip.parse().unwrap()).collect();
        bindings(&settings, &own).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn media_binds_to_the_own_addresses_and_to_any_behind_nat() {
        assert_eq!(bound(&[], &[]), ["192.0.2.2", "192.0.2.3", "2001:db8::2"]);
        assert_eq!(bound(&["203.0.113.7"], &[]), ["0.0.0.0", "2001:db8::2"]);
        assert_eq!(bound(&["203.0.113.7"], &["192.0.2.3"]), ["192.0.2.3"]);
    }

    #[test]
    fn each_media_thread_has_ports_of_its_own_also_as_seen_from_outside() {
        let settings = Settings {
            media_port: 0,
            media_threads: std::num::NonZeroUsize::new(2),
            media_addresses: vec![IpAddr::from([127, 0, 0, 1])],
            public_addresses: vec!["203.0.113.7:50000".parse().unwrap()],
            ..Settings::default()
        };
        let sockets = media(&settings, &[]).unwrap();
        let told: Vec<_> = sockets.iter().map(|of_one| of_one[0].candidates()[0].to_string()).collect();
        assert_eq!(told, ["203.0.113.7:50000", "203.0.113.7:50001"]);
        let too_high = Settings { media_port: 65_535, ..settings.clone() };
        assert!(matches!(media(&too_high, &[]), Err(StartError::MediaPorts(2))));
        let too_high = Settings { public_addresses: vec!["203.0.113.7:65535".parse().unwrap()], ..settings };
        assert!(matches!(media(&too_high, &[]), Err(StartError::MediaPorts(2))), "port 0 is nobody's");
    }
}
