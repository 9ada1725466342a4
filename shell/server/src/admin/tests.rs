//! The commands on a store, over the socket, and both ways told apart by nobody.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use node::InvitationId;
use store::{SqliteStore, Writer};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use wire::{Delegation, DelegationId, Flag, FlagLayout, Language, Role, Seat};

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
    SummitPlan::new(text("Talks"), vec![side("a"), side("b")], vec![], vec![], vec![]).unwrap()
}

fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

fn summit() -> SummitId {
    SummitId::new("s").unwrap()
}

fn create() -> Command {
    Command::CreateSummit { summit: summit(), plan: Box::new(plan()) }
}

fn invite(seats: &[&str]) -> Command {
    let link = |id: &&str| NewLink { seat: seat(id), secret: SecretHash::of(id) };
    Command::Invite { summit: summit(), links: seats.iter().map(link).collect(), expires: WallTime(i64::MAX) }
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
    assert_eq!(run(invite(&["a-head"])), Err(AdminError::HasEnded { summit: summit() }));
}

#[test]
fn links_are_added_all_or_none_and_can_be_withdrawn() {
    let (_data, mut store) = fresh();
    let mut run = |command| execute(&mut store, command, NOON);
    run(create()).unwrap();
    let refused = run(invite(&["a-head", "nobody"]));
    assert_eq!(refused, Err(AdminError::NoSeat { summit: summit(), seat: seat("nobody") }));
    assert_eq!(run(Command::ListInvitations { summit: summit() }), Ok(Reply::Invitations { invitations: vec![] }));
    let Ok(Reply::Invited { invitations }) = run(invite(&["a-head", "b-head"])) else { panic!() };
    let Ok(Reply::Revoked { invitation }) = run(Command::Revoke { invitation: invitations[1] }) else { panic!() };
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
    let Ok(Reply::Invited { invitations }) = office.run(&invite(&["a-head"])) else { panic!() };
    office.run(&Command::Revoke { invitation: invitations[0] }).unwrap();
    assert_eq!(office.changes.try_recv(), Ok(Change::Revoked(summit(), InvitationId(invitations[0]))));
    let Ok(Reply::Addresses { urls }) = office.run(&Command::Addresses) else { panic!() };
    assert_eq!(urls, ["https://summit.example:8443"]);
    let refused = office.run(&invite(&["nobody"]));
    assert!(matches!(refused, Err(PerformError::Refused(AdminError::NoSeat { .. }))), "{refused:?}");
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
