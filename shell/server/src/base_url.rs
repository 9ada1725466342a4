//! Where people find the page, said by an operator who knows better than the server: behind a proxy, or a mapped port.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::host_name::HostName;

/// What every link begins with: `https://summit.example`, as it was written but without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl {
    text: String,
    host: HostName,
    port: u16,
}

/// Why a text is not what a link can begin with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" cannot be the beginning of a link; write it as https://summit.example or https://summit.example:8443, \
     without a path"
)]
pub struct BadBaseUrl(String);

impl BaseUrl {
    /// Without the scheme and the port.
    pub(crate) fn host(&self) -> &HostName {
        &self.host
    }

    /// The one it names, or that of its scheme.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for BaseUrl {
    type Err = BadBaseUrl;
    fn from_str(text: &str) -> Result<Self, BadBaseUrl> {
        let url = text.strip_suffix('/').unwrap_or(text);
        let https = url.strip_prefix("https://").map(|rest| (rest, 443));
        let (rest, usual) = https.or_else(|| Some((url.strip_prefix("http://")?, 80))).unwrap_or_default();
        match host_and_port(rest) {
            Some((host, port)) => Ok(Self { text: url.to_owned(), host, port: port.unwrap_or(usual) }),
            None => Err(BadBaseUrl(text.to_owned())),
        }
    }
}

/// What `HOST` or `HOST:PORT` says; none when it is neither.
pub(crate) fn host_and_port(authority: &str) -> Option<(HostName, Option<u16>)> {
    // The colons inside of brackets belong to an address.
    let end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match authority[end..].find(':') {
        Some(colon) => (&authority[..end + colon], Some(&authority[end + colon + 1..])),
        None => (authority, None),
    };
    let number = |port: &str| {
        let digits = port.bytes().all(|byte| byte.is_ascii_digit()).then_some(port)?;
        digits.parse().ok().filter(|number: &u16| *number > 0)
    };
    let port = match port {
        Some(port) => Some(number(port)?),
        None => None,
    };
    Some((host.parse().ok()?, port))
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = BadBaseUrl;
    fn try_from(text: String) -> Result<Self, BadBaseUrl> {
        text.parse()
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> Self {
        url.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_as_written_without_its_end() {
        for (text, kept, host, port) in [
            ("https://summit.example:8443/", "https://summit.example:8443", "summit.example", 8443),
            ("https://summit.example", "https://summit.example", "summit.example", 443),
            ("http://[::1]:81", "http://[::1]:81", "::1", 81),
            ("http://192.0.2.7", "http://192.0.2.7", "192.0.2.7", 80),
        ] {
            let url: BaseUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.host().to_string().as_str(), url.port()), (kept, host, port));
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_beginning_is_refused_with_a_cure() {
        let less =
            ["summit.example", "https://", "https:///", "ftp://a", "https://a:", "https://a:0", "https://a:65536"];
        let more = ["https://a/#/x", "https://a/b", "https://a//", "https://a?x", "https://b@a", "https://a b"];
        let brackets = ["https://2001:db8::1", "https://[::1", "https://::1]", "https://[::1]a", "https://a]:80"];
        for text in less.into_iter().chain(more).chain(brackets) {
            let error = text.parse::<BaseUrl>().expect_err(text).to_string();
            assert!(error.contains("https://summit.example"), "{error}");
        }
    }
}
