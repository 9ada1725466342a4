//! What a secretary does while the server runs, and what it changes for those who come through a link.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Folder, Running, arrive, secret};

#[test]
fn a_link_opens_until_it_is_withdrawn() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.json(&["invite", &id]);
    assert!(links[0]["link"].as_str().unwrap().starts_with(&format!("{url}/#/join/")));
    let (status, arrival) = arrive(&url, &secret(&links[0]));
    assert!((200..300).contains(&status), "{status}: {arrival}");
    assert_eq!((&arrival["you"], &arrival["summit"]), (&links[0]["seat"], &id.as_str().into()));
    folder.ok(&["invite", "revoke", &links[0]["invitation"].to_string()]);
    let withdrawn = arrive(&url, &secret(&links[0]));
    assert_eq!(withdrawn.1["code"], "link-refused", "{withdrawn:?}");
    // Nobody learns whether a link ever was one.
    assert_eq!(arrive(&url, "guessed"), withdrawn);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn an_ended_summit_opens_to_nobody() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.json(&["invite", &id]);
    assert!(folder.ok(&["summit", "end", &id]).contains("has ended"));
    assert!(folder.refused(&["summit", "end", &id]).contains("has ended"));
    assert_eq!(arrive(&url, &secret(&links[3])).1["code"], "link-refused");
    assert_eq!(server.stop(), Some(0));
    let log = folder.json(&["summit", "show", &id]);
    assert!(log["ended"].is_i64(), "{log}");
}

#[test]
fn secrets_and_tokens_are_neither_stored_nor_logged() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.json(&["invite", &id]);
    let secret = secret(&links[0]);
    let token = arrive(&url, &secret).1["token"].as_str().unwrap().to_owned();
    arrive(&url, "guessed-secret");
    let names = ["Emil Marchetti", &secret, &token, "guessed-secret"];
    assert_eq!(server.stop(), Some(0));
    let log = std::fs::read_to_string(folder.data().with_file_name("log")).unwrap();
    assert!(names.iter().all(|words| !log.contains(words)), "{log}");
    assert!(names[1..].iter().all(|words| !folder.holds(words)));
}

#[test]
fn links_and_sessions_outlive_the_server() {
    let folder = Folder::new();
    let (server, _) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.json(&["invite", &id]);
    // As a power cut would.
    drop(server);
    let (server, url) = Running::serve(&folder);
    assert!((200..300).contains(&arrive(&url, &secret(&links[0])).0));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_data_folder_has_one_server() {
    let folder = Folder::new();
    let (server, _) = Running::serve(&folder);
    let said = folder.refused(&["serve", "--listen", "127.0.0.1:0", "--plain-http", "--media-port", "0"]);
    assert!(said.contains("another sommet process"), "{said}");
    assert_eq!(server.stop(), Some(0));
}
