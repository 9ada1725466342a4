//! What a party's own programs share: the party's key, the registrar's state beside it, and the conversation with the server.
//! Nothing that the server says is believed which the manifest, signed by this party, says otherwise.

mod line;
mod state;

use std::path::{Path, PathBuf};

use seal::SigningKey;
use seal::manifest::{self, Agreed, Manifest};
use seal::registrar::Registrar;
use seal::signed::{Domain, verifies};
use wire::{PartyId, SignedManifest, SummitId};

use crate::key::file::KeyFile;
use crate::passphrase;
use crate::reach::{Address, Fingerprint, Reach, Server};
pub(crate) use line::{Line, LineError};
use state::StateFile;

/// A party's key and the server to talk to.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// The same where a command can do without: both, or neither.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Maybe {
    /// The party's key, as `sommet key init` made it
    #[arg(long, value_name = "FILE", requires = "server")]
    key: Option<PathBuf>,
    /// Where the server is, such as `https://summit.example:8443`
    #[arg(long, value_name = "URL", requires = "key")]
    server: Option<Address>,
    /// SHA-256 of the server's certificate, as `sommet serve` prints it; not needed on this machine
    #[arg(long, value_name = "HEX", requires = "server")]
    fingerprint: Option<Fingerprint>,
    #[command(flatten)]
    passphrase: passphrase::Source,
}

impl Maybe {
    /// What was given, if it was.
    pub(crate) fn given(self) -> Option<Args> {
        let key = KeyArgs { key: self.key?, passphrase: self.passphrase };
        Some(Args { key, server: Server { server: self.server?, fingerprint: self.fingerprint } })
    }
}

/// A party's key.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct KeyArgs {
    /// The party's key, as `sommet key init` made it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) passphrase: passphrase::Source,
}

impl KeyArgs {
    /// The party and its key, after asking for the passphrase.
    pub(crate) fn open(&self) -> Result<(PartyId, SigningKey), Box<dyn std::error::Error>> {
        let file = KeyFile::load(&self.key)?;
        let passphrase = self.passphrase.read(file.party.as_str())?;
        let key = file.open(&passphrase)?;
        Ok((file.party, key))
    }
}

/// A party's business at one summit.
pub(crate) struct Office {
    key: SigningKey,
    /// Which party.
    pub(crate) party: PartyId,
    /// Which summit.
    pub(crate) summit: SummitId,
    reach: Reach,
    state: StateFile,
}

impl Office {
    /// Opens the key and the state beside it.
    pub(crate) fn open(args: &Args, summit: SummitId) -> Result<Self, Box<dyn std::error::Error>> {
        let reach = args.server.reach()?;
        let (party, key) = args.key.open()?;
        let folder = args.key.key.parent().unwrap_or(Path::new(""));
        Ok(Self::new(key, party, summit, folder, reach))
    }

    /// An office whose state is in `folder`.
    pub(crate) fn new(key: SigningKey, party: PartyId, summit: SummitId, folder: &Path, reach: Reach) -> Self {
        let state = StateFile::new(folder, &party, &summit);
        Self { key, party, summit, reach, state }
    }

    /// Whose signatures this office makes.
    pub(crate) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Opens a conversation with the server; the manifest it shows is of this summit and names this key.
    pub(crate) async fn connect(&self, registrar: bool) -> Result<Line, LineError> {
        let answer = |challenge: [u8; 32]| {
            let office = Registrar::with_root(self.summit.clone(), self.party.clone(), self.copy_of_key()?);
            Ok(office.answer_challenge(challenge))
        };
        let line = Line::open(&self.reach, &self.summit, &self.party, registrar, answer).await?;
        let manifest = manifest::read(&line.manifest).map_err(|error| LineError::Manifest(error.to_string()))?;
        if manifest.document().summit != self.summit {
            return Err(LineError::Manifest("it is of another summit".to_owned()));
        }
        if manifest.root(&self.party) != Some(&self.key.public()) {
            return Err(LineError::Manifest("it names another key for this party".to_owned()));
        }
        Ok(line)
    }

    /// What the parties agreed on.
    ///
    /// # Errors
    /// Who has not signed, or what is not good.
    pub(crate) fn agreed(&self, manifest: &SignedManifest) -> Result<Agreed, String> {
        Agreed::verify(manifest, &self.summit).map_err(|error| error.to_string())
    }

    /// What this party has signed, whether the others have or not.
    pub(crate) fn signed_here(&self, manifest: &SignedManifest) -> Result<Manifest, String> {
        let read = manifest::read(manifest).map_err(|error| error.to_string())?;
        let own = manifest.signatures.iter().find(|signature| signature.party == self.party);
        let key = self.key.public();
        let holds = own.is_some_and(|own| verifies(Domain::Manifest, &manifest.payload, &own.signature, &key));
        if holds {
            Ok(read)
        } else {
            Err(format!(
                "{} has not signed yet; look at the summit and sign: sommet summit sign {}",
                self.party, self.summit
            ))
        }
    }

    /// Works with the registrar's state as it stands, and keeps what became of it before anything is returned. Other
    /// programs of this party wait meanwhile.
    pub(crate) fn with_registrar<T>(&self, work: impl FnOnce(&mut Registrar) -> T) -> Result<T, String> {
        let locked = self.state.lock()?;
        let key = self.copy_of_key().map_err(|error| error.to_string())?;
        let mut registrar = match locked.load(&self.key)? {
            Some(state) => Registrar::restore(key, state),
            None => Registrar::with_root(self.summit.clone(), self.party.clone(), key),
        };
        let result = work(&mut registrar);
        locked.save(&self.key, registrar.state())?;
        Ok(result)
    }

    fn copy_of_key(&self) -> Result<SigningKey, LineError> {
        SigningKey::from_seed(*self.key.seed()).map_err(|error| LineError::Protocol(error.to_string()))
    }
}
