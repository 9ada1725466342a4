//! What every store must do, as one suite: [`store_contract!`] makes a test of each function here.
//!
//! The functions know the [`Store`] trait only, so the same promises hold for each engine.

use std::collections::BTreeMap;

use wire::{
    AgendaItemId, Delegation, DelegationId, Entry, Event, Flag, FlagLayout, Language, Localized, RequestId, Role, Seat,
    SeatId, Sequence, SummitId, SummitPlan, WallTime,
};

use crate::{SESSIONS_PER_LINK, SecretHash, Store, StoreError};

/// Makes one test per promise. `$fresh` gives a pair of what must live as long as the store, and an empty store.
macro_rules! store_contract {
    ($fresh:expr) => {
        $crate::contract::store_contract!($fresh =>
            a_summit_is_found_as_it_was_created
            summits_are_listed_newest_first
            a_name_is_used_once
            a_log_is_read_back_in_order
            a_gap_or_a_repetition_changes_nothing
            one_batch_is_all_or_nothing
            logs_of_two_summits_do_not_mix
            the_end_is_marked_and_is_the_last_entry
            a_link_opens_sessions_for_its_seat
            a_link_is_only_for_seats_of_its_summit
            links_are_added_all_or_none
            a_link_expires_but_its_sessions_stay
            a_withdrawn_link_takes_its_sessions_along
            a_withdrawn_link_leaves_those_alone_who_came_by_a_new_one
            withdrawing_twice_keeps_the_first_date
            an_ended_summit_closes_links_and_sessions
            a_secret_or_token_is_used_once
            the_oldest_session_of_a_link_gives_way
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
    SummitPlan::new(text("Talks"), vec![side("a"), side("b")], vec![], vec![], vec![]).unwrap()
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

fn raised(sequence: u64) -> Entry {
    let request = Some(RequestId::new(format!("request-{sequence}")).unwrap());
    Entry { sequence: Sequence(sequence), at: NOON, request, event: Event::HandRaised { seat: seat("a-head") } }
}

fn ended(sequence: u64) -> Entry {
    Entry { sequence: Sequence(sequence), at: LATER, request: None, event: Event::Ended { by: None } }
}

fn created(store: &mut impl Store, id: &str) -> SummitId {
    let id = summit(id);
    store.create_summit(&id, &plan(), NOON).unwrap();
    id
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
    not_found(store.summit(&summit("other")));
}

pub(crate) fn summits_are_listed_newest_first(store: &mut impl Store) {
    for (id, at) in [("first", NOON), ("second", LATER)] {
        store.create_summit(&summit(id), &plan(), at).unwrap();
    }
    let ids: Vec<_> = store.summits().unwrap().into_iter().map(|found| found.id).collect();
    assert_eq!(ids, [summit("second"), summit("first")]);
}

pub(crate) fn a_name_is_used_once(store: &mut impl Store) {
    let id = created(store, "s");
    conflict(store.create_summit(&id, &plan(), LATER));
    assert_eq!(store.summit(&id).unwrap().created, NOON);
}

pub(crate) fn a_log_is_read_back_in_order(store: &mut impl Store) {
    let id = created(store, "s");
    let opened = Event::AgendaOpened { item: AgendaItemId::new("one").unwrap(), by: seat("a-head") };
    let log = vec![raised(1), raised(2), Entry { event: opened, request: None, ..raised(3) }];
    store.append(&[(id.clone(), log[0].clone())]).unwrap();
    store.append(&[(id.clone(), log[1].clone()), (id.clone(), log[2].clone())]).unwrap();
    assert_eq!(store.entries(&id, Sequence(0)).unwrap(), log);
    assert_eq!(store.entries(&id, Sequence(2)).unwrap(), log[2..]);
    assert_eq!(store.entries(&id, Sequence(3)).unwrap(), []);
    assert_eq!(store.entries(&summit("other"), Sequence(0)).unwrap(), []);
}

pub(crate) fn a_gap_or_a_repetition_changes_nothing(store: &mut impl Store) {
    let id = created(store, "s");
    store.append(&[(id.clone(), raised(1))]).unwrap();
    for wrong in [0, 1, 3, u64::MAX] {
        conflict(store.append(&[(id.clone(), raised(wrong))]));
    }
    not_found(store.append(&[(summit("other"), raised(1))]));
    assert_eq!(store.entries(&id, Sequence(0)).unwrap(), [raised(1)]);
}

pub(crate) fn one_batch_is_all_or_nothing(store: &mut impl Store) {
    let (a, b) = (created(store, "a"), created(store, "b"));
    conflict(store.append(&[(a.clone(), raised(1)), (b.clone(), raised(2))]));
    assert_eq!(store.entries(&a, Sequence(0)).unwrap(), []);
    store.append(&[(a.clone(), raised(1)), (b.clone(), raised(1))]).unwrap();
    assert_eq!(store.entries(&b, Sequence(0)).unwrap(), [raised(1)]);
}

pub(crate) fn logs_of_two_summits_do_not_mix(store: &mut impl Store) {
    let (a, b) = (created(store, "a"), created(store, "b"));
    store.append(&[(a.clone(), raised(1)), (b.clone(), raised(1)), (a.clone(), raised(2))]).unwrap();
    assert_eq!(store.entries(&a, Sequence(0)).unwrap().len(), 2);
    assert_eq!(store.entries(&b, Sequence(0)).unwrap().len(), 1);
}

pub(crate) fn the_end_is_marked_and_is_the_last_entry(store: &mut impl Store) {
    let id = created(store, "s");
    store.append(&[(id.clone(), raised(1)), (id.clone(), ended(2))]).unwrap();
    assert_eq!(store.summit(&id).unwrap().ended, Some(LATER));
    conflict(store.append(&[(id.clone(), raised(3))]));
    assert_eq!(store.entries(&id, Sequence(1)).unwrap(), [ended(2)]);
}

pub(crate) fn a_link_opens_sessions_for_its_seat(store: &mut impl Store) {
    let id = created(store, "s");
    let link = store.invite(&id, &seat("a-head"), hash("link"), NOON, MUCH_LATER).unwrap();
    let laptop = store.open_session(hash("link"), hash("laptop"), NOON).unwrap();
    let phone = store.open_session(hash("link"), hash("phone"), LATER).unwrap();
    assert_eq!((&laptop.summit, &laptop.seat), (&id, &seat("a-head")));
    assert_ne!(laptop.id, phone.id);
    assert_eq!(store.session(hash("laptop")).unwrap(), laptop);
    assert_eq!(store.session(hash("phone")).unwrap(), phone);
    not_found(store.open_session(hash("guess"), hash("other"), NOON));
    not_found(store.session(hash("link")));
    let listed = store.invitations(&id).unwrap();
    assert_eq!(listed.iter().map(|found| found.id).collect::<Vec<_>>(), [link]);
    assert_eq!((listed[0].created, listed[0].expires, listed[0].revoked), (NOON, MUCH_LATER, None));
}

pub(crate) fn a_link_is_only_for_seats_of_its_summit(store: &mut impl Store) {
    let id = created(store, "s");
    not_found(store.invite(&id, &seat("nobody"), hash("1"), NOON, LATER));
    not_found(store.invite(&summit("other"), &seat("a-head"), hash("2"), NOON, LATER));
    assert_eq!(store.invitations(&id).unwrap(), []);
}

pub(crate) fn links_are_added_all_or_none(store: &mut impl Store) {
    let id = created(store, "s");
    store.invite(&id, &seat("a-head"), hash("used"), NOON, LATER).unwrap();
    let with_a_used_one = [(seat("b-head"), hash("new")), (seat("a-head"), hash("used"))];
    conflict(store.invite_all(&id, &with_a_used_one, NOON, LATER));
    assert_eq!(store.invitations(&id).unwrap().len(), 1);
    let new = [(seat("b-head"), hash("new")), (seat("a-head"), hash("another"))];
    let ids = store.invite_all(&id, &new, NOON, LATER).unwrap();
    let listed: Vec<_> = store.invitations(&id).unwrap()[1..].iter().map(|link| link.id).collect();
    assert_eq!(ids, listed);
}

pub(crate) fn a_link_expires_but_its_sessions_stay(store: &mut impl Store) {
    let id = created(store, "s");
    store.invite(&id, &seat("a-head"), hash("link"), NOON, LATER).unwrap();
    store.open_session(hash("link"), hash("in time"), WallTime(LATER.0 - 1)).unwrap();
    not_found(store.open_session(hash("link"), hash("too late"), LATER));
    assert!(store.session(hash("in time")).is_ok());
}

pub(crate) fn a_withdrawn_link_takes_its_sessions_along(store: &mut impl Store) {
    let id = created(store, "s");
    let link = store.invite(&id, &seat("a-head"), hash("link"), NOON, MUCH_LATER).unwrap();
    store.invite(&id, &seat("b-head"), hash("other link"), NOON, MUCH_LATER).unwrap();
    let session = store.open_session(hash("link"), hash("token"), NOON).unwrap();
    store.open_session(hash("other link"), hash("other token"), NOON).unwrap();
    assert_eq!(session.invitation, link);
    let was = store.revoke(link, LATER).unwrap();
    assert_eq!((was.id, was.seat, was.revoked), (link, seat("a-head"), None));
    not_found(store.open_session(hash("link"), hash("another"), LATER));
    not_found(store.session(hash("token")));
    assert!(store.session(hash("other token")).is_ok());
    not_found(store.revoke(link + 100, LATER));
}

pub(crate) fn a_withdrawn_link_leaves_those_alone_who_came_by_a_new_one(store: &mut impl Store) {
    let id = created(store, "s");
    let lost = store.invite(&id, &seat("a-head"), hash("lost link"), NOON, MUCH_LATER).unwrap();
    store.invite(&id, &seat("a-head"), hash("new link"), NOON, MUCH_LATER).unwrap();
    store.open_session(hash("lost link"), hash("thief"), NOON).unwrap();
    let guest = store.open_session(hash("new link"), hash("guest"), NOON).unwrap();
    store.revoke(lost, LATER).unwrap();
    not_found(store.session(hash("thief")));
    assert_eq!(store.session(hash("guest")).unwrap(), guest);
}

pub(crate) fn withdrawing_twice_keeps_the_first_date(store: &mut impl Store) {
    let id = created(store, "s");
    let link = store.invite(&id, &seat("a-head"), hash("link"), NOON, MUCH_LATER).unwrap();
    store.revoke(link, LATER).unwrap();
    assert_eq!(store.revoke(link, MUCH_LATER).unwrap().revoked, Some(LATER));
    assert_eq!(store.invitations(&id).unwrap()[0].revoked, Some(LATER));
}

pub(crate) fn an_ended_summit_closes_links_and_sessions(store: &mut impl Store) {
    let id = created(store, "s");
    store.invite(&id, &seat("a-head"), hash("link"), NOON, MUCH_LATER).unwrap();
    let lost = store.invite(&id, &seat("a-head"), hash("lost link"), NOON, MUCH_LATER).unwrap();
    store.open_session(hash("link"), hash("token"), NOON).unwrap();
    store.open_session(hash("lost link"), hash("thief"), NOON).unwrap();
    store.revoke(lost, LATER).unwrap();
    store.append(&[(id.clone(), ended(1))]).unwrap();
    assert_eq!(store.session(hash("token")), Err(StoreError::Ended));
    not_found(store.session(hash("thief")));
    not_found(store.open_session(hash("link"), hash("another"), LATER));
    not_found(store.invite(&id, &seat("b-head"), hash("new link"), LATER, MUCH_LATER));
}

pub(crate) fn a_secret_or_token_is_used_once(store: &mut impl Store) {
    let id = created(store, "s");
    store.invite(&id, &seat("a-head"), hash("a link"), NOON, MUCH_LATER).unwrap();
    store.invite(&id, &seat("b-head"), hash("b link"), NOON, MUCH_LATER).unwrap();
    conflict(store.invite(&id, &seat("b-head"), hash("a link"), NOON, MUCH_LATER));
    store.open_session(hash("a link"), hash("token"), NOON).unwrap();
    conflict(store.open_session(hash("b link"), hash("token"), NOON));
    assert_eq!(store.session(hash("token")).unwrap().seat, seat("a-head"));
}

pub(crate) fn the_oldest_session_of_a_link_gives_way(store: &mut impl Store) {
    let id = created(store, "s");
    for (name, link) in [("a-head", "a link"), ("b-head", "b link")] {
        store.invite(&id, &seat(name), hash(link), NOON, MUCH_LATER).unwrap();
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
