//! The certificate of the HTTPS server: given by the operator, or its own, made on the first start and kept, so that a
//! browser that was told to trust it need not be told again.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};

use crate::settings::TlsFiles;

/// How long the server's own certificate is good for. Nobody renews it by a machine, so it must outlast the installation.
const OWN_CERTIFICATE_LASTS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// What a TLS listener needs.
pub(crate) struct Tls {
    /// For the listener.
    pub(crate) config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, as browsers show it: upper-case hexadecimal bytes with colons.
    pub(crate) fingerprint: String,
}

/// Why there is no usable certificate. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or holds no PEM of that kind.
    #[error("{path} cannot be used as the {what}: {reason}; give a PEM file that this user may read", path = .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The two do not belong together, or are of a kind that browsers do not take.
    #[error("the certificate and its key cannot be used: {0}; check that the key is the certificate's")]
    Pair(rustls::Error),
    /// The own certificate cannot be made or kept.
    #[error("no certificate could be made in {path}: {reason}; check that the folder is writable", path = .path.display())]
    Own {
        /// Which folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Uses the operator's certificate.
pub(crate) fn given(files: &TlsFiles) -> Result<Tls, TlsError> {
    let unusable = |path: &Path, what, reason: String| TlsError::File { path: path.to_owned(), what, reason };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(&files.certificate, "certificate", error.to_string()))?;
    let Some(first) = chain.first() else {
        return Err(unusable(&files.certificate, "certificate", "it holds none".to_owned()));
    };
    let fingerprint = fingerprint(first);
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unusable(&files.key, "private key", error.to_string()))?;
    Ok(Tls { config: server_config(chain, key).map_err(TlsError::Pair)?, fingerprint })
}

/// Uses the server's own certificate, kept in `folder`; makes it on the first start, for these names and addresses. A
/// certificate that is there is used as it is, also when the addresses have changed: delete the folder for a new one.
pub(crate) fn own(folder: &Path, names: &[String], addresses: &[IpAddr]) -> Result<Tls, TlsError> {
    let files = TlsFiles { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
    if !files.certificate.exists() {
        let reason = |error: io::Error| TlsError::Own { path: folder.to_owned(), reason: error.to_string() };
        let (certificate, key) = make(names, addresses)
            .map_err(|error| TlsError::Own { path: folder.to_owned(), reason: error.to_string() })?;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(reason)?;
        // The certificate last: where it is, the key is.
        write_private(&files.key, &key).map_err(reason)?;
        write_private(&files.certificate, &certificate).map_err(reason)?;
    }
    given(&files)
}

fn make(names: &[String], addresses: &[IpAddr]) -> Result<(String, String), rcgen::Error> {
    let mut subjects: Vec<String> = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    subjects.extend(names.iter().cloned().chain(addresses.iter().map(ToString::to_string)));
    subjects.sort();
    subjects.dedup();
    let mut parameters = rcgen::CertificateParams::new(subjects)?;
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = rcgen::date_time_ymd(1970, 1, 1) + since_epoch;
    // A day ago, for browsers whose clock is behind.
    parameters.not_before = now - Duration::from_secs(24 * 3600);
    parameters.not_after = now + OWN_CERTIFICATE_LASTS;
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "Sommet");
    parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let key = rcgen::KeyPair::generate()?;
    Ok((parameters.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Writes a file that only this user may read, whole or not at all.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // WebSockets begin as HTTP/1.1 (RFC 6455), and the page is a handful of files. Who comes for a relay may say so (RFC 7443).
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"stun.turn".to_vec()];
    Ok(Arc::new(config))
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = Sha256::digest(certificate.as_ref());
    digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_own_certificate_is_made_once_and_its_key_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let tls = folder.path().join("tls");
        let first = own(&tls, &["summit.example".to_owned()], &["192.0.2.2".parse().unwrap()]).unwrap();
        let second = own(&tls, &[], &[]).unwrap();
        assert_eq!(first.fingerprint, second.fingerprint);
        assert_eq!(first.fingerprint.len(), 32 * 3 - 1);
        assert_eq!(fs::metadata(tls.join("key.pem")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_of_another_certificate_is_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            own(&folder.path().join(name), &[], &[]).unwrap();
        }
        let files =
            TlsFiles { certificate: folder.path().join("a/certificate.pem"), key: folder.path().join("b/key.pem") };
        assert!(matches!(given(&files), Err(TlsError::Pair(_))));
        let files = TlsFiles { certificate: folder.path().join("none.pem"), key: files.key };
        let said = given(&files).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains("none.pem") && said.contains("PEM file"), "{said}");
    }
}
