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

/// A voice that has just begun to speak, or was just passed, passes another one when it is this much louder, in dB.
const LOUDER: f32 = 6.0;

/// After this long the least bit louder is enough. Otherwise three noisy microphones that were first would keep a fourth
/// voice from being heard for as long as they are on.
const SETTLED: Duration = Duration::from_secs(2);

/// How much of the smoothed level a louder packet makes; with 20 ms packets it follows within a fifth of a second.
const RISE: f32 = 0.1;

/// How much a softer one makes: the level falls in seconds, so that noise does not pass a voice between two words.
const FALL: f32 = 0.01;

/// What counts of one packet at most: silence is often not sent at all, and the gap must not count as speech.
const PACKET_MAX: Duration = Duration::from_millis(60);

#[derive(Debug)]
struct Voice {
    level: f32,
    loud_for: Duration,
    heard: Option<Instant>,
    last_loud: Option<Instant>,
    speaking: bool,
    /// When it began to speak, or was last passed by another voice.
    placed: Option<Instant>,
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
        let silent = Voice {
            level: -127.0,
            loud_for: Duration::ZERO,
            heard: None,
            last_loud: None,
            speaking: false,
            placed: None,
        };
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
        voice.level += (level - voice.level) * if level > voice.level { RISE } else { FALL };
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
            let spoke = voice.speaking;
            voice.speaking = held && (spoke || voice.loud_for >= ATTACK);
            if voice.speaking && !spoke {
                voice.placed = Some(now);
            }
            active |= held;
            if !held {
                voice.loud_for = Duration::ZERO;
            }
        }
        self.due = active.then(|| now + INTERVAL);
        self.sort(now);
        Change { order: order != self.ranking, speaking: !self.speaking().eq(spoke) }
    }

    /// Moves each voice up past those it is clearly ahead of; equals keep their order. Who is passed must be clearly ahead
    /// to pass in turn, so that two who speak at once do not change places with every word.
    fn sort(&mut self, now: Instant) {
        for index in 1..self.ranking.len() {
            let mut at = index;
            while at > 0 && self.passes(self.ranking[at], self.ranking[at - 1], now) {
                if let Some(passed) = self.voices.get_mut(&self.ranking[at - 1]) {
                    passed.placed = Some(now);
                }
                self.ranking.swap(at, at - 1);
                at -= 1;
            }
        }
    }

    fn passes(&self, behind: Key<Source>, ahead: Key<Source>, now: Instant) -> bool {
        match (self.speaks(behind), self.speaks(ahead)) {
            (true, false) => true,
            (false, _) => false,
            (true, true) => self.level(behind) > self.level(ahead) + self.head_start(behind, now),
        }
    }

    /// How much louder than the one before it a voice must be now.
    fn head_start(&self, voice: Key<Source>, now: Instant) -> f32 {
        let placed = self.voices.get(&voice).and_then(|voice| voice.placed);
        let settled = placed.map_or(Duration::ZERO, |placed| now.saturating_duration_since(placed)).min(SETTLED);
        LOUDER * (1.0 - settled.as_secs_f32() / SETTLED.as_secs_f32())
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

    fn room<const VOICES: usize>() -> (Room, [Key<Source>; VOICES]) {
        let mut speakers = Speakers::default();
        let mut numbers = Arena::<Source>::default();
        let voices = [(); VOICES].map(|()| numbers.insert(crate::source::tests::source()));
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
        let (mut room, [a]) = room();
        room.talk(Duration::from_millis(500), &[(a, -20)]);
        room.talk(Duration::from_millis(300), &[(a, -90)]);
        assert_eq!(room.speaking(), [a]);
        room.talk(Duration::from_millis(700), &[]);
        assert_eq!(room.speaking(), []);
        assert_eq!(room.speakers.due(), None, "a silent room has nothing to do");
    }

    #[test]
    fn two_who_speak_at_once_do_not_change_places_all_the_time() {
        let (mut room, [a, b]) = room();
        room.talk(Duration::from_secs(1), &[(a, -20), (b, -22)]);
        let word = Duration::from_millis(400);
        let changes: Vec<_> = (0..10)
            .flat_map(|_| [room.talk(word, &[(a, -26), (b, -20)]), room.talk(word, &[(a, -20), (b, -26)])])
            .collect();
        assert!(changes.iter().flatten().count() <= 4, "{changes:?} in eight seconds");
        room.talk(Duration::from_secs(1), &[(a, -45), (b, -20)]);
        assert_eq!(room.speaking(), [b, a]);
    }

    #[test]
    fn who_is_a_little_louder_than_those_who_were_first_is_heard_soon() {
        let (mut room, [a, b, c, newcomer]) = room();
        let noise = [(a, -40), (b, -40), (c, -40)];
        room.talk(Duration::from_secs(10), &noise);
        let all = [noise.as_slice(), &[(newcomer, -38)]].concat();
        room.talk(Duration::from_secs(1), &all);
        assert_eq!(room.speaking().last(), Some(&newcomer), "not at the first word");
        room.talk(Duration::from_secs(2), &all);
        assert_eq!(room.speaking().first(), Some(&newcomer));
    }

    #[test]
    fn noise_does_not_pass_a_voice_between_two_words() {
        let (mut room, [a, b, c, speaker]) = room();
        let noise = [(a, -42), (b, -42), (c, -42)];
        let with = |level| [noise.as_slice(), &[(speaker, level)]].concat();
        room.talk(Duration::from_secs(3), &with(-25));
        for _ in 0..10 {
            room.talk(Duration::from_millis(400), &with(-90));
            assert_eq!(room.speaking().first(), Some(&speaker));
            room.talk(Duration::from_millis(600), &with(-25));
        }
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
