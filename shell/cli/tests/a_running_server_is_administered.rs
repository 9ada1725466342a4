//! What a secretary does while the server runs, and what it changes for those who come through a link.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Folder, PATIENCE, Running, SERVE, arrive, command, secret};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::Message;

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

/// Says hello with a token; the first message that comes back.
fn hello(url: &str, token: &str) -> String {
    let address = format!("{}/api/v1/ws", url.replacen("http", "ws", 1));
    let hello = serde_json::json!({
        "id": "1", "type": "hello", "token": token, "protocol": 1, "device": "a test", "take_over": false
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (mut socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
        socket.send(Message::text(hello.to_string())).await.unwrap();
        let answer = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
        answer.into_text().unwrap().to_string()
    })
}

#[test]
fn secrets_tokens_names_and_descriptions_are_neither_stored_nor_logged_at_any_level() {
    let folder = Folder::new();
    let mut serve = command(SERVE);
    serve.env("SOMMET_LOG", "trace,tungstenite::protocol=trace");
    let server = Running::of(serve, &folder);
    let url = server.url();
    let id = folder.create_sample();
    let links = folder.json(&["invite", &id]);
    let secret = secret(&links[0]);
    let token = arrive(&url, &secret).1["token"].as_str().unwrap().to_owned();
    arrive(&url, "guessed-secret");
    assert!(hello(&url, &token).contains("Emil Marchetti"), "the welcome holds names");
    let link = links[1]["link"].as_str().unwrap();
    let bot = command(&["bots", "--link", link, "--duration", "1", "--report", "end"]).output().unwrap();
    assert!(String::from_utf8_lossy(&bot.stdout).contains("\"welcome\":1"), "{bot:?}");
    assert_eq!(server.stop(), Some(0));
    let log = folder.log();
    for words in ["Emil Marchetti", &secret, &token, "guessed-secret", "ice-pwd", "a=candidate"] {
        assert!(!log.contains(words), "{words} is in {log}");
    }
    for words in [&secret, &token, "guessed-secret"] {
        assert!(!folder.holds(words), "{words} is stored");
    }
}

#[test]
fn a_server_may_open_as_many_files_as_the_system_allows_and_says_when_they_are_too_few() {
    let folder = Folder::new();
    let limited = |limits: &str| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("{limits}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_sommet")]).args(SERVE);
        Running::of(shell, &folder)
    };
    let server = limited("ulimit -n 512; ulimit -S -n 256");
    server.url();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let files: Vec<_> = limits.lines().find(|line| line.starts_with("Max open files")).unwrap().split(' ').collect();
    assert_eq!(files.iter().filter(|word| **word == "512").count(), 2, "{limits}");
    assert_eq!(server.stop(), Some(0));
    assert!(folder.log().contains("may have 512 files open"), "{}", folder.log());
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
