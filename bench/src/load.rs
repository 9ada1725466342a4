//! The same load for a server that is not ours: people as the bots are, at peer connections of the same kind, without a
//! meeting around them. Who sends, sends what `sommet bots --heavy --all-speak` does: five packets of about 1,100 bytes
//! for each of 30 frames a second, and sound every 20 ms.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use media::caller::{Caller, CallerOutput, Layer, Picture, Sending, Setup, Sound};

/// Five packets on the way.
const FRAME_BYTES: usize = 5_500;
const FRAME_EVERY: Duration = Duration::from_nanos(33_333_333);
const FRAME_TICKS: u32 = 3_000;
const SOUND_BYTES: usize = 80;
const SOUND_EVERY: Duration = Duration::from_millis(20);
const SOUND_TICKS: u32 = 960;
/// How long everybody sleeps when nothing is to be done.
const NAP: Duration = Duration::from_millis(1);

/// Everybody at one server, moved by one thread.
#[derive(Default)]
pub(crate) struct Load {
    people: Vec<Person>,
}

struct Person {
    caller: Caller,
    socket: UdpSocket,
    local: SocketAddr,
    sending: Option<Pace>,
    is_connected: bool,
}

/// When the next of everything leaves.
struct Pace {
    picture_due: Instant,
    sound_due: Instant,
    frames: u32,
    sounds: u32,
    needs_key: bool,
}

impl Load {
    /// Somebody who sends a voice and a picture, and receives nothing; what it offers.
    pub(crate) fn speaker(&mut self, address: IpAddr) -> Result<(usize, String), String> {
        let setup = Setup { sending: Sending::Single, audio_slots: 0, video_slots: 0 };
        let now = Instant::now();
        let pace = Pace { picture_due: now, sound_due: now, frames: 0, sounds: 0, needs_key: true };
        self.add(address, Some(pace), |local| Caller::offer(setup, local, now))
    }

    /// Somebody who receives what a server offers; the answer.
    pub(crate) fn listener(&mut self, address: IpAddr, offer: &str) -> Result<String, String> {
        let now = Instant::now();
        self.add(address, None, |local| Caller::answer(offer, local, now)).map(|(_, answer)| answer)
    }

    fn add(
        &mut self,
        address: IpAddr,
        sending: Option<Pace>,
        make: impl FnOnce(SocketAddr) -> Result<(Caller, String), media::caller::CallerError>,
    ) -> Result<(usize, String), String> {
        let socket = UdpSocket::bind((address, 0)).map_err(|error| error.to_string())?;
        socket.set_nonblocking(true).map_err(|error| error.to_string())?;
        let local = socket.local_addr().map_err(|error| error.to_string())?;
        let (caller, sdp) = make(local).map_err(|error| error.to_string())?;
        self.people.push(Person { caller, socket, local, sending, is_connected: false });
        Ok((self.people.len() - 1, sdp))
    }

    /// The answer to the offer of that person.
    pub(crate) fn answered(&mut self, person: usize, sdp: &str) -> Result<(), String> {
        self.people[person].caller.handle_answer(sdp, Instant::now()).map_err(|error| error.to_string())
    }

    /// Lets time go by until then.
    pub(crate) fn run(&mut self, end: Instant) -> Result<(), String> {
        while Instant::now() < end {
            let mut idle = true;
            for person in &mut self.people {
                idle &= !person.turn()?;
            }
            if idle {
                std::thread::sleep(NAP);
            }
        }
        Ok(())
    }

    /// Whether everybody has a connection.
    pub(crate) fn is_connected(&self) -> bool {
        self.people.iter().all(|person| person.is_connected)
    }

    /// RTP packets that everybody received, all of them out of their SRTP.
    pub(crate) fn packets(&self) -> u64 {
        let of = |person: &Person| {
            let (sound, pictures) = person.caller.received_in_all();
            sound.packets + pictures.packets
        };
        self.people.iter().map(of).sum()
    }
}

impl Person {
    /// Takes what came and sends what is due. Whether there was anything.
    fn turn(&mut self) -> Result<bool, String> {
        let mut bytes = [0; 2048];
        let mut busy = false;
        loop {
            match self.socket.recv_from(&mut bytes) {
                Ok((length, source)) => {
                    busy = true;
                    self.caller.handle_datagram(source, self.local, &bytes[..length], Instant::now());
                    self.act()?;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // What an earlier datagram met with; the connection finds out by itself.
                Err(_) => {}
            }
        }
        let now = Instant::now();
        if self.caller.poll_timeout().is_some_and(|due| due <= now) {
            self.caller.handle_timeout(now);
        }
        self.send(now);
        self.act()?;
        while self.caller.poll_frame().is_some() {}
        Ok(busy)
    }

    fn send(&mut self, now: Instant) {
        let Some(pace) = self.sending.as_mut().filter(|_| self.is_connected) else { return };
        while pace.sound_due <= now {
            let timestamp = pace.sounds.wrapping_mul(SOUND_TICKS);
            self.caller.write_audio(Sound { frame: &[0xf8; SOUND_BYTES], timestamp, level: 30 }, now);
            pace.sounds = pace.sounds.wrapping_add(1);
            pace.sound_due += SOUND_EVERY;
        }
        while pace.picture_due <= now {
            let timestamp = pace.frames.wrapping_mul(FRAME_TICKS);
            let picture = frame(std::mem::take(&mut pace.needs_key));
            self.caller.write_video(Layer::Full, Picture { frame: &picture, timestamp }, now);
            pace.frames = pace.frames.wrapping_add(1);
            pace.picture_due += FRAME_EVERY;
        }
    }

    fn act(&mut self) -> Result<(), String> {
        while let Some(output) = self.caller.poll_output() {
            match output {
                // A full buffer drops the datagram, as a full network would.
                CallerOutput::Transmit { destination, payload, .. } => drop(self.socket.send_to(&payload, destination)),
                CallerOutput::Connected => {
                    self.is_connected = true;
                    let now = Instant::now();
                    if let Some(pace) = &mut self.sending {
                        (pace.picture_due, pace.sound_due) = (now, now);
                    }
                }
                CallerOutput::KeyFrameWanted(_) => {
                    if let Some(pace) = &mut self.sending {
                        pace.needs_key = true;
                    }
                }
                CallerOutput::Lost => return Err("somebody lost the connection to the server".to_owned()),
            }
        }
        Ok(())
    }
}

/// The header of a VP8 frame of 1280x720 (RFC 6386 section 9.1), and nothing that could be shown.
fn frame(is_key: bool) -> Vec<u8> {
    let header: &[u8] = if is_key { &[0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02] } else { &[0x11, 0, 0] };
    let mut frame = header.to_vec();
    frame.resize(FRAME_BYTES, 0);
    frame
}
