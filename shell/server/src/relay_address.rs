//! Where browsers find the relay, said by an operator who knows better than the server.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base_url::host_and_port;
use crate::host_name::HostName;

/// A host and a port of TCP, such as `summit.example:443`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelayAddress {
    host: HostName,
    port: u16,
}

/// Why a text is not where a relay can be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" does not say where a relay is; write a host with a port, such as summit.example:443")]
pub struct BadRelayAddress(String);

impl FromStr for RelayAddress {
    type Err = BadRelayAddress;
    fn from_str(text: &str) -> Result<Self, BadRelayAddress> {
        match host_and_port(text) {
            Some((host, Some(port))) => Ok(Self { host, port }),
            Some((_, None)) | None => Err(BadRelayAddress(text.to_owned())),
        }
    }
}

impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host.in_url(), self.port)
    }
}

impl TryFrom<String> for RelayAddress {
    type Error = BadRelayAddress;
    fn try_from(text: String) -> Result<Self, BadRelayAddress> {
        text.parse()
    }
}

impl From<RelayAddress> for String {
    fn from(address: RelayAddress) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_with_a_port_reads_back_as_written() {
        for text in ["summit.example:443", "192.0.2.7:8443", "[2001:db8::7]:443"] {
            assert_eq!(text.parse::<RelayAddress>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused_with_a_cure() {
        for text in ["", "summit.example", "summit.example:0", "turns:summit.example:443", "2001:db8::7:443"] {
            let error = text.parse::<RelayAddress>().expect_err(text).to_string();
            assert!(error.contains("summit.example:443"), "{error}");
        }
    }
}
