//! A member whose media connection was agreed on, without a browser.

use aws_lc_rs::hmac;
use serde_json::json;

use crate::support::{Bench, Person, SEATS};

const OFFER: &str = include_str!("../../../../core/media/tests/offers/chromium.sdp");

pub(crate) struct Member {
    pub(crate) person: Person,
    pub(crate) answer: String,
}

impl Member {
    pub(crate) async fn on(bench: &Bench, summit: &str) -> Self {
        Self::who_is(bench.guest(summit, SEATS[0]).await).await
    }

    /// Agrees with the server on a media connection.
    pub(crate) async fn who_is(mut person: Person) -> Self {
        person.say(json!({ "type": "enter", "devices": { "microphone": true, "camera": true } })).await;
        person.say(json!({ "type": "media.offer", "id": "1", "sdp": OFFER, "tracks": [], "fresh": true })).await;
        let answer = person.hear_of("media.answer").await["sdp"].as_str().unwrap().to_owned();
        Self { person, answer }
    }

    pub(crate) fn attribute(&self, name: &str) -> &str {
        attribute(&self.answer, name)
    }

    /// A check of ICE as this member's browser makes it, signed with that password.
    pub(crate) fn check(&self, password: &str) -> Vec<u8> {
        let name = format!("{}:{}", self.attribute("ice-ufrag"), attribute(OFFER, "ice-ufrag"));
        let mut check = vec![0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        check.extend([7; 12]);
        add(&mut check, 0x0006, name.as_bytes());
        add(&mut check, 0x0024, &1_845_501_695_u32.to_be_bytes());
        add(&mut check, 0x802a, &[5; 8]);
        // The length counts the signature that follows (RFC 8489 14.5).
        let length = u16::try_from(check.len() - 20 + 24).unwrap();
        check[2..4].copy_from_slice(&length.to_be_bytes());
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let signature = hmac::sign(&key, &check);
        add(&mut check, 0x0008, signature.as_ref());
        check
    }
}

fn attribute<'a>(sdp: &'a str, name: &str) -> &'a str {
    let begin = format!("a={name}:");
    sdp.lines().find_map(|line| line.strip_prefix(&begin)).unwrap()
}

fn add(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend(kind.to_be_bytes());
    message.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
}
