//! Two sides, a secretariat, and everything they sign. Everything is made from fixed seeds, apart from what `openmls` draws.

#![allow(dead_code, unreachable_pub, reason = "every file of tests uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

pub mod mallory;
pub mod vectors;

use std::collections::BTreeMap;

use seal::certificate::appoint;
use seal::group::Identity;
use seal::registrar::Registrar;
use seal::{Agreed, Certificate, Device, Manifest, SigningKey, Trust};
use wire::{Envelope, MemberCertificate, PartyId, Role, SeatId, SignedManifest, SummitId, SummitPlan, WallTime};

/// The moment at which everything happens.
pub const NOW: WallTime = WallTime(1_795_456_800_000);

pub const HOUR: i64 = 60 * 60 * 1000;

pub fn later(hours: i64) -> WallTime {
    WallTime(NOW.0 + hours * HOUR)
}

pub fn party(text: &str) -> PartyId {
    PartyId::new(text).unwrap()
}

pub fn seat(text: &str) -> SeatId {
    SeatId::new(text).unwrap()
}

pub fn summit() -> SummitId {
    SummitId::new("k3v9x2").unwrap()
}

/// A source of bytes for tests: counts, so that everybody can guess.
pub fn counting(from: u8) -> impl FnMut(&mut [u8]) {
    let mut next = from;
    move |bytes| {
        for byte in bytes {
            *byte = next;
            next = next.wrapping_add(1);
        }
    }
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32]).unwrap()
}

fn seat_json(id: &str, role: &str) -> String {
    format!(
        r#"{{"id": "{id}", "name": {{"en": "{id}"}}, "title": {{"en": "{role}"}}, "role": "{role}", "languages": ["en"],
        "time_zone": "Europe/Vienna"}}"#
    )
}

/// Meridia with three seats, Vesland with three, and a technician of the secretariat.
pub fn plan() -> SummitPlan {
    let side = |id: &str, seats: &[(&str, &str)]| {
        let seats: Vec<_> = seats.iter().map(|(id, role)| seat_json(id, role)).collect();
        format!(
            r##"{{"id": "{id}", "name": {{"en": "{id}"}}, "flag": {{"layout": "horizontal", "colours": ["#123456"]}},
            "seats": [{}]}}"##,
            seats.join(",")
        )
    };
    let text = format!(
        r#"{{"title": {{"en": "Talks"}}, "delegations": [{}, {}], "secretariat": [{}]}}"#,
        side("meridia", &[("anna", "principal"), ("bela", "adviser"), ("cleo", "note_taker")]),
        side("vesland", &[("dora", "principal"), ("emil", "adviser"), ("fina", "interpreter")]),
        seat_json("tom", "technician"),
    );
    serde_json::from_str(&text).unwrap()
}

/// The seeds of the root keys.
pub fn root(of: &str) -> SigningKey {
    key(match of {
        "meridia" => 1,
        "vesland" => 2,
        "secretariat" => 3,
        _ => 9,
    })
}

pub const PARTIES: [&str; 3] = ["meridia", "vesland", "secretariat"];

pub fn proposed() -> SignedManifest {
    let roots: BTreeMap<_, _> = PARTIES.iter().map(|id| (party(id), root(id).public())).collect();
    Manifest::new(summit(), plan(), &roots, None, NOW).unwrap().propose()
}

pub fn signed() -> SignedManifest {
    let mut manifest = proposed();
    for id in PARTIES {
        let signature = seal::manifest::sign(&manifest, &party(id), &root(id)).unwrap();
        manifest.signatures.push(signature);
    }
    manifest
}

pub fn agreed() -> Agreed {
    Agreed::verify(&signed(), &summit()).unwrap()
}

pub fn trust() -> Trust {
    Trust::new(agreed())
}

/// The party of a seat of [`plan`].
pub fn party_of(id: &str) -> &'static str {
    match id {
        "anna" | "bela" | "cleo" => "meridia",
        "dora" | "emil" | "fina" => "vesland",
        _ => "secretariat",
    }
}

/// What a good certificate of that seat says, for the key of that seed; the serial is the seed as well.
pub fn body(id: &str, seed: u8) -> MemberCertificate {
    MemberCertificate {
        v: 1,
        summit: summit(),
        party: party(party_of(id)),
        seat: seat(id),
        role: plan().seat(&seat(id)).map_or(Role::Adviser, |seat| seat.role),
        slot: 0,
        key: key(seed).public().into(),
        nbf: later(-1),
        exp: later(10),
        serial: [seed; 16].as_slice().into(),
    }
}

/// A certificate by whom it takes.
pub fn certificate(body: &MemberCertificate, by: &SigningKey) -> Certificate {
    Certificate::read(Certificate::issue(body, by, None)).unwrap()
}

pub fn good_certificate(id: &str, seed: u8) -> Certificate {
    certificate(&body(id, seed), &root(party_of(id)))
}

/// Somebody who is what they say.
pub struct Person {
    pub device: Device,
    pub identity: Identity,
}

pub fn person(id: &str, seed: u8) -> Person {
    let (device, identity) = Device::new(key(seed), good_certificate(id, seed), &trust(), NOW).unwrap();
    Person { device, identity }
}

impl Person {
    pub fn key_package(&self) -> Vec<u8> {
        self.device.key_package(&self.identity).unwrap()
    }
}

/// A registrar of the party, with a key of its own, for ten hours.
pub fn registrar(of: &str) -> Registrar {
    let key = key(100 + of.len() as u8);
    let certificate = appoint(summit(), party(of), key.public(), later(-1), later(10), &root(of));
    Registrar::with_certificate(key, certificate).unwrap()
}

pub fn read(envelope: Envelope) -> Certificate {
    Certificate::read(envelope).unwrap()
}
