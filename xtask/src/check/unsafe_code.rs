//! Unsafe code: forbidden by the workspace's lints, and allowed only in the files listed here, each with its reason.

use super::tidy::{self, SourceFile};
use super::verdict;
use crate::Failure;
use crate::process::read;

/// A file that may hold unsafe code, and why it must.
const LISTED: &[(&str, &str)] = &[];

pub(super) fn look() -> Result<(), Failure> {
    let files = tidy::files()?;
    let mut sentences = judge(&files);
    for manifest in files.iter().map(|file| file.path.as_str()).filter(|path| path.ends_with("/Cargo.toml")) {
        sentences.extend(judge_manifest(manifest, &read(manifest)?));
    }
    verdict(sentences)
}

fn judge(files: &[SourceFile]) -> Vec<String> {
    let rust = files.iter().filter(|file| file.path.ends_with(".rs"));
    let unlisted = rust.filter(|file| !LISTED.iter().any(|(path, _)| *path == file.path));
    unlisted
        .flat_map(|file| {
            let places = file.text.lines().enumerate().filter(|(_, line)| is_unsafe(line));
            places.map(|(index, _)| {
                format!(
                    "{}:{}: unsafe code in a file that is not listed in xtask/src/check/unsafe_code.rs",
                    file.path,
                    index + 1
                )
            })
        })
        .collect()
}

/// Every crate takes over the workspace's lints, of which `unsafe_code = "forbid"` is one.
fn judge_manifest(path: &str, text: &str) -> Option<String> {
    let inherits = text.split("[lints]").nth(1).is_some_and(|rest| rest.trim_start().starts_with("workspace = true"));
    (!inherits).then(|| format!("{path}: write [lints] workspace = true"))
}

/// The keyword where it opens something, outside a comment.
fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    const KEYWORD: &str = concat!("un", "safe");
    code.match_indices(KEYWORD).any(|(start, _)| {
        let before = code[..start].chars().next_back().unwrap_or(' ');
        let after = code[start + KEYWORD.len()..].trim_start();
        let opens = ["{", "fn", "impl", "extern", "trait"].iter().any(|word| after.starts_with(word));
        (opens && (before.is_whitespace() || before == '(' || before == '='))
            || (before == '[' && after.starts_with('('))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_code_is_found_and_words_about_it_are_not() {
        let keyword = concat!("un", "safe");
        for bad in [
            format!("    {keyword} {{ go() }}"),
            format!("pub {keyword} fn go()"),
            format!("let x = {keyword} {{ 1 }};"),
        ] {
            let file = SourceFile { path: "core/wire/src/lib.rs".to_string(), text: bad.clone() };
            assert_eq!(judge(&[file]).len(), 1, "{bad}");
        }
        for good in [format!("fn is_{keyword}(c: char)"), format!("// {keyword} {{}}"), format!("{keyword}_code = 1")] {
            let file = SourceFile { path: "core/wire/src/lib.rs".to_string(), text: good.clone() };
            assert!(judge(&[file]).is_empty(), "{good}");
        }
    }

    #[test]
    fn a_crate_with_lints_of_its_own_is_found() {
        assert!(judge_manifest("a/Cargo.toml", "[lints]\nworkspace = true\n").is_none());
        assert!(judge_manifest("a/Cargo.toml", "[package]\n").is_some());
    }
}
