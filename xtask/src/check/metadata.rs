//! What cargo knows about our crates and about what they stand on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Failure;
use crate::process::{capture, cargo};

/// How one crate depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is part of what ships.
    Normal,
    /// Only for its tests.
    Tests,
    /// Only for its build script.
    Build,
}

/// One line of a manifest.
#[derive(Clone, Debug)]
pub(super) struct Dependency {
    /// The package that is named.
    pub name: String,
    /// What for.
    pub kind: Kind,
    /// Whether it is one of ours.
    pub ours: bool,
}

/// A package: ours, or one we stand on.
#[derive(Clone, Debug, Default)]
pub(super) struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The folder of its manifest, from the root of the checkout; empty for a foreign one.
    pub folder: String,
    /// The lines of its manifest.
    pub dependencies: Vec<Dependency>,
    /// Its licence as an SPDX expression.
    pub licence: Option<String>,
    /// Where it comes from; none for ours.
    pub source: Option<String>,
}

/// All packages, and who reaches whom.
#[derive(Clone, Debug, Default)]
pub(super) struct Metadata {
    /// By cargo's identifier.
    pub packages: BTreeMap<String, Package>,
    /// Which packages each one is linked with, tests and build scripts aside.
    pub links: BTreeMap<String, Vec<String>>,
}

impl Metadata {
    /// Asks cargo, which also finds out whether `Cargo.lock` is complete.
    pub(super) fn load() -> Result<Self, Failure> {
        let text = capture(&mut cargo(&["metadata", "--format-version=1", "--locked"]))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
        Ok(Self::parse(&value))
    }

    /// Our own packages.
    pub(super) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.source.is_none())
    }

    /// The names of all that ends up in a program which uses our package `name`, with the package itself.
    pub(super) fn reach(&self, name: &str) -> BTreeSet<&str> {
        let mut open: Vec<&str> = self
            .packages
            .iter()
            .filter(|(_, package)| package.source.is_none() && package.name == name)
            .map(|(id, _)| id.as_str())
            .collect();
        let mut seen: BTreeSet<&str> = open.iter().copied().collect();
        while let Some(id) = open.pop() {
            for next in self.links.get(id).into_iter().flatten() {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen.into_iter().filter_map(|id| self.packages.get(id)).map(|package| package.name.as_str()).collect()
    }

    fn parse(value: &Value) -> Self {
        let root = text(value, "workspace_root");
        let packages = list(value, "packages").map(|package| (text(package, "id"), parse_package(package, &root)));
        let nodes = list(value.get("resolve").unwrap_or(&Value::Null), "nodes");
        let links = nodes.map(|node| {
            let linked = list(node, "deps")
                .filter(|edge| list(edge, "dep_kinds").any(|kind| kind.get("kind").is_none_or(Value::is_null)));
            (text(node, "id"), linked.map(|edge| text(edge, "pkg")).collect())
        });
        Self { packages: packages.collect(), links: links.collect() }
    }
}

fn parse_package(package: &Value, root: &str) -> Package {
    let optional = |name: &str| package.get(name).and_then(Value::as_str).map(str::to_string);
    let manifest = text(package, "manifest_path");
    let folder = manifest.strip_prefix(root).and_then(|rest| rest.strip_suffix("/Cargo.toml")).unwrap_or_default();
    let dependencies = list(package, "dependencies").map(|line| Dependency {
        name: text(line, "name"),
        kind: match line.get("kind").and_then(Value::as_str) {
            Some("dev") => Kind::Tests,
            Some("build") => Kind::Build,
            _ => Kind::Normal,
        },
        ours: line.get("path").is_some_and(Value::is_string),
    });
    Package {
        name: text(package, "name"),
        version: text(package, "version"),
        folder: folder.trim_start_matches('/').to_string(),
        dependencies: dependencies.collect(),
        licence: optional("license"),
        source: optional("source"),
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_string()
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Folder, name, and lines of a manifest: a name, what for, whether it is ours.
    type Ours<'a> = (&'a str, &'a str, &'a [(&'a str, Kind, bool)]);

    /// Packages of ours, for the tests of the checks.
    pub(in super::super) fn ours(packages: &[Ours<'_>]) -> Metadata {
        let package = |(folder, name, lines): &Ours<'_>| {
            let dependencies = lines.iter().map(|(name, kind, ours)| Dependency {
                name: (*name).to_string(),
                kind: *kind,
                ours: *ours,
            });
            let package = Package {
                name: (*name).to_string(),
                folder: (*folder).to_string(),
                dependencies: dependencies.collect(),
                ..Package::default()
            };
            ((*name).to_string(), package)
        };
        Metadata { packages: packages.iter().map(package).collect(), links: BTreeMap::new() }
    }

    #[test]
    fn what_cargo_says_is_understood() {
        let text = r#"{"workspace_root":"/w","packages":[
            {"id":"a","name":"node","version":"0.1.0","manifest_path":"/w/core/node/Cargo.toml","source":null,
             "license":"Apache-2.0","dependencies":[{"name":"seal","kind":"dev","path":"/w/core/seal"}]},
            {"id":"b","name":"openmls","version":"1.0.0","manifest_path":"/c/Cargo.toml","source":"registry","dependencies":[]},
            {"id":"c","name":"tests-only","version":"1.0.0","manifest_path":"/c/Cargo.toml","source":"registry","dependencies":[]}],
            "resolve":{"nodes":[{"id":"a","deps":[{"pkg":"b","dep_kinds":[{"kind":null}]},
                                                  {"pkg":"c","dep_kinds":[{"kind":"dev"}]}]}]}}"#;
        let metadata = Metadata::parse(&serde_json::from_str(text).expect("it is JSON"));
        let node = metadata.ours().next().expect("node is ours");
        assert_eq!((node.folder.as_str(), node.dependencies[0].kind), ("core/node", Kind::Tests));
        assert_eq!(metadata.reach("node").into_iter().collect::<Vec<_>>(), ["node", "openmls"]);
    }
}
