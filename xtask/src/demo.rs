//! `cargo x demo`: from a checkout to a summit in progress, with links to open.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::process::{cargo, command, root, run as run_to_the_end};
use crate::{Failure, setup, web};

/// Where the demo keeps its summit.
const DATA: &str = "target/demo";
/// How long the server and its bots may take to be ready.
const PATIENCE: Duration = Duration::from_secs(90);

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let wait = match arguments {
        [] => true,
        [flag] if flag == "--no-wait" => false,
        _ => return Err("usage: cargo x demo [--no-wait]".to_string()),
    };
    setup::for_demo()?;
    web::build()?;
    run_to_the_end(&mut cargo(&["build", "--package", "sommet"]))?;
    let mut demo = command(root().join("target/debug/sommet"));
    demo.args(["demo", "--data", DATA]);
    if wait { run_to_the_end(&mut demo) } else { leave_running(demo) }
}

/// Starts the demo in a process group of its own, so that it outlives this program and its terminal, and returns when
/// it is ready.
fn leave_running(mut demo: Command) -> Result<(), Failure> {
    let folder = root().join(DATA);
    let path = folder.join("log");
    let cannot = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    std::fs::create_dir_all(&folder).map_err(cannot)?;
    let log = File::create(&path).map_err(cannot)?;
    let copy = log.try_clone().map_err(cannot)?;
    demo.stdin(Stdio::null()).stdout(log).stderr(copy).process_group(0);
    let mut child = demo.spawn().map_err(|error| format!("the demo could not be started: {error}"))?;
    let said = wait_until_ready(&mut child, &path)?;
    // It says itself how it is stopped.
    println!("{}\nThe demo is running as process {}; its log is {}.", said.trim_end(), child.id(), path.display());
    Ok(())
}

/// What the demo printed up to its line `ready`.
fn wait_until_ready(child: &mut Child, log: &Path) -> Result<String, Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = std::fs::read_to_string(log).unwrap_or_default();
        if is_ready(&said) {
            return Ok(said);
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("the demo ended ({status}) before it was ready:\n{said}"));
        }
        if Instant::now() > deadline {
            // It may have started bots; asked to stop, it takes them along.
            let _ = command("kill").arg(child.id().to_string()).status();
            return Err(format!("the demo was not ready after {} s and was stopped:\n{said}", PATIENCE.as_secs()));
        }
        sleep(Duration::from_millis(50));
    }
}

fn is_ready(said: &str) -> bool {
    said.lines().any(|line| line == "ready" || line.starts_with("ready "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_is_a_line_of_its_own() {
        assert!(is_ready("links\nready\n"));
        assert!(is_ready("ready http://localhost:8080/\n"));
        assert!(!is_ready("not ready yet\nalready\n"));
    }

    #[test]
    fn a_demo_that_dies_is_reported_with_its_words() {
        let path = std::env::temp_dir().join(format!("sommet-demo-{}.log", std::process::id()));
        std::fs::write(&path, "port is taken\n").expect("the temporary folder is writable");
        let mut child = Command::new("false").spawn().expect("`false` can be started");
        let failure = wait_until_ready(&mut child, &path).expect_err("it never says ready");
        std::fs::remove_file(&path).expect("it was written above");
        assert!(failure.contains("port is taken"), "{failure}");
    }
}
