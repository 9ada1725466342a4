//! Interpretation: booths that carry what is said on the floor into other languages, each a channel.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{BoothId, Event, Language, SeatId, WallTime};

/// A booth as it was prepared: interpreters who share one outgoing sound and take turns, wherever they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Booth {
    /// Its name in requests and events.
    pub id: BoothId,
    /// The languages it works into; it begins with the first. Two of them are a retour.
    pub languages: Vec<Language>,
    /// Who works in it, at the beginning.
    pub interpreters: Vec<SeatId>,
    /// The channels it takes relay from where its own fails, the best first.
    #[serde(default)]
    pub relay: Vec<Language>,
    /// It works into a sign language: its channel is a picture.
    #[serde(default)]
    pub signed: bool,
}

/// How what is said on the floor is rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum InterpretationMode {
    /// While it is said, on channels.
    #[default]
    Simultaneous,
    /// After it is said: the speaker stops, the interpreter renders, for everybody.
    Consecutive,
}

/// Why a booth cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SuspensionReason {
    /// What comes from the floor cannot be understood.
    BadSound,
    /// Nobody is there to take over.
    NoRelief,
    /// The speaker is too fast.
    TooFast,
    /// A text is read out that the booth does not have.
    NoDocument,
    /// Something in the booth does not work.
    Technical,
}

/// A word from a booth to who speaks. Nobody is told which booth it came from, and it is never a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum BoothSignal {
    /// Speak more slowly.
    SlowDown,
    /// Say the last sentence again.
    Repeat,
    /// Say the numbers again.
    Numbers,
    /// Something is wrong with the microphone.
    Microphone,
}

/// A change of the open microphone that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Handover {
    /// Who works now.
    pub from: SeatId,
    /// Who is to work.
    pub to: SeatId,
    /// Who of the two began it.
    pub by: SeatId,
    /// When it happens by itself; none: when the other one accepts.
    pub at: Option<WallTime>,
}

/// A booth that does not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Suspension {
    /// Why.
    pub reason: SuspensionReason,
    /// Since when.
    pub since: WallTime,
}

/// A microphone of a booth that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OpenMicrophone {
    /// Whose.
    pub seat: SeatId,
    /// Since when; a shift is counted from here.
    pub since: WallTime,
}

/// A booth as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BoothView {
    /// Which.
    pub booth: BoothId,
    /// Who works in it now.
    pub interpreters: Vec<SeatId>,
    /// The language it works into now.
    pub outgoing: Language,
    /// The channel it takes relay from; none: it hears the floor.
    pub relay: Option<Language>,
    /// The microphones that are open, the first one opened first. In each room the first is heard, and no other.
    pub open: Vec<OpenMicrophone>,
    /// The change that is under way.
    pub handover: Option<Handover>,
    /// Why it does not work.
    pub suspended: Option<Suspension>,
}

/// The interpretation as everybody sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct InterpretationView {
    /// The booths, in the order of the plan.
    pub booths: Vec<BoothView>,
    /// Channels that nobody can listen to now.
    pub closed: Vec<Language>,
    /// While or after it is said.
    pub mode: InterpretationMode,
    /// In consecutive mode: since when the interpreter renders; none: the speaker speaks.
    pub rendering: Option<WallTime>,
    /// Who speaks another language than the first of their seat.
    pub spoken: BTreeMap<SeatId, Language>,
}

impl BoothView {
    /// A booth in which nothing has happened yet; none where it works into nothing.
    pub fn new(booth: &Booth) -> Option<Self> {
        Some(Self {
            booth: booth.id.clone(),
            interpreters: booth.interpreters.clone(),
            outgoing: booth.languages.first()?.clone(),
            relay: None,
            open: Vec::new(),
            handover: None,
            suspended: None,
        })
    }

    /// Whether that microphone is open.
    pub fn is_open(&self, seat: &SeatId) -> bool {
        self.open.iter().any(|open| open.seat == *seat)
    }

    fn assign(&mut self, seat: &SeatId, assigned: bool) {
        if assigned && !self.interpreters.contains(seat) {
            self.interpreters.push(seat.clone());
        } else if !assigned {
            self.interpreters.retain(|other| other != seat);
            self.open.retain(|open| open.seat != *seat);
            self.handover.take_if(|handover| handover.from == *seat || handover.to == *seat);
        }
    }

    fn switch(&mut self, seat: &SeatId, open: bool, at: WallTime) {
        if !open {
            self.open.retain(|other| other.seat != *seat);
        } else if !self.is_open(seat) {
            self.open.push(OpenMicrophone { seat: seat.clone(), since: at });
        }
    }

    /// Both microphones change in one step, and the new one takes the place of the former.
    fn hand_over(&mut self, from: &SeatId, to: &SeatId, at: WallTime) {
        self.handover = None;
        let place = self.open.iter().position(|open| open.seat == *from).unwrap_or(self.open.len());
        self.open.retain(|open| open.seat != *from && open.seat != *to);
        self.open.insert(place.min(self.open.len()), OpenMicrophone { seat: to.clone(), since: at });
    }
}

impl InterpretationView {
    /// Booths in which nothing has happened yet.
    pub fn new(booths: &[Booth]) -> Self {
        Self { booths: booths.iter().filter_map(BoothView::new).collect(), ..Self::default() }
    }

    /// Whether any booth is suspended: the speaker's clock stands still.
    pub fn is_suspended(&self) -> bool {
        self.booths.iter().any(|booth| booth.suspended.is_some())
    }

    /// It happened, at `at`. What says nothing of interpretation changes nothing.
    pub fn fold(&mut self, event: &Event, at: WallTime) {
        match event {
            Event::BoothAssigned { booth, seat, assigned, .. } => self.change(booth, |it| it.assign(seat, *assigned)),
            Event::BoothMicrophone { booth, seat, open } => self.change(booth, |it| it.switch(seat, *open, at)),
            Event::BoothOutgoing { booth, language, .. } => self.change(booth, |it| it.outgoing = language.clone()),
            Event::BoothRelay { booth, channel, .. } => self.change(booth, |it| it.relay.clone_from(channel)),
            Event::HandoverBegun { booth, from, to, by, at } => {
                let (from, to, by) = (from.clone(), to.clone(), by.clone());
                self.change(booth, |it| it.handover = Some(Handover { from, to, by, at: *at }));
            }
            Event::HandedOver { booth, from, to } => self.change(booth, |it| it.hand_over(from, to, at)),
            Event::HandoverEnded { booth, .. } => self.change(booth, |it| it.handover = None),
            Event::BoothSuspended { booth, reason, .. } => {
                self.change(booth, |it| it.suspended = Some(Suspension { reason: *reason, since: at }));
            }
            Event::BoothResumed { booth, .. } => self.change(booth, |it| it.suspended = None),
            Event::ChannelSet { channel, open, .. } => {
                self.closed.retain(|closed| closed != channel);
                if !open {
                    self.closed.push(channel.clone());
                }
            }
            Event::InterpretationModeSet { mode, .. } => (self.mode, self.rendering) = (*mode, None),
            Event::InterpretationTurn { rendering, .. } => self.rendering = rendering.then_some(at),
            // Another speech begins with the speaker.
            Event::FloorGiven { .. } | Event::FloorYielded { .. } => self.rendering = None,
            Event::Speaks { seat, language } => {
                self.spoken.insert(seat.clone(), language.clone());
            }
            Event::Ready { .. }
            | Event::Revealed { .. }
            | Event::HandRaised { .. }
            | Event::HandLowered { .. }
            | Event::AgendaOpened { .. }
            | Event::CaucusOpened { .. }
            | Event::CaucusEntered { .. }
            | Event::CaucusLeft { .. }
            | Event::Ended { .. } => {}
        }
    }

    fn change(&mut self, id: &BoothId, change: impl FnOnce(&mut BoothView)) {
        if let Some(booth) = self.booths.iter_mut().find(|booth| booth.booth == *id) {
            change(booth);
        }
    }
}
