//! Members who do not keep to the rules: `openmls` directly, past everything that this crate checks.

use openmls::prelude::tls_codec::{Deserialize as _, Serialize as _};
use openmls::prelude::*;
use seal::SigningKey;
use seal::group::Provider;

use super::Person;

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// Somebody with a key, and any identity they like.
pub struct Mallory {
    pub provider: Provider,
    pub key: SigningKey,
    pub credential: CredentialWithKey,
}

pub fn bytes(message: MlsMessageOut) -> Vec<u8> {
    message.tls_serialize_detached().unwrap()
}

fn read(bytes: &[u8]) -> MlsMessageBodyIn {
    MlsMessageIn::tls_deserialize_exact(bytes).unwrap().extract()
}

fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .build()
}

fn capabilities() -> Capabilities {
    Capabilities::new(None, Some(&[SUITE]), None, None, Some(&[CredentialType::Basic]))
}

impl Mallory {
    pub fn new(key: SigningKey, identity: Vec<u8>) -> Self {
        let credential = CredentialWithKey {
            credential: BasicCredential::new(identity).into(),
            signature_key: key.public().as_bytes().as_slice().into(),
        };
        Self { provider: Provider::default(), key, credential }
    }

    pub fn key_package(&self) -> Vec<u8> {
        let bundle = KeyPackage::builder()
            .leaf_node_capabilities(capabilities())
            .build(SUITE, &self.provider, &self.key, self.credential.clone())
            .unwrap();
        bytes(bundle.into_key_package().into())
    }

    /// A group of the plenary's name, with whomever it likes.
    pub fn create(&self, id: &[u8], extensions: Extensions<GroupContext>) -> MlsGroup {
        let config = MlsGroupCreateConfig::builder()
            .ciphersuite(SUITE)
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .use_ratchet_tree_extension(true)
            .with_group_context_extensions(extensions)
            .build();
        let id = GroupId::from_slice(id);
        MlsGroup::new_with_group_id(&self.provider, &self.key, &config, id, self.credential.clone()).unwrap()
    }

    pub fn join(&self, welcome: &[u8]) -> MlsGroup {
        let MlsMessageBodyIn::Welcome(welcome) = read(welcome) else { panic!("no Welcome") };
        StagedWelcome::new_from_welcome(&self.provider, &join_config(), welcome, None)
            .unwrap()
            .into_group(&self.provider)
            .unwrap()
    }

    /// A commit of a group it is in, with Welcome.
    pub fn commit(
        &self,
        group: &mut MlsGroup,
        adds: &[Vec<u8>],
        removes: &[u32],
        become_other: Option<&CredentialWithKey>,
    ) -> (Vec<u8>, Option<Vec<u8>>) {
        let crypto = self.provider.crypto();
        let adds = adds.iter().map(|bytes| {
            let MlsMessageBodyIn::KeyPackage(package) = read(bytes) else { panic!("no key package") };
            package.validate(crypto, ProtocolVersion::Mls10).unwrap()
        });
        let mut builder = group
            .commit_builder()
            .propose_adds(adds)
            .propose_removals(removes.iter().map(|leaf| LeafNodeIndex::new(*leaf)));
        if let Some(credential) = become_other {
            let parameters = LeafNodeParameters::builder().with_credential_with_key(credential.clone()).build();
            builder = builder.leaf_node_parameters(parameters).force_self_update(true);
        }
        let bundle = builder
            .load_psks(self.provider.storage())
            .unwrap()
            .build(self.provider.rand(), crypto, &self.key, |_| true)
            .unwrap()
            .stage_commit(&self.provider)
            .unwrap();
        let (commit, welcome, _) = bundle.into_messages();
        (bytes(commit), welcome.map(bytes))
    }

    /// Joins by itself.
    pub fn external(&self, group_info: &[u8]) -> Vec<u8> {
        let MlsMessageBodyIn::GroupInfo(info) = read(group_info) else { panic!("no GroupInfo") };
        let (_, bundle) = MlsGroup::external_commit_builder()
            .with_config(join_config())
            .build_group(&self.provider, info, self.credential.clone())
            .unwrap()
            .leaf_node_parameters(LeafNodeParameters::builder().with_capabilities(capabilities()).build())
            .load_psks(self.provider.storage())
            .unwrap()
            .build(self.provider.rand(), self.provider.crypto(), &self.key, |_| true)
            .unwrap()
            .finalize(&self.provider)
            .unwrap();
        bytes(bundle.into_messages().0)
    }
}

/// A member in good standing who will not stay so.
pub fn turncoat(id: &str, seed: u8) -> Mallory {
    Mallory::new(super::key(seed), super::good_certificate(id, seed).to_identity())
}

/// The honest group with a turncoat (emil) and a bystander (dora) in it; what the turncoat sees of it comes last.
pub fn betrayed(anna: &Person, mallory: &Mallory, dora: &Person) -> (seal::Group, seal::Group, MlsGroup) {
    let trust = super::trust();
    let name = seal::GroupName::Plenary;
    let mut a = seal::Group::create(&anna.device, &anna.identity, name.clone(), &trust).unwrap();
    let adds = vec![dora.key_package(), mallory.key_package()];
    let wishes = seal::group::Wishes { adds, ..Default::default() };
    let commit = a.commit(wishes, &trust, super::NOW).unwrap();
    let staged = a.stage_pending().unwrap();
    a.merge(staged).unwrap();
    let welcome = commit.welcome.unwrap();
    let d = seal::Group::join(&dora.device, &dora.identity, name, &welcome, &trust, super::NOW).unwrap();
    (a, d, mallory.join(&welcome))
}
