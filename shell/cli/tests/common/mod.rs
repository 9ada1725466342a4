//! Runs the real `sommet` command on a data folder of its own.
#![allow(dead_code, reason = "each test uses some of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use seal::SigningKey;
use seal::document::encode;
use serde_json::{Value, json};

/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a free port of this machine.
pub(crate) const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0", "--plain-http", "--media-port", "0", "--json"];

/// The parties of the sample.
pub(crate) const PARTIES: [&str; 3] = ["meridia", "vesland", "secretariat"];

/// The passphrase of every key here.
pub(crate) const PASSPHRASE: &str = "a passphrase of the tests";

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

    /// Where a party's key is. It is made where there is none, with a passphrase that is cheap to try, so that tests are
    /// quick.
    pub(crate) fn key(&self, party: &str) -> String {
        let path = self.0.path().join(format!("{party}.key.json"));
        if !path.exists() {
            std::fs::write(&path, cheap_key(party).to_string()).unwrap();
        }
        path.display().to_string()
    }

    /// The sample's file with the keys of these parties.
    pub(crate) fn sample(&self) -> String {
        let text = std::fs::read_to_string(sample()).unwrap();
        let with_keys = PARTIES.iter().fold(text, |text, party| {
            let public = public_of(&self.key(party));
            let (before, after) = match *party {
                "secretariat" => text.split_once("secretariat_key = \"").unwrap(),
                _ => {
                    let at = text.find(&format!("id = \"{party}\"")).unwrap();
                    let at = at + text[at..].find("\nkey = \"").unwrap() + "\nkey = \"".len();
                    text.split_at(at)
                }
            };
            let separator = if *party == "secretariat" { "secretariat_key = \"" } else { "" };
            format!("{before}{separator}{public}{}", &after[43..])
        });
        self.file("sample.toml", with_keys)
    }

    /// Proposes the sample summit, which nobody has signed; returns its name.
    pub(crate) fn propose_sample(&self) -> String {
        let proposed = self.json(&["summit", "propose", &self.sample()]);
        proposed["id"].as_str().unwrap().to_owned()
    }

    /// Proposes the sample summit with all signatures; returns its name.
    pub(crate) fn create_sample(&self) -> String {
        let file = self.sample();
        let keys = PARTIES.map(|party| self.key(party));
        let mut words = vec!["summit", "propose", &file];
        keys.iter().for_each(|key| words.extend(["--key", key]));
        let proposed = self.json(&words);
        assert_eq!(proposed["unsigned"], json!([]));
        proposed["id"].as_str().unwrap().to_owned()
    }

    /// A command of a party's own program, which knows nothing of the server's data.
    pub(crate) fn by_party(&self, party: &str, url: &str, words: &[&str]) -> Output {
        command(words).args(["--key", &self.key(party), "--server", url]).output().unwrap()
    }

    /// What such a command that succeeds prints.
    pub(crate) fn party_ok(&self, party: &str, url: &str, words: &[&str]) -> String {
        let output = self.by_party(party, url, words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What such a command that is refused says.
    pub(crate) fn party_refused(&self, party: &str, url: &str, words: &[&str]) -> String {
        let output = self.by_party(party, url, words);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    /// The links of a party, as it makes them.
    pub(crate) fn invite(&self, party: &str, url: &str, summit: &str) -> Vec<Value> {
        let made = self.party_ok(party, url, &["invite", summit, "--json"]);
        serde_json::from_str(&made).unwrap()
    }

    /// The links of every party.
    pub(crate) fn invite_all(&self, url: &str, summit: &str) -> Vec<Value> {
        PARTIES.iter().flat_map(|party| self.invite(party, url, summit)).collect()
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
    command.args(words).env("SOMMET_PASSPHRASE", PASSPHRASE);
    command
}

/// The file of a key, as `sommet key init` makes it, but for how dear it is to try passphrases.
fn cheap_key(party: &str) -> Value {
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).unwrap();
    let key = SigningKey::from_seed(seed).unwrap();
    let params = argon2::Params::new(16, 1, 1, Some(32)).unwrap();
    let mut wrap = [0; 32];
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(PASSPHRASE.as_bytes(), &[7; 16], &mut wrap)
        .unwrap();
    let wrap = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &wrap).unwrap());
    let bound = [b"sommet/key-file/v1\0", party.as_bytes(), b"\0", key.public().as_bytes()].concat();
    let mut sealed = seed.to_vec();
    wrap.seal_in_place_append_tag(Nonce::assume_unique_for_key([1; 12]), Aad::from(bound), &mut sealed).unwrap();
    json!({
        "v": 1, "party": party, "public": key.public(), "nonce": encode(&[1; 12]), "sealed": encode(&sealed),
        "kdf": { "name": "argon2id", "memory_kib": 16, "passes": 1, "lanes": 1, "salt": encode(&[7; 16]) },
    })
}

/// The public part of the key in a file.
pub(crate) fn public_of(file: &str) -> String {
    let read: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    read["public"].as_str().unwrap().to_owned()
}

/// What a link says to the server, and the proof key that the server must not know.
pub(crate) fn derived(link: &Value) -> (String, Vec<u8>) {
    let secret = seal::invitation::Secret::parse(&secret(link)).unwrap();
    (secret.access(), secret.proof_key().as_bytes().to_vec())
}

/// The secret of a link.
pub(crate) fn secret(link: &Value) -> String {
    link["link"].as_str().unwrap().split_once("/#/join/").unwrap().1.to_owned()
}

/// A `sommet` that stays until it is stopped.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    keyboard: Option<ChildStdin>,
}

impl Running {
    pub(crate) fn start(words: &[&str], folder: &Folder) -> Self {
        Self::of(command(words), folder)
    }

    /// A registrar of a party.
    pub(crate) fn registrar(folder: &Folder, party: &str, url: &str, summit: &str) -> Self {
        let mut registrar = command(&["registrar", summit, "--server", url, "--key", &folder.key(party)]);
        let mut child = registrar.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let lines = lines_of(&mut child);
        Self { child, lines, keyboard: None }
    }

    /// A registrar of a party that asks on its terminal.
    pub(crate) fn asking_registrar(folder: &Folder, party: &str, url: &str, summit: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_sommet");
        let line = format!("'{program}' registrar {summit} --ask --server {url} --key '{}'", folder.key(party));
        // `script` runs a command in a terminal of its own; it is in every Debian.
        let mut terminal = Command::new("script");
        terminal.args(["--quiet", "--echo", "never", "--command", &line, "/dev/null"]);
        terminal.env("SOMMET_PASSPHRASE", PASSPHRASE).env("SHELL", "/bin/sh");
        let mut child = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (lines, keyboard) = (lines_of(&mut child), child.stdin.take());
        Self { child, lines, keyboard }
    }

    /// Types a line.
    pub(crate) fn type_line(&mut self, line: &str) {
        let keyboard = self.keyboard.as_mut().expect("it has a terminal");
        keyboard.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Starts a command that is prepared but for its data.
    pub(crate) fn of(mut command: Command, folder: &Folder) -> Self {
        command.arg("--data").arg(folder.data());
        let log = std::fs::File::create(folder.0.path().join("log")).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let lines = lines_of(&mut child);
        Self { child, lines, keyboard: None }
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

    /// The first line it prints that holds these words.
    pub(crate) fn line_with(&self, words: &str) -> String {
        loop {
            match self.line() {
                line if line.contains(words) => return line,
                _ => {}
            }
        }
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

fn lines_of(child: &mut Child) -> Receiver<String> {
    let (tell, lines) = channel();
    let pipe = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || pipe.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
    lines
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Exchanges a text for a session: the HTTP status, and the answer.
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
