//! The TCP connections of one media thread: browsers to which UDP is blocked send and get their datagrams by them, each in a
//! frame. Knows addresses and bytes, nothing of what is in them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use node::Way;
use socket2::SockRef;

use crate::crowd::Guest;
use crate::frames::{Framer, Unframer};
use crate::udp::Sent;

/// What the kernel may keep of what it has not sent yet, in bytes: enough to go on until it is given more, and little, for
/// sound waits behind it.
const UNSENT_BYTES: u32 = 8 * 1024;

/// What is read at a time, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// How often one connection is read in a turn, so that a flood does not delay the others.
const READS_PER_TURN: usize = 4;

/// A connection by which nothing came for this long is closed. A browser that uses one checks it every few seconds.
const STILL_WITHIN: Duration = Duration::from_secs(45);

/// How often connections are looked over for that.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Has the kernel take no more of a connection than it can send soon. Where it does not know of that, sound waits longer.
pub(crate) fn keep_little_unsent(stream: SockRef<'_>) {
    drop(stream.set_tcp_notsent_lowat(UNSENT_BYTES));
}

/// A connection that has proved whose it is.
pub(crate) struct Connection {
    stream: TcpStream,
    way: Way,
    unframer: Unframer,
    framer: Framer,
    heard: Instant,
    /// Counted as long as it is open.
    _guest: Guest,
}

impl Connection {
    /// Takes over a connection. Its first frame was read.
    pub(crate) fn new(stream: std::net::TcpStream, way: Way, guest: Guest, now: Instant) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        keep_little_unsent(SockRef::from(&stream));
        let stream = TcpStream::from_std(stream);
        Ok(Self { stream, way, unframer: Unframer::default(), framer: Framer::default(), heard: now, _guest: guest })
    }

    /// How its datagrams travel.
    pub(crate) fn way(&self) -> Way {
        self.way
    }

    /// Reads what came and tells of every datagram, until nothing waits or this turn's share is read. The first `false`
    /// answer ends the connection.
    pub(crate) fn receive(&mut self, now: Instant, mut each: impl FnMut(&[u8]) -> bool) -> Received {
        let mut bytes = [0; READ_BYTES];
        for _ in 0..READS_PER_TURN {
            let count = match self.stream.read(&mut bytes) {
                Ok(0) => return Received::Closed,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Received::All,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Received::Closed,
            };
            self.heard = now;
            let mut is_wanted = true;
            let whole = self.unframer.take(&bytes[..count], |datagram| {
                is_wanted = each(datagram);
                is_wanted
            });
            if whole.is_err() || !is_wanted {
                return Received::Closed;
            }
        }
        Received::More
    }

    /// Gives the kernel what it takes. An error is told by the next reading.
    fn send(&mut self, sent: &mut Sent) {
        loop {
            let next = self.framer.next();
            if next.is_empty() {
                return;
            }
            sent.calls += 1;
            match self.stream.write(next) {
                Ok(count) => {
                    self.framer.took(count);
                    sent.bytes += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

/// What became of reading a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// Nothing waits any more.
    All,
    /// More may wait.
    More,
    /// The other end closed it, or sent what it must not.
    Closed,
}

/// All connections of a thread.
pub(crate) struct Connections {
    registry: Registry,
    open: BTreeMap<Token, Connection>,
    by_way: BTreeMap<Way, Token>,
    next: Token,
    /// Those by which something may have come: the poll tells only once.
    readable: BTreeSet<Token>,
    /// Those that may have something to send and a kernel that takes it.
    sending: BTreeSet<Token>,
    looked: Instant,
}

impl Connections {
    /// None yet. They have the tokens from `first` on.
    pub(crate) fn new(registry: Registry, first: Token, now: Instant) -> Self {
        Self {
            registry,
            open: BTreeMap::new(),
            by_way: BTreeMap::new(),
            next: first,
            readable: BTreeSet::new(),
            sending: BTreeSet::new(),
            looked: now,
        }
    }

    /// How many are open.
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// From now on it is read.
    pub(crate) fn add(&mut self, mut connection: Connection) -> io::Result<()> {
        let token = self.next;
        self.registry.register(&mut connection.stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.next = Token(token.0 + 1);
        self.by_way.insert(connection.way, token);
        self.open.insert(token, connection);
        self.readable.insert(token);
        Ok(())
    }

    /// The poll says that something can be done.
    pub(crate) fn note(&mut self, event: &Event) {
        if self.open.contains_key(&event.token()) {
            self.readable.insert(event.token());
            self.sending.insert(event.token());
        }
    }

    /// Takes out those that are to be read; each is to be given back, or is closed.
    pub(crate) fn take_readable(&mut self) -> Vec<(Token, Connection)> {
        let tokens = std::mem::take(&mut self.readable);
        tokens.into_iter().filter_map(|token| self.open.remove_entry(&token)).collect()
    }

    /// Gives one back that was read; `more` waits for the next turn.
    pub(crate) fn give_back(&mut self, token: Token, connection: Connection, more: bool) {
        self.open.insert(token, connection);
        if more {
            self.readable.insert(token);
        }
    }

    /// Forgets one that was taken out and is closed.
    pub(crate) fn closed(&mut self, token: Token, way: Way) {
        self.sending.remove(&token);
        if self.by_way.get(&way) == Some(&token) {
            self.by_way.remove(&way);
        }
    }

    /// Whether something is left to read.
    pub(crate) fn has_readable(&self) -> bool {
        !self.readable.is_empty()
    }

    /// Keeps a datagram for the connection that is its way. Where there is none it is dropped.
    pub(crate) fn queue(&mut self, way: Way, is_picture: bool, datagram: Vec<u8>, sent: &mut Sent) {
        let token = self.by_way.get(&way).copied();
        let Some((token, connection)) = token.and_then(|token| Some((token, self.open.get_mut(&token)?))) else {
            sent.dropped_refused += 1;
            return;
        };
        sent.datagrams += 1;
        sent.dropped_full += connection.framer.push(datagram, is_picture);
        self.sending.insert(token);
    }

    /// Gives the kernel what waits. What it does not take waits until the poll says that it does.
    pub(crate) fn send(&mut self, sent: &mut Sent) {
        for token in std::mem::take(&mut self.sending) {
            if let Some(connection) = self.open.get_mut(&token) {
                connection.send(sent);
            }
        }
    }

    /// Closes those by which nothing came for too long; they are told.
    pub(crate) fn close_still(&mut self, now: Instant) -> Vec<Way> {
        if now.saturating_duration_since(self.looked) < LOOK_EVERY {
            return Vec::new();
        }
        self.looked = now;
        let is_still = |connection: &Connection| now.saturating_duration_since(connection.heard) >= STILL_WITHIN;
        let still: Vec<_> =
            self.open.iter().filter(|(_, connection)| is_still(connection)).map(|(token, c)| (*token, c.way)).collect();
        for (token, way) in &still {
            self.open.remove(token);
            self.closed(*token, *way);
        }
        still.into_iter().map(|(_, way)| way).collect()
    }

    /// Closes all.
    pub(crate) fn clear(&mut self) {
        self.open.clear();
        self.by_way.clear();
        self.readable.clear();
        self.sending.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{TcpListener, TcpStream as StdTcpStream};

    use mio::{Events, Poll};

    use super::*;
    use crate::crowd::{Crowd, Limits};

    const PICTURE: [u8; 1200] = [1; 1200];
    const SOUND: [u8; 80] = [2; 80];

    /// A thread's connections with one in it, and its other end.
    struct Bench {
        poll: Poll,
        events: Events,
        connections: Connections,
        way: Way,
        browser: StdTcpStream,
        sent: Sent,
    }

    impl Bench {
        fn new() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let browser = StdTcpStream::connect(listener.local_addr().unwrap()).unwrap();
            browser.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let (stream, from) = listener.accept().unwrap();
            let way = Way::tcp(from, listener.local_addr().unwrap());
            let limits = Limits { all: 1, of_one: 1, spare_loopback: false };
            let guest = Crowd::new(limits).enter(from.ip()).unwrap();
            let poll = Poll::new().unwrap();
            let mut connections = Connections::new(poll.registry().try_clone().unwrap(), Token(5), Instant::now());
            connections.add(Connection::new(stream, way, guest, Instant::now()).unwrap()).unwrap();
            Self { poll, events: Events::with_capacity(8), connections, way, browser, sent: Sent::default() }
        }

        fn queue(&mut self, datagram: &[u8], is_picture: bool) {
            self.connections.queue(self.way, is_picture, datagram.to_vec(), &mut self.sent);
        }

        /// One turn of the thread.
        fn turn(&mut self) {
            self.poll.poll(&mut self.events, Some(Duration::from_millis(10))).unwrap();
            self.events.iter().for_each(|event| self.connections.note(event));
            self.connections.send(&mut self.sent);
        }
    }

    #[test]
    fn a_browser_that_does_not_read_costs_pictures_and_gets_all_sound_once_it_does() {
        let mut bench = Bench::new();
        let (mut pictures, mut sounds) = (0, 0);
        // Until far more has been dropped than the kernel takes.
        while bench.sent.dropped_full < 2000 {
            bench.queue(&PICTURE, true);
            pictures += 1;
            if pictures % 100 == 0 {
                bench.queue(&SOUND, false);
                sounds += 1;
            }
            bench.connections.send(&mut bench.sent);
        }
        let (mut came_pictures, mut came_sounds) = (0, 0);
        let mut unframer = Unframer::default();
        let mut bytes = vec![0; 64 * 1024];
        while came_pictures + bench.sent.dropped_full < pictures || came_sounds < sounds {
            bench.turn();
            let count = bench.browser.read(&mut bytes).unwrap();
            let each = |datagram: &[u8]| {
                match datagram.len() {
                    80 => came_sounds += 1,
                    _ => came_pictures += 1,
                }
                true
            };
            unframer.take(&bytes[..count], each).unwrap();
        }
        assert_eq!((came_sounds, came_pictures + bench.sent.dropped_full), (sounds, pictures));
    }

    #[test]
    fn a_connection_that_is_still_for_too_long_is_closed_and_nothing_is_sent_by_it() {
        let mut bench = Bench::new();
        assert_eq!(bench.connections.close_still(Instant::now() + STILL_WITHIN / 2), []);
        assert_eq!(bench.connections.close_still(Instant::now() + STILL_WITHIN), [bench.way]);
        bench.queue(&SOUND, false);
        assert_eq!((bench.sent.dropped_refused, bench.connections.len()), (1, 0));
        assert_eq!(bench.browser.read(&mut [0; 8]).unwrap(), 0, "its other end sees that");
    }

    #[test]
    fn what_comes_is_told_and_an_end_is_noticed() {
        use std::io::Write as _;
        let mut bench = Bench::new();
        bench.browser.write_all(&[0, 2, 7, 7, 0, 1, 8]).unwrap();
        let mut came = Vec::new();
        let received = loop {
            bench.turn();
            let mut readable = bench.connections.take_readable();
            let Some((token, mut connection)) = readable.pop() else { continue };
            let received = connection.receive(Instant::now(), |datagram| {
                came.push(datagram.to_vec());
                true
            });
            if received == Received::Closed {
                break received;
            }
            bench.connections.give_back(token, connection, received == Received::More);
            if came.len() == 2 {
                bench.browser.shutdown(std::net::Shutdown::Write).unwrap();
            }
        };
        assert_eq!((received, came), (Received::Closed, vec![vec![7, 7], vec![8]]));
    }
}
