//! Where a server is: what links begin with.

/// Scheme, host and port of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Whether it speaks TLS.
    pub(crate) tls: bool,
    /// Its name or address, IPv6 addresses without brackets.
    pub(crate) host: String,
    /// Its TCP port.
    pub(crate) port: u16,
}

impl std::str::FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "write scheme, host and port as links begin, such as https://summit.example:8443";
        Self::read(text.trim_end_matches('/')).ok_or(WRONG)
    }
}

impl Address {
    /// Takes `https://host:port` apart.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let tls = match scheme {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let is_authority = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]_".contains(&byte);
        let (host, port) = split_authority(authority)?;
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        let is_good = !host.is_empty() && authority.bytes().all(is_authority);
        is_good.then_some(Self { tls, host, port })
    }

    /// Host and port as a URL and the `Host` header have them.
    pub(crate) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether the server is on this machine, by its name.
    pub(crate) fn is_loopback(&self) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_links_begin_with() {
        let address: Address = "https://summit.example/".parse().unwrap();
        assert_eq!((address.tls, address.authority().as_str()), (true, "summit.example:443"));
        let address: Address = "http://[::1]:8080".parse().unwrap();
        assert_eq!((address.tls, address.is_loopback(), address.port), (false, true, 8080));
        for wrong in ["", "summit.example", "ftp://a", "https://", "https://a/b", "https://a:b", "https://a b"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
