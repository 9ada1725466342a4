//! An invitation: what a personal link carries, and how who has it proves so to the party's registrar. The server is told
//! neither the secret nor anything from which it could be found.

use std::fmt;

use serde::{Deserialize, Serialize};
use wire::{CertificateRequest, Envelope, InvitationDocument, WallTime};

use crate::certificate::{is_in_time, signer_of};
use crate::document::{Fixed, InvitationId, encode};
use crate::entropy::{self, Entropy};
use crate::error::CertificateError;
use crate::kdf;
use crate::key::PublicKey;
use crate::manifest::Agreed;
use crate::signed;

/// The secret of an invitation: 32 characters that stand in the personal link. It is printed only on purpose.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What proves an invitation to the registrar.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProofKey(Fixed<32>);

impl Secret {
    /// A new secret.
    pub fn generate(entropy: &mut impl Entropy) -> Self {
        Self(encode(&entropy::draw::<24>(entropy)))
    }

    /// The secret of a link; none if the text cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (text.len() == 32 && text.bytes().all(allowed)).then(|| Self(text.to_owned()))
    }

    /// The text for the link.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What opens a session at the server.
    pub fn access(&self) -> String {
        encode(&kdf::hkdf::<24>(self.0.as_bytes(), b"sommet/access/v1"))
    }

    /// What proves the invitation to the registrar.
    pub fn proof_key(&self) -> ProofKey {
        ProofKey(Fixed(kdf::hkdf(self.0.as_bytes(), b"sommet/proof/v1")))
    }

    /// Asks to have the key certified.
    pub fn request(&self, jti: InvitationId, key: PublicKey) -> CertificateRequest {
        let proof = self.proof_key().proof(&jti, &key).into();
        CertificateRequest { jti: jti.into(), key: key.into(), proof }
    }
}

impl ProofKey {
    /// The proof for that invitation and key.
    pub fn proof(&self, jti: &InvitationId, key: &PublicKey) -> Fixed<32> {
        Fixed(kdf::hmac(&self.0.0, &[b"sommet/cert-request/v1\0", &jti.0, key.as_bytes()]))
    }

    /// Whether the proof of that invitation and key was made by who has the invitation's secret.
    pub fn holds(&self, jti: &InvitationId, key: &PublicKey, proof: &[u8]) -> bool {
        kdf::equal(&self.proof(jti, key).0, proof)
    }

    /// The 32 bytes, for the test vectors and the registrar's own file.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofKey")
    }
}

/// Reads an invitation and checks that a party of that summit signed it for one of its seats, and that it is of this time.
///
/// # Errors
/// As for a certificate.
pub fn check(invitation: &Envelope, agreed: &Agreed, now: WallTime) -> Result<InvitationDocument, CertificateError> {
    let body: InvitationDocument = signed::read(&invitation.payload).ok_or(CertificateError::Malformed)?;
    InvitationId::try_from(&body.jti).map_err(|_| CertificateError::Malformed)?;
    signer_of::<InvitationDocument>(invitation, &body.party, agreed, Some(now))?;
    if &body.summit != agreed.summit() {
        return Err(CertificateError::Malformed);
    }
    if agreed.plan().party_of(&body.seat).as_ref() != Some(&body.party) {
        return Err(CertificateError::Seat);
    }
    if !is_in_time(now, body.nbf, body.exp) {
        return Err(CertificateError::Expired);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_cannot_carry_is_no_secret() {
        assert!(Secret::parse("abcdefghijklmnopqrstuvwxyz-_0189").is_some());
        assert!(Secret::parse("abcdefghijklmnopqrstuvwxyz-_018").is_none());
        assert!(Secret::parse("abcdefghijklmnopqrstuvwxyz-_018=").is_none());
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::parse("abcdefghijklmnopqrstuvwxyz-_0189").unwrap();
        assert_eq!(format!("{secret:?} {:?}", secret.proof_key()), "Secret ProofKey");
    }
}
