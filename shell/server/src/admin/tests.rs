//! The commands on a store, over the socket, and both ways told apart by nobody.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use node::InvitationId;
use store::{NewInvitation, SecretHash, SqliteStore, Writer};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use wire::{
    Bytes, Delegation, DelegationId, Envelope, Flag, FlagLayout, Language, PartySignature, Role, Seat, SeatId,
    SummitPlan,
};

use super::socket::{Change, Desk, open, path, serve};
use super::*;

const NOON: WallTime = WallTime(1_800_000_000_000);

fn text(text: &str) -> Localized {
    Localized::new(BTreeMap::from([(Language::new("en").unwrap(), text.to_owned())])).unwrap()
}

fn plan() -> SummitPlan {
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
    SummitPlan::new(text("Talks"), vec![side("a"), side("b")], vec![], vec![], vec![], vec![]).unwrap()
}

fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

fn summit() -> SummitId {
    SummitId::new("s").unwrap()
}

fn key(party: &str) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[party.as_bytes()[0]; 32]).unwrap()
}

fn manifest() -> SignedManifest {
    let root = |party: &str| Bytes::from(key(party).public_key().as_ref());
    let parties = serde_json::json!([{ "id": "a", "root": root("a") }, { "id": "b", "root": root("b") }]);
    let manifest = serde_json::json!({
        "v": 1, "summit": "s", "plan": plan(), "parties": parties, "rules": { "admission": "own_party" }, "suite": 1,
        "quorum": 2, "client": null, "proposed": 0,
    });
    SignedManifest { payload: Bytes(serde_json::to_vec(&manifest).unwrap()), signatures: vec![] }
}

fn signed_by(parties: &[&str]) -> Command {
    let mut manifest = manifest();
    for id in parties {
        let message = [b"sommet/manifest/v1\0".as_slice(), manifest.payload.as_ref()].concat();
        let signature = key(id).sign(&message).as_ref().into();
        manifest.signatures.push(PartySignature { party: DelegationId::new(*id).unwrap(), signature });
    }
    Command::Propose { manifest: Box::new(manifest) }
}

fn create() -> Command {
    signed_by(&["a", "b"])
}

/// A link, as a party's program adds it.
fn invite(store: &mut dyn Store, of: &str) -> i64 {
    let document = Envelope { payload: of.as_bytes().into(), signature: Bytes::default(), issuer: None };
    let (jti, access, expires) = (of.as_bytes().into(), SecretHash::of(of), WallTime(i64::MAX));
    store.invite(&summit(), &NewInvitation { seat: seat(of), jti, document, access, expires }, NOON).unwrap()
}

fn show() -> Command {
    Command::ShowSummit { summit: summit() }
}

fn fresh() -> (tempfile::TempDir, SqliteStore) {
    let data = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(data.path()).unwrap();
    (data, store)
}

#[test]
fn a_summit_is_created_listed_shown_and_ended_once() {
    let (_data, mut store) = fresh();
    let mut run = |command| execute(&mut store, command, NOON);
    assert_eq!(run(show()), Err(AdminError::NoSummit { summit: summit() }));
    assert_eq!(run(create()), Ok(Reply::Done));
    let Ok(Reply::Summits { summits }) = run(Command::ListSummits) else { panic!() };
    assert_eq!((summits.len(), summits[0].seats, summits[0].delegations.len()), (1, 2, 2));
    assert_eq!(run(Command::EndSummit { summit: summit() }), Ok(Reply::Done));
    let Ok(Reply::Summit { summit: stored }) = run(show()) else { panic!() };
    assert_eq!(stored.ended, Some(NOON));
    assert_eq!(run(Command::EndSummit { summit: summit() }), Err(AdminError::HasEnded { summit: summit() }));
}

#[test]
fn a_summit_is_agreed_with_the_signatures_that_come_with_it_or_waits() {
    let (_data, mut store) = fresh();
    execute(&mut store, signed_by(&["b"]), NOON).unwrap();
    let Ok(Reply::Summits { summits }) = execute(&mut store, Command::ListSummits, NOON) else { panic!() };
    assert_eq!((&summits[0].unsigned, summits[0].unsealed), (&vec![DelegationId::new("a").unwrap()], false));
    let (_data, mut store) = fresh();
    execute(&mut store, create(), NOON).unwrap();
    let Ok(Reply::Summit { summit }) = execute(&mut store, show(), NOON) else { panic!() };
    assert_eq!((summit.agreed, unsigned(&summit)), (Some(NOON), vec![]));
}

#[test]
fn a_manifest_that_is_none_and_a_signature_that_is_not_the_partys_create_nothing() {
    let (_data, mut store) = fresh();
    let mut refused = |manifest: SignedManifest| {
        let result = execute(&mut store, Command::Propose { manifest: Box::new(manifest) }, NOON);
        assert!(matches!(result, Err(AdminError::Manifest { .. })), "{result:?}");
    };
    refused(SignedManifest { payload: b"{}".as_slice().into(), signatures: vec![] });
    let forged = PartySignature { party: DelegationId::new("a").unwrap(), signature: vec![1; 64].into() };
    refused(SignedManifest { signatures: vec![forged], ..manifest() });
    let Ok(Reply::Summits { summits }) = execute(&mut store, Command::ListSummits, NOON) else { panic!() };
    assert_eq!(summits, []);
}

#[test]
fn links_can_be_listed_and_withdrawn() {
    let (_data, mut store) = fresh();
    execute(&mut store, create(), NOON).unwrap();
    let listed = execute(&mut store, Command::ListInvitations { summit: summit() }, NOON);
    assert_eq!(listed, Ok(Reply::Invitations { invitations: vec![] }));
    let number = invite(&mut store, "b-head");
    let mut run = |command| execute(&mut store, command, NOON);
    let Ok(Reply::Revoked { invitation }) = run(Command::Revoke { invitation: number }) else { panic!() };
    assert_eq!((invitation.seat, invitation.revoked), (seat("b-head"), None));
    assert_eq!(run(Command::Revoke { invitation: 99 }), Err(AdminError::NoInvitation { invitation: 99 }));
}

/// A server's administration without the server: what the rooms would hear comes out of the channel.
struct Office {
    data: tempfile::TempDir,
    changes: mpsc::Receiver<Change>,
    writer: Writer,
    runtime: Runtime,
}

impl Office {
    fn open() -> Self {
        let (data, store) = fresh();
        let writer = Writer::spawn(store).unwrap();
        let runtime = Runtime::new().unwrap();
        let (told, changes) = mpsc::channel(8);
        let urls = vec!["https://summit.example:8443".to_owned()];
        let desk = Desk { writer: writer.clone(), urls, changes: told };
        let context = runtime.enter();
        let (listener, owner) = open(&path(data.path())).unwrap();
        drop(context);
        runtime.spawn(serve(listener, owner, Arc::new(desk)));
        Self { data, changes, writer, runtime }
    }

    fn run(&self, command: &Command) -> Result<Reply, PerformError> {
        perform(self.data.path(), command)
    }

    /// What the server answers to these bytes.
    fn say(&self, bytes: &[u8]) -> String {
        let mut stream = std::os::unix::net::UnixStream::connect(path(self.data.path())).unwrap();
        // A server that has heard enough closes before it has read everything.
        let _ = stream.write_all(bytes);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }
}

#[test]
fn the_running_server_is_asked_where_there_is_one() {
    let mut office = Office::open();
    assert!(matches!(office.run(&create()), Ok(Reply::Done)));
    let number = office.writer.call(|store| Ok(invite(store, "a-head"))).unwrap();
    office.run(&Command::Revoke { invitation: number }).unwrap();
    assert_eq!(office.changes.try_recv(), Ok(Change::Revoked(summit(), InvitationId(number))));
    let Ok(Reply::Addresses { urls }) = office.run(&Command::Addresses) else { panic!() };
    assert_eq!(urls, ["https://summit.example:8443"]);
    let refused = office.run(&Command::Revoke { invitation: 99 });
    assert!(matches!(refused, Err(PerformError::Refused(AdminError::NoInvitation { .. }))), "{refused:?}");
}

#[test]
fn a_live_summit_is_ended_by_its_room() {
    let mut office = Office::open();
    office.run(&create()).unwrap();
    let data = office.data.path().to_owned();
    let asked = std::thread::spawn(move || perform(&data, &Command::EndSummit { summit: summit() }));
    assert_eq!(office.runtime.block_on(office.changes.recv()), Some(Change::End(summit())));
    // What a room does when it is told to end.
    let entry = Entry { sequence: Sequence(1), at: NOON, request: None, event: Event::Ended { by: None } };
    office.writer.append(summit(), entry, |result| result.unwrap());
    assert!(matches!(asked.join().unwrap(), Ok(Reply::Done)));
    let log = office.writer.call(|store| store.entries(&summit(), Sequence(0))).unwrap();
    assert_eq!(log.len(), 1);
}

#[test]
fn without_a_server_the_store_is_opened() {
    let data = tempfile::tempdir().unwrap();
    let missing = perform(data.path(), &Command::ListSummits);
    assert!(matches!(missing, Err(PerformError::NoData(_))), "{missing:?}");
    assert!(matches!(perform(data.path(), &create()), Ok(Reply::Done)));
    // What a killed server leaves behind.
    drop(std::os::unix::net::UnixListener::bind(path(data.path())).unwrap());
    assert!(matches!(perform(data.path(), &show()), Ok(Reply::Summit { .. })));
}

#[test]
fn the_socket_is_for_its_owner_and_takes_the_place_of_an_old_one() {
    let data = tempfile::tempdir().unwrap();
    let at: &Path = &path(data.path());
    drop(std::os::unix::net::UnixListener::bind(at).unwrap());
    let runtime = Runtime::new().unwrap();
    let _context = runtime.enter();
    let _listener = open(at).unwrap();
    assert_eq!(std::fs::metadata(at).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn nonsense_is_refused_and_harms_nobody() {
    let office = Office::open();
    assert!(office.say(b"hello\n").contains("malformed"));
    assert!(office.say(b"{\"command\":\"drop_everything\"}\n").contains("malformed"));
    assert!(office.say(&[0xff, b'\n']).is_empty());
    let endless = vec![b'x'; 5 * 1024 * 1024];
    let answer = office.say(&endless);
    assert!(answer.is_empty() || answer.contains("malformed"), "{answer}");
    assert!(matches!(office.run(&create()), Ok(Reply::Done)));
}
