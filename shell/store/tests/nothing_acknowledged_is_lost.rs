//! A process that is killed in the middle of its work loses nothing that it had acknowledged.
//!
//! The test starts itself as another process (`the_victim`), reads its acknowledgements from a pipe, ends it with SIGKILL
//! at a random moment, opens its data directory and looks for every acknowledged change.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use store::{NewInvitation, SecretHash, SqliteStore, Store, Writer};
use wire::{
    Bytes, Delegation, DelegationId, Entry, Envelope, Event, Flag, FlagLayout, Language, Localized, Role, Seat, SeatId,
    Sequence, SummitId, SummitPlan, WallTime,
};

/// Changes that the victim would make if it were left alive.
const CHANGES: u64 = 500;
/// How often a victim is killed, each time on the data of the one before.
const ROUNDS: u64 = 6;
/// A round that takes longer than this failed.
const PATIENCE: Duration = Duration::from_secs(60);

const DIRECTORY: &str = "SOMMET_TEST_VICTIM_DIRECTORY";
const SEED: &str = "SOMMET_TEST_VICTIM_SEED";

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    prepare(directory.path());
    let mut all = BTreeSet::new();
    for round in 0..ROUNDS {
        let wanted = StdRng::seed_from_u64(1000 + round).random_range(CHANGES / 10..CHANGES * 9 / 10);
        let acknowledged = killed_after(directory.path(), round, wanted);
        assert!(acknowledged.len() >= usize::try_from(wanted).unwrap(), "round {round}");
        all.extend(acknowledged);
        look_for(&all, directory.path(), round);
    }
}

/// Runs a victim until it acknowledged `wanted` changes, kills it, and returns all that it acknowledged.
fn killed_after(directory: &Path, seed: u64, wanted: u64) -> BTreeSet<String> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_victim", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (lines, acknowledgements) = sync_channel(0);
    let pipe = BufReader::new(victim.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        for line in pipe.lines().map_while(Result::ok) {
            // What the test harness prints about itself goes by.
            if let Some(change) = line.strip_prefix("acknowledged ")
                && lines.send(change.to_owned()).is_err()
            {
                return;
            }
        }
    });
    let deadline = Instant::now() + PATIENCE;
    let mut acknowledged = BTreeSet::new();
    while acknowledged.len() < usize::try_from(wanted).unwrap() {
        acknowledged.insert(acknowledgements.recv_timeout(deadline - Instant::now()).expect("the victim works"));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
    // What it had written to the pipe before it died is acknowledged as well.
    acknowledged.extend(acknowledgements);
    reader.join().unwrap();
    acknowledged
}

fn look_for(acknowledged: &BTreeSet<String>, directory: &Path, round: u64) {
    let store = SqliteStore::open(directory).expect("the lock of a dead process is free");
    let mut logs = BTreeMap::new();
    let mut links = BTreeMap::new();
    for summit in store.summits().unwrap() {
        let log = store.entries(&summit.id, Sequence(0)).unwrap();
        assert!(log.iter().map(|entry| entry.sequence.0).eq(1..=log.len() as u64), "round {round}: a gap");
        links.extend(store.invitations(&summit.id).unwrap().into_iter().map(|link| (link.id, link)));
        logs.insert(summit.id.to_string(), log);
    }
    for change in acknowledged {
        let parts: Vec<_> = change.split(' ').collect();
        let found = match parts[..] {
            ["summit", id] => logs.contains_key(id),
            ["entry", id, sequence, at] => {
                let index = sequence.parse::<usize>().unwrap() - 1;
                logs.get(id).and_then(|log| log.get(index)).is_some_and(|entry| entry.at.0.to_string() == at)
            }
            ["invited", link] => links.contains_key(&link.parse().unwrap()),
            ["revoked", link] => links[&link.parse().unwrap()].revoked.is_some(),
            // A session whose link was withdrawn since is gone rightly.
            ["session", token, link] => {
                store.session(SecretHash::of(token)).is_ok() || links[&link.parse().unwrap()].revoked.is_some()
            }
            _ => panic!("what is \"{change}\"?"),
        };
        assert!(found, "round {round}: \"{change}\" was acknowledged and is lost");
    }
}

/// Not a test: the process that is killed.
#[test]
#[ignore = "started by nothing_acknowledged_is_lost_by_kill_9"]
fn the_victim() {
    let (Ok(directory), Ok(seed)) = (std::env::var(DIRECTORY), std::env::var(SEED)) else { return };
    let store = SqliteStore::open(Path::new(&directory)).unwrap();
    let mut victim = Victim {
        places: [summit("a"), summit("b")]
            .map(|id| (id.clone(), store.entries(&id, Sequence(0)).unwrap().len() as u64))
            .into(),
        writer: Writer::spawn(store).unwrap(),
        random: StdRng::seed_from_u64(seed.parse().unwrap()),
        links: Vec::new(),
        seed,
    };
    for change in 0..CHANGES {
        victim.change(change);
    }
    victim.writer.stop();
    // It lives until it is killed, so that the last rounds are killed at rest rather than never.
    acknowledge("summit a");
    loop {
        std::thread::park();
    }
}

struct Victim {
    writer: Writer,
    random: StdRng,
    seed: String,
    /// The last place in each log.
    places: BTreeMap<SummitId, u64>,
    /// Links of this round, with their secrets, that were not withdrawn.
    links: Vec<(i64, String)>,
}

impl Victim {
    fn change(&mut self, number: u64) {
        let name = format!("{}-{number}", self.seed);
        match self.random.random_range(0..10) {
            0 => self.create(&name),
            1 => self.invite(&name),
            2 if !self.links.is_empty() => self.open_session(&name),
            3 if self.links.len() > 3 => self.revoke(),
            _ => self.append(),
        }
    }

    fn append(&mut self) {
        let chosen = if self.random.random() { summit("a") } else { summit("b") };
        let place = self.places.get_mut(&chosen).unwrap();
        *place += 1;
        let at = WallTime(self.random.random_range(0..1_000_000));
        let entry =
            Entry { sequence: Sequence(*place), at, request: None, event: Event::HandRaised { seat: seat("x") } };
        let told = format!("entry {chosen} {place} {}", at.0);
        // Not waited for: several of them share a transaction.
        self.writer.append(chosen, entry, move |result| {
            result.unwrap();
            acknowledge(&told);
        });
    }

    fn create(&self, name: &str) {
        let manifest = manifest(name);
        self.writer.call(move |store| store.create_summit(&manifest, WallTime(0))).unwrap();
        acknowledge(&format!("summit {name}"));
    }

    fn invite(&mut self, name: &str) {
        let document = Envelope { payload: name.as_bytes().into(), signature: Bytes::default(), issuer: None };
        let (seat, jti, access, expires) =
            (seat("x-head"), name.as_bytes().into(), SecretHash::of(name), WallTime(i64::MAX));
        let new = NewInvitation { seat, jti, document, access, expires };
        let link = self.writer.call(move |store| store.invite(&summit("a"), &new, WallTime(0)));
        let link = link.unwrap();
        self.links.push((link, name.to_owned()));
        acknowledge(&format!("invited {link}"));
    }

    fn open_session(&mut self, name: &str) {
        let (link, secret) = &self.links[self.random.random_range(0..self.links.len())];
        let (secret, token) = (SecretHash::of(secret), SecretHash::of(name));
        self.writer.call(move |store| store.open_session(secret, token, WallTime(0))).unwrap();
        acknowledge(&format!("session {name} {link}"));
    }

    fn revoke(&mut self) {
        let (link, _) = self.links.swap_remove(self.random.random_range(0..self.links.len()));
        self.writer.call(move |store| store.revoke(link, WallTime(1))).unwrap();
        acknowledge(&format!("revoked {link}"));
    }
}

fn acknowledge(change: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {change}").unwrap();
    out.flush().unwrap();
}

fn prepare(directory: &Path) {
    let mut store = SqliteStore::open(directory).unwrap();
    for id in ["a", "b"] {
        store.create_summit(&manifest(id), WallTime(0)).unwrap();
        for party in ["x", "y"] {
            let signature =
                wire::PartySignature { party: DelegationId::new(party).unwrap(), signature: Bytes::default() };
            store.sign(&summit(id), &signature, WallTime(0)).unwrap();
        }
    }
}

fn plan() -> SummitPlan {
    let text = |text: &str| Localized::new(BTreeMap::from([(Language::new("en").unwrap(), text.to_owned())])).unwrap();
    let side = |id: &str| Delegation {
        id: DelegationId::new(id).unwrap(),
        name: text(id),
        flag: Flag { layout: FlagLayout::Vertical, colours: vec!["#102030".to_owned()] },
        seats: vec![Seat {
            id: seat(&format!("{id}-head")),
            name: text("Head"),
            title: text("Minister"),
            role: Role::Principal,
            languages: vec![Language::new("en").unwrap()],
            time_zone: "Europe/Vienna".to_owned(),
        }],
    };
    SummitPlan::new(text("Talks"), vec![side("x"), side("y")], vec![], vec![], vec![], vec![]).unwrap()
}

fn manifest(id: &str) -> Bytes {
    let manifest = serde_json::json!({
        "v": 1, "summit": id, "plan": plan(), "parties": [], "rules": { "admission": "own_party" }, "suite": 1,
        "quorum": 2, "client": null, "proposed": 0,
    });
    Bytes(serde_json::to_vec(&manifest).unwrap())
}

fn summit(id: &str) -> SummitId {
    SummitId::new(id).unwrap()
}

fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}
