//! Key, nonce and cipher of one key id (RFC 9605 section 4.4), for suite 4.

use std::fmt;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::header::Header;
use crate::error::{FrameError, SealError};
use crate::kdf;

/// The cipher suite, as it stands in the labels.
const SUITE: [u8; 2] = [0, 4];

/// The length of the tag.
const TAG: usize = 16;

/// The base key of a group's epoch. It is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseKey([u8; 16]);

impl BaseKey {
    /// The base key of those bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for BaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BaseKey")
    }
}

/// Key and salt of a key id (RFC 9605 section 4.4.2); the base key may be of any length there.
pub fn derive(base_key: &[u8], kid: u64) -> ([u8; 16], [u8; NONCE_LEN]) {
    let secret = kdf::extract(base_key);
    let label = |text: &[u8]| [text, &kid.to_be_bytes(), &SUITE].concat();
    (kdf::expand(&secret, &label(b"SFrame 1.0 Secret key ")), kdf::expand(&secret, &label(b"SFrame 1.0 Secret salt ")))
}

/// One key id, ready to seal and to open.
pub(super) struct Cipher {
    key: LessSafeKey,
    salt: [u8; NONCE_LEN],
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}

impl Cipher {
    /// None only if the library takes no key of sixteen bytes.
    pub(super) fn new(base_key: &[u8], kid: u64) -> Option<Self> {
        let (key, salt) = derive(base_key, kid);
        UnboundKey::new(&AES_128_GCM, &key).ok().map(|key| Self { key: LessSafeKey::new(key), salt })
    }

    pub(super) fn of(base_key: &BaseKey, kid: u64) -> Option<Self> {
        Self::new(&base_key.0, kid)
    }

    fn nonce(&self, ctr: u64) -> Nonce {
        let mut nonce = self.salt;
        for (byte, count) in nonce[NONCE_LEN - 8..].iter_mut().zip(ctr.to_be_bytes()) {
            *byte ^= count;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// `header || ciphertext || tag`, after what is in `out` already.
    pub(super) fn seal(
        &self,
        header: Header,
        metadata: &[u8],
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let head = header.to_bytes();
        let aad = Aad::from([&head, metadata].concat());
        out.reserve(head.len() + plain.len() + TAG);
        out.extend_from_slice(&head);
        let start = out.len();
        out.extend_from_slice(plain);
        let tag = self
            .key
            .seal_in_place_separate_tag(self.nonce(header.ctr), aad, &mut out[start..])
            .map_err(|_| SealError::NoKey)?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// The plaintext of `ciphertext || tag`.
    pub(super) fn open(
        &self,
        header: Header,
        head: &[u8],
        metadata: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, FrameError> {
        let aad = Aad::from([head, metadata].concat());
        let mut bytes = sealed.to_vec();
        let plain =
            self.key.open_in_place(self.nonce(header.ctr), aad, &mut bytes).map_err(|_| FrameError::AuthFailed)?;
        let length = plain.len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// Seals as RFC 9605 says and nothing more, for the vectors: no counter is kept.
///
/// # Errors
/// Only if the library cannot.
pub fn seal_raw(base_key: &[u8], header: Header, metadata: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut out = Vec::new();
    Cipher::new(base_key, header.kid).ok_or(SealError::NoKey)?.seal(header, metadata, plain, &mut out)?;
    Ok(out)
}

/// Opens what [`seal_raw`] sealed.
///
/// # Errors
/// The tag does not hold, or there is none.
pub fn open_raw(base_key: &[u8], metadata: &[u8], sealed: &[u8]) -> Result<Vec<u8>, FrameError> {
    let (header, length) = Header::read(sealed).ok_or(FrameError::AuthFailed)?;
    let (head, rest) = sealed.split_at(length);
    Cipher::new(base_key, header.kid).ok_or(FrameError::NoKey)?.open(header, head, metadata, rest)
}
