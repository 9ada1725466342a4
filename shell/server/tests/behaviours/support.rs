//! A server to test, people to talk to it, and a small HTTP client.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use serde_json::{Value, json};
use server::{Server, Settings};
use store::{NewInvitation, SecretHash, SqliteStore, Store as _};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use wire::{
    Bytes, ChallengeAnswer, Envelope, InvitationDocument, PartyId, PartySignature, RegistrarCertificate,
    RevocationList, SeatId, Signed, SummitId, SummitPlan, WallTime,
};

/// Longer than anything takes here; only a failing test waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The seats of every summit here; the links are `SUMMIT-SEAT-link`.
pub(crate) const SEATS: [&str; 2] = ["meridia-head", "vesland-head"];

/// The parties of every summit here.
pub(crate) const PARTIES: [&str; 2] = ["meridia", "vesland"];

/// A server with the summits "talks" and "other", on free ports of 127.0.0.1. All have signed for them; nobody has signed for
/// "proposal".
pub(crate) struct Bench {
    pub(crate) server: Option<Server>,
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) fn start() -> Self {
        Self::start_with(|settings| settings)
    }

    /// With HTTPS, and what else is changed.
    pub(crate) fn start_with_tls(change: impl FnOnce(Settings) -> Settings) -> Self {
        Self::start_with(|settings| change(Settings { plain_http: false, ..settings }))
    }

    fn start_with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(folder.path()).unwrap();
        for summit in ["talks", "other"] {
            create(&mut store, summit);
            for party in PARTIES {
                store.sign(&summit_id(summit), &signature(summit, party), now()).unwrap();
            }
        }
        create(&mut store, "proposal");
        drop(store);
        let server = Some(Server::start(&change(settings(folder.path()))).unwrap());
        Self { server, folder }
    }

    /// Changes what is stored, as the operator would between two runs.
    pub(crate) fn restart_after(&mut self, change: impl FnOnce(&mut SqliteStore)) {
        self.server.take().unwrap().stop();
        change(&mut SqliteStore::open(self.folder.path()).unwrap());
        self.server = Some(Server::start(&settings(self.folder.path())).unwrap());
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// Where it takes HTTP.
    pub(crate) fn address(&self) -> SocketAddr {
        address_of(&self.server().urls()[0])
    }

    /// A connection as a browser has it that was told to trust the certificate, where there is one.
    pub(crate) async fn dial(&self) -> Box<dyn Duplex> {
        let certificate = self.folder.path().join("tls/certificate.pem");
        match self.server().fingerprint() {
            Some(_) => Box::new(trusting(self.address(), &certificate).await),
            None => Box::new(TcpStream::connect(self.address()).await.unwrap()),
        }
    }

    async fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        request_over(&mut self.dial().await, self.address(), method, path, headers, body).await
    }

    pub(crate) async fn post_link(&self, secret: &str) -> Reply {
        let body = json!({ "secret": secret }).to_string();
        self.request("POST", "/api/v1/sessions", "Content-Type: application/json\r\n", &body).await
    }

    /// The token for a seat of a summit.
    pub(crate) async fn token(&self, summit: &str, seat: &str) -> String {
        let reply = self.post_link(&link(summit, seat)).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()["token"].as_str().unwrap().to_owned()
    }

    /// Somebody with an open WebSocket who said nothing yet.
    pub(crate) async fn stranger(&self) -> Person {
        Person::over(self.dial().await, self.address(), "/api/v1/ws", None).await.unwrap()
    }

    /// Somebody who was welcomed on the seat.
    pub(crate) async fn guest(&self, summit: &str, seat: &str) -> Person {
        self.welcomed(summit, seat).await.0
    }

    /// The same, with the welcome.
    pub(crate) async fn welcomed(&self, summit: &str, seat: &str) -> (Person, Value) {
        let token = self.token(summit, seat).await;
        let mut person = self.stranger().await;
        person.say_hello(&token).await;
        let welcome = person.hear().await;
        assert_eq!(welcome["type"], "welcome");
        (person, welcome)
    }

    /// A program that was shown the challenge and said nothing yet.
    pub(crate) async fn program(&self) -> (Person, Value) {
        let mut program = Person::connect_to(self.address(), "/api/v1/party", None).await.unwrap();
        let challenge = program.hear_of("party.challenge").await["challenge"].clone();
        (program, challenge)
    }

    /// A program that acts for a party, with its welcome.
    pub(crate) async fn acting(&self, summit: &str, of: &str, registrar: bool) -> (Person, Value) {
        let (mut program, challenge) = self.program().await;
        let answer = answer(summit, of, &challenge, &root(of));
        program.send_json(&party_hello(summit, of, &answer, registrar)).await;
        let welcome = program.hear().await;
        assert_eq!(welcome["type"], "party.welcome", "{welcome}");
        (program, welcome)
    }

    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let page = self.request("GET", "/metrics", "", "").await.body;
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).expect(name);
        line.parse::<f64>().unwrap() as u64
    }
}

/// The end of a connection.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Duplex for S {}

/// Connects as a browser that was told to trust this certificate, and no other.
pub(crate) async fn trusting(address: SocketAddr, certificate: &Path) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::from(address.ip());
    let stream = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

/// Settings for a trial: plain HTTP and media on 127.0.0.1, free ports.
pub(crate) fn settings(data: &Path) -> Settings {
    Settings {
        data: data.to_owned(),
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        media_port: 0,
        media_threads: NonZeroUsize::new(2),
        media_addresses: vec!["127.0.0.1".parse().unwrap()],
        plain_http: true,
        ..Settings::default()
    }
}

pub(crate) fn address_of(url: &str) -> SocketAddr {
    url.split("://").nth(1).unwrap().parse().unwrap()
}

/// Runs the asynchronous half of a test; the server has threads of its own.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { timeout(3 * PATIENCE, test).await.expect("the test takes too long") });
}

pub(crate) fn link(summit: &str, seat: &str) -> String {
    format!("{summit}-{seat}-link")
}

pub(crate) fn now() -> WallTime {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    WallTime(i64::try_from(since_epoch.as_millis()).unwrap())
}

pub(crate) fn summit_id(summit: &str) -> SummitId {
    SummitId::new(summit).unwrap()
}

fn create(store: &mut SqliteStore, summit: &str) {
    store.create_summit(&manifest(summit), now()).unwrap();
    for seat in SEATS {
        invite(store, summit, seat, &link(summit, seat), now().plus(Duration::from_secs(3600)));
    }
}

pub(crate) fn invite(store: &mut SqliteStore, summit: &str, seat: &str, secret: &str, expires: WallTime) -> i64 {
    let party = PARTIES[SEATS.iter().position(|known| *known == seat).unwrap()];
    let jti = Bytes(SecretHash::of(secret).0[..16].to_vec());
    let seat = SeatId::new(seat).unwrap();
    let document = invitation(summit, party, &seat, jti.clone(), expires);
    let link = NewInvitation { seat, jti, document, access: SecretHash::of(secret), expires };
    store.invite(&summit_id(summit), &link, now()).unwrap()
}

/// The root key of a party, the same in all summits.
pub(crate) fn root(party: &str) -> Ed25519KeyPair {
    let mut seed = [0; 32];
    seed[..party.len()].copy_from_slice(party.as_bytes());
    Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()
}

pub(crate) fn public(key: &Ed25519KeyPair) -> Bytes {
    key.public_key().as_ref().into()
}

pub(crate) fn party(id: &str) -> PartyId {
    PartyId::new(id).unwrap()
}

/// What the parties of a summit sign.
pub(crate) fn manifest(summit: &str) -> Bytes {
    let parties: Vec<_> = PARTIES.iter().map(|id| json!({ "id": id, "root": public(&root(id)) })).collect();
    let manifest = json!({
        "v": 1, "summit": summit, "plan": plan(), "parties": parties, "rules": { "admission": "own_party" }, "suite": 1,
        "quorum": 2, "client": null, "proposed": 1_795_456_800_000_i64,
    });
    Bytes(serde_json::to_vec(&manifest).unwrap())
}

fn sealed_by(domain: &str, payload: &[u8], key: &Ed25519KeyPair) -> Bytes {
    key.sign(&[domain.as_bytes(), b"\0", payload].concat()).as_ref().into()
}

/// A party's signature under the manifest of a summit.
pub(crate) fn signature(summit: &str, of: &str) -> PartySignature {
    let signature = sealed_by("sommet/manifest/v1", &manifest(summit).0, &root(of));
    PartySignature { party: party(of), signature }
}

/// A document signed by a key.
pub(crate) fn document(domain: &str, body: &impl Serialize, key: &Ed25519KeyPair) -> Envelope {
    let payload = serde_json::to_vec(body).unwrap();
    Envelope { signature: sealed_by(domain, &payload, key), payload: payload.into(), issuer: None }
}

pub(crate) fn invitation(summit: &str, of: &str, seat: &SeatId, jti: Bytes, exp: WallTime) -> Envelope {
    let (summit, nbf) = (summit_id(summit), WallTime(0));
    let body = InvitationDocument { v: 1, summit, party: party(of), seat: seat.clone(), jti, nbf, exp };
    document("sommet/invitation/v1", &body, &root(of))
}

pub(crate) fn revocations(summit: &str, of: &str, number: u64, serials: &[&str]) -> Envelope {
    let serials = serials.iter().map(|serial| serial.as_bytes().into()).collect();
    let body = RevocationList { v: 1, summit: summit_id(summit), party: party(of), number, serials };
    document("sommet/revocation/v1", &body, &root(of))
}

/// A registrar's key that a party lets act for it for an hour.
pub(crate) fn lease(summit: &str, of: &str, registrar: &Ed25519KeyPair) -> Signed {
    let exp = now().plus(Duration::from_secs(3600));
    let (summit, registrar) = (summit_id(summit), public(registrar));
    let body = RegistrarCertificate { v: 1, summit, party: party(of), registrar, nbf: now(), exp };
    let Envelope { payload, signature, .. } = document("sommet/registrar-cert/v1", &body, &root(of));
    Signed { payload, signature }
}

/// The answer to a challenge.
pub(crate) fn answer(summit: &str, of: &str, challenge: &Value, key: &Ed25519KeyPair) -> Envelope {
    let challenge = serde_json::from_value(challenge.clone()).unwrap();
    let body = ChallengeAnswer { v: 1, summit: summit_id(summit), party: party(of), challenge };
    document("sommet/party-auth/v1", &body, key)
}

pub(crate) fn plan() -> SummitPlan {
    let side = |id: &str, seat: &str, name: &str| {
        json!({
            "id": id,
            "name": { "en": id },
            "flag": { "layout": "horizontal", "colours": ["#1f4e5f", "#d9b44a"] },
            "seats": [{
                "id": seat, "name": { "en": name }, "title": { "en": "Minister" },
                "role": "principal", "languages": ["en"], "time_zone": "Europe/Vienna",
            }],
        })
    };
    let delegations = [side("meridia", SEATS[0], "Ilse Marant"), side("vesland", SEATS[1], "Anton Verel")];
    serde_json::from_value(json!({ "title": { "en": "Talks on the river" }, "delegations": delegations })).unwrap()
}

/// What an HTTP request led to.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The stable code of a problem, after checking that it is a whole one.
    pub(crate) fn problem(&self) -> String {
        let problem: wire::Problem =
            serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body));
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem.status, self.status);
        assert_eq!(problem.kind, format!("urn:sommet:problem:{}", problem.code));
        problem.code
    }
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> Reply {
    request(address, "GET", path, "", "").await
}

pub(crate) async fn post_json(address: SocketAddr, path: &str, body: &str) -> Reply {
    request(address, "POST", path, "Content-Type: application/json\r\n", body).await
}

pub(crate) async fn request(address: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    request_over(&mut stream, address, method, path, headers, body).await
}

/// The same with a body that is no text.
pub(crate) async fn request_bytes(address: SocketAddr, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that has seen enough answers before it has read everything.
    drop(stream.write_all(body).await);
    let mut bytes = Vec::new();
    drop(timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("an answer in time"));
    parse(&String::from_utf8_lossy(&bytes))
}

pub(crate) async fn request_over<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(
    stream: &mut S,
    host: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Reply {
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A TLS stream may end without a good-bye; what counts is what came before.
    drop(timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("an answer in time"));
    parse(&String::from_utf8_lossy(&bytes))
}

fn parse(text: &str) -> Reply {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no response: {text:?}"));
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    Reply { status, headers, body: body.to_owned() }
}

/// A participant at the other end of a WebSocket.
pub(crate) struct Person {
    socket: WebSocketStream<Box<dyn Duplex>>,
    next: u32,
}

impl Person {
    /// Opens a WebSocket, as a page of `origin` if there is one; else tells the status of the refusal.
    pub(crate) async fn connect(address: SocketAddr, origin: Option<&str>) -> Result<Self, u16> {
        Self::connect_to(address, "/api/v1/ws", origin).await
    }

    pub(crate) async fn connect_to(address: SocketAddr, path: &str, origin: Option<&str>) -> Result<Self, u16> {
        Self::over(Box::new(TcpStream::connect(address).await.unwrap()), address, path, origin).await
    }

    pub(crate) async fn over(
        stream: Box<dyn Duplex>,
        address: SocketAddr,
        path: &str,
        origin: Option<&str>,
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("Origin", HeaderValue::from_str(origin).unwrap());
        }
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self { socket, next: 0 }),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn say_hello(&mut self, token: &str) {
        self.say(hello(token)).await;
    }

    /// Sends a request, with an id of its own if it has none.
    pub(crate) async fn say(&mut self, mut request: Value) {
        self.next += 1;
        let id = format!("request-{}", self.next);
        request.as_object_mut().unwrap().entry("id").or_insert(json!(id));
        self.send(Message::text(request.to_string())).await;
    }

    pub(crate) async fn send_json(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        // The server may have hung up; then `hear` finds out.
        drop(self.socket.send(message).await);
    }

    /// The next message of the server; null when the connection ended.
    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("a message in time") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Value::Null,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Hears until something of that type comes.
    pub(crate) async fn hear_of(&mut self, kind: &str) -> Value {
        loop {
            let message = self.hear().await;
            assert_ne!(message, Value::Null, "the connection ended before {kind}");
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Why the server says good-bye; nothing may come after that.
    pub(crate) async fn hear_bye(&mut self) -> String {
        let bye = self.hear_of("bye").await;
        assert_eq!(self.hear().await, Value::Null);
        bye["reason"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn party_hello(summit: &str, party: &str, answer: &Envelope, registrar: bool) -> Value {
    json!({ "type": "party.hello", "summit": summit, "party": party, "answer": answer, "registrar": registrar })
}

pub(crate) fn hello(token: &str) -> Value {
    json!({ "type": "hello", "token": token, "protocol": wire::PROTOCOL, "device": "A test", "take_over": false })
}
