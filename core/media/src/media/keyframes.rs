//! Who misses a keyframe, and asking its publisher for it.

use std::time::Instant;

use crate::arena::Key;

use super::{Media, Member};

impl Media {
    /// A listener cannot decode what it gets on a line.
    pub(super) fn keyframe_wanted(&mut self, key: Key<Member>, line: usize, now: Instant) {
        let Some(member) = self.members.get(key) else { return };
        let Some(slot) = member.listener.slots().iter().find(|slot| slot.line == line) else { return };
        let Some(source_key) = slot.source() else { return };
        let Some(source) = self.sources.get(source_key) else { return };
        let layer = slot.played_layer().or_else(|| slot.wanted_layer(&source.layers, now));
        self.keyframes.extend(layer.map(|layer| (source_key, layer)));
    }

    /// A slot begins to carry a picture: the sooner its keyframe comes, the sooner it is seen.
    pub(super) fn ask_for_first_keyframe(&mut self, key: Key<Member>, slot: usize, now: Instant) {
        let Some(member) = self.members.get(key) else { return };
        if let Some(slot) = member.listener.slots().get(slot)
            && member.peer.is_connected()
            && slot.played_layer().is_none()
        {
            self.keyframe_wanted(key, slot.line, now);
        }
    }

    /// A listener is there, for the first time or again: what passed by meanwhile is not sent any more.
    pub(super) fn start_over(&mut self, key: Key<Member>, now: Instant) {
        let Some(member) = self.members.get_mut(key) else { return };
        member.listener.start_over();
        for slot in 0..member.listener.slots().len() {
            self.ask_for_first_keyframe(key, slot, now);
        }
    }

    /// Asks for the keyframes that were found missing, as often as is allowed.
    pub(super) fn ask_for_keyframes(&mut self, now: Instant) {
        while let Some((key, layer)) = self.keyframes.pop() {
            let Some(source) = self.sources.get_mut(key) else { continue };
            let Some(requests) = source.layers.get_mut(layer).map(|layer| &mut layer.keyframes) else { continue };
            if !source.kind.is_video() || !requests.want(now) {
                continue;
            }
            let (owner, line) = (source.owner, source.line);
            self.request_keyframe(owner, line, layer, now);
        }
    }

    fn request_keyframe(&mut self, owner: Key<Member>, line: Option<usize>, layer: usize, now: Instant) {
        let Some(line) = line else { return };
        self.counters.keyframes_requested += 1;
        self.run(owner, now, |peer, out| peer.request_keyframe(line, layer, now, out));
    }

    /// Asks for what was wanted too early to be asked.
    pub(super) fn repeat_keyframe_requests(&mut self, now: Instant) {
        for key in self.sources.keys() {
            let Some(source) = self.sources.get_mut(key) else { continue };
            let (owner, line) = (source.owner, source.line);
            let due: Vec<_> =
                (0..source.layers.len()).filter(|&layer| source.layers[layer].keyframes.ask_if_due(now)).collect();
            for layer in due {
                self.request_keyframe(owner, line, layer, now);
            }
        }
    }

    pub(super) fn keyframe_due(&self) -> Option<Instant> {
        let now = self.now?;
        let layers = self.sources.iter().flat_map(|(_, source)| &source.layers);
        layers.filter_map(|layer| layer.keyframes.due(now)).min()
    }
}
