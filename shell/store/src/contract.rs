//! What every store must do, as one suite: [`store_contract!`] makes a test of each function here.
//!
//! The functions know the [`Store`] trait only, so the same promises hold for each engine.

use std::collections::BTreeMap;

use wire::{
    AgendaItemId, Bytes, Delegation, DelegationId, Entry, Envelope, Event, Flag, FlagLayout, GroupBody, GroupEntry,
    GroupId, Language, Localized, PartyId, PartySignature, RequestId, Role, Seat, SeatId, Sequence, SummitId,
    SummitPlan, WallTime,
};

use crate::{
    CHUNK_BYTES, FILES_BYTES_MAX, NewInvitation, Record, SESSIONS_PER_LINK, SecretHash, Store, StoreError, StoredFile,
};

/// Makes one test per promise. `$fresh` gives a pair of what must live as long as the store, and an empty store.
macro_rules! store_contract {
    ($fresh:expr) => {
        $crate::contract::store_contract!($fresh =>
            a_summit_is_found_as_it_was_created
            summits_are_listed_newest_first
            a_name_is_used_once
            what_is_no_manifest_makes_no_summit
            a_summit_is_agreed_when_the_last_party_has_signed
            a_party_signs_once_and_no_stranger_does
            a_link_opens_nothing_before_every_party_has_signed
            a_revocation_list_gives_way_to_a_higher_one_only
            the_logs_of_groups_are_read_back_in_order_each_by_itself
            a_gap_or_a_repetition_in_a_group_changes_nothing
            the_logs_of_the_meeting_and_of_groups_share_one_batch
            nothing_is_added_to_a_group_after_the_end
            a_log_is_read_back_in_order
            a_gap_or_a_repetition_changes_nothing
            one_batch_is_all_or_nothing
            logs_of_two_summits_do_not_mix
            the_end_is_marked_and_is_the_last_entry
            a_link_opens_sessions_for_its_seat
            a_link_is_only_for_seats_of_its_summit
            the_same_link_once_more_is_the_one_that_is_there
            a_link_is_found_by_the_number_of_its_document
            a_link_expires_but_its_sessions_stay
            a_withdrawn_link_takes_its_sessions_along
            a_withdrawn_link_leaves_those_alone_who_came_by_a_new_one
            withdrawing_twice_keeps_the_first_date
            an_ended_summit_closes_links_and_sessions
            a_secret_or_token_is_used_once
            the_oldest_session_of_a_link_gives_way
            a_file_is_kept_chunk_by_chunk
            a_chunk_has_its_size_and_keeps_its_bytes
            the_files_of_a_summit_have_a_limit
        );
    };
    ($fresh:expr => $($name:ident)*) => {
        mod contract {
            $(
                #[test]
                fn $name() {
                    let (_alive, mut store) = $fresh;
                    $crate::contract::$name(&mut store);
                }
            )*
        }
    };
}
pub(crate) use store_contract;

const NOON: WallTime = WallTime(1_800_000_000_000);
const LATER: WallTime = WallTime(1_800_000_100_000);
const MUCH_LATER: WallTime = WallTime(1_900_000_000_000);

/// A plan with two delegations of one seat each, "a-head" and "b-head".
pub(crate) fn plan() -> SummitPlan {
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

fn text(text: &str) -> Localized {
    Localized::new(BTreeMap::from([(Language::new("en").unwrap(), text.to_owned())])).unwrap()
}

fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

fn summit(id: &str) -> SummitId {
    SummitId::new(id).unwrap()
}

fn hash(secret: &str) -> SecretHash {
    SecretHash::of(secret)
}

/// What the parties of that summit sign. Nobody looks into the keys here.
pub(crate) fn manifest(id: &str) -> Bytes {
    let plan = serde_json::to_value(plan()).unwrap();
    let manifest = serde_json::json!({
        "v": 1, "summit": id, "plan": plan, "parties": [{ "id": "a", "root": "" }, { "id": "b", "root": "" }],
        "rules": { "admission": "own_party" }, "suite": 1, "quorum": 2, "client": null, "proposed": 0,
    });
    Bytes(serde_json::to_vec(&manifest).unwrap())
}

fn party(id: &str) -> PartyId {
    PartyId::new(id).unwrap()
}

fn signature(of: &str) -> PartySignature {
    PartySignature { party: party(of), signature: of.as_bytes().into() }
}

fn document(text: &str) -> Envelope {
    Envelope { payload: text.as_bytes().into(), signature: Bytes::default(), issuer: None }
}

/// A link whose secret is `secret`, good until `expires`.
fn link(of: &str, secret: &str, expires: WallTime) -> NewInvitation {
    NewInvitation {
        seat: seat(of),
        jti: secret.as_bytes().into(),
        document: document(secret),
        access: hash(secret),
        expires,
    }
}

fn invite(store: &mut impl Store, summit: &SummitId, of: &str, secret: &str) -> i64 {
    store.invite(summit, &link(of, secret, MUCH_LATER), NOON).unwrap()
}

fn raised(sequence: u64) -> Entry {
    let request = Some(RequestId::new(format!("request-{sequence}")).unwrap());
    Entry { sequence: Sequence(sequence), at: NOON, request, event: Event::HandRaised { seat: seat("a-head") } }
}

fn ended(sequence: u64) -> Entry {
    Entry { sequence: Sequence(sequence), at: LATER, request: None, event: Event::Ended { by: None } }
}

fn said(group: &str, seq: u64) -> GroupEntry {
    let request = Some(RequestId::new(format!("request-{seq}")).unwrap());
    let body = GroupBody::App { epoch: 0, message: vec![1, 2, 3].into() };
    GroupEntry { group: GroupId::new(group).unwrap(), seq, at: NOON, by: seat("a-head"), request, body }
}

/// A summit that nobody has signed for.
fn proposed(store: &mut impl Store, id: &str) -> SummitId {
    store.create_summit(&manifest(id), NOON).unwrap();
    summit(id)
}

/// A summit that is agreed.
fn created(store: &mut impl Store, id: &str) -> SummitId {
    let id = proposed(store, id);
    store.sign(&id, &signature("a"), NOON).unwrap();
    assert!(store.sign(&id, &signature("b"), NOON).unwrap());
    id
}

fn append(store: &mut impl Store, summit: &SummitId, record: impl Into<Record>) -> Result<(), StoreError> {
    store.append(&[(summit.clone(), record.into())])
}

fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Conflict(_))), "{result:?}");
}

fn not_found<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::NotFound)), "{result:?}");
}

pub(crate) fn a_summit_is_found_as_it_was_created(store: &mut impl Store) {
    let id = created(store, "s");
    let found = store.summit(&id).unwrap();
    assert_eq!((found.id, found.plan, found.created, found.ended), (id, plan(), NOON, None));
    assert_eq!(found.manifest.unwrap().payload, manifest("s"));
    not_found(store.summit(&summit("other")));
}

pub(crate) fn summits_are_listed_newest_first(store: &mut impl Store) {
    for (id, at) in [("first", NOON), ("second", LATER)] {
        store.create_summit(&manifest(id), at).unwrap();
    }
    let ids: Vec<_> = store.summits().unwrap().into_iter().map(|found| found.id).collect();
    assert_eq!(ids, [summit("second"), summit("first")]);
}

pub(crate) fn a_name_is_used_once(store: &mut impl Store) {
    let id = created(store, "s");
    conflict(store.create_summit(&manifest("s"), LATER));
    assert_eq!(store.summit(&id).unwrap().created, NOON);
}

pub(crate) fn what_is_no_manifest_makes_no_summit(store: &mut impl Store) {
    for text in ["", "{}", "[]", "{\"v\": 1, \"summit\": \"s\"}"] {
        conflict(store.create_summit(&text.as_bytes().into(), NOON));
    }
    assert_eq!(store.summits().unwrap(), []);
}

pub(crate) fn a_summit_is_agreed_when_the_last_party_has_signed(store: &mut impl Store) {
    let id = proposed(store, "s");
    assert_eq!(store.sign(&id, &signature("b"), NOON), Ok(false));
    let found = store.summit(&id).unwrap();
    assert_eq!((found.agreed, found.manifest.unwrap().signatures), (None, vec![signature("b")]));
    assert_eq!(store.sign(&id, &signature("a"), LATER), Ok(true));
    let found = store.summit(&id).unwrap();
    assert_eq!((found.agreed, found.manifest.unwrap().signatures), (Some(LATER), vec![signature("b"), signature("a")]));
}

pub(crate) fn a_party_signs_once_and_no_stranger_does(store: &mut impl Store) {
    let id = proposed(store, "s");
    store.sign(&id, &signature("a"), NOON).unwrap();
    assert_eq!(store.sign(&id, &signature("a"), LATER), Ok(false));
    let other = PartySignature { signature: vec![9].into(), ..signature("a") };
    conflict(store.sign(&id, &other, LATER));
    not_found(store.sign(&id, &signature("secretariat"), LATER));
    not_found(store.sign(&summit("other"), &signature("a"), LATER));
    assert_eq!(store.summit(&id).unwrap().manifest.unwrap().signatures, [signature("a")]);
    append(store, &id, ended(1)).unwrap();
    assert_eq!(store.sign(&id, &signature("b"), LATER), Err(StoreError::Ended));
}

pub(crate) fn a_link_opens_nothing_before_every_party_has_signed(store: &mut impl Store) {
    let id = proposed(store, "s");
    invite(store, &id, "a-head", "link");
    store.sign(&id, &signature("a"), NOON).unwrap();
    assert_eq!(store.open_session(hash("link"), hash("token"), NOON), Err(StoreError::NotAgreed));
    not_found(store.open_session(hash("guess"), hash("token"), NOON));
    store.sign(&id, &signature("b"), NOON).unwrap();
    assert!(store.open_session(hash("link"), hash("token"), NOON).is_ok());
}

pub(crate) fn a_revocation_list_gives_way_to_a_higher_one_only(store: &mut impl Store) {
    let id = created(store, "s");
    assert_eq!(store.revocations(&id).unwrap(), []);
    store.revoke_certificates(&id, &party("b"), 1, &document("b 1")).unwrap();
    store.revoke_certificates(&id, &party("a"), 2, &document("a 2")).unwrap();
    for not_higher in [1, 2] {
        conflict(store.revoke_certificates(&id, &party("a"), not_higher, &document("a again")));
    }
    store.revoke_certificates(&id, &party("a"), 5, &document("a 5")).unwrap();
    not_found(store.revoke_certificates(&summit("other"), &party("a"), 1, &document("a 1")));
    let latest = [(party("a"), document("a 5")), (party("b"), document("b 1"))];
    assert_eq!(store.revocations(&id).unwrap(), latest);
}

pub(crate) fn the_logs_of_groups_are_read_back_in_order_each_by_itself(store: &mut impl Store) {
    let (a, b) = (created(store, "a"), created(store, "b"));
    let log = [said("plenary", 1), said("plenary", 2), said("side-a", 1)];
    for entry in [&log[2], &log[0], &log[1]] {
        append(store, &a, entry.clone()).unwrap();
    }
    append(store, &b, said("plenary", 1)).unwrap();
    assert_eq!(store.group_entries(&a).unwrap(), log);
    assert_eq!(store.group_entries(&b).unwrap(), [said("plenary", 1)]);
    assert_eq!(store.group_entries(&summit("other")).unwrap(), []);
}

pub(crate) fn a_gap_or_a_repetition_in_a_group_changes_nothing(store: &mut impl Store) {
    let id = created(store, "s");
    append(store, &id, said("plenary", 1)).unwrap();
    for wrong in [0, 1, 3, u64::MAX] {
        conflict(append(store, &id, said("plenary", wrong)));
    }
    conflict(append(store, &id, said("side-a", 2)));
    not_found(append(store, &summit("other"), said("plenary", 1)));
    assert_eq!(store.group_entries(&id).unwrap(), [said("plenary", 1)]);
}

pub(crate) fn the_logs_of_the_meeting_and_of_groups_share_one_batch(store: &mut impl Store) {
    let id = created(store, "s");
    let batch = |group_seq| [(id.clone(), raised(1).into()), (id.clone(), said("plenary", group_seq).into())];
    conflict(store.append(&batch(2)));
    assert_eq!(store.entries(&id, Sequence(0)).unwrap(), []);
    store.append(&batch(1)).unwrap();
    assert_eq!(store.entries(&id, Sequence(0)).unwrap(), [raised(1)]);
    assert_eq!(store.group_entries(&id).unwrap(), [said("plenary", 1)]);
}

pub(crate) fn nothing_is_added_to_a_group_after_the_end(store: &mut impl Store) {
    let id = created(store, "s");
    append(store, &id, ended(1)).unwrap();
    conflict(append(store, &id, said("plenary", 1)));
}

pub(crate) fn a_log_is_read_back_in_order(store: &mut impl Store) {
    let id = created(store, "s");
    let opened = Event::AgendaOpened { item: AgendaItemId::new("one").unwrap(), by: seat("a-head") };
    let log = vec![raised(1), raised(2), Entry { event: opened, request: None, ..raised(3) }];
    append(store, &id, log[0].clone()).unwrap();
    store.append(&[(id.clone(), log[1].clone().into()), (id.clone(), log[2].clone().into())]).unwrap();
    assert_eq!(store.entries(&id, Sequence(0)).unwrap(), log);
    assert_eq!(store.entries(&id, Sequence(2)).unwrap(), log[2..]);
    assert_eq!(store.entries(&id, Sequence(3)).unwrap(), []);
    assert_eq!(store.entries(&summit("other"), Sequence(0)).unwrap(), []);
}

pub(crate) fn a_gap_or_a_repetition_changes_nothing(store: &mut impl Store) {
    let id = created(store, "s");
    append(store, &id, raised(1)).unwrap();
    for wrong in [0, 1, 3, u64::MAX] {
        conflict(append(store, &id, raised(wrong)));
    }
    not_found(append(store, &summit("other"), raised(1)));
    assert_eq!(store.entries(&id, Sequence(0)).unwrap(), [raised(1)]);
}

pub(crate) fn one_batch_is_all_or_nothing(store: &mut impl Store) {
    let (a, b) = (created(store, "a"), created(store, "b"));
    conflict(store.append(&[(a.clone(), raised(1).into()), (b.clone(), raised(2).into())]));
    assert_eq!(store.entries(&a, Sequence(0)).unwrap(), []);
    store.append(&[(a.clone(), raised(1).into()), (b.clone(), raised(1).into())]).unwrap();
    assert_eq!(store.entries(&b, Sequence(0)).unwrap(), [raised(1)]);
}

pub(crate) fn logs_of_two_summits_do_not_mix(store: &mut impl Store) {
    let (a, b) = (created(store, "a"), created(store, "b"));
    store
        .append(&[(a.clone(), raised(1).into()), (b.clone(), raised(1).into()), (a.clone(), raised(2).into())])
        .unwrap();
    assert_eq!(store.entries(&a, Sequence(0)).unwrap().len(), 2);
    assert_eq!(store.entries(&b, Sequence(0)).unwrap().len(), 1);
}

pub(crate) fn the_end_is_marked_and_is_the_last_entry(store: &mut impl Store) {
    let id = created(store, "s");
    store.append(&[(id.clone(), raised(1).into()), (id.clone(), ended(2).into())]).unwrap();
    assert_eq!(store.summit(&id).unwrap().ended, Some(LATER));
    conflict(append(store, &id, raised(3)));
    assert_eq!(store.entries(&id, Sequence(1)).unwrap(), [ended(2)]);
}

pub(crate) fn a_link_opens_sessions_for_its_seat(store: &mut impl Store) {
    let id = created(store, "s");
    let number = invite(store, &id, "a-head", "link");
    let laptop = store.open_session(hash("link"), hash("laptop"), NOON).unwrap();
    let phone = store.open_session(hash("link"), hash("phone"), LATER).unwrap();
    assert_eq!((&laptop.summit, &laptop.seat), (&id, &seat("a-head")));
    assert_eq!(*laptop.document, document("link"));
    assert_ne!(laptop.id, phone.id);
    assert_eq!(store.session(hash("laptop")).unwrap(), laptop);
    assert_eq!(store.session(hash("phone")).unwrap(), phone);
    not_found(store.open_session(hash("guess"), hash("other"), NOON));
    not_found(store.session(hash("link")));
    let listed = store.invitations(&id).unwrap();
    assert_eq!(listed.iter().map(|found| found.id).collect::<Vec<_>>(), [number]);
    assert_eq!((listed[0].created, listed[0].expires, listed[0].revoked), (NOON, MUCH_LATER, None));
}

pub(crate) fn a_link_is_only_for_seats_of_its_summit(store: &mut impl Store) {
    let id = created(store, "s");
    not_found(store.invite(&id, &link("nobody", "1", LATER), NOON));
    not_found(store.invite(&summit("other"), &link("a-head", "2", LATER), NOON));
    assert_eq!(store.invitations(&id).unwrap(), []);
}

pub(crate) fn the_same_link_once_more_is_the_one_that_is_there(store: &mut impl Store) {
    let id = created(store, "s");
    let first = invite(store, &id, "a-head", "link");
    assert_eq!(store.invite(&id, &link("a-head", "link", MUCH_LATER), LATER), Ok(first));
    conflict(store.invite(&id, &link("b-head", "link", MUCH_LATER), LATER));
    let other_secret = NewInvitation { access: hash("other"), ..link("a-head", "link", MUCH_LATER) };
    conflict(store.invite(&id, &other_secret, LATER));
    let same_number = NewInvitation { jti: b"link".as_slice().into(), ..link("a-head", "new", MUCH_LATER) };
    conflict(store.invite(&id, &same_number, LATER));
    assert_eq!(store.invitations(&id).unwrap().len(), 1);
    // Numbers are unique in one summit only.
    let other = created(store, "other");
    let elsewhere = NewInvitation { access: hash("elsewhere"), ..same_number };
    assert!(store.invite(&other, &elsewhere, LATER).is_ok());
}

pub(crate) fn a_link_is_found_by_the_number_of_its_document(store: &mut impl Store) {
    let id = created(store, "s");
    let number = invite(store, &id, "b-head", "link");
    let found = store.invitation(&id, &b"link".as_slice().into()).unwrap();
    assert_eq!((found.id, found.seat), (number, seat("b-head")));
    not_found(store.invitation(&id, &b"other".as_slice().into()));
    not_found(store.invitation(&summit("other"), &b"link".as_slice().into()));
}

pub(crate) fn a_link_expires_but_its_sessions_stay(store: &mut impl Store) {
    let id = created(store, "s");
    store.invite(&id, &link("a-head", "link", LATER), NOON).unwrap();
    store.open_session(hash("link"), hash("in time"), WallTime(LATER.0 - 1)).unwrap();
    not_found(store.open_session(hash("link"), hash("too late"), LATER));
    assert!(store.session(hash("in time")).is_ok());
}

pub(crate) fn a_withdrawn_link_takes_its_sessions_along(store: &mut impl Store) {
    let id = created(store, "s");
    let number = invite(store, &id, "a-head", "link");
    invite(store, &id, "b-head", "other link");
    let session = store.open_session(hash("link"), hash("token"), NOON).unwrap();
    store.open_session(hash("other link"), hash("other token"), NOON).unwrap();
    assert_eq!(session.invitation, number);
    let was = store.revoke(number, LATER).unwrap();
    assert_eq!((was.id, was.seat, was.revoked), (number, seat("a-head"), None));
    not_found(store.open_session(hash("link"), hash("another"), LATER));
    not_found(store.session(hash("token")));
    assert!(store.session(hash("other token")).is_ok());
    not_found(store.revoke(number + 100, LATER));
}

pub(crate) fn a_withdrawn_link_leaves_those_alone_who_came_by_a_new_one(store: &mut impl Store) {
    let id = created(store, "s");
    let lost = invite(store, &id, "a-head", "lost link");
    invite(store, &id, "a-head", "new link");
    store.open_session(hash("lost link"), hash("thief"), NOON).unwrap();
    let guest = store.open_session(hash("new link"), hash("guest"), NOON).unwrap();
    store.revoke(lost, LATER).unwrap();
    not_found(store.session(hash("thief")));
    assert_eq!(store.session(hash("guest")).unwrap(), guest);
}

pub(crate) fn withdrawing_twice_keeps_the_first_date(store: &mut impl Store) {
    let id = created(store, "s");
    let number = invite(store, &id, "a-head", "link");
    store.revoke(number, LATER).unwrap();
    assert_eq!(store.revoke(number, MUCH_LATER).unwrap().revoked, Some(LATER));
    assert_eq!(store.invitations(&id).unwrap()[0].revoked, Some(LATER));
}

pub(crate) fn an_ended_summit_closes_links_and_sessions(store: &mut impl Store) {
    let id = created(store, "s");
    invite(store, &id, "a-head", "link");
    let lost = invite(store, &id, "a-head", "lost link");
    store.open_session(hash("link"), hash("token"), NOON).unwrap();
    store.open_session(hash("lost link"), hash("thief"), NOON).unwrap();
    store.revoke(lost, LATER).unwrap();
    append(store, &id, ended(1)).unwrap();
    assert_eq!(store.session(hash("token")), Err(StoreError::Ended));
    not_found(store.session(hash("thief")));
    not_found(store.open_session(hash("link"), hash("another"), LATER));
    assert_eq!(store.invite(&id, &link("b-head", "new link", MUCH_LATER), LATER), Err(StoreError::Ended));
}

pub(crate) fn a_secret_or_token_is_used_once(store: &mut impl Store) {
    let id = created(store, "s");
    invite(store, &id, "a-head", "a link");
    invite(store, &id, "b-head", "b link");
    let stolen = NewInvitation { access: hash("a link"), ..link("b-head", "another", MUCH_LATER) };
    conflict(store.invite(&id, &stolen, NOON));
    store.open_session(hash("a link"), hash("token"), NOON).unwrap();
    conflict(store.open_session(hash("b link"), hash("token"), NOON));
    assert_eq!(store.session(hash("token")).unwrap().seat, seat("a-head"));
}

pub(crate) fn the_oldest_session_of_a_link_gives_way(store: &mut impl Store) {
    let id = created(store, "s");
    for (name, link) in [("a-head", "a link"), ("b-head", "b link")] {
        invite(store, &id, name, link);
    }
    store.open_session(hash("b link"), hash("b"), NOON).unwrap();
    for device in 0..=SESSIONS_PER_LINK {
        store.open_session(hash("a link"), hash(&format!("a {device}")), NOON).unwrap();
    }
    not_found(store.session(hash("a 0")));
    assert!(store.session(hash("a 1")).is_ok());
    assert!(store.session(hash(&format!("a {SESSIONS_PER_LINK}"))).is_ok());
    assert!(store.session(hash("b")).is_ok());
}

fn file(summit: &SummitId, id: &str, size: u64) -> StoredFile {
    let group = GroupId::new("plenary").unwrap();
    StoredFile { id: id.to_owned(), summit: summit.clone(), group, by: seat("a-head"), size }
}

pub(crate) fn a_file_is_kept_chunk_by_chunk(store: &mut impl Store) {
    let id = created(store, "s");
    let shared = file(&id, "f", 3 * CHUNK_BYTES + 1);
    store.create_file(&shared, NOON).unwrap();
    assert_eq!(store.file("f").unwrap(), shared);
    assert_eq!((shared.chunks(), store.stored_chunks("f").unwrap()), (4, vec![]));
    let whole = vec![7; 65_552];
    for number in [0, 2, 1] {
        store.put_chunk("f", number, &whole).unwrap();
    }
    assert_eq!(store.stored_chunks("f").unwrap(), [(0, 2)]);
    store.put_chunk("f", 3, &[9; 17]).unwrap();
    assert_eq!((store.chunk("f", 3).unwrap(), store.chunk("f", 1).unwrap()), (vec![9; 17], whole));
    assert_eq!(store.stored_chunks("f").unwrap(), [(0, 3)]);
    not_found(store.chunk("f", 4));
    not_found(store.file("other"));
    conflict(store.create_file(&shared, NOON));
}

pub(crate) fn a_chunk_has_its_size_and_keeps_its_bytes(store: &mut impl Store) {
    let id = created(store, "s");
    store.create_file(&file(&id, "empty", 0), NOON).unwrap();
    store.create_file(&file(&id, "f", CHUNK_BYTES + 5), NOON).unwrap();
    store.put_chunk("empty", 0, &[1; 16]).unwrap();
    for (name, number, bytes) in [("empty", 1, 16), ("f", 0, 65_551), ("f", 1, 22), ("f", u64::MAX, 16), ("g", 0, 16)] {
        not_found(store.put_chunk(name, number, &vec![1; bytes]));
    }
    store.put_chunk("f", 1, &[1; 21]).unwrap();
    store.put_chunk("f", 1, &[1; 21]).unwrap();
    conflict(store.put_chunk("f", 1, &[2; 21]));
    assert_eq!(store.chunk("f", 1).unwrap(), [1; 21]);
}

pub(crate) fn the_files_of_a_summit_have_a_limit(store: &mut impl Store) {
    let (id, other) = (created(store, "s"), created(store, "other"));
    let half = file(&id, "half", FILES_BYTES_MAX / 2);
    store.create_file(&half, NOON).unwrap();
    // Also what is empty takes a chunk, and seals take room.
    assert_eq!(store.create_file(&StoredFile { id: "rest".to_owned(), ..half.clone() }, NOON), Err(StoreError::Full));
    store.create_file(&StoredFile { id: "elsewhere".to_owned(), summit: other, ..half.clone() }, NOON).unwrap();
    store.create_file(&file(&id, "small", 0), NOON).unwrap();
    append(store, &id, ended(1)).unwrap();
    assert_eq!(store.create_file(&file(&id, "late", 0), LATER), Err(StoreError::Ended));
    not_found(store.create_file(&file(&summit("nowhere"), "f", 0), NOON));
}
