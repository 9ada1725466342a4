//! Interpretation by itself: interpreters, listeners and chairs do whatever they can at random, and after every step each listener must
//! be sent what a second, simpler reading of the log says, and know from the meeting why it hears no channel.

use std::collections::{BTreeMap, BTreeSet};

use summit::{Action, InterpretationAction as Asked, Meeting};
use wire::{
    BoothId, Entry, Event, GroupId, InterpretationMode, Language, Phase, Role, SeatId, Sequence, Source, SourceId,
    SourceKind, SummitPlan, SuspensionReason, WallTime,
};

use crate::chance::Chance;

/// Steps of one run.
const STEPS: usize = 120;

/// The languages of the booths, and of the people.
const LANGUAGES: [&str; 5] = ["en", "fr", "ru", "ar", "zh"];

/// What a run has seen, so that one can tell that it tried anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoothTally {
    /// Steps that changed something.
    pub changes: usize,
    /// Steps that were refused.
    pub refusals: usize,
    /// Times at which a listener heard an interpreter.
    pub interpreted: usize,
    /// Times at which an interpreter heard another one by relay.
    pub relayed: usize,
}

/// Runs one seed.
///
/// # Errors
/// What was found, with the seed and the step.
pub fn random_booths(seed: u64) -> Result<BoothTally, String> {
    let mut run = Run::new(seed);
    for step in 0..STEPS {
        run.step();
        run.check().map_err(|what| format!("seed {seed}, step {step}: {what}\n{}", run.story()))?;
    }
    Ok(run.tally)
}

struct Run {
    chance: Chance,
    plan: SummitPlan,
    meeting: Meeting,
    log: Vec<Entry>,
    here: BTreeSet<SeatId>,
    channels: BTreeMap<SeatId, Language>,
    now: WallTime,
    tally: BoothTally,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed, "booths");
        let plan = random_plan(&mut chance);
        let here = plan.seats().map(|(_, seat)| seat.id.clone()).collect();
        let meeting = Meeting::new(plan.clone());
        let (log, channels) = (Vec::new(), BTreeMap::new());
        let mut run =
            Self { chance, plan, meeting, log, here, channels, now: WallTime(0), tally: BoothTally::default() };
        for head in ["meridia-head", "vesland-head"] {
            run.ask(&named(head), &Action::Ready(true));
        }
        let revealed = run.meeting.decide_reveal(run.now, &run.here);
        run.happen(revealed);
        run
    }

    fn step(&mut self) {
        self.now = WallTime(self.now.0 + i64::try_from(self.chance.below(4_000)).unwrap_or(0));
        let due = self.meeting.decide_due(self.now, &self.here);
        self.happen(due);
        let seats: Vec<SeatId> = self.plan.seats().map(|(_, seat)| seat.id.clone()).collect();
        let Some(who) = self.chance.one_of(&seats).cloned() else { return };
        match self.chance.below(20) {
            0 => {
                self.here.remove(&who);
                self.channels.remove(&who);
                let gone = self.meeting.decide_departure(&who);
                self.happen(gone);
            }
            1 | 2 => {
                self.here.extend(seats);
            }
            3 | 4 => {
                let channel = self.language();
                if self.here.contains(&who) && self.meeting.has_channel(&channel) {
                    self.channels.insert(who, channel);
                } else {
                    self.channels.remove(&who);
                }
            }
            _ => {
                let action = self.action(&seats);
                self.ask(&who, &action);
            }
        }
    }

    fn language(&mut self) -> Language {
        tag(self.chance.one_of(&LANGUAGES).copied().unwrap_or("en"))
    }

    fn action(&mut self, seats: &[SeatId]) -> Action {
        let other = self.chance.one_of(seats).cloned().unwrap_or_else(|| named("chair"));
        let booths: Vec<BoothId> = self.plan.booths.iter().map(|booth| booth.id.clone()).collect();
        let booth = self.chance.one_of(&booths).cloned();
        let caucuses: Vec<GroupId> = self.meeting.open_caucuses().iter().map(|open| open.caucus.clone()).collect();
        let yes = self.chance.happens(0.6);
        let asked = match (self.chance.below(18), booth) {
            (0, _) => return Action::GiveFloor(other),
            (1, _) => return Action::YieldFloor,
            (2, _) => return Action::OpenCaucus(vec![other]),
            (3, _) => match self.chance.one_of(&caucuses) {
                Some(caucus) => return Action::EnterCaucus(caucus.clone()),
                None => Asked::Microphone(yes),
            },
            (4, _) => return Action::LeaveCaucus,
            (5, Some(booth)) => Asked::Assign { booth, seat: other, assigned: yes },
            (6, _) => Asked::Outgoing(self.language()),
            (7, _) => Asked::Relay(yes.then(|| self.language())),
            (8, _) => Asked::HandOver { to: other, after: None },
            (9, _) => Asked::HandOver { to: other, after: Some(if yes { 3 } else { 0 }) },
            (10, _) => Asked::AcceptHandover,
            (11, _) => Asked::EndHandover,
            (12, Some(booth)) if !yes => Asked::Suspend(booth, SuspensionReason::BadSound),
            (12, Some(booth)) => Asked::Resume(booth),
            (13, _) => Asked::SetChannel(self.language(), yes),
            (14, _) if !yes => Asked::SetMode(InterpretationMode::Consecutive),
            (14, _) => Asked::SetMode(InterpretationMode::Simultaneous),
            (15, _) => Asked::PassTurn(yes),
            (16, _) => Asked::Speak(self.language()),
            _ => Asked::Microphone(yes),
        };
        Action::Interpretation(asked)
    }

    fn ask(&mut self, who: &SeatId, action: &Action) {
        match self.meeting.decide(who, action, &self.here, self.now) {
            Ok(events) => self.happen(events),
            Err(_) => self.tally.refusals += 1,
        }
    }

    fn happen(&mut self, events: Vec<Event>) {
        self.tally.changes += usize::from(!events.is_empty());
        for event in events {
            self.meeting.apply(&event, self.now);
            let sequence = Sequence(self.log.len() as u64 + 1);
            self.log.push(Entry { sequence, at: self.now, request: None, event });
        }
    }

    fn story(&self) -> String {
        let lines = self.log.iter().map(|entry| format!("{} {:?}\n", entry.sequence.0, entry.event));
        lines.collect()
    }

    // ---- what must be so

    fn check(&mut self) -> Result<(), String> {
        let again = Meeting::restore(self.plan.clone(), &self.log);
        if again != self.meeting {
            return Err("the log does not bring the meeting back".to_owned());
        }
        if !matches!(self.meeting.phase(), Phase::Plenary { .. }) {
            return Err("the plenary has not begun".to_owned());
        }
        let reference = Reference::of(&self.plan, &self.log);
        reference.check_chains()?;
        let sources = self.sources();
        for listener in self.here.clone() {
            let channel = self.channels.get(&listener);
            let (first, voices) = node::strangers::sounds(&self.meeting, &listener, channel, &sources);
            let whose = |ids: &[SourceId]| -> BTreeSet<SeatId> {
                sources.iter().filter(|source| ids.contains(&source.id)).map(|source| source.seat.clone()).collect()
            };
            let expected = reference.heard(&self.plan, &listener, channel, &self.here);
            let sent = (whose(&first), whose(&voices));
            if sent != expected {
                return Err(format!("{listener} on {channel:?} is sent {sent:?} instead of {expected:?}"));
            }
            self.check_listener(&reference, &listener, &sent.0)?;
        }
        Ok(())
    }

    /// Nobody hears two channels; who chose one and hears none can see why.
    fn check_listener(
        &mut self,
        reference: &Reference,
        listener: &SeatId,
        first: &BTreeSet<SeatId>,
    ) -> Result<(), String> {
        let own = reference.booth_of(listener);
        let interpreters: Vec<&SeatId> = first
            .iter()
            .filter(|seat| reference.booth_of(seat).is_some_and(|booth| Some(&booth.id) != own.map(|own| &own.id)))
            .collect();
        let channels: BTreeSet<&Language> =
            interpreters.iter().filter_map(|seat| Some(&reference.booth_of(seat)?.outgoing)).collect();
        if channels.len() > 1 {
            return Err(format!("{listener} hears {channels:?} at once"));
        }
        if own.is_some_and(|own| !reference.rendering && channels.contains(&own.outgoing)) {
            return Err(format!("{listener} hears the channel of the own booth"));
        }
        match own {
            Some(_) => self.tally.relayed += interpreters.len(),
            None => self.tally.interpreted += interpreters.len(),
        }
        let Some(channel) = self.channels.get(listener).filter(|_| own.is_none() && channels.is_empty()) else {
            return Ok(());
        };
        let view = self.meeting.interpretation();
        let told = view.closed.contains(channel)
            || view.mode == InterpretationMode::Consecutive
            || !self.meeting.receives_content(listener)
            || view.booths.iter().filter(|booth| booth.outgoing == *channel).all(|booth| {
                let signed = self.plan.booths.iter().any(|planned| planned.id == booth.booth && planned.signed);
                let room = self.meeting.caucus_of(listener);
                let nobody = !booth.open.iter().any(|open| self.meeting.caucus_of(&open.seat) == room);
                signed || nobody || booth.suspended.is_some()
            });
        if told { Ok(()) } else { Err(format!("{listener} chose {channel}, hears nobody and cannot know why")) }
    }

    fn sources(&self) -> Vec<Source> {
        let numbered = (1..).zip(&self.here);
        let has_voice = |seat: &SeatId| self.meeting.has_voice(seat);
        numbered
            .filter(|(_, seat)| has_voice(seat))
            .map(|(id, seat)| Source { id: SourceId(id), seat: seat.clone(), kind: SourceKind::Microphone })
            .collect()
    }
}

/// The second reading: from the log to what everybody hears, without a thought for speed.
#[derive(Default)]
struct Reference {
    booths: Vec<Booth>,
    closed: BTreeSet<Language>,
    consecutive: bool,
    rendering: bool,
    speaker: Option<SeatId>,
    room: BTreeMap<SeatId, GroupId>,
}

struct Booth {
    id: BoothId,
    signed: bool,
    pivots: Vec<Language>,
    interpreters: Vec<SeatId>,
    /// In the order in which they are heard.
    open: Vec<SeatId>,
    outgoing: Language,
    relay: Option<Language>,
    suspended: bool,
}

impl Reference {
    fn of(plan: &SummitPlan, log: &[Entry]) -> Self {
        let booths = plan.booths.iter().map(|booth| Booth {
            id: booth.id.clone(),
            signed: booth.signed,
            pivots: booth.relay.clone(),
            interpreters: booth.interpreters.clone(),
            open: Vec::new(),
            outgoing: booth.languages[0].clone(),
            relay: None,
            suspended: false,
        });
        let mut now = Self { booths: booths.collect(), ..Self::default() };
        log.iter().for_each(|entry| now.read(&entry.event));
        now
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what is not named here says nothing of who is heard")]
    fn read(&mut self, event: &Event) {
        match event {
            Event::BoothAssigned { booth, seat, assigned, .. } => {
                let booth = self.booth_mut(booth);
                booth.interpreters.retain(|other| other != seat);
                if *assigned {
                    booth.interpreters.push(seat.clone());
                } else {
                    booth.open.retain(|other| other != seat);
                }
            }
            Event::BoothMicrophone { booth, seat, open } => {
                let booth = self.booth_mut(booth);
                booth.open.retain(|other| other != seat);
                booth.open.extend(open.then(|| seat.clone()));
            }
            Event::HandedOver { booth, from, to } => {
                let booth = self.booth_mut(booth);
                booth.open.retain(|other| other != to);
                booth.open.iter_mut().filter(|other| *other == from).for_each(|place| place.clone_from(to));
            }
            Event::BoothOutgoing { booth, language, .. } => self.booth_mut(booth).outgoing = language.clone(),
            Event::BoothRelay { booth, channel, .. } => self.booth_mut(booth).relay.clone_from(channel),
            Event::BoothSuspended { booth, .. } => self.booth_mut(booth).suspended = true,
            Event::BoothResumed { booth, .. } => self.booth_mut(booth).suspended = false,
            Event::ChannelSet { channel, open: true, .. } => drop(self.closed.remove(channel)),
            Event::ChannelSet { channel, open: false, .. } => drop(self.closed.insert(channel.clone())),
            Event::InterpretationModeSet { mode, .. } => {
                (self.consecutive, self.rendering) = (*mode == InterpretationMode::Consecutive, false);
            }
            Event::InterpretationTurn { rendering, .. } => self.rendering = *rendering,
            Event::FloorGiven { seat, .. } => (self.speaker, self.rendering) = (Some(seat.clone()), false),
            Event::FloorYielded { .. } => (self.speaker, self.rendering) = (None, false),
            Event::CaucusEntered { caucus, seat } => drop(self.room.insert(seat.clone(), caucus.clone())),
            // Who gives up a caucus that nobody entered may be in another one.
            Event::CaucusLeft { caucus, seat } if self.room.get(seat) == Some(caucus) => drop(self.room.remove(seat)),
            _ => {}
        }
    }

    fn booth_mut(&mut self, id: &BoothId) -> &mut Booth {
        let place = self.booths.iter().position(|booth| booth.id == *id);
        &mut self.booths[place.unwrap_or(0)]
    }

    fn booth_of(&self, seat: &SeatId) -> Option<&Booth> {
        self.booths.iter().find(|booth| booth.interpreters.contains(seat))
    }

    /// Who speaks for a booth in a room.
    fn voice_of(&self, booth: &Booth, room: Option<&GroupId>) -> Option<SeatId> {
        let first = booth.open.iter().find(|seat| self.room.get(*seat) == room);
        first.filter(|_| !booth.suspended).cloned()
    }

    /// Who renders for everybody in the plenary: the first booth that speaks.
    fn renderer(&self) -> Option<SeatId> {
        let mut speak = self.booths.iter().filter(|booth| self.rendering && !booth.signed);
        speak.find_map(|booth| self.voice_of(booth, None))
    }

    fn channel_in(&self, channel: &Language, room: Option<&GroupId>) -> Option<SeatId> {
        let booths = self.booths.iter().filter(|booth| !booth.signed && booth.outgoing == *channel);
        booths.filter(|_| !self.closed.contains(channel)).find_map(|booth| self.voice_of(booth, room))
    }

    /// Those whom a listener is sent in any case, and the other voices.
    fn heard(
        &self,
        plan: &SummitPlan,
        listener: &SeatId,
        channel: Option<&Language>,
        here: &BTreeSet<SeatId>,
    ) -> (BTreeSet<SeatId>, BTreeSet<SeatId>) {
        let (mut first, mut voices) = (BTreeSet::new(), BTreeSet::new());
        let room = self.room.get(listener);
        let role = |seat: &SeatId| plan.seat(seat).map(|seat| seat.role);
        if role(listener) == Some(Role::Technician) {
            return (first, voices);
        }
        let by_channel = self.by_channel(listener, channel);
        for seat in here.iter().filter(|seat| *seat != listener && self.room.get(*seat) == room) {
            let only_watches = matches!(role(seat), Some(Role::Technician | Role::Observer));
            if only_watches && !plan.is_chair(seat) {
                continue;
            }
            match self.booth_of(seat) {
                Some(booth) => {
                    let partner = booth.interpreters.contains(listener) && booth.open.contains(seat);
                    let renders = room.is_none() && self.renderer().as_ref() == Some(seat);
                    if partner || renders || by_channel.as_ref() == Some(seat) {
                        first.insert(seat.clone());
                    }
                }
                None if self.speaker.as_ref() == Some(seat) => {
                    if self.renderer().is_none() {
                        first.insert(seat.clone());
                    }
                }
                None => drop(voices.insert(seat.clone())),
            }
        }
        (first, voices)
    }

    /// The interpreter of the channel that a listener chose, or that the booth takes relay from.
    fn by_channel(&self, listener: &SeatId, channel: Option<&Language>) -> Option<SeatId> {
        let room = self.room.get(listener);
        if self.consecutive && room.is_none() {
            return None;
        }
        let Some(booth) = self.booth_of(listener) else { return self.channel_in(channel?, room) };
        let wanted = booth.relay.clone().into_iter().chain(booth.relay.iter().flat_map(|_| booth.pivots.clone()));
        wanted
            .filter(|channel| !self.chain(channel, booth).contains(&booth.outgoing))
            .find_map(|channel| self.channel_in(&channel, room))
    }

    /// Every language that what is heard on a channel may have come from, without what that booth itself does.
    fn chain(&self, channel: &Language, without: &Booth) -> BTreeSet<Language> {
        let mut chain = BTreeSet::from([channel.clone()]);
        loop {
            let feeds = self.booths.iter().filter(|booth| booth.id != without.id && chain.contains(&booth.outgoing));
            let more: BTreeSet<Language> = feeds.filter_map(|booth| booth.relay.clone()).collect();
            if more.is_subset(&chain) {
                return chain;
            }
            chain.extend(more);
        }
    }

    /// No booth hears itself by way of the others.
    fn check_chains(&self) -> Result<(), String> {
        for booth in &self.booths {
            let Some(relay) = &booth.relay else { continue };
            if self.chain(relay, booth).contains(&booth.outgoing) {
                return Err(format!("the booth {} hears itself: {} from {relay}", booth.id, booth.outgoing));
            }
        }
        Ok(())
    }
}

#[expect(clippy::unwrap_used, reason = "written here, and short")]
fn named(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

#[expect(clippy::unwrap_used, reason = "written here, and a tag")]
fn tag(language: &str) -> Language {
    Language::new(language).unwrap()
}

/// Two sides, a chair, a technician, and two to five booths with none to three interpreters.
#[expect(clippy::expect_used, reason = "it obeys the rules of a plan; a run that cannot begin has found something")]
fn random_plan(chance: &mut Chance) -> SummitPlan {
    let person = |id: &str, role: &str, language: &str| {
        serde_json::json!({"id": id, "name": {"en": id}, "title": {"en": id}, "role": role,
            "languages": [language], "time_zone": "UTC"})
    };
    let side = |id: &str| {
        serde_json::json!({"id": id, "name": {"en": id}, "flag": {"layout": "vertical", "colours": ["#112233"]},
            "seats": [person(&format!("{id}-head"), "principal", "en"), person(&format!("{id}-1"), "adviser", "ru")]})
    };
    let mut secretariat = vec![person("chair", "chair", "fr"), person("line", "technician", "en")];
    let mut booths = Vec::new();
    for booth in 0..2 + chance.below(4) {
        let first = chance.below(LANGUAGES.len());
        let mut languages = vec![LANGUAGES[first]];
        if chance.happens(0.3) {
            languages.push(LANGUAGES[(first + 1) % LANGUAGES.len()]);
        }
        let people: Vec<String> = (0..chance.below(4)).map(|place| format!("booth-{booth}-{place}")).collect();
        secretariat.extend(people.iter().map(|id| person(id, "interpreter", "en")));
        let relay: Vec<&str> = (0..chance.below(3)).filter_map(|_| chance.one_of(&LANGUAGES).copied()).collect();
        booths.push(serde_json::json!({"id": format!("booth-{booth}"), "languages": languages,
            "interpreters": people, "relay": relay, "signed": chance.happens(0.1)}));
    }
    let plan = serde_json::json!({"title": {"en": "Talks"}, "delegations": [side("meridia"), side("vesland")],
        "secretariat": secretariat, "chair": ["chair"], "booths": booths});
    serde_json::from_value(plan).expect("a plan")
}
