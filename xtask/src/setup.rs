//! `cargo x setup`: installs what is missing, and does nothing when nothing is.
//!
//! It never asks for a password: where it may not install, it says what to type. There is no check for a C compiler,
//! although SQLite and the cryptography need one: cargo needed it to link this program.

use crate::process::{self, capture, cargo, command, exists, npm, read, root, tools};
use crate::{Failure, no_arguments};

/// Debian packages, and the program each is there for; fonts have none.
const FOR_TESTS: &[(&str, Option<&str>)] = &[
    ("chromium", Some("chromium")),
    ("firefox-esr", Some("firefox-esr")),
    ("fonts-noto-core", None),
    ("fonts-noto-cjk", None),
    ("iproute2", Some("ip")),
];

/// What `cargo x assets` needs; nothing else does, because the assets are committed.
const FOR_ASSETS: &[(&str, Option<&str>)] = &[("ffmpeg", Some("ffmpeg")), ("espeak-ng", Some("espeak-ng"))];

/// What `cargo x bench forward` compares with.
const FOR_PEERS: &[(&str, Option<&str>)] = &[("janus", Some("janus"))];

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    no_arguments(arguments)?;
    for_tests()?;
    println!("setup: everything is here");
    Ok(())
}

/// What the demo needs: the web client's packages.
pub(crate) fn for_demo() -> Result<(), Failure> {
    npm_packages()
}

/// What the tests need: browsers, fonts, the test runner.
pub(crate) fn for_tests() -> Result<(), Failure> {
    debian_packages(FOR_TESTS)?;
    cargo_tool("cargo-nextest")?;
    npm_packages()
}

/// What a comparison with others needs.
pub(crate) fn for_peers() -> Result<(), Failure> {
    debian_packages(FOR_PEERS)
}

/// What making the assets needs.
pub(crate) fn for_assets() -> Result<(), Failure> {
    debian_packages(FOR_ASSETS)
}

/// Installs a cargo subcommand of ours below `target/`, unless the machine has it.
pub(crate) fn cargo_tool(name: &str) -> Result<(), Failure> {
    if exists(name) {
        return Ok(());
    }
    println!("setup: {name} is missing; it is built once, which takes some minutes");
    // Without optimisation: these tools wait for others most of the time, and build three times as fast.
    let mut install = cargo(&["install", "--locked", "--debug", name]);
    install.arg("--root").arg(tools()).env("CARGO_PROFILE_DEV_DEBUG", "false");
    step(&mut install, &format!("install it by hand: cargo install --locked {name}"))
}

/// What `npm ci` changes in a package, by `docs/decisions/0009-ts-mls-reviewed-and-pinned.md`.
const NPM_PATCH: &str = "web/patches/ts-mls+1.6.4.patch";

/// Runs `npm ci` for the web client when its lock file, or the patch, is not the one that was installed last.
fn npm_packages() -> Result<(), Failure> {
    node()?;
    // The patches are applied by the installation: another one needs it as much as another version does.
    let lock = read("web/package-lock.json")? + &read(NPM_PATCH)?;
    let stamp = root().join("web/node_modules/.installed-lock.json");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step(
        &mut npm(&["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
        "look at what npm says above; it needs the registry of `npm config get registry`",
    )?;
    std::fs::write(&stamp, lock).map_err(|error| format!("{} cannot be written: {error}", stamp.display()))
}

/// The versions of Node.js that the web client's tools run on.
const NODE: &str = "24 or newer, 22 from 22.13 or 20 from 20.19";

fn node() -> Result<(), Failure> {
    let version = capture(command("node").arg("--version")).unwrap_or_default();
    if exists("npm") && node_version(&version).is_some_and(node_is_new_enough) {
        return Ok(());
    }
    let found = if version.is_empty() { "none was found" } else { version.trim() };
    Err(format!("Node.js {NODE}, with npm, is needed ({found}); install it from https://nodejs.org"))
}

/// Vite 8 and ESLint 10 say `^20.19.0 || ^22.13.0 || >=24`.
fn node_is_new_enough((major, minor): (u32, u32)) -> bool {
    match major {
        20 => minor >= 19,
        22 => minor >= 13,
        other => other >= 24,
    }
}

/// The first two numbers of `v20.19.0`.
fn node_version(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Installs the Debian packages that are missing, or says how to get them.
fn debian_packages(wanted: &[(&str, Option<&str>)]) -> Result<(), Failure> {
    let debian = exists("dpkg-query");
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(package, program)| !is_here(package, *program, debian))
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !debian {
        return Err(format!("these are missing, and only Debian's packages are installed by itself: {list}"));
    }
    let Some(privileged) = privileges() else {
        return Err(format!("these packages are missing: {list}\n{}", advice(&list)));
    };
    println!("setup: installing {list}");
    let apt = |arguments: &[&str]| {
        let mut apt = command(privileged.first().unwrap_or(&"apt-get"));
        apt.args(privileged.iter().skip(1)).args(["-q", "-y", "-o", "DPkg::Lock::Timeout=300"]).args(arguments);
        process::run(apt.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install: Vec<&str> = ["install", "--no-install-recommends"].into_iter().chain(missing).collect();
    // The package lists of a machine that was used before are mostly fresh enough; fetching them takes longest.
    let has_lists = std::fs::read_dir("/var/lib/apt/lists").is_ok_and(|files| files.count() > 3);
    if has_lists && apt(&install).is_ok() {
        return Ok(());
    }
    apt(&["update"]).and_then(|()| apt(&install)).map_err(|failure| format!("{failure}\n{}", advice(&list)))
}

/// What to type where nothing may be installed from here. On a fresh machine the lists of packages come first.
fn advice(packages: &str) -> String {
    format!("as root, type: apt-get update && apt-get install {packages}")
}

/// Whether a package, or the program it is wanted for, is installed.
fn is_here(package: &str, program: Option<&str>, debian: bool) -> bool {
    if program.is_some_and(exists) {
        return true;
    }
    debian
        && capture(command("dpkg-query").args(["-W", "-f=${Status}", package]))
            .is_ok_and(|status| status.ends_with("ok installed"))
}

/// How to become root without a password: as it is, or by `sudo -n`; none when neither works.
fn privileges() -> Option<&'static [&'static str]> {
    let root = capture(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if root {
        Some(&["apt-get"])
    } else if capture(command("sudo").args(["-n", "true"])).is_ok() {
        Some(&["sudo", "-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
    } else {
        None
    }
}

fn step(command: &mut std::process::Command, cure: &str) -> Result<(), Failure> {
    process::run(command).map_err(|failure| format!("{failure}; {cure}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!(node_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(node_version(""), None);
    }

    #[test]
    fn the_node_of_an_old_distribution_is_not_new_enough() {
        for version in ["v20.19.0", "v22.13.1", "v24.0.0", "v25.1.0"] {
            assert!(node_version(version).is_some_and(node_is_new_enough), "{version}");
        }
        for version in ["v18.20.4", "v20.18.1", "v21.7.3", "v22.12.0", "v23.11.0"] {
            assert!(!node_version(version).is_some_and(node_is_new_enough), "{version}");
        }
    }

    #[test]
    fn a_program_that_is_here_needs_no_package() {
        assert!(is_here("no-such-package", Some("cargo"), true));
        assert!(!is_here("no-such-package", Some("no-such-program"), false));
    }
}
