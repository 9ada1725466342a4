//! The conversation with the server: hello and welcome, requests and answers, the media offer and the wish for pictures.

use std::time::Instant;

use wire::{
    Bye, ClientMessage, Delivery, Devices, Envelope, MeetingView, Pixels, Presence, Request, RequestId, SeatId,
    ServerMessage, SignedManifest, Slot, SourceKind, SummitId, SummitPlan, WallTime, Wanted,
};

use super::{AUDIO_SLOTS, Entry, Noticed, Output, PING, Participant, VIDEO_SLOTS_MAX, WISH_PAUSE};
use crate::media_line::{MediaLine, Terms};
use crate::sealing::Papers;
use crate::view;

/// What a welcome says.
struct Welcome {
    summit: SummitId,
    you: SeatId,
    plan: Box<SummitPlan>,
    meeting: Box<MeetingView>,
    now: WallTime,
    media: bool,
    manifest: SignedManifest,
    invitation: Envelope,
    revocations: Vec<Envelope>,
}

impl Participant {
    pub(super) fn hear(&mut self, message: ServerMessage, now: Instant) {
        self.link.heard(now);
        if let Some(meeting) = &mut self.meeting {
            view::fold(meeting, &message);
        }
        if let ServerMessage::Presence { .. } = &message {
            self.call_the_roll(now);
        }
        if let Some(wall) = self.clock.at(now) {
            self.sealing.hear(&message, now, wall);
        }
        match message {
            ServerMessage::Welcome {
                summit,
                you,
                plan,
                meeting,
                now: server,
                media,
                manifest,
                invitation,
                revocations,
                // Programs go the direct way.
                relay: _,
            } => {
                let papers =
                    Welcome { summit, you, plan, meeting, now: server, media, manifest, invitation, revocations };
                self.be_welcomed(papers, now);
            }
            ServerMessage::SeatTaken { device, .. } => {
                self.link.seat_taken();
                self.notice(Noticed::SeatTaken { device });
            }
            ServerMessage::Speaking { seats } => self.speaking = seats,
            ServerMessage::MediaAnswer { id, sdp } => {
                if let Some(media) = &mut self.media {
                    media.handle_answer(&id, &sdp, now);
                }
            }
            ServerMessage::MediaSlots { slots } => self.fill_slots(slots),
            ServerMessage::MediaLayers { mid, layers } => {
                if let Some(media) = &mut self.media {
                    media.send_layers(&mid, layers.into());
                }
            }
            ServerMessage::Reply { id, outcome } => self.hear_reply(&id, outcome, now),
            ServerMessage::Pong { sent, now: server } => self.clock.pong(sent, server, now),
            ServerMessage::Bye { reason } => self.part(reason, now),
            ServerMessage::Event { .. }
            | ServerMessage::Presence { .. }
            | ServerMessage::SourceOpened { .. }
            | ServerMessage::SourceClosed { .. }
            | ServerMessage::Quality { .. }
            | ServerMessage::Whispering { .. }
            | ServerMessage::Interpreting { .. }
            | ServerMessage::Signal { .. }
            | ServerMessage::Audience { .. }
            | ServerMessage::CertificateIssued { .. }
            | ServerMessage::CertificateDenied { .. }
            | ServerMessage::CertificateWaiting
            | ServerMessage::CertificatesRevoked { .. }
            | ServerMessage::SealGroups { .. }
            | ServerMessage::SealPackagesWanted { .. }
            | ServerMessage::SealSuspect { .. }
            | ServerMessage::MlsWanted { .. }
            | ServerMessage::MlsCommitted { .. }
            | ServerMessage::MlsWelcome { .. }
            | ServerMessage::MlsGroupInfo { .. }
            | ServerMessage::MlsSwitch { .. }
            | ServerMessage::MlsVoid { .. }
            | ServerMessage::MlsApp { .. } => {}
        }
    }

    pub(super) fn say_hello(&mut self, take_over: bool, now: Instant) {
        self.link.greet(now);
        self.hello_sent = now;
        let (token, device) = (self.settings.token.clone(), self.settings.device.clone());
        let request = Request::Hello { token, protocol: wire::PROTOCOL, device, take_over };
        let id = self.ids.request_id();
        self.outputs.push_back(Output::Send(ClientMessage { id, request }));
    }

    pub(super) fn lose_link(&mut self, now: Instant) {
        if self.link.lost(now, &mut self.dice) {
            self.notice(Noticed::Disconnected);
        }
    }

    /// Keeps a request until it is answered, and sends it if there is a connection.
    pub(super) fn send(&mut self, request: Request) -> RequestId {
        let id = self.ids.request_id();
        self.send_as(id.clone(), request);
        id
    }

    pub(super) fn ping(&mut self, now: Instant) {
        if self.ping_due > now {
            return;
        }
        self.ping_due = now + PING;
        let message =
            ClientMessage { id: self.ids.request_id(), request: Request::Ping { sent: self.clock.ping(now) } };
        self.outputs.push_back(Output::Send(message));
    }

    /// Says that it is here and offers its media.
    pub(super) fn come_in(&mut self, now: Instant) {
        self.send(Request::Enter { devices: self.devices });
        if let Some(media) = &mut self.media {
            media.start(now);
        }
    }

    pub(super) fn offer_media(&mut self, now: Instant) {
        let id = self.ids.request_id();
        let offer = self.media.as_mut().and_then(|media| media.offer(id.clone(), now));
        if let Some(request) = offer {
            self.wished.clear();
            // A new connection has m-lines of its own.
            self.slots.clear();
            self.send_as(id, request);
        }
    }

    /// Asks for every picture it may see, documents first, as far as there are slots.
    pub(super) fn wish_for_pictures(&mut self, now: Instant) {
        let answered = self.media.as_ref().is_some_and(MediaLine::is_answered);
        if !answered || !self.link.is_welcome() {
            // Until there are slots again no wish is due: it is made anew then.
            self.wish_due = None;
            return;
        }
        if self.wish_due.is_some_and(|due| due > now) {
            return;
        }
        self.wish_due = None;
        let wish = self.pictures();
        if wish == self.wished {
            return;
        }
        self.wish_due = Some(now + WISH_PAUSE);
        self.wished.clone_from(&wish);
        self.send(Request::MediaWant { videos: wish });
    }

    fn pictures_max(&self) -> usize {
        if self.settings.height == Pixels(0) { 0 } else { VIDEO_SLOTS_MAX }
    }

    fn pictures(&self) -> Vec<Wanted> {
        let Some(meeting) = &self.meeting else { return Vec::new() };
        let of_kind = |kind| {
            let others = meeting.sources.iter().filter(|source| Some(&source.seat) != self.you.as_ref());
            others.filter(move |source| source.kind == kind)
        };
        of_kind(SourceKind::Screen)
            .chain(of_kind(SourceKind::Camera))
            .take(self.pictures_max())
            .map(|source| Wanted { source: source.id, height: self.settings.height })
            .collect()
    }

    fn be_welcomed(&mut self, welcome: Welcome, now: Instant) {
        let is_first = self.meeting.is_none();
        self.link.welcome(now);
        self.stats.welcomes += 1;
        self.habits.be_welcomed();
        self.clock.learn(self.hello_sent, welcome.now, now);
        self.ping_due = now;
        let here = match welcome.meeting.presence.get(&welcome.you) {
            Some(Presence::Here { devices }) => Some(*devices),
            Some(Presence::Absent | Presence::Arriving | Presence::Reconnecting) | None => None,
        };
        if is_first {
            self.media = Some(MediaLine::new(self.terms(&welcome.plan), self.settings.seed));
        }
        let papers = Papers {
            summit: &welcome.summit,
            you: &welcome.you,
            manifest: &welcome.manifest,
            invitation: &welcome.invitation,
            revocations: &welcome.revocations,
        };
        self.sealing.be_welcomed(&papers, welcome.now);
        self.you = Some(welcome.you);
        // What every party signed counts, not what the server says of it.
        self.plan = Some(self.sealing.plan().map_or(welcome.plan, |agreed| Box::new(agreed.clone())));
        self.meeting = Some(welcome.meeting);
        self.call_the_roll(now);
        self.speaking.clear();
        self.notice(Noticed::Welcome);
        self.resume(here, welcome.media, now);
        if self.whispers {
            self.send(Request::Whisper { on: true });
        }
    }

    /// Tells the sealing who is here.
    fn call_the_roll(&mut self, now: Instant) {
        let Some(meeting) = &self.meeting else { return };
        let is_here = |(_, presence): &(&SeatId, &Presence)| matches!(presence, Presence::Here { .. });
        let here = meeting.presence.iter().filter(is_here).map(|(seat, _)| seat).collect();
        self.sealing.set_here(&here, now);
    }

    /// Takes up where the last connection ended: comes in again if the server forgot it, builds new media if the old are
    /// gone, and asks again for what was not answered.
    fn resume(&mut self, here: Option<Devices>, media: bool, now: Instant) {
        self.wished.clear();
        if self.settings.enter && matches!(self.entry, Entry::Outside) {
            self.entry = Entry::Inside { since: now };
        }
        let again: Vec<_> = self.requests.again().collect();
        match (self.entry, here) {
            (Entry::Inside { .. }, None) => self.come_in(now),
            (Entry::Inside { .. }, Some(devices)) => {
                if devices != self.devices {
                    self.send(Request::Devices { devices: self.devices });
                }
                let stands = media && self.media.as_ref().is_some_and(MediaLine::is_answered);
                if let Some(line) = self.media.as_mut().filter(|_| !stands) {
                    line.start(now);
                }
            }
            (Entry::Outside | Entry::Gone, _) => {}
        }
        self.outputs.extend(again.into_iter().map(Output::Send));
    }

    fn terms(&self, plan: &SummitPlan) -> Terms {
        Terms {
            local: self.settings.local,
            persona: self.settings.persona.clone(),
            audio_slots: AUDIO_SLOTS,
            // The others' cameras and one document.
            video_slots: plan.seats().count().min(self.pictures_max()),
            tapped: self.tapped,
        }
    }

    fn send_as(&mut self, id: RequestId, request: Request) {
        let message = ClientMessage { id, request };
        self.requests.add(message.clone());
        if self.link.is_welcome() {
            self.outputs.push_back(Output::Send(message));
        }
    }

    fn hear_reply(&mut self, id: &RequestId, outcome: wire::Outcome, now: Instant) {
        let Some(message) = self.requests.answered(id) else { return };
        if let Some(wall) = self.clock.at(now) {
            self.sealing.hear_reply(&message.request, &outcome, now, wall);
        }
        match outcome {
            wire::Outcome::Done => {
                self.stats.done += 1;
                if let Request::Whisper { on } = message.request {
                    self.whispers = on;
                }
            }
            // Somebody else was quicker: that is how members take turns.
            wire::Outcome::Refused { why: wire::Refusal::EpochOver } => {}
            wire::Outcome::Refused { .. } => {
                self.stats.refused += 1;
                if let (Request::MediaOffer { .. }, Some(media)) = (&message.request, &mut self.media) {
                    media.handle_refusal(id, now);
                }
            }
        }
        self.notice(Noticed::Answered { id: message.id, outcome });
    }

    fn fill_slots(&mut self, slots: Vec<Slot>) {
        for Slot { mid, source, delivery } in slots {
            match delivery {
                Delivery::Paused => self.paused.insert(mid.clone()),
                Delivery::Whole | Delivery::Reduced => self.paused.remove(&mid),
            };
            match source {
                Some(source) => self.slots.insert(mid, source),
                None => self.slots.remove(&mid),
            };
        }
    }

    /// The server ends the connection: for now, or for good.
    fn part(&mut self, reason: Bye, now: Instant) {
        self.outputs.push_back(Output::Disconnect);
        match reason {
            Bye::Restart | Bye::TooSlow => self.lose_link(now),
            Bye::Ended | Bye::LinkRefused | Bye::Left | Bye::Malformed | Bye::Protocol | Bye::TakenOver => {
                self.link.end();
                self.entry = Entry::Gone;
                if let Some(media) = &mut self.media {
                    media.stop();
                }
                self.notice(Noticed::Over(reason));
            }
        }
    }

    fn notice(&mut self, noticed: Noticed) {
        self.outputs.push_back(Output::Notice(noticed));
    }
}
