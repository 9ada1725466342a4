//! What we stand on: permissive licences, one registry, nothing that is known to be harmful. The rules are those of
//! `deny.toml`, so that cargo-deny says the same where it is installed; this needs neither it nor a network.

use toml::Value;

use super::metadata::{Metadata, Package};
use super::verdict;
use crate::Failure;
use crate::process::read;

/// Where crates come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The part of `deny.toml` that is looked at here.
struct Rules {
    licences: Vec<String>,
    banned: Vec<String>,
}

/// Where the web client's packages are listed.
const NPM_LOCK: &str = "web/package-lock.json";

/// Fonts have a licence of their own, which asks no more than a line in `NOTICE`.
const FONTS: (&str, &str) = ("node_modules/@fontsource", "OFL-1.1");

/// Packages whose list of facts lacks the licence, which stands in a file of theirs.
const FOUND_IN_FILE: &[(&str, &str)] = &[("node_modules/svelte-toolbelt", "MIT")];

pub(super) fn look() -> Result<(), Failure> {
    let rules = Rules::parse(&read("deny.toml")?)?;
    let mut sentences = judge(&Metadata::load()?, &rules);
    sentences.extend(judge_npm(&read(NPM_LOCK)?, &rules)?);
    verdict(sentences)
}

impl Rules {
    fn parse(text: &str) -> Result<Self, Failure> {
        let value: toml::Table = text.parse().map_err(|error| format!("deny.toml: {error}"))?;
        let list = |table: &str, name: &str| -> Vec<Value> {
            value.get(table).and_then(|part| part.get(name)).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let licences: Vec<String> =
            list("licenses", "allow").iter().filter_map(Value::as_str).map(str::to_string).collect();
        let banned = list("bans", "deny");
        let banned = banned.iter().filter_map(|ban| ban.get("crate").or(Some(ban)).and_then(Value::as_str));
        let banned = banned.map(str::to_string).collect();
        if licences.is_empty() { Err("deny.toml allows no licence".to_string()) } else { Ok(Self { licences, banned }) }
    }

    fn allows(&self, licence: &str) -> bool {
        self.licences.iter().any(|allowed| allowed == licence)
    }

    /// A ban is a name, or a name and versions as in `str0m:<0.25`.
    fn bans(&self, package: &Package) -> Option<&String> {
        self.banned.iter().find(|ban| match ban.split_once(":<") {
            None => **ban == package.name,
            Some((name, limit)) => name == package.name && older(&package.version, limit),
        })
    }
}

fn judge(metadata: &Metadata, rules: &Rules) -> Vec<String> {
    let mut sentences = Vec::new();
    for package in metadata.packages.values() {
        let Some(source) = &package.source else { continue };
        let name = format!("{} {}", package.name, package.version);
        if source != REGISTRY {
            sentences.push(format!("{name} comes from {source}, not from the registry"));
        }
        if let Some(ban) = rules.bans(package) {
            sentences.push(format!("{name} is banned by deny.toml (\"{ban}\")"));
        }
        match &package.licence {
            None => sentences.push(format!("{name} names no licence")),
            Some(licence) if !permits(licence, &|part| rules.allows(part)) => {
                sentences.push(format!("{name} has the licence \"{licence}\", which deny.toml does not allow"));
            }
            Some(_) => {}
        }
    }
    sentences
}

/// What is built into the web client; its tools stay on the machine of whoever builds it.
fn judge_npm(lock: &str, rules: &Rules) -> Result<Vec<String>, Failure> {
    let lock: serde_json::Value = serde_json::from_str(lock).map_err(|error| format!("{NPM_LOCK}: {error}"))?;
    let packages = lock.get("packages").and_then(serde_json::Value::as_object);
    let packages = packages.ok_or_else(|| format!("{NPM_LOCK} lists no packages"))?;
    let ours = |path: &str| path.is_empty();
    let shipped = packages.iter().filter(|(path, package)| !ours(path) && package.get("dev").is_none());
    let refused = shipped.filter_map(|(path, package)| {
        let in_file = FOUND_IN_FILE.iter().find(|(name, _)| name == path).map(|(_, licence)| *licence);
        let licence = package.get("license").and_then(serde_json::Value::as_str).or(in_file).unwrap_or_default();
        let font = path.starts_with(FONTS.0) && licence == FONTS.1;
        let permitted = font || permits(licence, &|part| rules.allows(part));
        (!permitted).then(|| format!("{path} has the licence \"{licence}\", which deny.toml does not allow"))
    });
    Ok(refused.collect())
}

/// Whether an SPDX expression can be met by allowed licences. `OR` binds weaker than `AND`; the old `/` means `OR`.
fn permits(expression: &str, allows: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let mut place = 0;
    any_of(&words, &mut place, allows) && place == words.len()
}

fn any_of(words: &[&str], place: &mut usize, allows: &dyn Fn(&str) -> bool) -> bool {
    let mut met = all_of(words, place, allows);
    while words.get(*place) == Some(&"OR") {
        *place += 1;
        met |= all_of(words, place, allows);
    }
    met
}

fn all_of(words: &[&str], place: &mut usize, allows: &dyn Fn(&str) -> bool) -> bool {
    let mut met = one(words, place, allows);
    while words.get(*place) == Some(&"AND") {
        *place += 1;
        met &= one(words, place, allows);
    }
    met
}

fn one(words: &[&str], place: &mut usize, allows: &dyn Fn(&str) -> bool) -> bool {
    let Some(word) = words.get(*place) else { return false };
    *place += 1;
    if *word == "(" {
        let met = any_of(words, place, allows);
        *place += 1;
        return met;
    }
    if words.get(*place) == Some(&"WITH") {
        let exception = words.get(*place + 1).copied().unwrap_or_default();
        *place += 2;
        return allows(&format!("{word} WITH {exception}"));
    }
    allows(word)
}

/// Whether a version is older than a limit, part by part.
fn older(version: &str, limit: &str) -> bool {
    let parts = |text: &str| -> Vec<u64> { text.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect() };
    let (mut version, mut limit) = (parts(version), parts(limit));
    version.resize(3, 0);
    limit.resize(3, 0);
    version < limit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, licence: &str, source: &str) -> Metadata {
        let package = Package {
            name: name.to_string(),
            version: version.to_string(),
            licence: Some(licence.to_string()),
            source: Some(source.to_string()),
            ..Package::default()
        };
        Metadata { packages: [(name.to_string(), package)].into(), ..Metadata::default() }
    }

    fn rules() -> Rules {
        Rules::parse(
            "[licenses]\nallow = [\"MIT\", \"ISC\"]\n[bans]\ndeny = [{ crate = \"openssl\" }, \"str0m:<0.25\"]",
        )
        .expect("it is well-formed")
    }

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        let allows = |licence: &str| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&licence);
        for good in
            ["MIT", "MIT/GPL-3.0", "GPL-3.0 OR MIT", "ISC AND (GPL-3.0 OR MIT)", "Apache-2.0 WITH LLVM-exception"]
        {
            assert!(permits(good, &allows), "{good}");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "ISC AND (GPL-3.0 OR AGPL-3.0)", "MIT ISC", "", "Apache-2.0"] {
            assert!(!permits(bad, &allows), "{bad}");
        }
    }

    #[test]
    fn a_licence_a_source_and_a_ban_are_each_found() {
        assert!(judge(&package("a", "1.0.0", "MIT", REGISTRY), &rules()).is_empty());
        for (bad, word) in [
            (package("a", "1.0.0", "AGPL-3.0", REGISTRY), "does not allow"),
            (package("a", "1.0.0", "MIT", "git+https://example.org/a"), "not from the registry"),
            (package("openssl", "1.0.0", "MIT", REGISTRY), "banned"),
            (package("str0m", "0.24.9", "MIT", REGISTRY), "banned"),
        ] {
            assert!(judge(&bad, &rules())[0].contains(word), "{word}");
        }
        assert!(judge(&package("str0m", "0.25.0", "MIT", REGISTRY), &rules()).is_empty());
    }

    #[test]
    fn what_the_web_client_is_made_of_is_looked_at_and_its_tools_are_not() {
        let lock = |path: &str, rest: &str| format!(r#"{{"packages":{{"":{{}},"{path}":{{{rest}}}}}}}"#);
        let judged = |lock: String| judge_npm(&lock, &rules()).expect("it is a lock file").len();
        assert_eq!(judged(lock("node_modules/a", r#""license":"MIT""#)), 0);
        assert_eq!(judged(lock("node_modules/a", r#""license":"GPL-3.0""#)), 1);
        assert_eq!(judged(lock("node_modules/a", r#""license":"GPL-3.0","dev":true"#)), 0);
        assert_eq!(judged(lock("node_modules/a", "")), 1);
        assert_eq!(judged(lock("node_modules/@fontsource/a", r#""license":"OFL-1.1""#)), 0);
        assert_eq!(judged(lock("node_modules/a", r#""license":"OFL-1.1""#)), 1);
        assert!(judge_npm("{}", &rules()).is_err());
    }
}
