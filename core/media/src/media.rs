//! The room: who is connected, what they publish, who receives which of it, and the way of a packet from one to the
//! others. A packet that came waits until the outputs are polled; then each listener's packets are written in a row.

mod allotting;
mod forward;
mod keyframes;
mod placing;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Instant;

use wire::{Mid, Pixels, Slot as Carried, SourceId, SourceKind};

use crate::arena::{Arena, Key};
use crate::bandwidth::{Bandwidth, Exploration};
use crate::demand::Demand;
use crate::holdings::Holdings;
use crate::listener::Listener;
use crate::offer::OfferError;
use crate::packet::Packet;
use crate::path::Path;
use crate::peer::{Identity, Loss, Peer, Produced};
use crate::seal::{Guard, SealWindow};
use crate::slot::Slot;
use crate::source::Source;
use crate::speaker::Speakers;
use crate::way::{Endpoint, Way};

/// Packets that came and were not forwarded yet. The caller polls after every batch from its socket, so this is that
/// batch; when it is full, a further packet is dropped like one lost on the way.
const ARRIVED_MAX: usize = 4096;

/// Outputs that wait to be polled. When it is full, datagrams are dropped like lost ones; announcements never are, and
/// there are at most a few for each peer.
const OUTPUTS_MAX: usize = 16 * 1024;

/// One connected browser or bot; numbered by the caller, unique on its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// A peer connection answered but not yet in a room. Building one takes about a millisecond of CPU, so it is done off the
/// media thread.
pub struct NewPeer(Peer);

impl NewPeer {
    /// Answers a browser's first offer. `candidates` are the endpoints of the server that will carry it; the ways of its
    /// datagrams must later end at one of them.
    ///
    /// # Errors
    /// The offer cannot be used; nothing was kept.
    pub fn answer(
        sdp: &str,
        candidates: &[Endpoint],
        identity: &Identity,
        now: Instant,
    ) -> Result<(Self, String), OfferError> {
        let (peer, answer) = Peer::answer(sdp, candidates, identity, now)?;
        Ok((Self(peer), answer))
    }

    /// Our ICE user name fragment: the first packet of a new address names it (RFC 8445 7.2.2).
    pub fn ice_ufrag(&self) -> &str {
        self.0.ice_ufrag()
    }
}

/// What must leave, or what the room must know.
#[derive(Debug)]
pub enum Output {
    /// A datagram. Those of one peer come in a row, so that they can leave in one system call.
    Transmit {
        /// Whose.
        peer: PeerId,
        /// How it goes there.
        way: Way,
        /// Whether it is a piece of a picture: that gives way to everything else where not all can leave.
        is_picture: bool,
        /// Its bytes.
        payload: Vec<u8>,
    },
    /// What a peer's receiving m-lines carry from the next packet on; changed ones only.
    Slots {
        /// Whose.
        peer: PeerId,
        /// The slots.
        slots: Vec<Carried>,
    },
    /// So many layers of what a peer sends on that m-line are received by anybody, the smallest first; said on change.
    Layers {
        /// Whose.
        peer: PeerId,
        /// The m-line.
        mid: Mid,
        /// How many.
        layers: usize,
    },
    /// ICE and DTLS are done, or a peer that was lost is heard again.
    Connected(PeerId),
    /// No packet for so long that the peer should connect anew. Until it is removed it may come back.
    Lost(PeerId),
    /// It closed, or failed for good: nothing will ever come from it again. It is to be removed.
    Ended(PeerId),
    /// Whose voices are heard now in the whole room, loudest first; sent on change.
    Speaking(Vec<SourceId>),
    /// What comes from that source does not look sealed, or not by its publisher with a key of the present: it was dropped. Said
    /// once in ten seconds.
    Suspect(SourceId),
}

/// What a room has counted since it was made, for the operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Media packets that came in.
    pub received: u64,
    /// Media packets written to listeners.
    pub forwarded: u64,
    /// Media packets dropped because they were not sealed as they must be.
    pub suspect: u64,
    /// Packets and datagrams dropped because a queue was full.
    pub dropped: u64,
    /// Keyframes asked of browsers.
    pub keyframes_requested: u64,
    /// Peers that ended because their transport panicked.
    pub panicked: u64,
}

impl Counters {
    /// The sums of both.
    pub fn plus(self, other: Self) -> Self {
        Self {
            received: self.received + other.received,
            forwarded: self.forwarded + other.forwarded,
            suspect: self.suspect + other.suspect,
            dropped: self.dropped + other.dropped,
            keyframes_requested: self.keyframes_requested + other.keyframes_requested,
            panicked: self.panicked + other.panicked,
        }
    }
}

/// A peer in the room.
pub(crate) struct Member {
    id: PeerId,
    peer: Peer,
    listener: Listener,
    bandwidth: Bandwidth,
    /// What its transport was told to find out about its line.
    told: Exploration,
    /// The way to it.
    path: Path,
    /// Its transport was told to send its sound twice.
    repeats_sound: bool,
    /// What it may seal with. Empty: nothing of it is forwarded.
    window: Vec<SealWindow>,
    /// What it publishes, by index of its m-line.
    sources: Vec<Option<Key<Source>>>,
    /// The entry of the timer heap that counts.
    scheduled: Option<Instant>,
    /// Packets to be written to it: index among those in hand, index of the slot. Sound, then pictures.
    sounds: Vec<(usize, usize)>,
    pictures: Vec<(usize, usize)>,
}

/// The media of one room.
#[derive(Default)]
pub struct Media {
    members: Arena<Member>,
    ids: BTreeMap<PeerId, Key<Member>>,
    sources: Arena<Source>,
    source_ids: BTreeMap<SourceId, Key<Source>>,
    speakers: Speakers,
    timers: BinaryHeap<Reverse<(Instant, Key<Member>)>>,
    outputs: VecDeque<Output>,
    /// Packets that came since the last batch was begun.
    arrived: Vec<(Key<Source>, Packet)>,
    /// The batch that is being forwarded, and who still waits for a part of it.
    batch: Vec<(Key<Source>, Packet)>,
    waiting: VecDeque<Key<Member>>,
    /// Keyframes to ask for when the step is done.
    keyframes: Vec<(Key<Source>, usize)>,
    /// When the lines are shared out anew.
    allot_due: Option<Instant>,
    now: Option<Instant>,
    counters: Counters,
    produced: Vec<Produced>,
}

impl Media {
    /// An empty room.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a peer. A peer of that id that is already here is removed first.
    pub fn add_peer(&mut self, peer: PeerId, new: NewPeer, now: Instant) {
        self.remove_peer(peer, now);
        let NewPeer(transport) = new;
        let mut listener = Listener::default();
        listener.adopt_lines(transport.lines());
        let sources = vec![None; transport.lines().len()];
        let member = Member {
            id: peer,
            peer: transport,
            listener,
            bandwidth: Bandwidth::default(),
            told: Exploration::default(),
            path: Path::default(),
            repeats_sound: false,
            window: Vec::new(),
            sources,
            scheduled: None,
            sounds: Vec::new(),
            pictures: Vec::new(),
        };
        let key = self.members.insert(member);
        self.ids.insert(peer, key);
        self.step(key, now, |peer, out| peer.handle_timeout(now, out));
    }

    /// Lets a peer go, with its sources.
    pub fn remove_peer(&mut self, peer: PeerId, now: Instant) {
        let Some(&key) = self.ids.get(&peer) else { return };
        let published: Vec<_> = self.sources.iter().filter(|(_, s)| s.owner == key).map(|(_, s)| s.id).collect();
        for source in published {
            self.close_source(source, now);
        }
        for source in self.sources.keys() {
            if let Some(source) = self.sources.get_mut(source) {
                source.places.retain(|place| place.listener != key);
            }
        }
        self.ids.remove(&peer);
        self.members.remove(key);
        self.waiting.retain(|&waiting| waiting != key);
        if self.ids.is_empty() {
            self.release_memory();
        }
    }

    /// Answers a further offer of a peer: more m-lines, or an ICE restart (then [`Media::ice_ufrag`] is another).
    ///
    /// # Errors
    /// The offer cannot be used. The connection goes on as before, or [`Output::Ended`] follows.
    pub fn handle_offer(&mut self, peer: PeerId, sdp: &str, now: Instant) -> Result<String, OfferError> {
        let key = *self.ids.get(&peer).ok_or_else(|| OfferError::new("there is no connection to change"))?;
        let user = self.ice_ufrag(peer).map(str::to_owned);
        let answer = self
            .step(key, now, |peer, out| peer.handle_offer(sdp, now, out))
            .unwrap_or_else(|| Err(OfferError::new("there is no connection to change")))?;
        if let Some(member) = self.members.get_mut(key) {
            // What was found out about the way through a network that was left says nothing of the next one.
            if user.is_some_and(|user| user != member.peer.ice_ufrag()) {
                member.path = Path::default();
            }
            member.listener.adopt_lines(member.peer.lines());
            member.sources.resize(member.peer.lines().len(), None);
        }
        let unplaced: Vec<_> =
            self.sources.iter().filter(|(_, s)| s.owner == key && s.line.is_none()).map(|(key, _)| key).collect();
        unplaced.into_iter().for_each(|source| self.bind(source, now));
        self.place_all(key, now);
        Ok(answer)
    }

    /// Whether a peer has offered to send on that m-line.
    pub fn sends_on(&self, peer: PeerId, mid: &Mid) -> bool {
        let member = self.ids.get(&peer).and_then(|&key| self.members.get(key));
        member.is_some_and(|member| member.peer.lines().iter().any(|line| line.sends && line.mid == *mid))
    }

    /// Our ICE user name fragment for a peer; `None` if it is not here.
    pub fn ice_ufrag(&self, peer: PeerId) -> Option<&str> {
        Some(self.members.get(*self.ids.get(&peer)?)?.peer.ice_ufrag())
    }

    /// A datagram for a peer. Garbage is dropped silently; a panic inside ends this peer only. Several may be told before
    /// the outputs are polled: then what they cause for one listener leaves in one run.
    pub fn handle_datagram(&mut self, peer: PeerId, way: Way, bytes: &[u8], now: Instant) {
        let Some(&key) = self.ids.get(&peer) else { return };
        self.step(key, now, |peer, out| peer.handle_datagram(way, bytes, now, out));
    }

    /// Whether this peer takes a datagram that comes from a new address (an authenticated STUN check).
    pub fn accepts(&self, peer: PeerId, way: Way, bytes: &[u8], now: Instant) -> bool {
        let member = self.ids.get(&peer).and_then(|&key| self.members.get(key));
        member.is_some_and(|member| member.peer.accepts(way, bytes, now))
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(&Reverse((at, key))) = self.timers.peek() {
            if at > now {
                break;
            }
            self.timers.pop();
            let Some(member) = self.members.get_mut(key) else { continue };
            if member.scheduled == Some(at) {
                member.scheduled = None;
                self.step(key, now, |peer, out| peer.handle_timeout(now, out));
            }
        }
        self.rank_speakers(now);
        self.allot_if_due(now);
        self.repeat_keyframe_requests(now);
    }

    /// From now on `mid` of `peer` is that source. An earlier source on that m-line is closed. The m-line may come with a
    /// later offer.
    pub fn open_source(&mut self, source: SourceId, peer: PeerId, mid: &Mid, kind: SourceKind) {
        let Some(now) = self.now else { return };
        self.close_source(source, now);
        let Some(&owner) = self.ids.get(&peer) else { return };
        let replaced = self.sources.iter().find(|(_, s)| s.owner == owner && s.mid == *mid).map(|(_, s)| s.id);
        if let Some(replaced) = replaced {
            self.close_source(replaced, now);
        }
        let (mid, guard) = (mid.clone(), Guard::default());
        let (layers, demand, places) = (vec![], Demand::new(0, now), vec![]);
        let opened = Source { id: source, kind, owner, mid, line: None, layers, demand, guard, places };
        let key = self.sources.insert(opened);
        self.source_ids.insert(source, key);
        if kind == SourceKind::Microphone {
            self.speakers.join(key);
        }
        self.bind(key, now);
        self.place_everybody(now);
    }

    /// That source is no more; its slots become idle, or carry the next one.
    pub fn close_source(&mut self, source: SourceId, now: Instant) {
        let Some(key) = self.source_ids.remove(&source) else { return };
        let spoke = self.speakers.leave(key);
        // First out of the slots, while the key still means this source.
        self.place_everybody(now);
        let Some(closed) = self.sources.remove(key) else { return };
        if let (Some(owner), Some(line)) = (self.members.get_mut(closed.owner), closed.line) {
            owner.sources[line] = None;
        }
        self.arrived.retain(|(of, _)| *of != key);
        self.keyframes.retain(|(of, _)| *of != key);
        // Packets in hand would be taken for those of the next source in that place.
        self.abandon_batch_of(key);
        if spoke {
            self.announce_speakers();
        }
    }

    /// What a peer may seal with from now on. A new peer may seal with nothing, so nothing of it is forwarded before this.
    pub fn set_seal_window(&mut self, peer: PeerId, window: Vec<SealWindow>) {
        let member = self.ids.get(&peer).and_then(|&key| self.members.get_mut(key));
        if let Some(member) = member {
            member.window = window;
        }
    }

    /// The sounds a peer hears: those of `first` in any case, in this order, and the loudest of `voices`, which are
    /// microphones, in the audio slots that are left; three of those at most. Its own are never among them.
    pub fn set_voices(&mut self, peer: PeerId, first: Vec<SourceId>, voices: Vec<SourceId>, now: Instant) {
        let Some(&key) = self.ids.get(&peer) else { return };
        // Whoever is told the same again keeps what it has: most are, whenever somebody comes or goes.
        if self.members.get_mut(key).is_some_and(|member| member.listener.set_voices(first, voices)) {
            self.place_all(key, now);
        }
    }

    /// The pictures a peer gets, the most important first, with the height each is shown at. A picture that stays keeps
    /// its slot; those beyond the number of slots get none, and its own are never shown to it.
    pub fn set_pictures(&mut self, peer: PeerId, pictures: Vec<(SourceId, Pixels)>, now: Instant) {
        let Some(&key) = self.ids.get(&peer) else { return };
        if self.members.get_mut(key).is_some_and(|member| member.listener.set_pictures(pictures)) {
            self.place_all(key, now);
        }
    }

    /// What every receiving m-line of a peer carries now; empty if it is not here.
    pub fn slots(&self, peer: PeerId) -> Vec<Carried> {
        let member = self.ids.get(&peer).and_then(|&key| self.members.get(key));
        let slots = member.map_or(&[][..], |member| member.listener.slots());
        let id_of = |source| self.sources.get(source).map(|source| source.id);
        slots.iter().map(|slot| carried(slot, slot.source().and_then(id_of))).collect()
    }

    /// What must happen next; call until `None` after every other call, or after a batch of datagrams.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Some(output);
            }
            if !self.forward_to_next() {
                return None;
            }
        }
    }

    /// When to call [`Media::handle_timeout`] if nothing else happens.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let timer = self.timers.peek().map(|&Reverse((at, _))| at);
        [timer, self.speakers.due(), self.keyframe_due(), self.allot_due].into_iter().flatten().min()
    }

    /// What was counted since the room was made.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// How much is held.
    pub fn holdings(&self, held: &mut Holdings) {
        held.add("peers", self.members.iter().count());
        held.add("open sources", self.sources.iter().count());
        held.add("places of listeners", self.sources.iter().map(|(_, source)| source.places.len()).sum());
        held.add("timers", self.timers.len());
        held.add("datagrams to be sent", self.outputs.len());
        held.add("packets in hand", self.arrived.len() + self.batch.len() + self.waiting.len() + self.produced.len());
        held.add("key frames to be asked for", self.keyframes.len());
    }
}

/// What a slot carries, as its listener is told.
fn carried(slot: &Slot, source: Option<SourceId>) -> Carried {
    Carried { mid: slot.mid.clone(), source, delivery: slot.grant().delivery }
}

/// One step of one peer, and what follows from it.
impl Media {
    /// Lets a peer do something, takes up what came out of it, and asks for the keyframes that turned out to be missing.
    pub(super) fn step<T>(
        &mut self,
        key: Key<Member>,
        now: Instant,
        act: impl FnOnce(&mut Peer, &mut Vec<Produced>) -> T,
    ) -> Option<T> {
        let result = self.run(key, now, act);
        self.ask_for_keyframes(now);
        result
    }

    /// Lets a peer do something and takes up what came out of it.
    pub(super) fn run<T>(
        &mut self,
        key: Key<Member>,
        now: Instant,
        act: impl FnOnce(&mut Peer, &mut Vec<Produced>) -> T,
    ) -> Option<T> {
        self.now = Some(now);
        let mut produced = std::mem::take(&mut self.produced);
        let result = self.members.get_mut(key).map(|member| act(&mut member.peer, &mut produced));
        for product in produced.drain(..) {
            self.take_up(key, product, now);
        }
        self.produced = produced;
        self.schedule(key);
        result
    }

    /// Nobody is here: back to the size of an empty room.
    fn release_memory(&mut self) {
        self.timers = BinaryHeap::new();
        self.allot_due = None;
        self.arrived = Vec::new();
        self.batch = Vec::new();
        self.produced = Vec::new();
        self.waiting = VecDeque::new();
    }

    fn take_up(&mut self, key: Key<Member>, product: Produced, now: Instant) {
        let Some(member) = self.members.get(key) else { return };
        let peer = member.id;
        match product {
            Produced::Datagram { way, is_picture, payload } => {
                if self.outputs.len() < OUTPUTS_MAX {
                    self.outputs.push_back(Output::Transmit { peer, way, is_picture, payload });
                } else {
                    self.counters.dropped += 1;
                }
            }
            Produced::Packet(packet) => self.take_in(key, packet),
            Produced::KeyframeWanted { line } => self.keyframe_wanted(key, line, now),
            Produced::Estimate(estimate) => self.estimate(key, estimate, now),
            Produced::Connected => {
                self.outputs.push_back(Output::Connected(peer));
                self.start_over(key, now);
            }
            Produced::Lost(loss) => {
                if loss == Loss::Panicked {
                    self.counters.panicked += 1;
                }
                self.outputs.push_back(match loss {
                    Loss::Silent => Output::Lost(peer),
                    Loss::Closed | Loss::Panicked => Output::Ended(peer),
                });
            }
        }
    }

    /// Sets the timer of a peer. An entry that is too early stays in the heap and is passed over when its time comes.
    fn schedule(&mut self, key: Key<Member>) {
        let Some(member) = self.members.get_mut(key) else { return };
        let Some(at) = member.peer.timeout() else { return };
        if member.scheduled.is_none_or(|scheduled| at < scheduled) {
            member.scheduled = Some(at);
            self.timers.push(Reverse((at, key)));
        }
    }
}
