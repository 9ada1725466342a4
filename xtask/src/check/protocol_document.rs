//! `docs/protocol.md` is complete enough to write a client from: at least, it has every message.

use super::verdict;
use crate::Failure;
use crate::process::read;

const DOCUMENT: &str = "docs/protocol.md";
const DEFINITIONS: &[&str] =
    &["core/wire/src/request.rs", "core/wire/src/message.rs", "core/wire/src/event.rs", "core/wire/src/party.rs"];

pub(super) fn look() -> Result<(), Failure> {
    let document = read(DOCUMENT)?;
    let mut sentences = Vec::new();
    for definition in DEFINITIONS {
        let names = type_names(&read(definition)?);
        if names.is_empty() {
            sentences.push(format!("{definition} defines no message"));
        }
        sentences.extend(missing(&document, &names));
    }
    verdict(sentences)
}

/// The values of the tag `type`, as serde writes them.
fn type_names(source: &str) -> Vec<String> {
    let renamed = source.lines().filter_map(|line| line.trim().strip_prefix("#[serde(rename = \"")?.split('"').next());
    renamed.map(str::to_string).collect()
}

fn missing(document: &str, names: &[String]) -> Vec<String> {
    let ways = |name: &str| [format!("`{name}`"), format!("\"type\": \"{name}\""), format!("\"type\":\"{name}\"")];
    let absent = names.iter().filter(|name| ways(name).iter().all(|way| !document.contains(way)));
    absent.map(|name| format!("{DOCUMENT} does not mention the message `{name}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_not_described_is_found() {
        let names =
            type_names("    #[serde(rename = \"floor.raise\")]\n    RaiseHand,\n    #[serde(rename = \"ping\")]\n");
        assert_eq!(names, ["floor.raise", "ping"]);
        assert!(missing("send `ping`, or {\"type\": \"floor.raise\"}", &names).is_empty());
        assert_eq!(missing("send `ping`; a floor.raise is not in code", &names).len(), 1);
    }
}
