//! People with real media connections: each has a caller at an address of its own, and datagrams travel at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use media::caller::{Caller, CallerOutput, Sending, Setup, Sound};
use node::{ConnectionId, Endpoint, Identity, Input, NewPeer};
use wire::{Request, SeatId, ServerMessage, SourceId, SourceKind};

use super::Hall;

const STEP: Duration = Duration::from_millis(10);

/// Sends a microphone and a camera, and can receive two of each.
pub const ALL: Setup = Setup { sending: Sending::Single, audio_slots: 2, video_slots: 2 };

pub struct Call {
    pub connection: ConnectionId,
    /// What its sound is sealed as.
    pub sound: SourceKind,
    pub caller: Caller,
    pub offer: String,
    pub answer: String,
    pub address: SocketAddr,
    pub connected: bool,
    /// Nothing leaves or reaches it.
    pub unplugged: bool,
}

/// A hall and the calls into it.
pub struct Calls {
    pub hall: Hall,
    pub calls: Vec<Call>,
    identity: Identity,
    timestamp: u32,
}

pub fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([198, 51, 100, 7], port))
}

pub fn server() -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 1], 7000))
}

impl Calls {
    pub fn into(hall: Hall) -> Self {
        Self { hall, calls: Vec::new(), identity: Identity::generate(), timestamp: 0 }
    }

    /// Somebody offers media and is answered; the connection is not there yet.
    pub fn offer(&mut self, connection: ConnectionId, setup: Setup, address: SocketAddr) -> usize {
        let (mut caller, offer) = Caller::offer(setup, address, self.hall.now).unwrap();
        let (sdp, tracks) = (offer.clone(), caller.tracks().to_vec());
        assert_eq!(self.hall.ask(connection, Request::MediaOffer { sdp, tracks, fresh: true }), None);
        for (connection, request, sdp) in std::mem::take(&mut self.hall.negotiations) {
            let answer = NewPeer::answer(&sdp, &[Endpoint::udp(server())], &self.identity, self.hall.now);
            let result = answer.map(|(peer, sdp)| (Box::new(peer), sdp));
            self.hall.tell(Input::Negotiated { connection, request, result });
        }
        let answer = self.hall.sent(connection).iter().rev().find_map(|message| match message {
            ServerMessage::MediaAnswer { sdp, .. } => Some(sdp.clone()),
            _ => None,
        });
        let answer = answer.expect("an answer");
        caller.handle_answer(&answer, self.hall.now).unwrap();
        if !self.hall.devices.contains_key(&connection) {
            self.hall.seal(connection);
        }
        self.calls.push(Call {
            connection,
            sound: SourceKind::Microphone,
            caller,
            offer,
            answer,
            address,
            connected: false,
            unplugged: false,
        });
        self.calls.len() - 1
    }

    /// The same, and it is there.
    pub fn call(&mut self, connection: ConnectionId, setup: Setup, address: SocketAddr) -> usize {
        let call = self.offer(connection, setup, address);
        self.run(Duration::from_secs(2));
        assert!(self.calls[call].connected);
        call
    }

    pub fn run(&mut self, duration: Duration) {
        let end = self.hall.now + duration;
        while self.hall.now < end {
            self.hall.pass(STEP);
            self.hall.work();
            for call in &mut self.calls {
                call.caller.handle_timeout(self.hall.now);
            }
            while self.carry() {}
        }
    }

    /// These calls send sound at these levels, in -dBov, for so long.
    pub fn talk(&mut self, levels: &[(usize, u8)], duration: Duration) {
        let end = self.hall.now + duration;
        while self.hall.now < end {
            self.timestamp = self.timestamp.wrapping_add(960);
            for &(call, level) in levels {
                let Call { connection, sound: kind, .. } = self.calls[call];
                let header = self.hall.devices[&connection].header(kind);
                let frame = [&header[..], &[0xf8; 40]].concat();
                let sound = Sound { frame: &frame, timestamp: self.timestamp, level };
                self.calls[call].caller.write_audio(sound, self.hall.now);
            }
            self.run(Duration::from_millis(20));
        }
    }

    /// What the receiving m-lines of a connection carry, as it was told.
    pub fn carried(&self, connection: ConnectionId) -> Vec<SourceId> {
        let mut slots = BTreeMap::new();
        for message in self.hall.sent(connection) {
            if let ServerMessage::MediaSlots { slots: changed } = message {
                slots.extend(changed.iter().map(|slot| (slot.mid.clone(), slot.source)));
            }
        }
        slots.into_values().flatten().collect()
    }

    /// The source of that kind which a seat publishes, as a connection was told.
    pub fn source(&self, connection: ConnectionId, seat: &SeatId, kind: SourceKind) -> SourceId {
        let opened = self.hall.sent(connection).iter().rev().find_map(|message| match message {
            ServerMessage::SourceOpened { source } if source.seat == *seat && source.kind == kind => Some(source.id),
            _ => None,
        });
        opened.expect("a source")
    }

    /// Carries what waits, once in both directions. False: nothing waited.
    fn carry(&mut self) -> bool {
        let mut carried = false;
        for call in &mut self.calls {
            while let Some(output) = call.caller.poll_output() {
                match output {
                    CallerOutput::Connected => call.connected = true,
                    CallerOutput::Lost => call.connected = false,
                    CallerOutput::Transmit { payload, .. } if !call.unplugged => {
                        self.hall.datagram(call.address, server(), &payload);
                        carried = true;
                    }
                    CallerOutput::Transmit { .. } | CallerOutput::KeyFrameWanted(_) => {}
                }
            }
        }
        for (destination, payload) in std::mem::take(&mut self.hall.datagrams) {
            let reachable = self.calls.iter_mut().filter(|call| call.address == destination && !call.unplugged);
            for call in reachable {
                call.caller.handle_datagram(server(), destination, &payload, self.hall.now);
                carried = true;
            }
        }
        carried
    }
}
