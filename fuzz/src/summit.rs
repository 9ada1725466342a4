//! A summit of two parties and its people, with keys that everybody could guess, for what is signed and what is in groups.

use std::collections::BTreeMap;

use seal::group::Identity;
use seal::manifest::sign;
use seal::{Agreed, Certificate, Device, Manifest, SigningKey, Trust};
use wire::{Envelope, MemberCertificate, PartyId, Role, SeatId, SummitId, SummitPlan, WallTime};

/// The moment at which everything happens.
pub(crate) const NOW: WallTime = WallTime(1_795_456_800_000);

/// An hour, in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;

/// The parties, and the seeds of their root keys.
const PARTIES: [(&str, u8); 3] = [("meridia", 1), ("vesland", 2), ("secretariat", 3)];

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32]).expect("32 bytes are a seed")
}

/// The root key of meridia.
pub(crate) fn root() -> SigningKey {
    key(PARTIES[0].1)
}

pub(crate) fn party() -> PartyId {
    PartyId::new(PARTIES[0].0).expect("a name")
}

pub(crate) fn summit() -> SummitId {
    SummitId::new("k3v9x2").expect("a name")
}

fn plan() -> SummitPlan {
    let seat = |id: &str, role: &str| serde_json::json!({"id": id, "name": {"en": id}, "title": {"en": role}, "role": role, "languages": ["en"], "time_zone": "UTC"});
    let side = |id: &str, seats: &[serde_json::Value]| serde_json::json!({"id": id, "name": {"en": id}, "flag": {"layout": "vertical", "colours": ["#112233"]}, "seats": seats});
    let plan = serde_json::json!({
        "title": {"en": "Talks"},
        "delegations": [
            side("meridia", &[seat("anna", "principal"), seat("bela", "adviser")]),
            side("vesland", &[seat("dora", "principal"), seat("emil", "adviser")]),
        ],
        "secretariat": [seat("tom", "technician")],
    });
    serde_json::from_value(plan).expect("a plan")
}

/// What all parties signed.
pub(crate) fn trust() -> Trust {
    let roots: BTreeMap<_, _> =
        PARTIES.iter().map(|(id, seed)| (PartyId::new(*id).expect("a name"), key(*seed).public())).collect();
    let mut manifest = Manifest::new(summit(), plan(), &roots, None, NOW).expect("a manifest").propose();
    for (id, seed) in PARTIES {
        let signature = sign(&manifest, &PartyId::new(id).expect("a name"), &key(seed)).expect("a signature");
        manifest.signatures.push(signature);
    }
    Trust::new(Agreed::verify(&manifest, &summit()).expect("all have signed"))
}

/// A member of meridia, who is what they say; the seed is that of the key.
pub(crate) fn member(id: &str, role: Role, seed: u8, trust: &Trust) -> (Device, Identity) {
    let certificate = Certificate::read(certificate(id, role, seed)).expect("a certificate");
    Device::new(key(seed), certificate, trust, NOW).expect("a certificate that is good")
}

fn certificate(id: &str, role: Role, seed: u8) -> Envelope {
    let body = MemberCertificate {
        v: 1,
        summit: summit(),
        party: party(),
        seat: SeatId::new(id).expect("a name"),
        role,
        slot: 0,
        key: key(seed).public().into(),
        nbf: WallTime(NOW.0 - HOUR),
        exp: WallTime(NOW.0 + HOUR),
        serial: [seed; 16].as_slice().into(),
    };
    Certificate::issue(&body, &root(), None)
}
