//! The file of a key: JSON, readable by its owner only. The seed is encrypted with AES-256-GCM under a key that Argon2id (RFC 9106)
//! makes of the passphrase; the public part stands beside it and is bound to it.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use seal::{PublicKey, SigningKey};
use serde::{Deserialize, Serialize};
use wire::{Bytes, PartyId};
use zeroize::Zeroizing;

use crate::passphrase::Passphrase;
use crate::secret;

/// The version of the format.
const VERSION: u32 = 1;
/// Argon2id with 64 MiB, three passes and one lane: half a second of a small machine, and the second choice of RFC 9106.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// What a file may ask for at most, so that one of somebody else does not stop the machine.
const MEMORY_KIB_MAX: u32 = 1024 * 1024;
const PASSES_MAX: u32 = 16;
/// The largest file that is read.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyFile {
    v: u32,
    /// Whose it is.
    pub(crate) party: PartyId,
    /// The public part.
    pub(crate) public: PublicKey,
    kdf: Kdf,
    nonce: Bytes,
    sealed: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kdf {
    name: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Bytes,
}

/// Why a key cannot be used. None of them names a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("{path} cannot be {what}: {source}")]
    File { path: String, what: &'static str, source: std::io::Error },
    #[error("{0} is not the file of a key of this version; `sommet key init` makes one")]
    Format(String),
    #[error("the passphrase is not that of the key of {0}")]
    Passphrase(PartyId),
    #[error("the system does not give what a key needs; try again on a machine with 100 MB of free memory")]
    System,
}

impl KeyFile {
    /// Makes a new key.
    pub(crate) fn make(party: PartyId, passphrase: &Passphrase) -> Result<(Self, SigningKey), KeyError> {
        let key = SigningKey::generate(&mut secret::entropy()).map_err(|_| KeyError::System)?;
        let salt = Bytes(secret::bytes::<16>().to_vec());
        let kdf = Kdf { name: "argon2id".to_owned(), memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt };
        let nonce = secret::bytes::<12>();
        let public = key.public();
        let wrap = kdf.derive(passphrase).ok_or(KeyError::System)?;
        let mut sealed = key.seed().to_vec();
        wrap.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound_to(&party, &public), &mut sealed)
            .map_err(|_| KeyError::System)?;
        let nonce = Bytes(nonce.to_vec());
        Ok((Self { v: VERSION, party, public, kdf, nonce, sealed: Bytes(sealed) }, key))
    }

    /// Reads a file.
    pub(crate) fn load(path: &Path) -> Result<Self, KeyError> {
        let name = path.display().to_string();
        let mut text = String::new();
        let opened = std::fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text));
        opened.map_err(|source| KeyError::File { path: name.clone(), what: "read", source })?;
        let read: Self = serde_json::from_str(&text).map_err(|_| KeyError::Format(name.clone()))?;
        if read.v == VERSION && read.kdf.is_fair() { Ok(read) } else { Err(KeyError::Format(name)) }
    }

    /// Writes a new file; one that exists stays as it is.
    pub(crate) fn save_new(&self, path: &Path) -> Result<(), KeyError> {
        let name = || path.display().to_string();
        let cannot = |source| KeyError::File { path: name(), what: "written", source };
        let text = serde_json::to_string_pretty(self).map_err(|_| KeyError::Format(name()))?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(cannot)?;
        file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(cannot)?;
        file.sync_all().map_err(cannot)
    }

    /// Opens the key.
    pub(crate) fn open(&self, passphrase: &Passphrase) -> Result<SigningKey, KeyError> {
        let wrong = || KeyError::Passphrase(self.party.clone());
        let wrap = self.kdf.derive(passphrase).ok_or(KeyError::System)?;
        let nonce = Nonce::try_assume_unique_for_key(&self.nonce.0).map_err(|_| wrong())?;
        let mut sealed = Zeroizing::new(self.sealed.0.clone());
        let opened =
            wrap.open_in_place(nonce, bound_to(&self.party, &self.public), &mut sealed).map_err(|_| wrong())?;
        let seed = Zeroizing::new(<[u8; 32]>::try_from(&*opened).map_err(|_| wrong())?);
        let key = SigningKey::from_seed(*seed).map_err(|_| KeyError::System)?;
        if key.public() == self.public { Ok(key) } else { Err(wrong()) }
    }
}

/// What must not be exchanged around the seed.
fn bound_to(party: &PartyId, public: &PublicKey) -> Aad<Vec<u8>> {
    Aad::from([b"sommet/key-file/v1\0", party.as_str().as_bytes(), b"\0", public.as_bytes()].concat())
}

impl Kdf {
    fn is_fair(&self) -> bool {
        self.name == "argon2id" && self.memory_kib <= MEMORY_KIB_MAX && self.passes <= PASSES_MAX && self.lanes <= 16
    }

    fn derive(&self, passphrase: &Passphrase) -> Option<LessSafeKey> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok()?;
        let mut wrap = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt.0, &mut *wrap)
            .ok()?;
        Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*wrap).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn phrase(text: &str) -> Passphrase {
        Zeroizing::new(text.to_owned())
    }

    #[test]
    fn a_key_opens_with_its_passphrase_and_is_not_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("meridia.key.json");
        let (made, key) = KeyFile::make("meridia".parse().unwrap(), &phrase("a long passphrase")).unwrap();
        made.save_new(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(made.save_new(&path), Err(KeyError::File { .. })), "a key is never overwritten");
        let read = KeyFile::load(&path).unwrap();
        assert_eq!(read.open(&phrase("a long passphrase")).unwrap().seed(), key.seed());
        assert!(matches!(read.open(&phrase("another passphrase")), Err(KeyError::Passphrase(_))));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&seal::document::encode(key.seed())) && !text.contains("passphrase"), "{text}");
    }

    #[test]
    fn nothing_in_the_file_can_be_exchanged() {
        let (made, _) = KeyFile::make("meridia".parse().unwrap(), &phrase("a long passphrase")).unwrap();
        let (other, _) = KeyFile::make("vesland".parse().unwrap(), &phrase("a long passphrase")).unwrap();
        let changed = [
            KeyFile { party: other.party.clone(), ..made.clone() },
            KeyFile { public: other.public, ..made.clone() },
            KeyFile { sealed: other.sealed.clone(), ..made.clone() },
            KeyFile { nonce: Bytes(vec![1]), ..made.clone() },
        ];
        for file in changed {
            assert!(matches!(file.open(&phrase("a long passphrase")), Err(KeyError::Passphrase(_))));
        }
    }

    #[test]
    fn a_file_that_asks_for_too_much_or_is_of_another_kind_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let (made, _) = KeyFile::make("meridia".parse().unwrap(), &phrase("a long passphrase")).unwrap();
        let vast = Kdf { memory_kib: u32::MAX, ..made.kdf.clone() };
        for file in [KeyFile { v: 2, ..made.clone() }, KeyFile { kdf: vast, ..made }] {
            std::fs::write(&path, serde_json::to_string(&file).unwrap()).unwrap();
            assert!(matches!(KeyFile::load(&path), Err(KeyError::Format(_))));
        }
        std::fs::write(&path, "nonsense").unwrap();
        assert!(matches!(KeyFile::load(&path), Err(KeyError::Format(_))));
    }
}
