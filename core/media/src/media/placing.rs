//! Who receives what: sources into slots, when somebody comes, goes, speaks or wants to see something else.

use std::collections::BTreeSet;
use std::time::Instant;

use wire::{SourceId, SourceKind};

use crate::arena::Key;
use crate::demand::Demand;
use crate::layer::Layer;
use crate::listener::Move;
use crate::rate::Content;
use crate::source::{Place, Source};

use super::{Media, Member, Output, carried};

impl Media {
    /// Finds the m-line of a source, if its owner has offered it.
    pub(super) fn bind(&mut self, key: Key<Source>, now: Instant) {
        let Some(source) = self.sources.get_mut(key) else { return };
        let Some(owner) = self.members.get_mut(source.owner) else { return };
        let lines = owner.peer.lines();
        let found = lines.iter().position(|line| line.mid == source.mid && line.sends);
        if let Some(line) = found {
            source.line = Some(line);
            let content = if source.kind == SourceKind::Screen { Content::Document } else { Content::Steady };
            source.layers = (0..lines[line].layers).map(|_| Layer::of(content)).collect();
            source.demand = Demand::new(source.layers.len(), now);
            owner.sources[line] = Some(key);
            self.allot_soon(now);
        }
    }

    pub(super) fn place_everybody(&mut self, now: Instant) {
        for key in self.members.keys() {
            self.place_all(key, now);
        }
    }

    /// Gives a listener's slots to what it may hear and wants to see, and announces what changed.
    pub(super) fn place_all(&mut self, key: Key<Member>, now: Instant) {
        self.now = Some(now);
        let Some(member) = self.members.get_mut(key) else { return };
        let (sources, ids) = (&self.sources, &self.source_ids);
        let listener = &mut member.listener;
        let mut moves = Vec::new();
        let allowed: Vec<_> = self
            .speakers
            .ranking()
            .iter()
            .copied()
            .filter(|&voice| sources.get(voice).is_some_and(|s| s.owner != key && listener.may_hear(s.id)))
            .collect();
        let find = |id: SourceId, is_video: bool| {
            let source = *ids.get(&id)?;
            sources.get(source).filter(|s| s.owner != key && s.kind.is_video() == is_video)?;
            Some(source)
        };
        listener.place_voices(|id| find(id, false), allowed.into_iter(), &mut moves);
        listener.place_pictures(|id| find(id, true), &mut moves);
        for &Move { slot, from, to } in &moves {
            let place = Place { listener: key, slot };
            if let Some(from) = from.and_then(|from| self.sources.get_mut(from)) {
                from.places.retain(|&other| other != place);
            }
            if let Some(to) = to.and_then(|to| self.sources.get_mut(to)) {
                to.places.push(place);
            }
        }
        self.allot(key, moves.into_iter().map(|change| change.slot).collect(), now);
    }

    /// Says what these slots of a listener carry now, and asks for what they need to begin.
    pub(super) fn announce(&mut self, key: Key<Member>, changed: &BTreeSet<usize>, now: Instant) {
        let Some(member) = self.members.get(key) else { return };
        if changed.is_empty() {
            return;
        }
        let slots = changed.iter().filter_map(|&slot| member.listener.slots().get(slot));
        let id_of = |source| self.sources.get(source).map(|source| source.id);
        let slots = slots.map(|slot| carried(slot, slot.source().and_then(id_of))).collect();
        self.outputs.push_back(Output::Slots { peer: member.id, slots });
        for &slot in changed {
            self.ask_for_first_keyframe(key, slot, now);
        }
        self.ask_for_keyframes(now);
    }

    pub(super) fn rank_speakers(&mut self, now: Instant) {
        let change = self.speakers.rank(now);
        if change.order {
            self.place_everybody(now);
        }
        if change.speaking {
            self.announce_speakers();
        }
    }

    pub(super) fn announce_speakers(&mut self) {
        let ids = self.speakers.speaking().filter_map(|key| Some(self.sources.get(key)?.id)).collect();
        self.outputs.push_back(Output::Speaking(ids));
    }
}
