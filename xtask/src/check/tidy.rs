//! Small signs of a place that is looked after: short files, nothing left unfinished, nothing of one machine.

use super::verdict;
use crate::Failure;
use crate::process::{capture, command, root};

/// A text file of the checkout.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    /// From the root of the checkout.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Longer files are two files.
const LINES_MAX: usize = 600;
/// The kinds of files that people write and read.
const CODE: &[&str] = &[".rs", ".ts", ".svelte", ".mjs", ".js", ".css"];
/// Files and folders that are made by a program, or that are somebody else's text.
const NOT_OURS: &[&str] = &["LICENSE", "assets/", "fuzz/corpus/", "web/patches/", "web/src/wire/types.ts"];
/// What is left behind when something is not finished.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("to", "do!("),
    concat!("unimplemented", "!("),
];
/// Beginnings of paths that exist on one machine only.
const MACHINE: &[&str] = &[concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];

pub(super) fn look() -> Result<(), Failure> {
    verdict(files()?.iter().flat_map(judge).collect())
}

/// All text files that are in git, or would be with the next commit.
pub(super) fn files() -> Result<Vec<SourceFile>, Failure> {
    let list = capture(command("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    // A file that is not UTF-8 is a picture or a sound; one that is gone was deleted and not committed yet.
    let read = |path: &str| std::fs::read_to_string(root().join(path)).ok();
    let files = list.lines().filter_map(|path| Some(SourceFile { path: path.to_string(), text: read(path)? }));
    Ok(files.collect())
}

fn judge(file: &SourceFile) -> Vec<String> {
    let path = file.path.as_str();
    if path.ends_with("package-lock.json") {
        return judge_lock(file, "\"resolved\": \"", "https://registry.npmjs.org/");
    }
    if path == "Cargo.lock" {
        return judge_lock(file, "source = \"", "registry+https://github.com/rust-lang/crates.io-index");
    }
    if NOT_OURS.iter().any(|start| path.starts_with(start)) {
        return Vec::new();
    }
    let mut sentences = Vec::new();
    let lines = file.text.lines().count();
    if lines > LINES_MAX && CODE.iter().any(|end| path.ends_with(end)) {
        sentences.push(format!("{path} has {lines} lines; more than {LINES_MAX} are two files"));
    }
    for (index, line) in file.text.lines().enumerate() {
        sentences.extend(judge_line(line).map(|what| format!("{path}:{}: {what}", index + 1)));
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        sentences.push(format!("{path}: the last line has no end"));
    }
    sentences
}

fn judge_line(line: &str) -> Option<String> {
    if line.ends_with([' ', '\t', '\r']) {
        return Some("white space at the end of the line".to_string());
    }
    if let Some(word) = UNFINISHED.iter().find(|word| line.contains(*word)) {
        return Some(format!("\"{word}\": finish it, or open an issue"));
    }
    MACHINE
        .iter()
        .find(|start| names_machine(line, start))
        .map(|start| format!("a path below {start} is on one machine only"))
}

/// Whether an absolute path begins here, and not the middle of another one or of an address.
fn names_machine(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(place, _)| {
        let before = line[..place].chars().next_back().unwrap_or(' ');
        !before.is_alphanumeric() && !"._-}*/~".contains(before)
    })
}

/// Every source in a lock file is the public registry: no mirror of one workplace, no folder, no repository.
fn judge_lock(file: &SourceFile, key: &str, registry: &str) -> Vec<String> {
    let sources =
        file.text.lines().enumerate().filter_map(|(index, line)| Some((index, line.trim().strip_prefix(key)?)));
    let foreign = sources.filter(|(_, source)| !source.starts_with(registry));
    foreign
        .map(|(index, source)| {
            format!("{}:{}: {} is not the public registry", file.path, index + 1, source.trim_end_matches(['"', ',']))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(path: &str, text: &str) -> Vec<String> {
        judge(&SourceFile { path: path.to_string(), text: text.to_string() })
    }

    #[test]
    fn a_long_file_is_found() {
        assert!(sentences("a.rs", &"x\n".repeat(LINES_MAX)).is_empty());
        assert_eq!(sentences("a.rs", &"x\n".repeat(LINES_MAX + 1)).len(), 1);
        assert!(sentences("docs/a.md", &"x\n".repeat(LINES_MAX + 1)).is_empty());
    }

    #[test]
    fn what_is_unfinished_is_found_with_its_line() {
        let text = format!("fn a() {{}}\n// {}: b\n", concat!("TO", "DO"));
        assert!(sentences("a.rs", &text)[0].starts_with("a.rs:2:"));
    }

    #[test]
    fn white_space_at_the_end_and_a_missing_line_end_are_found() {
        assert_eq!(sentences("a.md", "a \n").len(), 1);
        assert_eq!(sentences("a.md", "a").len(), 1);
        assert!(sentences("a.md", "a\n").is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_an_address_is_not() {
        let machine = concat!("/ho", "me/somebody/x");
        assert_eq!(sentences("a.toml", &format!("path = \"{machine}\"\n")).len(), 1);
        assert!(sentences("a.md", &format!("https://example.org{machine}\n")).is_empty());
    }

    #[test]
    fn a_lock_file_with_another_registry_is_found() {
        let npm = |host: &str| format!("  \"resolved\": \"https://{host}/a/-/a-1.0.0.tgz\",\n");
        assert!(sentences("web/package-lock.json", &npm("registry.npmjs.org")).is_empty());
        assert_eq!(sentences("web/package-lock.json", &npm("mirror.example.org")).len(), 1);
        assert_eq!(sentences("Cargo.lock", "source = \"git+https://example.org/a#1\"\n").len(), 1);
    }
}
