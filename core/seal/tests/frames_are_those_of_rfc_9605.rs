//! The vectors of RFC 9605 (appendix C), as the working group publishes them: all headers, and suite 4, which is the one
//! that is used.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use seal::frame::{Header, derive, open_raw, seal_raw};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    header: Vec<HeaderVector>,
    sframe: Vec<FrameVector>,
}

#[derive(Deserialize)]
struct HeaderVector {
    kid: u64,
    ctr: u64,
    encoded: String,
}

#[derive(Deserialize)]
struct FrameVector {
    cipher_suite: u16,
    kid: u64,
    ctr: u64,
    base_key: String,
    sframe_key: String,
    sframe_salt: String,
    metadata: String,
    pt: String,
    ct: String,
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/rfc9605.json")).unwrap()
}

#[test]
fn headers() {
    let vectors = vectors().header;
    assert_eq!(vectors.len(), 289);
    for HeaderVector { kid, ctr, encoded } in vectors {
        let (header, encoded) = (Header { kid, ctr }, bytes(&encoded));
        assert_eq!(header.to_bytes(), encoded);
        assert_eq!(Header::read(&encoded), Some((header, encoded.len())));
    }
}

#[test]
fn suite_4() {
    let vectors: Vec<_> = vectors().sframe.into_iter().filter(|vector| vector.cipher_suite == 4).collect();
    assert_eq!(vectors.len(), 1);
    for vector in vectors {
        let base_key = bytes(&vector.base_key);
        let (key, salt) = derive(&base_key, vector.kid);
        assert_eq!(key.as_slice(), bytes(&vector.sframe_key));
        assert_eq!(salt.as_slice(), bytes(&vector.sframe_salt));
        let header = Header { kid: vector.kid, ctr: vector.ctr };
        let (metadata, plain, sealed) = (bytes(&vector.metadata), bytes(&vector.pt), bytes(&vector.ct));
        assert_eq!(seal_raw(&base_key, header, &metadata, &plain).unwrap(), sealed);
        assert_eq!(open_raw(&base_key, &metadata, &sealed).unwrap(), plain);
    }
}
