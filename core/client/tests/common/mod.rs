//! A participant and a script in place of the server, in virtual time.
#![allow(dead_code, reason = "every test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

pub(crate) mod offices;
pub(crate) mod room;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Behaviour, Film, Input, Noticed, Output, Participant, Persona, Settings, Talk, Voice};
use offices::Offices;
use seal::SigningKey;
use wire::{
    ClientMessage, FloorView, MeetingView, Outcome, Phase, Pixels, Presence, Request, RequestId, SeatId, Sequence,
    ServerMessage, Source, SummitPlan, WallTime,
};

/// The server's clock when a test begins.
pub(crate) const WALL: i64 = 1_700_000_000_000;

#[expect(clippy::disallowed_methods, reason = "an origin for virtual time; it is never read again")]
pub(crate) fn origin() -> Instant {
    Instant::now()
}

pub(crate) fn seat(name: &str) -> SeatId {
    SeatId::new(name).unwrap()
}

/// Two delegations of two.
pub(crate) fn plan() -> SummitPlan {
    let seat = |id: &str, role: &str| {
        serde_json::json!({"id": id, "name": {"en": id}, "title": {"en": role}, "role": role,
            "languages": ["en"], "time_zone": "UTC"})
    };
    let side = |id: &str| {
        let seats = [seat(&format!("{id}-head"), "principal"), seat(&format!("{id}-aide"), "adviser")];
        serde_json::json!({"id": id, "name": {"en": id}, "seats": seats,
            "flag": {"layout": "vertical", "colours": ["#112233"]}})
    };
    let sides = [side("meridia"), side("vesland")];
    serde_json::from_value(serde_json::json!({"title": {"en": "Talks"}, "delegations": sides})).unwrap()
}

pub(crate) fn meeting(phase: Phase) -> MeetingView {
    MeetingView {
        phase,
        sequence: Sequence(0),
        presence: BTreeMap::new(),
        floor: FloorView::default(),
        agenda: None,
        interpretation: wire::InterpretationView::default(),
        caucuses: Vec::new(),
        sources: Vec::new(),
        quality: BTreeMap::new(),
    }
}

pub(crate) fn lobby() -> MeetingView {
    meeting(Phase::Lobby { ready: Vec::new() })
}

/// One of the built-in people.
pub(crate) fn persona() -> Persona {
    let film = Film::read(
        include_bytes!("../../../../assets/pictures/aster-q.ivf"),
        include_bytes!("../../../../assets/pictures/aster-h.ivf"),
        include_bytes!("../../../../assets/pictures/aster-f.ivf"),
    );
    let voice = Voice::read(
        include_bytes!("../../../../assets/voices/en-1-a.opus"),
        include_bytes!("../../../../assets/voices/en-1-a.levels"),
    );
    Persona { film: Arc::new(film.unwrap()), voices: vec![Arc::new(voice.unwrap())] }
}

/// Meridia's head.
pub(crate) fn settings(seed: u64) -> Settings {
    settings_of("meridia-head", seed)
}

pub(crate) fn settings_of(name: &str, seed: u64) -> Settings {
    let mut bytes = [1; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    Settings {
        token: "token".to_owned(),
        secret: Offices::open().secret(&seat(name)),
        key: Arc::new(SigningKey::from_seed(bytes).unwrap()),
        device: "test".to_owned(),
        take_over: false,
        enter: true,
        persona: None,
        talk: Talk::Never,
        behaviour: Behaviour::default(),
        renders: Vec::new(),
        height: Pixels(360),
        local: "192.0.2.1:1000".parse().unwrap(),
        seed,
    }
}

/// A participant whose server is the test.
pub(crate) struct Scene {
    pub(crate) offices: Offices,
    pub(crate) participant: Participant,
    pub(crate) now: Instant,
    pub(crate) start: Instant,
    pub(crate) sent: Vec<ClientMessage>,
    pub(crate) noticed: Vec<Noticed>,
    pub(crate) connects: u32,
    pub(crate) disconnects: u32,
}

impl Scene {
    pub(crate) fn new(settings: Settings) -> Self {
        let now = origin();
        let participant = Participant::new(settings, now);
        let (sent, noticed) = (Vec::new(), Vec::new());
        let offices = Offices::open();
        let mut scene = Self { offices, participant, now, start: now, sent, noticed, connects: 0, disconnects: 0 };
        scene.pass(Duration::ZERO);
        scene
    }

    pub(crate) fn wall(&self) -> WallTime {
        WallTime(WALL).plus(self.now.duration_since(self.start))
    }

    pub(crate) fn tell(&mut self, input: Input<'_>) {
        self.participant.handle(input, self.now);
        self.drain();
    }

    pub(crate) fn hear(&mut self, message: ServerMessage) {
        self.tell(Input::Message(Box::new(message)));
    }

    /// Opens the socket and welcomes the participant as Meridia's head.
    pub(crate) fn welcome(&mut self, meeting: MeetingView, media: bool) {
        self.tell(Input::Opened);
        assert!(matches!(self.take_sent().as_slice(), [ClientMessage { request: Request::Hello { .. }, .. }]));
        let welcome = self.offices.welcome(&seat("meridia-head"), meeting, self.wall(), media);
        self.hear(welcome);
    }

    pub(crate) fn presence(&mut self, name: &str, presence: Presence) {
        self.hear(ServerMessage::Presence { seat: seat(name), presence });
    }

    pub(crate) fn source(&mut self, source: Source) {
        self.hear(ServerMessage::SourceOpened { source });
    }

    pub(crate) fn reply(&mut self, id: &RequestId, outcome: Outcome) {
        self.hear(ServerMessage::Reply { id: id.clone(), outcome });
    }

    /// Lets time pass, and the participant do what is due in it.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        self.drain();
        while let Some(due) = self.participant.poll_timeout().filter(|due| *due <= end) {
            self.now = due.max(self.now);
            self.participant.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// What was sent since the last time, pings and the request for a certificate left out.
    pub(crate) fn take_sent(&mut self) -> Vec<ClientMessage> {
        let mut sent = self.take_all();
        sent.retain(|message| !matches!(message.request, Request::CertificateRequest { .. }));
        sent
    }

    /// The same with the request for a certificate.
    pub(crate) fn take_all(&mut self) -> Vec<ClientMessage> {
        let mut sent = std::mem::take(&mut self.sent);
        sent.retain(|message| !matches!(message.request, Request::Ping { .. }));
        sent
    }

    pub(crate) fn requests(&mut self) -> Vec<Request> {
        self.take_sent().into_iter().map(|message| message.request).collect()
    }

    fn drain(&mut self) {
        while let Some(output) = self.participant.poll_output() {
            match output {
                Output::Connect => self.connects += 1,
                Output::Disconnect => self.disconnects += 1,
                Output::Send(message) => self.sent.push(message),
                Output::Transmit { .. } => {}
                Output::Notice(noticed) => self.noticed.push(noticed),
            }
        }
    }
}
