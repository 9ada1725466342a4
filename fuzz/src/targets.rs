//! The list of targets, in the order of `cargo x fuzz`.

mod commit_header;
mod datagram;
mod dependency;
mod documents;
mod frame;
mod frames;
mod group;
mod handshake;
mod messages;
mod offer;
mod packets;
mod payload;
mod relay;
mod room;
mod settings;

use crate::Target;

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "commit_header", run: commit_header::run },
    Target { name: "datagram", run: datagram::run },
    Target { name: "dependency", run: dependency::run },
    Target { name: "documents", run: documents::run },
    Target { name: "frame", run: frame::run },
    Target { name: "frames", run: frames::run },
    Target { name: "group", run: group::run },
    Target { name: "handshake", run: handshake::run },
    Target { name: "messages", run: messages::run },
    Target { name: "offer", run: offer::run },
    Target { name: "packets", run: packets::run },
    Target { name: "payload", run: payload::run },
    Target { name: "relay", run: relay::run },
    Target { name: "room", run: room::run },
    Target { name: "settings", run: settings::run },
];
