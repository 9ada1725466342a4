//! What a party does on its own machine while the server runs: signs, invites, admits, takes back, and looks at the page.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Folder, PARTIES, PATIENCE, Running, arrive, derived, secret};
use futures_util::{SinkExt as _, StreamExt as _};
use seal::{Certificate, SigningKey};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Somebody who came by a link.
struct Guest {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    welcome: Value,
}

impl Guest {
    async fn come(url: &str, link: &Value) -> Self {
        let (status, arrival) = arrive(url, &derived(link).0);
        assert_eq!(status, 201, "{arrival}");
        let address = format!("{}/api/v1/ws", url.replacen("http", "ws", 1));
        let (socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
        let mut guest = Self { socket, welcome: Value::Null };
        let hello = json!({
            "id": "1", "type": "hello", "token": arrival["token"], "protocol": wire::PROTOCOL, "device": "a test",
            "take_over": true
        });
        guest.say(&hello).await;
        guest.welcome = guest.hear("welcome").await;
        guest
    }

    async fn say(&mut self, message: &Value) {
        self.socket.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message of that type.
    async fn hear(&mut self, kind: &str) -> Value {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await.unwrap().unwrap().unwrap();
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Asks for a certificate with a key of its own.
    async fn ask(&mut self, link: &Value, key: &SigningKey) {
        let payload = self.welcome["invitation"]["payload"].as_str().unwrap();
        let document: Value = serde_json::from_slice(&wire::Bytes::try_from(payload.to_owned()).unwrap().0).unwrap();
        let jti = serde_json::from_value(document["jti"].clone()).unwrap();
        let secret = seal::invitation::Secret::parse(&secret(link)).unwrap();
        let request: wire::CertificateRequest = secret.request(jti, key.public());
        let id = format!("r{}", &key.public().to_string().to_lowercase().replace('_', "-")[..8]);
        self.say(&json!({ "id": id, "type": "cert.request", "request": request })).await;
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32]).unwrap()
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(work);
}

#[test]
fn every_party_signs_for_itself_and_then_people_can_come_in() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.propose_sample();
    let links = |party| folder.invite(party, &url, &id);
    let said = folder.party_refused("meridia", &url, &["invite", &id]);
    assert!(said.contains("has not signed yet"), "{said}");
    for party in PARTIES {
        let said = folder.party_ok(party, &url, &["summit", "sign", &id, "--yes"]);
        assert!(said.contains("Emil Marchetti") && said.contains(&format!("Signed for {party}")), "{said}");
    }
    let again = folder.party_ok("meridia", &url, &["summit", "sign", &id, "--yes"]);
    assert!(again.contains("signed this already"), "{again}");
    let status = folder.party_ok("vesland", &url, &["summit", "status", &id]);
    assert!(status.contains("people can come in"), "{status}");
    // Both sides see the same code.
    let code = |party| {
        let told = folder.party_ok(party, &url, &["summit", "status", &id, "--json"]);
        serde_json::from_str::<Value>(&told).unwrap()["code"].clone()
    };
    assert_eq!(code("meridia"), code("vesland"));
    assert_eq!(links("secretariat").len(), 5);
    assert_eq!(arrive(&url, &derived(&links("meridia")[0]).0).0, 201);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn before_the_last_signature_a_link_opens_nothing() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.propose_sample();
    folder.party_ok("meridia", &url, &["summit", "sign", &id, "--yes"]);
    let links = folder.invite("meridia", &url, &id);
    assert_eq!(arrive(&url, &derived(&links[0]).0).1["code"], "not-agreed");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn nobody_signs_without_looking_and_a_foreign_key_does_nothing() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.propose_sample();
    let said = folder.party_refused("meridia", &url, &["summit", "sign", &id]);
    assert!(said.contains("--yes"), "{said}");
    let stranger = Folder::new();
    for words in [&["summit", "sign", &id, "--yes"][..], &["invite", &id], &["summit", "status", &id]] {
        let said = stranger.party_refused("meridia", &url, words);
        assert!(said.contains("does not act for that party"), "{said}");
    }
    let nowhere = folder.party_refused("meridia", "http://127.0.0.1:9", &["summit", "status", &id]);
    assert!(nowhere.contains("no server answers"), "{nowhere}");
    let said = folder.party_refused("meridia", "https://192.0.2.1:9", &["summit", "status", &id]);
    assert!(said.contains("--fingerprint"), "{said}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_party_invites_its_own_people_only() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let said = folder.party_refused("meridia", &url, &["invite", &id, "--seat", "vesland-head"]);
    assert!(said.contains("no seat of meridia"), "{said}");
    let said = folder.party_ok("meridia", &url, &["invite", &id, "--seat", "meridia-head"]);
    assert!(said.contains("Emil Marchetti") && said.contains("sommet registrar"), "{said}");
    assert_eq!(folder.json(&["invite", "list", &id]).as_array().unwrap().len(), 1);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_registrar_admits_one_device_for_each_invitation_and_comes_back_by_itself() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.invite("meridia", &url, &id);
    let registrar = Running::registrar(&folder, "meridia", &url, &id);
    registrar.line_with("Connected");
    block_on(async {
        let mut guest = Guest::come(&url, &links[0]).await;
        guest.ask(&links[0], &key(1)).await;
        let issued = guest.hear("cert.issued").await;
        let certificate = serde_json::from_value(issued["certificate"].clone()).unwrap();
        let certificate = Certificate::read(certificate).unwrap();
        let document = certificate.body();
        assert_eq!((&document.key, document.seat.as_str()), (&key(1).public().into(), "meridia-head"));
        assert!(registrar.line_with("Admitted").contains("Emil Marchetti"));
        // The same device again gets the same, another one nothing.
        guest.ask(&links[0], &key(1)).await;
        assert_eq!(guest.hear("cert.issued").await["certificate"], issued["certificate"]);
        guest.ask(&links[0], &key(2)).await;
        assert_eq!(guest.hear("cert.denied").await["why"], "used");
        // Somebody who has the server's word for the seat, but not the secret of the link.
        let mut thief = Guest::come(&url, &links[1]).await;
        thief.ask(&links[2], &key(3)).await;
        assert_eq!(thief.hear("cert.denied").await["why"], "proof");
    });
    // A link that is made meanwhile is known to the registrar that runs.
    let more = folder.party_ok("meridia", &url, &["invite", &id, "--seat", "meridia-notes", "--json"]);
    let more: Vec<Value> = serde_json::from_str(&more).unwrap();
    block_on(async {
        let mut guest = Guest::come(&url, &more[0]).await;
        guest.ask(&more[0], &key(4)).await;
        guest.hear("cert.issued").await;
    });
    assert_eq!(server.stop(), Some(0));
    registrar.line_with("trying again");
}

#[test]
fn a_registrar_that_asks_admits_whom_somebody_says_yes_to() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.invite("meridia", &url, &id);
    let mut registrar = Running::asking_registrar(&folder, "meridia", &url, &id);
    registrar.line_with("Connected");
    block_on(async {
        let mut guest = Guest::come(&url, &links[0]).await;
        guest.ask(&links[0], &key(1)).await;
        assert!(registrar.line_with("Admit").contains("Emil Marchetti"));
        registrar.type_line("perhaps");
        registrar.line_with("Admit");
        registrar.type_line("y");
        guest.hear("cert.issued").await;
        registrar.line_with("Admitted");
        // The same device is not asked about again; another person is, and is sent away.
        guest.ask(&links[0], &key(1)).await;
        guest.hear("cert.issued").await;
        let mut other = Guest::come(&url, &links[1]).await;
        other.ask(&links[1], &key(2)).await;
        registrar.line_with("Admit ");
        registrar.type_line("n");
        assert_eq!(other.hear("cert.denied").await["why"], "declined");
    });
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_was_given_is_taken_back_and_the_device_is_shown_out() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let links = folder.invite("meridia", &url, &id);
    let registrar = Running::registrar(&folder, "meridia", &url, &id);
    registrar.line_with("Connected");
    block_on(async {
        let mut guest = Guest::come(&url, &links[0]).await;
        guest.ask(&links[0], &key(1)).await;
        guest.hear("cert.issued").await;
        let mut other = Guest::come(&url, &links[1]).await;
        let said = folder.party_ok("meridia", &url, &["revoke", &id, "--seat", "meridia-head"]);
        assert!(said.contains("taken back"), "{said}");
        assert_eq!(guest.hear("bye").await["reason"], "link_refused");
        let list = other.hear("cert.revoked").await["list"].clone();
        let late = Guest::come(&url, &links[2]).await;
        assert_eq!(late.welcome["revocations"], json!([list]));
    });
    assert_eq!(arrive(&url, &derived(&links[0]).0).1["code"], "link-refused");
    let said = folder.party_refused("meridia", &url, &["revoke", &id, "--seat", "vesland-head"]);
    assert!(said.contains("no invitation by this registrar"), "{said}");
    // A new link for the same seat is good.
    let again = folder.party_ok("meridia", &url, &["invite", &id, "--seat", "meridia-head", "--json"]);
    let again: Vec<Value> = serde_json::from_str(&again).unwrap();
    block_on(async {
        let mut guest = Guest::come(&url, &again[0]).await;
        guest.ask(&again[0], &key(5)).await;
        guest.hear("cert.issued").await;
    });
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_page_is_compared_with_what_was_agreed() {
    let folder = Folder::new();
    let (server, url) = Running::serve(&folder);
    let id = folder.create_sample();
    let verify = |words: &[&str]| common::command(&[&["verify-web", &url][..], words].concat()).output().unwrap();
    let plain = verify(&[]);
    if !plain.status.success() {
        // Built without the page.
        assert!(String::from_utf8_lossy(&plain.stderr).contains("cannot do this now"), "{plain:?}");
        return;
    }
    let hash = String::from_utf8(plain.stdout).unwrap().trim().to_owned();
    assert_eq!(hash.len(), 64);
    let agreed = verify(&["--manifest", &id, "--key", &folder.key("vesland")]);
    assert!(String::from_utf8_lossy(&agreed.stdout).contains("that was agreed"), "{agreed:?}");
    let other = verify(&["--client", &"0".repeat(64)]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("nobody should join by it"), "{other:?}");
    assert_eq!(server.stop(), Some(0));
}
