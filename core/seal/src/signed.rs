//! Signing documents and reading signed ones. A signature is over a domain and the payload, so that a document of one
//! kind is never taken for one of another.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{Blob, Bytes, Envelope, Signed};
use crate::key::{PublicKey, SigningKey};

/// What kind of document is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// A manifest.
    Manifest,
    /// A registrar certificate.
    RegistrarCertificate,
    /// A member certificate.
    MemberCertificate,
    /// An invitation.
    Invitation,
    /// A revocation list.
    Revocation,
    /// The answer to a server's challenge.
    PartyAuth,
}

impl Domain {
    /// The bytes before the payload: ASCII text and a zero.
    pub fn prefix(self) -> &'static [u8] {
        match self {
            Self::Manifest => b"sommet/manifest/v1\0",
            Self::RegistrarCertificate => b"sommet/registrar-cert/v1\0",
            Self::MemberCertificate => b"sommet/member-cert/v1\0",
            Self::Invitation => b"sommet/invitation/v1\0",
            Self::Revocation => b"sommet/revocation/v1\0",
            Self::PartyAuth => b"sommet/party-auth/v1\0",
        }
    }
}

/// The bytes that are signed.
fn message(domain: Domain, payload: &[u8]) -> Vec<u8> {
    [domain.prefix(), payload].concat()
}

/// The signature under a payload.
pub fn sign(domain: Domain, payload: &[u8], key: &SigningKey) -> Bytes<64> {
    key.sign(&message(domain, payload))
}

/// Whether the signature under the payload is by that key.
pub fn verifies(domain: Domain, payload: &[u8], signature: &Bytes<64>, key: &PublicKey) -> bool {
    key.verifies(&message(domain, payload), signature)
}

/// The JSON of a document. The bodies of this crate have text keys and plain values, so that it does not fail.
pub(crate) fn payload(body: &impl Serialize) -> Blob {
    Blob(serde_json::to_vec(body).unwrap_or_default())
}

/// What a payload says; none if it cannot be read, or is of an unknown version.
pub(crate) fn body<T: DeserializeOwned>(payload: &Blob) -> Option<T> {
    serde_json::from_slice(&payload.0).ok()
}

impl Signed {
    /// Signs what the body says.
    pub fn new(domain: Domain, body: &impl Serialize, key: &SigningKey) -> Self {
        let payload = payload(body);
        let signature = sign(domain, &payload.0, key);
        Self { payload, signature }
    }

    /// Whether it is signed by that key.
    pub fn is_by(&self, domain: Domain, key: &PublicKey) -> bool {
        verifies(domain, &self.payload.0, &self.signature, key)
    }
}

impl Envelope {
    /// Signs what the body says; with the registrar's certificate, if the key is a registrar's.
    pub fn new(domain: Domain, body: &impl Serialize, key: &SigningKey, issuer: Option<Signed>) -> Self {
        let Signed { payload, signature } = Signed::new(domain, body, key);
        Self { payload, signature, issuer }
    }

    /// Whether the document itself, without its issuer, is signed by that key.
    pub fn is_by(&self, domain: Domain, key: &PublicKey) -> bool {
        verifies(domain, &self.payload.0, &self.signature, key)
    }

    /// The envelope as bytes: UTF-8 JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        payload(self).0
    }

    /// Reads an envelope; none if the bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_one_kind_is_none_of_another() {
        let key = SigningKey::from_seed([3; 32]).unwrap();
        let signed = Signed::new(Domain::Invitation, &"x", &key);
        assert!(signed.is_by(Domain::Invitation, &key.public()));
        assert!(!signed.is_by(Domain::MemberCertificate, &key.public()));
    }

    #[test]
    fn an_envelope_without_an_issuer_does_not_name_one() {
        let key = SigningKey::from_seed([3; 32]).unwrap();
        let envelope = Envelope::new(Domain::MemberCertificate, &"x", &key, None);
        let text = String::from_utf8(envelope.to_bytes()).unwrap();
        assert!(!text.contains("issuer"), "{text}");
        assert_eq!(Envelope::from_bytes(text.as_bytes()), Some(envelope));
    }
}
