//! Offers of real browsers, and offers that are none.

mod common;

use common::{server, start};
use media::{Endpoint, Identity, NewPeer};

const CHROMIUM: &str = include_str!("offers/chromium.sdp");
const FIREFOX: &str = include_str!("offers/firefox.sdp");

fn answer(offer: &str) -> Result<String, media::OfferError> {
    NewPeer::answer(offer, &[Endpoint::udp(server())], &Identity::generate(), start()).map(|(_, answer)| answer)
}

/// The m-lines of a description: their first line and their attributes.
fn sections(sdp: &str) -> Vec<Vec<&str>> {
    sdp.split("\r\nm=").skip(1).map(|section| section.lines().collect()).collect()
}

#[test]
fn every_line_of_a_browsers_offer_is_answered_with_its_own_payload_types_vp9_first() {
    for (offer, sound, picture) in [(CHROMIUM, "63 111", "98 99 100 101 96 97"), (FIREFOX, "109", "121 125 120 124")] {
        let answer = answer(offer).unwrap();
        let lines = sections(&answer);
        assert_eq!(lines.len(), 9);
        assert!(answer.contains("a=ice-lite") && answer.contains("a=setup:passive"));
        assert!(answer.contains("192.0.2.1 3478 typ host"), "the server's address, without trickling");
        for (index, line) in lines.iter().enumerate() {
            let types = line[0].split_once("SAVPF ").unwrap().1;
            let expected = if line[0].starts_with("audio") { sound } else { picture };
            assert!(types.starts_with(expected), "line {index}: {}", line[0]);
            let direction = if index < 2 { "a=recvonly" } else { "a=sendonly" };
            assert!(line.contains(&direction), "line {index}");
            assert!(!line[0].contains(" 0 UDP"), "line {index} is refused");
        }
        assert!(lines[1].iter().any(|attribute| attribute.starts_with("a=simulcast:recv q;h;f")), "{:?}", lines[1]);
        let described = lines.iter().map(|line| line.iter().any(|text| text.contains("#dependency-descriptor")));
        let pictures = lines.iter().map(|line| line[0].starts_with("video"));
        assert!(described.eq(pictures), "descriptors are agreed on for every picture");
        assert!(answer.contains("a=extmap-allow-mixed"), "long ones need the two-byte form");
        for codec in ["G722", "PCMU", "H264", "AV1"] {
            assert!(!answer.contains(codec), "{codec}");
        }
    }
}

#[test]
fn an_offer_that_is_none_is_refused_without_a_panic() {
    let cut = CHROMIUM.lines().take_while(|line| !line.starts_with("m=")).collect::<Vec<_>>().join("\r\n");
    let without = |what: &str| CHROMIUM.lines().filter(|line| !line.starts_with(what)).collect::<Vec<_>>().join("\r\n");
    for bad in [
        String::new(),
        "garbage".to_owned(),
        "\0\u{1}\u{2}".to_owned(),
        "v=0".to_owned(),
        "v=0\r\n".repeat(1000),
        "m=audio".to_owned(),
        cut,
        without("v="),
        without("o="),
        without("a=fingerprint"),
        without("a=ice-ufrag"),
        without("a=ice-pwd"),
        without("a=mid"),
        CHROMIUM.replace("a=mid:1\r\n", "a=mid:0\r\n"),
        CHROMIUM.replace("m=audio", "m=application"),
        CHROMIUM.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 zz:"),
        CHROMIUM.replace("a=group:BUNDLE 0 1 2 3", "a=group:BUNDLE 9 9"),
        CHROMIUM.replace('\n', ""),
        CHROMIUM.chars().rev().collect(),
        format!("{CHROMIUM}{}", "a=x:y\r\n".repeat(20_000)),
    ] {
        assert!(answer(&bad).is_err(), "{:.80}", bad);
    }
}

#[test]
fn an_offer_cut_or_changed_anywhere_never_panics() {
    let identity = Identity::generate();
    let now = start();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for offer in [CHROMIUM, FIREFOX] {
        for at in (0..offer.len()).step_by(997) {
            let _ = NewPeer::answer(&offer[..at], &[Endpoint::udp(server())], &identity, now);
            let mut changed = offer.to_owned().into_bytes();
            changed[at] = b'9';
            let _ = NewPeer::answer(&String::from_utf8(changed).unwrap(), &[Endpoint::udp(server())], &identity, now);
        }
    }
    // Payload types that collide are a misuse that the transport answers with a panic.
    let collision =
        CHROMIUM.replace("a=rtpmap:98 VP9", "a=rtpmap:96 VP9").replace("a=rtpmap:111 opus", "a=rtpmap:96 opus");
    let _ = NewPeer::answer(&collision, &[Endpoint::udp(server())], &identity, now);
    std::panic::set_hook(hook);
}
