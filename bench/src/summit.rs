//! A summit of two parties, agreed as real ones are: each with its key, its signature, its links and its registrar.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::{Server, end, sommet, text};

/// A summit on a running server.
pub(crate) struct Summit {
    id: String,
    url: String,
    /// Where the parties' keys are.
    _offices: TempDir,
    keys: Vec<PathBuf>,
    /// One of each party, next to the server: they have nothing to do once everybody is in.
    registrars: Vec<Child>,
    /// Of each seat, the heads of the delegations first.
    links: Vec<String>,
}

impl Summit {
    /// A summit of so many seats without interpretation.
    pub(crate) fn agree(server: &Server, seats: usize) -> Result<Self, String> {
        Self::agree_on(server, seats, |publics| plan(seats, publics))
    }

    /// Has the summit of that file signed by both parties; their registrars admit from then on. `file`: its text, with the public
    /// parts of the parties' keys in it.
    pub(crate) fn agree_on(
        server: &Server,
        seats: usize,
        plan: impl FnOnce(&[String]) -> String,
    ) -> Result<Self, String> {
        let offices = tempfile::tempdir().map_err(text)?;
        let keys: Vec<PathBuf> = (0..2).map(|side| offices.path().join(format!("side-{side}.key.json"))).collect();
        let publics =
            keys.iter().enumerate().map(|(side, file)| make_key(side, file)).collect::<Result<Vec<_>, _>>()?;
        let file = offices.path().join("summit.toml");
        fs::write(&file, plan(&publics)).map_err(text)?;
        let mut propose = sommet_by_party()?;
        propose.args(["summit", "propose", "--json"]);
        for key in &keys {
            propose.arg("--key").arg(key);
        }
        let created = answer_of(propose.arg(&file).arg("--data").arg(server.folder()))?;
        let id = find(&created, "id").and_then(|id| id.as_str().map(str::to_owned)).ok_or("no id in the new summit")?;
        let url = server.url().to_owned();
        let mut summit = Self { id, url, _offices: offices, keys, registrars: Vec::new(), links: Vec::new() };
        summit.links = summit.invite(0..seats)?;
        for key in &summit.keys {
            let mut registrar = sommet_by_party()?;
            registrar.args(["registrar", &summit.id, "--server", &summit.url]).arg("--key").arg(key);
            registrar.stdout(Stdio::null()).stderr(Stdio::null());
            summit.registrars.push(registrar.spawn().map_err(text)?);
        }
        Ok(summit)
    }

    /// The links of all seats.
    pub(crate) fn links(&self) -> &[String] {
        &self.links
    }

    /// New links to those seats, in their order: each is good for one device.
    pub(crate) fn invite(&self, seats: std::ops::Range<usize>) -> Result<Vec<String>, String> {
        let mut links = Vec::new();
        for (side, key) in self.keys.iter().enumerate() {
            let own: Vec<usize> = seats.clone().filter(|number| side_of(*number) == side).collect();
            if own.is_empty() {
                continue;
            }
            let mut invite = sommet_by_party()?;
            invite.args(["invite", &self.id, "--json", "--server", &self.url]).arg("--key").arg(key);
            for number in own {
                invite.args(["--seat", &format!("seat-{number}")]);
            }
            collect(&answer_of(&mut invite)?, &mut links);
        }
        links.sort();
        let links: Vec<_> = links.into_iter().map(|(_, link)| link).collect();
        if links.len() == seats.len() {
            Ok(links)
        } else {
            Err(format!("{} links for {} seats", links.len(), seats.len()))
        }
    }
}

impl Drop for Summit {
    fn drop(&mut self) {
        self.registrars.iter_mut().for_each(end);
    }
}

/// Makes the key of a side; its public part.
fn make_key(side: usize, file: &std::path::Path) -> Result<String, String> {
    let mut init = sommet_by_party()?;
    let made = init.args(["key", "init", &format!("side-{side}"), "--file"]).arg(file).output().map_err(text)?;
    if !made.status.success() {
        return Err("a key cannot be made".to_owned());
    }
    let shown = answer_of(sommet_by_party()?.args(["key", "show", "--json"]).arg(file))?;
    let key = find(&shown, "key").and_then(|key| key.as_str().map(str::to_owned));
    key.ok_or_else(|| "a key without a public part".to_owned())
}

/// The program with the passphrase of all keys here, which protect nothing.
fn sommet_by_party() -> Result<Command, String> {
    let mut command = Command::new(sommet()?);
    command.env("SOMMET_PASSPHRASE", "nothing is secret here");
    Ok(command)
}

/// What a command prints.
fn answer_of(command: &mut Command) -> Result<Value, String> {
    let output = command.output().map_err(text)?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(text)
}

/// The seats go to the sides in turn.
fn side_of(number: usize) -> usize {
    number % 2
}

/// Two delegations; their heads have the first two links.
fn plan(seats: usize, keys: &[String]) -> String {
    let member = |number: usize| (if number < 2 { "principal" } else { "adviser" }.to_owned(), "en".to_owned());
    plan_of(seats, keys, member)
}

/// Two delegations whose members have the role and the language that `member` says.
pub(crate) fn plan_of(seats: usize, keys: &[String], member: impl Fn(usize) -> (String, String)) -> String {
    let mut text = "title = \"A measured summit\"\nlanguage = \"en\"\n".to_owned();
    for (side, key) in keys.iter().enumerate() {
        text += &format!(
            "\n[[delegation]]\nid = \"side-{side}\"\nname = \"Side {side}\"\nkey = \"{key}\"\nflag = {{ layout = \"vertical\", colours = [\"#224466\"] }}\n"
        );
        for number in (0..seats).filter(|number| side_of(*number) == side) {
            let (role, language) = member(number);
            text += &format!(
                "[[delegation.seat]]\nid = \"seat-{number}\"\nname = \"Seat {number}\"\ntitle = \"Member\"\nrole = \"{role}\"\nlanguages = [\"{language}\"]\ntime_zone = \"UTC\"\n"
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
