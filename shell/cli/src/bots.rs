//! `sommet bots`: participants without people, over real HTTP, WebSocket and UDP. The demo, the load tests and whoever tries
//! Sommet alone fill seats with them. What a participant does is in the crate `client`; here are its sockets and its clock.

mod assets;
mod bot;
mod link;
mod report;
mod socket;
mod tap;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{AssetError, Behaviour, Participant, Rendering, Settings, Talk};
use seal::SigningKey;
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinSet;
use wire::{Arrival, Language, Pixels, SessionRequest};

use crate::reach::{ConnectError, Fingerprint, Reach};
use crate::secret;

use assets::Wardrobe;
use bot::{Bot, Shown};
use link::Link;
pub(crate) use report::Report;
use tap::{Tap, TapError};

/// How long a server that does not answer yet is asked again.
const FIRST_PATIENCE: Duration = Duration::from_secs(15);
/// Between two such attempts.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Fill seats with bots that speak and are seen, or only listen.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A personal link, as `sommet invite` printed it; one for each bot
    #[arg(long = "link", value_name = "URL")]
    links: Vec<String>,
    /// A file with personal links, one a line; "-" reads standard input, so that no secret is seen in the list of processes
    #[arg(long, value_name = "FILE")]
    links_file: Option<PathBuf>,
    /// How many bots; as many links are needed [default: one for each link]
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Send speech and pictures (the default)
    #[arg(long, conflicts_with = "listen")]
    publish: bool,
    /// Send nothing, only receive
    #[arg(long)]
    listen: bool,
    /// Let only the last N of them send, who come in when all others are there, and the others listen
    #[arg(long, value_name = "N", conflicts_with = "listen")]
    publishers: Option<usize>,
    /// Let those who are head of a delegation say "ready"
    #[arg(long)]
    ready: bool,
    /// Let them raise their hands now and then, and yield the floor
    #[arg(long)]
    hands: bool,
    /// What those who work in a booth render, such as "ru:en": English speech while somebody speaks Russian. May be given several
    /// times [default: whatever is not the booth's own language]
    #[arg(long, value_name = "FROM:TO", value_parser = rendering)]
    interpret: Vec<Rendering>,
    /// Let all speak at once instead of one after the other
    #[arg(long)]
    all_speak: bool,
    /// Send pictures that show nothing, to put a load on the server: 30 a second of so many bytes, by default 1.3 Mb/s. They
    /// say when they left, and the report says how long they were on the way from one of these bots to another
    #[arg(long, value_name = "BYTES", num_args = 0..=1, require_equals = true, default_missing_value = "5500",
        value_parser = clap::value_parser!(u32).range(50..=100_000))]
    heavy: Option<u32>,
    /// Lengthen every picture to so many bytes, which no decoder looks at: the same pictures in more packets
    #[arg(long, value_name = "BYTES", conflicts_with = "heavy", value_parser = clap::value_parser!(u32).range(..=100_000))]
    pad: Option<u32>,
    /// Sit down even where another device has the seat
    #[arg(long)]
    take_over: bool,
    /// SHA-256 of the server's certificate, as `sommet serve` prints it; not needed on this machine
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<Fingerprint>,
    /// How high every picture is shown, in pixels; with 0 they receive none
    #[arg(long, value_name = "PIXELS", default_value_t = 360)]
    height: u16,
    /// How many come in each second
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    per_second: u32,
    /// Print a line of JSON with what they received
    #[arg(long, value_enum, value_name = "WHEN")]
    report: Option<ReportWhen>,
    /// Write every RTP payload that the server passes on to a new file, as it came and before it is opened, to look for yourself
    /// what can be read without a key; one line of JSON for each (docs/security/look-for-yourself.md)
    #[arg(long, value_name = "FILE")]
    tap: Option<PathBuf>,
    /// Leave after so many seconds [default: stay until interrupted]
    #[arg(long, value_name = "SECONDS")]
    duration: Option<u64>,
}

impl std::fmt::Debug for Args {
    /// Without the links: they are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Args").field("count", &self.count).finish_non_exhaustive()
    }
}

/// Reads "ru:en".
fn rendering(text: &str) -> Result<Rendering, String> {
    let (from, to) = text.split_once(':').ok_or("write what is spoken and what is heard instead, such as \"ru:en\"")?;
    let language = |tag: &str| Language::new(tag).map_err(|error| error.to_string());
    Ok(Rendering { from: language(from)?, to: language(to)? })
}

/// When a report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ReportWhen {
    /// Once, when they leave.
    End,
    /// Every second, and when they leave.
    Second,
}

/// What bots are like.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    /// So many of them, the last, send speech and pictures; the others only listen.
    pub(crate) publishers: usize,
    /// Heads of delegations say "ready".
    pub(crate) ready: bool,
    /// They raise their hands now and then.
    pub(crate) hands: bool,
    /// What those in booths render; nothing: whatever is not the booth's own language.
    pub(crate) renders: Vec<Rendering>,
    /// So many of them, the first, speak in turn; none: all.
    pub(crate) turns: Option<u32>,
    /// They all speak at once instead of one after the other.
    pub(crate) all_speak: bool,
    /// Their pictures show nothing and have so many bytes.
    pub(crate) heavy: Option<u32>,
    /// Their pictures are lengthened to so many bytes.
    pub(crate) pad: Option<u32>,
    /// They sit down even where another device has the seat.
    pub(crate) take_over: bool,
    /// The server's certificate; on this machine's own addresses any is believed.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// How high every picture is shown, in pixels; 0: they receive none.
    pub(crate) height: u16,
    /// How many come in each second.
    pub(crate) per_second: u32,
}

impl Default for Manner {
    /// Bots for a demo: they speak in turn and say "ready".
    fn default() -> Self {
        Self {
            publishers: usize::MAX,
            ready: true,
            hands: false,
            renders: Vec::new(),
            turns: None,
            all_speak: false,
            heavy: None,
            pad: None,
            take_over: false,
            fingerprint: None,
            height: 360,
            per_second: 20,
        }
    }
}

/// Why bots cannot take their seats. Each says what to do; none repeats a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BotsError {
    /// No link was given.
    #[error("give a personal link for each bot with --link; `sommet invite` prints them")]
    NoLinks,
    /// Fewer links than bots.
    #[error(
        "{count} bots need {count} links, one seat each, but only {links} were given; print more with `sommet invite`"
    )]
    TooFewLinks {
        /// Bots asked for.
        count: usize,
        /// Links given.
        links: usize,
    },
    /// A link is none, or stands there twice.
    #[error("link {place}: {reason}")]
    Link {
        /// Its place among the links, from 1.
        place: usize,
        /// Why.
        reason: String,
    },
    /// The file with links cannot be read.
    #[error("{path} cannot be read: {reason}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// A seat could not be taken.
    #[error("bot {place}: {reason}")]
    Seat {
        /// The place of its link, from 1.
        place: usize,
        /// Why.
        reason: String,
    },
    /// A party did not admit a bot.
    #[error("bot {place}: {reason}")]
    NotAdmitted {
        /// The place of its link, from 1.
        place: usize,
        /// Why, and what to do.
        reason: String,
    },
    /// What is built into the program cannot be played.
    #[error("the built-in voices and pictures cannot be played: {0}; build the program anew after `cargo x assets`")]
    Assets(#[from] AssetError),
    /// What the server passed on is not recorded, or not all of it.
    #[error(transparent)]
    Tap(#[from] TapError),
}

/// Bots in their seats. Dropped, they vanish; [`Bots::stop`] lets them leave.
pub(crate) struct Bots {
    tasks: JoinSet<()>,
    shown: Vec<watch::Receiver<Shown>>,
    stop: watch::Sender<bool>,
    tap: Option<Arc<Tap>>,
}

/// Runs the command.
///
/// # Errors
/// The bots cannot take their seats, or the tap cannot be written.
pub(crate) async fn run(args: Args) -> Result<(), BotsError> {
    let links = chosen_links(&args)?;
    let manner = Manner {
        publishers: if args.listen { 0 } else { args.publishers.unwrap_or(usize::MAX) },
        ready: args.ready,
        hands: args.hands,
        renders: args.interpret,
        turns: None,
        all_speak: args.all_speak,
        heavy: args.heavy,
        pad: args.pad,
        take_over: args.take_over,
        fingerprint: args.fingerprint,
        height: args.height,
        per_second: args.per_second,
    };
    let tap = args.tap.as_deref().map(Tap::create).transpose()?.map(Arc::new);
    let bots = seat(links, &manner, tap.clone()).await?;
    let end = args.duration.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    bots.attend(end, args.report == Some(ReportWhen::Second)).await;
    let (report, barred) = (bots.report(), bots.barred());
    bots.stop().await;
    if args.report.is_some() {
        print(&report);
    }
    tap.map_or(Ok(()), |tap| tap.close())?;
    barred.map_or(Ok(()), Err)
}

/// Seats a bot at each link and returns when each has its session; they come in and connect by themselves.
///
/// # Errors
/// A link is none, or its seat cannot be taken. Bots that sat down already leave again.
pub(crate) async fn seat_bots(links: Vec<String>, manner: Manner) -> Result<Bots, BotsError> {
    seat(links, &manner, None).await
}

async fn seat(links: Vec<String>, manner: &Manner, tap: Option<Arc<Tap>>) -> Result<Bots, BotsError> {
    let ways = read_links(&links, manner)?;
    let wardrobe = match manner.heavy {
        Some(bytes) => Wardrobe::open(0)?.heavy(bytes as usize),
        None => Wardrobe::open(manner.pad.unwrap_or(0) as usize)?,
    };
    let origin = Instant::now();
    let (stop, stopped) = watch::channel(false);
    let mut bots = Bots { tasks: JoinSet::new(), shown: Vec::new(), stop, tap };
    let mut arrivals = tokio::time::interval(Duration::from_secs(1) / manner.per_second.max(1));
    let of = u32::try_from(ways.len()).unwrap_or(u32::MAX);
    for (place, way) in (0..of).zip(ways) {
        arrivals.tick().await;
        let talk = if manner.all_speak { Talk::Always } else { Talk::InTurn { place, of: manner.turns.unwrap_or(of) } };
        let (show, shown) = watch::channel(Shown::default());
        let publishes = (of - place) as usize <= manner.publishers;
        let sat_down = sit_down(way, &wardrobe, Part { talk, publishes }, manner, show).await;
        match sat_down {
            Ok(bot) => {
                let bot = bot.tapped(bots.tap.clone()).timing(manner.heavy.map(|_| origin));
                bots.tasks.spawn(bot.run(stopped.clone()));
                bots.shown.push(shown);
            }
            Err(reason) => {
                bots.stop().await;
                return Err(BotsError::Seat { place: place as usize + 1, reason });
            }
        }
    }
    Ok(bots)
}

impl Bots {
    /// What they experienced so far.
    pub(crate) fn report(&self) -> Report {
        Report::of(self.shown.iter().map(|shown| *shown.borrow()))
    }

    /// The first one that its party did not admit.
    fn barred(&self) -> Option<BotsError> {
        let mut bots = self.shown.iter().zip(1..);
        bots.find_map(|(shown, place)| {
            let reason = shown.borrow().barred?.to_string();
            Some(BotsError::NotAdmitted { place, reason })
        })
    }

    /// Waits until all have sound and pictures, at most for `patience`. Whether they do.
    pub(crate) async fn until_connected(&self, patience: Duration) -> bool {
        let all = async {
            for shown in &self.shown {
                // A bot that is gone will not connect any more.
                if shown.clone().wait_for(|shown| shown.connected).await.is_err() {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(patience, all).await.unwrap_or(false)
    }

    /// Lets all leave, and returns when they are gone.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }

    /// Stays until the end, an interruption, or until every bot was sent away or the tap is of no use.
    async fn attend(&self, end: Option<Instant>, talkative: bool) {
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        seconds.tick().await;
        let mut asked_to_end = std::pin::pin!(asked_to_end());
        loop {
            tokio::select! {
                () = &mut asked_to_end => return,
                _ = seconds.tick() => {}
            }
            let report = self.report();
            if talkative {
                print(&report);
            }
            let failed = self.tap.as_ref().is_some_and(|tap| tap.has_failed());
            if failed || report.over == report.bots || end.is_some_and(|end| end <= Instant::now()) {
                return;
            }
        }
    }
}

/// Waits for Ctrl-C, or for the polite signal with which other programs end this one. Where the system does not tell of
/// signals, for ever.
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn print(report: &Report) {
    match serde_json::to_string(report) {
        Ok(line) => println!("{line}"),
        Err(error) => tracing::error!(%error, "the report cannot be written"),
    }
}

fn chosen_links(args: &Args) -> Result<Vec<String>, BotsError> {
    let mut links = args.links.clone();
    if let Some(path) = &args.links_file {
        let read = if path.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin())
        } else {
            std::fs::read_to_string(path)
        };
        let text = read.map_err(|reason| BotsError::File { path: path.clone(), reason })?;
        links.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    }
    let count = args.count.unwrap_or(links.len());
    if links.is_empty() {
        return Err(BotsError::NoLinks);
    }
    if links.len() < count {
        return Err(BotsError::TooFewLinks { count, links: links.len() });
    }
    links.truncate(count);
    Ok(links)
}

fn read_links(links: &[String], manner: &Manner) -> Result<Vec<Way>, BotsError> {
    if links.is_empty() {
        return Err(BotsError::NoLinks);
    }
    let mut known = HashSet::new();
    let mut ways = Vec::new();
    for (place, text) in links.iter().enumerate() {
        let refused = |reason: String| BotsError::Link { place: place + 1, reason };
        if !known.insert(text) {
            return Err(refused("it is there twice; each bot needs a seat of its own".to_owned()));
        }
        ways.push(read_link(text, manner).map_err(refused)?);
    }
    Ok(ways)
}

/// A link with the way to its server.
#[derive(Clone)]
struct Way {
    link: Link,
    reach: Reach,
}

fn read_link(text: &str, manner: &Manner) -> Result<Way, String> {
    let link = Link::read(text).map_err(|error| error.to_string())?;
    let reach = Reach::new(link.address.clone(), manner.fingerprint)?;
    Ok(Way { link, reach })
}

/// What one bot does that others may not do.
#[derive(Clone, Copy)]
struct Part {
    talk: Talk,
    publishes: bool,
}

/// Exchanges a link for a session and makes the bot that will use it.
async fn sit_down(
    way: Way,
    wardrobe: &Wardrobe,
    part: Part,
    manner: &Manner,
    show: watch::Sender<Shown>,
) -> Result<Bot, String> {
    let (arrival, local) = arrive(&way).await.map_err(|error| error.to_string())?;
    let udp = UdpSocket::bind((local, 0)).await.map_err(|error| format!("no UDP socket at {local}: {error}"))?;
    let local = udp.local_addr().map_err(|error| error.to_string())?;
    let key = SigningKey::generate(&mut secret::entropy()).map_err(|error| error.to_string())?;
    let settings = Settings {
        token: arrival.token.clone(),
        secret: way.link.secret.clone(),
        key: Arc::new(key),
        device: "Sommet bot".to_owned(),
        take_over: manner.take_over,
        enter: true,
        persona: part.publishes.then(|| wardrobe.persona(&arrival.plan, &arrival.you)),
        talk: part.talk,
        behaviour: Behaviour { ready: manner.ready, hands: manner.hands, interpret: true },
        renders: manner.renders.clone(),
        height: Pixels(manner.height),
        local,
        seed: rand::random(),
    };
    let participant = Participant::new(settings, Instant::now());
    Ok(Bot::new(way.reach, participant, udp, local, show))
}

async fn arrive(way: &Way) -> Result<(Arrival, std::net::IpAddr), ConnectError> {
    let end = Instant::now() + FIRST_PATIENCE;
    loop {
        match exchange(way).await {
            Err(error) if error.is_passing() && Instant::now() < end => tokio::time::sleep(FIRST_PAUSE).await,
            result => return result,
        }
    }
}

/// Exchanges the link for a session. Also tells which local address leads to the server.
async fn exchange(way: &Way) -> Result<(Arrival, std::net::IpAddr), ConnectError> {
    let body = serde_json::to_vec(&SessionRequest { secret: way.link.secret.access() });
    let body = body.map_err(|error| way.reach.foreign(&error))?;
    let (answer, local) = way.reach.post("/api/v1/sessions", body).await?;
    Ok((serde_json::from_slice(&answer).map_err(|error| way.reach.foreign(&error))?, local))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn every_bot_needs_a_link_of_its_own() {
        let one = "http://127.0.0.1:1/#/join/abcdefghijklmnopqrstuvwxyz012345";
        assert!(matches!(read_links(&[], &Manner::default()), Err(BotsError::NoLinks)));
        assert!(matches!(read_links(&links(&[one, one]), &Manner::default()), Err(BotsError::Link { place: 2, .. })));
        assert!(matches!(read_links(&links(&["nonsense"]), &Manner::default()), Err(BotsError::Link { place: 1, .. })));
        assert_eq!(read_links(&links(&[one]), &Manner::default()).map(|ways| ways.len()).ok(), Some(1));
    }

    #[test]
    fn a_certificate_from_elsewhere_must_be_named() {
        let elsewhere = links(&["https://summit.example/#/join/abcdefghijklmnopqrstuvwxyz012345"]);
        let error = read_links(&elsewhere, &Manner::default()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("--fingerprint"), "{error}");
        let pinned = Manner { fingerprint: "ab".repeat(32).parse().ok(), ..Manner::default() };
        assert!(read_links(&elsewhere, &pinned).is_ok());
        assert!(
            read_links(&links(&["https://localhost:7/#/join/abcdefghijklmnopqrstuvwxyz012345"]), &Manner::default())
                .is_ok()
        );
    }
}
