//! What is done before the server runs: keys are made, a summit is proposed and listed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use common::{Folder, command, sample};

#[test]
fn a_summit_is_created_listed_and_shown() {
    let folder = Folder::new();
    let id = folder.create_sample();
    let listed = folder.ok(&["summit", "list"]);
    assert!(
        listed.contains(&id) && listed.contains("Talks on shared waters") && listed.contains("13 seats"),
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
    let said = folder.refused(&["summit", "propose", &file]);
    assert!(said.contains("bad.toml:2:1: \"chiar\" is unknown here\n    did you mean \"chair\"?"), "{said}");
    assert!(said.contains("bad.toml:4:6: \"Meridia\" cannot be an id"), "{said}");
    assert!(!folder.data().exists());
    let file = folder.file("latin.toml", b"title = \"Talks\"\nlanguage = \"fr\" # fran\xe7ais\n");
    let said = folder.refused(&["summit", "propose", &file]);
    assert!(said.contains("latin.toml:2:23: ") && said.contains("save it as UTF-8"), "{said}");
    let said = folder.refused(&["summit", "propose", "/nowhere.toml"]);
    assert!(said.contains("/nowhere.toml cannot be read"), "{said}");
}

#[test]
fn a_summit_waits_for_the_signatures_that_did_not_come_with_it() {
    let folder = Folder::new();
    let proposed = folder.json(&["summit", "propose", &folder.sample(), "--key", &folder.key("vesland")]);
    let id = proposed["id"].as_str().unwrap();
    assert_eq!(proposed["unsigned"], serde_json::json!(["meridia", "secretariat"]));
    let code = proposed["code"].as_str().unwrap();
    assert_eq!(code.split(' ').map(str::len).collect::<Vec<_>>(), [5; 6], "{code}");
    assert!(folder.ok(&["summit", "list"]).contains("not signed by meridia, secretariat"));
    let status = folder.ok(&["summit", "status", id]);
    assert!(status.contains(code) && status.contains("Nobody comes in until every party has signed"), "{status}");
    let told = folder.json(&["summit", "status", id]);
    assert_eq!((&told["agreed"], &told["parties"][1]["signed"]), (&false.into(), &true.into()));
    assert!(folder.ok(&["summit", "show", id]).contains("not by meridia, secretariat"));
}

#[test]
fn a_key_that_is_not_of_the_summit_signs_nothing() {
    let folder = Folder::new();
    let other = Folder::new();
    let said = folder.refused(&["summit", "propose", &folder.sample(), "--key", &other.key("vesland")]);
    assert!(said.contains("vesland"), "{said}");
    assert!(folder.refused(&["summit", "list"]).contains("no data"), "nothing was created");
}

#[test]
fn a_key_is_made_shown_and_never_overwritten() {
    let folder = Folder::new();
    let file = folder.file("nothing", "").replace("nothing", "meridia.key.json");
    let made = command(&["key", "init", "meridia", "--file", &file]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let shown = command(&["key", "show", &file, "--json"]).output().unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    let said = String::from_utf8(made.stdout).unwrap();
    for words in [shown["key"].as_str().unwrap(), shown["fingerprint"].as_str().unwrap(), "key = \""] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    let again = command(&["key", "init", "meridia", "--file", &file]).output().unwrap();
    assert!(String::from_utf8_lossy(&again.stderr).contains("never overwritten"), "{again:?}");
    let short = folder.file("short", "too short\n");
    let words = ["key", "init", "vesland", "--file", &file.replace("meridia", "vesland"), "--passphrase-file", &short];
    assert!(String::from_utf8_lossy(&command(&words).output().unwrap().stderr).contains("12 characters"));
    let mut silent = command(&["key", "init", "vesland", "--file", &file.replace("meridia", "vesland")]);
    let silent = silent.env_remove("SOMMET_PASSPHRASE").stdin(std::process::Stdio::null()).output().unwrap();
    assert!(String::from_utf8_lossy(&silent.stderr).contains("--passphrase-file"), "{silent:?}");
    let mut wrong = command(&["summit", "propose", &folder.sample(), "--key", &file]);
    let wrong = wrong.env("SOMMET_PASSPHRASE", "not the passphrase").output().unwrap();
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("the passphrase is not that of the key"), "{wrong:?}");
}

#[test]
fn an_ended_summit_is_shown_as_ended() {
    let folder = Folder::new();
    let id = folder.create_sample();
    folder.ok(&["summit", "end", &id]);
    assert!(folder.ok(&["summit", "list"]).contains("ended"));
    assert!(folder.refused(&["summit", "end", &id]).contains("has ended"));
}

#[test]
fn links_are_made_by_parties_and_withdrawn_by_the_operator_too() {
    let folder = Folder::new();
    let id = folder.create_sample();
    assert!(folder.refused(&["invite", &id]).contains("made by a party, with its key"));
    assert!(folder.ok(&["invite", "list", &id]).contains("Nobody is invited yet"));
    assert!(folder.refused(&["invite", &id, "--seat", "meridia-head", "--revoke"]).contains("no link to withdraw"));
    assert!(folder.refused(&["invite", "revoke", "77"]).contains("no invitation 77"));
}

#[test]
fn commands_that_run_at_once_wait_for_one_another() {
    let folder = Folder::new();
    folder.create_sample();
    let file = folder.sample();
    let propose = || {
        let words = ["summit", "propose", &file, "--data"];
        command(&words).arg(folder.data()).stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let at_once: Vec<_> = (0..5).map(|_| propose()).collect();
    assert!(at_once.into_iter().all(|mut child| child.wait().unwrap().success()));
    assert_eq!(folder.json(&["summit", "list"]).as_array().unwrap().len(), 6);
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
    folder.ok(&["summit", "propose", &sample()]);
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
    let output = command(&["summit", "propose", &sample(), "--data"]).arg(&data).env("STRANGE", &not_text).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(data.is_dir(), "the folder has the name that was given");
    let output = command(&["config", "show", "--data"]).arg(&data).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("which is not UTF-8"), "{output:?}");
}
