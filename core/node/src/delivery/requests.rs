//! What a device asks of the delivery service.

use wire::{
    Bytes, Envelope, GroupBody, GroupEntry, GroupId, Held, MLS_BYTES_MAX, Refusal, Request, RequestId, SeatId,
    ServerMessage, WallTime,
};

use super::Delivery;
use super::group::Group;
use super::header::{Header, Sender};
use super::people;
use crate::ConnectionId;

/// Groups that a device may say it holds: more than a summit has for one seat.
const HELD_MAX: usize = 512;

/// Key packages in one message; those beyond are not looked at.
const PACKAGES_MAX: usize = 20;

/// Who asks.
pub(crate) struct Asker<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) seat: &'a SeatId,
    pub(crate) request: &'a RequestId,
    pub(crate) at: WallTime,
}

/// When it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// At once.
    Now,
    /// When it is stored.
    Later,
}

/// A commit as it comes, by a member or by somebody who joins by it.
struct Commit {
    epoch: u64,
    commit: Bytes,
    welcome: Option<Bytes>,
    group_info: Bytes,
    added: Vec<SeatId>,
    removed: Vec<SeatId>,
}

impl Delivery {
    /// Carries out what a device asks. `withdrawn` says whether a certificate's number is on its party's list.
    pub(crate) fn request(
        &mut self,
        asker: &Asker<'_>,
        request: Request,
        withdrawn: impl Fn(&Bytes) -> bool,
    ) -> Result<Answer, Refusal> {
        if self.done.contains(asker.request) {
            return Ok(Answer::Now);
        }
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.carries(asker.request)) {
            waiting.asked_by = Some(asker.connection);
            return Ok(Answer::Later);
        }
        match request {
            Request::SealResume { certificate, held, packages } => {
                self.resume(asker, &certificate, held, packages, withdrawn)?;
            }
            Request::SealPackages { packages } => {
                let packages = checked(packages)?;
                let person = self.people.get_mut(asker.seat).filter(|person| person.listens());
                person.ok_or(Refusal::NotHere)?.offer(packages);
            }
            Request::MlsCreate { group, group_info } => return self.create(asker, &group, group_info),
            Request::MlsCommit { group, epoch, commit, welcome, group_info, added, removed } => {
                let commit = Commit { epoch, commit, welcome, group_info, added, removed };
                return self.commit(asker, &group, commit);
            }
            Request::MlsExternal { group, epoch, commit, group_info } => {
                return self.join(asker, &group, epoch, commit, group_info);
            }
            Request::MlsApplied { group, seq, leaf } => {
                if !self.of_member(asker, &group)?.applied(asker.seat, seq, leaf) {
                    return Err(Refusal::Malformed);
                }
            }
            Request::MlsRefused { group, seq, .. } => self.of_entitled(asker, &group)?.refused(asker.seat, seq),
            Request::MlsResync { group, package } => {
                check_size(&package)?;
                self.of_entitled(asker, &group)?.renew(asker.seat);
                if let Some(person) = self.people.get_mut(asker.seat) {
                    person.offer_first(package);
                }
            }
            Request::MlsApp { group, epoch, message } => return self.app(asker, &group, epoch, message),
            Request::Hello { .. }
            | Request::Ping { .. }
            | Request::Enter { .. }
            | Request::Leave
            | Request::Devices { .. }
            | Request::Ready { .. }
            | Request::RaiseHand
            | Request::LowerHand { .. }
            | Request::GiveFloor { .. }
            | Request::YieldFloor
            | Request::OpenAgenda { .. }
            | Request::End
            | Request::MediaOffer { .. }
            | Request::MediaWant { .. }
            | Request::MediaPublish { .. }
            | Request::Quality { .. }
            | Request::CertificateRequest { .. }
            | Request::Whisper { .. }
            | Request::OpenCaucus { .. }
            | Request::EnterCaucus { .. }
            | Request::LeaveCaucus
            | Request::AssignInterpreter { .. }
            | Request::BoothMicrophone { .. }
            | Request::BoothOutgoing { .. }
            | Request::BoothRelay { .. }
            | Request::HandOver { .. }
            | Request::AcceptHandover
            | Request::EndHandover
            | Request::SuspendBooth { .. }
            | Request::ResumeBooth { .. }
            | Request::Signal { .. }
            | Request::SetChannel { .. }
            | Request::Listen { .. }
            | Request::SetInterpretationMode { .. }
            | Request::PassTurn { .. }
            | Request::Speak { .. }
            | Request::OpenPair { .. } => return Err(Refusal::Malformed),
        }
        Ok(Answer::Now)
    }

    /// A device says what it holds: it gets what it lacks, and is brought into what it does not hold.
    fn resume(
        &mut self,
        asker: &Asker<'_>,
        certificate: &Envelope,
        held: Vec<Held>,
        packages: Vec<Bytes>,
        withdrawn: impl Fn(&Bytes) -> bool,
    ) -> Result<(), Refusal> {
        let seat = asker.seat;
        let certificate = people::certificate(&certificate.payload).ok_or(Refusal::Malformed)?;
        if certificate.seat != *seat || held.len() > HELD_MAX {
            return Err(Refusal::Malformed);
        }
        let revoked = withdrawn(&certificate.serial);
        self.people.resume(seat, certificate.serial, revoked, checked(packages)?);
        self.groups.values_mut().for_each(|group| group.renew(seat));
        self.forget_told(seat);
        self.tell_groups();
        for Held { group, seq } in held {
            let Some(group) = self.groups.get_mut(&group).filter(|group| group.entitled.contains(seat)) else {
                continue;
            };
            let Some(lacks) = group.hold_from(seat, seq) else { continue };
            let is_commit = |entry: &GroupEntry| matches!(entry.body, GroupBody::Commit { .. });
            // The word to seal with the keys it has may have been lost with the connection.
            if let (false, Some(epoch)) = (lacks.iter().any(is_commit), group.sealed_epoch()) {
                self.said.to(seat, ServerMessage::MlsSwitch { group: group.id.clone(), epoch });
            }
            for entry in lacks {
                let waits = group.waits_for(entry.seq);
                replay(entry, waits).into_iter().for_each(|message| self.said.to(seat, message));
            }
        }
        Ok(())
    }

    fn create(&mut self, asker: &Asker<'_>, group: &GroupId, group_info: Bytes) -> Result<Answer, Refusal> {
        check_size(&group_info)?;
        let group = self.of_entitled(asker, group)?;
        if !group.may_create(asker.seat) {
            return Err(Refusal::EpochOver);
        }
        let (id, body) = (group.id.clone(), GroupBody::Created { number: group.number, group_info });
        self.take(asker, &id, body)
    }

    fn commit(&mut self, asker: &Asker<'_>, group: &GroupId, commit: Commit) -> Result<Answer, Refusal> {
        let Commit { epoch, commit, welcome, group_info, added, removed } = commit;
        [Some(&commit), welcome.as_ref(), Some(&group_info)].into_iter().flatten().try_for_each(check_size)?;
        let group = self.of_member(asker, group)?.id.clone();
        let sender = self.check_header(&group, epoch, &commit)?;
        let known = self.group(&group)?;
        let is_own = |leaf: u32| known.leaf(asker.seat).is_none_or(|own| own == leaf);
        let Sender::Member(leaf) = sender else { return Err(Refusal::Malformed) };
        if !is_own(leaf) || welcome.is_some() == added.is_empty() {
            return Err(Refusal::Malformed);
        }
        if !known.may_commit(asker.seat, epoch, &added, &removed) {
            return Err(Refusal::EpochOver);
        }
        // One that is added as well changes its leaf, whether or not it is named twice.
        let mut removed = removed;
        removed.extend(
            added
                .iter()
                .filter(|seat| known.log.is_member(seat) && !removed.contains(seat))
                .cloned()
                .collect::<Vec<_>>(),
        );
        self.take(asker, &group, GroupBody::Commit { epoch, commit, welcome, group_info, added, removed })
    }

    fn join(
        &mut self,
        asker: &Asker<'_>,
        group: &GroupId,
        epoch: u64,
        commit: Bytes,
        group_info: Bytes,
    ) -> Result<Answer, Refusal> {
        [&commit, &group_info].into_iter().try_for_each(check_size)?;
        let group = self.of_entitled(asker, group)?.id.clone();
        if self.check_header(&group, epoch, &commit)? != Sender::Newcomer {
            return Err(Refusal::Malformed);
        }
        let known = self.group(&group)?;
        if !known.may_join(asker.seat, epoch) {
            return Err(Refusal::EpochOver);
        }
        let added = vec![asker.seat.clone()];
        let removed = if known.log.is_member(asker.seat) { added.clone() } else { Vec::new() };
        self.take(asker, &group, GroupBody::Commit { epoch, commit, welcome: None, group_info, added, removed })
    }

    fn app(&mut self, asker: &Asker<'_>, group: &GroupId, epoch: u64, message: Bytes) -> Result<Answer, Refusal> {
        check_size(&message)?;
        let group = self.of_member(asker, group)?;
        let present = group.log.epoch().unwrap_or_default();
        if epoch > present || epoch + 1 < present {
            return Err(Refusal::EpochOver);
        }
        let id = group.id.clone();
        self.enter(asker, &id, GroupBody::App { epoch, message })
    }

    /// A change of a group is taken: no other one is until it is stored.
    fn take(&mut self, asker: &Asker<'_>, group: &GroupId, body: GroupBody) -> Result<Answer, Refusal> {
        let answer = self.enter(asker, group, body)?;
        if let Some(group) = self.groups.get_mut(group) {
            group.take();
        }
        Ok(answer)
    }

    fn enter(&mut self, asker: &Asker<'_>, group: &GroupId, body: GroupBody) -> Result<Answer, Refusal> {
        if self.is_blocked() {
            return Err(Refusal::NotRecorded);
        }
        let seq = self.next_seq(self.group(group)?);
        let (by, request) = (asker.seat.clone(), Some(asker.request.clone()));
        let entry = GroupEntry { group: group.clone(), seq, at: asker.at, by, request, body };
        self.store(entry, Some(asker.connection));
        Ok(Answer::Later)
    }

    // ---- checks

    fn group(&self, group: &GroupId) -> Result<&Group, Refusal> {
        self.groups.get(group).ok_or(Refusal::NotCalled)
    }

    /// The group, for somebody who may be in it and said what it holds.
    fn of_entitled(&mut self, asker: &Asker<'_>, group: &GroupId) -> Result<&mut Group, Refusal> {
        let group = self.groups.get_mut(group).filter(|group| group.entitled.contains(asker.seat));
        let group = group.ok_or(Refusal::NotCalled)?;
        if self.people.listens(asker.seat) { Ok(group) } else { Err(Refusal::NotHere) }
    }

    /// The group, for a member.
    fn of_member(&mut self, asker: &Asker<'_>, group: &GroupId) -> Result<&mut Group, Refusal> {
        let group = self.of_entitled(asker, group)?;
        if group.log.is_member(asker.seat) { Ok(group) } else { Err(Refusal::NotCalled) }
    }

    /// Who made a commit, as its header says; it must be of that group and end that epoch.
    fn check_header(&self, group: &GroupId, epoch: u64, commit: &Bytes) -> Result<Sender, Refusal> {
        let header = Header::read(commit.as_ref()).ok_or(Refusal::Malformed)?;
        let name = format!("sommet/1/{}/{group}", self.summit);
        let fits = header.group == name.as_bytes() && header.epoch == epoch;
        fits.then_some(header.sender).ok_or(Refusal::Malformed)
    }
}

/// What a device is told of an entry that it lacks.
fn replay(entry: GroupEntry, waits: bool) -> Vec<ServerMessage> {
    let GroupEntry { group, seq, by, body, .. } = entry;
    match body {
        GroupBody::Created { .. } => Vec::new(),
        GroupBody::Commit { epoch, commit, .. } => {
            let switch = ServerMessage::MlsSwitch { group: group.clone(), epoch: epoch + 1 };
            let committed = ServerMessage::MlsCommitted { group, seq, epoch, by, commit };
            if waits { vec![committed] } else { vec![committed, switch] }
        }
        GroupBody::Void { commit } => vec![ServerMessage::MlsVoid { group, seq: commit }],
        GroupBody::App { epoch, message } => vec![ServerMessage::MlsApp { group, seq, epoch, by, message }],
    }
}

fn check_size(bytes: &Bytes) -> Result<(), Refusal> {
    if bytes.0.len() <= MLS_BYTES_MAX { Ok(()) } else { Err(Refusal::Malformed) }
}

fn checked(mut packages: Vec<Bytes>) -> Result<Vec<Bytes>, Refusal> {
    packages.iter().try_for_each(check_size)?;
    packages.truncate(PACKAGES_MAX);
    Ok(packages)
}
