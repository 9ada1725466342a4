//! `sommet bots` against a real server: they come in by their links, see and hear one another, and come back by themselves.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::collections::BTreeSet;
use std::process::Output;

use common::{Folder, PARTIES, Running, command};
use serde_json::Value;

/// Runs `sommet bots WORDS` with these links on standard input.
fn bots(links: &[String], words: &[&str]) -> Output {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), links.join("\n")).unwrap();
    command(&["bots", "--links-file"]).arg(file.path()).args(words).output().unwrap()
}

fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{}", said(output));
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A link for every seat of the sample, made while the server runs, and the registrars that admit whoever comes by one.
fn links(folder: &Folder, url: &str) -> (Vec<String>, Vec<Running>) {
    let summit = folder.create_sample();
    let links = folder.invite_all(url, &summit);
    let registrars = PARTIES.iter().map(|party| Running::registrar(folder, party, url, &summit)).collect();
    (links.iter().map(|link| link["link"].as_str().unwrap().to_owned()).collect(), registrars)
}

#[test]
fn they_see_and_hear_one_another() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let (links, _registrars) = links(&folder, &url);
    let output = bots(&links, &["--count", "6", "--ready", "--duration", "6", "--report", "end"]);
    let report = report(&output);
    assert_eq!(
        (&report["bots"], &report["connected"], &report["joined"]),
        (&6.into(), &6.into(), &6.into()),
        "{report}"
    );
    assert!(report["frames_playable"].as_u64().unwrap() > 6 * 15, "{report}");
    assert!(report["packets_heard"].as_u64().unwrap() > 0, "{report}");
    assert_eq!((&report["admitted"], &report["frames_refused"]), (&6.into(), &0.into()), "{report}");
    assert!(report["frames_sealed"].as_u64().unwrap() > 6 * 15, "{report}");
    assert!(report["frames_opened"].as_u64().unwrap() > 6 * 15, "{report}");
    assert_eq!(report["requests_refused"], 0, "{report}");
    let again = bots(&links, &["--count", "1", "--duration", "20"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("make a new link"), "{}", said(&again));
    assert!(!said(&output).contains(links[0].split_once("/#/join/").unwrap().1), "no secret is logged");
    server.stop();
}

#[test]
fn what_the_server_passes_on_is_recorded_for_who_asks() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let (links, _registrars) = links(&folder, &url);
    let file = folder.file("of-somebody-else", "");
    let words = ["--count", "2", "--ready", "--duration", "4", "--report", "end", "--tap"];
    let refused = bots(&links, &[&words[..], &[&file]].concat());
    assert_eq!((refused.status.code(), said(&refused).contains("of-somebody-else")), (Some(1), true));
    let file = file.replace("of-somebody-else", "tap.jsonl");
    let report = report(&bots(&links, &[&words[..], &[&file]].concat()));
    let tap = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = tap.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() as u64 >= report["packets"].as_u64().unwrap(), "{} lines, {report}", lines.len());
    let values = |name: &str| lines.iter().map(|line| line[name].as_str().unwrap()).collect::<BTreeSet<_>>();
    assert_eq!((values("to").len(), values("codec")), (2, BTreeSet::from(["VP8", "opus"])));
    server.stop();
}

#[test]
fn a_certificate_is_believed_by_its_fingerprint_only() {
    let folder = Folder::new();
    let server = Running::start(&["serve", "--listen", "127.0.0.1:0", "--media-port", "0", "--json"], &folder);
    let told: Value = serde_json::from_str(&server.line()).unwrap();
    let fingerprint = told["fingerprint"].as_str().unwrap();
    let (url, fingerprint) = (told["urls"][0].as_str().unwrap(), fingerprint);
    let summit = folder.create_sample();
    let invite = |fingerprint: &str| {
        folder.by_party("meridia", url, &["invite", &summit, "--json", "--fingerprint", fingerprint])
    };
    let refused = invite(&"00".repeat(32));
    assert!(said(&refused).contains("another certificate"), "{}", said(&refused));
    let made: Vec<Value> = serde_json::from_slice(&invite(fingerprint).stdout).unwrap();
    let links: Vec<_> = made.iter().map(|link| link["link"].as_str().unwrap().to_owned()).collect();
    let flags = ["--count", "2", "--duration", "2", "--report", "end", "--fingerprint"];
    let good = bots(&links, &[&flags[..], &[fingerprint]].concat());
    assert_eq!(report(&good)["welcome"], 2);
    let bad = bots(&links, &[&flags[..], &[&"00".repeat(32)]].concat());
    assert_eq!(bad.status.code(), Some(1));
    assert!(said(&bad).contains("another certificate"), "{}", said(&bad));
    server.stop();
}

#[test]
fn too_few_links_and_a_link_of_no_seat_are_said_plainly() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let (links, _registrars) = links(&folder, &url);
    let few = bots(&links, &["--count", "60"]);
    assert_eq!(few.status.code(), Some(1));
    assert!(said(&few).contains("60 bots need 60 links"), "{}", said(&few));
    let unknown = bots(&[format!("{url}/#/join/abcdefghijklmnopqrstuvwxyz012345")], &[]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(said(&unknown).contains("bot 1"), "{}", said(&unknown));
    server.stop();
}
