//! What a secretary does before the server runs: create a summit, make links, withdraw one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use common::{Folder, command, sample, secret};

#[test]
fn a_summit_is_created_listed_and_shown() {
    let folder = Folder::new();
    let id = folder.create_sample();
    let listed = folder.ok(&["summit", "list"]);
    assert!(
        listed.contains(&id) && listed.contains("Talks on shared waters") && listed.contains("9 seats"),
        "{listed}"
    );
    let shown = folder.ok(&["summit", "show", &id]);
    for words in ["Republic of Meridia", "Anders Holmqvist-Reyes", "head of delegation", "Next meeting (15 min)"] {
        assert!(shown.contains(words), "{words} is not in {shown}");
    }
    let stored = folder.json(&["summit", "show", &id]);
    assert_eq!(stored["plan"]["delegations"][1]["name"]["fr"], "Commonwealth de Veslande");
}

#[test]
fn a_bad_file_creates_nothing_and_names_every_mistake() {
    let folder = Folder::new();
    let file = folder.file("bad.toml", "title = \"Talks\"\nchiar = [\"x\"]\n[[delegation]]\nid = \"Meridia\"\n");
    let said = folder.refused(&["summit", "create", &file]);
    assert!(said.contains("bad.toml:2:1: \"chiar\" is unknown here\n    did you mean \"chair\"?"), "{said}");
    assert!(said.contains("bad.toml:4:6: \"Meridia\" cannot be an id"), "{said}");
    assert!(!folder.data().exists());
    let file = folder.file("latin.toml", b"title = \"Talks\"\nlanguage = \"fr\" # fran\xe7ais\n");
    let said = folder.refused(&["summit", "create", &file]);
    assert!(said.contains("latin.toml:2:23: ") && said.contains("save it as UTF-8"), "{said}");
    let said = folder.refused(&["summit", "create", "/nowhere.toml"]);
    assert!(said.contains("/nowhere.toml cannot be read"), "{said}");
}

#[test]
fn links_need_an_address_and_leave_no_secret_behind() {
    let folder = Folder::new();
    let id = folder.create_sample();
    let said = folder.refused(&["invite", &id]);
    assert!(said.contains("--base-url"), "{said}");
    let links = folder.json(&["invite", &id, "--base-url", "https://summit.example"]);
    let links = links.as_array().unwrap();
    assert_eq!(links.len(), 9);
    for link in links {
        assert!(link["link"].as_str().unwrap().starts_with("https://summit.example/#/join/"));
        assert_eq!(secret(link).len(), 32);
        assert!(!folder.holds(&secret(link)));
    }
    assert!(folder.holds("meridia-head"), "the search finds what is stored");
    let said = folder.refused(&["invite", &id, "--seat", "nobody", "--base-url", "https://summit.example"]);
    assert!(said.contains("no seat \"nobody\""), "{said}");
}

#[test]
fn links_begin_as_the_settings_say() {
    let folder = Folder::new();
    let id = folder.create_sample();
    std::fs::write(folder.data().join("sommet.toml"), "base_url = \"https://summit.example/\"\n").unwrap();
    let links = folder.json(&["invite", &id, "--seat", "chair"]);
    assert!(links[0]["link"].as_str().unwrap().starts_with("https://summit.example/#/join/"), "{links}");
    assert_eq!(folder.run(&["invite", &id, "--base-url", "https://summit.example/talks"]).status.code(), Some(2));
}

#[test]
fn a_link_is_withdrawn_by_its_number_or_by_its_seat() {
    let folder = Folder::new();
    let id = folder.create_sample();
    let link = folder.json(&["invite", &id, "--seat", "meridia-head", "--base-url", "https://a.example"]);
    let number = link[0]["invitation"].to_string();
    let listed = folder.ok(&["invite", "list", &id]);
    assert!(listed.contains("meridia-head") && listed.contains("opens until"), "{listed}");
    assert!(folder.ok(&["invite", "revoke", &number]).contains("is withdrawn"));
    assert!(folder.ok(&["invite", "revoke", &number]).contains("was withdrawn already"));
    assert!(folder.ok(&["invite", "list", &id]).contains("withdrawn"));
    assert!(folder.refused(&["invite", &id, "--seat", "meridia-head", "--revoke"]).contains("no link to withdraw"));
    folder.ok(&["invite", &id, "--seat", "vesland-head", "--base-url", "https://a.example"]);
    assert!(folder.ok(&["invite", &id, "--seat", "vesland-head", "--revoke"]).contains("is withdrawn"));
    assert!(folder.refused(&["invite", "revoke", "77"]).contains("no invitation 77"));
}

#[test]
fn an_ended_summit_takes_no_more_links() {
    let folder = Folder::new();
    let id = folder.create_sample();
    folder.ok(&["summit", "end", &id]);
    assert!(folder.ok(&["summit", "list"]).contains("ended"));
    assert!(folder.refused(&["summit", "end", &id]).contains("has ended"));
    assert!(folder.refused(&["invite", &id, "--base-url", "https://a.example"]).contains("has ended"));
}

#[test]
fn commands_that_run_at_once_wait_for_one_another() {
    let folder = Folder::new();
    let id = folder.create_sample();
    let invite = || {
        let words = ["invite", &id, "--seat", "chair", "--base-url", "https://a.example", "--data"];
        command(&words).arg(folder.data()).stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let at_once: Vec<_> = (0..5).map(|_| invite()).collect();
    assert!(at_once.into_iter().all(|mut child| child.wait().unwrap().success()));
    assert_eq!(folder.json(&["invite", "list", &id]).as_array().unwrap().len(), 5);
}

#[test]
fn the_exit_status_tells_refused_from_not_understood() {
    let folder = Folder::new();
    assert!(folder.refused(&["summit", "list"]).contains("no data"));
    folder.create_sample();
    assert!(folder.refused(&["summit", "show", "other"]).contains("no summit other"));
    for words in [&["summit", "show", "Not An Id"][..], &["invite"], &["serve", "--listen", "here"], &["nonsense"]] {
        let output = folder.run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
    let version = command(&["--version"]).output().unwrap();
    assert_eq!(String::from_utf8(version.stdout).unwrap(), format!("sommet {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn settings_are_checked_and_shown_with_their_origin() {
    let folder = Folder::new();
    folder.ok(&["summit", "create", &sample()]);
    std::fs::write(folder.data().join("sommet.toml"), "media_prot = 7\n").unwrap();
    let said = folder.refused(&["config", "check"]);
    assert!(said.contains("there is no setting \"media_prot\"; did you mean \"media_port\"?"), "{said}");
    assert!(folder.refused(&["serve"]).contains("media_prot"));
    std::fs::write(folder.data().join("sommet.toml"), "plain_http = true\n").unwrap();
    assert!(folder.refused(&["config", "check"]).contains("listen at 127.0.0.1"), "as `serve` would say");
    std::fs::write(folder.data().join("sommet.toml"), "tls = { certificate = \"/no\", key = \"/no\" }\n").unwrap();
    assert!(folder.refused(&["config", "check"]).contains("/no cannot be used as the certificate"));
    std::fs::write(folder.data().join("sommet.toml"), "media_port = 7\n").unwrap();
    folder.ok(&["config", "check"]);
    let shown = folder.ok(&["config", "show"]);
    assert!(
        shown.lines().any(|line| line.starts_with("media_port = 7  # ") && line.ends_with("sommet.toml")),
        "{shown}"
    );
    assert!(shown.contains("# tls.certificate =  # not set; SOMMET_TLS__CERTIFICATE\n"), "{shown}");
}

#[test]
fn the_help_names_every_setting_as_file_and_environment_do() {
    let said = command(&["serve", "--help"]).output().unwrap();
    let words: Vec<_> = std::str::from_utf8(&said.stdout).unwrap().split_whitespace().collect();
    let help = words.join(" ");
    for words in [
        "[env: SOMMET_PUBLIC_ADDRESSES] [file: public_addresses]",
        "[default: one that the server makes] [env: SOMMET_TLS__CERTIFICATE] [file: tls.certificate]",
        "[default: 0.0.0.0:8443,[::]:8443] [env: SOMMET_LISTEN] [file: listen]",
        "[env: SOMMET_BASE_URL] [file: base_url]",
    ] {
        assert!(help.contains(words), "{words} is not in {help}");
    }
}

#[test]
fn surroundings_that_are_not_text_are_no_matter() {
    let folder = Folder::new();
    let not_text = OsString::from_vec(b"\xff".to_vec());
    let data = folder.data().join(&not_text);
    let output = command(&["summit", "create", &sample(), "--data"]).arg(&data).env("STRANGE", &not_text).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(data.is_dir(), "the folder has the name that was given");
    let output = command(&["config", "show", "--data"]).arg(&data).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("which is not UTF-8"), "{output:?}");
}
