//! Every message that travels as JSON, from either end, one a line: what can be read can be written, and read again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::{ClientMessage, PartyMessage, PartyReply, ServerMessage, SessionRequest, SignedManifest};

pub(super) fn run(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        again::<ClientMessage>(line);
        again::<ServerMessage>(line);
        again::<PartyMessage>(line);
        again::<PartyReply>(line);
        again::<SessionRequest>(line);
        again::<SignedManifest>(line);
    }
}

fn again<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    let Ok(message) = serde_json::from_slice::<T>(bytes) else { return };
    let written = serde_json::to_vec(&message).expect("what was read can be written");
    let read: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(serde_json::to_vec(&read).expect("what was read can be written"), written);
}
