//! A personal link as it is printed: where the server is, and the secret in the fragment, which never reaches a log.

use std::fmt;

/// A personal link, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Whether the server speaks TLS.
    pub(super) tls: bool,
    /// Its name or address, IPv6 addresses without brackets.
    pub(super) host: String,
    /// Its TCP port.
    pub(super) port: u16,
    /// The secret, to be exchanged for a session.
    pub(super) secret: String,
}

/// Why a text is not a personal link. The text is not repeated: it may hold the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a link looks like https://summit.example/#/join/SECRET; copy it whole, as `sommet invite` printed it")]
pub(super) struct BadLink;

impl Link {
    /// Takes a link apart.
    pub(super) fn read(text: &str) -> Result<Self, BadLink> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(BadLink)?;
        let tls = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(BadLink),
        };
        let (place, fragment) = rest.split_once('#').ok_or(BadLink)?;
        let secret = fragment.strip_prefix("/join/").ok_or(BadLink)?;
        let secret_is_whole = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        let authority = place.split('/').next().unwrap_or_default();
        let (host, port) = split_authority(authority).ok_or(BadLink)?;
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        if !secret_is_whole || host.is_empty() {
            return Err(BadLink);
        }
        Ok(Self { tls, host, port, secret: secret.to_owned() })
    }

    /// Host and port as a URL and the `Host` header have them.
    pub(super) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether the server is on this machine, by its name.
    pub(super) fn is_loopback(&self) -> bool {
        let address: Option<std::net::IpAddr> = self.host.parse().ok();
        self.host == "localhost" || address.is_some_and(|address| address.is_loopback())
    }
}

fn split_authority(authority: &str) -> Option<(String, Option<u16>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        let port = match port {
            "" => None,
            port => Some(port.strip_prefix(':')?.parse().ok()?),
        };
        return Some((host.to_owned(), port));
    }
    match authority.split_once(':') {
        Some((host, port)) => Some((host.to_owned(), Some(port.parse().ok()?))),
        None => Some((authority.to_owned(), None)),
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_with_and_without_port() {
        let link = Link::read("http://127.0.0.1:8080/#/join/abc-DEF_1").unwrap();
        assert_eq!(
            (link.tls, link.host.as_str(), link.port, link.secret.as_str()),
            (false, "127.0.0.1", 8080, "abc-DEF_1")
        );
        assert!(link.is_loopback());
        let link = Link::read("https://summit.example/#/join/x").unwrap();
        assert_eq!((link.tls, link.port, link.is_loopback()), (true, 443, false));
        let link = Link::read("https://[2001:db8::1]:7443/#/join/x").unwrap();
        assert_eq!((link.host.as_str(), link.authority().as_str()), ("2001:db8::1", "[2001:db8::1]:7443"));
    }

    #[test]
    fn what_is_no_link_is_refused_without_repeating_it() {
        for text in [
            "",
            "summit.example/#/join/x",
            "https://summit.example/",
            "https://a/#/join/",
            "ftp://a/#/join/x",
            "https:///#/join/x",
        ] {
            assert_eq!(Link::read(text), Err(BadLink), "{text}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let link = Link::read("https://summit.example/#/join/hush").unwrap();
        assert!(!format!("{link:?}").contains("hush"));
    }
}
