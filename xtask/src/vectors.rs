//! `cargo x vectors`: the test vectors of RFC 9420, against both implementations of MLS that take part in a summit.
//!
//! The vectors are 11 MB and not ours, so they are not in this repository. OpenMLS shipped them with its version 0.5.0:
//! cargo fetches that package like any other, and the committed sums say that the files are the ones that were meant.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Failure;
use crate::process::{capture, cargo, command, npm, read, root, run as run_to_the_end};

/// Where everything of this lies.
const FOLDER: &str = "target/vectors";
/// The sums of the files of RFC 9420, and the one file that OpenMLS did not ship.
const COMMITTED: &str = "web/vectors";
/// Where the run of the web client leaves its counts.
pub(crate) const WEB_RESULTS: &str = "target/web-vectors.json";
/// Where the run of OpenMLS leaves its words.
const OPENMLS_OUTPUT: &str = "target/vectors/openmls.txt";

/// The version that shipped the vectors, and the one whose own tests are run on them.
const WITH_VECTORS: &str = "0.5.0";
const UNDER_TEST: &str = "0.9.2";

/// The tests of OpenMLS that read the vectors.
const TESTS: &[&str] = &[
    "binary_tree::array_representation::kat_treemath::read_test_vectors_tm",
    "ciphersuite::tests_and_kats::kat_crypto_basics::read_test_vectors",
    "group::mls_group::tests_and_kats::kats::welcome::test_read_vectors",
    "group::tests_and_kats::kats::messages::read_test_vectors_messages",
    "group::tests_and_kats::kats::transcript_hashes::read_test_vectors_transcript",
    "kat_vl::read_test_vectors_deserialize",
    "schedule::tests_and_kats::kats::key_schedule::read_test_vectors_key_schedule_rustcrypto_MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    "schedule::tests_and_kats::kats::psk_secret::read_test_vectors_ps_rustcrypto_MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    "tree::tests_and_kats::kats::kat_encryption::read_test_vectors_encryption",
    "tree::tests_and_kats::kats::kat_message_protection::read_test_vectors_mp_rustcrypto_MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    "tree::tests_and_kats::kats::secret_tree::read_test_vectors_st_rustcrypto_MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    "treesync::tests_and_kats::kats::kat_tree_validation::read_test_vectors_tree_validation_rustcrypto_MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
    "treesync::tests_and_kats::kats::kat_treekem::read_test_vectors_treekem",
];

/// The tests of OpenMLS that cannot be run on these files, and why.
const SKIPPED: &[(&str, &str)] = &[
    (
        "group::mls_group::tests_and_kats::kats::passive_client::test_read_vectors",
        "compares lifetimes in the vectors, which ended in 2024, with the clock of the machine",
    ),
    (
        "treesync::tests_and_kats::kats::kat_tree_operations::read_test_vectors_tree_operations_rustcrypto_MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
        "reads the suite and the hashes of the trees, which were added to the vectors later",
    ),
];

/// What the package needs for its benchmarks only; without it there is much less to build.
const NOT_FOR_TESTS: &[&str] = &["clap", "criterion", "indicatif"];

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => web().and_then(|()| openmls()),
        [flag] if flag == "--openmls" => openmls(),
        [flag] if flag == "--fast" => web_fast(),
        _ => Err("usage: cargo x vectors [--fast | --openmls]".to_string()),
    }
}

/// All vectors against the ts-mls of the web client.
pub(crate) fn web() -> Result<(), Failure> {
    web_with(&[])
}

/// Those of the one suite that we use.
pub(crate) fn web_fast() -> Result<(), Failure> {
    web_with(&["--suite=1"])
}

fn web_with(more: &[&str]) -> Result<(), Failure> {
    let vectors = format!("--vectors={}", obtain()?.vectors.display());
    let results = format!("--results={}", root().join(WEB_RESULTS).display());
    run_to_the_end(npm(&["run", "--silent", "vectors", "--", &vectors, &results]).args(more))
}

/// The tests of OpenMLS that come with it, on the same files.
pub(crate) fn openmls() -> Result<(), Failure> {
    let Obtained { vectors, shipped, under_test } = obtain()?;
    let folder = root().join(FOLDER).join(format!("openmls-{UNDER_TEST}"));
    copy_sources(&under_test, &folder)?;
    // With them come two files of OpenMLS's own, which its tests are compiled with.
    copy_folder(&shipped, &folder.join("test_vectors"))?;
    for file in names(&read(&format!("{COMMITTED}/SHA256SUMS"))?) {
        copy(&vectors.join(file), &folder.join("test_vectors").join(file))?;
    }
    let target = root().join(FOLDER).join("build");
    let mut test = cargo(&["test", "--lib", "--features", "test-utils", "--", "--exact"]);
    test.args(TESTS).current_dir(&folder).env("CARGO_TARGET_DIR", target).env("RUST_BACKTRACE", "0");
    let said = capture(&mut test);
    let text = said.clone().unwrap_or_else(|failure| failure);
    write(&root().join(OPENMLS_OUTPUT), &text)?;
    for (name, why) in SKIPPED {
        println!("skipped {name}: it {why}");
    }
    match (said, passed(&text)) {
        (Ok(_), Some(count)) if count == TESTS.len() => {
            println!("{count} tests of OpenMLS {UNDER_TEST} passed on the vectors of RFC 9420");
            Ok(())
        }
        (Ok(_), count) => Err(format!(
            "{} of {} tests of OpenMLS were found; {OPENMLS_OUTPUT} says which",
            count.unwrap_or_default(),
            TESTS.len()
        )),
        (Err(_), _) => Err(format!("a test of OpenMLS failed, or it did not compile; {OPENMLS_OUTPUT} says why")),
    }
}

/// What the run of OpenMLS counted: tests that passed.
pub(crate) fn openmls_passed() -> Result<u64, Failure> {
    let count = passed(&read(OPENMLS_OUTPUT)?);
    count.map(|count| count as u64).ok_or_else(|| format!("{OPENMLS_OUTPUT} holds no count of tests"))
}

/// Removes what an earlier run counted.
pub(crate) fn forget_results() {
    for path in [WEB_RESULTS, OPENMLS_OUTPUT] {
        let _ = std::fs::remove_file(root().join(path));
    }
}

/// From `test result: ok. 13 passed; 0 failed; …`.
fn passed(output: &str) -> Option<usize> {
    let line = output.lines().rev().find(|line| line.starts_with("test result: "))?;
    line.split_once(". ")?.1.split(' ').next()?.parse().ok()
}

struct Obtained {
    /// The folder with all files of RFC 9420, each as its sum says.
    vectors: PathBuf,
    /// The folder they came in.
    shipped: PathBuf,
    /// The sources of the OpenMLS that is tested.
    under_test: PathBuf,
}

/// Has cargo fetch both versions of OpenMLS, and compares the vectors with the committed sums.
fn obtain() -> Result<Obtained, Failure> {
    let folder = root().join(FOLDER).join("source");
    write(&folder.join("Cargo.toml"), scratch_manifest())?;
    write(&folder.join("lib.rs"), "")?;
    let metadata = capture(cargo(&["metadata", "--format-version=1"]).current_dir(&folder)).map_err(|failure| {
        format!(
            "the vectors of RFC 9420 come with openmls {WITH_VECTORS}, and cargo cannot fetch it; it needs its registry \
             once, as for every package:\n{failure}"
        )
    })?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let source = |version: &str| {
        let packages = metadata.get("packages").and_then(Value::as_array)?;
        let is_wanted = |package: &&Value| {
            package.get("name").and_then(Value::as_str) == Some("openmls")
                && package.get("version").and_then(Value::as_str) == Some(version)
        };
        let manifest = packages.iter().find(is_wanted)?.get("manifest_path").and_then(Value::as_str)?;
        Path::new(manifest).parent().map(Path::to_path_buf)
    };
    let find = |version| source(version).ok_or_else(|| format!("cargo names no folder for openmls {version}"));
    let shipped = find(WITH_VECTORS)?.join("test_vectors");
    let committed = root().join(COMMITTED);
    let vectors = root().join(FOLDER).join("rfc9420");
    for file in names(&read(&format!("{COMMITTED}/SHA256SUMS"))?) {
        let from = if committed.join(file).exists() { &committed } else { &shipped };
        copy(&from.join(file), &vectors.join(file))?;
    }
    let sums = committed.join("SHA256SUMS");
    capture(command("sha256sum").args(["--check", "--strict"]).arg(sums).current_dir(&vectors)).map_err(|failure| {
        format!("the vectors in openmls {WITH_VECTORS} are not those whose sums are in {COMMITTED}:\n{failure}")
    })?;
    Ok(Obtained { vectors, shipped, under_test: find(UNDER_TEST)? })
}

/// A package of its own, outside of our workspace, which is never built.
fn scratch_manifest() -> String {
    format!(
        "[package]\nname = \"vectors\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [lib]\npath = \"lib.rs\"\n\n\
         [dependencies]\nopenmls = \"={UNDER_TEST}\"\nwith_vectors = {{ package = \"openmls\", version = \"={WITH_VECTORS}\" }}\n\n\
         [workspace]\n"
    )
}

/// The package with as much of its manifest as its unit tests need, our versions of what it stands on, and the one line
/// mended that keeps its unit tests from being built outside of its own repository.
fn copy_sources(from: &Path, to: &Path) -> Result<(), Failure> {
    let manifest = std::fs::read_to_string(from.join("Cargo.toml")).map_err(|error| format!("openmls: {error}"))?;
    let manifest = test_manifest(&manifest)?;
    // It is written last, and what was built of the sources stays good.
    if std::fs::read_to_string(to.join("Cargo.toml")).is_ok_and(|there| there == manifest) {
        return Ok(());
    }
    copy_folder(&from.join("src"), &to.join("src"))?;
    copy(&from.join("README.md"), &to.join("README.md"))?;
    copy(&root().join("Cargo.lock"), &to.join("Cargo.lock"))?;
    let mended = to.join("src/tree/tests_and_kats/kats/secret_tree.rs");
    let text = std::fs::read_to_string(&mended).map_err(|error| format!("{}: {error}", mended.display()))?;
    write(&mended, text.replace("Provider: openmls::storage::", "Provider: crate::storage::"))?;
    write(&to.join("Cargo.toml"), &manifest)
}

fn test_manifest(manifest: &str) -> Result<String, Failure> {
    let mut manifest: toml::Table = manifest.parse().map_err(|error| format!("the manifest of openmls: {error}"))?;
    for table in ["bench", "example", "test"] {
        manifest.remove(table);
    }
    if let Some(toml::Value::Table(needed)) = manifest.get_mut("dev-dependencies") {
        needed.retain(|name, _| !NOT_FOR_TESTS.contains(&name));
    }
    manifest.insert("workspace".to_string(), toml::Value::Table(toml::Table::new()));
    // Nobody looks at these with a debugger.
    let profile = toml::Table::from_iter([
        ("debug".to_string(), toml::Value::Boolean(false)),
        ("incremental".to_string(), toml::Value::Boolean(false)),
    ]);
    let profiles = toml::Table::from_iter([("dev".to_string(), toml::Value::Table(profile))]);
    manifest.insert("profile".to_string(), toml::Value::Table(profiles));
    toml::to_string(&manifest).map_err(|error| format!("the manifest of openmls: {error}"))
}

/// The files that are named in `SHA256SUMS`.
fn names(sums: &str) -> impl Iterator<Item = &str> {
    sums.lines().filter_map(|line| line.split_whitespace().nth(1))
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    let entries = std::fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", from.display()))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy_folder(&path, &target)? } else { copy(&path, &target)? }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let bytes = std::fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    write(to, bytes)
}

/// Writes unless it is there already, so that what was built from it stays good.
fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    if std::fs::read(path).is_ok_and(|there| there == bytes.as_ref()) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, bytes))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_keeps_what_unit_tests_need() {
        let manifest =
            "[package]\nname = \"openmls\"\n[[bench]]\nname = \"b\"\n[dev-dependencies]\nhex = \"1\"\nclap = \"4\"\n";
        let kept: toml::Table =
            test_manifest(manifest).and_then(|text| text.parse().map_err(|_| String::new())).expect("it is a manifest");
        assert!(kept.contains_key("workspace") && !kept.contains_key("bench"));
        assert_eq!(kept["dev-dependencies"].as_table().map(toml::Table::len), Some(1));
    }

    #[test]
    fn what_passed_is_read_from_the_last_line() {
        let output = "test a ... ok\n\ntest result: ok. 13 passed; 0 failed; 0 ignored; 0 measured; 286 filtered out\n";
        assert_eq!(passed(output), Some(13));
        assert_eq!(passed("test result: FAILED. 12 passed; 1 failed"), Some(12));
        assert_eq!(passed("error: could not compile"), None);
    }

    #[test]
    fn every_committed_file_has_its_sum_and_no_test_is_both_run_and_skipped() {
        let sums = read(&format!("{COMMITTED}/SHA256SUMS")).expect("the sums are committed");
        assert_eq!(names(&sums).count(), 16);
        assert!(names(&sums).any(|name| name == "deserialization.json"));
        assert!(SKIPPED.iter().all(|(name, _)| !TESTS.contains(name)));
    }
}
