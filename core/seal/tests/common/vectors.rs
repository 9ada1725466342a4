//! The documents, derivations and frames that another implementation must find byte for byte. Everything is made from fixed
//! seeds; `examples/vectors.rs` writes it, and a test sees to it that it stays what is committed.

use std::collections::BTreeMap;

use seal::certificate::{Member, appoint};
use seal::document::{Fixed, Serial, encode};
use seal::fingerprint::{Attestation, digits, roster_text};
use seal::frame::{Codec, Header, Kid, Kind, derive};
use seal::group::GroupName;
use seal::invitation::Secret;
use seal::registrar::Registrar;
use seal::{Admitter, BaseKey, Certificate, Coded as _, GroupNumber, PublicKey, Sealer, Trust};
use serde_json::{Value, json};
use wire::{Envelope, MemberCertificate, SeatId, Signed, SummitId};

use super::{
    NOW, PARTIES, agreed, body, counting, good_certificate, key, later, party, plan, proposed, root, seat, signed,
    summit, trust,
};

/// The whole file.
pub fn all() -> Value {
    json!({
        "about": "Written by `cargo run -p seal --example vectors`; docs/security/protocol.md says what it means. Bytes are base64url without padding, unless hex is said.",
        "now": NOW,
        "keys": keys(),
        "digits": some_digits(),
        "manifest": manifest(),
        "certificates": certificates(),
        "invitation": invitation(),
        "revocations": revocations(),
        "groups": groups(),
        "attestation": attestation(),
        "padding": padding(),
        "key_ids": key_ids(),
        "frames": frames(),
    })
}

/// The file as it is committed.
pub fn text() -> String {
    format!("{}\n", serde_json::to_string_pretty(&all()).unwrap())
}

fn keys() -> Value {
    let one = |name: &str, key: &seal::SigningKey| json!({"name": name, "seed": encode(key.seed()), "public": key.public(), "fingerprint": key.public().fingerprint()});
    let roots = PARTIES.iter().map(|id| one(id, &root(id)));
    let others = [(9, "stranger"), (30, "registrar of vesland"), (66, "member")];
    json!(roots.chain(others.iter().map(|(seed, name)| one(name, &key(*seed)))).collect::<Vec<_>>())
}

fn some_digits() -> Value {
    let hashes: [[u8; 32]; 3] = [[0; 32], [255; 32], std::array::from_fn(|place| place as u8 * 7 + 1)];
    json!(hashes.iter().map(|hash| json!({"hash": encode(hash), "digits": digits(hash)})).collect::<Vec<_>>())
}

fn manifest() -> Value {
    let mut two = signed();
    two.signatures.pop();
    let mut swapped = signed();
    swapped.signatures[0].party = party("vesland");
    swapped.signatures[1].party = party("meridia");
    let mut touched = signed();
    touched.payload.0[10] ^= 1;
    json!({
        "summit": summit(),
        "signed": signed(),
        "hash": encode(&seal::manifest::hash(&proposed())),
        "summit_code": seal::manifest::summit_code(&proposed()),
        "refused": [
            {"why": "a signature is missing", "summit": summit(), "signed": two, "error": "manifest.incomplete"},
            {"why": "nobody signed", "summit": summit(), "signed": proposed(), "error": "manifest.incomplete"},
            {"why": "signatures are swapped", "summit": summit(), "signed": swapped, "error": "manifest.signature"},
            {"why": "it cannot be read any more", "summit": summit(), "signed": touched, "error": "manifest.malformed"},
            {"why": "it is of another summit", "summit": SummitId::new("other").unwrap(), "signed": signed(),
                "error": "manifest.other_summit"},
        ],
    })
}

fn admitted(member: &Member) -> Value {
    let by = match member.admitted_by {
        Admitter::Root => json!("root"),
        Admitter::Registrar(key) => json!(key),
    };
    json!({"party": member.party, "seat": member.seat, "role": member.role, "slot": member.slot,
        "serial": member.serial, "key": member.key, "admitted_by": by})
}

/// A certificate with the verdict on it.
fn judged(why: &str, envelope: Envelope, leaf_key: PublicKey, hours: i64, trust: &Trust) -> Value {
    let now = later(hours);
    let verdict = Certificate::read(envelope.clone()).and_then(|certificate| trust.check(&certificate, &leaf_key, now));
    let identity = String::from_utf8(seal::signed::envelope_to_bytes(&envelope)).unwrap();
    let (member, error) = match &verdict {
        Ok(member) => (admitted(member), Value::Null),
        Err(error) => (Value::Null, json!(error.code())),
    };
    json!({"why": why, "identity": identity, "leaf_key": leaf_key, "now": now, "member": member, "error": error})
}

/// For vesland's registrar of key 30, from an hour before to so many hours after.
fn appointed(by: &str, hours: i64) -> Signed {
    appoint(summit(), party("vesland"), key(30).public(), later(hours - 3), later(hours), &root(by))
}

fn certificates() -> Value {
    let leaf = key(66).public();
    let wanted = || body("fina", 66);
    let by = |body: &MemberCertificate, key: &seal::SigningKey, issuer| Certificate::issue(body, key, issuer);
    let vesland = root("vesland");
    let mut revoked = trust();
    revoked
        .revoke(
            &Registrar::with_root(summit(), party("vesland"), root("vesland"))
                .revoke(&[Serial::try_from(&wanted().serial).unwrap()]),
        )
        .unwrap();
    let other = MemberCertificate { summit: SummitId::new("other").unwrap(), ..wanted() };
    let strange = MemberCertificate { party: party("nowhere"), ..wanted() };
    let borrowed = MemberCertificate { party: party("meridia"), ..wanted() };
    let promoted = MemberCertificate { role: wire::Role::Principal, ..wanted() };
    let registrar = key(30);
    let good = by(&wanted(), &vesland, None);
    let mut list = vec![
        judged("by the root key", good.clone(), leaf, 0, &trust()),
        judged("by a registrar", by(&wanted(), &registrar, Some(appointed("vesland", 2))), leaf, 0, &trust()),
        judged("of the secretariat", good_certificate("tom", 66).envelope().clone(), leaf, 0, &trust()),
        judged("forged", by(&wanted(), &key(9), None), leaf, 0, &trust()),
        judged("unknown party", by(&strange, &key(9), None), leaf, 0, &trust()),
        judged("signed by the other side", by(&wanted(), &root("meridia"), None), leaf, 0, &trust()),
        judged("another side's seat", by(&borrowed, &root("meridia"), None), leaf, 0, &trust()),
        judged("another role", by(&promoted, &vesland, None), leaf, 0, &trust()),
        judged("another summit", by(&other, &vesland, None), leaf, 0, &trust()),
        judged("another key", good.clone(), key(67).public(), 0, &trust()),
        judged(
            "registrar appointed by the other side",
            by(&wanted(), &registrar, Some(appointed("meridia", 2))),
            leaf,
            0,
            &trust(),
        ),
        judged(
            "registrar whose time is over",
            by(&wanted(), &registrar, Some(appointed("vesland", -1))),
            leaf,
            0,
            &trust(),
        ),
        judged(
            "not by the registrar it names",
            by(&wanted(), &vesland, Some(appointed("vesland", 2))),
            leaf,
            0,
            &trust(),
        ),
        judged("too early", good.clone(), leaf, -2, &trust()),
        judged("too late", good.clone(), leaf, 11, &trust()),
    ];
    let mut on_list = judged("revoked", good, leaf, 0, &revoked);
    on_list["revoked"] = json!([wanted().serial]);
    list.push(on_list);
    json!(list)
}

fn invitation() -> Value {
    let secret = Secret::parse("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY").unwrap();
    let mut office = Registrar::with_certificate(key(30), appointed("vesland", 2)).unwrap();
    let invited = office.invite(&plan(), &seat("fina"), later(-1), later(5), &mut counting(1)).unwrap();
    assert_eq!(invited.secret, secret);
    let request = secret.request(invited.jti, key(66).public());
    let certificate = office.answer(&request, NOW, &mut counting(100)).unwrap();
    json!({
        "secret": secret.reveal(),
        "access": secret.access(),
        "proof_key": encode(secret.proof_key().as_bytes()),
        "invitation": invited.invitation,
        "request": request,
        "answer": certificate,
        "challenge": Fixed([5; 32]),
        "challenge_answer": office.answer_challenge([5; 32]),
    })
}

fn revocations() -> Value {
    let mut office = Registrar::with_root(summit(), party("vesland"), root("vesland"));
    let first = office.revoke(&[Fixed([1; 16])]);
    let second = office.revoke(&[Fixed([2; 16])]);
    let mut other = Registrar::with_root(summit(), party("vesland"), root("meridia"));
    let steps = [
        (first.clone(), 1, None),
        (second.clone(), 2, None),
        (second, 2, None),
        (first, 2, Some("revocation.old")),
        (other.revoke(&[]), 2, Some("revocation.unknown_root")),
    ];
    json!(
        steps
            .iter()
            .map(|(list, number, error)| json!({"list": list, "number": number, "error": error}))
            .collect::<Vec<_>>()
    )
}

fn groups() -> Value {
    let one = |text: &str, given: Option<u16>| {
        let name = GroupName::parse(text).unwrap();
        let number = name.number(&agreed(), given).ok().map(|number| number.0);
        let id = String::from_utf8(name.mls_id(&summit())).unwrap();
        json!({"name": text, "mls_id": id, "given": given, "number": number})
    };
    json!([
        one("plenary", None),
        one("side-meridia", None),
        one("side-vesland", None),
        one("side-secretariat", None),
        one("side-nowhere", None),
        one("caucus-a1", Some(16)),
        one("caucus-a1", Some(15)),
        one("pair-b2", Some(17)),
    ])
}

fn attestation() -> Value {
    let members: Vec<_> = [("anna", 11), ("dora", 12), ("fina", 66)]
        .into_iter()
        .map(|(id, seed)| trust().check(&good_certificate(id, seed), &key(seed).public(), NOW).unwrap())
        .collect();
    // Leaf 1 is empty.
    let roster = roster_text([0, 2, 3].into_iter().zip(&members));
    let (authenticator, tree) = ([0xa5; 32], [0x5a; 32]);
    json!({
        "epoch": 7,
        "epoch_authenticator": encode(&authenticator),
        "tree_hash": encode(&tree),
        "leaves": [0, 2, 3],
        "members": members.iter().map(admitted).collect::<Vec<_>>(),
        "roster": roster,
        "attestation": Attestation::new(7, &authenticator, tree, &roster),
    })
}

fn padding() -> Value {
    json!(
        [0, 2, 255, 256, 257]
            .map(|length: usize| json!({"length": length, "padded": seal::group::padded(&vec![b'x'; length]).len()}))
    )
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Microphone, "microphone"),
    (Kind::Camera, "camera"),
    (Kind::Screen, "screen"),
    (Kind::ScreenAudio, "screen_audio"),
];

fn key_ids() -> Value {
    let mut list = Vec::new();
    for (group, leaf, epoch) in [(0, 0, 0), (0, 1, 1), (1, 5, 63), (16, 1023, 64), (900, 200, 1_000_003)] {
        for (kind, name) in KINDS {
            let kid = Kid::new(GroupNumber(group), kind, leaf, epoch).unwrap().0;
            let (key, salt) = derive(&[0x11; 16], kid);
            list.push(json!({
                "group": group, "kind": name, "leaf": leaf, "epoch": epoch, "kid": kid,
                "header_of_counter_300": encode(&Header { kid, ctr: 300 }.to_bytes()),
                "key": encode(&key), "salt": encode(&salt),
            }));
        }
    }
    json!({"base_key": encode(&[0x11; 16]), "list": list})
}

fn frames() -> Value {
    let mut sealer = Sealer::new();
    sealer.install(GroupNumber(0), 70, 3, BaseKey::new([0x22; 16])).unwrap();
    sealer.install(GroupNumber(17), 2, 1, BaseKey::new([0x33; 16])).unwrap();
    let bytes = |first: u8, length: u8| (0..length).map(|place| first.wrapping_add(place)).collect::<Vec<u8>>();
    let mut list = Vec::new();
    for (group, kind, codec, frame, times) in [
        (0, 0, Codec::Opus, bytes(0, 40), 10),
        (0, 0, Codec::Red, bytes(1, 60), 1),
        (0, 3, Codec::Opus, bytes(2, 1), 1),
        (0, 1, Codec::Vp8, bytes(0x50, 100), 1),
        (0, 1, Codec::Vp8, bytes(0x51, 100), 1),
        (0, 1, Codec::Vp8, bytes(0x50, 10), 1),
        (0, 1, Codec::Vp8, bytes(0x51, 1), 1),
        (0, 2, Codec::Vp9, bytes(0x82, 100), 1),
        (17, 1, Codec::Vp9, bytes(0x82, 30), 260),
    ] {
        let (kind, name) = KINDS[kind];
        for time in 0..times {
            let sealed = sealer.seal(GroupNumber(group), kind, codec, &frame).unwrap();
            if time + 1 == times {
                list.push(json!({"group": group, "kind": name, "codec": format!("{codec:?}").to_lowercase(),
                    "frame": encode(&frame), "times": times, "sealed": encode(&sealed)}));
            }
        }
    }
    let leaves: BTreeMap<u32, SeatId> = [(1, seat("dora")), (3, seat("anna"))].into();
    json!({
        "about": "One sealer; `times` says how often the frame was sealed in a row, and `sealed` is the last of them.",
        "installed": [
            {"group": 0, "epoch": 70, "leaf": 3, "base_key": encode(&[0x22; 16])},
            {"group": 17, "epoch": 2, "leaf": 1, "base_key": encode(&[0x33; 16])},
        ],
        "leaves": leaves,
        "list": list,
    })
}
