//! What one peer receives: its slots, what it may hear and wants to see, and which slot carries which of it. What stays
//! keeps its slot, so that nothing on the screen or in the ear jumps because of somebody else.

use wire::{Pixels, SourceId};

use crate::arena::Key;
use crate::offer::LineKind;
use crate::peer::Line;
use crate::slot::Slot;
use crate::source::Source;

/// The pictures one peer may ask for; those beyond are not looked at. More than any offer has slots.
const PICTURES_MAX: usize = crate::offer::LINES_MAX;

/// The voices that are heard at once because they are the loudest. More are a noise, and each costs its bandwidth.
const LOUDEST_MAX: usize = 3;

/// The receiving side of a peer.
#[derive(Debug, Default)]
pub(crate) struct Listener {
    slots: Vec<Slot>,
    first: Vec<SourceId>,
    voices: Vec<SourceId>,
    pictures: Vec<(SourceId, Pixels)>,
}

/// A slot that carries something else now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) slot: usize,
    pub(crate) from: Option<Key<Source>>,
    pub(crate) to: Option<Key<Source>>,
}

impl Listener {
    pub(crate) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub(crate) fn slot_mut(&mut self, slot: usize) -> Option<&mut Slot> {
        self.slots.get_mut(slot)
    }

    /// What it hears in any case.
    pub(crate) fn first_voices(&self) -> &[SourceId] {
        &self.first
    }

    /// What it wants to see, the most important first.
    pub(crate) fn pictures(&self) -> &[(SourceId, Pixels)] {
        &self.pictures
    }

    /// See [`Slot::start_over`].
    pub(crate) fn start_over(&mut self) {
        self.slots.iter_mut().for_each(Slot::start_over);
    }

    /// The peer's m-lines after an offer: new receiving lines become slots, those that no longer receive are shut.
    pub(crate) fn adopt_lines(&mut self, lines: &[Line]) {
        for (index, line) in lines.iter().enumerate() {
            if line.receives && self.slots.iter().all(|slot| slot.line != index) {
                self.slots.push(Slot::new(line.mid.clone(), line.kind, index));
            }
            if let Some(slot) = self.slots.iter_mut().find(|slot| slot.line == index) {
                (slot.open, slot.can_be_thinned) = (line.receives, line.takes_descriptors());
            }
        }
    }

    /// What it hears in any case, in this order, and what else it may hear. False: it was so before.
    pub(crate) fn set_voices(&mut self, first: Vec<SourceId>, mut voices: Vec<SourceId>) -> bool {
        voices.sort_unstable();
        voices.dedup();
        let changed = self.first != first || self.voices != voices;
        (self.first, self.voices) = (first, voices);
        changed
    }

    /// What it wants to see, the most important first. A picture named twice counts where it is first. False: it was so
    /// before.
    pub(crate) fn set_pictures(&mut self, pictures: Vec<(SourceId, Pixels)>) -> bool {
        let mut wanted: Vec<(SourceId, Pixels)> = Vec::new();
        for (source, height) in pictures.into_iter().take(PICTURES_MAX) {
            if wanted.iter().all(|&(known, _)| known != source) {
                wanted.push((source, height));
            }
        }
        let changed = self.pictures != wanted;
        self.pictures = wanted;
        changed
    }

    /// Whether it may hear that source.
    pub(crate) fn may_hear(&self, source: SourceId) -> bool {
        self.voices.binary_search(&source).is_ok()
    }

    /// Gives the audio slots to what it hears in any case, as far as `find` names it, and then to the first of `ranking`,
    /// which holds only what it may hear.
    pub(crate) fn place_voices(
        &mut self,
        find: impl Fn(SourceId) -> Option<Key<Source>>,
        ranking: impl Iterator<Item = Key<Source>>,
        moves: &mut Vec<Move>,
    ) {
        let room = self.open_slots(LineKind::Audio);
        let mut wanted = Vec::with_capacity(room);
        for voice in self.first.iter().filter_map(|&id| find(id)).chain(ranking.take(LOUDEST_MAX)) {
            if wanted.len() == room {
                break;
            }
            if !wanted.contains(&voice) {
                wanted.push(voice);
            }
        }
        self.place(LineKind::Audio, &wanted, moves);
    }

    /// Gives the video slots to the pictures it wants; `find` names those that exist and are not its own.
    pub(crate) fn place_pictures(&mut self, find: impl Fn(SourceId) -> Option<Key<Source>>, moves: &mut Vec<Move>) {
        let room = self.open_slots(LineKind::Video);
        let (wanted, heights): (Vec<_>, Vec<_>) =
            self.pictures.iter().filter_map(|&(id, height)| Some((find(id)?, height))).take(room).unzip();
        self.place(LineKind::Video, &wanted, moves);
        for slot in self.slots.iter_mut().filter(|slot| slot.kind == LineKind::Video) {
            let shown = slot.source().and_then(|source| wanted.iter().position(|&wanted| wanted == source));
            if let Some(index) = shown {
                slot.set_height(heights[index]);
            }
        }
    }

    fn open_slots(&self, kind: LineKind) -> usize {
        self.slots.iter().filter(|slot| slot.kind == kind && slot.open).count()
    }

    fn place(&mut self, kind: LineKind, wanted: &[Key<Source>], moves: &mut Vec<Move>) {
        let first_move = moves.len();
        let stays = |slot: &Slot| slot.open && slot.source().is_some_and(|source| wanted.contains(&source));
        for (index, slot) in self.slots.iter_mut().enumerate().filter(|(_, slot)| slot.kind == kind) {
            if slot.source().is_some() && !stays(slot) {
                moves.push(Move { slot: index, from: slot.source(), to: None });
                slot.assign(None);
            }
        }
        for &source in wanted {
            if self.slots.iter().any(|slot| slot.source() == Some(source)) {
                continue;
            }
            let idle =
                self.slots.iter_mut().enumerate().find(|(_, s)| s.kind == kind && s.open && s.source().is_none());
            let Some((index, slot)) = idle else { break };
            slot.assign(Some(source));
            match moves[first_move..].iter_mut().find(|earlier| earlier.slot == index) {
                Some(earlier) => earlier.to = Some(source),
                None => moves.push(Move { slot: index, from: None, to: Some(source) }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wire::Mid;

    use super::*;
    use crate::arena::Arena;
    use crate::source::tests::source;

    fn listener(audio: usize, video: usize) -> Listener {
        let kinds = [vec![LineKind::Audio; audio], vec![LineKind::Video; video]].concat();
        let slots = kinds.into_iter().enumerate().map(|(line, kind)| Slot::new(Mid(line.to_string()), kind, line));
        Listener { slots: slots.collect(), ..Listener::default() }
    }

    fn carried(listener: &Listener) -> Vec<Option<Key<Source>>> {
        listener.slots().iter().map(Slot::source).collect()
    }

    #[test]
    fn a_picture_that_stays_keeps_its_slot() {
        let mut arena = Arena::default();
        let keys: Vec<_> = (0..4).map(|_| arena.insert(source())).collect();
        let find = |id: SourceId| keys.get(id.0 as usize).copied();
        let picture = |id| (SourceId(id), Pixels(100));
        let mut listener = listener(0, 2);
        let mut moves = Vec::new();

        listener.set_pictures(vec![picture(0), picture(1), picture(2)]);
        listener.place_pictures(find, &mut moves);
        assert_eq!(carried(&listener), [Some(keys[0]), Some(keys[1])]);

        moves.clear();
        listener.set_pictures(vec![picture(3), picture(1), picture(3), picture(77)]);
        listener.place_pictures(find, &mut moves);
        assert_eq!(carried(&listener), [Some(keys[3]), Some(keys[1])]);
        assert_eq!(moves, [Move { slot: 0, from: Some(keys[0]), to: Some(keys[3]) }]);

        moves.clear();
        listener.place_pictures(find, &mut moves);
        assert_eq!(moves, [], "nothing moves when nothing changed");

        listener.set_pictures(vec![]);
        listener.place_pictures(find, &mut moves);
        assert_eq!(carried(&listener), [None, None]);
    }

    #[test]
    fn a_shut_slot_carries_nothing() {
        let mut arena = Arena::default();
        let key = arena.insert(source());
        let mut listener = listener(2, 0);
        let mut moves = Vec::new();
        listener.place_voices(|_| None, [key].into_iter(), &mut moves);
        assert_eq!(carried(&listener), [Some(key), None]);
        listener.slots[0].open = false;
        listener.place_voices(|_| None, [key].into_iter(), &mut moves);
        assert_eq!(carried(&listener), [None, Some(key)]);
    }

    #[test]
    fn what_is_heard_in_any_case_comes_before_the_loudest_and_takes_one_slot() {
        let mut arena = Arena::default();
        let keys: Vec<_> = (0..4).map(|_| arena.insert(source())).collect();
        let find = |id: SourceId| keys.get(id.0 as usize).copied();
        let mut listener = listener(2, 0);
        let mut moves = Vec::new();
        listener.place_voices(find, keys.iter().copied(), &mut moves);
        assert_eq!(carried(&listener), [Some(keys[0]), Some(keys[1])]);

        listener.set_voices(vec![SourceId(99), SourceId(3)], Vec::new());
        listener.place_voices(find, keys.iter().copied(), &mut moves);
        assert_eq!(carried(&listener), [Some(keys[0]), Some(keys[3])]);
        listener.place_voices(find, [keys[3], keys[0]].into_iter(), &mut moves);
        assert_eq!(carried(&listener), [Some(keys[0]), Some(keys[3])], "it is the loudest, too");
    }

    #[test]
    fn three_of_the_loudest_are_heard_however_many_slots_there_are() {
        let mut arena = Arena::default();
        let keys: Vec<_> = (0..6).map(|_| arena.insert(source())).collect();
        let find = |id: SourceId| keys.get(id.0 as usize).copied();
        let mut listener = listener(5, 0);
        listener.set_voices(vec![SourceId(5)], Vec::new());
        listener.place_voices(find, keys.iter().copied(), &mut Vec::new());
        assert_eq!(carried(&listener), [Some(keys[5]), Some(keys[0]), Some(keys[1]), Some(keys[2]), None]);
    }
}
