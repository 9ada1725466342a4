//! The way of a packet: in from its publisher, kept until the outputs are polled, and out to one listener after the other,
//! each of whom gets all its packets of the batch in a row, sound before pictures.

use std::time::Instant;

use crate::arena::{Arena, Key};
use crate::layer;
use crate::packet::Packet;
use crate::peer::Produced;
use crate::source::Source;

use super::{ARRIVED_MAX, Media, Member, Output};

impl Media {
    /// A media packet came from a publisher.
    pub(super) fn take_in(&mut self, publisher: Key<Member>, mut packet: Packet) {
        let Some(member) = self.members.get(publisher) else { return };
        let Some(key) = member.sources.get(packet.line).copied().flatten() else { return };
        let Some(source) = self.sources.get_mut(key) else { return };
        if source.kind.is_video() != packet.codec.is_video() {
            return;
        }
        self.counters.received += 1;
        if !source.guard.admits(&packet, source.kind, &member.window) {
            self.counters.suspect += 1;
            if source.guard.tells(packet.arrived) {
                self.outputs.push_back(Output::Suspect(source.id));
            }
            return;
        }
        // Browsers and programs cannot be relied on to begin anew by themselves for who could not open what came before.
        if source.guard.turned(packet.layer) && !packet.descriptor.starts_keyframe {
            self.keyframes.push((key, packet.layer));
        }
        layer::note(&mut source.layers, &mut packet);
        if let Some(level) = packet.extensions.audio_level {
            self.speakers.hear(key, level, packet.arrived);
        }
        if source.places.is_empty() {
            return;
        }
        if self.arrived.len() == ARRIVED_MAX {
            self.counters.dropped += 1;
            return;
        }
        self.arrived.push((key, packet));
    }

    /// Writes to one listener all it gets of the batch; begins the next batch when this one is done. False: nothing left.
    pub(super) fn forward_to_next(&mut self) -> bool {
        let Some(now) = self.now else { return false };
        self.rank_speakers(now);
        if self.waiting.is_empty() && !self.begin_batch() {
            return !self.outputs.is_empty();
        }
        let Some(key) = self.waiting.pop_front() else { return !self.outputs.is_empty() };
        let batch = std::mem::take(&mut self.batch);
        if let Some(member) = self.members.get_mut(key) {
            let misses = &mut self.keyframes;
            self.counters.forwarded += member.send(&batch, &self.sources, now, &mut self.produced, misses);
        }
        self.batch = batch;
        // Takes up what came out.
        self.step(key, now, |_, _| ());
        true
    }

    /// Makes the packets that came the batch to be forwarded, and notes for each listener which of them it gets.
    fn begin_batch(&mut self) -> bool {
        self.batch.clear();
        std::mem::swap(&mut self.batch, &mut self.arrived);
        for (index, (key, packet)) in self.batch.iter().enumerate() {
            let Some(source) = self.sources.get(*key) else { continue };
            for place in &source.places {
                let Some(member) = self.members.get_mut(place.listener) else { continue };
                if !member.peer.is_connected() {
                    continue;
                }
                if member.sounds.is_empty() && member.pictures.is_empty() {
                    self.waiting.push_back(place.listener);
                }
                let work = if packet.codec.is_video() { &mut member.pictures } else { &mut member.sounds };
                work.push((index, place.slot));
            }
        }
        !self.waiting.is_empty()
    }

    /// Takes the packets of a closed source out of the batch in hand.
    pub(super) fn abandon_batch_of(&mut self, key: Key<Source>) {
        let of_closed: Vec<bool> = self.batch.iter().map(|(of, _)| *of == key).collect();
        if !of_closed.contains(&true) {
            return;
        }
        for &waiting in &self.waiting {
            if let Some(member) = self.members.get_mut(waiting) {
                member.sounds.retain(|&(index, _)| !of_closed[index]);
                member.pictures.retain(|&(index, _)| !of_closed[index]);
            }
        }
    }
}

impl Member {
    /// Writes what this listener gets of a batch, and says how many packets that were. Each m-line's packets of the turn
    /// leave together: they are mostly of one size, and so leave in one system call.
    fn send(
        &mut self,
        batch: &[(Key<Source>, Packet)],
        sources: &Arena<Source>,
        now: Instant,
        out: &mut Vec<Produced>,
        misses: &mut Vec<(Key<Source>, usize)>,
    ) -> u64 {
        let mut written = 0;
        let mut unsent = None;
        for (index, slot) in self.sounds.drain(..).chain(self.pictures.drain(..)) {
            let Some((key, packet)) = batch.get(index) else { continue };
            let (Some(source), Some(slot)) = (sources.get(*key), self.listener.slot_mut(slot)) else { continue };
            // A number given to a packet that does not leave would be a hole that the receiver waits for.
            if slot.source() != Some(*key) || !self.peer.can_send(slot.line, packet) {
                continue;
            }
            let verdict = slot.judge(packet, &source.layers, packet.arrived);
            misses.extend(verdict.keyframe.map(|layer| (*key, layer)));
            let Some(numbers) = verdict.forward else { continue };
            if unsent.is_some_and(|line| line != slot.line) {
                self.peer.flush(now, out);
            }
            unsent = Some(slot.line);
            written += u64::from(self.peer.write(slot.line, packet, numbers, out));
        }
        if unsent.is_some() {
            self.peer.flush(now, out);
        }
        written
    }
}
