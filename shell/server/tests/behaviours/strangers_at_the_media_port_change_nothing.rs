use std::net::UdpSocket;

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::support::{Bench, SEATS, run};

/// The resident memory of this process, in kilobytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Bytes as strangers send them: noise, and noise that begins as STUN, DTLS, RTP or nothing at all.
fn datagram(random: &mut SmallRng) -> Vec<u8> {
    let mut bytes = vec![0; random.random_range(0..1400)];
    random.fill(&mut bytes[..]);
    let begin: &[u8] = match random.random_range(0..5) {
        0 => &[0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42],
        1 => &[22, 254, 253, 0, 0],
        2 => &[22, 254, 253, 0, 1],
        3 => &[0x80, 96],
        _ => &[],
    };
    for (byte, wanted) in bytes.iter_mut().zip(begin) {
        *byte = *wanted;
    }
    bytes
}

#[test]
fn ten_thousand_random_datagrams_are_counted_and_answered_by_nothing() {
    let bench = Bench::start();
    run(async {
        let mut guest = bench.guest("talks", SEATS[0]).await;
        let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
        stranger.set_nonblocking(true).unwrap();
        let media = bench.server().media_addresses().to_vec();
        let mut random = SmallRng::seed_from_u64(20_211_207);
        let before = memory();
        let mut sent = 0;
        while sent < 10_000 {
            for _ in 0..100 {
                stranger.send_to(&datagram(&mut random), media[sent % media.len()]).unwrap();
                sent += 1;
            }
            // Waiting for the count keeps the kernel's buffer from dropping any.
            while bench.metric("sommet_datagrams_received_total").await < sent as u64 {}
        }
        assert_eq!(bench.metric("sommet_datagrams_dropped_total{reason=\"unknown_peer\"}").await, 10_000);
        assert_eq!(bench.metric("sommet_datagrams_sent_total").await, 0);
        assert_eq!(bench.metric("sommet_media_thread_panics_total").await, 0);
        assert!(stranger.recv(&mut [0; 1500]).is_err(), "a stranger hears nothing");
        let grown = memory().saturating_sub(before);
        assert!(grown < 20_000, "memory grew by {grown} kB");

        guest.say(json!({ "type": "ping", "sent": 1 })).await;
        assert_eq!(guest.hear().await["type"], "pong");
        bench.guest("talks", SEATS[1]).await;
    });
}
