//! A personal link as it is printed: where the server is, and the secret in the fragment, which never reaches a log.

use std::fmt;

use seal::invitation::Secret;

use crate::reach::Address;

/// A personal link, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Where the server is.
    pub(super) address: Address,
    /// From which the access text and the proof are derived. It is said to no server.
    pub(super) secret: Secret,
}

/// Why a text is not a personal link. The text is not repeated: it may hold the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a link looks like https://summit.example/#/join/SECRET; copy it whole, as `sommet invite` printed it")]
pub(super) struct BadLink;

impl Link {
    /// Takes a link apart.
    pub(super) fn read(text: &str) -> Result<Self, BadLink> {
        let (place, fragment) = text.trim().split_once('#').ok_or(BadLink)?;
        let secret = fragment.strip_prefix("/join/").and_then(Secret::parse).ok_or(BadLink)?;
        let (scheme, rest) = place.split_once("://").ok_or(BadLink)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let address = Address::read(&format!("{scheme}://{authority}")).ok_or(BadLink)?;
        Ok(Self { address, secret })
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.address.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "abcdefgh-jklmnopqrstuvwxyz_01234";

    #[test]
    fn links_are_read_with_and_without_port() {
        let link = Link::read(&format!("http://127.0.0.1:8080/#/join/{SECRET}")).unwrap();
        assert_eq!((link.address.authority().as_str(), link.secret.reveal()), ("127.0.0.1:8080", SECRET));
        let link = Link::read(&format!("https://summit.example/#/join/{SECRET}")).unwrap();
        assert_eq!((link.address.tls, link.address.port), (true, 443));
    }

    #[test]
    fn what_is_no_link_is_refused_without_repeating_it() {
        for text in [
            String::new(),
            format!("summit.example/#/join/{SECRET}"),
            "https://summit.example/".to_owned(),
            "https://a/#/join/too-short".to_owned(),
            format!("ftp://a/#/join/{SECRET}"),
            format!("https:///#/join/{SECRET}"),
        ] {
            assert_eq!(Link::read(&text), Err(BadLink), "{text}");
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let link = Link::read(&format!("https://summit.example/#/join/{SECRET}")).unwrap();
        assert!(!format!("{link:?}").contains(SECRET));
    }
}
