//! The server's side of the world: what its shell does in production (tokens, clocks, negotiation, commits), without
//! sockets. Every step is first told to the model; what the node then says must be what the model expects.

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use node::{
    Batch, ConnectionId, Endpoint, Holdings, Identity, Input, InvitationId, NewPeer, Node, Output, Sealed, SessionId,
    Way,
};
use wire::{
    Bye, ClientMessage, Entry, Envelope, Outcome, PartyReply, Request, RequestId, SeatId, ServerMessage, SourceId,
};

use crate::chance::Chance;
use crate::finding::Finding;
use crate::model::Expected;
use crate::schedule::Happening;
use crate::world::World;

/// One certificate for all runs: making one takes longer than a simulated minute.
static IDENTITY: LazyLock<Identity> = LazyLock::new(Identity::generate);

/// The first of the registrars' connections; devices never have as many.
const REGISTRARS: u64 = 1 << 32;

/// How long an answer to an offer takes off the media thread.
const NEGOTIATION: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(8));

/// The simulated process and its surroundings.
pub(crate) struct Server {
    node: Option<Node>,
    /// How often it was started; what was under way for an earlier life means nothing now.
    life: u32,
    sessions: BTreeMap<String, Session>,
    chance: Chance,
    /// Commits that the disk has not answered, oldest first.
    under_way: VecDeque<Batch>,
    /// On which connection a request was last asked.
    pub(crate) askers: BTreeMap<RequestId, ConnectionId>,
    /// Whose a source is, as far as anybody was told.
    pub(crate) owners: BTreeMap<SourceId, SeatId>,
}

/// A device that opened a link.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) invitation: InvitationId,
    pub(crate) seat: SeatId,
    document: Envelope,
    revoked: bool,
}

impl Server {
    pub(crate) fn down(chance: Chance) -> Self {
        Self {
            node: None,
            life: 0,
            sessions: BTreeMap::new(),
            chance,
            under_way: VecDeque::new(),
            askers: BTreeMap::new(),
            owners: BTreeMap::new(),
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.node.is_some()
    }

    /// How much it holds in memory.
    pub(crate) fn holdings(&self) -> Holdings {
        self.node.as_ref().map(Node::holdings).unwrap_or_default()
    }

    /// Whether the summit is held in memory.
    pub(crate) fn holds_room(&self) -> bool {
        self.node.as_ref().is_some_and(|node| node.rooms() > 0)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::new(203, 0, 113, 1), 7000))
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.node.as_ref().and_then(Node::poll_timeout)
    }

    /// Exchanges the link of a seat for a token. A seat whose link was withdrawn has a new one.
    pub(crate) fn open_session(&mut self, seat: &SeatId, document: Envelope) -> String {
        let number = self.sessions.len() + 1;
        let token = format!("token-{number}");
        let id = SessionId(i64::try_from(number).unwrap_or(i64::MAX));
        let standing = self.sessions.values().find(|session| session.seat == *seat && !session.revoked);
        let invitation = standing.map_or(InvitationId(id.0), |session| session.invitation);
        self.sessions.insert(token.clone(), Session { id, invitation, seat: seat.clone(), document, revoked: false });
        token
    }

    /// Commits of the meeting's own log that the disk has not answered.
    fn logs_under_way(&self) -> usize {
        self.under_way.iter().filter(|batch| matches!(batch, Batch::Log(_))).count()
    }

    fn session(&self, token: &str) -> Option<Session> {
        self.sessions.get(token).filter(|session| !session.revoked).cloned()
    }
}

/// What the node said in one step.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) messages: Vec<(ConnectionId, ServerMessage)>,
    pub(crate) closed: Vec<(ConnectionId, Bye)>,
    pub(crate) persisted: Vec<Vec<Entry>>,
}

impl Said {
    /// What was answered to a request.
    pub(crate) fn reply(&self, connection: ConnectionId, id: &RequestId) -> Option<&Outcome> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only a reply answers a request")]
        self.messages.iter().find_map(|(to, message)| match message {
            ServerMessage::Reply { id: answered, outcome } if *to == connection && answered == id => Some(outcome),
            _ => None,
        })
    }
}

impl World {
    pub(crate) fn start_server(&mut self) {
        self.server.life += 1;
        self.note("the server starts");
        let log = self.disk.entries().to_vec();
        self.model.restarted(&log, self.now);
        let mut node = Node::new();
        let sealed = Sealed {
            manifest: self.offices.manifest().clone(),
            revocations: Vec::new(),
            groups: self.disk.groups().to_vec(),
        };
        let (summit, plan) = (self.summit.clone(), Box::new(self.plan.clone()));
        node.handle(Input::Open { summit, plan, log, sealed: Box::new(sealed) }, self.now, self.wall());
        for (connection, party) in (REGISTRARS..).map(ConnectionId).zip(self.offices.parties()) {
            let summit = self.summit.clone();
            node.handle(Input::Registrar { connection, summit, party }, self.now, self.wall());
        }
        self.server.node = Some(node);
    }

    /// The process is killed; after a while it is started again.
    pub fn kill_server(&mut self, away: Duration) {
        if self.server.node.take().is_none() {
            return;
        }
        self.note("the server is killed");
        self.disk.crash(std::mem::take(&mut self.server.under_way).into());
        for connection in self.sockets.keys().copied().collect::<Vec<_>>() {
            self.cut(connection, Duration::from_millis(50), Duration::ZERO);
        }
        self.schedule.add(self.now + away, Happening::ServerStarts);
    }

    /// The link of a seat is withdrawn.
    ///
    /// # Errors
    /// What the server made of it is wrong.
    pub fn revokes(&mut self, seat: &SeatId) -> Result<(), Finding> {
        self.note(&format!("the link of {seat} is withdrawn"));
        let mut invitation = InvitationId(0);
        for session in self.server.sessions.values_mut().filter(|session| session.seat == *seat && !session.revoked) {
            session.revoked = true;
            invitation = session.invitation;
        }
        let expected = Vec::from([self.model.gone(seat, self.now)]);
        let said = self.tell(Input::Revoke { summit: self.summit.clone(), invitation })?;
        self.check_persisted(&said, expected, None)
    }

    // ---- what arrives

    pub(crate) fn serve_message(&mut self, connection: ConnectionId, message: ClientMessage) -> Result<(), Finding> {
        let ClientMessage { id, request } = message;
        #[expect(clippy::wildcard_enum_match_arm, reason = "the shell knows these two; all others are the node's")]
        match request {
            Request::Hello { token, take_over, device, .. } => self.serve_hello(connection, &token, device, take_over),
            Request::Ping { sent } => {
                let pong = ServerMessage::Pong { sent, now: self.wall() };
                self.send_down(connection, pong);
                Ok(())
            }
            request => self.serve_request(connection, ClientMessage { id, request }),
        }
    }

    fn serve_hello(
        &mut self,
        connection: ConnectionId,
        token: &str,
        device: String,
        take_over: bool,
    ) -> Result<(), Finding> {
        let Some(session) = self.server.session(token) else {
            self.close(connection, Bye::LinkRefused);
            return Ok(());
        };
        let seat = session.seat;
        self.note(&format!("{seat} says hello"));
        if let Some(socket) = self.sockets.get_mut(&connection) {
            socket.seat = Some(seat.clone());
        }
        let welcome = self.model.hello(&seat, session.id, connection, take_over);
        let said = self.tell(Input::Hello {
            connection,
            session: session.id,
            invitation: session.invitation,
            summit: self.summit.clone(),
            seat: seat.clone(),
            document: Box::new(session.document),
            device,
            take_over,
        })?;
        self.check_hello(&said, connection, &seat, welcome)
    }

    fn serve_request(&mut self, connection: ConnectionId, message: ClientMessage) -> Result<(), Finding> {
        let Some(seat) = self.model.seat_of(connection) else {
            // The seat went on at another connection: what still comes on this one is not heard.
            return self.tell(Input::Message { connection, message }).map(drop);
        };
        let ClientMessage { id, request } = message.clone();
        let expected = self.model.expected(&seat, &id, &request);
        let line = format!("{seat} asks {}", describe(&request));
        if expected.is_some() {
            self.note(&line)
        } else {
            self.remark(&line)
        }
        let mut follows = Vec::new();
        #[expect(clippy::wildcard_enum_match_arm, reason = "these are the requests that move a person")]
        match &request {
            Request::Enter { devices } => {
                self.model.came_in(&seat, *devices);
                follows.push(self.model.reveal(self.now, self.wall()));
            }
            Request::Devices { devices } if self.model.is_here(&seat) => self.model.came_in(&seat, *devices),
            Request::Leave => follows.push(self.model.gone(&seat, self.now)),
            _ => {}
        }
        if expected.is_some() {
            self.server.askers.insert(id.clone(), connection);
        }
        let said = self.tell(Input::Message { connection, message })?;
        match expected {
            Some(Expected::Events(events)) => self.check_persisted(&said, vec![events], Some(&id)),
            Some(Expected::AlreadyAsked { stored }) => {
                let done = stored.then_some(&Outcome::Done);
                self.check(said.reply(connection, &id) == done, || format!("{id} was asked again"))
            }
            Some(Expected::Refused(why)) => {
                let reply = said.reply(connection, &id);
                let refused = reply == Some(&Outcome::Refused { why });
                self.check(refused && said.persisted.is_empty(), || format!("expected {why:?}, got {reply:?}"))
            }
            None => self.check_persisted(&said, follows, None),
        }
    }

    pub(crate) fn serve_end_of_socket(&mut self, connection: ConnectionId) -> Result<(), Finding> {
        let Some(Some(seat)) = self.sockets.remove(&connection).map(|socket| socket.seat) else { return Ok(()) };
        if !self.server.is_up() {
            return Ok(());
        }
        self.note(&format!("the server lost a connection of {seat}"));
        self.model.disconnected(connection, self.now);
        self.tell(Input::Disconnected { connection }).map(drop)
    }

    pub(crate) fn serve_timeout(&mut self) -> Result<(), Finding> {
        let overdue = self.model.overdue(self.now);
        let mut expected: Vec<_> = overdue.iter().map(|seat| self.model.gone(seat, self.now)).collect();
        for seat in self.model.absent(self.now) {
            expected.push(self.model.gone(&seat, self.now));
        }
        let (now, wall) = (self.now, self.wall());
        if self.model.pays(now) {
            for seat in self.model.departed() {
                expected.push(self.model.gone(&seat, now));
            }
            expected.push(self.model.reveal(now, wall));
        }
        if let Some(node) = self.server.node.as_mut() {
            node.handle_timeout(now, wall);
        }
        let said = self.drain()?;
        self.check_persisted(&said, expected, None)
    }

    pub(crate) fn serve_datagram(&mut self, source: SocketAddr, payload: &[u8]) -> Result<(), Finding> {
        let (now, address) = (self.now, self.server.address());
        if let Some(node) = self.server.node.as_mut() {
            node.handle_datagram(Way::udp(source, address), payload, now);
        }
        let said = self.drain()?;
        self.check_persisted(&said, Vec::new(), None)
    }

    pub(crate) fn serve_negotiated(
        &mut self,
        life: u32,
        connection: ConnectionId,
        request: RequestId,
        sdp: &str,
    ) -> Result<(), Finding> {
        if life != self.server.life || !self.server.is_up() {
            return Ok(());
        }
        let answer = NewPeer::answer(sdp, &[Endpoint::udp(self.server.address())], &IDENTITY, self.now);
        let result = answer.map(|(peer, sdp)| (Box::new(peer), sdp));
        let is_good = result.is_ok();
        self.tell(Input::Negotiated { connection, request, result })?;
        self.check(is_good, || "an offer could not be used".to_owned())
    }

    /// The disk is done with the oldest commit.
    pub(crate) fn serve_commit(&mut self, life: u32) -> Result<(), Finding> {
        if life != self.server.life || !self.server.is_up() {
            return Ok(());
        }
        let Some(batch) = self.server.under_way.pop_front() else { return Ok(()) };
        let was_doomed = self.disk.is_doomed();
        let stored = self.disk.commit(batch.clone());
        if !stored && !was_doomed {
            self.disk.doom(self.server.under_way.len());
        }
        let entries = match batch {
            Batch::Log(entries) => entries,
            Batch::Group(_) => return self.serve_group_commit(stored),
        };
        let mut expected = Vec::new();
        if stored {
            self.model.stored(entries.len(), self.wall());
            expected.push(self.model.reveal(self.now, self.wall()));
        } else {
            self.note("the disk failed");
            self.model.not_stored(self.server.logs_under_way(), self.now);
        }
        let listeners = self.model.listeners();
        let said = self.tell(Input::Persisted { summit: self.summit.clone(), stored })?;
        self.check_announced(&said, &entries, stored, &listeners)?;
        self.check_persisted(&said, expected, None)?;
        if self.model.has_ended() {
            self.model.everybody_goes();
        }
        Ok(())
    }

    /// What the groups wrote is stored, or it is not. The meeting is the same.
    fn serve_group_commit(&mut self, stored: bool) -> Result<(), Finding> {
        if !stored {
            self.note("the disk failed");
            self.model.not_stored(self.server.logs_under_way(), self.now);
        }
        let said = self.tell(Input::Persisted { summit: self.summit.clone(), stored })?;
        self.check_persisted(&said, Vec::new(), None)
    }

    /// A registrar is asked, and answers after a while on the network; here at once.
    fn ask_registrar(&mut self, connection: ConnectionId, message: PartyReply) {
        let PartyReply::Request { id, request, .. } = message else { return };
        let place = usize::try_from(connection.0 - REGISTRARS).ok();
        let Some(party) = place.and_then(|place| self.offices.parties().into_iter().nth(place)) else { return };
        let (now, wall) = (self.now, self.wall());
        let answer = self.offices.answer(&party, &request, wall);
        if let Some(node) = self.server.node.as_mut() {
            node.handle(Input::RegistrarAnswer { connection, id, answer }, now, wall);
        }
    }

    // ---- what leaves

    fn tell(&mut self, input: Input) -> Result<Said, Finding> {
        let (now, wall) = (self.now, self.wall());
        if let Some(node) = self.server.node.as_mut() {
            node.handle(input, now, wall);
        }
        self.drain()
    }

    fn drain(&mut self) -> Result<Said, Finding> {
        let (now, wall) = (self.now, self.wall());
        let mut said = Said::default();
        while let Some(output) = self.server.node.as_mut().and_then(|node| node.poll_output(now, wall)) {
            match output {
                Output::Transmit { way, payload, .. } => self.datagram_returns(way.remote, &payload),
                Output::Send { connection, message } => {
                    self.check_message(connection, &message)?;
                    self.send_down(connection, message.clone());
                    said.messages.push((connection, message));
                }
                Output::Close { connection, reason } => {
                    self.close(connection, reason);
                    said.closed.push((connection, reason));
                }
                Output::Persist { batch, .. } => {
                    let at = self.disk.done_at(now);
                    self.schedule.add(at, Happening::Committed { life: self.server.life });
                    self.server.under_way.push_back(batch.clone());
                    if let Batch::Log(entries) = batch {
                        self.model.decided(&entries);
                        said.persisted.push(entries);
                    }
                }
                Output::SendParty { connection, message } => self.ask_registrar(connection, message),
                Output::Negotiate { connection, request, sdp } => {
                    let at = now + self.server.chance.between(NEGOTIATION.0, NEGOTIATION.1);
                    let life = self.server.life;
                    self.schedule.add(at, Happening::Negotiated { life, connection, request, sdp });
                }
                Output::Closed { .. } => self.note("the room is closed"),
            }
        }
        Ok(said)
    }

    fn send_down(&mut self, connection: ConnectionId, message: ServerMessage) {
        let Some(socket) = self.sockets.get_mut(&connection).filter(|socket| !socket.cut) else { return };
        let at = socket.down(&message, self.now);
        self.schedule.add(at, Happening::ToDevice { connection, message: Box::new(message) });
    }

    /// Says good-bye and closes, as the shell does.
    fn close(&mut self, connection: ConnectionId, reason: Bye) {
        self.note(&format!("the server says {reason:?} to {}", self.name_of(connection)));
        let Some(socket) = self.sockets.get_mut(&connection).filter(|socket| !socket.cut) else { return };
        let bye = ServerMessage::Bye { reason };
        let at = socket.down(&bye, self.now);
        self.schedule.add(at, Happening::ToDevice { connection, message: Box::new(bye) });
        self.schedule.add(at, Happening::SocketEndsAtDevice { connection });
        self.schedule.add(at, Happening::SocketEndsAtServer { connection });
    }

    /// Who is at the other end, for notes.
    pub(crate) fn name_of(&self, connection: ConnectionId) -> String {
        let seat = self.sockets.get(&connection).and_then(|socket| socket.seat.as_ref());
        seat.map_or_else(|| "a stranger".to_owned(), ToString::to_string)
    }
}

/// A request in a word or two; never its SDP.
fn describe(request: &Request) -> String {
    match request {
        Request::Hello { .. } => "hello".to_owned(),
        Request::Ping { .. } => "ping".to_owned(),
        Request::Enter { devices } => format!("to enter with {devices:?}"),
        Request::Leave => "to leave".to_owned(),
        Request::Devices { devices } => format!("for {devices:?}"),
        Request::Ready { ready } => format!("for ready {ready}"),
        Request::RaiseHand => "for the floor".to_owned(),
        Request::LowerHand { seat } => format!("to lower the hand of {seat}"),
        Request::GiveFloor { seat } => format!("to give the floor to {seat}"),
        Request::YieldFloor => "to yield the floor".to_owned(),
        Request::OpenAgenda { item } => format!("to open {item}"),
        Request::End => "to end the summit".to_owned(),
        Request::MediaOffer { fresh, .. } => format!("for media, fresh {fresh}"),
        Request::MediaWant { videos } => format!("for {} pictures", videos.len()),
        Request::MediaPublish { track, active } => format!("to publish {:?} {active}", track.kind),
        Request::Quality { quality } => format!("to note {:?}", quality.grade),
        Request::CertificateRequest { .. } => "for a certificate".to_owned(),
        Request::SealResume { held, .. } => format!("to go on in {} groups", held.len()),
        Request::SealPackages { packages } => format!("to offer {} key packages", packages.len()),
        Request::MlsCreate { group, .. } => format!("to create {group}"),
        Request::MlsCommit { group, epoch, added, removed, .. } => {
            format!("to end epoch {epoch} of {group}, with {added:?} and without {removed:?}")
        }
        Request::MlsExternal { group, epoch, .. } => format!("to join {group} after epoch {epoch}"),
        Request::MlsApplied { group, seq, .. } => format!("to note that {seq} of {group} is applied"),
        Request::MlsRefused { group, seq, why } => format!("to note that {seq} of {group} is refused: {why}"),
        Request::MlsResync { group, .. } => format!("to enter {group} anew"),
        Request::MlsApp { group, epoch, .. } => format!("to write to {group} in epoch {epoch}"),
        Request::Whisper { on } => format!("to whisper {on}"),
        Request::OpenCaucus { seats } => format!("for a caucus with {seats:?}"),
        Request::EnterCaucus { caucus } => format!("to go into {caucus}"),
        Request::LeaveCaucus => "to come back from the caucus".to_owned(),
        Request::AssignInterpreter { booth, seat, assigned } => format!("to have {seat} in {booth}: {assigned}"),
        Request::BoothMicrophone { open } => format!("for an open microphone: {open}"),
        Request::BoothOutgoing { language } => format!("to work into {language}"),
        Request::BoothRelay { channel } => format!("for relay from {channel:?}"),
        Request::HandOver { to, after } => format!("to hand over to {to} after {after:?}"),
        Request::AcceptHandover => "to accept the handover".to_owned(),
        Request::EndHandover => "for no handover".to_owned(),
        Request::SuspendBooth { booth, reason } => format!("to suspend {booth}: {reason:?}"),
        Request::ResumeBooth { booth } => format!("to resume {booth}"),
        Request::Signal { signal } => format!("to signal {signal:?}"),
        Request::SetChannel { channel, open } => format!("for the channel {channel} open {open}"),
        Request::Listen { channel } => format!("to listen to {channel:?}"),
        Request::SetInterpretationMode { mode } => format!("for {mode:?} interpretation"),
        Request::PassTurn { rendering } => format!("to pass the turn: {rendering}"),
        Request::Speak { language } => format!("to speak {language}"),
        Request::OpenPair { seat } => format!("for words with {seat}"),
    }
}
