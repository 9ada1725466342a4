//! The parties' offices of the summit of these tests, a member that the test drives by hand, and a delivery that lets everybody
//! into the plenary.

use std::collections::{BTreeMap, VecDeque};

use seal::group::{Commit, Device, Identity, Wishes};
use seal::invitation::Secret;
use seal::manifest::{self, Manifest};
use seal::registrar::{Invited, Registrar};
use seal::{Agreed, Certificate, Group, GroupName, SigningKey, Trust};
use serde_json::{Value, json};
use wire::{
    Bytes, CertificateRequest, ClientMessage, Denied, Envelope, GroupId, GroupView, Held, MeetingView, Newcomer,
    Outcome, PartyId, Request, SeatId, ServerMessage, SignedManifest, SummitId, WallTime,
};

use super::{WALL, plan, seat};

pub(crate) fn summit() -> SummitId {
    SummitId::new("talks").unwrap()
}

pub(crate) fn plenary() -> GroupId {
    GroupId::new("plenary").unwrap()
}

/// Fixed bytes: every test of a run has the same offices.
fn draws(first: u8) -> impl FnMut(&mut [u8]) {
    let mut next = first;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(29).wrapping_add(7);
            *byte = next;
        }
    }
}

/// The offices of both parties, which invited everybody.
pub(crate) struct Offices {
    pub(crate) manifest: SignedManifest,
    registrars: BTreeMap<PartyId, Registrar>,
    links: BTreeMap<SeatId, Invited>,
}

impl Offices {
    pub(crate) fn open() -> Self {
        let plan = plan();
        let key = |(place, party)| (party, SigningKey::from_seed([place; 32]).unwrap());
        let keys: BTreeMap<PartyId, SigningKey> = (1..).zip(plan.parties()).map(key).collect();
        let roots = keys.iter().map(|(party, key)| (party.clone(), key.public())).collect();
        let mut manifest = Manifest::new(summit(), plan.clone(), &roots, None, WallTime(WALL)).unwrap().propose();
        for (party, key) in &keys {
            let signature = manifest::sign(&manifest, party, key).unwrap();
            manifest.signatures.push(signature);
        }
        let office = |(party, key): (PartyId, SigningKey)| (party.clone(), Registrar::with_root(summit(), party, key));
        let mut registrars: BTreeMap<PartyId, Registrar> = keys.into_iter().map(office).collect();
        let until = WallTime(WALL + 86_400_000);
        let mut links = BTreeMap::new();
        for (place, (_, seat)) in (1..).zip(plan.seats()) {
            let registrar = registrars.get_mut(&plan.party_of(&seat.id).unwrap()).unwrap();
            let invited = registrar.invite(&plan, &seat.id, WallTime(WALL), until, &mut draws(place)).unwrap();
            links.insert(seat.id.clone(), invited);
        }
        Self { manifest, registrars, links }
    }

    pub(crate) fn secret(&self, seat: &SeatId) -> Secret {
        self.links[seat].secret.clone()
    }

    pub(crate) fn welcome(&self, you: &SeatId, meeting: MeetingView, now: WallTime, media: bool) -> ServerMessage {
        ServerMessage::Welcome {
            summit: summit(),
            you: you.clone(),
            plan: Box::new(plan()),
            meeting: Box::new(meeting),
            now,
            media,
            manifest: self.manifest.clone(),
            invitation: self.links[you].invitation.clone(),
            revocations: Vec::new(),
            relay: None,
        }
    }

    pub(crate) fn certify(&mut self, seat: &SeatId, request: &CertificateRequest) -> Result<Envelope, Denied> {
        let registrar = self.registrars.get_mut(&plan().party_of(seat).unwrap()).unwrap();
        registrar.answer(request, WallTime(WALL), &mut draws(99))
    }
}

/// A member that does what the test wants.
pub(crate) struct Puppet {
    pub(crate) seat: SeatId,
    device: Device,
    identity: Identity,
    trust: Trust,
    pub(crate) group: Option<Group>,
}

impl Puppet {
    pub(crate) fn new(offices: &mut Offices, name: &str) -> Self {
        let seat = seat(name);
        let first = u8::try_from(name.len()).unwrap() + name.as_bytes()[0];
        let key = SigningKey::from_seed([first; 32]).unwrap();
        let jti = offices.links[&seat].jti;
        let request = offices.secret(&seat).request(jti, key.public());
        let certificate = Certificate::read(offices.certify(&seat, &request).unwrap()).unwrap();
        let trust = Trust::new(Agreed::verify(&offices.manifest, &summit()).unwrap());
        let (device, identity) = Device::new(key, certificate, &trust, WallTime(WALL)).unwrap();
        Self { seat, device, identity, trust, group: None }
    }

    pub(crate) fn package(&self) -> Bytes {
        Bytes(self.device.key_package(&self.identity).unwrap())
    }

    pub(crate) fn newcomer(&self) -> Newcomer {
        Newcomer { seat: self.seat.clone(), package: self.package() }
    }

    pub(crate) fn group(&mut self) -> &mut Group {
        self.group.as_mut().unwrap()
    }

    pub(crate) fn join(&mut self, welcome: &Bytes) {
        let Self { device, identity, trust, .. } = self;
        let joined = Group::join(device, identity, GroupName::Plenary, welcome.as_ref(), trust, WallTime(WALL));
        self.group = Some(joined.unwrap());
    }

    /// Makes a commit for fresh keys, or that adds somebody, and goes on with it.
    pub(crate) fn commit(&mut self, adds: &[&Self]) -> Commit {
        let adds: Vec<_> = adds.iter().map(|other| other.package().0).collect();
        let wishes = Wishes { update: adds.is_empty(), adds, ..Wishes::default() };
        let trust = self.trust.clone();
        let group = self.group();
        let made = group.commit(wishes, &trust, WallTime(WALL)).unwrap();
        let staged = group.stage_pending().unwrap();
        group.merge(staged).unwrap();
        made
    }

    pub(crate) fn apply(&mut self, commit: &Bytes) {
        let trust = self.trust.clone();
        let group = self.group();
        let staged = group.stage(commit.as_ref(), &trust, WallTime(WALL)).unwrap();
        group.merge(staged).unwrap();
    }

    /// What it says for its party: the truth, or not.
    pub(crate) fn attest(&mut self, truly: bool) -> Bytes {
        let group = self.group();
        let mut said = serde_json::to_value(group.attestation()).unwrap();
        said["type"] = json!("attest");
        if !truly {
            said["roster"] = said["tree"].clone();
        }
        Bytes(group.encrypt(said.to_string().as_bytes()).unwrap())
    }

    /// What was sealed in the present epoch.
    pub(crate) fn read(&mut self, message: &Bytes) -> Value {
        serde_json::from_slice(&self.group().decrypt(message.as_ref()).unwrap().text).unwrap()
    }
}

/// The least of a delivery: everybody is let into the plenary by who came first, and everybody hears everything at once.
#[derive(Default)]
pub(crate) struct Delivery {
    epoch: Option<u64>,
    seq: u64,
    busy: bool,
    pub(crate) members: Vec<SeatId>,
    waiting: VecDeque<Newcomer>,
    log: Vec<(u64, ServerMessage)>,
    said: VecDeque<(SeatId, ServerMessage)>,
}

impl Delivery {
    pub(crate) fn poll(&mut self) -> Option<(SeatId, ServerMessage)> {
        self.said.pop_front()
    }

    fn say(&mut self, to: &SeatId, message: ServerMessage) {
        self.said.push_back((to.clone(), message));
    }

    /// Somebody wants to come in.
    pub(crate) fn wait(&mut self, newcomer: Newcomer) {
        self.waiting.push_back(newcomer);
        self.nominate();
    }

    fn nominate(&mut self) {
        if self.busy {
            return;
        }
        let Some(first) = self.waiting.front().cloned() else { return };
        let group = plenary();
        let (who, add) = match self.members.first().cloned() {
            Some(who) => (who, vec![first]),
            None => (first.seat, Vec::new()),
        };
        self.busy = true;
        self.say(&who, ServerMessage::MlsWanted { group, epoch: self.epoch, add, remove: Vec::new() });
    }

    /// Tells all members, and keeps it for who comes back.
    fn publish(&mut self, message: impl FnOnce(u64) -> ServerMessage) {
        self.seq += 1;
        let message = message(self.seq);
        self.log.push((self.seq, message.clone()));
        for seat in self.members.clone() {
            self.say(&seat, message.clone());
        }
    }

    /// A message of a group.
    pub(crate) fn write(&mut self, by: &SeatId, epoch: u64, message: Bytes) {
        let (group, by) = (plenary(), by.clone());
        self.publish(|seq| ServerMessage::MlsApp { group, seq, epoch, by, message });
    }

    /// A commit is taken.
    pub(crate) fn commit(&mut self, by: &SeatId, epoch: u64, commit: Bytes) {
        let (group, by) = (plenary(), by.clone());
        self.publish(|seq| ServerMessage::MlsCommitted { group, seq, epoch, by, commit });
        for seat in self.members.clone() {
            self.say(&seat, ServerMessage::MlsSwitch { group: plenary(), epoch: epoch + 1 });
        }
        self.epoch = Some(epoch + 1);
    }

    pub(crate) fn answer(&mut self, by: &SeatId, message: &ClientMessage) {
        self.say(by, ServerMessage::Reply { id: message.id.clone(), outcome: Outcome::Done });
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others change no group")]
        match message.request.clone() {
            Request::SealResume { held, packages, .. } => self.resume(by, &held, packages),
            Request::MlsCreate { .. } => {
                (self.epoch, self.seq, self.members) = (Some(0), 1, vec![by.clone()]);
                self.come_in(std::slice::from_ref(by));
            }
            Request::MlsCommit { epoch, commit, welcome, added, .. } => {
                self.commit(by, epoch, commit);
                for (seat, welcome) in added.iter().zip(welcome.into_iter().cycle()) {
                    let (group, seq, epoch) = (plenary(), self.seq, epoch + 1);
                    self.say(seat, ServerMessage::MlsWelcome { group, seq, epoch, welcome });
                }
                self.members.extend(added.iter().cloned());
                self.come_in(&added);
            }
            Request::MlsApp { epoch, message, .. } => self.write(by, epoch, message),
            _ => {}
        }
    }

    fn resume(&mut self, by: &SeatId, held: &[Held], mut packages: Vec<Bytes>) {
        let view = GroupView {
            group: plenary(),
            number: 0,
            epoch: self.epoch,
            seq: self.seq,
            members: self.members.clone(),
            entitled: vec![by.clone()],
        };
        self.say(by, ServerMessage::SealGroups { groups: vec![view] });
        match held.first() {
            Some(held) => {
                let missed: Vec<_> = self.log.iter().filter(|(seq, _)| *seq > held.seq).cloned().collect();
                missed.into_iter().for_each(|(_, message)| self.say(by, message));
            }
            None => self.wait(Newcomer { seat: by.clone(), package: packages.remove(0) }),
        }
    }

    fn come_in(&mut self, who: &[SeatId]) {
        self.waiting.retain(|waiting| !who.contains(&waiting.seat));
        self.busy = false;
        self.nominate();
    }
}
