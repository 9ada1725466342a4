//! Plays a persona into a caller: a frame of sound every 20 ms, a picture at the film's pace in all layers. Who may speak
//! when is decided outside; a player that may not sends silence, as a person does who listens.

use std::time::{Duration, Instant};

use media::caller::{Caller, Picture, Sound};
use wire::SourceKind;

use crate::assets::{Persona, Voice};

/// One Opus frame.
const SOUND: Duration = Duration::from_millis(20);
/// Its ticks of 48 kHz.
const SOUND_TICKS: u32 = 960;
/// 20 ms of silence in Opus: full band, one frame.
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];
/// The pause between two sentences of somebody who speaks freely, in frames of sound.
const BREATH: usize = 35;
/// A player that was kept from playing for longer than this goes on from now instead of catching up.
const LATE_MAX: Duration = Duration::from_millis(500);
/// How long one turn lasts for those who speak in turn: a sentence and the silence after it. Our sentences take 8.6 to 12.3 s,
/// so whoever comes in hears somebody within 3 s, and the longest is said to its end by [`REST`].
const TURN_MILLIS: i64 = 11_500;
/// A sentence with no more than this to go is said to its end, though the turn is over; in frames of sound.
const REST: usize = 50;

/// Seals a frame of that kind; nothing where it must not leave.
pub(crate) type Seal<'a> = dyn FnMut(SourceKind, &[u8]) -> Option<Vec<u8>> + 'a;

/// When a participant speaks. Whoever has been given the floor speaks, and all others listen, but for
/// [`Talk::Regardless`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// All the time.
    Always,
    /// All the time, and also while another has the floor: a microphone that is left open in a loud room.
    Regardless,
    /// One after the other, by the server's clock: no two at once.
    InTurn {
        /// The place of this one, from 0.
        place: u32,
        /// How many take turns.
        of: u32,
    },
    /// Not at all.
    Never,
}

/// What a player does now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Playing {
    /// What is switched on.
    pub(crate) devices: wire::Devices,
    /// What to say.
    pub(crate) cue: Cue,
    /// The present moment, for pictures that say when they leave; none where nobody asks.
    pub(crate) since_origin: Option<Duration>,
}

/// What to say now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cue {
    /// Nothing.
    Listen,
    /// This sentence, once.
    Sentence(usize),
    /// One sentence after the other.
    Freely,
}

impl Talk {
    /// The cue at a moment of the server's clock.
    pub(crate) fn cue(self, server_millis: i64) -> Cue {
        match self {
            Talk::Always | Talk::Regardless => Cue::Freely,
            Talk::Never => Cue::Listen,
            Talk::InTurn { place, of } => {
                let (turn, of) = (server_millis.div_euclid(TURN_MILLIS), i64::from(of.max(1)));
                if turn.rem_euclid(of) == i64::from(place) {
                    Cue::Sentence(usize::try_from(turn.div_euclid(of)).unwrap_or(0))
                } else {
                    Cue::Listen
                }
            }
        }
    }
}

/// A persona being played.
#[derive(Debug)]
pub(crate) struct Player {
    persona: Persona,
    sound: Track,
    picture: Track,
    /// The place in the film's loop.
    place: usize,
    cue: Cue,
    /// The sentence, and the next frame of it.
    sentence: usize,
    frame: usize,
}

/// Frames that leave at an even pace.
#[derive(Debug)]
struct Track {
    due: Instant,
    every: Duration,
    ticks: u32,
    timestamp: u32,
}

impl Track {
    /// The timestamp of a frame that is due.
    fn next(&mut self, now: Instant) -> Option<u32> {
        if self.due > now {
            return None;
        }
        let late = now.duration_since(self.due);
        if late > LATE_MAX {
            let missed = u32::try_from(late.as_nanos() / self.every.as_nanos().max(1)).unwrap_or(0);
            self.due += self.every * missed;
            self.timestamp = self.timestamp.wrapping_add(self.ticks.wrapping_mul(missed));
        }
        let timestamp = self.timestamp;
        self.due += self.every;
        self.timestamp = timestamp.wrapping_add(self.ticks);
        Some(timestamp)
    }
}

impl Player {
    /// Starts to play. `shift` is the place in the loop to begin at, so that many players of one film differ.
    pub(crate) fn new(persona: Persona, shift: u64, now: Instant) -> Self {
        let ticks = persona.film.ticks();
        let length = persona.film.length().max(1) as u64;
        let place = persona.film.key_frame_after(usize::try_from(shift % length).unwrap_or(0));
        let every = Duration::from_nanos(u64::from(ticks) * 1_000_000_000 / 90_000);
        Self {
            persona,
            sound: Track { due: now, every: SOUND, ticks: SOUND_TICKS, timestamp: 0 },
            picture: Track { due: now, every, ticks, timestamp: 0 },
            place,
            cue: Cue::Listen,
            sentence: 0,
            frame: 0,
        }
    }

    /// Somebody needs a key frame: the film jumps to its next one, in all layers, so that they stay the same picture.
    pub(crate) fn jump_to_key_frame(&mut self) {
        self.place = self.persona.film.key_frame_after(self.place);
    }

    /// Sends what is due, sealed by `seal`; what cannot be sealed is not sent. Without a camera nothing is sent for it,
    /// without a microphone silence of the same size.
    pub(crate) fn play(&mut self, caller: &mut Caller, playing: Playing, seal: &mut Seal<'_>, now: Instant) {
        let devices = playing.devices;
        self.follow(playing.cue);
        while let Some(timestamp) = self.sound.next(now) {
            let (frame, level) = self.next_sound();
            let (frame, level) = if devices.microphone { (frame, level) } else { (&SILENCE[..], 127) };
            if let Some(frame) = seal(SourceKind::Microphone, frame) {
                caller.write_audio(Sound { frame: &frame, timestamp, level }, now);
            }
        }
        while let Some(timestamp) = self.picture.next(now) {
            if devices.camera {
                for &layer in caller.layers_sent() {
                    let frame = self.persona.film.frame_at(layer, self.place, playing.since_origin);
                    if let Some(frame) = seal(SourceKind::Camera, &frame) {
                        caller.write_video(layer, Picture { frame: &frame, timestamp }, now);
                    }
                }
            }
            self.place = (self.place + 1) % self.persona.film.length().max(1);
        }
    }

    /// When the next frame leaves.
    pub(crate) fn poll_timeout(&self) -> Instant {
        self.sound.due.min(self.picture.due)
    }

    fn follow(&mut self, cue: Cue) {
        if cue == self.cue || (cue == Cue::Listen && self.is_nearly_done()) {
            return;
        }
        if let Cue::Sentence(sentence) = cue {
            (self.sentence, self.frame) = (sentence, 0);
        }
        self.cue = cue;
    }

    /// Whether a little of the sentence is left.
    fn is_nearly_done(&self) -> bool {
        let length = self.voice().map_or(0, Voice::length);
        self.frame < length && length - self.frame <= REST
    }

    fn voice(&self) -> Option<&Voice> {
        let voices = &self.persona.voices;
        voices.get(self.sentence % voices.len().max(1)).map(AsRef::as_ref)
    }

    fn next_sound(&mut self) -> (&[u8], u8) {
        if self.cue == Cue::Listen || self.persona.voices.is_empty() {
            return (&SILENCE, 127);
        }
        let voice = &self.persona.voices[self.sentence % self.persona.voices.len()];
        let said = voice.frame(self.frame);
        self.frame += 1;
        if said.is_none() && self.cue == Cue::Freely && self.frame > voice.length() + BREATH {
            (self.sentence, self.frame) = (self.sentence.wrapping_add(1), 0);
        }
        said.unwrap_or((&SILENCE, 127))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::assets::Film;

    #[test]
    fn those_who_speak_in_turn_never_speak_at_once() {
        for moment in (0..200_000).step_by(500) {
            let speaking = (0..3).filter(|place| Talk::InTurn { place: *place, of: 3 }.cue(moment) != Cue::Listen);
            assert_eq!(speaking.count(), 1, "at {moment} ms");
        }
    }

    #[test]
    fn a_sentence_that_is_nearly_done_is_said_to_its_end_and_another_is_cut() {
        let film = Film::read(
            include_bytes!("../../../assets/pictures/aster-q.ivf"),
            include_bytes!("../../../assets/pictures/aster-h.ivf"),
            include_bytes!("../../../assets/pictures/aster-f.ivf"),
        );
        let voice = Voice::read(
            include_bytes!("../../../assets/voices/en-1-a.opus"),
            include_bytes!("../../../assets/voices/en-1-a.levels"),
        );
        let voice = Arc::new(voice.unwrap());
        let persona = Persona { film: Arc::new(film.unwrap()), voices: vec![voice.clone()] };
        let mut player = Player::new(persona, 0, crate::origin());
        player.follow(Cue::Sentence(0));
        player.follow(Cue::Listen);
        assert_eq!(player.cue, Cue::Listen);

        player.follow(Cue::Sentence(0));
        player.frame = voice.length() - REST;
        for _ in 0..REST {
            player.follow(Cue::Listen);
            assert_ne!(player.next_sound().0, SILENCE);
        }
        player.follow(Cue::Listen);
        assert_eq!(player.cue, Cue::Listen);
    }

    #[test]
    fn a_track_that_was_held_up_goes_on_from_now() {
        let start = crate::origin();
        let mut track = Track { due: start, every: SOUND, ticks: SOUND_TICKS, timestamp: 0 };
        assert_eq!(track.next(start), Some(0));
        assert_eq!(track.next(start), None);
        let later = start + Duration::from_secs(60);
        assert_eq!(track.next(later), Some(60 * 48_000));
        assert_eq!(track.next(later), None);
    }
}
