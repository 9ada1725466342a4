//! What admits a browser: a user name that says until when and for whom it is good, and its signature as the password (the
//! "REST API for access to TURN services", draft-uberti-behave-turn-rest). Nothing is kept.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use node::SessionId;
use wire::WallTime;

/// How long a relay can be asked for with a credential. Every welcome brings a new one, and a relay that is there outlives
/// it; so it must last as long as a WebSocket, which may be the whole day of a summit.
const LASTS: Duration = Duration::from_secs(12 * 3600);

/// Between the moment and the session.
const MARK: char = ':';

pub(super) struct Credentials(hmac::Key);

impl Credentials {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// A user name and a password for a session, which is one person's on one device.
    pub(super) fn issue(&self, session: SessionId, now: WallTime) -> (String, String) {
        let user = format!("{}{MARK}{}", seconds(now.plus(LASTS)), session.0);
        let password = self.sign(&user);
        (user, password)
    }

    /// The password of a user whose time is not over.
    pub(super) fn password_of(&self, user: &str, now: WallTime) -> Option<String> {
        let (until, _) = user.split_once(MARK)?;
        (until.parse::<i64>().ok()? > seconds(now)).then(|| self.sign(user))
    }

    fn sign(&self, user: &str) -> String {
        STANDARD.encode(hmac::sign(&self.0, user.as_bytes()))
    }
}

/// Whose a user name is, whenever it was issued.
pub(super) fn owner(user: &str) -> &str {
    user.split_once(MARK).map_or(user, |(_, session)| session)
}

/// Since 1970.
fn seconds(time: WallTime) -> i64 {
    time.0 / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallTime = WallTime(1_795_456_800_000);

    #[test]
    fn a_credential_is_good_until_its_time_and_for_nobody_else() {
        let credentials = Credentials::new(&[7; 32]);
        let (user, password) = credentials.issue(SessionId(42), NOW);
        assert_eq!((user.as_str(), owner(&user)), ("1795500000:42", "42"));
        assert_eq!(credentials.password_of(&user, NOW.plus(LASTS - Duration::from_secs(1))), Some(password.clone()));
        assert_eq!(credentials.password_of(&user, NOW.plus(LASTS)), None);
        for other in ["1795500001:42", "1795500000:43"] {
            assert_ne!(credentials.password_of(other, NOW).unwrap(), password);
        }
        assert_ne!(Credentials::new(&[8; 32]).password_of(&user, NOW).unwrap(), password);
    }

    #[test]
    fn a_name_that_was_never_issued_has_no_password() {
        for user in ["", "42", ":42", "tomorrow:42", "-1:42"] {
            assert_eq!(Credentials::new(&[7; 32]).password_of(user, NOW), None, "{user}");
        }
    }
}
