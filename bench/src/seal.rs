//! What sealing costs a member of a summit: what it does when the keys change, in groups of several sizes, and what one frame costs.
//! Nothing is stored and nothing is sent: it is the processor's time alone, of one thread. `web/bench` does the same in a browser.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use seal::frame::{Codec, Expected, Kind};
use seal::group::{Commit, Device, Identity, Wishes};
use seal::manifest::{self, Manifest};
use seal::registrar::Registrar;
use seal::{Agreed, Certificate, Coded, Group, GroupName, Opener, Sealer, SigningKey, Trust};
use serde_json::json;
use wire::{PartyId, SummitId, SummitPlan, WallTime};

/// How many are in the group.
const SIZES: [usize; 4] = [2, 10, 50, 200];
/// As many as one commit may add.
const ADDS: usize = 64;
/// How often each thing is done; the median counts.
const TIMES: usize = 9;
/// A frame of speech, and pictures of a small tile, a large one, and a key frame, in bytes.
const FRAMES: [(Kind, Codec, usize); 4] = [
    (Kind::Microphone, Codec::Opus, 160),
    (Kind::Camera, Codec::Vp8, 1_200),
    (Kind::Camera, Codec::Vp8, 10_000),
    (Kind::Camera, Codec::Vp8, 60_000),
];
/// How many frames are sealed and opened for one figure.
const FRAMES_AT_ONCE: u32 = 2_000;
const NOW: WallTime = WallTime(1_799_053_200_000);

/// A member's device.
struct Person {
    device: Device,
    identity: Identity,
    trust: Trust,
}

/// What it cost to do in a group of so many, in order of [`STEPS`].
struct Costs([Duration; 7]);

const STEPS: [&str; 7] = ["add all", "join", "fresh keys", "process", "remove", "external", "attest"];

/// Runs the measurement.
pub(crate) fn run() -> Result<(), String> {
    let everybody = people(*SIZES.last().unwrap_or(&2))?;
    let mut rows = Vec::new();
    for size in SIZES {
        rows.push((size, groups(&everybody[..size])?));
    }
    println!("Milliseconds in a group of so many; in brackets, how many times as much as in one of {}.\n", SIZES[0]);
    println!("{:>8} {}", "members", STEPS.map(|step| format!("{step:>16}")).join(" "));
    for (size, Costs(costs)) in &rows {
        let cells = costs.iter().zip(&rows[0].1.0).map(|(cost, first)| {
            let ratio = cost.as_secs_f64() / first.as_secs_f64();
            format!("{:>8.3} {:>7}", cost.as_secs_f64() * 1e3, format!("({ratio:.1})"))
        });
        println!("{size:>8} {}", cells.collect::<Vec<_>>().join(" "));
    }
    let frames = frames(&everybody[0])?;
    println!("\nMicroseconds for a frame; in brackets, how many times as much as for one of {} bytes.\n", FRAMES[0].2);
    println!("{:>8} {:>16} {:>16}", "bytes", "seal", "open");
    for (bytes, sealing, opening) in &frames {
        let cell = |cost: f64, first: f64| format!("{cost:>8.2} {:>7}", format!("({:.1})", cost / first));
        println!("{bytes:>8} {} {}", cell(*sealing, frames[0].1), cell(*opening, frames[0].2));
    }
    let names = STEPS.map(|step| step.replace(' ', "_"));
    let groups: Vec<_> = rows
        .iter()
        .map(|(size, Costs(costs))| {
            let costs =
                names.iter().zip(costs).map(|(name, cost)| (format!("{name}_ms"), json!(cost.as_secs_f64() * 1e3)));
            let costs: serde_json::Map<_, _> = costs.chain([("members".to_owned(), json!(size))]).collect();
            costs
        })
        .collect();
    let frames: Vec<_> =
        frames.iter().map(|(bytes, seal, open)| json!({"bytes": bytes, "seal_us": seal, "open_us": open})).collect();
    println!("\n{}", json!({"bench": "seal", "groups": groups, "frames": frames}));
    Ok(())
}

/// All steps in a group of these people; the last one comes by itself.
fn groups(people: &[Person]) -> Result<Costs, String> {
    let mut all: [Vec<Duration>; 7] = Default::default();
    for _ in 0..if people.len() > 50 { 3 } else { TIMES } {
        for (kept, cost) in all.iter_mut().zip(once(people)?) {
            kept.push(cost);
        }
    }
    Ok(Costs(all.map(|mut costs| {
        costs.sort();
        costs[costs.len() / 2]
    })))
}

fn once(people: &[Person]) -> Result<[Duration; 7], String> {
    let (first, last) = (&people[0], &people[people.len() - 1]);
    let packages: Vec<Vec<u8>> = people[1..]
        .iter()
        .map(|person| person.device.key_package(&person.identity))
        .collect::<Result<_, _>>()
        .map_err(code)?;
    let mut group = Group::create(&first.device, &first.identity, GroupName::Plenary, &first.trust).map_err(code)?;
    let (add_all, made) = clocked(|| {
        let mut made = None;
        for adds in packages.chunks(ADDS) {
            made = Some(commit(&mut group, first, Wishes { adds: adds.to_vec(), ..Wishes::default() })?);
        }
        made.ok_or_else(|| "nobody to add".to_owned())
    })?;
    let welcome = made.welcome.ok_or("no Welcome")?;
    let (join, mut joined) = clocked(|| {
        let Person { device, identity, trust } = last;
        Group::join(device, identity, GroupName::Plenary, &welcome, trust, NOW).map_err(code)
    })?;
    let (fresh, made) = clocked(|| commit(&mut group, first, Wishes { update: true, ..Wishes::default() }))?;
    let (process, ()) = clocked(|| {
        let staged = joined.stage(&made.commit, &last.trust, NOW).map_err(code)?;
        joined.merge(staged).map(drop).map_err(code)
    })?;
    let (attest, _) = clocked(|| Ok(group.attestation()))?;
    let removes = vec![joined.own_leaf()];
    let (remove, made) = clocked(|| commit(&mut group, first, Wishes { removes, ..Wishes::default() }))?;
    let (external, _) = clocked(|| {
        let Person { device, identity, trust } = last;
        Group::join_external(device, identity, GroupName::Plenary, &made.group_info, trust, NOW).map_err(code)
    })?;
    Ok([add_all, join, fresh, process, remove, external, attest])
}

fn commit(group: &mut Group, by: &Person, wishes: Wishes) -> Result<Commit, String> {
    let made = group.commit(wishes, &by.trust, NOW).map_err(code)?;
    let staged = group.stage_pending().map_err(code)?;
    group.merge(staged).map_err(code)?;
    Ok(made)
}

/// Bytes of a frame, and the microseconds to seal and to open it.
fn frames(person: &Person) -> Result<Vec<(usize, f64, f64)>, String> {
    let group = Group::create(&person.device, &person.identity, GroupName::Plenary, &person.trust).map_err(code)?;
    let number = GroupName::Plenary.number(person.trust.agreed(), None).map_err(code)?;
    let seat = person.identity.member().seat.clone();
    let now = Instant::now();
    let (mut sealer, mut opener) = (Sealer::new(), Opener::new());
    sealer.install(number, 0, 0, group.export_base_key().map_err(code)?).map_err(code)?;
    let leaves = BTreeMap::from([(0, seat.clone())]);
    opener.install(number, 0, group.export_base_key().map_err(code)?, leaves, now);
    let mut rows = Vec::new();
    for (kind, codec, bytes) in FRAMES {
        // The lowest bit says that it is no key frame.
        let frame = vec![1; bytes];
        let (sealing, sealed) = clocked(|| {
            let frames = (0..FRAMES_AT_ONCE).map(|_| sealer.seal(number, kind, codec, &frame));
            frames.collect::<Result<Vec<_>, _>>().map_err(code)
        })?;
        let (opening, ()) = clocked(|| {
            for frame in &sealed {
                opener.open(Expected { seat: &seat, kind }, codec, frame, now).map_err(code)?;
            }
            Ok(())
        })?;
        let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(FRAMES_AT_ONCE);
        rows.push((bytes, each(sealing), each(opening)));
    }
    Ok(rows)
}

/// What it took, and what came of it.
fn clocked<T>(work: impl FnOnce() -> Result<T, String>) -> Result<(Duration, T), String> {
    let begin = Instant::now();
    let result = work()?;
    Ok((begin.elapsed(), result))
}

fn code(error: impl Coded) -> String {
    error.code().to_owned()
}

/// So many people of two sides, each admitted by its party.
fn people(count: usize) -> Result<Vec<Person>, String> {
    let summit = SummitId::new("measured").map_err(|_| "no summit")?;
    let plan = plan(count)?;
    let key = |(number, party): (u8, PartyId)| Ok((party, SigningKey::from_seed([number; 32]).map_err(code)?));
    let keys: BTreeMap<PartyId, SigningKey> = (1..).zip(plan.parties()).map(key).collect::<Result<_, String>>()?;
    let roots = keys.iter().map(|(party, key)| (party.clone(), key.public())).collect();
    let mut manifest = Manifest::new(summit.clone(), plan.clone(), &roots, None, NOW).map_err(code)?.propose();
    for (party, key) in &keys {
        let signature = manifest::sign(&manifest, party, key).map_err(code)?;
        manifest.signatures.push(signature);
    }
    let trust = Trust::new(Agreed::verify(&manifest, &summit).map_err(code)?);
    let office =
        |(party, key): (PartyId, SigningKey)| (party.clone(), Registrar::with_root(summit.clone(), party, key));
    let mut registrars: BTreeMap<PartyId, Registrar> = keys.into_iter().map(office).collect();
    let mut number = 0_u64;
    let mut draws = |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    };
    let mut people = Vec::new();
    for (_, seat) in plan.seats() {
        let party = plan.party_of(&seat.id).ok_or("a seat of nobody")?;
        let registrar = registrars.get_mut(&party).ok_or("a party without an office")?;
        let until = WallTime(NOW.0 + 3_600_000);
        let invited = registrar.invite(&plan, &seat.id, NOW, until, &mut draws).map_err(code)?;
        let key = SigningKey::generate(&mut draws).map_err(code)?;
        let request = invited.secret.request(invited.jti, key.public());
        let issued = registrar.answer(&request, NOW, &mut draws).map_err(|why| why.to_string())?;
        let certificate = Certificate::read(issued).map_err(code)?;
        let (device, identity) = Device::new(key, certificate, &trust, NOW).map_err(code)?;
        people.push(Person { device, identity, trust: trust.clone() });
    }
    Ok(people)
}

fn plan(count: usize) -> Result<SummitPlan, String> {
    let seat = |id: String, role: &str| json!({"id": id, "name": {"en": id}, "title": {"en": role}, "role": role, "languages": ["en"], "time_zone": "UTC"});
    let side = |id: &str| {
        let adviser = |number| seat(format!("{id}-{number}"), "adviser");
        let seats: Vec<_> =
            [seat(format!("{id}-head"), "principal")].into_iter().chain((1..count / 2).map(adviser)).collect();
        json!({"id": id, "name": {"en": id}, "flag": {"layout": "vertical", "colours": ["#112233"]}, "seats": seats})
    };
    let plan = json!({"title": {"en": "Measured"}, "delegations": [side("one"), side("two")]});
    serde_json::from_value(plan).map_err(|error| error.to_string())
}
