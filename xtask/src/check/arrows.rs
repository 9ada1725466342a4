//! Who may know whom among our crates: the table in `ARCHITECTURE.md`, compared with the manifests.

use std::collections::BTreeMap;

use super::metadata::{Kind, Metadata};
use super::verdict;
use crate::Failure;
use crate::process::read;

/// Where the table stands, and the heading above it.
const DOCUMENT: &str = "ARCHITECTURE.md";
const HEADING: &str = "## Who may know whom";

/// Whom only the tests of a crate may know: what travels is proved against the other end.
const ONLY_TESTS: &[(&str, &[&str])] = &[("server", &["client"])];

/// Crates that build, measure and try the others, and ship with nothing.
pub(super) const TOOLS: &[&str] = &["bench", "fuzz", "xtask"];

/// Each crate's folder name, and those it may know.
type Table = BTreeMap<String, Vec<String>>;

pub(super) fn look() -> Result<(), Failure> {
    judge(&Metadata::load()?, &parse(&read(DOCUMENT)?)?)
}

/// Reads lines such as `summit   media    -> wire     neither knows the other`; two spaces begin a remark.
fn parse(document: &str) -> Result<Table, Failure> {
    let block = document.split(HEADING).nth(1).and_then(|rest| rest.split("```").nth(1));
    let block = block.ok_or_else(|| format!("{DOCUMENT} has no table below \"{HEADING}\""))?;
    let mut table = Table::new();
    for line in block.lines().filter(|line| !line.contains("<-")) {
        let (names, known) = match line.split_once("->") {
            Some((names, known)) => (names, known.trim_start().split("  ").next().unwrap_or_default()),
            None => (line.split("  ").next().unwrap_or_default(), ""),
        };
        for name in names.split_whitespace() {
            table.insert(name.to_string(), known.split_whitespace().map(str::to_string).collect());
        }
    }
    if table.is_empty() { Err(format!("the table of {DOCUMENT} is empty")) } else { Ok(table) }
}

fn judge(metadata: &Metadata, table: &Table) -> Result<(), Failure> {
    let mut sentences = Vec::new();
    for package in metadata.ours() {
        let folder = package.folder.rsplit('/').next().unwrap_or_default();
        if TOOLS.contains(&folder) {
            continue;
        }
        let Some(allowed) = table.get(folder) else {
            sentences.push(format!("{} is not in the table of {DOCUMENT}; say there whom it may know", package.folder));
            continue;
        };
        let in_tests = ONLY_TESTS.iter().find(|(name, _)| *name == folder).map_or(&[][..], |(_, known)| known);
        for line in package.dependencies.iter().filter(|line| line.ours && line.name != package.name) {
            let for_tests = line.kind == Kind::Tests && in_tests.contains(&line.name.as_str());
            if !allowed.contains(&line.name) && !for_tests {
                sentences.push(format!(
                    "{}/Cargo.toml: \"{folder}\" must not know \"{}\"; what it needs from there belongs to a crate above both",
                    package.folder, line.name
                ));
            }
        }
    }
    verdict(sentences)
}

#[cfg(test)]
mod tests {
    use super::super::metadata::tests::ours;
    use super::*;

    fn table() -> Table {
        let document = "# A\n## Who may know whom\n\n```\nwire       depends on nothing of ours\n\
            summit  media   -> wire      neither knows the other\nnode   -> wire summit media\n\
            server -> node\nweb <- wire (generated)\n```\n";
        parse(document).expect("it has a table")
    }

    #[test]
    fn the_table_is_read_without_its_remarks() {
        let table = table();
        assert_eq!(table["wire"], Vec::<String>::new());
        assert_eq!(table["media"], ["wire"]);
        assert_eq!(table["node"], ["wire", "summit", "media"]);
        assert_eq!(table.len(), 5);
        assert!(parse("# Nothing here").is_err());
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_found() {
        let good = ours(&[("core/node", "node", &[("media", Kind::Normal, true), ("str0m", Kind::Normal, false)])]);
        assert_eq!(judge(&good, &table()), Ok(()));
        let bad = ours(&[("core/summit", "summit", &[("media", Kind::Normal, true)])]);
        let failure = judge(&bad, &table()).expect_err("two leaves know each other");
        assert!(failure.contains("\"summit\" must not know \"media\""), "{failure}");
    }

    #[test]
    fn tests_may_know_more_but_only_what_is_listed() {
        let with = |name, kind| ours(&[("shell/server", "server", &[(name, kind, true)])]);
        assert_eq!(judge(&with("client", Kind::Tests), &table()), Ok(()));
        assert!(judge(&with("client", Kind::Normal), &table()).is_err());
        assert!(judge(&with("summit", Kind::Tests), &table()).is_err());
    }

    #[test]
    fn a_new_crate_must_be_placed() {
        let failure = judge(&ours(&[("core/vote", "vote", &[])]), &table()).expect_err("it is unknown");
        assert!(failure.contains("core/vote"), "{failure}");
    }
}
