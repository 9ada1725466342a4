//! The UDP sockets of one media thread: datagrams come in by the batch (GRO) and leave in runs (GSO), one run for each
//! system call. Knows addresses and bytes, nothing of what is in them.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};
use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};

use crate::egress::Bundle;

/// The kernel's buffers of each socket, in bytes: about 30 ms at 1 Gb/s. When the receiving one is full the kernel drops
/// what arrives; when the sending one is full [`MediaSocket::send`] drops what should leave. Neither waits: media that
/// waits is late, and what was lost is asked for again (NACK) or stands still until the next key frame.
const KERNEL_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// One receiving buffer holds what the kernel may have joined of one sender (UDP_GRO: up to 64 kB).
const RECEIVE_BUFFER_BYTES: usize = 64 * 1024;

/// How many such buffers one system call may fill.
const RECEIVE_BUFFERS: usize = 16;

/// The most datagrams in one sending call. A frame of a camera is 4 to 8; longer bursts at line rate overflow the shallow
/// queues of routers.
const RUN_SEGMENTS: usize = 10;

/// The most bytes in one sending call: the largest UDP payload (65,535 less the IPv4 and UDP headers).
const RUN_BYTES: usize = 65_507;

/// What became of datagrams that should leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Datagrams handed to the kernel, or to the queue of a TCP connection.
    pub(crate) datagrams: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// System calls.
    pub(crate) calls: u64,
    /// Datagrams dropped because the kernel's buffer was full, or that queue.
    pub(crate) dropped_full: u64,
    /// Datagrams the kernel refused: no route, too large, forbidden; or whose TCP connection is closed.
    pub(crate) dropped_refused: u64,
}

/// One socket and what browsers call it.
pub(crate) struct MediaSocket {
    socket: UdpSocket,
    state: UdpSocketState,
    bound: SocketAddr,
    candidates: Vec<SocketAddr>,
    /// Those of the candidates that are the machine's own addresses, and not ones that a NAT box has for it.
    own: Vec<IpAddr>,
    /// More may be waiting: the poll tells only once.
    pub(crate) readable: bool,
}

impl MediaSocket {
    /// Binds to `address`; a port of 0 takes a free one.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            // IPv4 has sockets of its own, so that every datagram shows one form of its address.
            socket.set_only_v6(true)?;
        }
        socket.bind(&address.into())?;
        // The kernel takes less where `net.core.rmem_max` says so; that is no reason not to start.
        drop(socket.set_recv_buffer_size(KERNEL_BUFFER_BYTES));
        drop(socket.set_send_buffer_size(KERNEL_BUFFER_BYTES));
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let socket = std::net::UdpSocket::from(socket);
        let bound = socket.local_addr()?;
        Ok(Self {
            socket: UdpSocket::from_std(socket),
            state,
            bound,
            candidates: Vec::new(),
            own: Vec::new(),
            readable: false,
        })
    }

    /// The address it is bound to.
    pub(crate) fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// Names the addresses by which browsers reach this socket; `own` are those of the machine.
    pub(crate) fn advertise(&mut self, candidates: Vec<SocketAddr>, own: &[IpAddr]) {
        self.own = candidates.iter().map(SocketAddr::ip).filter(|ip| own.contains(ip)).collect();
        self.candidates = candidates;
    }

    /// The addresses by which browsers reach this socket.
    pub(crate) fn candidates(&self) -> &[SocketAddr] {
        &self.candidates
    }

    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        registry.register(&mut self.socket, token, Interest::READABLE)
    }

    /// Whether a datagram that names `source` as its local address leaves here.
    pub(crate) fn is_known_as(&self, source: SocketAddr) -> bool {
        self.candidates.contains(&source)
    }

    /// Takes in one batch; returns how many buffers were filled, 0 when nothing waits any more.
    pub(crate) fn receive(&mut self, buffers: &mut ReceiveBuffers) -> usize {
        let ReceiveBuffers { bytes, meta } = buffers;
        let mut slices = bytes.each_mut().map(|buffer| IoSliceMut::new(buffer));
        match self.state.recv(UdpSockRef::from(&self.socket), &mut slices, meta) {
            Ok(count) => count,
            // An error of an earlier sending (ICMP) is told here once; the next call goes on.
            Err(error) => {
                self.readable = error.kind() != io::ErrorKind::WouldBlock;
                0
            }
        }
    }

    /// The name under which browsers know the address at which a datagram arrived. Behind NAT it arrives at an address of
    /// which they know nothing; they used the first candidate then, or another that means the same.
    pub(crate) fn candidate_for(&self, arrived_at: Option<IpAddr>) -> SocketAddr {
        let same = |candidate: &&SocketAddr| Some(candidate.ip()) == arrived_at;
        self.candidates.iter().find(same).or(self.candidates.first()).copied().unwrap_or(self.bound)
    }

    /// Sends what waits for one destination, in runs. Never waits: see [`KERNEL_BUFFER_BYTES`].
    pub(crate) fn send(&self, bundle: &Bundle, sent: &mut Sent) {
        let mut offset = 0;
        for run in runs(bundle.sizes(), self.run_segments_max()) {
            let sizes = &bundle.sizes()[run];
            let length = sizes.iter().map(|size| usize::from(*size)).sum::<usize>();
            let contents = &bundle.bytes()[offset..offset + length];
            offset += length;
            self.send_run(bundle, contents, sizes, sent);
        }
    }

    fn send_run(&self, bundle: &Bundle, contents: &[u8], sizes: &[u16], sent: &mut Sent) {
        let count = sizes.len() as u64;
        sent.calls += 1;
        match self.send_call(bundle, contents, (sizes.len() > 1).then(|| usize::from(sizes[0]))) {
            Ok(()) => {
                sent.datagrams += count;
                sent.bytes += contents.len() as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => sent.dropped_full += count,
            // A driver without segmentation: `quinn-udp` has noticed, and the datagrams leave one by one from now on.
            Err(_) if sizes.len() > 1 && self.run_segments_max() == 1 => {
                for datagram in contents.chunks(usize::from(sizes[0]).max(1)) {
                    self.send_run(bundle, datagram, &[datagram.len() as u16], sent);
                }
            }
            Err(_) => sent.dropped_refused += count,
        }
    }

    fn send_call(&self, bundle: &Bundle, contents: &[u8], segment_size: Option<usize>) -> io::Result<()> {
        // Only a socket bound to any address must say from which one a datagram leaves, and can only name one of its own.
        let src_ip =
            (self.bound.ip().is_unspecified() && self.own.contains(&bundle.source.ip())).then(|| bundle.source.ip());
        let transmit = Transmit { destination: bundle.destination, ecn: None, contents, segment_size, src_ip };
        self.state.try_send(UdpSockRef::from(&self.socket), &transmit)
    }

    fn run_segments_max(&self) -> usize {
        self.state.max_gso_segments().min(RUN_SEGMENTS)
    }
}

/// Where datagrams are put when they arrive; one for all sockets of a thread.
pub(crate) struct ReceiveBuffers {
    bytes: [Vec<u8>; RECEIVE_BUFFERS],
    meta: [RecvMeta; RECEIVE_BUFFERS],
}

/// A datagram that arrived.
pub(crate) struct Datagram<'a> {
    /// Who sent it.
    pub(crate) source: SocketAddr,
    /// The local address at which it arrived, where the kernel says so.
    pub(crate) arrived_at: Option<IpAddr>,
    /// What it holds.
    pub(crate) bytes: &'a [u8],
}

impl ReceiveBuffers {
    pub(crate) fn new() -> Self {
        let bytes = std::array::from_fn(|_| vec![0; RECEIVE_BUFFER_BYTES]);
        Self { bytes, meta: [RecvMeta::default(); RECEIVE_BUFFERS] }
    }

    /// The datagrams of the first `count` buffers, in order of arrival.
    pub(crate) fn datagrams(&self, count: usize) -> impl Iterator<Item = Datagram<'_>> {
        self.meta.iter().zip(&self.bytes).take(count).flat_map(|(meta, buffer)| {
            let empty = (meta.len == 0).then_some(&[][..]);
            let of_one_sender = buffer[..meta.len].chunks(meta.stride.max(1)).chain(empty);
            of_one_sender.map(|bytes| Datagram { source: meta.addr, arrived_at: meta.dst_ip, bytes })
        })
    }
}

/// Cuts datagrams to one destination, by their sizes, into runs that each leave in one call (UDP_SEGMENT): all of one size,
/// only the last may be shorter, at most `segments_max` and at most 64 kB.
fn runs(sizes: &[u16], segments_max: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let size = *sizes.get(start)?;
        // The kernel cannot cut into empty datagrams: each of those leaves alone.
        let room = if size == 0 { 1 } else { segments_max.min(RUN_BYTES / usize::from(size)).max(1) };
        let equal = sizes[start..].iter().take(room).take_while(|other| **other == size).count();
        let shorter_last = equal < room && sizes.get(start + equal).is_some_and(|last| *last < size && *last > 0);
        let end = start + equal + usize::from(shorter_last);
        let run = start..end;
        start = end;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(sizes: &[u16]) -> Vec<Range<usize>> {
        runs(sizes, RUN_SEGMENTS).collect()
    }

    #[test]
    fn a_frame_is_one_run_and_its_shorter_last_packet_belongs_to_it() {
        assert_eq!(cut(&[1100, 1100, 1100, 1100, 300, 80]), [0..5, 5..6]);
        assert_eq!(cut(&[]), []);
    }

    #[test]
    fn a_run_ends_where_a_packet_is_longer_and_after_a_shorter_one() {
        assert_eq!(cut(&[100, 1100, 1100]), [0..1, 1..3]);
        assert_eq!(cut(&[1100, 300, 300, 1100]), [0..2, 2..3, 3..4]);
    }

    #[test]
    fn a_run_has_at_most_ten_packets_and_at_most_64_kilobytes() {
        assert_eq!(cut(&[1200; 23]), [0..10, 10..20, 20..23]);
        assert_eq!(cut(&[60_000, 60_000, 100]), [0..1, 1..2, 2..3]);
        assert_eq!(cut(&[30_000, 30_000, 100]), [0..2, 2..3]);
    }

    #[test]
    fn where_the_kernel_cannot_segment_every_packet_leaves_alone() {
        assert_eq!(runs(&[1100, 1100, 300], 1).collect::<Vec<_>>(), [0..1, 1..2, 2..3]);
    }

    #[test]
    fn every_packet_is_in_exactly_one_run_and_in_order() {
        let sizes: Vec<u16> = (0..500_u32).map(|n| [1100, 1100, 90, 0, 1200, 40][(n * 7919 % 6) as usize]).collect();
        let covered: Vec<usize> = runs(&sizes, RUN_SEGMENTS).flatten().collect();
        assert_eq!(covered, (0..sizes.len()).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_sent_in_runs_arrives_as_it_was() {
        let mut sender = MediaSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        sender.advertise(vec![sender.bound()], &[]);
        let mut receiver = MediaSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let told: SocketAddr = "203.0.113.7:9".parse().unwrap();
        receiver.advertise(vec![told], &[]);

        let mut bundle = Bundle::new(sender.bound(), receiver.bound());
        let datagrams: Vec<Vec<u8>> = [700, 700, 700, 20, 900].iter().map(|size| vec![*size as u8; *size]).collect();
        datagrams.iter().for_each(|datagram| bundle.push(datagram));
        let mut sent = Sent::default();
        sender.send(&bundle, &mut sent);
        assert_eq!((sent.datagrams, sent.bytes, sent.dropped_full + sent.dropped_refused), (5, 3020, 0));

        let mut buffers = ReceiveBuffers::new();
        let mut arrived = Vec::new();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while arrived.len() < datagrams.len() && std::time::Instant::now() < deadline {
            let count = receiver.receive(&mut buffers);
            for datagram in buffers.datagrams(count) {
                assert_eq!(datagram.source, sender.bound());
                assert_eq!(receiver.candidate_for(datagram.arrived_at), told);
                arrived.push(datagram.bytes.to_vec());
            }
        }
        assert_eq!(arrived, datagrams);
    }
}
