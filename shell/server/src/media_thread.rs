//! A media thread: a plain thread that owns its sockets and one [`Node`](node::Node) with all the rooms placed on it, so that nothing
//! on the way of a packet is shared or locked. It decides nothing: it moves what comes in to the node and does what the
//! node asks for.

mod appending;
mod desk;
mod negotiator;
mod ports;

use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token, Waker};
use node::{ConnectionId, Input, Way};
use tokio::sync::mpsc::{self, error::TryRecvError};
use tokio::sync::oneshot;
use wire::SummitId;

pub(crate) use negotiator::Negotiator;

use crate::clock::Now;
use crate::metrics::ThreadMetrics;
use crate::outbound::Outbound;
use crate::reception::Visitor;
use crate::relay::{WayBack, is_place};
use crate::rooms::Placements;
use crate::udp::{MediaSocket, ReceiveBuffers};
use appending::Ticket;
use desk::Desk;
use ports::Ports;

/// What people say and want, waiting for one media thread. When the queue is full, whoever adds to it waits: its WebSocket
/// is not read meanwhile, so the pressure ends at the browser that makes it.
const COMMAND_DEPTH: usize = 1024;

/// Commands taken in one turn, so that a storm of requests does not delay packets.
const COMMANDS_PER_TURN: usize = 64;

/// Batches of datagrams taken in one turn from one socket, so that a flood does not delay requests and timers.
const BATCHES_PER_TURN: usize = 16;

/// The longest sleep: also an idle thread shows that it lives.
const TURN: Duration = Duration::from_millis(100);

/// How long a stopping thread waits for what is being stored.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// The waker's token; sockets have their index, TCP connections what comes after.
const WAKE: Token = Token(usize::MAX);

/// What is said to a media thread.
pub(crate) enum Command {
    /// A connection said hello, or is a registrar's. `outbound` comes with its first hello only.
    Hello {
        /// Who.
        connection: ConnectionId,
        /// The way back.
        outbound: Option<Outbound>,
        /// What the node is told.
        input: Input,
    },
    /// A connection is gone.
    Disconnected(ConnectionId),
    /// Anything else for the node.
    Node(Input),
    /// A TCP connection and its first frame: it stays if that is the check of a peer, else it goes back.
    Visit(Box<Visitor>, oneshot::Sender<Box<Visitor>>),
    /// Datagrams that came by one relay, and the way back.
    Relayed {
        /// With their ways.
        datagrams: Vec<(Way, Vec<u8>)>,
        /// To the browser.
        back: WayBack,
    },
    /// The relay at that address is no more.
    RelayClosed(SocketAddr),
    /// Say good-bye to everybody, then end.
    Stop,
    /// Panic, for a test of what follows.
    #[cfg(test)]
    Panic,
}

/// What comes back from work that was handed out. The queue has no limit of its own: it holds at most one result for each
/// append the store's queue took and each offer the negotiator took, and both are bounded.
struct Answer {
    life: u64,
    what: Answered,
}

/// Which work was done.
enum Answered {
    /// An offer; what the node is told.
    Offer(Input),
    /// A change was stored, or not.
    Append { summit: SummitId, ticket: Ticket, stored: bool },
}

/// How the rest of the server reaches a media thread.
pub(crate) struct MediaThread {
    commands: mpsc::Sender<(u64, Command)>,
    waker: Arc<Waker>,
    life: Arc<AtomicU64>,
    join: std::sync::Mutex<Option<JoinHandle<()>>>,
}

/// A media thread has stopped; the process is about to end.
#[derive(Debug, thiserror::Error)]
#[error("the media thread has stopped")]
pub(crate) struct Stopped;

/// What a media thread needs from the rest of the server.
pub(crate) struct Surroundings {
    pub(crate) writer: store::Writer,
    pub(crate) negotiator: Negotiator,
    pub(crate) placements: Placements,
    pub(crate) metrics: Arc<crate::metrics::Metrics>,
}

impl MediaThread {
    /// Starts the thread number `index` on its sockets; `doors` are the addresses at which browsers open TCP connections.
    pub(crate) fn start(
        index: usize,
        sockets: Vec<MediaSocket>,
        doors: Vec<SocketAddr>,
        around: Surroundings,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (commands, incoming) = mpsc::channel(COMMAND_DEPTH);
        let (answers, answered) = std::sync::mpsc::channel();
        let life = Arc::new(AtomicU64::new(0));
        let metrics = around.metrics.thread(index);
        let started = around.metrics.started();
        let ports = Ports::new(sockets, doors, poll.registry().try_clone()?, metrics.clone())?;
        let desk = Desk::new(index, ports, around, answers, waker.clone(), life.clone());
        let turning = Turning {
            poll,
            events: Events::with_capacity(64),
            buffers: ReceiveBuffers::new(),
            desk,
            incoming,
            answered,
            metrics,
            started,
            more: false,
            stop_at: None,
        };
        let thread = std::thread::Builder::new().name(format!("media-{index}"));
        let join = thread.spawn(move || {
            pin(index);
            turning.run();
        })?;
        Ok(Self { commands, waker, life, join: std::sync::Mutex::new(Some(join)) })
    }

    /// Which life of the thread this is: it begins anew after a panic, without its rooms.
    pub(crate) fn life(&self) -> u64 {
        self.life.load(Ordering::Acquire)
    }

    /// Says something to the thread as it was in `life`; waits while its queue is full.
    pub(crate) async fn say(&self, life: u64, command: Command) -> Result<(), Stopped> {
        self.commands.send((life, command)).await.map_err(|_| Stopped)?;
        self.waker.wake().map_err(|_| Stopped)
    }

    /// Waits for the thread's end.
    pub(crate) fn join(&self) {
        let join = self.join.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(join) = join
            && join.join().is_err()
        {
            tracing::error!("a media thread ended by a panic");
        }
    }
}

/// Keeps the thread on one core, away from the first one where the rest of the process starts. Where there are not enough
/// cores, or the system does not allow it, the scheduler decides.
fn pin(index: usize) {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    if let Some(core) = cores.get(index + 1) {
        core_affinity::set_for_current(*core);
    }
}

/// The thread itself.
struct Turning {
    poll: Poll,
    events: Events,
    buffers: ReceiveBuffers,
    desk: Desk,
    incoming: mpsc::Receiver<(u64, Command)>,
    answered: std::sync::mpsc::Receiver<Answer>,
    metrics: Arc<ThreadMetrics>,
    started: Instant,
    /// Something was left for the next turn, which must come at once.
    more: bool,
    /// Set once the thread was told to stop: it ends then at the latest.
    stop_at: Option<Instant>,
}

impl Turning {
    fn run(mut self) {
        loop {
            match catch_unwind(AssertUnwindSafe(|| self.turn())) {
                Ok(Ok(())) if self.may_end() => return,
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(%error, "a media thread cannot wait for its sockets and ends");
                    return;
                }
                Err(_) => self.desk.begin_anew(),
            }
        }
    }

    fn may_end(&self) -> bool {
        self.stop_at.is_some_and(|latest| self.desk.appending() == 0 || Instant::now() >= latest)
    }

    /// Waits until there is something to do, then does it.
    fn turn(&mut self) -> io::Result<()> {
        self.wait()?;
        let now = Now::read();
        self.more = false;
        self.take_answers(now);
        self.take_commands(now);
        self.take_datagrams(now);
        self.more |= self.desk.read_connections(now);
        self.desk.handle_timeout(now);
        self.desk.ports.send();
        self.metrics.went_round(self.started.elapsed());
        Ok(())
    }

    fn wait(&mut self) -> io::Result<()> {
        let sleep = if self.more { Duration::ZERO } else { self.desk.until_timeout(Instant::now()).min(TURN) };
        match self.poll.poll(&mut self.events, Some(sleep)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            Ok(()) | Err(_) => {}
        }
        for event in &self.events {
            match self.desk.ports.sockets.get_mut(event.token().0) {
                Some(socket) => socket.readable = true,
                None => self.desk.ports.connections.note(event),
            }
        }
        Ok(())
    }

    fn take_answers(&mut self, now: Now) {
        while let Ok(answer) = self.answered.try_recv() {
            self.desk.answered(answer, now);
        }
    }

    fn take_commands(&mut self, now: Now) {
        for _ in 0..COMMANDS_PER_TURN {
            let (life, command) = match self.incoming.try_recv() {
                Ok(said) => said,
                Err(TryRecvError::Empty) => return,
                // Nobody can reach this thread any more: the server was dropped.
                Err(TryRecvError::Disconnected) => {
                    self.stop_at = Some(now.instant);
                    return;
                }
            };
            if matches!(command, Command::Stop) {
                self.stop_at = Some(now.instant + STOP_PATIENCE);
            }
            self.desk.command(life, command, now);
        }
        self.more = true;
    }

    fn take_datagrams(&mut self, now: Now) {
        for index in 0..self.desk.ports.sockets.len() {
            for _ in 0..BATCHES_PER_TURN {
                if !self.desk.ports.sockets[index].readable {
                    break;
                }
                self.take_batch(index, now);
            }
            self.more |= self.desk.ports.sockets[index].readable;
        }
    }

    /// The node is told the whole batch before it is asked what follows: then all packets of a frame go to one listener in
    /// one run, and only then to the next.
    fn take_batch(&mut self, index: usize, now: Now) {
        let count = self.desk.ports.sockets[index].receive(&mut self.buffers);
        for datagram in self.buffers.datagrams(count) {
            // Nothing comes from there but what a relay brings.
            if is_place(datagram.source) {
                continue;
            }
            self.metrics.received.fetch_add(1, Ordering::Relaxed);
            self.metrics.received_bytes.fetch_add(datagram.bytes.len() as u64, Ordering::Relaxed);
            let destination = self.desk.ports.sockets[index].candidate_for(datagram.arrived_at);
            self.desk.datagram(Way::udp(datagram.source, destination), datagram.bytes, now);
        }
        self.desk.drain(now);
    }
}

#[cfg(test)]
mod tests {
    use wire::{Bye, SeatId};

    use super::*;
    use crate::outbound::{OutboundQueue, Outgoing, outbound};

    fn start(runtime: &tokio::runtime::Runtime, data: &std::path::Path) -> MediaThread {
        let mut socket = MediaSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        socket.advertise(vec![socket.bound()], &[]);
        let around = Surroundings {
            writer: store::Writer::spawn(store::SqliteStore::open(data).unwrap()).unwrap(),
            negotiator: Negotiator::new(runtime.handle().clone(), node::Identity::generate(), 1),
            placements: Placements::default(),
            metrics: Arc::new(crate::metrics::Metrics::new(1)),
        };
        MediaThread::start(0, vec![socket], Vec::new(), around).unwrap()
    }

    /// Says hello for a summit that is not open on the thread.
    async fn hello(thread: &MediaThread, life: u64, number: u64) -> OutboundQueue {
        let (sender, queue) = outbound();
        let connection = ConnectionId(number);
        let input = Input::Hello {
            connection,
            session: node::SessionId(1),
            invitation: node::InvitationId(1),
            summit: SummitId::new("talks").unwrap(),
            seat: SeatId::new("meridia-head").unwrap(),
            device: String::new(),
            take_over: false,
            document: Box::new(wire::Envelope {
                payload: wire::Bytes::default(),
                signature: wire::Bytes::default(),
                issuer: None,
            }),
        };
        thread.say(life, Command::Hello { connection, outbound: Some(sender), input }).await.unwrap();
        queue
    }

    #[test]
    fn after_a_panic_the_thread_goes_on_and_whoever_knew_its_old_rooms_is_asked_to_come_back() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let data = tempfile::tempdir().unwrap();
        let thread = start(&runtime, data.path());
        runtime.block_on(async {
            thread.say(0, Command::Panic).await.unwrap();
            let mut old = hello(&thread, 0, 1).await;
            assert!(matches!(old.next().await, Outgoing::Bye(Bye::Restart)));
            assert_eq!(thread.life(), 1);
            // Rooms are opened anew in the new life; this one was not.
            let mut new = hello(&thread, 1, 2).await;
            assert!(matches!(new.next().await, Outgoing::Bye(Bye::LinkRefused)));
            thread.say(1, Command::Stop).await.unwrap();
        });
        thread.join();
    }

    #[test]
    fn a_thread_ends_when_nobody_can_reach_it_any_more() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let data = tempfile::tempdir().unwrap();
        let thread = start(&runtime, data.path());
        let join = thread.join.lock().unwrap().take().unwrap();
        drop(thread);
        join.join().unwrap();
    }
}
