//! One participant: what it is told, what it wants done, and the meeting as it sees it.

mod conversation;
mod tap;
mod timing;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::caller::Received;
use seal::SigningKey;
use seal::invitation::Secret;
use wire::{
    Bye, ClientMessage, Devices, GroupId, MeetingView, Mid, Outcome, Phase, Pixels, Request, RequestId, SeatId,
    ServerMessage, SourceId, SourceKind, SummitPlan, WallTime, Wanted,
};

use crate::assets::Persona;
use crate::behaviour::{Behaviour, Habits};
use crate::clock::ServerClock;
use crate::dice::Dice;
use crate::interpreting::{self, Rendering};
use crate::link::{Link, Step};
use crate::media_line::{Happened, MediaLine};
use crate::player::{Cue, Playing, Talk};
use crate::requests::Requests;
use crate::sealing::{self, Barred, Sealing};
use crate::stats::Stats;
use timing::Timing;

/// As many as the web client has.
const AUDIO_SLOTS: usize = 5;
const VIDEO_SLOTS_MAX: usize = 10;
/// Between two wishes for pictures: when many come and go at once, one wish is enough.
const WISH_PAUSE: Duration = Duration::from_millis(100);
/// As often as the web client: to know the clock, and that the connection lives.
const PING: Duration = Duration::from_secs(2);

/// Who a participant is and what it does.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The session's token, from [`wire::Arrival`].
    pub token: String,
    /// The secret of its personal link, by which it proves its invitation.
    pub secret: Secret,
    /// The device's key. The same key again is the same device: it gets the same certificate.
    pub key: Arc<SigningKey>,
    /// Words for the device.
    pub device: String,
    /// Whether another device in the seat must give way.
    pub take_over: bool,
    /// Whether it comes in as soon as it is welcomed; otherwise [`Participant::enter`] does it.
    pub enter: bool,
    /// What it looks and sounds like; none only listens.
    pub persona: Option<Persona>,
    /// When it speaks.
    pub talk: Talk,
    /// What it does by itself.
    pub behaviour: Behaviour,
    /// What it renders where it works in a booth; nothing: whatever is not the booth's own language.
    pub renders: Vec<Rendering>,
    /// How high it shows every picture; 0: it shows none, and receives none.
    pub height: Pixels,
    /// The address of the socket that carries its media.
    pub local: SocketAddr,
    /// All of its chance comes from here: ids, pauses, moods.
    pub seed: u64,
}

/// What happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// The socket that [`Output::Connect`] asked for is open.
    Opened,
    /// The socket is gone, or could not be opened.
    Closed,
    /// The server said something.
    Message(Box<ServerMessage>),
    /// A datagram came to the local address `destination`.
    Datagram {
        /// From where.
        source: SocketAddr,
        /// To where.
        destination: SocketAddr,
        /// Its bytes.
        bytes: &'a [u8],
    },
}

/// What must be done.
#[derive(Debug)]
pub enum Output {
    /// Open a WebSocket; then say [`Input::Opened`] or [`Input::Closed`].
    Connect,
    /// Close the WebSocket; nothing more is expected of it.
    Disconnect,
    /// Send a message.
    Send(ClientMessage),
    /// Send a datagram.
    Transmit {
        /// The local address it leaves from.
        source: SocketAddr,
        /// Where it goes.
        destination: SocketAddr,
        /// Its bytes.
        payload: Vec<u8>,
    },
    /// Something that a person would notice.
    Notice(Noticed),
}

/// What a person would notice.
#[derive(Clone, Debug, PartialEq)]
pub enum Noticed {
    /// The server let it in; the meeting is there to be seen.
    Welcome,
    /// The connection is lost; it comes back by itself.
    Disconnected,
    /// Another device has the seat; say [`Participant::take_over`] or go.
    SeatTaken {
        /// What it calls itself.
        device: String,
    },
    /// A request was answered.
    Answered {
        /// Which.
        id: RequestId,
        /// How.
        outcome: Outcome,
    },
    /// Sound and pictures flow.
    MediaConnected,
    /// They do not any more; they come back by themselves.
    MediaLost,
    /// The first picture is there.
    FirstPicture {
        /// How long that took since `enter` was sent.
        after: Duration,
    },
    /// This is the instant at which both sides appear.
    Revealed,
    /// There is a certificate: it may be a member of the summit's groups.
    Admitted,
    /// There will be none: it neither sends nor opens anything.
    Barred(Barred),
    /// Somebody wrote to a group.
    Written {
        /// To which.
        group: GroupId,
        /// Who.
        by: SeatId,
        /// Its JSON (`docs/security/protocol.md`, application messages).
        text: String,
    },
    /// It is over for good.
    Over(Bye),
}

/// Whether it came in.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Outside,
    Inside { since: Instant },
    Gone,
}

/// The participant.
pub struct Participant {
    settings: Settings,
    link: Link,
    /// For pauses and moods.
    dice: Dice,
    /// For the ids of requests: how many those are must not change when what is done.
    ids: Dice,
    clock: ServerClock,
    requests: Requests,
    you: Option<SeatId>,
    plan: Option<Box<SummitPlan>>,
    meeting: Option<Box<MeetingView>>,
    speaking: Vec<SeatId>,
    slots: BTreeMap<Mid, SourceId>,
    /// Those whose pictures wait until the line has room.
    paused: BTreeSet<Mid>,
    entry: Entry,
    devices: Devices,
    media: Option<MediaLine>,
    tapped: bool,
    timing: Option<Timing>,
    sealing: Sealing,
    whispers: bool,
    habits: Habits,
    hello_sent: Instant,
    ping_due: Instant,
    wished: Vec<Wanted>,
    wish_due: Option<Instant>,
    reveal: Reveal,
    stats: Stats,
    outputs: VecDeque<Output>,
}

/// The groups for which a participant seals.
struct Place {
    here: GroupId,
    side: GroupId,
}

impl Place {
    /// For whom that is meant: who whispers speaks to the own party, and shows itself to all.
    fn of(&self, kind: SourceKind, whispers: bool) -> &GroupId {
        if whispers && kind == SourceKind::Microphone { &self.side } else { &self.here }
    }
}

/// Whether the reveal was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reveal {
    Hidden,
    Announced(WallTime),
    Seen,
}

impl Participant {
    /// A participant that wants its first connection at once.
    pub fn new(settings: Settings, now: Instant) -> Self {
        let mut dice = Dice::new(settings.seed);
        let ids = Dice::new(dice.next());
        let habits = Habits::new(settings.behaviour, now, &mut dice);
        let sends = settings.persona.is_some();
        let sealing = Sealing::new(settings.secret.clone(), settings.key.clone());
        Self {
            settings,
            link: Link::new(now),
            dice,
            ids,
            clock: ServerClock::new(now),
            requests: Requests::default(),
            you: None,
            plan: None,
            meeting: None,
            speaking: Vec::new(),
            slots: BTreeMap::new(),
            paused: BTreeSet::new(),
            entry: Entry::Outside,
            devices: Devices { microphone: sends, camera: sends },
            media: None,
            tapped: false,
            timing: None,
            sealing,
            whispers: false,
            habits,
            hello_sent: now,
            ping_due: now,
            wished: Vec::new(),
            wish_due: None,
            reveal: Reveal::Hidden,
            stats: Stats::default(),
            outputs: VecDeque::new(),
        }
    }

    /// Something happened.
    pub fn handle(&mut self, input: Input<'_>, now: Instant) {
        match input {
            Input::Opened => self.say_hello(self.settings.take_over, now),
            Input::Closed => self.lose_link(now),
            Input::Message(message) => self.hear(*message, now),
            Input::Datagram { source, destination, bytes } => {
                if let Some(media) = &mut self.media {
                    media.handle_datagram(source, destination, bytes, now);
                }
            }
        }
        self.settle(now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.link.handle_timeout(now, &mut self.dice) {
            Some(Step::Open) => self.outputs.push_back(Output::Connect),
            Some(Step::Close) => {
                self.outputs.push_back(Output::Disconnect);
                self.outputs.push_back(Output::Notice(Noticed::Disconnected));
            }
            None => {}
        }
        if self.link.is_welcome() {
            self.ping(now);
            self.follow_habits(now);
        }
        self.sealing.handle_timeout(now);
        let (cue, place) = (self.cue(now), self.place());
        let Self { media, sealing, whispers, devices, timing, .. } = self;
        if let Some(media) = media {
            let mut seal = |kind: SourceKind, frame: &[u8]| {
                let group = place.as_ref()?.of(kind, *whispers);
                sealing.seal(group, kind, frame)
            };
            let since_origin = timing.as_ref().map(|timing| timing.moment(now));
            media.handle_timeout(Playing { devices: *devices, cue, since_origin }, &mut seal, now);
        }
        self.settle(now);
    }

    /// What must be done next; call until `None` after every other call.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`Participant::handle_timeout`] if nothing else happens; none when it is over for good.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let welcome = self.link.is_welcome();
        let reveal = match self.reveal {
            Reveal::Announced(at) => self.clock.when(at),
            Reveal::Hidden | Reveal::Seen => None,
        };
        [
            self.link.poll_timeout(),
            welcome.then_some(self.ping_due),
            self.habits.poll_timeout().filter(|_| welcome),
            self.wish_due.filter(|_| welcome),
            reveal,
            self.media.as_ref().filter(|_| welcome).and_then(MediaLine::offer_due),
            self.media.as_ref().and_then(MediaLine::poll_timeout),
            self.sealing.poll_timeout(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Comes in, as after the pre-flight: to the lobby, or to the plenary if it has begun.
    pub fn enter(&mut self, now: Instant) {
        if matches!(self.entry, Entry::Inside { .. } | Entry::Gone) {
            return;
        }
        self.entry = Entry::Inside { since: now };
        if self.link.is_welcome() {
            self.come_in(now);
        }
        self.settle(now);
    }

    /// Asks for something. It is sent at once, or as soon as there is a connection, and again after a lost one until it is
    /// answered.
    pub fn request(&mut self, request: Request, now: Instant) -> RequestId {
        let id = self.send(request);
        self.settle(now);
        id
    }

    /// Switches microphone and camera.
    pub fn switch_devices(&mut self, devices: Devices, now: Instant) {
        self.devices = devices;
        if matches!(self.entry, Entry::Inside { .. }) && self.link.is_welcome() {
            self.send(Request::Devices { devices });
        }
        self.settle(now);
    }

    /// Goes for good.
    pub fn leave(&mut self, now: Instant) {
        self.entry = Entry::Gone;
        if let Some(media) = &mut self.media {
            media.stop();
        }
        self.request(Request::Leave, now);
    }

    /// The seat is taken, and this device is the one that stays.
    pub fn take_over(&mut self, now: Instant) {
        if self.link.is_greeting() {
            self.say_hello(true, now);
        }
    }

    /// Speaks to the own party only, or to everybody again. The keys change before the server is asked.
    pub fn whisper(&mut self, on: bool, now: Instant) -> RequestId {
        self.whispers = on || self.whispers;
        self.request(Request::Whisper { on }, now)
    }

    /// Writes JSON to a group; false where it is no member.
    pub fn write(&mut self, group: &GroupId, text: &str, now: Instant) -> bool {
        let written = self.sealing.write(group, text);
        self.settle(now);
        written
    }

    /// The groups of which it is a member, with the epoch and its authenticator: equal for those who went the same way.
    pub fn epochs(&self) -> impl Iterator<Item = (&GroupId, u64, Vec<u8>)> {
        self.sealing.epochs()
    }

    /// Who is in a group of its own, as their certificates say.
    pub fn members(&self, group: &GroupId) -> Vec<SeatId> {
        self.sealing.members(group)
    }

    /// Whether it may send to a group: it is a member, and no party sees something else or kept silent for too long.
    pub fn sends_to(&self, group: &GroupId) -> bool {
        self.sealing.sends_to(group)
    }

    /// Seals a frame for where it speaks now, for media that go by other ways; none while nothing may leave.
    pub fn seal_frame(&mut self, kind: SourceKind, frame: &[u8]) -> Option<Vec<u8>> {
        let place = self.place()?;
        self.sealing.seal(place.of(kind, self.whispers), kind, frame)
    }

    /// Opens a frame that came by another way from that seat.
    pub fn open_frame(&mut self, seat: &SeatId, kind: SourceKind, bytes: &[u8], now: Instant) -> Option<Vec<u8>> {
        self.sealing.open(seat, kind, bytes, now)
    }

    /// Whether it was admitted by its party.
    pub fn is_admitted(&self) -> bool {
        self.sealing.is_admitted()
    }

    /// The own seat, once welcomed.
    pub fn you(&self) -> Option<&SeatId> {
        self.you.as_ref()
    }

    /// The summit as prepared, once welcomed.
    pub fn plan(&self) -> Option<&SummitPlan> {
        self.plan.as_deref()
    }

    /// The meeting as it is seen from this seat, once welcomed.
    pub fn meeting(&self) -> Option<&MeetingView> {
        self.meeting.as_deref()
    }

    /// Whose voices are heard now, loudest first.
    pub fn speaking(&self) -> &[SeatId] {
        &self.speaking
    }

    /// What the receiving m-lines carry, idle ones left out.
    pub fn slots(&self) -> &BTreeMap<Mid, SourceId> {
        &self.slots
    }

    /// Whether the picture that an m-line carries waits until the line has room.
    pub fn is_paused(&self, mid: &Mid) -> bool {
        self.paused.contains(mid)
    }

    /// What arrived, on each receiving m-line of the present connection.
    pub fn received(&self) -> impl Iterator<Item = (&Mid, Received)> {
        self.media.iter().flat_map(MediaLine::received)
    }

    /// Counts since it began.
    pub fn stats(&self) -> Stats {
        let (sound, pictures) = self.media.as_ref().map(MediaLine::received_in_all).unwrap_or_default();
        let (delays, longest_pause) = self.timing.as_ref().map(|of| (of.delays, of.longest_pause)).unwrap_or_default();
        Stats { sound, pictures, seal: self.sealing.counts(), delays, longest_pause, ..self.stats }
    }

    /// The server's clock, as far as it is known here.
    pub fn server_time(&self, now: Instant) -> Option<WallTime> {
        self.clock.at(now)
    }

    /// Does what follows from how things are now.
    fn settle(&mut self, now: Instant) {
        if self.link.is_welcome() && self.media.as_ref().and_then(MediaLine::offer_due).is_some_and(|due| due <= now) {
            self.offer_media(now);
        }
        self.settle_media(now);
        self.open_frames(now);
        self.settle_sealing();
        self.wish_for_pictures(now);
        self.notice_reveal(now);
    }

    fn settle_media(&mut self, now: Instant) {
        while let Some(happened) = self.media.as_mut().and_then(|media| media.poll(now)) {
            self.outputs.push_back(match happened {
                Happened::Transmit { source, destination, payload } => {
                    Output::Transmit { source, destination, payload }
                }
                Happened::Connected => {
                    self.stats.media_connections += 1;
                    Output::Notice(Noticed::MediaConnected)
                }
                Happened::Lost => {
                    self.slots.clear();
                    self.paused.clear();
                    Output::Notice(Noticed::MediaLost)
                }
            });
        }
    }

    fn notice_reveal(&mut self, now: Instant) {
        if let (Reveal::Hidden, Some(Phase::Plenary { revealed_at })) =
            (self.reveal, self.meeting.as_ref().map(|meeting| &meeting.phase))
        {
            self.reveal = Reveal::Announced(*revealed_at);
        }
        if let Reveal::Announced(at) = self.reveal
            && self.clock.at(now).is_some_and(|time| time >= at)
        {
            self.reveal = Reveal::Seen;
            self.outputs.push_back(Output::Notice(Noticed::Revealed));
        }
    }

    /// Opens what came, as far as the server said whose it is.
    fn open_frames(&mut self, now: Instant) {
        while let Some(frame) = self.media.as_mut().and_then(MediaLine::poll_frame) {
            let source = self.slots.get(&frame.mid).copied();
            let sources = self.meeting.as_ref().map_or(&[][..], |meeting| &meeting.sources);
            let Some(source) = sources.iter().find(|known| Some(known.id) == source) else { continue };
            let opened = self.sealing.open(&source.seat, source.kind, &frame.bytes, now);
            let Some(picture) = opened.filter(|_| source.kind.is_video()) else { continue };
            if let Some(timing) = &mut self.timing {
                timing.note(source.id, sources, &picture, now);
            }
            // The lowest bit of VP8 is 0 in a key frame (RFC 6386 section 9.1).
            let shows = picture.first().is_some_and(|bits| bits & 1 == 0);
            if let (true, None, Entry::Inside { since }) = (shows, self.stats.join, self.entry) {
                let after = now.saturating_duration_since(since);
                self.stats.join = Some(after);
                self.outputs.push_back(Output::Notice(Noticed::FirstPicture { after }));
            }
        }
    }

    fn settle_sealing(&mut self) {
        while let Some(happened) = self.sealing.poll() {
            let noticed = match happened {
                sealing::Happened::Ask(request) => {
                    self.send(request);
                    continue;
                }
                sealing::Happened::Admitted => Noticed::Admitted,
                sealing::Happened::Barred(why) => Noticed::Barred(why),
                sealing::Happened::Written { group, by, text } => Noticed::Written { group, by, text },
            };
            self.outputs.push_back(Output::Notice(noticed));
        }
    }

    /// Where it speaks: in its caucus, in the plenary once that was announced and it has keys that others have, too, and among
    /// its own before.
    fn place(&self) -> Option<Place> {
        let (meeting, you, plan) = (self.meeting.as_ref()?, self.you.as_ref()?, self.plan.as_ref()?);
        let side = GroupId::new(format!("side-{}", plan.party_of(you)?)).ok()?;
        let caucus = meeting.caucuses.iter().find(|caucus| caucus.inside.contains(you));
        let here = match (caucus, &meeting.phase) {
            (Some(caucus), _) => caucus.caucus.clone(),
            (None, Phase::Plenary { .. }) => {
                let plenary = GroupId::new("plenary").ok()?;
                if self.sealing.is_among_others(&plenary) { plenary } else { side.clone() }
            }
            (None, Phase::Lobby { .. } | Phase::Ended { .. }) => side.clone(),
        };
        Some(Place { here, side })
    }

    fn cue(&self, now: Instant) -> Cue {
        let (Some(plan), Some(meeting), Some(you)) = (&self.plan, &self.meeting, &self.you) else { return Cue::Listen };
        if let Some(booth) = interpreting::booth_of(meeting, you) {
            let speaks = interpreting::speaks(plan, meeting, booth, you, &self.speaking, &self.settings.renders);
            return if speaks && self.settings.talk != Talk::Never { Cue::Freely } else { Cue::Listen };
        }
        match &meeting.floor.holder {
            Some((holder, _)) if holder == you && self.settings.talk != Talk::Never => Cue::Freely,
            Some(_) if self.settings.talk == Talk::Regardless => Cue::Freely,
            Some(_) => Cue::Listen,
            None => self.clock.at(now).map_or(Cue::Listen, |time| self.settings.talk.cue(time.0)),
        }
    }

    fn follow_habits(&mut self, now: Instant) {
        if !self.habits.is_due(now) || !matches!(self.entry, Entry::Inside { .. }) || self.requests.is_deciding() {
            return;
        }
        let (Some(plan), Some(meeting), Some(you)) = (&self.plan, &self.meeting, &self.you) else { return };
        let wall = self.clock.at(now);
        if let Some(request) = self.habits.look(plan, meeting, you, (now, wall), &mut self.dice) {
            self.send(request);
        }
    }
}
