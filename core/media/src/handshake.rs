//! What a peer may send before its DTLS handshake is done. Anyone who can forge its address can inject datagrams then, and
//! the DTLS engine keeps what looks like a piece of a handshake until its queue is full: so only what a client really
//! sends at that point reaches it, and not much of that (RFC 6347 4.2).

use std::time::{Duration, Instant};

/// The DTLS datagrams let through in a second: a client's longest flight with every datagram sent three times. Those
/// beyond are dropped; a client that was shut out with them sends its flight again.
const DATAGRAMS_PER_WINDOW: u32 = 40;

/// See [`DATAGRAMS_PER_WINDOW`].
const WINDOW: Duration = Duration::from_secs(1);

/// The different pieces of messages let through in one handshake; a browser's certificate and hello make about eight. One
/// beyond is dropped. With [`CIPHER_CHANGES_MAX`] less than the thirty datagrams that the engine's queue holds.
const PIECES_MAX: usize = 20;

/// The changes of cipher let through in one handshake: one for each time a client repeats its last flight.
const CIPHER_CHANGES_MAX: u32 = 8;

/// The largest message of a client's handshake: a certificate chain.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;

const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;

/// The messages of a client and their places in its handshake, without a cookie exchange (which ICE makes needless) and
/// with a certificate (which the fingerprint in its offer is of).
const CLIENT_MESSAGES: [(u8, u16); 4] = [
    (CLIENT_HELLO, 0),
    (11, 1), // Certificate
    (16, 2), // ClientKeyExchange
    (15, 3), // CertificateVerify
];

/// Judges datagrams until the handshake is done.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    window: Option<Instant>,
    in_window: u32,
    /// We sent our flight: the client's second one may come.
    answered: bool,
    pieces: Vec<Piece>,
    cipher_changes: u32,
}

/// A fragment of a message, by the message's place and its own offset.
type Piece = (u16, usize);

/// A DTLS record of a datagram.
struct Record<'a> {
    kind: u8,
    epoch: u16,
    body: &'a [u8],
}

impl Gate {
    /// Whether this DTLS datagram may reach the engine.
    pub(crate) fn admits(&mut self, datagram: &[u8], now: Instant) -> bool {
        if self.window.is_none_or(|start| now.saturating_duration_since(start) >= WINDOW) {
            self.window = Some(now);
            self.in_window = 0;
        }
        let admitted = self.in_window < DATAGRAMS_PER_WINDOW && self.is_from_client(datagram);
        if admitted {
            self.in_window += 1;
        }
        admitted
    }

    /// We sent a DTLS datagram of our own.
    pub(crate) fn note_answer(&mut self) {
        self.answered = true;
    }

    /// Whether each record of a datagram is one that a client sends now.
    fn is_from_client(&mut self, datagram: &[u8]) -> bool {
        let mut rest = datagram;
        while !rest.is_empty() {
            let Some((record, next)) = Record::read(rest) else { return false };
            if !self.is_record_from_client(&record) {
                return false;
            }
            rest = next;
        }
        !datagram.is_empty()
    }

    fn is_record_from_client(&mut self, record: &Record<'_>) -> bool {
        match (record.kind, record.epoch) {
            (HANDSHAKE, 0) => self.are_messages_from_client(record.body),
            (CHANGE_CIPHER_SPEC, 0) => {
                self.cipher_changes += 1;
                self.answered && record.body == [1] && self.cipher_changes <= CIPHER_CHANGES_MAX
            }
            // The client's Finished is the one encrypted record before the handshake is done: 24 bytes of message, and
            // what the cipher adds.
            (HANDSHAKE, 1) => self.answered && (24 + 8..=256).contains(&record.body.len()),
            _ => false,
        }
    }

    /// Whether a record's content is whole fragments of messages that a client sends (RFC 6347 4.2.2).
    fn are_messages_from_client(&mut self, mut body: &[u8]) -> bool {
        let number = |bytes: &[u8]| bytes.iter().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte));
        while !body.is_empty() {
            let Some(header) = body.first_chunk::<12>() else { return false };
            let (length, offset, fragment) = (number(&header[1..4]), number(&header[6..9]), number(&header[9..12]));
            let place = u16::from_be_bytes([header[4], header[5]]);
            let known = CLIENT_MESSAGES.contains(&(header[0], place)) && (self.answered || header[0] == CLIENT_HELLO);
            if !known || length > MESSAGE_BYTES_MAX || offset + fragment > length || !self.has_room_for((place, offset))
            {
                return false;
            }
            let Some(next) = body.get(12 + fragment..) else { return false };
            body = next;
        }
        true
    }

    fn has_room_for(&mut self, piece: Piece) -> bool {
        let known = self.pieces.contains(&piece);
        if !known && self.pieces.len() < PIECES_MAX {
            self.pieces.push(piece);
            return true;
        }
        known
    }
}

impl<'a> Record<'a> {
    /// The first record of a datagram, and the rest (RFC 6347 4.1).
    fn read(datagram: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let header = datagram.first_chunk::<13>()?;
        let length = usize::from(u16::from_be_bytes([header[11], header[12]]));
        let (body, rest) = datagram[13..].split_at_checked(length)?;
        let known_version = header[1] == 0xfe && (header[2] == 0xfd || header[2] == 0xff);
        let epoch = u16::from_be_bytes([header[3], header[4]]);
        known_version.then_some((Self { kind: header[0], epoch, body }, rest))
    }
}

/// Whether a datagram is DTLS by its first byte (RFC 7983 7).
pub(crate) fn is_dtls(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (20..64).contains(first))
}

/// Whether a datagram is STUN by its first byte (RFC 7983 7).
pub(crate) fn is_stun(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| *first < 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, epoch: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        let mut record = vec![kind, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 0];
        record.extend(length);
        record.extend(body);
        record
    }

    fn message(kind: u8, place: u8, offset: u8) -> Vec<u8> {
        record(HANDSHAKE, 0, &[kind, 0, 0, 200, 0, place, 0, 0, offset, 0, 0, 2, 8, 8])
    }

    fn answered() -> Gate {
        Gate { answered: true, ..Gate::default() }
    }

    #[test]
    fn a_clients_flights_pass() {
        let now = crate::test_start();
        let mut gate = Gate::default();
        assert!(gate.admits(&message(CLIENT_HELLO, 0, 0), now));
        assert!(gate.admits(&message(CLIENT_HELLO, 0, 100), now));
        assert!(!gate.admits(&message(11, 1, 0), now), "not before we answered");
        gate.note_answer();
        let mut last = [message(11, 1, 0), message(16, 2, 0), message(15, 3, 0)].concat();
        last.extend(record(CHANGE_CIPHER_SPEC, 0, &[1]));
        last.extend(record(HANDSHAKE, 1, &[7; 48]));
        assert!(gate.admits(&last, now));
        assert!(gate.admits(&last, now), "a client repeats its flights");
    }

    #[test]
    fn what_no_client_sends_does_not_pass() {
        for bad in [
            vec![],
            vec![22],
            record(21, 0, &[2, 40]),   // a plaintext alert
            record(23, 0, &[1, 2, 3]), // application data
            record(23, 1, &[1; 64]),   // the same, encrypted
            message(2, 1, 0),          // a server's hello
            message(11, 2, 0),         // a certificate in the wrong place
            message(CLIENT_HELLO, 0, 199),
            record(HANDSHAKE, 0, &[1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9, 8, 8]),
            record(HANDSHAKE, 0, &[1, 255, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 8, 8]),
            record(HANDSHAKE, 2, &[7; 48]),
            record(HANDSHAKE, 0, &[9; 30]),
            message(CLIENT_HELLO, 0, 0)[..20].to_vec(),
        ] {
            assert!(!answered().admits(&bad, crate::test_start()), "{bad:?}");
        }
    }

    #[test]
    fn a_flood_is_stopped_and_the_gate_opens_again() {
        let now = crate::test_start();
        let mut gate = answered();
        let hello = message(CLIENT_HELLO, 0, 0);
        assert_eq!((0..300).filter(|_| gate.admits(&hello, now)).count(), 40);
        assert!(gate.admits(&hello, now + WINDOW));
    }

    #[test]
    fn the_engines_queue_of_thirty_is_never_full() {
        let mut now = crate::test_start();
        let mut gate = answered();
        let mut kept = 0;
        for offset in 0..190 {
            now += WINDOW;
            kept += usize::from(gate.admits(&message(11, 1, offset), now));
            kept += usize::from(gate.admits(&record(CHANGE_CIPHER_SPEC, 0, &[1]), now));
        }
        assert!(kept < 30, "{kept}");
    }
}
