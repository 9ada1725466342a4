//! One group, as this participant goes through it: outside, on the way in, inside, between two epochs.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use seal::error::{Coded as _, GroupError};
use seal::group::{Group, GroupName, Wishes};
use seal::{Opener, Sealer};
use wire::{Bytes, GroupId, Newcomer, Request, SeatId, WallTime};

use super::attesting::{Attesting, Here, Standing};
use super::{Happened, Membership, Number, Sealed};

/// Messages of an epoch to come that are kept until it comes; the oldest goes first. They can only be of the next epoch,
/// while the own commit waits for the server's word, which is a moment.
const EARLY_MAX: usize = 64;

/// Who is outside of a group in which it is spoken to is let in within this time, or asks for it.
const STRANDED_MAX: Duration = Duration::from_secs(5);

/// What a step in a circle may use.
pub(super) struct Means<'a> {
    pub(super) member: &'a Membership,
    pub(super) you: &'a SeatId,
    pub(super) sealer: &'a mut Sealer,
    pub(super) opener: &'a mut Opener,
    pub(super) happened: &'a mut VecDeque<Happened>,
    pub(super) counts: &'a mut Sealed,
    pub(super) now: Instant,
    pub(super) wall: WallTime,
}

impl Means<'_> {
    fn ask(&mut self, request: Request) {
        self.happened.push_back(Happened::Ask(request));
    }
}

/// Where the participant is.
enum State {
    /// Not in it.
    Outside,
    /// Made it, or joined it alone, and waits for the server's word on what it sent: the GroupInfo of the one it made, or the
    /// commit by which it joined.
    Entering(Box<Group>, Bytes),
    /// A member.
    Inside(Box<Group>),
}

/// What became of the commit that this member made for the epoch after the present one.
enum OwnCommit {
    /// There is none.
    None,
    /// It was sent, and the server has not said yet whether it is the one.
    Asked(Bytes),
    /// It was sent on a connection that is gone. The log will tell if it came through; if it did not, there will be another
    /// nomination.
    Adrift(Bytes),
    /// It was taken at that place of the log, and is applied when the server says so.
    Taken(u64),
}

impl OwnCommit {
    fn is(&self, bytes: &Bytes) -> bool {
        match self {
            Self::Asked(own) | Self::Adrift(own) => own == bytes,
            Self::None | Self::Taken(_) => false,
        }
    }

    fn taken(&self) -> Option<u64> {
        match self {
            Self::Taken(seq) => Some(*seq),
            Self::None | Self::Asked(_) | Self::Adrift(_) => None,
        }
    }
}

/// One group.
pub(super) struct Circle {
    id: GroupId,
    name: GroupName,
    number: Number,
    seq: u64,
    /// The place of the commit that began the present epoch.
    entered: u64,
    state: State,
    own: OwnCommit,
    /// Since when it is outside of a group in which it is spoken to: the server takes it for a member that needs no help.
    stranded: Option<Instant>,
    early: VecDeque<(u64, u64, SeatId, Bytes)>,
    attesting: Attesting,
}

impl Circle {
    pub(super) fn new(id: GroupId, name: GroupName, number: Number, apart: bool, now: Instant) -> Self {
        let state = State::Outside;
        Self {
            id,
            name,
            number,
            seq: 0,
            entered: 0,
            state,
            own: OwnCommit::None,
            stranded: None,
            early: VecDeque::new(),
            attesting: Attesting::new(apart, now),
        }
    }

    pub(super) fn group(&self) -> Option<&Group> {
        match &self.state {
            State::Inside(group) => Some(group),
            State::Outside | State::Entering(..) => None,
        }
    }

    pub(super) fn number(&self) -> Option<Number> {
        Some(self.number)
    }

    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    /// Whether somebody ever saw another group of this name.
    pub(super) fn is_apart(&self) -> bool {
        self.attesting.mismatch()
    }

    /// Whether media may be sent here: all parties see what this device sees, or had no time to say so yet.
    pub(super) fn may_send(&self) -> bool {
        self.group().is_some() && self.attesting.standing() != Standing::Apart
    }

    /// Time has passed: what is to be asked, if anything.
    pub(super) fn handle_timeout(&mut self, member: &Membership, here: &Here, now: Instant) -> Option<Request> {
        if self.stranded.is_some_and(|since| now >= since + STRANDED_MAX) {
            return self.ask_anew(member);
        }
        self.attesting.handle_timeout(here, now);
        self.attest(now)
    }

    /// The server did not take a message of that epoch. What people wrote they write again if they like; what this device has to
    /// say itself must be said.
    pub(super) fn was_refused(&mut self, epoch: u64, now: Instant) {
        if self.group().is_some_and(|group| group.epoch() == epoch) {
            self.attesting.was_refused(now);
        }
    }

    /// What this device sees, if it is its turn to say so.
    fn attest(&mut self, now: Instant) -> Option<Request> {
        let State::Inside(group) = &mut self.state else { return None };
        let text = self.attesting.speak(group, now)?;
        let message = Bytes(group.encrypt(text.as_bytes()).ok()?);
        Some(Request::MlsApp { group: self.id.clone(), epoch: group.epoch(), message })
    }

    pub(super) fn poll_timeout(&self, here: &Here) -> Option<Instant> {
        let attests = self.group().and_then(|_| self.attesting.poll_timeout(here));
        attests.into_iter().chain(self.stranded.map(|since| since + STRANDED_MAX)).min()
    }

    /// It is this member's turn.
    pub(super) fn be_nominated(
        &mut self,
        epoch: Option<u64>,
        add: &[Newcomer],
        remove: &[SeatId],
        means: &mut Means<'_>,
    ) {
        match (epoch, &mut self.state) {
            // It is made already, and the server has not said yet whether it is the one.
            (None, State::Entering(group, _)) if group.epoch() == 0 => {}
            (None, State::Outside | State::Entering(..)) => self.create(means),
            (Some(epoch), State::Inside(group)) if group.epoch() == epoch => {
                match self.own {
                    OwnCommit::None => {}
                    OwnCommit::Adrift(_) => self.forget_own(),
                    // The first nomination was answered; the one that came after it crossed the answer on the way.
                    OwnCommit::Asked(_) | OwnCommit::Taken(_) => return,
                }
                let State::Inside(group) = &mut self.state else { return };
                let wishes = wishes(group, add, remove, means);
                match group.commit(wishes, &means.member.trust, means.wall) {
                    Ok(made) => {
                        let commit = Bytes(made.commit);
                        self.own = OwnCommit::Asked(commit.clone());
                        means.ask(Request::MlsCommit {
                            group: self.id.clone(),
                            epoch: made.epoch,
                            commit,
                            welcome: made.welcome.map(Bytes),
                            group_info: Bytes(made.group_info),
                            added: add.iter().map(|newcomer| newcomer.seat.clone()).collect(),
                            removed: remove.to_vec(),
                        });
                    }
                    // Somebody else is asked in two seconds.
                    Err(error) => tracing::warn!(code = error.code(), "no commit can be made"),
                }
            }
            (None | Some(_), State::Outside | State::Entering(..) | State::Inside(_)) => {}
        }
    }

    fn create(&mut self, means: &mut Means<'_>) {
        let Membership { device, identity, trust } = means.member;
        let made = Group::create(device, identity, self.name.clone(), trust)
            .and_then(|group| Ok((group.group_info()?, group)));
        match made {
            Ok((group_info, group)) => {
                let group_info = Bytes(group_info);
                self.stranded = None;
                self.state = State::Entering(Box::new(group), group_info.clone());
                means.ask(Request::MlsCreate { group: self.id.clone(), group_info });
            }
            Err(error) => tracing::warn!(code = error.code(), "no group can be made"),
        }
    }

    /// The server took the group that was made here with that GroupInfo, or there was one already.
    pub(super) fn was_created(&mut self, done: bool, group_info: &Bytes, means: &mut Means<'_>) {
        // Who was let in by another one meanwhile, or came in alone, is in an epoch that others made.
        if !self.is_entering_by(group_info) {
            return;
        }
        if let State::Entering(group, _) = std::mem::replace(&mut self.state, State::Outside)
            && done
        {
            // Its creation is the first entry of its log.
            self.seq = self.seq.max(1);
            self.state = State::Inside(group);
            self.stranded = None;
            self.begin_epoch(means);
            self.seal_from_now(means);
        }
    }

    /// A commit was taken.
    pub(super) fn hear_commit(&mut self, seq: u64, epoch: u64, by: &SeatId, commit: &Bytes, means: &mut Means<'_>) {
        if by == means.you && self.is_entering_by(commit) {
            return self.be_inside(seq, means);
        }
        self.note_stranded(means.now);
        let State::Inside(group) = &mut self.state else { return };
        if seq <= self.seq || group.epoch() > epoch {
            return;
        }
        if group.epoch() < epoch {
            // The own commit was taken, and the server's word to apply it got lost.
            self.catch_up(means);
        }
        let State::Inside(group) = &mut self.state else { return };
        if by == means.you && self.own.is(commit) && group.epoch() == epoch {
            self.own = OwnCommit::Taken(seq);
            let leaf = group.own_leaf();
            return means.ask(Request::MlsApplied { group: self.id.clone(), seq, leaf });
        }
        let Membership { trust, .. } = means.member;
        let staged = group.stage(commit.as_ref(), trust, means.wall);
        match staged.and_then(|staged| group.merge(staged)) {
            Ok(_) => {
                (self.seq, self.entered) = (seq, seq);
                self.own = OwnCommit::None;
                if group.is_active() {
                    let leaf = group.own_leaf();
                    means.ask(Request::MlsApplied { group: self.id.clone(), seq, leaf });
                    self.begin_epoch(means);
                } else {
                    self.go_out(means);
                }
            }
            Err(GroupError::EpochOld) => {}
            Err(error) => {
                self.seq = seq;
                let why = error.code().to_owned();
                means.ask(Request::MlsRefused { group: self.id.clone(), seq, why });
            }
        }
    }

    /// A member let this device in.
    pub(super) fn be_let_in(&mut self, seq: u64, welcome: &Bytes, means: &mut Means<'_>) {
        let Membership { device, identity, trust } = means.member;
        // At most one group of a name may be alive.
        (self.state, self.own) = (State::Outside, OwnCommit::None);
        let joined = Group::join(device, identity, self.name.clone(), welcome.as_ref(), trust, means.wall);
        match joined {
            Ok(group) => {
                self.state = State::Entering(Box::new(group), Bytes::default());
                self.be_inside(seq, means);
            }
            Err(error) => {
                tracing::warn!(code = error.code(), "a Welcome is of no use");
                self.start_again(means);
            }
        }
    }

    /// Nobody is there to let this device in.
    pub(super) fn join_alone(&mut self, seq: u64, group_info: &Bytes, means: &mut Means<'_>) {
        let Membership { device, identity, trust } = means.member;
        (self.state, self.own) = (State::Outside, OwnCommit::None);
        let info = group_info.as_ref();
        match Group::join_external(device, identity, self.name.clone(), info, trust, means.wall) {
            Ok((group, made)) => {
                self.seq = seq;
                let commit = Bytes(made.commit);
                self.stranded = None;
                self.state = State::Entering(Box::new(group), commit.clone());
                means.ask(Request::MlsExternal {
                    group: self.id.clone(),
                    epoch: made.epoch,
                    commit,
                    group_info: Bytes(made.group_info),
                });
            }
            // With nobody there to help, the group begins anew.
            Err(error) => {
                let why = error.code().to_owned();
                means.ask(Request::MlsRefused { group: self.id.clone(), seq, why });
            }
        }
    }

    /// Whether it waits for the server's word on what it sent with these bytes.
    fn is_entering_by(&self, bytes: &Bytes) -> bool {
        matches!(&self.state, State::Entering(_, sent) if sent == bytes)
    }

    /// The commit by which it would have joined alone was not taken.
    pub(super) fn was_kept_out(&mut self, commit: &Bytes, means: &mut Means<'_>) {
        // Another member may have let it in meanwhile.
        if self.is_entering_by(commit) {
            self.start_again(means);
        }
    }

    fn be_inside(&mut self, seq: u64, means: &mut Means<'_>) {
        let State::Entering(group, _) = std::mem::replace(&mut self.state, State::Outside) else { return };
        (self.seq, self.entered) = (seq, seq);
        self.own = OwnCommit::None;
        self.stranded = None;
        let leaf = group.own_leaf();
        self.state = State::Inside(group);
        means.ask(Request::MlsApplied { group: self.id.clone(), seq, leaf });
        self.begin_epoch(means);
        // The others have these keys, or keep what they cannot open yet for a moment.
        self.seal_from_now(means);
    }

    /// Everybody seals with the keys of that epoch from now on.
    pub(super) fn switch(&mut self, epoch: u64, means: &mut Means<'_>) {
        self.note_stranded(means.now);
        if self.group().is_some_and(|group| group.epoch() + 1 == epoch) && self.own.taken().is_some() {
            self.catch_up(means);
        }
        match self.group().map(Group::epoch) {
            Some(own) if own == epoch => {
                // What would have followed was taken after this was said for the first time, so it was void since.
                if self.own.taken().is_some() {
                    self.forget_own();
                }
                self.seal_from_now(means);
            }
            // What this device could not apply, the others did.
            Some(own) if own < epoch => self.start_again(means),
            Some(_) | None => {}
        }
    }

    /// A commit is void.
    pub(super) fn forget_commit(&mut self, seq: u64, means: &mut Means<'_>) {
        if self.own.taken() == Some(seq) {
            self.seq = seq;
        }
        self.forget_own();
        // Who is in the epoch that never was, by that commit or its Welcome, cannot go back.
        let is_in_it = self.group().is_some() && self.entered == seq;
        if is_in_it || matches!(self.state, State::Entering(..)) {
            self.start_again(means);
        }
    }

    /// Another commit was taken instead of that own one; there may be a newer one since.
    pub(super) fn lose_race(&mut self, commit: &Bytes) {
        if self.own.is(commit) {
            self.forget_own();
        }
    }

    fn forget_own(&mut self) {
        self.own = OwnCommit::None;
        if let State::Inside(group) = &mut self.state
            && group.has_pending()
            && let Err(error) = group.clear_pending()
        {
            tracing::warn!(code = error.code(), "a commit cannot be forgotten");
        }
    }

    /// Another connection stands. What was asked for on the former one may not have come through.
    pub(super) fn come_back(&mut self) {
        self.own = match std::mem::replace(&mut self.own, OwnCommit::None) {
            OwnCommit::Asked(commit) => OwnCommit::Adrift(commit),
            other @ (OwnCommit::None | OwnCommit::Adrift(_) | OwnCommit::Taken(_)) => other,
        };
        self.stranded = None;
        // A group that was made is begun anew if nobody answers for it.
        if matches!(&self.state, State::Entering(group, _) if group.epoch() == 0) {
            self.state = State::Outside;
        }
    }

    /// The state is of no use: come in anew.
    pub(super) fn start_again(&mut self, means: &mut Means<'_>) {
        self.state = State::Outside;
        self.own = OwnCommit::None;
        means.sealer.retire(self.number);
        if let Some(request) = self.ask_anew(means.member) {
            means.ask(request);
        }
    }

    fn ask_anew(&mut self, member: &Membership) -> Option<Request> {
        self.stranded = None;
        let package = member.device.key_package(&member.identity).ok()?;
        Some(Request::MlsResync { group: self.id.clone(), package: Bytes(package) })
    }

    fn note_stranded(&mut self, now: Instant) {
        if matches!(self.state, State::Outside) {
            self.stranded.get_or_insert(now);
        }
    }

    /// Something was written.
    pub(super) fn hear_app(&mut self, seq: u64, epoch: u64, by: &SeatId, message: &Bytes, means: &mut Means<'_>) {
        self.note_stranded(means.now);
        let State::Inside(group) = &mut self.state else { return };
        if seq <= self.seq {
            return;
        }
        if epoch > group.epoch() {
            if self.early.len() == EARLY_MAX {
                self.early.pop_front();
            }
            return self.early.push_back((seq, epoch, by.clone(), message.clone()));
        }
        // While the own commit waits, its place in the log must be asked for again after a loss.
        if self.own.taken().is_none() {
            self.seq = seq;
        }
        if by == means.you {
            return;
        }
        match group.decrypt(message.as_ref()) {
            Ok(received) if received.member.seat == *by => match self.attesting.read(&received, group) {
                true => {}
                false => means.happened.push_back(Happened::Written {
                    group: self.id.clone(),
                    by: by.clone(),
                    text: String::from_utf8_lossy(&received.text).into_owned(),
                }),
            },
            Ok(_) => tracing::warn!("the server names another author than the seal"),
            // What was written before this device came in is not for it.
            Err(error) => tracing::debug!(code = error.code(), "a message cannot be read"),
        }
    }

    /// Seals a text.
    pub(super) fn write(&mut self, text: &[u8]) -> Option<(u64, Bytes)> {
        let State::Inside(group) = &mut self.state else { return None };
        let sealed = group.encrypt(text).ok()?;
        Some((group.epoch(), Bytes(sealed)))
    }

    /// Applies the own commit that was taken.
    fn catch_up(&mut self, means: &mut Means<'_>) {
        let State::Inside(group) = &mut self.state else { return };
        let Some(seq) = self.own.taken() else { return };
        self.own = OwnCommit::None;
        match group.stage_pending().and_then(|staged| group.merge(staged)) {
            Ok(_) => {
                (self.seq, self.entered) = (self.seq.max(seq), seq);
                self.begin_epoch(means);
            }
            Err(error) => {
                tracing::warn!(code = error.code(), "the own commit cannot be applied");
                self.start_again(means);
            }
        }
    }

    /// A new epoch: its keys open from now on, and the first of a party says what it sees.
    fn begin_epoch(&mut self, means: &mut Means<'_>) {
        let State::Inside(group) = &mut self.state else { return };
        let Ok(base_key) = group.export_base_key() else { return };
        let leaves: BTreeMap<u32, SeatId> =
            group.members().iter().map(|(leaf, member)| (*leaf, member.seat.clone())).collect();
        means.opener.install(self.number, group.epoch(), base_key, leaves, means.now);
        means.counts.epochs += 1;
        self.attesting.begin(group, means.now);
        if let Some(request) = self.attest(means.now) {
            means.ask(request);
        }
        for (seq, epoch, by, message) in std::mem::take(&mut self.early) {
            self.hear_app(seq, epoch, &by, &message, means);
        }
    }

    fn seal_from_now(&mut self, means: &mut Means<'_>) {
        let Some(group) = self.group() else { return };
        let (epoch, leaf) = (group.epoch(), group.own_leaf());
        if let Ok(base_key) = group.export_base_key()
            && means.sealer.install(self.number, epoch, leaf, base_key).is_err()
        {
            tracing::warn!("the leaf has no key id: nothing can be sent");
        }
    }

    /// Removed.
    fn go_out(&mut self, means: &mut Means<'_>) {
        self.state = State::Outside;
        self.stranded = None;
        means.opener.retire(self.number);
        means.sealer.retire(self.number);
    }
}

/// What the server asks for, as far as it can be done: whose package is not what it should be is left out, and the others
/// see who was named and not added.
fn wishes(group: &Group, add: &[Newcomer], remove: &[SeatId], means: &Means<'_>) -> Wishes {
    let is_good = |newcomer: &&Newcomer| {
        let member = seal::group::check_key_package(newcomer.package.as_ref(), &means.member.trust, means.wall);
        member.is_ok_and(|member| member.seat == newcomer.seat)
    };
    let good: Vec<&Newcomer> = add.iter().filter(is_good).collect();
    let adds: Vec<_> = good.iter().map(|newcomer| newcomer.package.0.clone()).collect();
    // Who is a member already gives up its former leaf in the same commit.
    let goes = |seat: &SeatId| remove.contains(seat) || good.iter().any(|newcomer| newcomer.seat == *seat);
    let leaves = group.members().iter().filter(|(_, member)| goes(&member.seat));
    let removes: Vec<u32> = leaves.map(|(leaf, _)| *leaf).filter(|leaf| *leaf != group.own_leaf()).collect();
    // With nothing else to do the commit is there for fresh keys.
    let update = adds.is_empty() && removes.is_empty();
    Wishes { adds, removes, update, renew: None }
}
