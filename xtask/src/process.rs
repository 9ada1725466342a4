//! Running other programs from the root of the checkout, and saying in a sentence what went wrong with them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    // The manifest of this crate lies one folder below; the value is fixed when it is compiled.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where `cargo x setup` puts tools, so that nothing outside the checkout changes.
pub(crate) fn tools() -> PathBuf {
    root().join("target/tools")
}

/// A command that runs in the root of the checkout, finds our tools, and does not see the variables that cargo set for
/// this program: with them, a cargo below this one would build other things than a cargo at the terminal.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if ours.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let with_tools = std::iter::once(tools().join("bin")).chain(std::env::split_paths(&path));
    if let Ok(joined) = std::env::join_paths(with_tools) {
        command.env("PATH", joined);
    }
    command
}

/// `cargo`, the one that runs this program.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// `npm`, for the web client.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = command("npm");
    command.current_dir(root().join("web")).args(arguments);
    command
}

/// Runs to the end, its output to the terminal; an error unless it succeeded.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let words = words(command);
    println!("\n$ {words}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{words}` failed ({status})")),
        Err(error) => Err(format!("`{words}` could not be started: {error}")),
    }
}

/// Runs to the end without a word; its standard output, or an error with what it said.
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    let words = words(command);
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("`{words}` could not be started: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{words}` failed ({}):\n{}", output.status, said.trim_end()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{words}` printed something that is not text"))
}

/// Whether a program answers to its name.
pub(crate) fn exists(program: &str) -> bool {
    command(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// The file in the checkout, as text.
pub(crate) fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(root().join(path)).map_err(|error| format!("{path} cannot be read: {error}"))
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let all = std::iter::once(program).chain(command.get_args());
    all.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_named() {
        let failure = capture(&mut command("false")).expect_err("false never succeeds");
        assert!(failure.contains("`false` failed"), "{failure}");
        let failure = capture(&mut command("no-such-program")).expect_err("it does not exist");
        assert!(failure.contains("could not be started"), "{failure}");
    }

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }
}
