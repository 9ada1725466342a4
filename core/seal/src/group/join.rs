//! Ways into a group: making it, a Welcome, and the way by itself.

use openmls::prelude::{
    GroupId, Lifetime, MlsGroup, MlsGroupCreateConfig, MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn,
    OpenMlsProvider as _, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, StagedWelcome,
};
use wire::WallTime;

use super::check::{check_context, check_tree, check_welcome};
use super::commit::Commit;
use super::device::{SUITE, capabilities, read, to_bytes};
use super::{Device, Group, GroupName, Identity};
use crate::error::GroupError;
use crate::revocation::Trust;

/// How many epochs that are over keep their keys for late application messages: one may be on its way while the next commit
/// is applied, and one more.
pub(super) const PAST_EPOCHS: usize = 2;

/// The largest Welcome or GroupInfo that is looked at, in bytes: 1024 leaves of a kilobyte.
const WELCOME_BYTES_MAX: usize = 1024 * 1024;

fn config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .max_past_epochs(PAST_EPOCHS)
        .build()
}

impl Group {
    /// Makes a group of which this device is the only member.
    ///
    /// # Errors
    /// Only if `openmls` cannot.
    pub fn create(device: &Device, identity: &Identity, name: GroupName, trust: &Trust) -> Result<Self, GroupError> {
        let inner = &device.inner;
        let config = MlsGroupCreateConfig::builder()
            .ciphersuite(SUITE)
            .capabilities(capabilities())
            .lifetime(Lifetime::default())
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .max_past_epochs(PAST_EPOCHS)
            .build();
        let id = GroupId::from_slice(&name.mls_id(trust.agreed().summit()));
        // A group of this name that the device left behind is of no use to anybody.
        if let Ok(Some(mut former)) = MlsGroup::load(inner.provider.storage(), &id) {
            former.delete(inner.provider.storage()).map_err(|_| GroupError::State("the former group stays"))?;
        }
        let mls = MlsGroup::new_with_group_id(&inner.provider, &inner.key, &config, id, identity.credential())
            .map_err(|_| GroupError::State("no group can be made"))?;
        let roster = [(mls.own_leaf_index().u32(), identity.member().clone())].into();
        Self::new(device.clone(), mls, name, identity.clone(), roster)
    }

    /// Joins by a Welcome for a key package of this device. Every leaf of the tree is checked before.
    ///
    /// # Errors
    /// The code of the certificate that is not good, or `mls.welcome_unusable`. The key package is used up either way.
    pub fn join(
        device: &Device,
        identity: &Identity,
        name: GroupName,
        welcome: &[u8],
        trust: &Trust,
        now: WallTime,
    ) -> Result<Self, GroupError> {
        let Some(MlsMessageBodyIn::Welcome(welcome)) = read_welcome(welcome) else {
            return Err(GroupError::WelcomeUnusable("it is no Welcome"));
        };
        let provider = &device.inner.provider;
        let unusable = |_| GroupError::WelcomeUnusable("it cannot be opened");
        let staged = StagedWelcome::build_from_welcome(provider, &config(), welcome)
            .map_err(unusable)?
            // Leaves last as long as their certificates, which are checked below.
            .skip_lifetime_validation()
            .replace_old_group()
            .build()
            .map_err(unusable)?;
        let (staged, roster) = check_welcome(staged, &name, trust, now)?;
        let own = staged.own_leaf();
        if roster.get(&own) != Some(identity.member()) {
            return Err(GroupError::WelcomeUnusable("it is for another certificate"));
        }
        let mls = staged.into_inner().into_group(provider).map_err(unusable)?;
        Self::new(device.clone(), mls, name, identity.clone(), roster)
    }

    /// Joins without being let in, by a GroupInfo: the way back for who lost the group. Removes the leaf that this device's
    /// key had before. The group is in the new epoch already; whoever is told that the commit was not taken drops it.
    ///
    /// # Errors
    /// As [`Group::join`]. `cert.duplicate_member`: the seat has a leaf with another key, which somebody else must remove.
    pub fn join_external(
        device: &Device,
        identity: &Identity,
        name: GroupName,
        group_info: &[u8],
        trust: &Trust,
        now: WallTime,
    ) -> Result<(Self, Commit), GroupError> {
        let Some(MlsMessageBodyIn::GroupInfo(info)) = read_welcome(group_info) else {
            return Err(GroupError::WelcomeUnusable("it is no GroupInfo"));
        };
        let expected = name.mls_id(trust.agreed().summit());
        check_context(info.group_id().as_slice(), info.ciphersuite(), info.group_context(), &expected)?;
        let epoch = info.epoch().as_u64();
        let inner = &device.inner;
        let unusable = GroupError::WelcomeUnusable("it cannot be joined");
        let (mut mls, bundle) = MlsGroup::external_commit_builder()
            .with_config(config())
            .skip_lifetime_validation()
            .build_group(&inner.provider, info, identity.credential())
            .map_err(|_| unusable.clone())?
            .leaf_node_parameters(super::commit::leaf_parameters(None))
            .load_psks(inner.provider.storage())
            .map_err(|_| unusable.clone())?
            .create_group_info(true)
            .use_ratchet_tree_extension(true)
            .build(inner.provider.rand(), inner.provider.crypto(), &inner.key, |_| true)
            .map_err(|_| unusable.clone())?
            .finalize(&inner.provider)
            .map_err(|_| unusable.clone())?;
        // Nothing of it left this function yet.
        let roster = match check_tree(&name, mls.members(), trust, now) {
            Ok(roster) => roster,
            Err(error) => {
                // What stays behind is replaced by the next group of that name.
                let _ = mls.delete(inner.provider.storage());
                return Err(error);
            }
        };
        let (commit, welcome, info) = bundle.into_messages();
        let commit = Commit {
            epoch,
            commit: to_bytes(commit)?,
            welcome: welcome.map(to_bytes).transpose()?,
            group_info: to_bytes(info.ok_or(unusable)?)?,
        };
        Ok((Self::new(device.clone(), mls, name, identity.clone(), roster)?, commit))
    }
}

fn read_welcome(bytes: &[u8]) -> Option<MlsMessageBodyIn> {
    if bytes.len() > WELCOME_BYTES_MAX { None } else { read(bytes).map(MlsMessageIn::extract) }
}
