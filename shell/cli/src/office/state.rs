//! The registrar's state: which invitations it made, with the proof keys of their links, and which certificates it gave. It
//! stands beside the party's key, encrypted with a key that is derived from it, so that who copies the file has nothing.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use seal::SigningKey;
use seal::registrar::RegistrarState;
use serde::{Deserialize, Serialize};
use wire::{Bytes, PartyId, SummitId};

use crate::secret;

/// The version of the format.
const VERSION: u32 = 1;
/// The largest state: 200 seats that were invited a hundred times.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Where the state of one party at one summit is.
#[derive(Clone, Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    lock: PathBuf,
    /// What must not be exchanged around the state.
    bound_to: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    v: u32,
    nonce: Bytes,
    sealed: Bytes,
}

/// The state while nobody else may change it.
pub(crate) struct Locked<'f> {
    file: &'f StateFile,
    /// Held for its lock.
    _lock: File,
}

impl StateFile {
    pub(crate) fn new(folder: &Path, party: &PartyId, summit: &SummitId) -> Self {
        let name = format!("{party}.{summit}.registrar");
        let bound_to = format!("sommet/registrar-state/v1\0{summit}\0{party}").into_bytes();
        Self { path: folder.join(format!("{name}.json")), lock: folder.join(format!("{name}.lock")), bound_to }
    }

    /// Waits until no other program of this party works with the state.
    pub(crate) fn lock(&self) -> Result<Locked<'_>, String> {
        let cannot = |error: std::io::Error| format!("{} cannot be used: {error}", self.lock.display());
        let mut how = OpenOptions::new();
        let lock = how.write(true).create(true).truncate(false).mode(0o600).open(&self.lock).map_err(cannot)?;
        lock.lock().map_err(cannot)?;
        Ok(Locked { file: self, _lock: lock })
    }
}

impl Locked<'_> {
    /// The state; none before it was saved for the first time.
    pub(crate) fn load(&self, key: &SigningKey) -> Result<Option<RegistrarState>, String> {
        let path = &self.file.path;
        let mut text = String::new();
        match File::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text)) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
        }
        let opened = || {
            let kept: Kept = serde_json::from_str(&text).ok().filter(|kept: &Kept| kept.v == VERSION)?;
            let nonce = Nonce::try_assume_unique_for_key(&kept.nonce.0).ok()?;
            let mut sealed = kept.sealed.0;
            let plain = wrap(key)?.open_in_place(nonce, Aad::from(&self.file.bound_to), &mut sealed).ok()?;
            serde_json::from_slice(plain).ok()
        };
        let wrong = || {
            format!(
                "{} is not the registrar's state of this key; put back the right file, or take it away and invite anew",
                path.display()
            )
        };
        opened().map(Some).ok_or_else(wrong)
    }

    /// Replaces the state in one step.
    pub(crate) fn save(&self, key: &SigningKey, state: &RegistrarState) -> Result<(), String> {
        let path = &self.file.path;
        let failed = || format!("{} cannot be sealed", path.display());
        let nonce = secret::bytes::<12>();
        let mut sealed = serde_json::to_vec(state).map_err(|_| failed())?;
        wrap(key)
            .and_then(|wrap| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                wrap.seal_in_place_append_tag(nonce, Aad::from(&self.file.bound_to), &mut sealed).ok()
            })
            .ok_or_else(failed)?;
        let kept = Kept { v: VERSION, nonce: Bytes(nonce.to_vec()), sealed: Bytes(sealed) };
        let text = serde_json::to_vec(&kept).map_err(|_| failed())?;
        let new = path.with_extension("json.new");
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(&text)?;
            file.sync_all()?;
            std::fs::rename(&new, path)
        };
        write().map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }
}

/// The key of the state.
fn wrap(key: &SigningKey) -> Option<LessSafeKey> {
    let derived = Salt::new(HKDF_SHA256, &[]).extract(key.seed());
    let derived = derived.expand(&[b"sommet/registrar-state/v1"], &AES_256_GCM).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(derived)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use seal::registrar::Registrar;

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed([seed; 32]).unwrap()
    }

    #[test]
    fn the_state_is_kept_for_its_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let (party, summit): (PartyId, SummitId) = ("meridia".parse().unwrap(), "talks".parse().unwrap());
        let file = StateFile::new(folder.path(), &party, &summit);
        let locked = file.lock().unwrap();
        assert_eq!(locked.load(&key(1)).unwrap(), None);
        let mut registrar = Registrar::with_root(summit, party, key(1));
        registrar.revoke(&[seal::document::Fixed([7; 16])]);
        locked.save(&key(1), registrar.state()).unwrap();
        locked.save(&key(1), registrar.state()).unwrap();
        assert_eq!(locked.load(&key(1)).unwrap().as_ref(), Some(registrar.state()));
        assert!(locked.load(&key(2)).unwrap_err().contains("is not the registrar's state"));
        let path = folder.path().join("meridia.talks.registrar.json");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!std::fs::read_to_string(&path).unwrap().contains("revoked"));
    }
}
