//! HPKE (RFC 9180) in the one form that cipher suite 1 uses: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
//! AES-128-GCM, one message for each context. Over aws-lc, which the rest of the project uses: the crates that `openmls`
//! would bring for it are under another licence, and are a second cryptography library.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};

use crate::kdf;

const KEM_ID: &[u8] = b"KEM\x00\x20";
const HPKE_ID: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x01";
const VERSION: &[u8] = b"HPKE-v1";

fn labeled_extract(suite: &[u8], salt: &[u8], label: &[u8], secret: &[u8]) -> [u8; 32] {
    kdf::extract_with(salt, &[VERSION, suite, label, secret])
}

fn labeled_expand(suite: &[u8], key: &[u8; 32], label: &[u8], info: &[u8], length: u16) -> Option<Vec<u8>> {
    kdf::expand_to(key, &[&length.to_be_bytes(), VERSION, suite, label, info], usize::from(length))
}

fn diffie_hellman(private: &PrivateKey, public: &[u8]) -> Option<[u8; 32]> {
    agree(private, UnparsedPublicKey::new(&X25519, public), (), |shared| shared.try_into().map_err(|_| ())).ok()
}

fn private_key(bytes: &[u8]) -> Option<PrivateKey> {
    PrivateKey::from_private_key(&X25519, bytes).ok()
}

fn public_key(private: &PrivateKey) -> Option<Vec<u8>> {
    private.compute_public_key().ok().map(|public| public.as_ref().to_vec())
}

/// `DeriveKeyPair`: the private and the public key.
pub(super) fn derive_key_pair(secret: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let key = labeled_extract(KEM_ID, b"", b"dkp_prk", secret);
    let private = labeled_expand(KEM_ID, &key, b"sk", b"", 32)?;
    let public = public_key(&private_key(&private)?)?;
    Some((private, public))
}

/// What sender and receiver share of one exchange.
pub(super) struct Context {
    key: Vec<u8>,
    nonce: [u8; 12],
    exporter: [u8; 32],
}

impl Context {
    fn new(exchange: &[u8; 32], encapsulated: &[u8], public: &[u8], info: &[u8]) -> Option<Self> {
        let key = labeled_extract(KEM_ID, b"", b"eae_prk", exchange);
        let shared = labeled_expand(KEM_ID, &key, b"shared_secret", &[encapsulated, public].concat(), 32)?;
        let psk_id = labeled_extract(HPKE_ID, b"", b"psk_id_hash", b"");
        let info = labeled_extract(HPKE_ID, b"", b"info_hash", info);
        let context = [&[0], psk_id.as_slice(), &info].concat();
        let secret = labeled_extract(HPKE_ID, &shared, b"secret", b"");
        Some(Self {
            key: labeled_expand(HPKE_ID, &secret, b"key", &context, 16)?,
            nonce: labeled_expand(HPKE_ID, &secret, b"base_nonce", &context, 12)?.try_into().ok()?,
            exporter: labeled_expand(HPKE_ID, &secret, b"exp", &context, 32)?.try_into().ok()?,
        })
    }

    /// The sender's side, and what it sends along; `ephemeral` are 32 random bytes that are used for nothing else.
    pub(super) fn to(public: &[u8], info: &[u8], ephemeral: &[u8]) -> Option<(Vec<u8>, Self)> {
        let private = private_key(ephemeral)?;
        let encapsulated = public_key(&private)?;
        let context = Self::new(&diffie_hellman(&private, public)?, &encapsulated, public, info)?;
        Some((encapsulated, context))
    }

    /// The receiver's side.
    pub(super) fn from(encapsulated: &[u8], private: &[u8], info: &[u8]) -> Option<Self> {
        let private = private_key(private)?;
        let public = public_key(&private)?;
        Self::new(&diffie_hellman(&private, encapsulated)?, encapsulated, &public, info)
    }

    /// Seals the one message of the context.
    pub(super) fn seal(self, aad: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        seal(&self.key, self.nonce, aad, plain)
    }

    /// Opens it.
    pub(super) fn open(self, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.key, self.nonce, aad, sealed)
    }

    /// A secret of the exchange.
    pub(super) fn export(&self, context: &[u8], length: usize) -> Option<Vec<u8>> {
        labeled_expand(HPKE_ID, &self.exporter, b"sec", context, u16::try_from(length).ok()?)
    }
}

fn key(bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_128_GCM, bytes).ok().map(LessSafeKey::new)
}

/// AES-128-GCM, the tag at the end.
pub(super) fn seal(bytes: &[u8], nonce: [u8; 12], aad: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = plain.to_vec();
    let nonce = Nonce::assume_unique_for_key(nonce);
    key(bytes)?.seal_in_place_append_tag(nonce, Aad::from(aad), &mut sealed).ok()?;
    Some(sealed)
}

/// The way back.
pub(super) fn open(bytes: &[u8], nonce: [u8; 12], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let mut plain = sealed.to_vec();
    let length = key(bytes)?.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut plain).ok()?.len();
    plain.truncate(length);
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// Appendix A.1.1.
    #[test]
    fn it_is_that_of_rfc_9180() {
        let ephemeral = bytes("7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234");
        let (ephemeral, encapsulated) = derive_key_pair(&ephemeral).unwrap();
        assert_eq!(encapsulated, bytes("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"));
        let receiver = bytes("6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037");
        let (private, public) = derive_key_pair(&receiver).unwrap();
        assert_eq!(public, bytes("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d"));
        let info = bytes("4f6465206f6e2061204772656369616e2055726e");
        let (sent, context) = Context::to(&public, &info, &ephemeral).unwrap();
        assert_eq!(sent, encapsulated);
        assert_eq!(context.key, bytes("4531685d41d65f03dc48f6b8302c05b0"));
        assert_eq!(context.nonce.as_slice(), bytes("56d890e5accaaf011cff4b7d"));
        let plain = bytes("4265617574792069732074727574682c20747275746820626561757479");
        let aad = bytes("436f756e742d30");
        let expected = "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a";
        let sealed = context.seal(&aad, &plain).unwrap();
        assert_eq!(sealed, bytes(expected));
        assert_eq!(Context::from(&sent, &private, &info).unwrap().open(&aad, &sealed).unwrap(), plain);
    }

    #[test]
    fn a_key_that_makes_every_secret_zero_is_refused() {
        assert!(Context::to(&[0; 32], b"", &[7; 32]).is_none());
        assert!(Context::to(&[9; 31], b"", &[7; 32]).is_none());
    }
}
