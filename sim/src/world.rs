//! A whole summit in one thread under virtual time: the server, its disk, the network, the people's devices, and beside
//! them the reference model. Time jumps from one deadline to the next; nothing waits.
//!
//! This file moves time and looks after the devices; `serving.rs` is the server's side and the comparison with the model.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Input, Noticed, Output, Persona};
use node::ConnectionId;
use wire::{Request, Role, SeatId, SummitId, SummitPlan, WallTime};

use crate::chance::Chance;
use crate::device::{Device, DeviceId, Making};
use crate::disk::Disk;
use crate::finding::Finding;
use crate::model::Model;
use crate::network::Conditions;
use crate::offices::{self, Offices};
use crate::people::Act;
use crate::persona::persona;
use crate::schedule::{Happening, Schedule};
use crate::serving::Server;
use crate::socket::Socket;
use crate::transcript::Transcript;

/// The wall clock when a run starts: 2027-01-04T09:00:00Z.
const START: WallTime = WallTime(1_799_053_200_000);
/// Steps at one and the same instant after which something is going in circles.
const STEPS_AT_ONCE_MAX: u32 = 20_000;

/// A running simulation.
pub struct World {
    pub(crate) seed: u64,
    pub(crate) start: Instant,
    pub(crate) now: Instant,
    steps_at_once: u32,
    pub(crate) schedule: Schedule,
    pub(crate) summit: SummitId,
    pub(crate) plan: SummitPlan,
    pub(crate) server: Server,
    pub(crate) offices: Offices,
    pub(crate) disk: Disk,
    pub(crate) model: Model,
    pub(crate) devices: Vec<Device>,
    /// Those of them to which anything can still happen, so that hours of coming and going cost no more than minutes.
    live: BTreeSet<DeviceId>,
    pub(crate) at_seat: BTreeMap<SeatId, DeviceId>,
    /// What everybody looks and sounds like.
    voices: BTreeMap<SeatId, (u8, Persona)>,
    pub(crate) sockets: BTreeMap<ConnectionId, Socket>,
    next_connection: u64,
    reloads: u32,
    pub(crate) conditions: Conditions,
    transcript: Transcript,
}

impl World {
    /// A server with one summit, and nobody there. All ways are as `conditions` say.
    pub fn new(seed: u64, plan: SummitPlan, conditions: Conditions) -> Self {
        let start = Instant::now();
        // The name is fixed and well-formed.
        let summit = SummitId::new("simulated").expect("a well-formed id");
        let mut world = Self {
            seed,
            start,
            now: start,
            steps_at_once: 0,
            schedule: Schedule::default(),
            offices: Offices::open(seed, &summit, &plan, START),
            summit,
            plan: plan.clone(),
            server: Server::down(Chance::new(seed, "server")),
            disk: Disk::new(Chance::new(seed, "disk")),
            model: Model::new(plan.clone()),
            devices: Vec::new(),
            live: BTreeSet::new(),
            at_seat: BTreeMap::new(),
            voices: voices(&plan),
            sockets: BTreeMap::new(),
            next_connection: 1,
            reloads: 0,
            conditions,
            transcript: Transcript::default(),
        };
        world.start_server();
        world
    }

    /// What was written down so far.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The wall clock.
    pub fn wall(&self) -> WallTime {
        START.plus(self.now - self.start)
    }

    // ---- people

    /// A person opens the link of a seat on another device; it takes over the seat if another one has it.
    pub fn arrives(&mut self, seat: &SeatId) -> DeviceId {
        let id = DeviceId(self.devices.len());
        self.note(&format!("{seat} opens the page on device {}", id.0));
        let wall = self.wall();
        // Each invitation admits one device: for another one the party makes another.
        let invited = self.offices.invite(seat, wall);
        let making = Making {
            seat: seat.clone(),
            token: self.server.open_session(seat, invited.document),
            secret: invited.secret,
            key: Arc::new(offices::key(&mut Chance::new(self.seed, &format!("key of device {}", id.0)))),
            persona: self.voices.get(seat).map(|(_, persona)| persona.clone()),
            conditions: self.conditions,
            seed: self.seed,
        };
        self.devices.push(Device::new(id, making, self.now));
        self.live.insert(id);
        self.at_seat.insert(seat.clone(), id);
        id
    }

    /// The person presses "Join".
    pub fn enters(&mut self, seat: &SeatId) {
        self.note(&format!("{seat} presses Join"));
        self.with_seat(seat, |device, now| device.participant.enter(now));
    }

    /// The person asks for something.
    pub fn asks(&mut self, seat: &SeatId, request: Request) {
        self.with_seat(seat, |device, now| {
            if let Request::Devices { devices } = request {
                device.participant.switch_devices(devices, now);
            } else {
                device.participant.request(request, now);
            }
        });
    }

    /// The person leaves for good.
    pub fn leaves(&mut self, seat: &SeatId) {
        self.note(&format!("{seat} presses Leave"));
        self.with_seat(seat, |device, now| device.participant.leave(now));
    }

    /// The person loads the page anew.
    pub fn reloads(&mut self, seat: &SeatId) {
        let Some(device) = self.at_seat.get(seat).copied() else { return };
        self.note(&format!("{seat} reloads the page"));
        if let Some(connection) = self.devices[device.0].socket {
            self.cut(connection, Duration::ZERO, Duration::from_millis(100));
        }
        self.reloads += 1;
        let seed = Chance::new(self.seed, &format!("reload {}", self.reloads)).number();
        self.with(device, |device, now| device.reload(seed, now));
    }

    /// The WebSocket of the person's device breaks; both ends learn of it in their own time.
    pub fn loses_connection(&mut self, seat: &SeatId) {
        let socket = self.at_seat.get(seat).and_then(|device| self.devices[device.0].socket);
        if let Some(connection) = socket {
            self.note(&format!("{seat} loses its connection"));
            self.cut(connection, Duration::from_millis(200), Duration::from_secs(3));
        }
    }

    /// The person's device has no network at all for so long.
    pub fn goes_offline(&mut self, seat: &SeatId, away: Duration) {
        self.loses_connection(seat);
        let until = self.now + away;
        self.with_seat(seat, |device, _| device.goes_offline(until));
    }

    /// The person's device moves to another network: the WebSocket breaks, and its packets come from another address.
    pub fn changes_network(&mut self, seat: &SeatId) {
        self.loses_connection(seat);
        let Some(device) = self.at_seat.get(seat).copied() else { return };
        let device = &mut self.devices[device.0];
        device.public.set_port(device.public.port().wrapping_add(10_000).max(1));
    }

    /// The next commits fail, that many of them.
    pub fn fail_disk(&mut self, commits: u32) {
        self.disk.fail_next(commits);
    }

    /// From now on every commit takes so much longer.
    pub fn slow_disk(&mut self, time: Duration) {
        self.disk.be_slower_by(time);
    }

    /// The device that a person used last.
    pub fn device_of(&self, seat: &SeatId) -> Option<&Device> {
        self.at_seat.get(seat).map(|device| &self.devices[device.0])
    }

    /// A device.
    pub(crate) fn device(&self, device: DeviceId) -> &Device {
        &self.devices[device.0]
    }

    /// The level of that seat's voice.
    pub(crate) fn level_of(&self, seat: &SeatId) -> Option<u8> {
        self.voices.get(seat).map(|(level, _)| *level)
    }

    /// Whose voice has that level.
    pub(crate) fn speaker_at(&self, level: u8) -> Option<&SeatId> {
        self.voices.iter().find(|(_, (own, _))| *own == level).map(|(seat, _)| seat)
    }

    /// Something to be done later.
    pub(crate) fn plan_act(&mut self, at: Instant, act: Act) {
        self.schedule.add(at, Happening::Act(act));
    }

    // ---- time

    /// Lets time pass.
    ///
    /// # Errors
    /// Something is wrong with the server, or with the model.
    pub fn run_for(&mut self, duration: Duration) -> Result<(), Finding> {
        self.run_to(self.now + duration)
    }

    /// Lets time pass until it is `end`.
    pub(crate) fn run_to(&mut self, end: Instant) -> Result<(), Finding> {
        while self.next_at().is_some_and(|at| at <= end) {
            self.step()?;
        }
        self.now = self.now.max(end);
        Ok(())
    }

    /// Lets time pass until something holds.
    ///
    /// # Errors
    /// It did not come to hold within `patience`, or something is wrong.
    pub fn run_until(&mut self, what: &str, patience: Duration, holds: impl Fn(&Self) -> bool) -> Result<(), Finding> {
        let end = self.now + patience;
        while !holds(self) {
            match self.next_at() {
                Some(at) if at <= end => self.step()?,
                Some(_) | None => return Err(self.finding(format!("waited {patience:?} in vain until {what}"))),
            }
        }
        Ok(())
    }

    /// The next thing happens, whenever it does.
    ///
    /// # Errors
    /// Something is wrong.
    pub fn step(&mut self) -> Result<(), Finding> {
        let Some(next) = self.next_at() else { return Err(self.finding("nothing will ever happen again".to_owned())) };
        self.steps_at_once = if next > self.now { 0 } else { self.steps_at_once + 1 };
        if self.steps_at_once > STEPS_AT_ONCE_MAX {
            let who = self.due_device().map(|device| &self.device(device).seat);
            return Err(self.finding(format!("time does not pass any more; the device of {who:?} is due")));
        }
        self.now = self.now.max(next);
        if self.server.poll_timeout().is_some_and(|at| at <= self.now) {
            return self.serve_timeout();
        }
        if let Some(device) = self.due_device() {
            self.with(device, |device, now| device.participant.handle_timeout(now));
            return Ok(());
        }
        match self.schedule.pop_due(self.now) {
            Some(happening) => self.happens(happening),
            None => Ok(()),
        }
    }

    fn next_at(&self) -> Option<Instant> {
        let devices = self.live_devices().filter_map(|device| device.participant.poll_timeout());
        devices.chain(self.schedule.next_at()).chain(self.server.poll_timeout()).min()
    }

    fn live_devices(&self) -> impl Iterator<Item = &Device> {
        self.live.iter().map(|id| &self.devices[id.0])
    }

    fn due_device(&self) -> Option<DeviceId> {
        let due = |device: &&Device| device.participant.poll_timeout().is_some_and(|at| at <= self.now);
        self.live_devices().find(due).map(|device| device.id)
    }

    fn happens(&mut self, happening: Happening) -> Result<(), Finding> {
        match happening {
            Happening::Act(act) => self.act(act)?,
            Happening::SocketOpens { device, connection } => self.socket_opens(device, connection),
            Happening::ToServer { connection, message } => {
                if self.carries(connection) {
                    self.serve_message(connection, *message)?;
                }
            }
            Happening::ToDevice { connection, message } => {
                if let Some(device) = self.device_behind(connection) {
                    self.with(device, |device, now| device.hears(*message, now));
                }
            }
            Happening::SocketEndsAtDevice { connection } => {
                let has = |device: &&mut Device| device.socket == Some(connection);
                if let Some(device) = self.devices.iter_mut().find(has) {
                    device.socket = None;
                    let id = device.id;
                    self.with(id, |device, now| device.participant.handle(Input::Closed, now));
                }
            }
            Happening::SocketEndsAtServer { connection } => self.serve_end_of_socket(connection)?,
            Happening::DatagramToServer { source, payload } => self.serve_datagram(source, &payload)?,
            Happening::DatagramToDevice { destination, payload } => self.datagram_arrives(destination, &payload)?,
            Happening::Committed { life } => self.serve_commit(life)?,
            Happening::Negotiated { life, connection, request, sdp } => {
                self.serve_negotiated(life, connection, request, &sdp)?;
            }
            Happening::ServerStarts => self.start_server(),
        }
        Ok(())
    }

    // ---- devices and their sockets

    fn with_seat(&mut self, seat: &SeatId, step: impl FnOnce(&mut Device, Instant)) {
        if let Some(device) = self.at_seat.get(seat).copied() {
            self.with(device, step);
        }
    }

    /// Tells a device something, and does what it wants done.
    fn with(&mut self, device: DeviceId, step: impl FnOnce(&mut Device, Instant)) {
        let now = self.now;
        step(&mut self.devices[device.0], now);
        while let Some(output) = self.devices[device.0].participant.poll_output() {
            match output {
                Output::Connect => self.open_socket(device),
                Output::Disconnect => {
                    if let Some(connection) = self.devices[device.0].socket.take() {
                        self.cut(connection, Duration::ZERO, Duration::from_millis(100));
                    }
                }
                Output::Send(message) => {
                    self.devices[device.0].asks(&message);
                    self.send_up(device, message);
                }
                Output::Transmit { payload, .. } => self.datagram_leaves(device, &payload),
                Output::Notice(noticed) => {
                    let device = &mut self.devices[device.0];
                    if let Noticed::SeatTaken { .. } = &noticed {
                        device.participant.take_over(now);
                    }
                    device.notices(noticed, now);
                }
            }
        }
        let subject = &self.devices[device.0];
        if subject.is_over() && subject.participant.poll_timeout().is_none() {
            self.live.remove(&device);
        } else {
            self.live.insert(device);
        }
    }

    fn open_socket(&mut self, device: DeviceId) {
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let delay = self.conditions.delay;
        let chance = Chance::new(self.seed, &format!("socket {}", connection.0));
        self.sockets.insert(connection, Socket::new(device, delay, chance));
        // TCP and TLS take two round trips, the upgrade takes another.
        self.schedule.add(self.now + delay * 6, Happening::SocketOpens { device, connection });
    }

    fn socket_opens(&mut self, device: DeviceId, connection: ConnectionId) {
        if self.server.is_up() && !self.devices[device.0].is_offline(self.now) {
            self.devices[device.0].socket = Some(connection);
            self.with(device, |device, now| device.participant.handle(Input::Opened, now));
        } else {
            self.sockets.remove(&connection);
            self.with(device, |device, now| device.participant.handle(Input::Closed, now));
        }
    }

    fn send_up(&mut self, device: DeviceId, message: wire::ClientMessage) {
        let Some(connection) = self.devices[device.0].socket else { return };
        let Some(socket) = self.sockets.get_mut(&connection).filter(|socket| !socket.cut) else { return };
        let at = socket.up(&message.request, self.now);
        self.schedule.add(at, Happening::ToServer { connection, message: Box::new(message) });
    }

    /// Breaks a WebSocket. What is under way on it is lost.
    pub(crate) fn cut(&mut self, connection: ConnectionId, device_learns: Duration, server_learns: Duration) {
        let Some(socket) = self.sockets.get_mut(&connection).filter(|socket| !socket.cut) else { return };
        socket.cut = true;
        self.schedule.add(self.now + device_learns, Happening::SocketEndsAtDevice { connection });
        self.schedule.add(self.now + server_learns, Happening::SocketEndsAtServer { connection });
    }

    pub(crate) fn carries(&self, connection: ConnectionId) -> bool {
        self.sockets.get(&connection).is_some_and(|socket| !socket.cut)
    }

    /// The device at the other end of a WebSocket that still carries.
    fn device_behind(&self, connection: ConnectionId) -> Option<DeviceId> {
        let device = self.sockets.get(&connection).filter(|socket| !socket.cut)?.device;
        (self.devices[device.0].socket == Some(connection)).then_some(device)
    }

    // ---- datagrams

    fn datagram_leaves(&mut self, device: DeviceId, payload: &[u8]) {
        let device = &mut self.devices[device.0];
        let source = device.public;
        if device.is_offline(self.now) {
            return;
        }
        for at in device.up.carry(payload.len(), self.now) {
            self.schedule.add(at, Happening::DatagramToServer { source, payload: payload.to_vec() });
        }
    }

    pub(crate) fn datagram_returns(&mut self, destination: SocketAddr, payload: &[u8]) {
        // To a former address of a device nothing comes through any more.
        let now = self.now;
        let reachable = |device: &&Device| device.public == destination && !device.is_offline(now);
        let Some(id) = self.live_devices().find(reachable).map(|device| device.id) else { return };
        let device = &mut self.devices[id.0];
        for at in device.down.carry(payload.len(), self.now) {
            self.schedule.add(at, Happening::DatagramToDevice { destination, payload: payload.to_vec() });
        }
    }

    fn datagram_arrives(&mut self, public: SocketAddr, bytes: &[u8]) -> Result<(), Finding> {
        let Some(device) = self.live_devices().find(|device| device.public == public) else { return Ok(()) };
        let (id, destination, source) = (device.id, device.local(), self.server.address());
        self.with(id, |device, now| {
            device.participant.handle(Input::Datagram { source, destination, bytes }, now);
        });
        self.check_voices(id)
    }

    // ---- notes

    pub(crate) fn note(&mut self, line: &str) {
        self.transcript.note(self.now - self.start, line);
    }

    pub(crate) fn remark(&mut self, line: &str) {
        self.transcript.remark(self.now - self.start, line);
    }

    pub(crate) fn finding(&self, what: String) -> Finding {
        Finding { seed: self.seed, at: self.now - self.start, what, before: self.transcript.tail(40) }
    }
}

/// Everybody sends a picture and a voice, also who has no voice in the meeting: with a changed client anybody could. That are
/// more voices than a listener has slots for. Each has a level of its own, so that who is heard is known from the packets
/// alone; heads are the softest, the last of them above all.
fn voices(plan: &SummitPlan) -> BTreeMap<SeatId, (u8, Persona)> {
    let mut seats: Vec<_> = plan.seats().map(|(_, seat)| seat).collect();
    seats.sort_by_key(|seat| seat.role == Role::Principal);
    let seats = seats.into_iter().map(|seat| seat.id.clone());
    seats.zip(20..).map(|(seat, level)| (seat, (level, persona(level)))).collect()
}
