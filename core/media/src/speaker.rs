//! Who speaks: a ranking of all voices of the room by the level each browser measures (RFC 6464). Every listener hears the
//! first of those it may hear, so the order changes slowly: a cough takes nobody's place, a pause loses none.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::arena::Key;
use crate::source::Source;

/// A voice speaks once it was loud for this long, pauses not counted double.
const ATTACK: Duration = Duration::from_millis(300);

/// A voice that was not loud for this long has stopped speaking.
const HOLD: Duration = Duration::from_millis(500);

/// How often the ranking is made.
const INTERVAL: Duration = Duration::from_millis(100);

/// Louder than this, in dB below the loudest possible, is a voice and not a room.
const LOUD: f32 = -50.0;

/// A voice passes another in the ranking when it is this much louder, in dB.
const LOUDER: f32 = 6.0;

/// How much of the smoothed level a new packet makes; with 20 ms packets it follows within a fifth of a second.
const SMOOTHING: f32 = 0.1;

/// What counts of one packet at most: silence is often not sent at all, and the gap must not count as speech.
const PACKET_MAX: Duration = Duration::from_millis(60);

#[derive(Debug)]
struct Voice {
    level: f32,
    loud_for: Duration,
    heard: Option<Instant>,
    last_loud: Option<Instant>,
    speaking: bool,
}

/// The ranking of one room.
#[derive(Debug, Default)]
pub(crate) struct Speakers {
    voices: BTreeMap<Key<Source>, Voice>,
    ranking: Vec<Key<Source>>,
    due: Option<Instant>,
}

/// What a new ranking changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// The order of all voices.
    pub(crate) order: bool,
    /// Who speaks, or their order.
    pub(crate) speaking: bool,
}

impl Speakers {
    /// A voice joins, silent: behind all others.
    pub(crate) fn join(&mut self, voice: Key<Source>) {
        let silent = Voice { level: -127.0, loud_for: Duration::ZERO, heard: None, last_loud: None, speaking: false };
        self.voices.insert(voice, silent);
        self.ranking.push(voice);
    }

    /// A voice leaves. True: it was speaking.
    pub(crate) fn leave(&mut self, voice: Key<Source>) -> bool {
        self.ranking.retain(|&other| other != voice);
        self.voices.remove(&voice).is_some_and(|voice| voice.speaking)
    }

    /// All voices: those that speak, the loudest first, then the others, the latest speaker first.
    pub(crate) fn ranking(&self) -> &[Key<Source>] {
        &self.ranking
    }

    /// Those that speak, the loudest first.
    pub(crate) fn speaking(&self) -> impl Iterator<Item = Key<Source>> {
        self.ranking.iter().copied().filter(|&voice| self.speaks(voice))
    }

    /// A packet of a voice came, with its level in dB (0 is the loudest, -127 silence).
    pub(crate) fn hear(&mut self, voice: Key<Source>, level: i8, now: Instant) {
        let Some(voice) = self.voices.get_mut(&voice) else { return };
        let level = f32::from(level);
        let elapsed = voice.heard.map_or(Duration::ZERO, |heard| now.saturating_duration_since(heard)).min(PACKET_MAX);
        voice.heard = Some(now);
        voice.level += (level - voice.level) * SMOOTHING;
        if level > LOUD {
            voice.loud_for = (voice.loud_for + elapsed).min(ATTACK);
            voice.last_loud = Some(now);
        } else {
            voice.loud_for = voice.loud_for.saturating_sub(elapsed);
        }
        if self.due.is_none() && (voice.speaking || level > LOUD) {
            self.due = Some(now + INTERVAL);
        }
    }

    /// When to call [`Self::rank`], if anybody is heard.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Makes the ranking anew, if it is time.
    pub(crate) fn rank(&mut self, now: Instant) -> Change {
        if self.due.is_none_or(|due| due > now) {
            return Change::default();
        }
        let spoke: Vec<_> = self.speaking().collect();
        let order = self.ranking.clone();
        let mut active = false;
        for voice in self.voices.values_mut() {
            let held = voice.last_loud.is_some_and(|last| now.saturating_duration_since(last) < HOLD);
            voice.speaking = held && (voice.speaking || voice.loud_for >= ATTACK);
            active |= held;
            if !held {
                voice.loud_for = Duration::ZERO;
            }
        }
        self.due = active.then(|| now + INTERVAL);
        self.sort();
        Change { order: order != self.ranking, speaking: !self.speaking().eq(spoke) }
    }

    /// Moves each voice up past those it is clearly ahead of; equals keep their order.
    fn sort(&mut self) {
        for index in 1..self.ranking.len() {
            let mut at = index;
            while at > 0 && self.passes(self.ranking[at], self.ranking[at - 1]) {
                self.ranking.swap(at, at - 1);
                at -= 1;
            }
        }
    }

    fn passes(&self, behind: Key<Source>, ahead: Key<Source>) -> bool {
        match (self.speaks(behind), self.speaks(ahead)) {
            (true, false) => true,
            (false, _) => false,
            (true, true) => self.level(behind) > self.level(ahead) + LOUDER,
        }
    }

    fn speaks(&self, voice: Key<Source>) -> bool {
        self.voices.get(&voice).is_some_and(|voice| voice.speaking)
    }

    fn level(&self, voice: Key<Source>) -> f32 {
        self.voices.get(&voice).map_or(-127.0, |voice| voice.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;

    struct Room {
        speakers: Speakers,
        now: Instant,
    }

    impl Room {
        /// Levels of packets every 20 ms for that long; the ranking is made when due.
        fn talk(&mut self, length: Duration, levels: &[(Key<Source>, i8)]) -> Vec<Change> {
            let end = self.now + length;
            let mut changes = Vec::new();
            while self.now < end {
                self.now += Duration::from_millis(20);
                for &(voice, level) in levels {
                    self.speakers.hear(voice, level, self.now);
                }
                let change = self.speakers.rank(self.now);
                if change != Change::default() {
                    changes.push(change);
                }
            }
            changes
        }

        fn speaking(&self) -> Vec<Key<Source>> {
            self.speakers.speaking().collect()
        }
    }

    fn room() -> (Room, [Key<Source>; 3]) {
        let mut speakers = Speakers::default();
        let mut numbers = Arena::<Source>::default();
        let voices = [(); 3].map(|()| numbers.insert(crate::source::tests::source()));
        voices.iter().for_each(|&voice| speakers.join(voice));
        (Room { speakers, now: crate::test_start() }, voices)
    }

    #[test]
    fn a_cough_is_no_speech_and_a_sentence_is() {
        let (mut room, [a, b, c]) = room();
        room.talk(Duration::from_millis(100), &[(b, -10)]);
        room.talk(Duration::from_secs(1), &[(b, -90)]);
        assert_eq!(room.speaking(), []);
        room.talk(Duration::from_millis(500), &[(a, -90), (b, -20)]);
        assert_eq!(room.speaking(), [b]);
        assert_eq!(room.speakers.ranking(), [b, a, c]);
    }

    #[test]
    fn a_pause_is_held_and_silence_ends_speech_without_a_packet() {
        let (mut room, [a, ..]) = room();
        room.talk(Duration::from_millis(500), &[(a, -20)]);
        room.talk(Duration::from_millis(300), &[(a, -90)]);
        assert_eq!(room.speaking(), [a]);
        room.talk(Duration::from_millis(700), &[]);
        assert_eq!(room.speaking(), []);
        assert_eq!(room.speakers.due(), None, "a silent room has nothing to do");
    }

    #[test]
    fn two_who_speak_at_once_do_not_change_places_all_the_time() {
        let (mut room, [a, b, _]) = room();
        room.talk(Duration::from_secs(1), &[(a, -20), (b, -22)]);
        let changes = room.talk(Duration::from_secs(5), &[(a, -23), (b, -20)]);
        assert_eq!(changes, []);
        room.talk(Duration::from_secs(1), &[(a, -40), (b, -20)]);
        assert_eq!(room.speaking(), [b, a]);
    }

    #[test]
    fn who_spoke_last_is_first_among_the_silent() {
        let (mut room, [a, b, c]) = room();
        for voice in [a, b, c] {
            room.talk(Duration::from_secs(1), &[(voice, -20)]);
        }
        room.talk(Duration::from_secs(1), &[]);
        assert_eq!(room.speakers.ranking(), [c, b, a]);
    }

    #[test]
    fn who_leaves_is_forgotten() {
        let (mut room, [a, b, c]) = room();
        room.talk(Duration::from_secs(1), &[(a, -20)]);
        assert!(room.speakers.leave(a));
        assert!(!room.speakers.leave(b));
        assert_eq!(room.speakers.ranking(), [c]);
    }
}
