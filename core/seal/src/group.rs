//! One member in one MLS group (RFC 9420), over `openmls`.
//!
//! A [`Device`] makes, or is let into, a [`Group`] under a [`GroupName`]. A change is a [`Commit`]: its author keeps it
//! pending, the server puts it in order, everybody [stages](Group::stage) it, and only what passed every rule of
//! `docs/security/protocol.md` can be [merged](Group::merge). `openmls` itself believes any credential; the gate is in
//! `check`, and nothing gets past it.
//!
//! A commit carries its proposals with it: a proposal that is sent alone is refused, so that an Update is always the path
//! of its own member's commit.

mod application;
mod check;
mod commit;
mod device;
mod hpke;
mod join;
mod name;
mod provider;

use std::collections::BTreeMap;

use openmls::prelude::{MlsGroup, MlsMessageBodyOut, OpenMlsProvider as _};

pub use application::{APPLICATION_BYTES_MAX, PADDING, Received, padded, unpadded};
pub use check::{Changes, LEAVES_MAX, PROPOSALS_MAX, Roster};
pub use commit::{COMMIT_BYTES_MAX, Commit, Staged, Wishes};
pub use device::{Device, Identity, check_key_package};
pub use name::{CallId, FIRST_GIVEN, GroupName, GroupNumber};
#[doc(hidden)]
pub use provider::Provider;

use crate::error::GroupError;
use crate::fingerprint::{Attestation, roster_text};
use crate::frame::BaseKey;

/// One member in one group.
#[derive(Debug)]
pub struct Group {
    device: Device,
    mls: MlsGroup,
    name: GroupName,
    identity: Identity,
    /// Who sits where in this epoch.
    roster: Roster,
    /// The same of the epochs that are over and still have keys.
    past: BTreeMap<u64, Roster>,
    /// What the own pending commit does, and the certificate it brings.
    pending: Option<(Changes, Option<Identity>)>,
    tree_hash: [u8; 32],
}

impl Group {
    fn new(
        device: Device,
        mls: MlsGroup,
        name: GroupName,
        identity: Identity,
        roster: Roster,
    ) -> Result<Self, GroupError> {
        let tree_hash = tree_hash(&mls, &device)?;
        Ok(Self { device, mls, name, identity, roster, past: BTreeMap::new(), pending: None, tree_hash })
    }

    /// Its name.
    pub fn name(&self) -> &GroupName {
        &self.name
    }

    /// The present epoch.
    pub fn epoch(&self) -> u64 {
        self.mls.epoch().as_u64()
    }

    /// Whether this device is still a member.
    pub fn is_active(&self) -> bool {
        self.mls.is_active()
    }

    /// The own leaf.
    pub fn own_leaf(&self) -> u32 {
        self.mls.own_leaf_index().u32()
    }

    /// Who this device is in the group.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Who sits on which leaf, in order of the leaves. Each was checked before it came in.
    pub fn members(&self) -> &Roster {
        &self.roster
    }

    /// This device's turn to speak for its party: how many members of it sit on lower leaves.
    pub fn turn(&self) -> usize {
        let (own, party) = (self.own_leaf(), &self.identity.member().party);
        self.roster.iter().filter(|(leaf, member)| **leaf < own && member.party == *party).count()
    }

    /// The base key of this epoch's media (RFC 9605 section 5.2).
    ///
    /// # Errors
    /// The group is over.
    pub fn export_base_key(&self) -> Result<BaseKey, GroupError> {
        self.export("SFrame 1.0 Base Key", b"").map(BaseKey::new)
    }

    /// A secret of this epoch (RFC 9420 section 8.5).
    ///
    /// # Errors
    /// The group is over.
    pub fn export<const N: usize>(&self, label: &str, context: &[u8]) -> Result<[u8; N], GroupError> {
        let over = GroupError::State("the group is over");
        let secret =
            self.mls.export_secret(self.device.inner.provider.crypto(), label, context, N).map_err(|_| over.clone())?;
        <[u8; N]>::try_from(secret).map_err(|_| over)
    }

    /// The authenticator of this epoch: equal for those who went the same way, and for nobody else.
    pub fn epoch_authenticator(&self) -> &[u8] {
        self.mls.epoch_authenticator().as_slice()
    }

    /// The tree hash of the group context.
    pub fn tree_hash(&self) -> &[u8; 32] {
        &self.tree_hash
    }

    /// What this member sees of the epoch.
    pub fn attestation(&self) -> Attestation {
        let roster = roster_text(self.roster.iter().map(|(leaf, member)| (*leaf, member)));
        Attestation::new(self.epoch(), self.epoch_authenticator(), self.tree_hash, &roster)
    }

    /// The GroupInfo of this epoch, as it went with the commit that began it.
    ///
    /// # Errors
    /// The group is over.
    pub fn group_info(&self) -> Result<Vec<u8>, GroupError> {
        let inner = &self.device.inner;
        let info = self
            .mls
            .export_group_info(inner.provider.crypto(), &inner.key, true)
            .map_err(|_| GroupError::State("the group is over"))?;
        device::to_bytes(info)
    }

    fn roster_of(&self, epoch: u64) -> Option<&Roster> {
        if epoch == self.epoch() { Some(&self.roster) } else { self.past.get(&epoch) }
    }

    /// After a merge: who was checked before takes the leaf that the tree gives.
    fn seat_anew(&mut self, changes: &Changes) -> Result<(), GroupError> {
        let mut roster = Roster::new();
        for leaf in self.mls.members() {
            let changed = changes.changed.iter().map(|(_, member)| member);
            let known = self.roster.values().chain(changed).chain(&changes.added);
            let member = check::known_as(&leaf, known).ok_or(GroupError::State("a leaf that was never checked"))?;
            roster.insert(leaf.index.u32(), member.clone());
        }
        let over = self.epoch().saturating_sub(1);
        self.past.insert(over, std::mem::replace(&mut self.roster, roster));
        while self.past.len() > join::PAST_EPOCHS {
            self.past.pop_first();
        }
        if self.is_active() {
            self.tree_hash = tree_hash(&self.mls, &self.device)?;
        }
        Ok(())
    }
}

/// `openmls` shows the group context only inside a GroupInfo.
fn tree_hash(mls: &MlsGroup, device: &Device) -> Result<[u8; 32], GroupError> {
    let hidden = GroupError::State("the tree hash cannot be told");
    let inner = &device.inner;
    let info = mls.export_group_info(inner.provider.crypto(), &inner.key, false).map_err(|_| hidden.clone())?;
    match info.body() {
        MlsMessageBodyOut::GroupInfo(info) => {
            <[u8; 32]>::try_from(info.group_context().tree_hash()).map_err(|_| hidden)
        }
        MlsMessageBodyOut::PublicMessage(_)
        | MlsMessageBodyOut::PrivateMessage(_)
        | MlsMessageBodyOut::Welcome(_)
        | MlsMessageBodyOut::KeyPackage(_) => Err(hidden),
    }
}
