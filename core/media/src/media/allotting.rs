//! The lines of the listeners: what each carries is shared out among the pictures it wants, and what nobody receives is
//! taken off the publishers' lines.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use wire::{Delivery, Mid, Pixels, SourceKind};

use crate::arena::Key;
use crate::bandwidth::{Rank, Step, Wish};
use crate::layer;
use crate::offer::LineKind;
use crate::peer::Estimate;
use crate::rate::BitRate;
use crate::slot::{Grant, Limit, Slot};
use crate::source::{Place, Source};
use crate::tempo::Tempo;

use super::{Media, Member, Output, PeerId};

/// How often every line is shared out anew; one whose estimate falls at once.
const INTERVAL: Duration = Duration::from_millis(200);

impl Media {
    /// What is known of a listener's line now.
    pub(super) fn estimate(&mut self, key: Key<Member>, estimate: Option<Estimate>, now: Instant) {
        let Some(member) = self.members.get_mut(key) else { return };
        if let Some(estimate) = estimate {
            member.path.note(estimate.finding, now);
        }
        let fell = member.bandwidth.set_estimate(estimate.map(|estimate| member.path.carried(estimate.rate)));
        let repeats = member.path.loses_by_chance(now) || member.path.is_lossy(now);
        if fell || repeats != member.repeats_sound {
            self.allot(key, BTreeSet::new(), now);
        }
    }

    /// Shares out every line, if it is time.
    pub(super) fn allot_if_due(&mut self, now: Instant) {
        if self.allot_due.is_none_or(|due| due > now) {
            return;
        }
        self.allot_due = None;
        for key in self.members.keys() {
            self.allot(key, BTreeSet::new(), now);
        }
        for key in self.sources.keys() {
            self.ask_publisher(key, now);
        }
    }

    /// Lets all lines be shared out when the next interval is over.
    pub(super) fn allot_soon(&mut self, now: Instant) {
        self.allot_due.get_or_insert(now + INTERVAL);
    }

    /// Shares out the line of one listener, and announces the slots for which that makes a difference, with those that are
    /// known to carry something else now.
    pub(super) fn allot(&mut self, key: Key<Member>, mut changed: BTreeSet<usize>, now: Instant) {
        let Some(member) = self.members.get(key) else { return };
        let (slots, wishes): (Vec<usize>, Vec<Wish>) = self.wishes(key, member, now).into_iter().unzip();
        let once = self.sound(member, now);
        let twice = once + once;
        let by_chance = member.path.loses_by_chance(now);
        let fits = !member.path.is_crowded() && member.bandwidth.carries(twice);
        let repeats_sound = by_chance || (member.path.is_lossy(now) && fits);
        // Where losses are by chance the line is not too narrow for both.
        let sound = if repeats_sound && !by_chance { twice } else { once };
        if !wishes.is_empty() {
            self.allot_soon(now);
        }
        let Some(member) = self.members.get_mut(key) else { return };
        let decided = member.bandwidth.decide(&wishes, sound, by_chance, now);
        let told = member.bandwidth.exploration(&wishes, &decided, sound, now);
        let mut asked = BTreeSet::new();
        for ((slot, wish), step) in slots.into_iter().zip(&wishes).zip(decided) {
            let Some(source) = self.sources.get(wish.source) else { continue };
            let grant = grant(wish, step, source, member.bandwidth.is_limited());
            let Some(place) = member.listener.slot_mut(slot) else { continue };
            let before = place.grant();
            if grant != before {
                place.set_grant(grant);
                if grant.delivery != before.delivery {
                    changed.insert(slot);
                }
                asked.insert(wish.source);
            }
        }
        if repeats_sound != member.repeats_sound {
            member.repeats_sound = repeats_sound;
            self.run(key, now, |peer, out| peer.repeat_sound(repeats_sound, out));
        }
        let Some(member) = self.members.get_mut(key) else { return };
        if told != member.told {
            member.told = told;
            self.run(key, now, |peer, out| peer.explore(told, now, out));
        }
        self.announce(key, &changed, now);
        for source in asked {
            self.ask_publisher(source, now);
        }
    }

    /// What a listener wants, with the slots that carry it.
    fn wishes(&self, key: Key<Member>, member: &Member, now: Instant) -> Vec<(usize, Wish)> {
        let speaker = self.speaker_for(key, member);
        let wish = |&(id, height): &_| {
            let key = *self.source_ids.get(&id)?;
            let source = self.sources.get(key)?;
            let mut slots = member.listener.slots().iter().enumerate();
            let (slot, place) = slots.find(|(_, slot)| slot.source() == Some(key))?;
            let rank = match source.kind {
                SourceKind::Screen => Rank::Document,
                SourceKind::Camera if speaker == Some(source.owner) => Rank::Speaker,
                SourceKind::Camera | SourceKind::Microphone | SourceKind::ScreenAudio => Rank::Other,
            };
            let steps = steps(source, height, place.can_be_thinned, now);
            Some((slot, Wish { source: key, rank, height, steps }))
        };
        member.listener.pictures().iter().filter_map(wish).collect()
    }

    /// Who is heard most by a listener: whoever has the floor, or else the first of the ranking.
    fn speaker_for(&self, key: Key<Member>, member: &Member) -> Option<Key<Member>> {
        let first = member.listener.first_voices().iter().filter_map(|id| self.sources.get(*self.source_ids.get(id)?));
        let ranked = self.speakers.ranking().iter().filter_map(|&voice| self.sources.get(voice));
        let heard = ranked.filter(|voice| voice.owner != key && member.listener.may_hear(voice.id));
        first.filter(|voice| voice.kind == SourceKind::Microphone).chain(heard).map(|voice| voice.owner).next()
    }

    /// What a listener hears costs so much.
    fn sound(&self, member: &Member, now: Instant) -> BitRate {
        let heard = member.listener.slots().iter().filter(|slot| slot.kind == LineKind::Audio).filter_map(Slot::source);
        let layers = heard.filter_map(|source| self.sources.get(source)).flat_map(|source| &source.layers);
        layers.filter_map(|layer| layer.meter.rate(now)).sum()
    }

    /// How many layers of each picture a peer was told to send, by m-line.
    pub fn layers(&self, peer: PeerId) -> Vec<(Mid, usize)> {
        let owner = self.ids.get(&peer).copied();
        let own = self.sources.iter().map(|(_, source)| source).filter(|source| Some(source.owner) == owner);
        own.filter(|source| source.kind.is_video() && source.line.is_some())
            .map(|source| (source.mid.clone(), source.demand.asked()))
            .collect()
    }

    /// Tells a publisher how many layers of a picture are received, if it is to send more or fewer.
    pub(super) fn ask_publisher(&mut self, key: Key<Source>, now: Instant) {
        let Some(source) = self.sources.get(key) else { return };
        if !source.kind.is_video() || source.line.is_none() {
            return;
        }
        let grant_of =
            |place: &Place| Some(self.members.get(place.listener)?.listener.slots().get(place.slot)?.grant().asked);
        let received = source.places.iter().filter_map(grant_of).max().unwrap_or(0);
        let Some(source) = self.sources.get_mut(key) else { return };
        let told = source.demand.update(received, now);
        let is_pending = source.demand.is_pending();
        if let Some(layers) = told {
            for (index, layer) in source.layers.iter_mut().enumerate() {
                if index < layers { layer.resume(now) } else { layer.rest(now) }
            }
            if let Some(owner) = self.members.get(source.owner) {
                let mid = source.mid.clone();
                self.outputs.push_back(Output::Layers { peer: owner.id, mid, layers });
            }
        }
        if is_pending {
            self.allot_soon(now);
        }
    }
}

/// The layers of a source that can be had, up to the one that fills a tile; each at half its frame rate first, where it can be
/// thinned.
fn steps(source: &Source, height: Pixels, can_be_thinned: bool, now: Instant) -> Vec<Step> {
    let layers = &source.layers;
    let can_be_had = |index: usize| {
        let layer = &layers[index];
        layer.arrives(now) || source.demand.may_come(index, layer.newest.is_some(), now)
    };
    let Some(fitting) = layer::choose(layers, height, can_be_had) else { return Vec::new() };
    let lines = |index: &usize| layer::lines_of(layers, *index);
    let mut steps: Vec<_> =
        (0..layers.len()).filter(|index| can_be_had(*index) && lines(index) <= lines(&fitting)).collect();
    steps.sort_by_key(lines);
    let step = |layer, tempo| {
        let (rate, limit) = (layer::rate_of(layers, layer, tempo, now), layer::limit_of(layers, layer));
        Step { layer, tempo, rate, limit }
    };
    let tempos = |layer: usize| {
        let half = (can_be_thinned && layers[layer].can_be_halved()).then_some(Tempo::Half);
        half.into_iter().chain([Tempo::Whole])
    };
    steps.into_iter().flat_map(|layer| tempos(layer).map(move |tempo| step(layer, tempo))).collect()
}

/// What follows from a decision.
fn grant(wish: &Wish, step: Option<usize>, source: &Source, is_limited: bool) -> Grant {
    // A layer that does not come now is asked for all the same, or it would never come.
    let whole = layer::choose(&source.layers, wish.height, |_| true).map_or(0, |layer| layer + 1);
    let given = step.and_then(|step| wish.steps.get(step));
    let limit = match given {
        Some(step) if is_limited => Limit::Layer { largest: step.layer, tempo: step.tempo },
        None if !wish.steps.is_empty() => Limit::Nothing,
        Some(_) | None => Limit::None,
    };
    if given == wish.steps.last() {
        return Grant { limit, asked: whole, delivery: Delivery::Whole };
    }
    let delivery = if given.is_some() { Delivery::Reduced } else { Delivery::Paused };
    Grant { limit, asked: given.map_or(0, |step| step.layer + 1), delivery }
}
