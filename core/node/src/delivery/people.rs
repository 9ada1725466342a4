//! The people of a summit as their groups see them: who is there, with which key packages and which certificate.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use wire::{Bytes, MemberCertificate, PartyId, SeatId, SummitPlan};

use crate::ConnectionId;

/// Key packages kept for one seat. When there are that many, further ones are let fall: each is for one group.
const PACKAGES_MAX: usize = 20;

/// Fewer than this, and more are asked for.
const PACKAGES_MIN: usize = 4;

/// How many are asked for.
pub(crate) const PACKAGES_WANTED: u32 = 8;

/// How long who lost the connection stays in the groups.
const AWAY_MAX: Duration = Duration::from_secs(30);

/// One seat.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) party: PartyId,
    connection: Option<ConnectionId>,
    /// When the device was lost, or left the room; none while the person is here.
    away: Option<Instant>,
    /// The person went for good.
    gone: bool,
    /// The device said what it holds, on this connection.
    resumed: bool,
    /// Its certificate's number.
    serial: Option<Bytes>,
    /// That certificate was withdrawn.
    revoked: bool,
    packages: VecDeque<Bytes>,
    packages_asked: bool,
}

impl Person {
    /// Whether it can be told things about its groups.
    pub(crate) fn listens(&self) -> bool {
        self.connection.is_some() && self.resumed
    }

    /// Whether its device is on that connection.
    pub(crate) fn is_at(&self, connection: Option<ConnectionId>) -> bool {
        self.connection.is_some() && self.connection == connection
    }

    /// Whether it may be in groups now.
    pub(crate) fn is_present(&self) -> bool {
        self.listens() && self.away.is_none() && !self.gone && !self.revoked
    }

    /// Whether it must not be in groups any more.
    pub(crate) fn is_out(&self, now: Instant) -> bool {
        self.is_shut_out() || self.away.is_some_and(|away| now >= away + AWAY_MAX)
    }

    /// Whether nothing that it seals counts any more, whether or not its leaf was removed yet.
    pub(crate) fn is_shut_out(&self) -> bool {
        self.gone || self.revoked
    }

    /// When it will be, if it does not come back.
    pub(crate) fn out_at(&self) -> Option<Instant> {
        self.away.map(|away| away + AWAY_MAX)
    }

    pub(crate) fn has_package(&self) -> bool {
        !self.packages.is_empty()
    }

    /// A key package, for one use.
    pub(crate) fn take_package(&mut self) -> Option<Bytes> {
        self.packages.pop_front()
    }

    /// Whether to ask for more key packages now.
    pub(crate) fn wants_packages(&mut self) -> bool {
        let wants = self.listens() && !self.packages_asked && self.packages.len() < PACKAGES_MIN;
        self.packages_asked |= wants;
        wants
    }

    pub(crate) fn offer(&mut self, packages: Vec<Bytes>) {
        self.packages_asked = false;
        self.packages.extend(packages);
        self.packages.truncate(PACKAGES_MAX);
    }

    /// One to be used before the others, by a device that lost its state.
    pub(crate) fn offer_first(&mut self, package: Bytes) {
        self.packages.push_front(package);
        self.packages.truncate(PACKAGES_MAX);
    }
}

/// Everybody who has a seat.
#[derive(Debug)]
pub(crate) struct People(BTreeMap<SeatId, Person>);

impl People {
    /// Nobody has come yet; who was in a group before a restart has as long to come back as after any other loss.
    pub(crate) fn new(plan: &SummitPlan, now: Instant) -> Self {
        let person = |party| Person {
            party,
            connection: None,
            away: Some(now),
            gone: false,
            resumed: false,
            serial: None,
            revoked: false,
            packages: VecDeque::new(),
            packages_asked: false,
        };
        let seats = plan.seats().map(|(_, seat)| &seat.id);
        Self(seats.filter_map(|seat| Some((seat.clone(), person(plan.party_of(seat)?)))).collect())
    }

    pub(crate) fn get(&self, seat: &SeatId) -> Option<&Person> {
        self.0.get(seat)
    }

    pub(crate) fn get_mut(&mut self, seat: &SeatId) -> Option<&mut Person> {
        self.0.get_mut(seat)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&SeatId, &Person)> {
        self.0.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&SeatId, &mut Person)> {
        self.0.iter_mut()
    }

    pub(crate) fn listens(&self, seat: &SeatId) -> bool {
        self.get(seat).is_some_and(Person::listens)
    }

    pub(crate) fn is_present(&self, seat: &SeatId) -> bool {
        self.get(seat).is_some_and(Person::is_present)
    }

    /// Where that seat is now. True: its device is another one, or another connection, and has to say what it holds.
    pub(crate) fn place(&mut self, seat: &SeatId, connection: Option<ConnectionId>, here: bool, now: Instant) -> bool {
        let Some(person) = self.0.get_mut(seat) else { return false };
        let is_new = person.connection != connection;
        person.connection = connection;
        if is_new {
            person.resumed = false;
            person.packages_asked = false;
        }
        // Who is here again has not gone.
        person.gone &= !is_new || connection.is_none();
        person.away = if connection.is_some() && here { None } else { Some(person.away.unwrap_or(now)) };
        is_new
    }

    /// That seat's person went for good.
    pub(crate) fn left(&mut self, seat: &SeatId) {
        if let Some(person) = self.0.get_mut(seat) {
            person.gone = true;
            person.packages.clear();
        }
    }

    /// The device of that seat has this certificate, and these key packages.
    pub(crate) fn resume(&mut self, seat: &SeatId, serial: Bytes, revoked: bool, packages: Vec<Bytes>) {
        let Some(person) = self.0.get_mut(seat) else { return };
        person.resumed = true;
        person.serial = Some(serial);
        person.revoked = revoked;
        person.packages.clear();
        person.offer(packages);
    }

    /// A registrar gave that seat a certificate.
    pub(crate) fn certified(&mut self, seat: &SeatId, serial: Bytes) {
        if let Some(person) = self.0.get_mut(seat) {
            person.serial = Some(serial);
        }
    }

    /// A party withdrew these certificates.
    pub(crate) fn revoke(&mut self, party: &PartyId, serials: &[Bytes]) {
        for person in self.0.values_mut().filter(|person| person.party == *party) {
            person.revoked |= person.serial.as_ref().is_some_and(|serial| serials.contains(serial));
        }
    }
}

/// The number of a member certificate, whose signature the members check.
pub(crate) fn certificate(payload: &Bytes) -> Option<MemberCertificate> {
    serde_json::from_slice(payload.as_ref()).ok()
}
