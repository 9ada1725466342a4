//! What an operator can set, with the defaults. Where the values come from (file, environment, flags) is the command's
//! business; whether they make sense together is checked by [`Server::start`](crate::Server::start).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base_url::BaseUrl;
use crate::host_name::HostName;
use crate::relay_address::RelayAddress;

/// All settings of a server. Unknown keys are refused, so that a misspelt one is not silently ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The folder that holds everything the server keeps: the database, its own certificate, the administration socket.
    /// Made when it does not exist. Default: `sommet-data` in the working directory.
    pub data: PathBuf,
    /// Where people's browsers connect: TCP addresses for HTTPS, and for sound and pictures where UDP is blocked. Default: port 8443 on every IPv4 and IPv6 address.
    /// Port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// The UDP port of the first media thread; the second takes the next one, and so on. Default: 8444. 0 takes free ones.
    pub media_port: u16,
    /// How many threads forward sound and pictures; one room lives on one of them. Default: the number of cores less
    /// one, at least one.
    pub media_threads: Option<NonZeroUsize>,
    /// The machine's own addresses that carry media. Default (empty): all of them that other machines can reach, or the
    /// loopback ones where there is no other. `0.0.0.0` and `::` take whatever arrives, for containers.
    pub media_addresses: Vec<IpAddr>,
    /// What browsers are told to send media to, when that is not the machine's own address: behind 1:1 NAT the public
    /// one. With a port (`203.0.113.7:50000`, one more for each further media thread) when the port is mapped too.
    /// Replaces the machine's own addresses of the same family; name those as well if people inside use them.
    pub public_addresses: Vec<PublicAddress>,
    /// Sound and pictures travel over UDP only: browsers are told of no TCP port for where UDP is blocked. For a server
    /// before which something else ends TLS, and so takes no other bytes on that port; behind a proxy it is always so.
    pub media_over_udp_only: bool,
    /// Where browsers find this server's TLS, as `summit.example:443`, for a relay where a network lets nothing but TLS
    /// through. Default: where the page comes from, and no relay behind a proxy or with `media_over_udp_only`, for there
    /// something else ends TLS. To be set where the bytes inside of TLS reach this server all the same.
    pub relay_address: Option<RelayAddress>,
    /// Names and addresses under which people reach the page: they go into the printed links and into the server's own
    /// certificate. Default: the public addresses, else the machine's own.
    pub host_names: Vec<HostName>,
    /// What printed links begin with, word for word, when the server cannot know it: behind a proxy, or a mapped port.
    /// Default: made of the names or addresses above, and of the port in `listen`. Its port is where browsers send media
    /// over TCP, except behind a proxy.
    pub base_url: Option<BaseUrl>,
    /// A certificate from an authority. Default: the server makes its own on the first start and keeps it.
    pub tls: Option<TlsFiles>,
    /// Serves HTTP without TLS. Only allowed when every address in `listen` is a loopback one: for a trial on one
    /// machine, or behind a reverse proxy on the same machine.
    pub plain_http: bool,
    /// Whether a connection from this machine itself may say in `X-Forwarded-For` for whom it speaks: for a reverse proxy.
    /// `/metrics` is then closed unless `metrics_for_all` is set: who asks cannot be told from who is passed on.
    pub behind_proxy: bool,
    /// Serves `/metrics` to every address. Default: to this machine only. The figures hold no names, but they tell when a
    /// summit meets.
    pub metrics_for_all: bool,
    /// How log lines are written.
    pub log_format: LogFormat,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: PathBuf::from("sommet-data"),
            listen: vec![
                SocketAddr::from((Ipv4Addr::UNSPECIFIED, DEFAULT_PORT)),
                SocketAddr::from((Ipv6Addr::UNSPECIFIED, DEFAULT_PORT)),
            ],
            media_port: DEFAULT_PORT + 1,
            media_threads: None,
            media_addresses: Vec::new(),
            public_addresses: Vec::new(),
            media_over_udp_only: false,
            relay_address: None,
            host_names: Vec::new(),
            base_url: None,
            tls: None,
            plain_http: false,
            behind_proxy: false,
            metrics_for_all: false,
            log_format: LogFormat::Text,
        }
    }
}

/// The TCP port of a server whose operator chose none; media takes the next ones, over UDP.
pub const DEFAULT_PORT: u16 = 8443;

/// Where a certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate, then those that vouch for it, in PEM form.
    pub certificate: PathBuf,
    /// Its private key, in PEM form.
    pub key: PathBuf,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// An address that browsers are told: alone, or with the port of the first media thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicAddress {
    /// The address.
    pub ip: IpAddr,
    /// The port of the first media thread as seen from outside; none when it is the same as inside.
    pub port: Option<u16>,
}

/// Why a text is not a public address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write an address such as 203.0.113.7, 203.0.113.7:50000, 2001:db8::7 or [2001:db8::7]:50000")]
pub struct BadPublicAddress;

impl FromStr for PublicAddress {
    type Err = BadPublicAddress;
    fn from_str(text: &str) -> Result<Self, BadPublicAddress> {
        if let Ok(ip) = text.parse() {
            return Ok(Self { ip, port: None });
        }
        let with_port: SocketAddr = text.parse().map_err(|_| BadPublicAddress)?;
        if with_port.port() == 0 {
            return Err(BadPublicAddress);
        }
        Ok(Self { ip: with_port.ip(), port: Some(with_port.port()) })
    }
}

impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            None => self.ip.fmt(f),
            Some(port) => SocketAddr::new(self.ip, port).fmt(f),
        }
    }
}

impl TryFrom<String> for PublicAddress {
    type Error = BadPublicAddress;
    fn try_from(text: String) -> Result<Self, BadPublicAddress> {
        text.parse()
    }
}

impl From<PublicAddress> for String {
    fn from(address: PublicAddress) -> Self {
        address.to_string()
    }
}

impl Settings {
    /// How many media threads there will be.
    pub fn media_thread_count(&self) -> NonZeroUsize {
        self.media_threads.unwrap_or_else(|| {
            let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
            NonZeroUsize::new(cores.saturating_sub(1)).unwrap_or(NonZeroUsize::MIN)
        })
    }

    /// Whether browsers are told of a relay inside of TLS: where this server ends the TLS that they begin.
    pub(crate) fn has_relay(&self) -> bool {
        let ends_their_tls = !self.plain_http && !self.behind_proxy && !self.media_over_udp_only;
        ends_their_tls || self.relay_address.is_some()
    }

    /// The first address in `listen` that other machines can reach.
    pub(crate) fn exposed_address(&self) -> Option<SocketAddr> {
        self.listen.iter().find(|address| !address.ip().is_loopback()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_may_have_a_port_and_reads_back_as_written() {
        for text in ["203.0.113.7", "203.0.113.7:50000", "2001:db8::7", "[2001:db8::7]:50000"] {
            assert_eq!(text.parse::<PublicAddress>().unwrap().to_string(), text);
        }
        for text in ["summit.example", "203.0.113.7:0", ""] {
            assert_eq!(text.parse::<PublicAddress>(), Err(BadPublicAddress));
        }
    }

    #[test]
    fn there_is_a_relay_where_the_server_ends_tls_and_where_the_operator_says_so() {
        let plain = Settings { plain_http: true, ..Settings::default() };
        let behind_proxy = Settings { behind_proxy: true, ..Settings::default() };
        let over_udp_only = Settings { media_over_udp_only: true, ..Settings::default() };
        let all = [Settings::default(), plain, behind_proxy.clone(), over_udp_only];
        assert_eq!(all.map(|settings| settings.has_relay()), [true, false, false, false]);
        let relay_address = Some("summit.example:443".parse().unwrap());
        assert!(Settings { relay_address, ..behind_proxy }.has_relay());
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = serde_json::from_str::<Settings>(r#"{"media_prot": 1}"#).unwrap_err();
        assert!(error.to_string().contains("media_prot"), "{error}");
    }

    #[test]
    fn the_defaults_survive_being_written_down() {
        let text = serde_json::to_string(&Settings::default()).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), Settings::default());
    }
}
