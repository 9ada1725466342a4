//! `sommet demo`: a summit in progress on this machine, with bots in most seats, to look at Sommet alone.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use seal::SigningKey;
use seal::manifest::{Manifest, summit_code};
use server::admin::perform;
use server::{LogFormat, Server, Settings, StartError};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use wire::{PartyId, Role, SeatId, SummitPlan};
use zeroize::Zeroizing;

use crate::bots::{Manner, seat_bots};
use crate::invite::{Link, Wish, invite};
use crate::key::file::KeyFile;
use crate::log::start_log;
use crate::office::Office;
use crate::reach::Reach;
use crate::{Outcome, how_to_stop, registrar, secret, summit, summit_file, time};

/// The summit of the demo: the sample that the documentation shows.
const SUMMIT: &str = include_str!("../../../docs/examples/summit.toml");

/// The port of the demo, if it is free and no other is wanted.
const PORT: u16 = 8480;

/// How long the links of a demo open.
const LINKS_LAST: Duration = Duration::from_secs(7 * 24 * 3600);

/// The passphrase of all keys of a demo: it has no secrets.
const PASSPHRASE: &str = "everything is invented";

/// Where the parties of a demo keep their keys, in its data folder.
const KEYS: &str = "keys";

/// How long the bots may take until they are seen and heard.
const BOTS_WITHIN: Duration = Duration::from_secs(30);

/// Start a summit of invented delegations on this machine, with bots in most seats, to look at Sommet.
///
/// It makes a key for every party, signs for each of them, and runs their registrars: what delegations do on machines of their
/// own. The chair's seat and one seat of each delegation stay free. Opening the link of a seat that a bot has takes the seat over.
/// The page is served on this machine only.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// The folder for the data of the demo [default: one that is removed in the end]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The port of the page [default: 8480, or a free one]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Leave all seats free
    #[arg(long)]
    no_bots: bool,
}

/// A seat with its link, and what it is for.
struct Place {
    link: Link,
    words: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Chair,
    Free,
    Bot,
}

impl Demo {
    pub(crate) fn run(self) -> Outcome {
        start_log(LogFormat::Text, "warn");
        // Removed when this value goes, after the server has stopped.
        let temporary = tempfile::tempdir()?;
        let data = self.data.clone().unwrap_or_else(|| temporary.path().to_owned());
        let server = self.start(&data)?;
        let plan =
            summit_file::read(SUMMIT).map_err(|mistakes| summit_file::report(&mistakes, "the sample", SUMMIT))?.plan;
        let url = server.urls().first().cloned().unwrap_or_default();
        let runtime = Runtime::new()?;
        let offices = prepare(&data, &plan, &url)?;
        let (links, code) = runtime.block_on(agree_and_invite(&offices))?;
        let places = places(&plan, links, self.no_bots);
        let registrars = open_offices(&runtime, offices);
        let taken: Vec<_> =
            places.iter().filter(|place| place.kind == Kind::Bot).map(|place| place.link.link.clone()).collect();
        let bots = match taken.as_slice() {
            [] => None,
            _ => {
                // Those who work in booths have no turn of their own, and come last in the plan.
                let speak =
                    places.iter().filter(|place| place.kind == Kind::Bot && !works_in_booth(&plan, place)).count();
                let turns = u32::try_from(speak).ok();
                Some(runtime.block_on(seat_bots(taken, Manner { hands: true, turns, ..Manner::default() }))?)
            }
        };
        if let Some(bots) = &bots
            && !runtime.block_on(bots.until_connected(BOTS_WITHIN))
        {
            eprintln!("sommet: some bots are not seen and heard yet; this machine may be too busy");
        }
        let stop_requests = server.stop_requests()?;
        tell(&plan, &places, &code, &data.join(KEYS));
        stop_requests.wait();
        if let Some(bots) = bots {
            runtime.block_on(bots.stop());
        }
        drop(registrars);
        server.stop();
        Ok(())
    }

    fn start(&self, data: &Path) -> Result<Server, StartError> {
        let at = |port| Settings {
            data: data.to_owned(),
            listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port))],
            media_port: 0,
            plain_http: true,
            ..Settings::default()
        };
        match (Server::start(&at(self.port.unwrap_or(PORT))), self.port) {
            (Err(StartError::Listen { .. }), None) => Server::start(&at(0)),
            (started, _) => started,
        }
    }
}

/// Makes the keys and proposes the summit; returns an office for each party.
fn prepare(data: &Path, plan: &SummitPlan, url: &str) -> Result<Vec<Office>, Box<dyn std::error::Error>> {
    let folder = data.join(KEYS);
    std::fs::create_dir_all(&folder)?;
    let keys = plan.parties().into_iter().map(|party| Ok((party.clone(), key(&folder, party)?)));
    let keys = keys.collect::<Result<BTreeMap<PartyId, SigningKey>, Box<dyn std::error::Error>>>()?;
    let roots = keys.iter().map(|(party, key)| (party.clone(), key.public())).collect();
    let client = server::client().map(|client| client.hash);
    let id = secret::summit_id();
    let manifest = Manifest::new(id.clone(), plan.clone(), &roots, client, time::now())?;
    summit::create(&manifest.propose(), |command| perform(data, &command).map(|_| ()))?;
    let reach = Reach::new(url.parse()?, None)?;
    let office = |(party, key)| Office::new(key, party, id.clone(), &folder, reach.clone());
    Ok(keys.into_iter().map(office).collect())
}

/// The key of a party of the demo: that of the last time, if there is one.
fn key(folder: &Path, party: PartyId) -> Result<SigningKey, Box<dyn std::error::Error>> {
    let path = folder.join(format!("{party}.key.json"));
    let passphrase = Zeroizing::new(PASSPHRASE.to_owned());
    if path.exists() {
        return Ok(KeyFile::load(&path)?.open(&passphrase)?);
    }
    let (file, key) = KeyFile::make(party, &passphrase)?;
    file.save_new(&path)?;
    Ok(key)
}

/// What each party does on its own machine: it signs, then invites its people. Returns the links and the summit's code.
async fn agree_and_invite(offices: &[Office]) -> Result<(Vec<Link>, String), Box<dyn std::error::Error>> {
    let (mut links, mut code) = (Vec::new(), String::new());
    for office in offices {
        let mut line = office.connect(false).await?;
        summit::sign_with(office, &mut line).await?;
        let wish = Wish { seats: Vec::new(), expires: LINKS_LAST, base_url: None };
        links.extend(invite(office, &mut line, wish).await?.1);
        code = summit_code(&line.manifest);
        line.close().await;
    }
    Ok((links, code))
}

/// Runs the registrar of each party until what is returned is dropped.
fn open_offices(runtime: &Runtime, offices: Vec<Office>) -> JoinSet<()> {
    let mut registrars = JoinSet::new();
    for office in offices {
        let serve = async move {
            let manner = registrar::Manner { ask: false, tell: false };
            if let Err(error) = registrar::serve(&office, manner).await {
                eprintln!("sommet: the registrar of {} has ended: {error}", office.party);
            }
        };
        registrars.spawn_on(serve, runtime.handle());
    }
    registrars
}

/// The links in the order of the plan, with what each is for.
fn places(plan: &SummitPlan, links: Vec<Link>, no_bots: bool) -> Vec<Place> {
    let free = free_seats(plan);
    let place = |link: Link| {
        let kind = match &link.seat {
            seat if plan.is_chair(seat) => Kind::Chair,
            seat if no_bots || free.contains(seat) => Kind::Free,
            _ => Kind::Bot,
        };
        Place { words: words(plan, &link.seat), link, kind }
    };
    let mut places: Vec<_> = links.into_iter().map(place).collect();
    let order: Vec<_> = plan.seats().map(|(_, seat)| &seat.id).collect();
    places.sort_by_key(|place| order.iter().position(|seat| **seat == place.link.seat));
    places
}

/// One seat of each delegation for whoever looks at the demo: the first adviser's. The heads are bots, who say "ready".
fn free_seats(plan: &SummitPlan) -> Vec<SeatId> {
    let adviser = |side: &wire::Delegation| side.seats.iter().find(|seat| seat.role == Role::Adviser).cloned();
    plan.delegations.iter().filter_map(adviser).map(|seat| seat.id).collect()
}

fn works_in_booth(plan: &SummitPlan, place: &Place) -> bool {
    plan.booths.iter().any(|booth| booth.interpreters.contains(&place.link.seat))
}

fn words(plan: &SummitPlan, seat: &SeatId) -> String {
    let side = plan.delegation_of(seat).map_or("secretariat", |side| side.name.in_language("en"));
    plan.seat(seat).map_or_else(String::new, |seat| {
        format!("{}, {} ({side})", seat.name.in_language("en"), seat.title.in_language("en"))
    })
}

fn tell(plan: &SummitPlan, places: &[Place], code: &str, keys: &Path) {
    println!("A summit to look at: {}\n", plan.title.in_language("en"));
    println!("Its parties signed; the code that they would compare: {code}");
    println!("Their registrars run inside this program. Keys: {} (passphrase: {PASSPHRASE})\n", keys.display());
    print("Open this link to preside", places, Kind::Chair);
    print("Or one of these to take part", places, Kind::Free);
    print("Bots have these seats; opening a link takes its seat over", places, Kind::Bot);
    println!("Everybody and everything in it is invented. To stop: {}\n\nready", how_to_stop());
}

fn print(heading: &str, places: &[Place], kind: Kind) {
    let mut chosen = places.iter().filter(|place| place.kind == kind).peekable();
    if chosen.peek().is_none() {
        return;
    }
    println!("{heading}:");
    for place in chosen {
        println!("  {}\n    {}", place.words, place.link.link);
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bots_have_the_heads_and_a_person_finds_a_seat_on_each_side() {
        let plan = summit_file::read(SUMMIT).unwrap().plan;
        let free: Vec<_> = free_seats(&plan).iter().map(ToString::to_string).collect();
        assert_eq!(free, ["meridia-adviser-1", "vesland-adviser-1"]);
    }
}
