//! A name or an address under which people reach the page, as an operator writes it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name or the address of a host: without a scheme, without a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

/// Why a text is not the name of a host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not the name of a host; write one such as summit.example, or an address such as 192.0.2.7 or \
     2001:db8::7, without https:// and without a port"
)]
pub struct BadHostName(String);

impl HostName {
    /// As it stands in a URL: an IPv6 address in brackets.
    pub fn in_url(&self) -> String {
        if self.0.contains(':') { format!("[{}]", self.0) } else { self.0.clone() }
    }
}

impl FromStr for HostName {
    type Err = BadHostName;
    fn from_str(text: &str) -> Result<Self, BadHostName> {
        let in_brackets = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let is_one = match in_brackets {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => text.parse::<IpAddr>().is_ok() || (is_host_name(text) && !ends_in_a_number(text)),
        };
        if is_one { Ok(Self(in_brackets.unwrap_or(text).to_owned())) } else { Err(BadHostName(text.to_owned())) }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for HostName {
    type Error = BadHostName;
    fn try_from(text: String) -> Result<Self, BadHostName> {
        text.parse()
    }
}

impl From<HostName> for String {
    fn from(name: HostName) -> Self {
        name.0
    }
}

/// Whether a text can be a host name (RFC 1123, section 2.1).
pub(crate) fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Browsers take such a name for an IPv4 address (the URL standard, "ends in a number").
fn ends_in_a_number(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_both_kinds_of_address_are_hosts() {
        let in_url = |text: &str| text.parse::<HostName>().map(|host| host.in_url());
        assert_eq!(in_url("summit.example").as_deref(), Ok("summit.example"));
        assert_eq!(in_url("192.0.2.7").as_deref(), Ok("192.0.2.7"));
        assert_eq!(in_url("2001:db8::7").as_deref(), Ok("[2001:db8::7]"));
        assert_eq!(in_url("[2001:db8::7]").as_deref(), Ok("[2001:db8::7]"));
    }

    #[test]
    fn what_makes_no_usable_link_is_refused_with_a_cure() {
        let more = ["https://a.example", "a.example:443", "a.example/", "", " ", "a..b", "1.2.3", "[192.0.2.7]", "a b"];
        for text in more {
            let error = text.parse::<HostName>().expect_err(text).to_string();
            assert!(error.contains("without https://"), "{error}");
        }
    }

    #[test]
    fn only_what_can_be_a_host_name_goes_into_the_certificate() {
        assert!(is_host_name("summit.example") && is_host_name("machine-1"));
        assert!(!is_host_name("") && !is_host_name("a..b") && !is_host_name("my machine"));
        assert!(!is_host_name(&"a".repeat(64)));
    }
}
