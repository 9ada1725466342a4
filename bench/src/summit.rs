//! A real summit to be measured: `sommet serve` on the server's core, `sommet bots` on the load's.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use core_affinity::CoreId;
use serde_json::Value;

use crate::machine::{Cores, cpu_time_of};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running server with one summit in it.
pub(crate) struct Summit {
    cores: Cores,
    folder: PathBuf,
    server: Child,
    /// One of each party, next to the server: they have nothing to do once everybody is in.
    registrars: Vec<Child>,
    url: String,
    /// Seats and their links, the heads of the delegations first.
    links: Vec<String>,
}

/// Bots that report every second.
pub(crate) struct Bots {
    process: Child,
    reports: BufReader<ChildStdout>,
}

impl Summit {
    /// Starts a server on its core, with a summit of so many seats.
    pub(crate) fn start(cores: Cores, seats: usize) -> Result<Self, String> {
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
        let server = serve.spawn().map_err(text)?;
        let url = format!("http://127.0.0.1:{port}");
        let mut summit = Self { cores, folder, server, registrars: Vec::new(), url, links: Vec::new() };
        summit.wait_for(port)?;
        summit.links = summit.invite(seats)?;
        Ok(summit)
    }

    /// Seats some bots: those with these places among the seats.
    pub(crate) fn seat(&self, places: std::ops::Range<usize>, manner: &[&str]) -> Result<Bots, String> {
        let mut bots = sommet_on(self.cores.load)?;
        bots.arg("bots").args(["--report", "second", "--ready", "--height", "720"]).args(manner);
        for link in &self.links[places] {
            bots.args(["--link", link]);
        }
        let mut process = bots.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(text)?;
        let reports = process.stdout.take().map(BufReader::new).ok_or("bots without a voice")?;
        Ok(Bots { process, reports })
    }

    /// The processor time the server has used.
    pub(crate) fn cpu_time(&self) -> Result<Duration, String> {
        cpu_time_of(self.server.id())
    }

    fn wait_for(&mut self, port: u16) -> Result<(), String> {
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if start.elapsed() > PATIENCE {
                return Err("the server does not answer".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Makes a key for each side; the files, and the public parts.
    fn keys(&self) -> Result<(Vec<String>, Vec<String>), String> {
        let (mut files, mut publics) = (Vec::new(), Vec::new());
        for side in 0..2 {
            let file = self.folder.join(format!("side-{side}.key.json")).to_string_lossy().into_owned();
            let made = sommet_by_party()?.args(["key", "init", &format!("side-{side}"), "--file", &file]).output();
            if !made.map_err(text)?.status.success() {
                return Err("a key cannot be made".to_owned());
            }
            let shown = self.ask(&["key", "show", "--json", &file], false)?;
            publics.extend(find(&shown, "key").and_then(|key| key.as_str().map(str::to_owned)));
            files.push(file);
        }
        Ok((files, publics))
    }

    fn invite(&mut self, seats: usize) -> Result<Vec<String>, String> {
        let file = self.folder.join("summit.toml");
        let (keys, publics) = self.keys()?;
        fs::write(&file, plan(seats, &publics)).map_err(text)?;
        let mut words = vec!["summit", "propose", "--json"];
        keys.iter().for_each(|key| words.extend(["--key", key]));
        let name = file.to_string_lossy().into_owned();
        words.push(&name);
        let created = self.ask(&words, true)?;
        let id = find(&created, "id").and_then(|id| id.as_str().map(str::to_owned)).ok_or("no id in the new summit")?;
        let mut links = Vec::new();
        for key in &keys {
            let invited = self.ask(&["invite", &id, "--json", "--key", key, "--server", &self.url], false)?;
            collect(&invited, &mut links);
            let mut registrar = sommet_by_party()?;
            registrar.args(["registrar", &id, "--key", key, "--server", &self.url]);
            registrar.stdout(Stdio::null()).stderr(Stdio::null());
            self.registrars.push(registrar.spawn().map_err(text)?);
        }
        links.sort();
        let links: Vec<_> = links.into_iter().map(|(_, link)| link).collect();
        if links.len() == seats { Ok(links) } else { Err(format!("{} links for {seats} seats", links.len())) }
    }

    /// Runs a command: the operator's on the server's data, or a party's own.
    fn ask(&self, words: &[&str], by_operator: bool) -> Result<Value, String> {
        let mut command = sommet_by_party()?;
        command.args(words);
        if by_operator {
            command.arg("--data").arg(&self.folder);
        }
        let output = command.output().map_err(text)?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        serde_json::from_slice(&output.stdout).map_err(text)
    }
}

impl Drop for Summit {
    fn drop(&mut self) {
        self.registrars.iter_mut().for_each(end);
        end(&mut self.server);
        // Nothing in it is worth a failure.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Bots {
    /// The next report, one a second.
    pub(crate) fn report(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        if self.reports.read_line(&mut line).map_err(text)? == 0 {
            return Err("the bots ended early".to_owned());
        }
        serde_json::from_str(&line).map_err(text)
    }

    /// Reports until so many bots see somebody.
    pub(crate) fn report_when_joined(&mut self, bots: u64) -> Result<Value, String> {
        let start = Instant::now();
        loop {
            let report = self.report()?;
            if count(&report, "joined") >= bots {
                return Ok(report);
            }
            if start.elapsed() > PATIENCE {
                return Err(format!("only {} of {bots} bots see somebody", count(&report, "joined")));
            }
        }
    }
}

impl Drop for Bots {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// A number in a report.
pub(crate) fn count(report: &Value, name: &str) -> u64 {
    report.get(name).and_then(Value::as_u64).unwrap_or(0)
}

fn end(process: &mut Child) {
    // It may have ended by itself.
    let _ = process.kill();
    let _ = process.wait();
}

/// The program beside this one: `cargo x bench` builds both.
fn sommet() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(text)?;
    let program = own.with_file_name("sommet");
    if program.exists() {
        Ok(program)
    } else {
        Err("there is no sommet beside this program; use cargo x bench".to_owned())
    }
}

fn sommet_on(core: CoreId) -> Result<Command, String> {
    let mut command = Command::new("taskset");
    command.arg("--cpu-list").arg(core.id.to_string()).arg(sommet()?);
    Ok(command)
}

/// The program with the passphrase of all keys here, which protect nothing.
fn sommet_by_party() -> Result<Command, String> {
    let mut command = Command::new(sommet()?);
    command.env("SOMMET_PASSPHRASE", "nothing is secret here");
    Ok(command)
}

/// Two delegations; their heads have the first two links.
fn plan(seats: usize, keys: &[String]) -> String {
    let mut text = "title = \"A measured summit\"\nlanguage = \"en\"\n".to_owned();
    for (side, key) in keys.iter().enumerate() {
        text += &format!(
            "\n[[delegation]]\nid = \"side-{side}\"\nname = \"Side {side}\"\nkey = \"{key}\"\nflag = {{ layout = \"vertical\", colours = [\"#224466\"] }}\n"
        );
        for number in (0..seats).filter(|number| number % 2 == side) {
            let role = if number < 2 { "principal" } else { "adviser" };
            text += &format!(
                "[[delegation.seat]]\nid = \"seat-{number}\"\nname = \"Seat {number}\"\ntitle = \"Member\"\nrole = \"{role}\"\nlanguages = [\"en\"]\ntime_zone = \"UTC\"\n"
            );
        }
    }
    text
}

fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map.get(key).or_else(|| map.values().find_map(|inner| find(inner, key))),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, key)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// All links in a printed invitation, with the number of the seat of each.
fn collect(value: &Value, links: &mut Vec<(usize, String)>) {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    match value {
        Value::Object(_) => {
            let number = text(value, "seat").and_then(|seat| seat.strip_prefix("seat-")?.parse().ok());
            links.extend(number.zip(text(value, "link")));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, links)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
