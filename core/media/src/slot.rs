//! A receiving m-line of a listener: what it carries, which layer of it, and what becomes of each packet.

use std::time::Instant;

use wire::{Delivery, Mid, Pixels};

use crate::arena::Key;
use crate::layer::{self, Layer};
use crate::offer::LineKind;
use crate::packet::Packet;
use crate::rewrite::{Rewrite, Rewritten};
use crate::source::Source;
use crate::tempo::{Pace, Tempo};

/// One slot.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) mid: Mid,
    pub(crate) kind: LineKind,
    /// Index of its m-line among the peer's lines.
    pub(crate) line: usize,
    /// Whether the browser takes anything on it now; a line can become inactive by a further offer.
    pub(crate) open: bool,
    /// Its browser reads descriptors, so that frames can be left out of what it gets.
    pub(crate) can_be_thinned: bool,
    source: Option<Key<Source>>,
    /// The height of the tile that shows it.
    height: Pixels,
    /// What of it may be sent.
    grant: Grant,
    /// The layer that is played; `None` until the first keyframe.
    layer: Option<usize>,
    /// How many of the frames of that.
    pace: Pace,
    rewrite: Rewrite,
}

/// What of its picture a slot is sent, as the listener's line allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) limit: Limit,
    /// How many of its source's layers are to come because of it, the smallest first.
    pub(crate) asked: usize,
    /// As the listener is told.
    pub(crate) delivery: Delivery,
}

/// How large a layer may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Any.
    None,
    /// None that is larger than that one, and that one at this tempo.
    Layer { largest: usize, tempo: Tempo },
    /// Not the smallest.
    Nothing,
}

impl Grant {
    /// What a slot has before anything is known of its line.
    const UNLIMITED: Self = Self { limit: Limit::None, asked: 0, delivery: Delivery::Whole };

    /// Whether a layer may be sent.
    fn admits(self, layers: &[Layer], layer: usize) -> bool {
        match self.limit {
            Limit::None => true,
            Limit::Layer { largest, .. } => {
                largest < layers.len() && layer::lines_of(layers, layer) <= layer::lines_of(layers, largest)
            }
            Limit::Nothing => false,
        }
    }

    /// How many of the frames of a layer may be sent. Of one that is too large and goes on until a smaller one can take over,
    /// as few as possible.
    fn tempo_of(self, layers: &[Layer], layer: usize) -> Tempo {
        match self.limit {
            Limit::None => Tempo::Whole,
            Limit::Layer { largest, tempo } if largest == layer => tempo,
            Limit::Layer { .. } if self.admits(layers, layer) => Tempo::Whole,
            Limit::Layer { .. } | Limit::Nothing => Tempo::Half,
        }
    }
}

/// What becomes of a packet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Send it so; `None`: do not.
    pub(crate) forward: Option<Rewritten>,
    /// A keyframe of that layer is needed before the slot can play it.
    pub(crate) keyframe: Option<usize>,
}

impl Slot {
    /// An idle one.
    pub(crate) fn new(mid: Mid, kind: LineKind, line: usize) -> Self {
        let grant = Grant::UNLIMITED;
        let (source, height, layer, pace, rewrite) = (None, Pixels(0), None, Pace::default(), Rewrite::default());
        Self { mid, kind, line, open: true, can_be_thinned: false, source, height, grant, layer, pace, rewrite }
    }

    /// What it carries.
    pub(crate) fn source(&self) -> Option<Key<Source>> {
        self.source
    }

    /// From now on it carries that source, or nothing.
    pub(crate) fn assign(&mut self, source: Option<Key<Source>>) {
        self.source = source;
        self.grant = Grant::UNLIMITED;
        self.start_over();
    }

    /// What the listener got is too long ago to go on from: a picture waits for its next keyframe, sound begins anew.
    pub(crate) fn start_over(&mut self) {
        self.layer = None;
        self.rewrite.end();
    }

    /// The tile that shows it has this height now.
    pub(crate) fn set_height(&mut self, height: Pixels) {
        self.height = height;
    }

    /// What of its picture it is sent.
    pub(crate) fn grant(&self) -> Grant {
        self.grant
    }

    /// From now on it is sent that much of its picture.
    pub(crate) fn set_grant(&mut self, grant: Grant) {
        self.grant = grant;
        if grant.limit == Limit::Nothing {
            self.start_over();
        }
    }

    /// The layer that should be played, and whose keyframe the listener misses when it complains of losses.
    pub(crate) fn wanted_layer(&self, layers: &[Layer], now: Instant) -> Option<usize> {
        let may_be_sent = |index| self.grant.admits(layers, index);
        if layers.len() < 2 {
            return may_be_sent(0).then_some(0);
        }
        layer::choose(layers, self.height, |index| layers[index].arrives(now) && may_be_sent(index))
    }

    /// The layer that is played.
    pub(crate) fn played_layer(&self) -> Option<usize> {
        self.layer
    }

    /// Judges a packet of its source. `layers` are that source's.
    pub(crate) fn judge(&mut self, packet: &Packet, layers: &[Layer], now: Instant) -> Verdict {
        match self.kind {
            LineKind::Audio => Verdict { forward: self.play(packet), keyframe: None },
            LineKind::Video => self.judge_picture(packet, layers, now),
        }
    }

    fn judge_picture(&mut self, packet: &Packet, layers: &[Layer], now: Instant) -> Verdict {
        if self.grant.limit == Limit::Nothing {
            return Verdict::default();
        }
        let admitted = self.grant.admits(layers, packet.layer);
        // The old layer goes on until the new one has a keyframe, even if it is too large by now.
        let played = self.layer == Some(packet.layer) && self.rewrite.plays(packet);
        let target = match self.wanted_layer(layers, now) {
            Some(layer) => layer,
            None if admitted || played => packet.layer,
            None => return Verdict::default(),
        };
        // Any layer is better than none; afterwards only the wanted one may take over.
        let may_begin =
            admitted && packet.descriptor.starts_keyframe && (packet.layer == target || self.layer.is_none());
        let forward = if played {
            self.go_on(packet, layers)
        } else if may_begin {
            self.layer = Some(packet.layer);
            self.pace = Pace::default();
            Some(self.rewrite.begin(packet))
        } else {
            None
        };
        // What is older than the keyframe it began with is passed over, and nothing is missed.
        let satisfied = self.layer == Some(target) && (played || forward.is_some() || packet.layer != target);
        Verdict { forward, keyframe: (!satisfied).then_some(target) }
    }

    /// A further packet of what is played.
    fn go_on(&mut self, packet: &Packet, layers: &[Layer]) -> Option<Rewritten> {
        let tempo = if self.can_be_thinned { self.grant.tempo_of(layers, packet.layer) } else { Tempo::Whole };
        if self.pace.leaves_out(packet, tempo) {
            self.rewrite.leave_out(packet);
            return None;
        }
        self.rewrite.apply(packet)
    }

    fn play(&mut self, packet: &Packet) -> Option<Rewritten> {
        if self.rewrite.plays(packet) { self.rewrite.apply(packet) } else { Some(self.rewrite.begin(packet)) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::layer::{Codec, Descriptor};
    use crate::packet::tests::{dependency, packet};
    use crate::tempo::Role;

    fn slot() -> Slot {
        Slot::new(Mid("1".into()), LineKind::Video, 1)
    }

    fn layers(heights: &[u16], now: Instant) -> Vec<Layer> {
        heights.iter().map(|&h| Layer { newest: Some(now), height: Some(h), ..Layer::default() }).collect()
    }

    fn frame(layer: usize, sequence: u64, starts_keyframe: bool, now: Instant) -> Packet {
        let descriptor = Descriptor { starts_keyframe, ..Descriptor::default() };
        let stream = u32::try_from(layer).unwrap() + 10;
        Packet { layer, stream, sequence, descriptor, ..packet(Codec::Vp8, now) }
    }

    #[test]
    fn nothing_is_played_before_a_keyframe_and_then_everything() {
        let now = crate::test_start();
        let layers = layers(&[720], now);
        let mut slot = slot();
        assert_eq!(slot.judge(&frame(0, 5, false, now), &layers, now), Verdict { forward: None, keyframe: Some(0) });
        assert!(slot.judge(&frame(0, 6, true, now), &layers, now).forward.is_some());
        let next = slot.judge(&frame(0, 7, false, now), &layers, now);
        assert!(next.forward.is_some() && next.keyframe.is_none());
    }

    #[test]
    fn the_old_layer_goes_on_until_the_new_one_has_a_keyframe() {
        let now = crate::test_start();
        let layers = layers(&[180, 360, 720], now);
        let mut slot = slot();
        slot.set_height(Pixels(180));
        slot.judge(&frame(0, 1, true, now), &layers, now);
        slot.set_height(Pixels(720));
        let old = slot.judge(&frame(0, 2, false, now), &layers, now);
        assert!(old.forward.is_some());
        assert_eq!(old.keyframe, Some(2));
        assert!(slot.judge(&frame(2, 900, false, now), &layers, now).forward.is_none());
        assert!(slot.judge(&frame(1, 500, true, now), &layers, now).forward.is_none(), "a layer nobody wants");
        let new = slot.judge(&frame(2, 901, true, now), &layers, now).forward.unwrap();
        assert_eq!(new.sequence, old.forward.unwrap().sequence + 1);
        assert!(slot.judge(&frame(0, 3, false, now), &layers, now).forward.is_none());
    }

    #[test]
    fn a_picture_begins_with_whatever_layer_has_a_keyframe_first() {
        let now = crate::test_start();
        let layers = layers(&[180, 360, 720], now);
        let mut slot = slot();
        slot.set_height(Pixels(720));
        let first = slot.judge(&frame(0, 1, true, now), &layers, now);
        assert!(first.forward.is_some());
        assert_eq!(first.keyframe, Some(2));
    }

    fn grant(limit: Limit) -> Grant {
        Grant { limit, asked: 0, delivery: Delivery::Reduced }
    }

    #[test]
    fn what_is_too_large_goes_on_until_the_smaller_layer_has_a_keyframe_and_never_begins() {
        let now = crate::test_start();
        let layers = layers(&[180, 360, 720], now);
        let mut slot = slot();
        slot.set_height(Pixels(720));
        slot.judge(&frame(2, 1, true, now), &layers, now);
        slot.set_grant(grant(Limit::Layer { largest: 0, tempo: Tempo::Whole }));
        let old = slot.judge(&frame(2, 2, false, now), &layers, now);
        assert!(old.forward.is_some());
        assert_eq!(old.keyframe, Some(0));
        assert!(slot.judge(&frame(1, 50, true, now), &layers, now).forward.is_none(), "too large as well");
        assert!(slot.judge(&frame(0, 90, true, now), &layers, now).forward.is_some());
        assert!(slot.judge(&frame(2, 3, true, now), &layers, now).forward.is_none());

        slot.start_over();
        assert_eq!(slot.judge(&frame(2, 4, true, now), &layers, now), Verdict { forward: None, keyframe: Some(0) });
    }

    #[test]
    fn a_paused_slot_sends_nothing_asks_for_nothing_and_goes_on_with_a_keyframe() {
        let now = crate::test_start();
        let layers = layers(&[720], now);
        let mut slot = slot();
        let before = slot.judge(&frame(0, 1, true, now), &layers, now).forward.unwrap();
        slot.set_grant(grant(Limit::Nothing));
        assert_eq!(slot.judge(&frame(0, 2, true, now), &layers, now), Verdict::default());
        slot.set_grant(grant(Limit::Layer { largest: 0, tempo: Tempo::Whole }));
        assert_eq!(slot.judge(&frame(0, 3, false, now), &layers, now), Verdict { forward: None, keyframe: Some(0) });
        let after = slot.judge(&frame(0, 4, true, now), &layers, now).forward.unwrap();
        assert_eq!(after.sequence, before.sequence + 1, "and the stream has no hole");
    }

    #[test]
    fn a_larger_layer_that_nobody_may_have_is_not_asked_for() {
        let now = crate::test_start();
        let mut layers = layers(&[180, 720], now);
        layers[0].newest = None;
        let mut slot = slot();
        slot.set_grant(grant(Limit::Layer { largest: 0, tempo: Tempo::Whole }));
        assert_eq!(slot.judge(&frame(1, 1, true, now), &layers, now), Verdict::default());
    }

    #[test]
    fn when_the_wanted_layer_stops_the_best_that_arrives_takes_over() {
        let start = crate::test_start();
        let mut layers = layers(&[180, 360, 720], start);
        let mut slot = slot();
        slot.set_height(Pixels(720));
        slot.judge(&frame(2, 1, true, start), &layers, start);
        let later = start + Duration::from_secs(2);
        layers[0].newest = Some(later);
        layers[1].newest = Some(later);
        layers[2].missed = 60;
        assert_eq!(slot.judge(&frame(1, 8, false, later), &layers, later).keyframe, Some(1));
        assert!(slot.judge(&frame(1, 9, true, later), &layers, later).forward.is_some());
    }

    #[test]
    fn after_a_gap_too_long_to_be_repaired_a_picture_waits_for_a_keyframe_and_sound_goes_on() {
        let now = crate::test_start();
        let layers = layers(&[720], now);
        let mut picture = slot();
        let first = picture.judge(&frame(0, 1, true, now), &layers, now).forward.unwrap();
        let leap = 60_000;
        assert_eq!(picture.judge(&frame(0, leap, false, now), &layers, now).keyframe, Some(0));
        let next = picture.judge(&frame(0, leap + 1, true, now), &layers, now).forward.unwrap();
        assert_eq!(next.sequence, first.sequence + 1);

        let mut sound = Slot::new(Mid("0".into()), LineKind::Audio, 0);
        let word = |sequence| Packet { sequence, ..packet(Codec::Opus, now) };
        let first = sound.judge(&word(1), &[], now).forward.unwrap();
        let next = sound.judge(&word(leap), &[], now).forward.unwrap();
        assert_eq!(next.sequence, first.sequence + 1);
    }

    #[test]
    fn what_is_older_than_the_keyframe_it_began_with_asks_for_nothing() {
        let now = crate::test_start();
        let layers = layers(&[720], now);
        let mut slot = slot();
        slot.judge(&frame(0, 8, true, now), &layers, now);
        assert_eq!(slot.judge(&frame(0, 7, false, now), &layers, now), Verdict::default());
    }

    #[test]
    fn a_new_stream_on_the_played_layer_waits_for_its_keyframe() {
        let now = crate::test_start();
        let layers = layers(&[720], now);
        let mut slot = slot();
        slot.judge(&frame(0, 1, true, now), &layers, now);
        let mut other = frame(0, 70, false, now);
        other.stream = 99;
        assert_eq!(slot.judge(&other, &layers, now), Verdict { forward: None, keyframe: Some(0) });
        other.descriptor.starts_keyframe = true;
        assert!(slot.judge(&other, &layers, now).forward.is_some());
    }

    #[test]
    fn frames_are_left_out_where_that_was_granted_and_the_browser_can_bear_it() {
        let now = crate::test_start();
        let layers = layers(&[360, 720], now);
        let sent = |tempo, can_be_thinned| {
            let mut slot = Slot { can_be_thinned, ..slot() };
            slot.set_height(Pixels(720));
            slot.set_grant(grant(Limit::Layer { largest: 1, tempo }));
            let mut sequences = Vec::new();
            for number in 0..8_u16 {
                let role = Role { starts_frame: true, in_half: number % 2 == 0, resumes: number % 4 == 0 };
                let dependency = Some(dependency(number, role));
                let packet = Packet { dependency, ..frame(1, u64::from(number), number == 0, now) };
                let verdict = slot.judge(&packet, &layers, now);
                assert_eq!(verdict.keyframe, None, "what is left out is not missed");
                sequences.extend(verdict.forward.map(|numbers| numbers.sequence));
            }
            assert!(sequences.windows(2).all(|pair| pair[1] == pair[0] + 1), "{sequences:?}");
            sequences.len()
        };
        assert_eq!(
            [(Tempo::Half, true), (Tempo::Whole, true), (Tempo::Half, false)].map(|(t, c)| sent(t, c)),
            [4, 8, 8]
        );
    }

    #[test]
    fn what_is_too_large_goes_on_with_as_few_frames_as_possible_and_what_is_smaller_with_all() {
        let layers = layers(&[180, 360, 720], crate::test_start());
        let tempos = |largest, tempo| {
            let grant = grant(Limit::Layer { largest, tempo });
            [0, 1, 2].map(|layer| grant.tempo_of(&layers, layer))
        };
        assert_eq!(tempos(1, Tempo::Whole), [Tempo::Whole, Tempo::Whole, Tempo::Half]);
        assert_eq!(tempos(1, Tempo::Half), [Tempo::Whole, Tempo::Half, Tempo::Half]);
    }
}
