//! A real server to be measured: `sommet serve` on a core of its own, with the summits that are held on it.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use core_affinity::CoreId;

use crate::bots::Bots;
use crate::machine::{Cores, cpu_time_of, memory_of};
use crate::summit::Summit;

const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub(crate) struct Server {
    cores: Cores,
    folder: PathBuf,
    process: Child,
    url: String,
}

impl Server {
    /// Starts a server on its core, and waits until it answers.
    pub(crate) fn start(cores: Cores) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("sommet-bench-{}", std::process::id()));
        // Left over from a run that was ended from outside; if it is not there, so much the better.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(text)?.port();
        let media = UdpSocket::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(text)?.port();
        let mut serve = sommet_on(cores.server)?;
        serve.arg("serve").arg("--data").arg(&folder).args(["--plain-http", "--media-threads", "1"]);
        serve.args(["--listen", &format!("127.0.0.1:{port}"), "--media-port", &media.to_string()]);
        serve.args(["--media-address", "127.0.0.1"]).stdout(Stdio::null()).stderr(Stdio::null());
        let process = serve.spawn().map_err(text)?;
        let server = Self { cores, folder, process, url: format!("http://127.0.0.1:{port}") };
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if start.elapsed() > PATIENCE {
                return Err("the server does not answer".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// A summit of so many seats, agreed and with links to all of them.
    pub(crate) fn summit(&self, seats: usize) -> Result<Summit, String> {
        Summit::agree(self, seats)
    }

    /// Seats a bot at each of these links.
    pub(crate) fn seat(&self, links: &[String], manner: &[&str]) -> Result<Bots, String> {
        Bots::seat(self.cores, links, manner)
    }

    /// Where its data are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where people find it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The processor time it has used.
    pub(crate) fn cpu_time(&self) -> Result<Duration, String> {
        cpu_time_of(self.process.id())
    }

    /// The memory it has now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64, String> {
        memory_of(self.process.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.process);
        // Nothing in it is worth a failure.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Ends a process at once.
pub(crate) fn end(process: &mut Child) {
    // It may have ended by itself.
    let _ = process.kill();
    let _ = process.wait();
}

/// The program beside this one: `cargo x bench` builds both.
pub(crate) fn sommet() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(text)?;
    let program = own.with_file_name("sommet");
    if program.exists() {
        Ok(program)
    } else {
        Err("there is no sommet beside this program; use cargo x bench".to_owned())
    }
}

/// The same, kept on one core.
pub(crate) fn sommet_on(core: CoreId) -> Result<Command, String> {
    let mut command = Command::new("taskset");
    command.arg("--cpu-list").arg(core.id.to_string()).arg(sommet()?);
    Ok(command)
}

pub(crate) fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
