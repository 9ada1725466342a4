//! `docs/protocol.md` shows an example of every message. Each must parse, say the same when it is written again, and none
//! of the messages may be missing.

#![allow(clippy::unwrap_used, reason = "an example that is no message fails the test")]

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::{ClientMessage, ServerMessage};

const PROTOCOL: &str = include_str!("../../../docs/protocol.md");

#[test]
fn what_a_client_says() {
    let kinds = replay::<ClientMessage>("client");
    let known = [
        "agenda.open",
        "booth.assign",
        "booth.handover",
        "booth.handover_accept",
        "booth.handover_end",
        "booth.microphone",
        "booth.outgoing",
        "booth.relay",
        "booth.resume",
        "booth.signal",
        "booth.suspend",
        "caucus.enter",
        "caucus.leave",
        "caucus.open",
        "cert.request",
        "channel.listen",
        "channel.set",
        "devices",
        "enter",
        "floor.give",
        "floor.lower",
        "floor.raise",
        "floor.yield",
        "hello",
        "interpretation.mode",
        "interpretation.turn",
        "leave",
        "lobby.ready",
        "media.offer",
        "media.publish",
        "media.want",
        "mls.app",
        "mls.applied",
        "mls.commit",
        "mls.create",
        "mls.external",
        "mls.refused",
        "mls.resync",
        "pair.open",
        "ping",
        "quality",
        "seal.packages",
        "seal.resume",
        "seat.speaks",
        "summit.end",
        "whisper",
    ];
    assert_eq!(kinds, known.map(String::from).into());
}

#[test]
fn what_a_server_says() {
    let kinds = replay::<ServerMessage>("server");
    let known = [
        "booth.signal",
        "bye",
        "cert.denied",
        "cert.issued",
        "cert.revoked",
        "cert.waiting",
        "channel.audience",
        "event",
        "interpreting",
        "media.answer",
        "media.layers",
        "media.slots",
        "mls.app",
        "mls.committed",
        "mls.group_info",
        "mls.switch",
        "mls.void",
        "mls.wanted",
        "mls.welcome",
        "pong",
        "presence",
        "quality",
        "reply",
        "seal.groups",
        "seal.packages_wanted",
        "seal.suspect",
        "seat_taken",
        "source.closed",
        "source.opened",
        "speaking",
        "welcome",
        "whispering",
    ];
    assert_eq!(kinds, known.map(String::from).into());
}

#[test]
fn every_event_is_shown() {
    let events: BTreeSet<String> = examples("server")
        .into_iter()
        .filter_map(|message| Some(message.get("event")?.get("type")?.as_str()?.to_owned()))
        .collect();
    let known = [
        "agenda.opened",
        "booth.assigned",
        "booth.handed_over",
        "booth.handover",
        "booth.handover_ended",
        "booth.microphone",
        "booth.outgoing",
        "booth.relay",
        "booth.resumed",
        "booth.suspended",
        "caucus.entered",
        "caucus.left",
        "caucus.opened",
        "channel.set",
        "floor.given",
        "floor.lowered",
        "floor.raised",
        "floor.yielded",
        "interpretation.mode",
        "interpretation.turn",
        "lobby.ready",
        "plenary.revealed",
        "seat.speaks",
        "summit.ended",
    ];
    assert_eq!(events, known.map(String::from).into());
}

/// Parses and rewrites every example; returns the `type`s seen.
fn replay<Message: DeserializeOwned + Serialize>(speaker: &str) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for example in examples(speaker) {
        let message: Message =
            serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("{error}: {example}"));
        assert_eq!(serde_json::to_value(&message).unwrap(), example);
        kinds.insert(example["type"].as_str().unwrap().to_owned());
    }
    kinds
}

fn examples(speaker: &str) -> Vec<Value> {
    let fence = format!("```json {speaker}\n");
    let blocks = PROTOCOL.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| serde_json::from_str(block).unwrap()).collect()
}
