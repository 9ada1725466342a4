//! Changing a group, and taking the changes of others.

use openmls::prelude::{
    ContentType, LeafNodeIndex, LeafNodeParameters, MlsMessageIn, OpenMlsProvider as _, ProcessedMessageContent,
    ProtocolMessage, Sender, StagedCommit,
};
use wire::WallTime;

use super::check::{Changes, PROPOSALS_MAX, Verified, check_commit, examine};
use super::device::{capabilities, read, read_key_package, to_bytes};
use super::{Group, Identity};
use crate::error::GroupError;
use crate::revocation::Trust;

/// The largest commit that is looked at, in bytes.
pub const COMMIT_BYTES_MAX: usize = 256 * 1024;

/// What a member wants changed.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Key packages of who comes in.
    pub adds: Vec<Vec<u8>>,
    /// Leaves that go.
    pub removes: Vec<u32>,
    /// Whether the own leaf gets new keys although nothing else asks for it.
    pub update: bool,
    /// A newer certificate for the own leaf.
    pub renew: Option<Identity>,
}

/// A commit, for the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The epoch that it ends.
    pub epoch: u64,
    /// The `PublicMessage`.
    pub commit: Vec<u8>,
    /// The Welcome for who comes in, all of them.
    pub welcome: Option<Vec<u8>>,
    /// The `GroupInfo` of the next epoch, by which anybody with a good certificate can join.
    pub group_info: Vec<u8>,
}

/// A commit that was checked and can be merged.
#[derive(Debug)]
pub struct Staged {
    kind: Kind,
    /// The epoch that it ends.
    from: u64,
    author: Option<u32>,
    changes: Changes,
}

#[derive(Debug)]
enum Kind {
    /// Of somebody else.
    Other(Box<Verified<StagedCommit>>),
    /// Our own, which was checked when it was made.
    Own,
}

impl Staged {
    /// The epoch that it ends.
    pub fn epoch(&self) -> u64 {
        self.from
    }

    /// The leaf whose commit it is; none if somebody joins by itself.
    pub fn author(&self) -> Option<u32> {
        self.author
    }

    /// What it does to the roster.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Whether it is the own pending commit that came back.
    pub fn is_own(&self) -> bool {
        matches!(self.kind, Kind::Own)
    }
}

/// The own leaf as it will be: what it can do, and its certificate if that changes.
pub(super) fn leaf_parameters(renew: Option<&Identity>) -> LeafNodeParameters {
    let builder = LeafNodeParameters::builder().with_capabilities(capabilities());
    match renew {
        Some(identity) => builder.with_credential_with_key(identity.credential()).build(),
        None => builder.build(),
    }
}

impl Group {
    /// Makes a commit. It stays pending until [`Group::merge`] or [`Group::clear_pending`]; meanwhile nothing changes.
    ///
    /// # Errors
    /// The code of the certificate that is not good, `mls.key_package`, `mls.bad_commit` for what the others would refuse,
    /// or `mls.state` while a commit is pending.
    pub fn commit(&mut self, wishes: Wishes, trust: &Trust, now: WallTime) -> Result<Commit, GroupError> {
        if self.mls.pending_commit().is_some() || !self.mls.is_active() {
            return Err(GroupError::State("a commit is pending, or the group is over"));
        }
        if wishes.adds.len() + wishes.removes.len() > PROPOSALS_MAX {
            return Err(GroupError::BadCommit("too many proposals"));
        }
        let inner = self.device.inner.clone();
        let adds = wishes
            .adds
            .iter()
            .map(|bytes| read_key_package(bytes, trust, now, &inner.provider).map(|(_, package)| package))
            .collect::<Result<Vec<_>, GroupError>>()?;
        let refused = |_| GroupError::BadCommit("openmls does not make it");
        let epoch = self.epoch();
        let renew = wishes.renew.filter(|identity| identity != &self.identity);
        let mut builder = self
            .mls
            .commit_builder()
            .force_self_update(wishes.update || renew.is_some())
            .propose_removals(wishes.removes.iter().map(|leaf| LeafNodeIndex::new(*leaf)))
            .propose_adds(adds);
        if let Some(identity) = &renew {
            builder = builder.leaf_node_parameters(leaf_parameters(Some(identity)));
        }
        let bundle = builder
            .load_psks(inner.provider.storage())
            .map_err(refused)?
            .create_group_info(true)
            .use_ratchet_tree_extension(true)
            .build(inner.provider.rand(), inner.provider.crypto(), &inner.key, |_| true)
            .map_err(refused)?
            .stage_commit(&inner.provider)
            .map_err(|_| GroupError::State("the commit cannot be kept"))?;
        let (commit, welcome, info) = bundle.into_messages();
        let written = self.check_own(trust, now).and_then(|changes| {
            let commit = to_bytes(commit)?;
            if commit.len() > COMMIT_BYTES_MAX {
                return Err(GroupError::BadCommit("it is too large"));
            }
            let info = info.ok_or(GroupError::State("a commit without its GroupInfo"))?;
            let welcome = welcome.map(to_bytes).transpose()?;
            Ok((changes, Commit { epoch, commit, welcome, group_info: to_bytes(info)? }))
        });
        match written {
            Ok((changes, commit)) => {
                self.pending = Some((changes, renew));
                Ok(commit)
            }
            Err(error) => {
                self.clear_pending()?;
                Err(error)
            }
        }
    }

    /// The own commit is held to the same rules as everybody else's.
    fn check_own(&self, trust: &Trust, now: WallTime) -> Result<Changes, GroupError> {
        let staged = self.mls.pending_commit().ok_or(GroupError::State("nothing is pending"))?;
        examine(staged, &Sender::Member(self.mls.own_leaf_index()), &self.name, &self.roster, trust, now)
    }

    /// Whether a commit of this device waits to be taken.
    pub fn has_pending(&self) -> bool {
        self.mls.pending_commit().is_some()
    }

    /// Forgets the own commit: another one was taken, or it was refused.
    ///
    /// # Errors
    /// Only if `openmls` cannot.
    pub fn clear_pending(&mut self) -> Result<(), GroupError> {
        self.pending = None;
        let storage = self.device.inner.provider.storage();
        self.mls.clear_pending_commit(storage).map_err(|_| GroupError::State("the pending commit stays"))
    }

    /// Takes the own pending commit, as if it had come back.
    ///
    /// # Errors
    /// Nothing is pending.
    pub fn stage_pending(&self) -> Result<Staged, GroupError> {
        match &self.pending {
            Some((changes, _)) if self.has_pending() => Ok(Staged {
                kind: Kind::Own,
                from: self.epoch(),
                author: Some(self.own_leaf()),
                changes: changes.clone(),
            }),
            Some(_) | None => Err(GroupError::State("nothing is pending")),
        }
    }

    /// Checks a commit by every rule. Nothing changes yet. The own pending commit is recognised.
    ///
    /// # Errors
    /// The code of the certificate that is not good, `mls.epoch_old`, or `mls.bad_commit`.
    pub fn stage(&mut self, commit: &[u8], trust: &Trust, now: WallTime) -> Result<Staged, GroupError> {
        if commit.len() > COMMIT_BYTES_MAX {
            return Err(GroupError::BadCommit("it is too large"));
        }
        let unreadable = GroupError::BadCommit("it is no handshake in the open");
        let message = match read(commit).map(MlsMessageIn::try_into_protocol_message) {
            Some(Ok(ProtocolMessage::PublicMessage(message))) => message,
            Some(_) | None => return Err(unreadable),
        };
        let (epoch, from) = (self.epoch(), message.epoch().as_u64());
        if message.group_id() != self.mls.group_id() || message.content_type() != ContentType::Commit {
            return Err(unreadable);
        }
        if from < epoch {
            return Err(GroupError::EpochOld);
        }
        if !self.is_active() {
            return Err(GroupError::State("the group is over"));
        }
        let provider = &self.device.inner.provider;
        let refused = |_| GroupError::BadCommit("openmls refuses it");
        let processed = self.mls.process_message(provider, *message).map_err(refused)?;
        let sender = processed.sender().clone();
        let author = match &sender {
            Sender::Member(leaf) => Some(leaf.u32()),
            Sender::External(_) | Sender::NewMemberProposal | Sender::NewMemberCommit => None,
        };
        match processed.into_content() {
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                let (verified, changes) = check_commit(*staged, &sender, &self.name, &self.roster, trust, now)?;
                Ok(Staged { kind: Kind::Other(Box::new(verified)), from, author, changes })
            }
            ProcessedMessageContent::OwnPendingCommit => self.stage_pending(),
            ProcessedMessageContent::ApplicationMessage(_)
            | ProcessedMessageContent::ProposalMessage(_)
            | ProcessedMessageContent::ExternalJoinProposalMessage(_)
            | ProcessedMessageContent::OwnPrivateMessage => Err(unreadable),
        }
    }

    /// Goes over into the next epoch. An own pending commit is forgotten if this is another one.
    ///
    /// # Errors
    /// It is of another epoch, or `openmls` cannot; the group is then of no use and is joined anew.
    pub fn merge(&mut self, staged: Staged) -> Result<Changes, GroupError> {
        if staged.from != self.epoch() {
            return Err(GroupError::EpochOld);
        }
        let provider = &self.device.inner.provider;
        let stuck = GroupError::State("the commit cannot be merged");
        let renewed = match staged.kind {
            Kind::Other(verified) => {
                self.mls.merge_staged_commit(provider, verified.into_inner()).map_err(|_| stuck)?;
                None
            }
            Kind::Own => {
                self.mls.merge_pending_commit(provider).map_err(|_| stuck)?;
                self.pending.as_mut().and_then(|(_, renew)| renew.take())
            }
        };
        self.pending = None;
        if let Some(identity) = renewed {
            self.identity = identity;
        }
        self.seat_anew(&staged.changes)?;
        Ok(staged.changes)
    }
}
