//! Under which names people reach the page: for the printed links and for the server's own certificate.

use std::net::{IpAddr, SocketAddr};

use crate::base_url::BaseUrl;
use crate::host_name::{HostName, is_host_name};
use crate::settings::Settings;

/// The one that the settings say; else one for each name and address, the best first.
pub(crate) fn of(settings: &Settings, bound: &[SocketAddr], own: &[IpAddr]) -> Vec<String> {
    if let Some(url) = &settings.base_url {
        return vec![url.to_string()];
    }
    let scheme = if settings.plain_http { "http" } else { "https" };
    let mut urls = Vec::new();
    for address in bound {
        for host in hosts(settings, address.ip(), own) {
            let url = format!("{scheme}://{host}:{}", address.port());
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
    }
    urls
}

fn hosts(settings: &Settings, bound: IpAddr, own: &[IpAddr]) -> Vec<String> {
    if !settings.host_names.is_empty() {
        return settings.host_names.iter().map(HostName::in_url).collect();
    }
    if !bound.is_unspecified() {
        return vec![host(bound)];
    }
    let same_family = |ip: &IpAddr| ip.is_ipv4() == bound.is_ipv4();
    let public: Vec<_> = settings.public_addresses.iter().map(|address| address.ip).filter(same_family).collect();
    let known = if public.is_empty() { own.iter().copied().filter(same_family).collect() } else { public };
    known.into_iter().map(host).collect()
}

/// An address as it stands in a URL.
fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// The names for the server's own certificate: those of the settings, and the machine's.
pub(crate) fn names(settings: &Settings) -> Vec<String> {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = Some(machine.trim().to_ascii_lowercase()).filter(|name| is_host_name(name));
    let said = settings.host_names.iter().chain(settings.base_url.as_ref().map(BaseUrl::host));
    said.map(ToString::to_string).chain(machine).collect()
}

/// The addresses for the server's own certificate.
pub(crate) fn addresses(settings: &Settings, own: &[IpAddr]) -> Vec<IpAddr> {
    let listening = settings.listen.iter().map(SocketAddr::ip).filter(|ip| !ip.is_unspecified());
    let public = settings.public_addresses.iter().map(|address| address.ip);
    public.chain(listening).chain(own.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(settings: &Settings, bound: &[&str]) -> Vec<String> {
        let bound: Vec<_> = bound.iter().map(|text| text.parse().unwrap()).collect();
        of(settings, &bound, &["192.0.2.2".parse().unwrap(), "2001:db8::2".parse().unwrap()])
    }

    fn hosts(texts: &[&str]) -> Vec<HostName> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_server_on_all_addresses_is_reached_at_the_machines_own() {
        let both = ["0.0.0.0:8443", "[::]:8443"];
        assert_eq!(urls(&Settings::default(), &both), ["https://192.0.2.2:8443", "https://[2001:db8::2]:8443"]);
    }

    #[test]
    fn names_come_before_public_addresses_and_these_before_the_own_ones() {
        let public = vec!["203.0.113.7:50000".parse().unwrap()];
        let settings = Settings { public_addresses: public, ..Settings::default() };
        assert_eq!(urls(&settings, &["0.0.0.0:443"]), ["https://203.0.113.7:443"]);
        let settings = Settings { host_names: hosts(&["summit.example", "2001:db8::7"]), ..settings };
        let both = ["https://summit.example:443", "https://[2001:db8::7]:443"];
        assert_eq!(urls(&settings, &["0.0.0.0:443", "[::]:443"]), both);
    }

    #[test]
    fn a_trial_on_one_machine_is_plain() {
        let settings = Settings { plain_http: true, ..Settings::default() };
        assert_eq!(urls(&settings, &["127.0.0.1:8080", "[::1]:8080"]), ["http://127.0.0.1:8080", "http://[::1]:8080"]);
    }

    #[test]
    fn behind_a_proxy_the_links_begin_as_the_operator_says() {
        let base_url = Some("https://summit.example".parse().unwrap());
        let settings =
            Settings { plain_http: true, host_names: hosts(&["a.example"]), base_url, ..Settings::default() };
        assert_eq!(urls(&settings, &["127.0.0.1:8080"]), ["https://summit.example"]);
        let named = names(&settings);
        assert_eq!(named[..2], ["a.example", "summit.example"], "both go into the certificate");
    }
}
