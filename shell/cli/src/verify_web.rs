//! `sommet verify-web`: whether a server serves the web client that the parties agreed on.

use std::path::PathBuf;

use server::{ClientFile, WebClient, client_hash};
use sha2::{Digest as _, Sha256};
use wire::SummitId;

use crate::office::{self, KeyArgs, Office};
use crate::reach::{Address, Fingerprint, Reach, Server};
use crate::{Outcome, passphrase};

/// Fetch the web client of a server, file by file, and print its hash, or compare it with what the parties signed.
///
/// A page that seals is only as good as the page: run this from a machine of your own, with a binary that you trust, before the
/// summit and now and then. It sees what the server gives to this machine at this time.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyWeb {
    /// Where the server is, such as `https://summit.example:8443`
    server: Address,
    /// SHA-256 of the server's certificate, as `sommet serve` prints it; not needed on this machine
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<Fingerprint>,
    /// Compare with the manifest of this summit; needs the key of one of its parties
    #[arg(long, value_name = "SUMMIT", requires = "key")]
    manifest: Option<SummitId>,
    /// Compare with this hash
    #[arg(long, value_name = "HEX", conflicts_with = "manifest")]
    client: Option<String>,
    /// The party's key, as `sommet key init` made it
    #[arg(long, value_name = "FILE", requires = "manifest")]
    key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: passphrase::Source,
}

impl VerifyWeb {
    pub(crate) fn run(self) -> Outcome {
        let runtime = tokio::runtime::Runtime::new()?;
        let reach = Reach::new(self.server.clone(), self.fingerprint)?;
        let hash = runtime.block_on(fetched(&reach))?;
        let wanted = match (self.manifest, self.key) {
            (Some(summit), Some(key)) => {
                let server = Server { server: self.server, fingerprint: self.fingerprint };
                let key = KeyArgs { key, passphrase: self.passphrase };
                let office = Office::open(&office::Args { key, server }, summit)?;
                Some(runtime.block_on(agreed(&office))?)
            }
            (_, _) => self.client,
        };
        println!("{hash}");
        match wanted {
            Some(wanted) if wanted == hash => println!("This is the web client that was agreed."),
            Some(wanted) => {
                return Err(format!(
                    "the server serves another web client than the one that was agreed ({wanted}); nobody should join by it"
                )
                .into());
            }
            None => {}
        }
        Ok(())
    }
}

/// The hash in the manifest that all parties signed.
async fn agreed(office: &Office) -> Result<String, Box<dyn std::error::Error>> {
    let line = office.connect(false).await?;
    let agreed = office.agreed(&line.manifest)?;
    line.close().await;
    let client = agreed.document().client.clone();
    client.ok_or_else(|| "the parties agreed on no web client: the manifest names none".into())
}

/// Fetches every file that the server names, and hashes what came.
async fn fetched(reach: &Reach) -> Result<String, Box<dyn std::error::Error>> {
    let (answer, _) = reach.get("/api/v1/client").await?;
    let said: WebClient = serde_json::from_slice(&answer).map_err(|error| reach.foreign(&error))?;
    let mut files = Vec::new();
    for ClientFile { path, .. } in said.files {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
        if !path.bytes().all(is_plain) || path.contains("..") {
            return Err("the server names a file that no web client has".into());
        }
        let (bytes, _) = reach.get(&format!("/{path}")).await?;
        files.push(ClientFile {
            path,
            sha256: Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
        });
    }
    // Browsers are given the page at the root.
    let (page, _) = reach.get("/").await?;
    let page: String = Sha256::digest(&page).iter().map(|byte| format!("{byte:02x}")).collect();
    if !files.iter().any(|file| file.path == "index.html" && file.sha256 == page) {
        return Err("the page at the root is not the index.html that the server names; nobody should join by it".into());
    }
    Ok(client_hash(&files))
}
