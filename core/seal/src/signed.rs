//! Signing documents and reading signed ones. A signature is over a domain and the payload, so that a document of one
//! kind is never taken for one of another.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::{
    Bytes, ChallengeAnswer, Envelope, InvitationDocument, Manifest, MemberCertificate, RegistrarCertificate,
    RevocationList, Signed,
};

use crate::document::Fixed;
use crate::key::{PublicKey, SigningKey};

/// The version of every document.
pub const VERSION: u32 = 1;

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

/// What a signed payload can say.
pub trait Document: Serialize + DeserializeOwned {
    /// What it is signed as.
    const DOMAIN: Domain;

    /// Its version.
    fn version(&self) -> u32;
}

macro_rules! documents {
    ($($document:ty: $domain:ident),+ $(,)?) => {$(
        impl Document for $document {
            const DOMAIN: Domain = Domain::$domain;

            fn version(&self) -> u32 {
                self.v
            }
        }
    )+};
}

documents! {
    ChallengeAnswer: PartyAuth,
    InvitationDocument: Invitation,
    Manifest: Manifest,
    MemberCertificate: MemberCertificate,
    RegistrarCertificate: RegistrarCertificate,
    RevocationList: Revocation,
}

/// The bytes that are signed.
fn message(domain: Domain, payload: &Bytes) -> Vec<u8> {
    [domain.prefix(), payload.as_ref()].concat()
}

/// The signature under a payload.
pub fn sign(domain: Domain, payload: &Bytes, key: &SigningKey) -> Bytes {
    key.sign(&message(domain, payload)).into()
}

/// Whether the signature under the payload is by that key.
pub fn verifies(domain: Domain, payload: &Bytes, signature: &Bytes, key: &PublicKey) -> bool {
    Fixed::try_from(signature).is_ok_and(|signature| key.verifies(&message(domain, payload), &signature))
}

/// The JSON of a document. Those of this protocol have text keys and plain values, so that it does not fail.
pub(crate) fn payload(document: &impl Serialize) -> Bytes {
    Bytes(serde_json::to_vec(document).unwrap_or_default())
}

/// What a payload says; none if it cannot be read, or is of an unknown version. Believe it after the signature.
pub(crate) fn read<T: Document>(payload: &Bytes) -> Option<T> {
    serde_json::from_slice(payload.as_ref()).ok().filter(|document: &T| document.version() == VERSION)
}

/// Signs a document.
pub fn signed<T: Document>(document: &T, key: &SigningKey) -> Signed {
    let payload = payload(document);
    let signature = sign(T::DOMAIN, &payload, key);
    Signed { payload, signature }
}

/// Signs a document of a party; with the registrar's certificate, if the key is a registrar's.
pub fn envelope<T: Document>(document: &T, key: &SigningKey, issuer: Option<Signed>) -> Envelope {
    let Signed { payload, signature } = signed(document, key);
    Envelope { payload, signature, issuer }
}

/// An envelope as bytes: UTF-8 JSON.
pub fn envelope_to_bytes(envelope: &Envelope) -> Vec<u8> {
    payload(envelope).0
}

/// Reads an envelope; none if the bytes are none.
pub fn envelope_from_bytes(bytes: &[u8]) -> Option<Envelope> {
    serde_json::from_slice(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(v: u32) -> ChallengeAnswer {
        let summit = wire::SummitId::new("k3v9x2").unwrap();
        ChallengeAnswer { v, summit, party: wire::PartyId::new("meridia").unwrap(), challenge: Bytes::default() }
    }

    #[test]
    fn a_document_of_one_kind_is_none_of_another() {
        let key = SigningKey::from_seed([3; 32]).unwrap();
        let Signed { payload, signature } = signed(&challenge(1), &key);
        assert!(verifies(Domain::PartyAuth, &payload, &signature, &key.public()));
        assert!(!verifies(Domain::MemberCertificate, &payload, &signature, &key.public()));
        assert!(!verifies(Domain::PartyAuth, &payload, &Bytes(vec![0; 63]), &key.public()));
    }

    #[test]
    fn a_document_of_another_version_cannot_be_read() {
        assert_eq!(read(&payload(&challenge(1))), Some(challenge(1)));
        assert_eq!(read::<ChallengeAnswer>(&payload(&challenge(2))), None);
    }

    #[test]
    fn an_envelope_without_an_issuer_does_not_name_one() {
        let key = SigningKey::from_seed([3; 32]).unwrap();
        let envelope = envelope(&challenge(1), &key, None);
        let text = String::from_utf8(envelope_to_bytes(&envelope)).unwrap();
        assert!(!text.contains("issuer"), "{text}");
        assert_eq!(envelope_from_bytes(text.as_bytes()), Some(envelope));
    }
}
