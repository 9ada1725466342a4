//! The server cannot decrypt, and cargo proves it: what it is linked with holds no group keys.

use super::metadata::Metadata;
use super::verdict;
use crate::Failure;

/// Our crates that run on a server.
const SERVER_SIDE: &[&str] = &["node", "server"];

/// The beginnings of the names of what could decrypt: our own crate for members, MLS and frame encryption.
const DECRYPTS: &[&str] = &["seal", "openmls", "mls-rs", "mls_rs", "sframe"];

pub(super) fn look() -> Result<(), Failure> {
    judge(&Metadata::load()?)
}

fn judge(metadata: &Metadata) -> Result<(), Failure> {
    let mut sentences = Vec::new();
    for ours in SERVER_SIDE {
        let reach = metadata.reach(ours);
        if reach.is_empty() {
            sentences.push(format!("there is no crate \"{ours}\" to look at"));
        }
        for name in reach.iter().filter(|name| DECRYPTS.iter().any(|start| name.starts_with(start))) {
            sentences.push(format!(
                "\"{ours}\" reaches \"{name}\", which can decrypt; `cargo tree -p {ours} -i {name}` shows how"
            ));
        }
    }
    verdict(sentences)
}

#[cfg(test)]
mod tests {
    use super::super::metadata::tests::ours;
    use super::*;

    #[test]
    fn a_decrypting_library_is_found_however_far_away() {
        let mut metadata = ours(&[("core/node", "node", &[]), ("shell/server", "server", &[]), ("x", "helper", &[])]);
        assert_eq!(judge(&metadata), Ok(()));
        metadata.packages.insert(
            "openmls".to_string(),
            super::super::metadata::Package {
                name: "openmls".to_string(),
                source: Some("registry".to_string()),
                ..Default::default()
            },
        );
        metadata.links.insert("node".to_string(), vec!["helper".to_string()]);
        metadata.links.insert("helper".to_string(), vec!["openmls".to_string()]);
        let failure = judge(&metadata).expect_err("node reaches it through helper");
        assert!(failure.contains("\"node\" reaches \"openmls\""), "{failure}");
    }

    #[test]
    fn a_check_of_nothing_does_not_pass() {
        assert!(judge(&ours(&[])).is_err());
    }
}
