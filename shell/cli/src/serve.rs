//! `sommet serve`: the server itself.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::Serialize;
use server::{BaseUrl, HostName, LogFormat, PublicAddress, RelayAddress, Server, Settings, TlsFiles};

use crate::log::start_log;
use crate::settings::{Place, names};
use crate::{Outcome, how_to_stop};

/// Run the server until it is stopped.
#[derive(Debug, clap::Args)]
#[command(mut_args = names::with_names)]
#[command(after_help = "Every setting can also stand in the environment under its name behind `env` \
    (SOMMET_LISTEN=0.0.0.0:8443,[::]:8443), or in the settings file under that behind `file` (listen = \
    [\"0.0.0.0:8443\"]; tls.key is key below [tls]). A flag overrules the environment, and this the file. \
    `sommet config show` prints what is in force. SOMMET_LOG says how much is logged, such as debug.")]
pub(crate) struct Serve {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    flags: Flags,
    /// Print where the server is as one line of JSON instead of words
    #[arg(long)]
    json: bool,
}

/// The settings that can be given as flags, under the names of [`Settings`].
#[derive(Debug, Default, clap::Args, Serialize)]
pub(crate) struct Flags {
    /// An address for browsers (TCP), such as 0.0.0.0:8443; may be repeated
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Vec<SocketAddr>,
    /// The UDP port of the first media thread; further threads take the next ones
    #[arg(long, value_name = "PORT")]
    media_port: Option<u16>,
    /// How many threads forward sound and pictures [default: one less than cores]
    #[arg(long, value_name = "NUMBER")]
    media_threads: Option<std::num::NonZeroUsize>,
    /// An address of this machine that carries media; may be repeated [default: all]
    #[arg(long = "media-address", value_name = "ADDRESS")]
    media_addresses: Vec<IpAddr>,
    /// Behind 1:1 NAT, the address that browsers see, with a port if that is mapped too; may be repeated
    #[arg(long = "public-address", value_name = "ADDRESS[:PORT]")]
    public_addresses: Vec<PublicAddress>,
    /// Offer no TCP for media where UDP is blocked, and no relay; for a server before which something else ends TLS
    #[arg(long)]
    media_over_udp_only: bool,
    /// Where browsers reach this server's own TLS, for a relay; for a server behind a proxy [default: where the page is, and
    /// none behind a proxy]
    #[arg(long, value_name = "HOST:PORT")]
    relay_address: Option<RelayAddress>,
    /// A name or an address under which people reach the page; may be repeated
    #[arg(long = "host-name", value_name = "NAME")]
    host_names: Vec<HostName>,
    /// What links begin with, scheme and host, where the server cannot know it: behind a proxy
    #[arg(long, value_name = "URL")]
    base_url: Option<BaseUrl>,
    #[command(flatten)]
    #[serde(rename = "tls", serialize_with = "together")]
    tls: Tls,
    /// Serve HTTP without TLS; only on this machine's own addresses, for a trial or behind a proxy
    #[arg(long)]
    plain_http: bool,
    /// Believe the X-Forwarded-For of a proxy on this machine; say with --base-url what links begin with
    #[arg(long)]
    behind_proxy: bool,
    /// Serve /metrics to other machines too
    #[arg(long)]
    metrics_for_all: bool,
    /// How log lines are written: text or json
    #[arg(long, value_name = "FORMAT", value_parser = log_format)]
    log_format: Option<LogFormat>,
}

#[derive(Debug, Default, clap::Args)]
struct Tls {
    /// The certificate with its chain, in PEM form [default: one that the server makes]
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The private key of the certificate, in PEM form
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
}

fn together<S: serde::Serializer>(tls: &Tls, serializer: S) -> Result<S::Ok, S::Error> {
    let files = tls.certificate.clone().zip(tls.key.clone()).map(|(certificate, key)| TlsFiles { certificate, key });
    files.serialize(serializer)
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("write text or json".to_owned()),
    }
}

/// What a script is told.
#[derive(Serialize)]
struct Told<'a> {
    urls: &'a [String],
    fingerprint: Option<&'a str>,
    media: &'a [SocketAddr],
    /// None when it is not text, which JSON cannot hold.
    data: Option<&'a str>,
}

impl Serve {
    pub(crate) fn run(self) -> Outcome {
        let loaded = self.place.load(&self.flags)?;
        start_log(loaded.settings.log_format, "info");
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        server::open_as_many_files_as_allowed();
        let server = Server::start(&loaded.settings)?;
        let stop_requests = server.stop_requests()?;
        if self.json {
            tell_script(&server, &loaded.settings)?
        } else {
            tell_person(&server, &loaded.settings)
        }
        stop_requests.wait();
        if !self.json {
            println!("Stopping: telling everybody to come back later.");
        }
        server.stop();
        Ok(())
    }
}

fn tell_script(server: &Server, settings: &Settings) -> Outcome {
    let told = Told {
        urls: server.urls(),
        fingerprint: server.fingerprint(),
        media: server.media_addresses(),
        data: settings.data.to_str(),
    };
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

fn tell_person(server: &Server, settings: &Settings) {
    println!("Sommet {} is running.\n", env!("CARGO_PKG_VERSION"));
    for (index, url) in server.urls().iter().enumerate() {
        println!("  {:<12} {url}", if index == 0 { "Address" } else { "" });
    }
    if let Some(fingerprint) = server.fingerprint() {
        println!("  {:<12} SHA-256 {fingerprint}", "Certificate");
        if settings.tls.is_none() {
            println!("  {:<12} made by this server: browsers ask each person once whether to trust it", "");
        }
    }
    for (index, address) in server.media_addresses().iter().enumerate() {
        println!("  {:<12} UDP {address}", if index == 0 { "Media" } else { "" });
    }
    println!("  {:<12} {}", "Data", settings.data.display());
    println!("  {:<12} sommet summit propose FILE.toml --data {}", "Next", settings.data.display());
    println!("  {:<12} {}\n\nready", "Stop", how_to_stop());
}
