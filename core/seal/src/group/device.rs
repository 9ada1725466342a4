//! One participant's device: its key, its certificate, and the private halves of the key packages it has out.

use std::sync::Arc;

use openmls::prelude::tls_codec::{Deserialize as _, Serialize as _};
use openmls::prelude::{
    BasicCredential, Capabilities, Ciphersuite, CredentialType, CredentialWithKey, KeyPackage, KeyPackageIn, Lifetime,
    MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, OpenMlsProvider as _, ProtocolVersion,
};
use openmls_traits::signatures::{Signer, SignerError};
use openmls_traits::types::SignatureScheme;
use wire::WallTime;

use super::check::member_of;
use super::provider::Provider;
use crate::certificate::{Certificate, Member};
use crate::error::{CertificateError, GroupError};
use crate::key::SigningKey;
use crate::revocation::Trust;

/// The cipher suite of every group.
pub(super) const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// How long a key package is good, in seconds: 28 days. `openmls` refuses more than 84.
const KEY_PACKAGE_SECONDS: u64 = 28 * 24 * 60 * 60;

/// The largest key package that is looked at, in bytes.
const KEY_PACKAGE_BYTES_MAX: usize = 16 * 1024;

impl Signer for SigningKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(SigningKey::sign(self, payload).0.to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// One participant's device. Its groups share it; it lives in memory only. At most one [`Group`](super::Group) of one name
/// may be alive at a time: whoever joins again drops the former one first.
#[derive(Clone, Debug)]
pub struct Device {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) provider: Provider,
    pub(super) key: SigningKey,
}

impl Device {
    /// A device with that key, and a certificate that must be good for it now.
    ///
    /// # Errors
    /// As [`Certificate::check`]: who is not admitted learns it here.
    pub fn new(
        key: SigningKey,
        certificate: Certificate,
        trust: &Trust,
        now: WallTime,
    ) -> Result<(Self, Identity), CertificateError> {
        let member = trust.check(&certificate, &key.public(), now)?;
        let inner = Inner { provider: Provider::default(), key };
        Ok((Self { inner: Arc::new(inner) }, Identity { certificate, member }))
    }

    /// A fresh key package, to be put where those who let this device in find it: a `KeyPackage` in an `MLSMessage`. Each
    /// is good for one group. Its lifetime is 28 days from the clock that `openmls` reads itself, because `openmls` checks
    /// it against that clock; how long the member may take part is the certificate's affair.
    ///
    /// # Errors
    /// Only if `openmls` cannot make keys.
    pub fn key_package(&self, identity: &Identity) -> Result<Vec<u8>, GroupError> {
        let bundle = KeyPackage::builder()
            .leaf_node_capabilities(capabilities())
            .key_package_lifetime(Lifetime::new(KEY_PACKAGE_SECONDS))
            .build(SUITE, &self.inner.provider, &self.inner.key, identity.credential())
            .map_err(|_| GroupError::State("no key package can be made"))?;
        to_bytes(MlsMessageOut::from(bundle.into_key_package()))
    }
}

/// Who a device takes part as: the certificate that stands in its leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    certificate: Certificate,
    member: Member,
}

impl Identity {
    /// A newer certificate for the same key, place and party.
    ///
    /// # Errors
    /// As [`Certificate::check`]; [`CertificateError::Seat`] for another place.
    pub fn renewed(&self, certificate: Certificate, trust: &Trust, now: WallTime) -> Result<Self, CertificateError> {
        let member = trust.check(&certificate, &self.member.key, now)?;
        if member.place() != self.member.place() {
            return Err(CertificateError::Seat);
        }
        Ok(Self { certificate, member })
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Who that is.
    pub fn member(&self) -> &Member {
        &self.member
    }

    pub(super) fn credential(&self) -> CredentialWithKey {
        CredentialWithKey {
            credential: BasicCredential::new(self.certificate.to_identity()).into(),
            signature_key: self.member.key.as_bytes().as_slice().into(),
        }
    }
}

/// What every leaf of ours says it can do: this version, this suite, basic credentials and nothing else.
pub(super) fn capabilities() -> Capabilities {
    let credentials = [CredentialType::Basic];
    Capabilities::new(Some(&[ProtocolVersion::Mls10]), Some(&[SUITE]), None, None, Some(&credentials))
}

/// Whose key package that is, before anybody adds it.
///
/// # Errors
/// The package cannot be used, or its certificate is not good.
pub fn check_key_package(bytes: &[u8], trust: &Trust, now: WallTime) -> Result<Member, GroupError> {
    read_key_package(bytes, trust, now, &Provider::default()).map(|(member, _)| member)
}

pub(super) fn read_key_package(
    bytes: &[u8],
    trust: &Trust,
    now: WallTime,
    provider: &Provider,
) -> Result<(Member, KeyPackage), GroupError> {
    let unusable = GroupError::KeyPackage;
    if bytes.len() > KEY_PACKAGE_BYTES_MAX {
        return Err(unusable);
    }
    let package: KeyPackageIn = match read(bytes).map(MlsMessageIn::extract) {
        Some(MlsMessageBodyIn::KeyPackage(package)) => package,
        Some(_) | None => return Err(unusable),
    };
    let package = package.validate(provider.crypto(), ProtocolVersion::Mls10).map_err(|_| unusable)?;
    if package.ciphersuite() != SUITE {
        return Err(GroupError::KeyPackage);
    }
    let leaf = package.leaf_node();
    let member = member_of(leaf.credential(), leaf.signature_key().as_slice(), trust, now)?;
    Ok((member, package))
}

/// Reads one whole MLS message.
pub(super) fn read(bytes: &[u8]) -> Option<MlsMessageIn> {
    MlsMessageIn::tls_deserialize_exact(bytes).ok()
}

pub(super) fn to_bytes(message: MlsMessageOut) -> Result<Vec<u8>, GroupError> {
    message.tls_serialize_detached().map_err(|_| GroupError::State("a message that cannot be written"))
}
