//! A datagram at a server that knows nobody: the ICE user name is looked for, and nothing is answered.

use std::time::Instant;

use node::{Node, Way};
use wire::WallTime;

use crate::call::{server, stranger};

pub(super) fn run(bytes: &[u8]) {
    let (mut node, now) = (Node::new(), Instant::now());
    node.handle_datagram(Way::udp(stranger(), server()), bytes, now);
    assert!(node.poll_output(now, WallTime(0)).is_none(), "a stranger was answered");
    assert_eq!(node.dropped_datagrams(), 1);
}
