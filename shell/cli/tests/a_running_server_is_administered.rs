//! What parties and operators do while the server runs, and what it changes for those who come through a link.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::io::{Read as _, Write as _};
use std::os::unix::fs::FileExt as _;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use common::{Folder, PATIENCE, Running, SERVE, arrive, command, derived, secret};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::Message;

#[test]
fn a_link_opens_until_it_is_withdrawn() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.invite("meridia", &url, &id);
    assert_eq!(links.len(), 4);
    assert!(links[0]["link"].as_str().unwrap().starts_with(&format!("{url}/#/join/")));
    let access = derived(&links[0]).0;
    let (status, arrival) = arrive(&url, &access);
    assert!((200..300).contains(&status), "{status}: {arrival}");
    assert_eq!((&arrival["you"], &arrival["summit"]), (&links[0]["seat"], &id.as_str().into()));
    let listed = folder.json(&["invite", "list", &id]);
    assert_eq!(listed[0]["seat"], links[0]["seat"]);
    folder.ok(&["invite", "revoke", &listed[0]["id"].to_string()]);
    let withdrawn = arrive(&url, &access);
    assert_eq!(withdrawn.1["code"], "link-refused", "{withdrawn:?}");
    // Nobody learns whether a link ever was one; and what stands in a link opens nothing at the server.
    assert_eq!(arrive(&url, "guessed"), withdrawn);
    assert_eq!(arrive(&url, &secret(&links[1])), withdrawn);
    assert!(folder.ok(&["invite", &id, "--seat", "meridia-notes", "--revoke"]).contains("is withdrawn"));
    assert!(folder.ok(&["invite", "list", &id]).contains("withdrawn"));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn an_ended_summit_opens_to_nobody() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.invite("vesland", &url, &id);
    assert!(folder.ok(&["summit", "end", &id]).contains("has ended"));
    assert!(folder.refused(&["summit", "end", &id]).contains("has ended"));
    assert_eq!(arrive(&url, &derived(&links[3]).0).1["code"], "link-refused");
    assert!(folder.party_refused("vesland", &url, &["invite", &id]).contains("has ended"));
    assert_eq!(server.stop(), Some(0));
    let log = folder.json(&["summit", "show", &id]);
    assert!(log["ended"].is_i64(), "{log}");
}

/// Says hello with a token; the first message that comes back.
fn hello(url: &str, token: &str) -> String {
    let address = format!("{}/api/v1/ws", url.replacen("http", "ws", 1));
    let hello = serde_json::json!({
        "id": "1", "type": "hello", "token": token, "protocol": wire::PROTOCOL, "device": "a test", "take_over": false
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (mut socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
        socket.send(Message::text(hello.to_string())).await.unwrap();
        let answer = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
        answer.into_text().unwrap().to_string()
    })
}

/// Whether the memory of a process holds these bytes.
fn remembers(process: u32, bytes: &[u8]) -> bool {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = std::fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let readable = maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|mode| mode.starts_with("rw")));
    readable.filter_map(|line| line.split(' ').next()?.split_once('-')).any(|(from, to)| {
        let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        let mut area = vec![0; usize::try_from(to - from).unwrap()];
        // Some areas cannot be read from outside; nothing of the program is in them.
        memory.read_exact_at(&mut area, from).is_ok() && area.windows(bytes.len()).any(|window| window == bytes)
    })
}

#[test]
fn secrets_tokens_names_and_descriptions_are_neither_stored_nor_logged_at_any_level() {
    let folder = Folder::new();
    let mut serve = command(SERVE);
    serve.env("SOMMET_LOG", "trace,tungstenite::protocol=trace").env_remove("SOMMET_PASSPHRASE");
    let server = Running::of(serve, &folder);
    let url = server.url();
    let id = folder.create_sample();
    let links = folder.invite("meridia", &url, &id);
    let _registrar = Running::registrar(&folder, "meridia", &url, &id);
    let (access, proof_key) = derived(&links[0]);
    let token = arrive(&url, &access).1["token"].as_str().unwrap().to_owned();
    arrive(&url, "guessed-secret");
    assert!(hello(&url, &token).contains("Emil Marchetti"), "the welcome holds names");
    let link = links[1]["link"].as_str().unwrap();
    let bot = command(&["bots", "--link", link, "--duration", "1", "--report", "end"]).output().unwrap();
    assert!(String::from_utf8_lossy(&bot.stdout).contains("\"welcome\":1"), "{bot:?}");
    // What never leaves the parties' machines is not in the server's memory either. The search finds what is there.
    assert!(remembers(server.id(), id.as_bytes()));
    let secrets: Vec<_> = links.iter().map(secret).collect();
    let seed = std::fs::read_to_string(folder.key("meridia")).unwrap();
    let sealed = serde_json::from_str::<serde_json::Value>(&seed).unwrap()["sealed"].as_str().unwrap().to_owned();
    for unknown in secrets.iter().chain([&common::PASSPHRASE.to_owned(), &sealed]) {
        assert!(!remembers(server.id(), unknown.as_bytes()), "the server remembers {unknown}");
    }
    for link in &links {
        let (_, proof_key) = derived(link);
        assert!(!remembers(server.id(), &proof_key), "the server remembers a proof key");
    }
    // While it runs, so that the write-ahead log is looked into as well.
    let chunk = shared_file(&url, &token);
    let encoded = seal::document::encode(&proof_key);
    let looked_for = [&secrets[0], &access, &token, "guessed-secret", &encoded, common::PASSPHRASE, FILE_CANARY];
    for words in looked_for {
        assert!(!folder.holds(words), "{words} is stored");
    }
    assert!(folder.holds(&chunk), "the search finds what is sealed");
    assert_eq!(server.stop(), Some(0));
    let log = folder.log();
    for words in looked_for.iter().chain(&["Emil Marchetti", "ice-pwd", "a=candidate"]) {
        assert!(!log.contains(*words), "{words} is in {log}");
    }
    for words in looked_for {
        assert!(!folder.holds(words), "{words} is stored");
    }
}

/// What is in a file that somebody shares.
const FILE_CANARY: &str = "the words of a document that nobody outside may read";

/// Shares the canary, sealed as `docs/security/protocol.md` says, and returns what is kept of it as ASCII that can be looked for.
fn shared_file(url: &str, token: &str) -> String {
    let size = FILE_CANARY.len();
    let body = serde_json::json!({ "group": "plenary", "size": size }).to_string();
    let (status, created) = ask(url, "POST", "/api/v1/files", token, body.as_bytes());
    assert_eq!(status, 201, "{created}");
    let created: serde_json::Value = serde_json::from_str(&created).unwrap();
    let id = created["id"].as_str().unwrap();
    let key = UnboundKey::new(&AES_256_GCM, &[9; 32]).unwrap();
    let bound = [b"sommet/file/v1\0", id.as_bytes(), b"\0", &(size as u64).to_be_bytes(), &[0; 8]].concat();
    let mut sealed = FILE_CANARY.as_bytes().to_vec();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::from(bound), &mut sealed)
        .unwrap();
    let (status, refused) = ask(url, "PUT", &format!("/api/v1/files/{id}/chunks/0"), token, &sealed);
    assert_eq!(status, 204, "{refused}");
    id.to_owned()
}

/// An HTTP request with a token: the status and the body of the answer.
fn ask(url: &str, method: &str, path: &str, token: &str, body: &[u8]) -> (u16, String) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
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
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.invite("meridia", &url, &id);
    // As a power cut would.
    drop(server);
    let (server, url) = Running::serve(&folder);
    assert!((200..300).contains(&arrive(&url, &derived(&links[0]).0).0));
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
