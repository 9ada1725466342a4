//! The participant's part in sealing: it proves its invitation, gets its certificate, takes part in the summit's groups, and
//! seals and opens frames with their keys. `docs/protocol.md`, section Sealing, is the conversation; `circle.rs` is one
//! group.
//!
//! Nothing is believed because the server says so: names and roles come from the manifest that every party signed, members from
//! their certificates, and what the others see from the attestations of each party.

mod attesting;
mod circle;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use seal::document::InvitationId;
use seal::error::Coded as _;
use seal::frame::{Codec, Expected, Kind, Opened};
use seal::group::{Device, GroupName, GroupNumber, Identity};
use seal::invitation::Secret;
use seal::{Agreed, Certificate, Opener, Sealer, SigningKey, Trust};
use wire::{
    Bytes, Denied, Envelope, GroupId, GroupView, Held, Outcome, Request, SeatId, ServerMessage, SignedManifest,
    SourceKind, SummitId, SummitPlan, WallTime,
};

use attesting::Here;
use circle::{Circle, Means};

/// Key packages that are offered at once; each is good for one group.
const PACKAGES: usize = 8;

/// What must be done, or be known.
#[derive(Debug)]
pub(crate) enum Happened {
    /// Ask the server.
    Ask(Request),
    /// There is a certificate: the participant may be a member now.
    Admitted,
    /// There will be none.
    Barred(Barred),
    /// Something was written to a group.
    Written {
        /// To which.
        group: GroupId,
        /// By whom.
        by: SeatId,
        /// Its JSON.
        text: String,
    },
}

/// Why a participant cannot be a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Barred {
    /// The manifest is not what every party signed, or the invitation is not of a party's: the code of the rule.
    Untrusted(&'static str),
    /// The own party's registrar did not admit it.
    Denied(Denied),
}

/// Where a participant stands.
enum Stage {
    /// Not welcomed yet, or barred.
    Outside,
    /// The registrar was asked.
    Asking { trust: Box<Trust> },
    /// It has a certificate.
    Member(Box<Membership>),
}

/// What a member has.
pub(crate) struct Membership {
    pub(crate) device: Device,
    pub(crate) identity: Identity,
    pub(crate) trust: Trust,
}

/// Counts of what was sealed and opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Frames that were sealed.
    pub sealed: u64,
    /// Frames that were held back for want of a key.
    pub held_back: u64,
    /// Frames that were opened.
    pub opened: u64,
    /// Frames for whose epoch there was no key.
    pub no_key: u64,
    /// Frames of somebody else than the server said. Some are natural: the word that a slot carries another source now, and the
    /// last frames of the former one, travel by different ways.
    pub misplaced: u64,
    /// Frames that were refused: forged or repeated.
    pub refused: u64,
    /// Epochs that were gone through, in all groups.
    pub epochs: u64,
}

/// The participant's part.
pub(crate) struct Sealing {
    secret: Secret,
    key: Arc<SigningKey>,
    you: Option<SeatId>,
    stage: Stage,
    circles: BTreeMap<GroupId, Circle>,
    /// Groups that are gone, of which somebody saw another one than this device.
    apart: BTreeSet<GroupId>,
    here: Here,
    sealer: Sealer,
    opener: Opener,
    counts: Sealed,
    happened: VecDeque<Happened>,
}

/// What a welcome brings.
pub(crate) struct Papers<'a> {
    pub(crate) summit: &'a SummitId,
    pub(crate) you: &'a SeatId,
    pub(crate) manifest: &'a SignedManifest,
    pub(crate) invitation: &'a Envelope,
    pub(crate) revocations: &'a [Envelope],
}

impl Sealing {
    pub(crate) fn new(secret: Secret, key: Arc<SigningKey>) -> Self {
        Self {
            secret,
            key,
            you: None,
            stage: Stage::Outside,
            circles: BTreeMap::new(),
            apart: BTreeSet::new(),
            here: Here::new(),
            sealer: Sealer::new(),
            opener: Opener::new(),
            counts: Sealed::default(),
            happened: VecDeque::new(),
        }
    }

    /// Whether there is a certificate.
    pub(crate) fn is_admitted(&self) -> bool {
        matches!(self.stage, Stage::Member(_))
    }

    /// The plan that every party signed; none for who was not told one, or is barred.
    pub(crate) fn plan(&self) -> Option<&SummitPlan> {
        match &self.stage {
            Stage::Outside => None,
            Stage::Asking { trust } => Some(trust.agreed().plan()),
            Stage::Member(member) => Some(member.trust.agreed().plan()),
        }
    }

    pub(crate) fn counts(&self) -> Sealed {
        self.counts
    }

    /// The groups in which it is a member now, with the epoch and its authenticator: equal for those who went the same way.
    pub(crate) fn epochs(&self) -> impl Iterator<Item = (&GroupId, u64, Vec<u8>)> {
        self.circles.iter().filter_map(|(id, circle)| {
            let group = circle.group()?;
            Some((id, group.epoch(), group.epoch_authenticator().to_vec()))
        })
    }

    /// Who is a member of that group, as its certificates say.
    pub(crate) fn members(&self, group: &GroupId) -> Vec<SeatId> {
        let group = self.circles.get(group).and_then(Circle::group);
        group.into_iter().flat_map(|group| group.members().values().map(|member| member.seat.clone())).collect()
    }

    /// Whether it is a member of that group now, and not the only one; one that must rest in it is taken for a member even
    /// when the others went.
    pub(crate) fn is_among_others(&self, group: &GroupId) -> bool {
        let Some(circle) = self.circles.get(group) else { return false };
        circle.group().is_some_and(|group| group.members().len() > 1 || circle.is_apart())
    }

    /// Whether anything may leave for that group.
    pub(crate) fn sends_to(&self, group: &GroupId) -> bool {
        self.circles.get(group).is_some_and(Circle::may_send)
    }

    /// The connection stands, for the first time or again.
    pub(crate) fn be_welcomed(&mut self, papers: &Papers<'_>, now: WallTime) {
        self.you = Some(papers.you.clone());
        match self.read(papers, now) {
            Ok((trust, jti)) => {
                if let Stage::Member(member) = &mut self.stage {
                    member.trust = trust;
                    return self.resume();
                }
                self.stage = Stage::Asking { trust: Box::new(trust) };
                let request = self.secret.request(jti, self.key.public());
                self.ask(Request::CertificateRequest { request });
            }
            Err(code) => self.bar(Barred::Untrusted(code)),
        }
    }

    /// Checks everything that the parties signed.
    fn read(&self, papers: &Papers<'_>, now: WallTime) -> Result<(Trust, InvitationId), &'static str> {
        let agreed = Agreed::verify(papers.manifest, papers.summit).map_err(|error| error.code())?;
        let invitation = seal::invitation::check(papers.invitation, &agreed, now).map_err(|error| error.code())?;
        if &invitation.seat != papers.you {
            return Err("cert.seat");
        }
        let mut trust = Trust::new(agreed);
        for list in papers.revocations {
            trust.revoke(list).map_err(|error| error.code())?;
        }
        let jti = InvitationId::try_from(&invitation.jti).map_err(|_| "cert.malformed")?;
        Ok((trust, jti))
    }

    /// Says what it holds, and what it can be added with.
    fn resume(&mut self) {
        self.circles.values_mut().for_each(Circle::come_back);
        let Stage::Member(member) = &self.stage else { return };
        let certificate = member.identity.certificate().envelope().clone();
        let held = self.circles.iter().filter(|(_, circle)| circle.group().is_some());
        let held = held.map(|(group, circle)| Held { group: group.clone(), seq: circle.seq() }).collect();
        let packages = packages(member, PACKAGES);
        self.ask(Request::SealResume { certificate, held, packages });
    }

    /// The server said something. What has nothing to do with sealing is ignored.
    pub(crate) fn hear(&mut self, message: &ServerMessage, now: Instant, wall: WallTime) {
        match message {
            ServerMessage::CertificateIssued { certificate } => self.be_admitted(certificate, wall),
            ServerMessage::CertificateDenied { why } => self.bar(Barred::Denied(*why)),
            ServerMessage::CertificatesRevoked { list } => self.learn_revoked(list),
            ServerMessage::SealGroups { groups } => self.learn_groups(groups, now),
            ServerMessage::SealPackagesWanted { count } => {
                if let Stage::Member(member) = &self.stage {
                    let packages = packages(member, PACKAGES.min(usize::try_from(*count).unwrap_or(PACKAGES)));
                    self.ask(Request::SealPackages { packages });
                }
            }
            ServerMessage::MlsWanted { group, epoch, add, remove } => {
                self.in_circle(group, now, wall, |circle, means| circle.be_nominated(*epoch, add, remove, means));
            }
            ServerMessage::MlsCommitted { group, seq, epoch, by, commit } => {
                self.in_circle(group, now, wall, |circle, means| circle.hear_commit(*seq, *epoch, by, commit, means));
            }
            ServerMessage::MlsWelcome { group, seq, epoch: _, welcome } => {
                self.in_circle(group, now, wall, |circle, means| circle.be_let_in(*seq, welcome, means));
            }
            ServerMessage::MlsGroupInfo { group, seq, epoch: _, group_info } => {
                self.in_circle(group, now, wall, |circle, means| circle.join_alone(*seq, group_info, means));
            }
            ServerMessage::MlsSwitch { group, epoch } => {
                self.in_circle(group, now, wall, |circle, means| circle.switch(*epoch, means));
            }
            ServerMessage::MlsVoid { group, seq } => {
                self.in_circle(group, now, wall, |circle, means| circle.forget_commit(*seq, means));
            }
            ServerMessage::MlsApp { group, seq, epoch, by, message } => {
                self.in_circle(group, now, wall, |circle, means| circle.hear_app(*seq, *epoch, by, message, means));
            }
            ServerMessage::Welcome { .. }
            | ServerMessage::SeatTaken { .. }
            | ServerMessage::Event { .. }
            | ServerMessage::Presence { .. }
            | ServerMessage::SourceOpened { .. }
            | ServerMessage::SourceClosed { .. }
            | ServerMessage::Speaking { .. }
            | ServerMessage::Quality { .. }
            | ServerMessage::MediaAnswer { .. }
            | ServerMessage::MediaSlots { .. }
            | ServerMessage::MediaLayers { .. }
            | ServerMessage::CertificateWaiting
            | ServerMessage::Whispering { .. }
            | ServerMessage::Interpreting { .. }
            | ServerMessage::Signal { .. }
            | ServerMessage::Audience { .. }
            | ServerMessage::SealSuspect { .. }
            | ServerMessage::Reply { .. }
            | ServerMessage::Pong { .. }
            | ServerMessage::Bye { .. } => {}
        }
    }

    /// Who is here now: they are expected to say what they see.
    pub(crate) fn set_here(&mut self, seats: &BTreeSet<&SeatId>, now: Instant) {
        self.here.retain(|seat, _| seats.contains(seat));
        for &seat in seats {
            self.here.entry(seat.clone()).or_insert(now);
        }
    }

    /// What became of a request of this part.
    pub(crate) fn hear_reply(&mut self, request: &Request, outcome: &Outcome, now: Instant, wall: WallTime) {
        let done = *outcome == Outcome::Done;
        if let Request::MlsCreate { group, group_info } = request {
            self.in_circle(group, now, wall, |circle, means| circle.was_created(done, group_info, means));
        } else if let (Request::MlsCommit { group, commit, .. }, false) = (request, done) {
            self.in_circle(group, now, wall, |circle, _| circle.lose_race(commit));
        } else if let (Request::MlsExternal { group, commit, .. }, false) = (request, done) {
            self.in_circle(group, now, wall, |circle, means| circle.was_kept_out(commit, means));
        } else if let (Request::MlsApp { group, epoch, .. }, false) = (request, done)
            && let Some(circle) = self.circles.get_mut(group)
        {
            circle.was_refused(*epoch, now);
        }
    }

    /// Writes to a group.
    pub(crate) fn write(&mut self, group: &GroupId, text: &str) -> bool {
        let circle = self.circles.get_mut(group);
        let sealed = circle.and_then(|circle| circle.write(text.as_bytes()));
        let Some((epoch, message)) = sealed else { return false };
        self.ask(Request::MlsApp { group: group.clone(), epoch, message });
        true
    }

    /// Seals a frame for a group; nothing where there is no key: it must not leave then.
    pub(crate) fn seal(&mut self, group: &GroupId, kind: SourceKind, frame: &[u8]) -> Option<Vec<u8>> {
        let codec = if kind.is_video() { Codec::Vp8 } else { Codec::Opus };
        let number = self.circles.get(group).filter(|circle| circle.may_send()).and_then(Circle::number);
        let sealed = number.and_then(|number| self.sealer.seal(number, kind_of(kind), codec, frame).ok());
        match sealed {
            Some(_) => self.counts.sealed += 1,
            None => self.counts.held_back += 1,
        }
        sealed
    }

    /// Opens a frame that the server attributes to a source of `seat`.
    pub(crate) fn open(&mut self, seat: &SeatId, kind: SourceKind, bytes: &[u8], now: Instant) -> Option<Vec<u8>> {
        let codec = if kind.is_video() { Codec::Vp8 } else { Codec::Opus };
        match self.opener.open(Expected { seat, kind: kind_of(kind) }, codec, bytes, now) {
            Ok(Opened::Frame { frame, .. }) => {
                self.counts.opened += 1;
                Some(frame)
            }
            Ok(Opened::Probe) => None,
            Err(seal::error::FrameError::NoKey) => {
                self.counts.no_key += 1;
                None
            }
            Err(seal::error::FrameError::WrongSender) => {
                self.counts.misplaced += 1;
                None
            }
            Err(_) => {
                self.counts.refused += 1;
                None
            }
        }
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.opener.handle_timeout(now);
        let Stage::Member(member) = &self.stage else { return };
        let asked = self.circles.values_mut().filter_map(|circle| circle.handle_timeout(member, &self.here, now));
        self.happened.extend(asked.map(Happened::Ask));
    }

    /// When to call [`Sealing::handle_timeout`] if nothing else happens.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.circles
            .values()
            .filter(|_| self.is_admitted())
            .filter_map(|circle| circle.poll_timeout(&self.here))
            .chain(self.opener.poll_timeout())
            .min()
    }

    /// What happened; call until `None`.
    pub(crate) fn poll(&mut self) -> Option<Happened> {
        self.happened.pop_front()
    }

    fn ask(&mut self, request: Request) {
        self.happened.push_back(Happened::Ask(request));
    }

    fn bar(&mut self, why: Barred) {
        self.stage = Stage::Outside;
        self.happened.push_back(Happened::Barred(why));
    }

    fn be_admitted(&mut self, certificate: &Envelope, now: WallTime) {
        let Stage::Asking { trust } = &self.stage else { return };
        let admit = || {
            let certificate = Certificate::read(certificate.clone()).map_err(|error| error.code())?;
            // The key of a device lives as long as any of its groups.
            let key = SigningKey::from_seed(*self.key.seed()).map_err(|_| "cert.key_mismatch")?;
            Device::new(key, certificate, trust, now).map_err(|error| error.code())
        };
        let admitted = admit();
        match admitted {
            Ok((device, identity)) => {
                let trust = (**trust).clone();
                self.stage = Stage::Member(Box::new(Membership { device, identity, trust }));
                self.happened.push_back(Happened::Admitted);
                self.resume();
            }
            Err(code) => self.bar(Barred::Untrusted(code)),
        }
    }

    fn learn_revoked(&mut self, list: &Envelope) {
        let trust = match &mut self.stage {
            Stage::Outside => return,
            Stage::Asking { trust } => trust,
            Stage::Member(member) => &mut member.trust,
        };
        // A list that is no party's says nothing: its sender can at most hold back the right one.
        if let Err(error) = trust.revoke(list) {
            tracing::warn!(code = error.code(), "a revocation list is of no use");
        }
    }

    /// Circles come and go as the server says; who is in them, it does not say.
    fn learn_groups(&mut self, groups: &[GroupView], now: Instant) {
        let Stage::Member(member) = &self.stage else { return };
        for view in groups {
            let Some(name) = GroupName::of(&view.group) else { continue };
            let Ok(number) = name.number(member.trust.agreed(), Some(view.number)) else { continue };
            self.circles.entry(view.group.clone()).or_insert_with(|| {
                Circle::new(view.group.clone(), name, number, self.apart.contains(&view.group), now)
            });
        }
        let (opener, sealer, apart) = (&mut self.opener, &mut self.sealer, &mut self.apart);
        self.circles.retain(|id, circle| {
            let stays = groups.iter().any(|view| view.group == *id);
            if let (false, Some(number)) = (stays, circle.number()) {
                opener.retire(number);
                sealer.retire(number);
                // A group that the server takes away and brings again is not believed any more than before.
                apart.extend(circle.is_apart().then(|| id.clone()));
            }
            stays
        });
    }

    fn in_circle(
        &mut self,
        group: &GroupId,
        now: Instant,
        wall: WallTime,
        step: impl FnOnce(&mut Circle, &mut Means<'_>),
    ) {
        let (Stage::Member(member), Some(circle), Some(you)) =
            (&self.stage, self.circles.get_mut(group), self.you.as_ref())
        else {
            return;
        };
        let Self { sealer, opener, happened, counts, .. } = self;
        step(circle, &mut Means { member, you, sealer, opener, happened, counts, now, wall });
    }
}

fn packages(member: &Membership, count: usize) -> Vec<Bytes> {
    let package = |_| member.device.key_package(&member.identity).ok().map(Bytes);
    (0..count).filter_map(package).collect()
}

fn kind_of(kind: SourceKind) -> Kind {
    match kind {
        SourceKind::Microphone => Kind::Microphone,
        SourceKind::Camera => Kind::Camera,
        SourceKind::Screen => Kind::Screen,
        SourceKind::ScreenAudio => Kind::ScreenAudio,
    }
}

/// The number of a group, where keys are looked up.
pub(crate) type Number = GroupNumber;
