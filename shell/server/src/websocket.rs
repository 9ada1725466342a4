//! One WebSocket, from its hello to its bye: parses what comes, once, and hands it to the media thread of the summit; writes
//! what comes back. Clock questions are answered here; everything else about the meeting is decided by the node.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use node::{ConnectionId, Input, InvitationId, SessionId};
use store::Session;
use tokio::time::{Instant, sleep_until, timeout};
use wire::{Bye, ClientMessage, PROTOCOL, Request, ServerMessage};

use crate::accept::Allowance;
use crate::clock::wall_time;
use crate::crowd::Guest;
use crate::gauge::Counted;
use crate::http::Shared;
use crate::media_thread::Command;
use crate::outbound::{Outbound, OutboundQueue, Outgoing, outbound};
use crate::relay::Relays;
use crate::rooms::Place;
use crate::sessions::Refused;
use crate::token_bucket::{MESSAGES, TokenBucket};

/// How long a new connection may take to say hello.
pub(crate) const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// A client pings every 2 seconds; one that says nothing for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// How long a person may take to say which device stays.
const QUESTION_WITHIN: Duration = Duration::from_secs(5 * 60);

/// How long one message may take to be written; a client that takes longer is too slow.
pub(crate) const WRITE_WITHIN: Duration = Duration::from_secs(10);

/// How long the closing of a connection may take.
pub(crate) const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// The longest text for a device, in characters.
const DEVICE_CHARACTERS_MAX: usize = 80;

/// Why a connection ends.
enum End {
    /// The server says good-bye.
    Bye(Bye),
    /// The client has gone, or does not answer any more.
    Gone,
}

/// What a good hello says.
struct Hello {
    token: String,
    device: String,
    take_over: bool,
}

/// Serves a connection until it ends. `half_open` counts it until it has said hello, and `allowance` bounds what it may send
/// until then.
pub(crate) async fn serve(
    mut socket: WebSocket,
    shared: Arc<Shared>,
    from: IpAddr,
    half_open: (Guest, Counted),
    allowance: Allowance,
) {
    let mut stopping = shared.stopping.clone();
    let greeting = tokio::select! {
        biased;
        _ = stopping.wait_for(|stop| *stop) => Err(End::Bye(Bye::Restart)),
        greeting = greet(&mut socket, &shared, from) => greeting,
    };
    drop(half_open);
    let end = match greeting {
        Ok((session, place, hello)) => {
            allowance.lift();
            let _counted = Counted::new(&shared.metrics, |metrics| &metrics.connections);
            Conversation::new(shared.clone(), from, session, place).hold(&mut socket, hello).await
        }
        Err(end) => end,
    };
    if let End::Bye(reason) = end {
        if reason == Bye::Malformed {
            shared.metrics.malformed.fetch_add(1, Ordering::Relaxed);
        }
        // A client that does not take its good-bye is let go without.
        drop(timeout(CLOSE_WITHIN, say_bye(&mut socket, reason)).await);
    }
}

/// Takes the first message, and finds out whose it is and where the summit lives.
async fn greet(socket: &mut WebSocket, shared: &Shared, from: IpAddr) -> Result<(Session, Place, Hello), End> {
    // A client that says nothing is at fault; a store that answers late is not its fault.
    let message = timeout(HELLO_WITHIN, next_message(socket)).await.unwrap_or(Err(End::Bye(Bye::Malformed)))?;
    let hello = parse_hello(message.request)?;
    let session = shared.sessions.session(&hello.token, from).await.map_err(|refused| {
        End::Bye(match refused {
            Refused::Unknown => {
                shared.metrics.links_refused.fetch_add(1, Ordering::Relaxed);
                Bye::LinkRefused
            }
            Refused::Ended => Bye::Ended,
            Refused::NotAgreed | Refused::TooMany | Refused::Unavailable => Bye::Restart,
        })
    })?;
    let place = shared.rooms.place(&session.summit).await.map_err(|error| {
        tracing::error!(summit = %session.summit, %error, "a summit could not be opened");
        End::Bye(Bye::Restart)
    })?;
    Ok((session, place, hello))
}

fn parse_hello(request: Request) -> Result<Hello, End> {
    let Request::Hello { token, protocol, device, take_over } = request else {
        return Err(End::Bye(Bye::Malformed));
    };
    if protocol != PROTOCOL {
        return Err(End::Bye(Bye::Protocol));
    }
    if device.chars().count() > DEVICE_CHARACTERS_MAX || device.chars().any(char::is_control) {
        return Err(End::Bye(Bye::Malformed));
    }
    Ok(Hello { token, device, take_over })
}

/// The next message of the protocol.
async fn next_message(socket: &mut WebSocket) -> Result<ClientMessage, End> {
    loop {
        if let Some(message) = parse(socket.recv().await)? {
            return Ok(message);
        }
    }
}

/// What a frame says; nothing where it is only a sign of life.
fn parse(frame: Option<Result<Message, axum::Error>>) -> Result<Option<ClientMessage>, End> {
    match frame {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).map(Some).map_err(|_| End::Bye(Bye::Malformed)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        // Binary frames are not of this protocol; an error is a frame that is too large, or no frame at all.
        Some(Ok(Message::Binary(_)) | Err(_)) => Err(End::Bye(Bye::Malformed)),
        Some(Ok(Message::Close(_))) | None => Err(End::Gone),
    }
}

/// A connection whose hello was good.
struct Conversation {
    shared: Arc<Shared>,
    from: IpAddr,
    connection: ConnectionId,
    session: Session,
    place: Place,
    queue: OutboundQueue,
    /// Given away with the first hello.
    outbound: Option<Outbound>,
    bucket: TokenBucket,
    /// Until then a `seat_taken` may stay without an answer; none once the client was welcomed.
    welcome_by: Option<Instant>,
}

impl Conversation {
    fn new(shared: Arc<Shared>, from: IpAddr, session: Session, place: Place) -> Self {
        let (outbound, queue) = outbound();
        let now = Instant::now();
        Self {
            connection: next_connection(),
            shared,
            from,
            session,
            place,
            queue,
            outbound: Some(outbound),
            bucket: TokenBucket::new(MESSAGES, now.into_std()),
            welcome_by: Some(now + QUESTION_WITHIN),
        }
    }

    async fn hold(mut self, socket: &mut WebSocket, hello: Hello) -> End {
        let token = hello.token.clone();
        let end = match self.say_hello(hello).await {
            Ok(()) if self.is_withdrawn(&token).await => End::Bye(Bye::LinkRefused),
            Ok(()) => self.converse(socket).await,
            Err(end) => end,
        };
        // A thread that has stopped has let everybody go.
        drop(self.place.say(Command::Disconnected(self.connection)).await);
        end
    }

    /// Whether the link was withdrawn between the look at the token and the hello. A room that knows of this device hears
    /// of every later withdrawal; that one it may have missed, so it is told now.
    async fn is_withdrawn(&self, token: &str) -> bool {
        let is_withdrawn = self.shared.sessions.session(token, self.from).await == Err(Refused::Unknown);
        if is_withdrawn {
            let invitation = InvitationId(self.session.invitation);
            // A thread that has stopped has let everybody go.
            drop(self.shared.rooms.revoke(&self.session.summit, invitation).await);
        }
        is_withdrawn
    }

    async fn say_hello(&mut self, hello: Hello) -> Result<(), End> {
        let input = Input::Hello {
            connection: self.connection,
            session: SessionId(self.session.id),
            invitation: InvitationId(self.session.invitation),
            summit: self.session.summit.clone(),
            seat: self.session.seat.clone(),
            device: hello.device,
            take_over: hello.take_over,
            document: self.session.document.clone(),
        };
        let outbound = self.outbound.take();
        self.say(Command::Hello { connection: self.connection, outbound, input }).await
    }

    async fn converse(&mut self, socket: &mut WebSocket) -> End {
        let mut silent_until = Instant::now() + SILENCE_MAX;
        loop {
            let read_from = Instant::from_std(self.bucket.next(Instant::now().into_std()));
            let limit = self.welcome_by.map_or(silent_until, |by| by.min(silent_until));
            let step = tokio::select! {
                biased;
                outgoing = self.queue.next() => self.write(socket, outgoing).await,
                frame = read_after(read_from, socket) => {
                    silent_until = Instant::now() + SILENCE_MAX;
                    self.take(socket, frame).await
                }
                () = sleep_until(limit) => Err(End::Gone),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn take(&mut self, socket: &mut WebSocket, frame: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.bucket.take(Instant::now().into_std());
        let Some(message) = parse(frame)? else { return Ok(()) };
        let is_welcome = self.welcome_by.is_none();
        if let Request::Ping { sent } = message.request {
            return self.write_message(socket, &ServerMessage::Pong { sent, now: wall_time() }).await;
        }
        match (matches!(message.request, Request::Hello { .. }), is_welcome) {
            (true, false) => self.hello_again(message.request).await,
            (false, true) => self.say(Command::Node(Input::Message { connection: self.connection, message })).await,
            // One hello is enough, and before the welcome there is nothing else to ask for.
            (true, true) | (false, false) => Err(End::Bye(Bye::Malformed)),
        }
    }

    /// The answer to `seat_taken`: the same token again.
    async fn hello_again(&mut self, request: Request) -> Result<(), End> {
        let hello = parse_hello(request)?;
        match self.shared.sessions.session(&hello.token, self.from).await {
            Ok(session) if session == self.session => self.say_hello(hello).await,
            Ok(_) | Err(Refused::Unknown) => Err(End::Bye(Bye::LinkRefused)),
            Err(Refused::Ended) => Err(End::Bye(Bye::Ended)),
            Err(Refused::NotAgreed | Refused::TooMany | Refused::Unavailable) => Err(End::Bye(Bye::Restart)),
        }
    }

    async fn write(&mut self, socket: &mut WebSocket, outgoing: Outgoing) -> Result<(), End> {
        match outgoing {
            Outgoing::Bye(reason) => Err(End::Bye(reason)),
            // Only registrars are sent these, and they are served elsewhere.
            Outgoing::Party(_) => Ok(()),
            Outgoing::Message(mut message) => {
                if let ServerMessage::Welcome { relay, .. } = &mut message {
                    self.welcome_by = None;
                    // Of relays the node knows nothing.
                    let offer = |relays: &Relays| Box::new(relays.offer(SessionId(self.session.id), wall_time()));
                    *relay = self.shared.relays.as_ref().map(offer);
                }
                self.write_message(socket, &message).await
            }
        }
    }

    /// Writes a message. While a slow client takes its time, the queue behind it may be found full.
    async fn write_message(&self, socket: &mut WebSocket, message: &ServerMessage) -> Result<(), End> {
        tokio::select! {
            biased;
            () = self.queue.cut() => Err(End::Bye(Bye::TooSlow)),
            written = timeout(WRITE_WITHIN, send(socket, message)) => match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err(End::Gone),
                Err(_) => Err(End::Bye(Bye::TooSlow)),
            }
        }
    }

    async fn say(&self, command: Command) -> Result<(), End> {
        self.place.say(command).await.map_err(|_| End::Bye(Bye::Restart))
    }
}

/// Reads a frame, but not before `from`: whoever sends more than a person does is read more slowly.
pub(crate) async fn read_after(from: Instant, socket: &mut WebSocket) -> Option<Result<Message, axum::Error>> {
    if from > Instant::now() {
        sleep_until(from).await;
    }
    socket.recv().await
}

pub(crate) fn next_connection() -> ConnectionId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    ConnectionId(NEXT.fetch_add(1, Ordering::Relaxed))
}

fn send<'a>(
    socket: &'a mut WebSocket,
    message: &ServerMessage,
) -> impl Future<Output = Result<(), axum::Error>> + use<'a> {
    // Everything in a message can be written as JSON: its maps have text keys. An empty frame would be the client's error.
    let text = serde_json::to_string(message).unwrap_or_default();
    socket.send(Message::Text(Utf8Bytes::from(text)))
}

/// Says why the connection ends, closes it, and reads on until the client has closed it too: closing before that could
/// destroy what is still on its way (RFC 9112, 9.6).
async fn say_bye(socket: &mut WebSocket, reason: Bye) -> Result<(), axum::Error> {
    send(socket, &ServerMessage::Bye { reason }).await?;
    let code = match reason {
        Bye::Ended | Bye::Left | Bye::TakenOver => close_code::NORMAL,
        Bye::Restart => close_code::RESTART,
        Bye::LinkRefused | Bye::TooSlow => close_code::POLICY,
        Bye::Malformed | Bye::Protocol => close_code::PROTOCOL,
    };
    socket.send(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static("") }))).await?;
    while let Some(Ok(_)) = socket.recv().await {}
    Ok(())
}
