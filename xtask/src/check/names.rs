//! Which foreign crates belong to which of ours, so that each can be exchanged in one place.

use super::arrows::TOOLS;
use super::metadata::Metadata;
use super::verdict;
use crate::Failure;

/// A foreign crate, and the only ones of ours that name it.
const OWNERS: &[(&str, &[&str])] = &[
    ("axum", &["server"]),
    ("axum-server", &["server"]),
    ("dimpl", &["media"]),
    ("mio", &["server"]),
    ("openmls", &["seal"]),
    ("quinn-udp", &["server"]),
    ("rusqlite", &["store"]),
    ("str0m", &["media"]),
    ("tokio", &["server", "sommet"]),
    ("tokio-postgres", &["store"]),
    ("tokio-rustls", &["server", "sommet"]),
    ("tokio-tungstenite", &["server", "sommet"]),
];

/// What no crate of `core/` names: they decide and never act.
const NOT_IN_CORE: &[&str] = &[
    "axum",
    "clap",
    "core_affinity",
    "figment",
    "getrandom",
    "mio",
    "quinn-udp",
    "rand",
    "rusqlite",
    "socket2",
    "tokio",
];

pub(super) fn look() -> Result<(), Failure> {
    judge(&Metadata::load()?)
}

fn judge(metadata: &Metadata) -> Result<(), Failure> {
    let mut sentences = Vec::new();
    for package in metadata.ours().filter(|package| !TOOLS.contains(&package.folder.as_str())) {
        for line in &package.dependencies {
            let name = line.name.as_str();
            if package.folder.starts_with("core/") && NOT_IN_CORE.contains(&name) {
                sentences.push(format!("{}/Cargo.toml names \"{name}\": core decides, shell acts", package.folder));
            }
            if let Some((_, owners)) = OWNERS.iter().find(|(owned, _)| *owned == name)
                && !owners.contains(&package.name.as_str())
            {
                sentences.push(format!(
                    "{}/Cargo.toml names \"{name}\", which only {} may name",
                    package.folder,
                    owners.join(" and ")
                ));
            }
        }
    }
    verdict(sentences)
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Kind;
    use super::super::metadata::tests::ours;
    use super::*;

    #[test]
    fn a_foreign_crate_in_the_wrong_place_is_found() {
        assert_eq!(judge(&ours(&[("core/media", "media", &[("str0m", Kind::Normal, false)])])), Ok(()));
        let failure = judge(&ours(&[("core/node", "node", &[("str0m", Kind::Normal, false)])])).expect_err("not media");
        assert!(failure.contains("only media may name"), "{failure}");
        assert!(judge(&ours(&[("shell/server", "server", &[("rusqlite", Kind::Tests, false)])])).is_err());
    }

    #[test]
    fn core_does_not_act_even_in_its_tests() {
        let failure = judge(&ours(&[("core/summit", "summit", &[("rand", Kind::Tests, false)])])).expect_err("in core");
        assert!(failure.contains("core decides"), "{failure}");
    }
}
