//! Datagrams on their way: each client has a socket of its own towards the server, and a way there and back.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use sim::Chance;
use sim::network::{Conditions, Way};

/// Clients at once; a further one gets no answer.
const CLIENTS_MAX: usize = 256;

/// Datagrams under way at once; a further one is lost.
const UNDER_WAY_MAX: usize = 65_536;

/// The largest datagram.
const DATAGRAM_MAX: usize = 65_535;

/// Which way a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// From a client to the server.
    Up,
    /// From the server to a client.
    Down,
}

/// What became of the datagrams of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) came: u64,
    pub(crate) lost: u64,
    pub(crate) left: u64,
}

struct Client {
    address: SocketAddr,
    socket: UdpSocket,
    up: Way,
    down: Way,
}

/// One that arrives later; ordered by when, and then by when it came.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct UnderWay {
    arrives: Instant,
    number: u64,
    client: usize,
    direction: Direction,
    bytes: Vec<u8>,
}

/// The relay.
pub(crate) struct Relay {
    listen: UdpSocket,
    server: SocketAddr,
    seed: u64,
    up: Conditions,
    down: Conditions,
    clients: Vec<Client>,
    under_way: BinaryHeap<Reverse<UnderWay>>,
    numbered: u64,
    buffer: Vec<u8>,
    counts: [Counts; 2],
}

impl Relay {
    pub(crate) fn new(listen: SocketAddr, server: SocketAddr, seed: u64) -> std::io::Result<Self> {
        let listen = UdpSocket::bind(listen)?;
        listen.set_nonblocking(true)?;
        let perfect = Conditions::perfect(Duration::ZERO);
        Ok(Self {
            listen,
            server,
            seed,
            up: perfect,
            down: perfect,
            clients: Vec::new(),
            under_way: BinaryHeap::new(),
            numbered: 0,
            buffer: vec![0; DATAGRAM_MAX],
            counts: [Counts::default(); 2],
        })
    }

    /// From now on the line is like that, in that direction, for all clients.
    pub(crate) fn change(&mut self, direction: Direction, conditions: Conditions) {
        match direction {
            Direction::Up => self.up = conditions,
            Direction::Down => self.down = conditions,
        }
        for client in &mut self.clients {
            client.up.change(self.up);
            client.down.change(self.down);
        }
    }

    /// From now on the server sees other addresses, as after a change of network or of an address translator's mind.
    pub(crate) fn rebind(&mut self) -> std::io::Result<()> {
        for client in &mut self.clients {
            client.socket = towards(self.server)?;
        }
        Ok(())
    }

    pub(crate) fn counts(&self, direction: Direction) -> Counts {
        self.counts[direction as usize]
    }

    /// Where something may come from.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        std::iter::once(self.listen.as_fd()).chain(self.clients.iter().map(|client| client.socket.as_fd()))
    }

    /// When the next datagram arrives.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.under_way.peek().map(|Reverse(next)| next.arrives)
    }

    /// Takes in what came.
    pub(crate) fn take_in(&mut self, now: Instant) -> std::io::Result<()> {
        while let Some((length, from)) = received(self.listen.recv_from(&mut self.buffer))? {
            if let Some(client) = self.client(from)? {
                self.carry(client, Direction::Up, length, now);
            }
        }
        for client in 0..self.clients.len() {
            while let Some(length) = received(self.clients[client].socket.recv(&mut self.buffer))? {
                self.carry(client, Direction::Down, length, now);
            }
        }
        Ok(())
    }

    fn client(&mut self, address: SocketAddr) -> std::io::Result<Option<usize>> {
        if let Some(known) = self.clients.iter().position(|client| client.address == address) {
            return Ok(Some(known));
        }
        if self.clients.len() == CLIENTS_MAX {
            return Ok(None);
        }
        let number = self.clients.len();
        let way = |conditions, name: &str| Way::new(conditions, Chance::new(self.seed, &format!("{name} {number}")));
        let (up, down) = (way(self.up, "up"), way(self.down, "down"));
        self.clients.push(Client { address, socket: towards(self.server)?, up, down });
        Ok(Some(number))
    }

    fn carry(&mut self, number: usize, direction: Direction, length: usize, now: Instant) {
        let counts = &mut self.counts[direction as usize];
        counts.came += 1;
        let client = &mut self.clients[number];
        let way = match direction {
            Direction::Up => &mut client.up,
            Direction::Down => &mut client.down,
        };
        let arrivals = way.carry(length, now);
        if arrivals.is_empty() || self.under_way.len() >= UNDER_WAY_MAX {
            counts.lost += 1;
            return;
        }
        for arrives in arrivals {
            self.numbered += 1;
            let bytes = self.buffer[..length].to_vec();
            let next = UnderWay { arrives, number: self.numbered, client: number, direction, bytes };
            self.under_way.push(Reverse(next));
        }
    }

    /// Delivers what has arrived.
    pub(crate) fn deliver(&mut self, now: Instant) -> std::io::Result<()> {
        while self.due().is_some_and(|due| due <= now) {
            let Some(Reverse(UnderWay { client, direction, bytes, .. })) = self.under_way.pop() else { break };
            let client = &self.clients[client];
            let sent = match direction {
                Direction::Up => client.socket.send(&bytes),
                Direction::Down => self.listen.send_to(&bytes, client.address),
            };
            self.counts[direction as usize].left += u64::from(received(sent)?.is_some());
        }
        Ok(())
    }
}

/// A socket for one client.
fn towards(server: SocketAddr) -> std::io::Result<UdpSocket> {
    // From the address at which the server is: a way to it is there.
    let socket = UdpSocket::bind(SocketAddr::new(server.ip(), 0))?;
    socket.set_nonblocking(true)?;
    socket.connect(server)?;
    Ok(socket)
}

/// What a socket gave; nothing where it has nothing now, or where nobody is at the other end.
fn received<T>(result: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::WouldBlock | ErrorKind::ConnectionRefused | ErrorKind::Interrupted
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    /// A server, a client, and the relay between them.
    fn set() -> (UdpSocket, UdpSocket, Relay) {
        let server = UdpSocket::bind(HERE).unwrap();
        let relay = Relay::new(HERE, server.local_addr().unwrap(), 1).unwrap();
        let client = UdpSocket::bind(HERE).unwrap();
        client.connect(relay.listen.local_addr().unwrap()).unwrap();
        for socket in [&server, &client] {
            socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        }
        (server, client, relay)
    }

    /// Loopback delivers at once: what was sent is there.
    fn pass(relay: &mut Relay, now: Instant) {
        relay.take_in(now).unwrap();
        relay.deliver(now).unwrap();
    }

    fn read(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
        let mut bytes = [0; 100];
        let (length, from) = socket.recv_from(&mut bytes).unwrap();
        (bytes[..length].to_vec(), from)
    }

    #[test]
    fn what_is_sent_arrives_on_both_sides_and_each_client_is_an_address_of_its_own() {
        let (server, client, mut relay) = set();
        let other = UdpSocket::bind(HERE).unwrap();
        let now = Instant::now();
        client.send(b"one").unwrap();
        pass(&mut relay, now);
        let (bytes, first) = read(&server);
        assert_eq!(bytes, b"one");
        other.send_to(b"two", relay.listen.local_addr().unwrap()).unwrap();
        pass(&mut relay, now);
        let (_, second) = read(&server);
        assert_ne!(first, second);
        server.send_to(b"back", first).unwrap();
        pass(&mut relay, now);
        assert_eq!(read(&client).0, b"back");
        relay.rebind().unwrap();
        client.send(b"again").unwrap();
        pass(&mut relay, now);
        assert_ne!(read(&server).1, first, "the server sees another address");
    }

    #[test]
    fn a_line_that_is_changed_delays_and_loses() {
        let (server, client, mut relay) = set();
        let start = Instant::now();
        relay.change(Direction::Up, Conditions::perfect(Duration::from_millis(50)));
        client.send(b"late").unwrap();
        pass(&mut relay, start);
        assert_eq!((relay.due(), relay.counts(Direction::Up).left), (Some(start + Duration::from_millis(50)), 0));
        relay.deliver(start + Duration::from_millis(50)).unwrap();
        assert_eq!(read(&server).0, b"late");
        let all = sim::network::Loss { when_good: 1.0, when_bad: 1.0, turns_bad: 0.0, turns_good: 1.0 };
        relay.change(Direction::Up, Conditions { loss: all, ..Conditions::perfect(Duration::ZERO) });
        client.send(b"lost").unwrap();
        pass(&mut relay, start);
        let counts = relay.counts(Direction::Up);
        assert_eq!((counts.came, counts.lost, counts.left), (2, 1, 1));
    }
}
