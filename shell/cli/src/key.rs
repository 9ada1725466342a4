//! `sommet key`: a party's root key, which never leaves the party's own machine.

pub(crate) mod file;

use std::path::{Path, PathBuf};

use seal::PublicKey;
use wire::PartyId;

use crate::{Outcome, passphrase};
use file::KeyFile;

/// Make the key of a party, and show its public part.
///
/// Each delegation, and the secretariat, makes its own on a machine of its own. The public part goes into the summit's file; the
/// other parties compare its fingerprint by voice or on paper.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Key {
    /// Make a key and keep it in a file, encrypted with a passphrase
    Init {
        /// Whose: the id of the delegation in the summit's file, or "secretariat"
        party: PartyId,
        /// Where to keep it [default: PARTY.key.json]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        passphrase: passphrase::Source,
    },
    /// Print the public part of a key and its fingerprint; no passphrase is needed
    Show {
        /// The key
        file: PathBuf,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
}

impl Key {
    pub(crate) fn run(self) -> Outcome {
        match self {
            Self::Init { party, file, passphrase } => {
                let file = file.unwrap_or_else(|| PathBuf::from(format!("{party}.key.json")));
                if file.exists() {
                    return Err(format!(
                        "{} exists; a key is never overwritten, choose another --file",
                        file.display()
                    )
                    .into());
                }
                let passphrase = passphrase.make(party.as_str())?;
                let (made, _) = KeyFile::make(party, &passphrase)?;
                made.save_new(&file)?;
                println!("Made the key of {} in {}.", made.party, file.display());
                println!(
                    "Keep the file and its passphrase apart, and a copy of both: without them nobody acts for this party.\n"
                );
                show(&made, &file);
            }
            Self::Show { file, json } => {
                let read = KeyFile::load(&file)?;
                if json {
                    let (party, key, fingerprint) = (&read.party, read.public.to_string(), read.public.fingerprint());
                    println!("{}", serde_json::json!({ "party": party, "key": key, "fingerprint": fingerprint }));
                } else {
                    show(&read, &file);
                }
            }
        }
        Ok(())
    }
}

fn show(key: &KeyFile, file: &Path) {
    let name = if key.party.as_str() == wire::SECRETARIAT { "secretariat_key" } else { "key" };
    println!("For the summit's file, by whoever writes it:\n\n  {name} = \"{}\"\n", key.public);
    println!("To compare by voice or on paper, its fingerprint:\n\n  {}\n", key.public.fingerprint());
    println!("To see this again: sommet key show {}", file.display());
}

/// Reads the public part of a key as it stands in a summit's file.
pub(crate) fn public_key(text: &str) -> Option<PublicKey> {
    PublicKey::try_from(&wire::Bytes::try_from(text.to_owned()).ok()?).ok()
}
