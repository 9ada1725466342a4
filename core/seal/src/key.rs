//! Ed25519 keys: of parties, of registrars and of members.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::document::Fixed;
use crate::entropy::{self, Entropy};
use crate::error::KeyError;
use crate::fingerprint::digits;
use crate::kdf;

/// What signatures are checked with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicKey(pub Fixed<32>);

impl PublicKey {
    /// The key of those bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Fixed(bytes))
    }

    /// The key's 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0.0
    }

    /// Whether the signature over the message is by this key.
    pub fn verifies(&self, message: &[u8], signature: &Fixed<64>) -> bool {
        UnparsedPublicKey::new(&ED25519, self.as_bytes()).verify(message, &signature.0).is_ok()
    }

    /// The fingerprint of a root key: 30 digits in six groups, to be compared by voice or on paper.
    pub fn fingerprint(&self) -> String {
        digits(&kdf::sha256(&[b"sommet/root-key/v1\0", self.as_bytes()]))
    }
}

impl TryFrom<&wire::Bytes> for PublicKey {
    type Error = KeyError;
    fn try_from(bytes: &wire::Bytes) -> Result<Self, KeyError> {
        Fixed::try_from(bytes).map(Self).map_err(|_| KeyError)
    }
}

impl From<PublicKey> for wire::Bytes {
    fn from(key: PublicKey) -> Self {
        key.0.into()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What signatures are made with. It is never printed.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// A new key.
    pub fn generate(entropy: &mut impl Entropy) -> Result<Self, KeyError> {
        Self::from_seed(entropy::draw(entropy))
    }

    /// The key of that seed (the private key of RFC 8032).
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError)?;
        let public = <[u8; 32]>::try_from(pair.public_key().as_ref()).map_err(|_| KeyError)?;
        Ok(Self { seed, pair, public: PublicKey::from_bytes(public) })
    }

    /// The seed, to be kept where nobody else reads it.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs the message.
    pub fn sign(&self, message: &[u8]) -> Fixed<64> {
        let mut bytes = [0; 64];
        bytes.copy_from_slice(self.pair.sign(message).as_ref());
        Fixed(bytes)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_by_one_key_over_one_message() {
        let key = SigningKey::from_seed([1; 32]).unwrap();
        let other = SigningKey::from_seed([2; 32]).unwrap();
        let signature = key.sign(b"message");
        assert!(key.public().verifies(b"message", &signature));
        assert!(!key.public().verifies(b"massage", &signature));
        assert!(!other.public().verifies(b"message", &signature));
    }

    #[test]
    fn the_seed_is_not_printed() {
        let key = SigningKey::from_seed([1; 32]).unwrap();
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.public()));
    }
}
