//! Every file that a fuzzer found worth keeping, or that broke something once, is read again on every run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fuzz::TARGETS;

/// What the whole corpus may have, so that it can be looked through and this test takes seconds.
const FILES_MAX: usize = 200;
/// In bytes.
const SIZE_MAX: usize = 300 * 1024;

/// The files of each folder of the corpus, with what is in them.
fn corpus() -> BTreeMap<String, Vec<(PathBuf, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<PathBuf> = entries.collect();
        paths.sort();
        paths
    };
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a file");
        (path, bytes)
    };
    let name = |folder: &Path| folder.file_name().expect("a name").to_string_lossy().into_owned();
    inside(&folder).iter().map(|folder| (name(folder), inside(folder).into_iter().map(read).collect())).collect()
}

#[test]
fn each_file_is_survived() {
    let corpus = corpus();
    for target in TARGETS {
        for (path, bytes) in &corpus[target.name] {
            let shown = path.display().to_string();
            // The media plane survives a panic of its transport, which is a finding all the same: so nothing may catch it.
            std::panic::set_hook(Box::new(move |panic| {
                eprintln!("{shown}\n{panic}");
                std::process::abort();
            }));
            (target.run)(bytes);
        }
    }
}

#[test]
fn each_target_has_a_corpus_and_each_corpus_a_target() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert!(corpus().keys().eq(names.iter()), "the folders in fuzz/corpus are not the targets in fuzz/src/targets.rs");
    assert!(corpus().values().all(|files| !files.is_empty()), "a folder without a file");
}

#[test]
fn the_corpus_is_small() {
    let corpus = corpus();
    let files = corpus.values().flatten();
    assert!(files.clone().count() <= FILES_MAX, "{} files; `cargo x fuzz --keep` keeps fewer", files.count());
    let size: usize = files.map(|(_, bytes)| bytes.len()).sum();
    assert!(size <= SIZE_MAX, "{size} bytes; `cargo x fuzz --keep` keeps fewer");
}
