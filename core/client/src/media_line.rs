//! A participant's media connection: offered, answered, connected, lost, offered again, and what is played into it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media::caller::{Caller, CallerOutput, Received, ReceivedFrame, ReceivedPacket, Sending, Setup};
use wire::{Mid, Request, RequestId};

use crate::assets::Persona;
use crate::player::{Player, Playing, Seal};

/// From the offer to the connection; after that it is offered anew.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before a connection is offered anew.
const RETRY: Duration = Duration::from_millis(500);

/// What is offered every time.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// The address of the socket that carries the media.
    pub(crate) local: SocketAddr,
    /// What is sent; none only listens.
    pub(crate) persona: Option<Persona>,
    /// How many sounds and pictures can be received at once.
    pub(crate) audio_slots: usize,
    pub(crate) video_slots: usize,
    /// Whether each packet is given out as it came.
    pub(crate) tapped: bool,
}

/// Where the connection stands.
enum State {
    /// None is wanted.
    Resting,
    /// The next offer is made then.
    Pausing { until: Instant },
    /// Offered; given up then.
    Offered { caller: Box<Caller>, offer: RequestId, until: Instant },
    /// Answered; given up then.
    Connecting { caller: Box<Caller>, until: Instant },
    /// It stands.
    Connected { caller: Box<Caller>, player: Option<Player> },
}

/// What the participant must know.
pub(crate) enum Happened {
    Transmit { source: SocketAddr, destination: SocketAddr, payload: Vec<u8> },
    Connected,
    Lost,
}

/// The connection, and the sums of those before it.
pub(crate) struct MediaLine {
    terms: Terms,
    state: State,
    /// Where players begin in their loops.
    shift: u64,
    sound: Received,
    pictures: Received,
}

impl MediaLine {
    pub(crate) fn new(terms: Terms, shift: u64) -> Self {
        Self { terms, state: State::Resting, shift, sound: Received::default(), pictures: Received::default() }
    }

    /// When an offer is to be made; none while one is open or there is nothing to offer.
    pub(crate) fn offer_due(&self) -> Option<Instant> {
        match &self.state {
            State::Pausing { until } => Some(*until),
            State::Resting | State::Offered { .. } | State::Connecting { .. } | State::Connected { .. } => None,
        }
    }

    /// Whether the answer is there, so that slots are known to the server.
    pub(crate) fn is_answered(&self) -> bool {
        matches!(self.state, State::Connecting { .. } | State::Connected { .. })
    }

    /// A connection is wanted, a new one even if there is one.
    pub(crate) fn start(&mut self, at: Instant) {
        self.stop();
        self.state = State::Pausing { until: at };
    }

    /// No connection is wanted any more.
    pub(crate) fn stop(&mut self) {
        let (sound, pictures) = self.received_in_all();
        (self.sound, self.pictures) = (sound, pictures);
        self.state = State::Resting;
    }

    /// Makes an offer and the request that carries it; none if the local address is unusable.
    pub(crate) fn offer(&mut self, id: RequestId, now: Instant) -> Option<Request> {
        let sending = if self.terms.persona.is_some() { Sending::Simulcast } else { Sending::Nothing };
        let setup = Setup { sending, audio_slots: self.terms.audio_slots, video_slots: self.terms.video_slots };
        let offer = if self.terms.tapped { Caller::offer_tapped } else { Caller::offer };
        match offer(setup, self.terms.local, now) {
            Ok((caller, sdp)) => {
                let tracks = caller.tracks().to_vec();
                self.state = State::Offered { caller: Box::new(caller), offer: id, until: now + CONNECT_PATIENCE };
                Some(Request::MediaOffer { sdp, tracks, fresh: true })
            }
            Err(error) => {
                tracing::warn!(%error, "no media offer can be made");
                self.state = State::Resting;
                None
            }
        }
    }

    /// The server answered an offer.
    pub(crate) fn handle_answer(&mut self, id: &RequestId, sdp: &str, now: Instant) {
        self.state = match std::mem::replace(&mut self.state, State::Resting) {
            State::Offered { mut caller, offer, until } if offer == *id => match caller.handle_answer(sdp, now) {
                Ok(()) => State::Connecting { caller, until },
                Err(error) => {
                    tracing::warn!(%error, "the media answer is of no use");
                    State::Pausing { until: now + RETRY }
                }
            },
            other @ (State::Resting
            | State::Pausing { .. }
            | State::Offered { .. }
            | State::Connecting { .. }
            | State::Connected { .. }) => other,
        };
    }

    /// The server refused an offer.
    pub(crate) fn handle_refusal(&mut self, id: &RequestId, now: Instant) {
        if matches!(&self.state, State::Offered { offer, .. } if offer == id) {
            self.state = State::Pausing { until: now + 4 * RETRY };
        }
    }

    /// So many layers of what is sent on that m-line are received, the smallest first.
    pub(crate) fn send_layers(&mut self, mid: &Mid, layers: usize) {
        let Some(caller) = self.caller_mut() else { return };
        let before = caller.layers_sent().len();
        caller.send_layers(mid, layers);
        // What begins anew begins with a key frame, as with a browser.
        if caller.layers_sent().len() > before
            && let State::Connected { player: Some(player), .. } = &mut self.state
        {
            player.jump_to_key_frame();
        }
    }

    pub(crate) fn handle_datagram(&mut self, source: SocketAddr, destination: SocketAddr, bytes: &[u8], now: Instant) {
        if let Some(caller) = self.caller_mut() {
            caller.handle_datagram(source, destination, bytes, now);
        }
    }

    pub(crate) fn handle_timeout(&mut self, playing: Playing, seal: &mut Seal<'_>, now: Instant) {
        if let Some(caller) = self.caller_mut()
            && caller.poll_timeout().is_some_and(|due| due <= now)
        {
            caller.handle_timeout(now);
        }
        match &mut self.state {
            State::Connected { caller, player: Some(player) } => player.play(caller, playing, seal, now),
            State::Offered { until, .. } | State::Connecting { until, .. } if *until <= now => {
                self.start(now + RETRY);
            }
            State::Resting | State::Pausing { .. } | State::Offered { .. } => {}
            State::Connecting { .. } | State::Connected { .. } => {}
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Resting | State::Pausing { .. } => None,
            State::Offered { caller, until, .. } | State::Connecting { caller, until } => {
                Some(caller.poll_timeout().map_or(*until, |due| due.min(*until)))
            }
            State::Connected { caller, player } => {
                [caller.poll_timeout(), player.as_ref().map(Player::poll_timeout)].into_iter().flatten().min()
            }
        }
    }

    /// What happened in the connection; call until `None`.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Happened> {
        loop {
            match self.caller_mut()?.poll_output()? {
                CallerOutput::Transmit { source, destination, payload } => {
                    return Some(Happened::Transmit { source, destination, payload });
                }
                CallerOutput::Connected => {
                    self.connect(now);
                    return Some(Happened::Connected);
                }
                CallerOutput::Lost => {
                    self.start(now + RETRY);
                    return Some(Happened::Lost);
                }
                CallerOutput::KeyFrameWanted(_) => {
                    if let State::Connected { player: Some(player), .. } = &mut self.state {
                        player.jump_to_key_frame();
                    }
                }
            }
        }
    }

    /// What arrived, on each receiving m-line of the present connection.
    pub(crate) fn received(&self) -> impl Iterator<Item = (&Mid, Received)> {
        self.caller().into_iter().flat_map(Caller::received)
    }

    /// What arrived since the beginning: sound, and pictures.
    pub(crate) fn received_in_all(&self) -> (Received, Received) {
        let (mut sound, mut pictures) = (self.sound, self.pictures);
        if let Some(caller) = self.caller() {
            let (now_sound, now_pictures) = caller.received_in_all();
            sound += now_sound;
            pictures += now_pictures;
        }
        (sound, pictures)
    }

    /// The next frame that came whole, as it was sealed.
    pub(crate) fn poll_frame(&mut self) -> Option<ReceivedFrame> {
        self.caller_mut()?.poll_frame()
    }

    /// The next packet as it came, where it is tapped.
    pub(crate) fn poll_packet(&mut self) -> Option<ReceivedPacket> {
        self.caller_mut()?.poll_packet()
    }

    fn connect(&mut self, now: Instant) {
        self.state = match std::mem::replace(&mut self.state, State::Resting) {
            State::Connecting { caller, .. } => {
                let player = self.terms.persona.clone().map(|persona| Player::new(persona, self.shift, now));
                State::Connected { caller, player }
            }
            other @ (State::Resting | State::Pausing { .. } | State::Offered { .. } | State::Connected { .. }) => other,
        };
    }

    fn caller(&self) -> Option<&Caller> {
        match &self.state {
            State::Offered { caller, .. } | State::Connecting { caller, .. } | State::Connected { caller, .. } => {
                Some(caller)
            }
            State::Resting | State::Pausing { .. } => None,
        }
    }

    fn caller_mut(&mut self) -> Option<&mut Caller> {
        match &mut self.state {
            State::Offered { caller, .. } | State::Connecting { caller, .. } | State::Connected { caller, .. } => {
                Some(caller)
            }
            State::Resting | State::Pausing { .. } => None,
        }
    }
}
