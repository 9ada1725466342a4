//! The floor: the least that forwarding can cost on this machine. One thread receives a frame of sealed packets, opens
//! them once, seals them anew for every listener (AES-128-GCM) and sends each listener its frame in one call (GSO). No
//! protocol, no bookkeeping, no timers: what a server spends above this is its own.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use core_affinity::CoreId;
use quinn_udp::{Transmit, UdpSockRef, UdpSocketState};

use crate::machine::{Cores, cpu_time_of_this_thread, pin};

const HEADER_BYTES: usize = 12;
const PAYLOAD_BYTES: usize = 1100;
const TAG_BYTES: usize = 16;
const PACKET_BYTES: usize = HEADER_BYTES + PAYLOAD_BYTES + TAG_BYTES;
const PACKETS_PER_FRAME: usize = 5;
const FRAME_INTERVAL: Duration = Duration::from_micros(33_333);

/// Microseconds of processor time for each packet sent to one of `listeners`, measured over `frames` frames at 30 a
/// second: the pace of the load that the server gets, so that caches are as cold.
pub(crate) fn measure(cores: Cores, listeners: usize, frames: usize) -> io::Result<f64> {
    let blaster = UdpSocket::bind("127.0.0.1:0")?;
    let sockets: Vec<UdpSocket> = (0..listeners).map(|_| UdpSocket::bind("127.0.0.1:0")).collect::<io::Result<_>>()?;
    let addresses: Vec<SocketAddr> = sockets.iter().map(UdpSocket::local_addr).collect::<io::Result<_>>()?;
    let target = blaster.local_addr()?;
    let done = Arc::new(AtomicBool::new(false));
    let receivers = thread::spawn({
        let done = Arc::clone(&done);
        move || drain(cores.load, &sockets, &done)
    });
    let source = thread::spawn(move || send_frames(cores.load, target, frames));
    let blast = thread::spawn(move || blast(cores.server, &blaster, &addresses, frames));
    let spent = blast.join().map_err(|_| io::Error::other("the blaster panicked"))??;
    done.store(true, Ordering::Relaxed);
    source.join().map_err(|_| io::Error::other("the source panicked"))??;
    receivers.join().map_err(|_| io::Error::other("the receivers panicked"))??;
    let packets = frames * PACKETS_PER_FRAME * listeners;
    Ok(spent.as_secs_f64() * 1e6 / packets as f64)
}

/// What is measured.
fn blast(core: CoreId, socket: &UdpSocket, listeners: &[SocketAddr], frames: usize) -> io::Result<Duration> {
    pin(core);
    let state = UdpSocketState::new(UdpSockRef::from(socket))?;
    socket.set_nonblocking(false)?;
    let incoming = key(1)?;
    let outgoing: Vec<LessSafeKey> = (0..listeners.len()).map(|_| key(2)).collect::<io::Result<_>>()?;
    let mut frame = vec![[0u8; PACKET_BYTES]; PACKETS_PER_FRAME];
    let mut run = Vec::with_capacity(PACKET_BYTES * PACKETS_PER_FRAME);
    let before = cpu_time_of_this_thread();
    for number in 0..frames {
        for packet in &mut frame {
            socket.recv(packet)?;
            let (header, sealed) = packet.split_at_mut(HEADER_BYTES);
            incoming
                .open_in_place(nonce(0), Aad::from(header), sealed)
                .map_err(|_| io::Error::other("not authentic"))?;
        }
        for (listener, key) in listeners.iter().zip(&outgoing) {
            run.clear();
            for packet in &frame {
                let start = run.len();
                run.extend_from_slice(packet);
                let (header, rest) = run[start..].split_at_mut(HEADER_BYTES);
                let (payload, tag) = rest.split_at_mut(PAYLOAD_BYTES);
                let sealed = key.seal_in_place_separate_tag(nonce(number as u64), Aad::from(header), payload);
                tag.copy_from_slice(sealed.map_err(|_| io::Error::other("cannot seal"))?.as_ref());
            }
            let transmit = Transmit {
                destination: *listener,
                ecn: None,
                contents: &run,
                segment_size: Some(PACKET_BYTES),
                src_ip: None,
            };
            state.try_send(UdpSockRef::from(socket), &transmit)?;
        }
    }
    Ok(cpu_time_of_this_thread() - before)
}

fn send_frames(core: CoreId, target: SocketAddr, frames: usize) -> io::Result<()> {
    pin(core);
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let mut packet = vec![0x80u8; HEADER_BYTES + PAYLOAD_BYTES];
    let (header, payload) = packet.split_at_mut(HEADER_BYTES);
    let tag = key(1)?.seal_in_place_separate_tag(nonce(0), Aad::from(header), payload);
    packet.extend_from_slice(tag.map_err(|_| io::Error::other("cannot seal"))?.as_ref());
    let start = Instant::now();
    for number in 0..frames {
        let due = FRAME_INTERVAL * u32::try_from(number).unwrap_or(u32::MAX);
        thread::sleep(due.saturating_sub(start.elapsed()));
        for _ in 0..PACKETS_PER_FRAME {
            socket.send_to(&packet, target)?;
        }
    }
    Ok(())
}

/// Listeners that read everything, as real ones do.
fn drain(core: CoreId, sockets: &[UdpSocket], done: &AtomicBool) -> io::Result<()> {
    pin(core);
    let mut buffer = [0u8; 2048];
    for socket in sockets {
        socket.set_nonblocking(true)?;
    }
    while !done.load(Ordering::Relaxed) {
        for socket in sockets {
            while socket.recv(&mut buffer).is_ok() {}
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn key(seed: u8) -> io::Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_128_GCM, &[seed; 16]).map_err(|_| io::Error::other("no AES-GCM here"))?;
    Ok(LessSafeKey::new(key))
}

fn nonce(number: u64) -> Nonce {
    let mut bytes = [0u8; 12];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}
