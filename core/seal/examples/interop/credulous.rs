//! `mls-rs`, set up as anybody would for our groups: our suite, basic credentials, the tree in every GroupInfo.

use mls_rs::client_builder::MlsConfig;
use mls_rs::identity::basic::{BasicCredential, BasicIdentityProvider, BasicIdentityProviderError};
use mls_rs::identity::{CredentialType, SigningIdentity};
use mls_rs::mls_rules::{CommitOptions, DefaultMlsRules};
use mls_rs::time::MlsTime;
use mls_rs::{CipherSuite, Client, ExtensionList, IdentityProvider};
use mls_rs_core::identity::MemberValidationContext;
use mls_rs_crypto_rustcrypto::RustCryptoProvider;
use seal::SigningKey;

/// Believes every identity, and lets everybody follow everybody.
#[derive(Clone)]
struct Credulous;

impl IdentityProvider for Credulous {
    type Error = BasicIdentityProviderError;

    fn validate_member(
        &self,
        identity: &SigningIdentity,
        at: Option<MlsTime>,
        context: MemberValidationContext<'_>,
    ) -> Result<(), Self::Error> {
        BasicIdentityProvider.validate_member(identity, at, context)
    }

    fn validate_external_sender(
        &self,
        identity: &SigningIdentity,
        at: Option<MlsTime>,
        extensions: Option<&ExtensionList>,
    ) -> Result<(), Self::Error> {
        BasicIdentityProvider.validate_external_sender(identity, at, extensions)
    }

    fn identity(&self, identity: &SigningIdentity, extensions: &ExtensionList) -> Result<Vec<u8>, Self::Error> {
        BasicIdentityProvider.identity(identity, extensions)
    }

    fn valid_successor(
        &self,
        _: &SigningIdentity,
        _: &SigningIdentity,
        _: &ExtensionList,
    ) -> Result<bool, Self::Error> {
        Ok(true)
    }

    fn supported_types(&self) -> Vec<CredentialType> {
        BasicIdentityProvider.supported_types()
    }
}

/// Somebody with that key and the identity bytes of a certificate.
pub(crate) fn client(key: &SigningKey, identity: Vec<u8>) -> Client<impl MlsConfig + use<>> {
    let credential = BasicCredential::new(identity).into_credential();
    let identity = SigningIdentity::new(credential, key.public().as_bytes().to_vec().into());
    let secret = [key.seed().as_slice(), key.public().as_bytes()].concat();
    let options = CommitOptions::new()
        .with_allow_external_commit(true)
        .with_ratchet_tree_extension(true)
        .with_single_welcome_message(true);
    Client::builder()
        .identity_provider(Credulous)
        .crypto_provider(RustCryptoProvider::new())
        .mls_rules(DefaultMlsRules::new().with_commit_options(options))
        .signing_identity(identity, secret.into(), CipherSuite::CURVE25519_AES128)
        .build()
}
