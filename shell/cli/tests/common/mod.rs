//! Runs the real `sommet` command on a data folder of its own.
#![allow(dead_code, reason = "each test uses some of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a free port of this machine.
pub(crate) const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--plain-http", "--media-port", "0", "--json"];

/// A folder for data, and the commands on it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Writes a file beside the data; returns its path as text.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// What the last server or demo logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.0.path().join("log")).unwrap()
    }

    /// Runs `sommet WORDS --data ...`.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        command(words).arg("--data").arg(self.data()).output().unwrap()
    }

    /// What a command that succeeds prints.
    pub(crate) fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same, as JSON.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[words, &["--json"]].concat())).unwrap()
    }

    /// What a command that is refused says.
    pub(crate) fn refused(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// Creates the sample summit; returns its name.
    pub(crate) fn create_sample(&self) -> String {
        let created = self.json(&["summit", "create", &sample()]);
        created["id"].as_str().unwrap().to_owned()
    }

    /// Whether any file of the data holds that text.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let files = std::fs::read_dir(self.data()).unwrap().map(|file| file.unwrap().path());
        files.filter(|path| path.is_file()).any(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }
}

/// The sample in the documentation.
pub(crate) fn sample() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/summit.toml").display().to_string()
}

pub(crate) fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sommet"));
    let settings =
        std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("SOMMET_"));
    for name in settings {
        command.env_remove(name);
    }
    command.args(words);
    command
}

/// The secret of a link.
pub(crate) fn secret(link: &Value) -> String {
    link["link"].as_str().unwrap().split_once("/#/join/").unwrap().1.to_owned()
}

/// A `sommet` that stays until it is stopped.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    pub(crate) fn start(words: &[&str], folder: &Folder) -> Self {
        Self::of(command(words), folder)
    }

    /// Starts a command that is prepared but for its data.
    pub(crate) fn of(mut command: Command, folder: &Folder) -> Self {
        command.arg("--data").arg(folder.data());
        let log = std::fs::File::create(folder.0.path().join("log")).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let (tell, lines) = channel();
        let pipe = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || pipe.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child, lines }
    }

    /// A server on a free port of this machine; with its URL.
    pub(crate) fn serve(folder: &Folder) -> (Self, String) {
        let running = Self::start(SERVE, folder);
        let url = running.url();
        (running, url)
    }

    /// Where a server started with [`SERVE`] says that it is.
    pub(crate) fn url(&self) -> String {
        let told: Value = serde_json::from_str(&self.line()).unwrap();
        told["urls"][0].as_str().unwrap().to_owned()
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line it prints.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("it prints a line")
    }

    /// What it prints until a line `ready`.
    pub(crate) fn until_ready(&self) -> Vec<String> {
        let mut said = Vec::new();
        loop {
            match self.line() {
                line if line == "ready" => return said,
                line => said.push(line),
            }
        }
    }

    /// Asks it to stop, as systemd does; returns its exit status.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let deadline = Instant::now() + PATIENCE;
        // Its output ends when it does.
        while self.lines.recv_timeout(deadline - Instant::now()).is_ok() {}
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Exchanges the secret of a link for a session: the HTTP status, and the answer.
pub(crate) fn arrive(url: &str, secret: &str) -> (u16, Value) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let body = serde_json::json!({ "secret": secret }).to_string();
    write!(
        stream,
        "POST /api/v1/sessions HTTP/1.1\r\nHost: {address}\r\nOrigin: {url}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}
