//! One bot: a participant with a real clock, a WebSocket and a UDP socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Barred, Input, Noticed, Output, Participant, Stats};
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use wire::{Bye, Denied};

use super::socket::Socket;
use super::tap::Tap;
use crate::reach::{ConnectError, Reach, Stream};

/// The longest datagram that is looked at; WebRTC's stay below 1500.
const DATAGRAM_BYTES_MAX: usize = 2048;
/// Datagrams taken in a row before the others have their turn.
const DATAGRAMS_IN_A_ROW: usize = 64;
/// How often the counts are made known.
const SHOW_EVERY: Duration = Duration::from_millis(250);
/// How long the server may take to say good-bye to somebody who leaves.
const FAREWELL: Duration = Duration::from_secs(2);

/// What is known of a bot from outside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    /// It is welcome now.
    pub(super) welcome: bool,
    /// Its sound and pictures flow now.
    pub(super) connected: bool,
    /// Its party admitted it: it may hear and be heard.
    pub(super) admitted: bool,
    /// It will not be admitted, and why.
    pub(super) barred: Option<NotAdmitted>,
    /// It is over for good, and why.
    pub(super) over: Option<Bye>,
    /// Its counts.
    pub(super) stats: Stats,
}

/// Why a bot is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAdmitted {
    /// What the parties signed is not as it must be.
    Untrusted(&'static str),
    /// The registrar of its party said no.
    Denied(Denied),
}

impl std::fmt::Display for NotAdmitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Untrusted(code) => write!(
                f,
                "what the parties signed cannot be believed ({code}); compare the summit's code with the other parties"
            ),
            Self::Denied(Denied::Used) => f.write_str(
                "its link was used before, and each start of a bot is another device; make a new link with `sommet invite`",
            ),
            Self::Denied(why) => write!(f, "its party did not admit it: {why}; make a new link with `sommet invite`"),
        }
    }
}

type Opening = JoinHandle<Result<WebSocketStream<Stream>, ConnectError>>;

/// The bot.
pub(super) struct Bot {
    reach: Reach,
    participant: Participant,
    udp: UdpSocket,
    local: SocketAddr,
    tap: Option<Arc<Tap>>,
    opening: Option<Opening>,
    socket: Option<Socket>,
    shown: Shown,
    show: watch::Sender<Shown>,
    show_due: Instant,
}

/// What woke the bot up.
enum Woken {
    Opened(Option<Box<WebSocketStream<Stream>>>),
    Heard(Option<Box<wire::ServerMessage>>),
    Datagrams,
    Time,
    Stop,
}

impl Bot {
    pub(super) fn new(
        reach: Reach,
        participant: Participant,
        udp: UdpSocket,
        local: SocketAddr,
        show: watch::Sender<Shown>,
    ) -> Self {
        let (tap, opening, socket, shown) = (None, None, None, Shown::default());
        Self { reach, participant, udp, local, tap, opening, socket, shown, show, show_due: Instant::now() }
    }

    /// The same, and what the server passes on to it is recorded.
    pub(super) fn tapped(mut self, tap: Option<Arc<Tap>>) -> Self {
        if tap.is_some() {
            self.participant.tap();
        }
        Self { tap, ..self }
    }

    /// The same, and pictures that show nothing are timed; the moments in them are counted from `origin`.
    pub(super) fn timing(mut self, origin: Option<Instant>) -> Self {
        origin.into_iter().for_each(|origin| self.participant.time_pictures(origin));
        self
    }

    /// Takes part until it is over for good or `stop` says so; then it leaves.
    pub(super) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut gone_at = None;
        loop {
            self.act();
            self.show();
            if self.shown.barred.is_some() && gone_at.is_none() {
                // Nobody could hear it, and it could hear nobody.
                gone_at = Some(self.go());
            }
            if self.shown.over.is_some() || gone_at.is_some_and(|at| at <= Instant::now()) {
                return;
            }
            match self.wake(&mut stop, gone_at).await {
                Woken::Opened(Some(socket)) => {
                    self.socket = Some(Socket::new(*socket));
                    self.participant.handle(Input::Opened, Instant::now());
                }
                Woken::Opened(None) => self.participant.handle(Input::Closed, Instant::now()),
                Woken::Heard(Some(message)) => self.participant.handle(Input::Message(message), Instant::now()),
                Woken::Heard(None) => {
                    self.socket = None;
                    self.participant.handle(Input::Closed, Instant::now());
                }
                Woken::Datagrams => self.take_datagrams(),
                Woken::Time => self.participant.handle_timeout(Instant::now()),
                Woken::Stop => gone_at = Some(self.go()),
            }
        }
    }

    /// Says good-bye. Returns when it goes without an answer.
    fn go(&mut self) -> Instant {
        let now = Instant::now();
        self.participant.leave(now);
        now + FAREWELL
    }

    async fn wake(&mut self, stop: &mut watch::Receiver<bool>, gone_at: Option<Instant>) -> Woken {
        let due = [self.participant.poll_timeout(), gone_at, Some(self.show_due)].into_iter().flatten().min();
        let due = due.unwrap_or(self.show_due);
        tokio::select! {
            opened = opened(&mut self.opening) => {
                self.opening = None;
                Woken::Opened(opened.map(Box::new))
            }
            message = heard(&mut self.socket) => Woken::Heard(message.map(Box::new)),
            _ = self.udp.readable() => Woken::Datagrams,
            () = tokio::time::sleep_until(due.into()) => Woken::Time,
            _ = stop.wait_for(|stop| *stop), if gone_at.is_none() => Woken::Stop,
        }
    }

    fn take_datagrams(&mut self) {
        let mut bytes = [0; DATAGRAM_BYTES_MAX];
        for _ in 0..DATAGRAMS_IN_A_ROW {
            match self.udp.try_recv_from(&mut bytes) {
                Ok((length, source)) => {
                    let datagram = Input::Datagram { source, destination: self.local, bytes: &bytes[..length] };
                    self.participant.handle(datagram, Instant::now());
                    self.act();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // An ICMP error of an earlier datagram: the media connection finds out by itself.
                Err(_) => {}
            }
        }
    }

    /// Does what the participant wants done.
    fn act(&mut self) {
        self.record();
        while let Some(output) = self.participant.poll_output() {
            match output {
                Output::Connect => {
                    let reach = self.reach.clone();
                    self.opening = Some(tokio::spawn(async move { reach.websocket("/api/v1/ws").await }));
                }
                Output::Disconnect => self.disconnect(),
                Output::Send(message) => {
                    if self.socket.as_ref().is_some_and(|socket| !socket.send(&message)) {
                        self.disconnect();
                        self.participant.handle(Input::Closed, Instant::now());
                    }
                }
                // A full socket buffer drops the datagram, as a full network would.
                Output::Transmit { destination, payload, .. } => drop(self.udp.try_send_to(&payload, destination)),
                Output::Notice(noticed) => self.notice(noticed),
            }
        }
    }

    fn record(&mut self) {
        let Some(tap) = &self.tap else { return };
        while let Some(packet) = self.participant.poll_packet() {
            if let Some(you) = self.participant.you() {
                tap.write(you, &packet);
            }
        }
    }

    fn disconnect(&mut self) {
        self.socket = None;
        if let Some(opening) = self.opening.take() {
            opening.abort();
        }
    }

    fn notice(&mut self, noticed: Noticed) {
        match noticed {
            Noticed::Welcome => self.shown.welcome = true,
            Noticed::Disconnected => self.shown.welcome = false,
            Noticed::MediaConnected => self.shown.connected = true,
            Noticed::MediaLost => self.shown.connected = false,
            // Nobody can be asked which device stays: a bot gives way.
            Noticed::SeatTaken { .. } => {
                tracing::warn!("another device has the seat; with --take-over a bot sits down all the same");
                self.shown.over = Some(Bye::TakenOver);
            }
            Noticed::Over(reason) => {
                tracing::info!(?reason, "a bot is gone");
                self.shown = Shown { welcome: false, connected: false, over: Some(reason), ..self.shown };
            }
            Noticed::Admitted => self.shown.admitted = true,
            Noticed::Barred(why) => {
                let why = match why {
                    Barred::Untrusted(code) => NotAdmitted::Untrusted(code),
                    Barred::Denied(denied) => NotAdmitted::Denied(denied),
                };
                tracing::warn!("a bot leaves: {why}");
                self.shown.barred = Some(why);
            }
            Noticed::Answered { .. } | Noticed::FirstPicture { .. } | Noticed::Revealed | Noticed::Written { .. } => {}
        }
        self.show_due = Instant::now();
    }

    fn show(&mut self) {
        let now = Instant::now();
        if self.show_due <= now {
            self.show_due = now + SHOW_EVERY;
            self.shown.stats = self.participant.stats();
            self.show.send_replace(self.shown);
        }
    }
}

async fn opened(opening: &mut Option<Opening>) -> Option<WebSocketStream<Stream>> {
    match opening {
        Some(opening) => match opening.await {
            Ok(Ok(socket)) => Some(socket),
            Ok(Err(error)) => {
                tracing::debug!(%error, "the WebSocket could not be opened");
                None
            }
            Err(_) => None,
        },
        None => std::future::pending().await,
    }
}

async fn heard(socket: &mut Option<Socket>) -> Option<wire::ServerMessage> {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}
