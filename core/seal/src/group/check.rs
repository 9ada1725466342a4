//! The one gate in front of every group: what is [`Verified`] passed here, and nothing else can be merged or joined.

use std::collections::{BTreeMap, BTreeSet};

use openmls::prelude::{
    BasicCredential, Ciphersuite, Credential, GroupContext, LeafNode, Member as MlsMember, Proposal, ProposalOrRefType,
    Sender, StagedCommit, StagedWelcome,
};
use wire::WallTime;

use super::device::SUITE;
use super::name::GroupName;
use crate::certificate::{Certificate, Member};
use crate::error::{CertificateError, GroupError};
use crate::key::PublicKey;
use crate::revocation::Trust;

/// The most proposals of one commit.
pub const PROPOSALS_MAX: usize = 64;

/// The most leaves of one group: a key id has ten bits for the leaf.
pub const LEAVES_MAX: usize = 1024;

/// Who sits on which leaf.
pub type Roster = BTreeMap<u32, Member>;

/// Something of MLS that passed the rules of this module. There is no other way to make one.
#[derive(Debug)]
pub(super) struct Verified<T>(T);

impl<T> Verified<T> {
    pub(super) fn into_inner(self) -> T {
        self.0
    }
}

impl Verified<StagedWelcome> {
    pub(super) fn own_leaf(&self) -> u32 {
        self.0.own_leaf_index().u32()
    }
}

/// What a commit does to the roster. Where a new member sits is known once it is merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Who comes in, by Add or by an external commit.
    pub added: Vec<Member>,
    /// Who goes. Who comes in again in the same commit is in both.
    pub removed: Vec<(u32, Member)>,
    /// Whose leaf gets a new certificate or new keys.
    pub changed: Vec<(u32, Member)>,
}

/// Who a leaf belongs to, if its credential is good.
pub(super) fn member_of(
    credential: &Credential,
    leaf_key: &[u8],
    trust: &Trust,
    now: WallTime,
) -> Result<Member, CertificateError> {
    let basic = BasicCredential::try_from(credential.clone()).map_err(|_| CertificateError::Malformed)?;
    let certificate = Certificate::from_identity(basic.identity())?;
    let leaf_key = <[u8; 32]>::try_from(leaf_key).map_err(|_| CertificateError::KeyMismatch)?;
    trust.check(&certificate, &PublicKey::from_bytes(leaf_key), now)
}

/// Who of those that were checked a leaf belongs to.
pub(super) fn known_as<'a>(leaf: &MlsMember, mut known: impl Iterator<Item = &'a Member>) -> Option<&'a Member> {
    let basic = BasicCredential::try_from(leaf.credential.clone()).ok()?;
    let certificate = Certificate::from_identity(basic.identity()).ok()?;
    known.find(|member| member.is_claimed_by(&certificate))
}

fn member_of_leaf(leaf: &LeafNode, trust: &Trust, now: WallTime) -> Result<Member, CertificateError> {
    member_of(leaf.credential(), leaf.signature_key().as_slice(), trust, now)
}

/// No (party, seat, slot) twice; in a side's group nobody of another party; not more than a key id can name.
fn check_roster<'a>(
    name: &GroupName,
    members: impl Iterator<Item = &'a Member>,
    otherwise: fn(&'static str) -> GroupError,
) -> Result<(), GroupError> {
    let mut places = BTreeSet::new();
    for member in members {
        if !places.insert(member.place()) {
            return Err(CertificateError::DuplicateMember.into());
        }
        match name {
            GroupName::Side(party) if party != &member.party => return Err(otherwise("a stranger in a side's group")),
            GroupName::Plenary | GroupName::Side(_) | GroupName::Caucus(_) | GroupName::Pair(_) => {}
        }
    }
    if places.len() > LEAVES_MAX { Err(otherwise("too many members")) } else { Ok(()) }
}

/// Checks every leaf of a tree that somebody wants to join.
pub(super) fn check_tree(
    name: &GroupName,
    leaves: impl Iterator<Item = MlsMember>,
    trust: &Trust,
    now: WallTime,
) -> Result<Roster, GroupError> {
    let roster = leaves
        .map(|leaf| Ok((leaf.index.u32(), member_of(&leaf.credential, &leaf.signature_key, trust, now)?)))
        .collect::<Result<Roster, CertificateError>>()?;
    check_roster(name, roster.values(), GroupError::WelcomeUnusable)?;
    Ok(roster)
}

/// The group context of a group of ours: its id, its suite, and no extensions.
pub(super) fn check_context(
    id: &[u8],
    suite: Ciphersuite,
    context: &GroupContext,
    expected_id: &[u8],
) -> Result<(), GroupError> {
    if id != expected_id {
        return Err(GroupError::WelcomeUnusable("it is for another group"));
    }
    if suite != SUITE || context.extensions().iter().next().is_some() {
        return Err(GroupError::WelcomeUnusable("it is of another kind than the groups of a summit"));
    }
    Ok(())
}

/// Checks a Welcome.
pub(super) fn check_welcome(
    staged: StagedWelcome,
    name: &GroupName,
    trust: &Trust,
    now: WallTime,
) -> Result<(Verified<StagedWelcome>, Roster), GroupError> {
    let context = staged.group_context();
    let expected = name.mls_id(trust.agreed().summit());
    check_context(context.group_id().as_slice(), context.ciphersuite(), context, &expected)?;
    let roster = check_tree(name, staged.members(), trust, now)?;
    Ok((Verified(staged), roster))
}

/// Checks a commit by everything of the protocol that `openmls` does not know.
pub(super) fn check_commit(
    staged: StagedCommit,
    sender: &Sender,
    name: &GroupName,
    roster: &Roster,
    trust: &Trust,
    now: WallTime,
) -> Result<(Verified<StagedCommit>, Changes), GroupError> {
    let changes = examine(&staged, sender, name, roster, trust, now)?;
    Ok((Verified(staged), changes))
}

/// What a commit does, if every rule allows it. The own pending commit is held to the same rules as everybody else's.
pub(super) fn examine(
    staged: &StagedCommit,
    sender: &Sender,
    name: &GroupName,
    roster: &Roster,
    trust: &Trust,
    now: WallTime,
) -> Result<Changes, GroupError> {
    let changes = changes_of(staged, sender, roster, trust, now)?;
    if staged.group_context().extensions().iter().next().is_some() {
        return Err(GroupError::BadCommit("it gives the group extensions"));
    }
    let mut after = roster.clone();
    for (leaf, _) in &changes.removed {
        after.remove(leaf);
    }
    for (leaf, member) in &changes.changed {
        if after.insert(*leaf, member.clone()).is_none_or(|former| former.place() != member.place()) {
            return Err(GroupError::BadCommit("a leaf gets the certificate of somebody else"));
        }
    }
    check_roster(name, after.values().chain(&changes.added), GroupError::BadCommit)?;
    Ok(changes)
}

fn changes_of(
    staged: &StagedCommit,
    sender: &Sender,
    roster: &Roster,
    trust: &Trust,
    now: WallTime,
) -> Result<Changes, GroupError> {
    let is_external = match sender {
        Sender::Member(_) => false,
        Sender::NewMemberCommit => true,
        Sender::External(_) | Sender::NewMemberProposal => {
            return Err(GroupError::BadCommit("its sender is no member"));
        }
    };
    let mut changes = Changes::default();
    for (count, queued) in staged.queued_proposals().enumerate() {
        if count >= PROPOSALS_MAX {
            return Err(GroupError::BadCommit("too many proposals"));
        }
        match (queued.proposal(), is_external) {
            (Proposal::Add(add), false) => {
                changes.added.push(member_of_leaf(add.key_package().leaf_node(), trust, now)?);
            }
            (Proposal::Remove(remove), _) => {
                let leaf = remove.removed().u32();
                let member = roster.get(&leaf).ok_or(GroupError::BadCommit("it removes nobody"))?;
                changes.removed.push((leaf, member.clone()));
            }
            (Proposal::Update(update), false) => {
                let Sender::Member(leaf) = queued.sender() else {
                    return Err(GroupError::BadCommit("an update by no member"));
                };
                changes.changed.push((leaf.u32(), member_of_leaf(update.leaf_node(), trust, now)?));
            }
            (Proposal::ExternalInit(_), true) => {}
            _ => return Err(GroupError::BadCommit("a proposal that is not allowed")),
        }
        if is_external && queued.proposal_or_ref_type() == ProposalOrRefType::Reference {
            return Err(GroupError::BadCommit("a stranger commits what others proposed"));
        }
    }
    let path = staged.update_path_leaf_node().map(|leaf| member_of_leaf(leaf, trust, now)).transpose()?;
    match (sender, path) {
        (Sender::Member(leaf), Some(member)) => changes.changed.push((leaf.u32(), member)),
        (_, Some(joiner)) => {
            let own = |(_, former): &(u32, Member)| former.place() == joiner.place();
            if changes.removed.len() > 1 || !changes.removed.iter().all(own) {
                return Err(GroupError::BadCommit("who joins by itself removes somebody else"));
            }
            changes.added.push(joiner);
        }
        (Sender::Member(_), None) => {}
        (_, None) => return Err(GroupError::BadCommit("who joins by itself has no leaf")),
    }
    Ok(changes)
}
