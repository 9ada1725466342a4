//! `sommet demo`: a summit in progress on this machine, with bots in most seats, to look at Sommet alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use server::admin::{Command, Reply, perform};
use server::{LogFormat, Server, Settings, StartError};
use tokio::runtime::Runtime;
use wire::{Role, SeatId, SummitPlan};

use crate::bots::{Manner, seat_bots};
use crate::invite::{Link, make};
use crate::log::start_log;
use crate::{Outcome, how_to_stop, secret, summit_file, time};

/// The summit of the demo: the sample that the documentation shows.
const SUMMIT: &str = include_str!("../../../docs/examples/summit.toml");

/// The port of the demo, if it is free and no other is wanted.
const PORT: u16 = 8480;

/// How long the links of a demo open.
const LINKS_LAST: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long the bots may take until they are seen and heard.
const BOTS_WITHIN: Duration = Duration::from_secs(30);

/// Start a summit of invented delegations on this machine, with bots in most seats, to look at Sommet.
///
/// The chair's seat and one seat of each delegation stay free. Opening the link of a seat that a bot has takes the seat over.
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
            summit_file::read(SUMMIT).map_err(|mistakes| summit_file::report(&mistakes, "the sample", SUMMIT))?;
        let url = server.urls().first().cloned().unwrap_or_default();
        let places = prepare(&data, &plan, &url, self.no_bots)?;
        let runtime = Runtime::new()?;
        let taken: Vec<_> =
            places.iter().filter(|place| place.kind == Kind::Bot).map(|place| place.link.link.clone()).collect();
        let bots = match taken.as_slice() {
            [] => None,
            _ => Some(runtime.block_on(seat_bots(taken, Manner { hands: true, ..Manner::default() }))?),
        };
        if let Some(bots) = &bots
            && !runtime.block_on(bots.until_connected(BOTS_WITHIN))
        {
            eprintln!("sommet: some bots are not seen and heard yet; this machine may be too busy");
        }
        let stop_requests = server.stop_requests()?;
        tell(&plan, &places);
        stop_requests.wait();
        if let Some(bots) = bots {
            runtime.block_on(bots.stop());
        }
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

/// Creates the summit and a link for each seat, in the order of the plan.
fn prepare(data: &Path, plan: &SummitPlan, url: &str, no_bots: bool) -> Result<Vec<Place>, Box<dyn std::error::Error>> {
    let summit = secret::summit_id();
    perform(data, &Command::CreateSummit { summit: summit.clone(), plan: Box::new(plan.clone()) })?;
    let seats: Vec<SeatId> = plan.seats().map(|(_, seat)| seat.id.clone()).collect();
    let links = make(&summit, &seats, time::now().plus(LINKS_LAST), url, |command| {
        perform(data, &command)
            .map(|reply| if let Reply::Invited { invitations } = reply { invitations } else { Vec::new() })
    })?;
    let free = free_seats(plan);
    let place = |link: Link| {
        let kind = match &link.seat {
            seat if plan.is_chair(seat) => Kind::Chair,
            seat if no_bots || free.contains(seat) => Kind::Free,
            _ => Kind::Bot,
        };
        Place { words: words(plan, &link.seat), link, kind }
    };
    Ok(links.into_iter().map(place).collect())
}

/// One seat of each delegation for whoever looks at the demo: the first adviser's. The heads are bots, who say "ready".
fn free_seats(plan: &SummitPlan) -> Vec<SeatId> {
    let adviser = |side: &wire::Delegation| side.seats.iter().find(|seat| seat.role == Role::Adviser).cloned();
    plan.delegations.iter().filter_map(adviser).map(|seat| seat.id).collect()
}

fn words(plan: &SummitPlan, seat: &SeatId) -> String {
    let side = plan.delegation_of(seat).map_or("secretariat", |side| side.name.in_language("en"));
    plan.seat(seat).map_or_else(String::new, |seat| {
        format!("{}, {} ({side})", seat.name.in_language("en"), seat.title.in_language("en"))
    })
}

fn tell(plan: &SummitPlan, places: &[Place]) {
    println!("A summit to look at: {}\n", plan.title.in_language("en"));
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
        let plan = summit_file::read(SUMMIT).unwrap();
        let free: Vec<_> = free_seats(&plan).iter().map(ToString::to_string).collect();
        assert_eq!(free, ["meridia-adviser-1", "vesland-adviser-1"]);
    }
}
