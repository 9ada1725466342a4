//! Where a passphrase comes from: a file, the environment, or the terminal. Never the command line, which others on the machine
//! can see.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;

use zeroize::Zeroizing;

/// The variable with the passphrase, for machines without a keyboard.
const VARIABLE: &str = "SOMMET_PASSPHRASE";
/// The fewest characters of a new passphrase.
const CHARACTERS_MIN: usize = 12;
/// The longest passphrase, in bytes.
const BYTES_MAX: u64 = 1024;

/// How the passphrase of a key is given.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub(crate) struct Source {
    /// A file with the passphrase of the key, in one line [default: SOMMET_PASSPHRASE, else asked on the terminal]
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// A passphrase; forgotten in memory when it is dropped.
pub(crate) type Passphrase = Zeroizing<String>;

impl Source {
    /// The passphrase of the key named `of`.
    ///
    /// # Errors
    /// What to do to give one.
    pub(crate) fn read(&self, of: &str) -> Result<Passphrase, String> {
        match self.silent()? {
            Some(passphrase) => Ok(passphrase),
            None => asked(&format!("Passphrase of the key {of}: ")),
        }
    }

    /// A new passphrase; on the terminal it is asked twice.
    ///
    /// # Errors
    /// What to do to give one, or that it is too short.
    pub(crate) fn make(&self, of: &str) -> Result<Passphrase, String> {
        let passphrase = match self.silent()? {
            Some(passphrase) => passphrase,
            None => {
                let first = asked(&format!("A passphrase for the key {of}, {CHARACTERS_MIN} characters or more: "))?;
                if *asked("The same again: ")? != *first {
                    return Err("the two passphrases differ; nothing was made".to_owned());
                }
                first
            }
        };
        if passphrase.chars().count() < CHARACTERS_MIN {
            return Err(format!("a passphrase has {CHARACTERS_MIN} characters or more; some words in a row are good"));
        }
        Ok(passphrase)
    }

    /// The passphrase from the file or the environment, if either is there.
    fn silent(&self) -> Result<Option<Passphrase>, String> {
        if let Some(file) = &self.passphrase_file {
            let cannot = |error: std::io::Error| format!("{} cannot be read: {error}", file.display());
            let mut text = Zeroizing::new(String::new());
            std::fs::File::open(file)
                .and_then(|opened| opened.take(BYTES_MAX).read_to_string(&mut text))
                .map_err(cannot)?;
            return Ok(Some(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())));
        }
        match std::env::var(VARIABLE) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(format!("the environment variable {VARIABLE} is not text (UTF-8)"))
            }
        }
    }
}

fn asked(question: &str) -> Result<Passphrase, String> {
    if !std::io::stdin().is_terminal() {
        return Err(format!(
            "there is no terminal to ask for the passphrase: give it with --passphrase-file FILE or in {VARIABLE}"
        ));
    }
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(|error| format!("the passphrase cannot be read from the terminal: {error}"))
}
