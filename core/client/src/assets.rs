//! What a participant without devices sends instead of a camera and a microphone: VP8 films in IVF and voices in Ogg Opus,
//! read once from bytes and shared by all who play them. Nothing is decoded.

mod ivf;
mod opus;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use media::caller::Layer;

use crate::delays::{self, STAMP_BYTES};

/// Why a file cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// Not an IVF file with VP8 in it.
    #[error("this is not VP8 in IVF: {0}")]
    Ivf(&'static str),
    /// Not an Ogg file with one Opus stream of 20 ms frames.
    #[error("this is not Opus in Ogg: {0}")]
    Opus(String),
    /// The layers of a film do not show the same.
    #[error("the layers of a film must have the same frames and the same key frames")]
    Layers,
    /// A level for every frame is needed, no more and no fewer.
    #[error("there are {frames} frames of sound but {levels} levels")]
    Levels {
        /// Frames in the sound.
        frames: usize,
        /// Levels beside it.
        levels: usize,
    },
}

/// A loop of pictures in three sizes.
#[derive(Debug)]
pub struct Film {
    layers: [Vec<Vec<u8>>; 3],
    /// The places of the key frames; the first is 0.
    key_frames: Vec<usize>,
    /// How long one frame is shown, in ticks of 90 kHz.
    ticks: u32,
    /// It shows nothing, so anything may be written into it.
    blank: bool,
}

impl Film {
    /// Reads the same film in quarter, half and full size.
    ///
    /// # Errors
    /// A file is not VP8 in IVF, or the three differ in length, pace or key frames.
    pub fn read(quarter: &[u8], half: &[u8], full: &[u8]) -> Result<Self, AssetError> {
        let [quarter, half, full] = [ivf::read(quarter)?, ivf::read(half)?, ivf::read(full)?];
        let key_frames = full.key_frames();
        let same = |other: &ivf::Ivf| other.frames.len() == full.frames.len() && other.key_frames() == key_frames;
        if !same(&quarter) || !same(&half) || quarter.ticks != full.ticks || half.ticks != full.ticks {
            return Err(AssetError::Layers);
        }
        if key_frames.first() != Some(&0) {
            return Err(AssetError::Ivf("it does not begin with a key frame"));
        }
        let ticks = full.ticks;
        Ok(Self { layers: [quarter.frames, half.frames, full.frames], key_frames, ticks, blank: false })
    }

    /// A film of a certain weight and no meaning, for load: 30 frames a second of `bytes` each in full size, much less in
    /// the others, and a key frame every second. No decoder can show it.
    pub fn of_weight(bytes: usize) -> Self {
        let layer =
            |height: u16, bytes: usize| (0..LOAD_FRAMES).map(|place| load_frame(place == 0, height, bytes)).collect();
        let layers = [layer(180, bytes / 40), layer(360, bytes / 10), layer(720, bytes)];
        Self { layers, key_frames: vec![0], ticks: 3_000, blank: true }
    }

    /// The same pictures in more packets: no frame of the full size has fewer than so many bytes, nor one of the others than what
    /// is theirs of it by area. What is added stands behind the last partition, where no decoder looks (RFC 6386 9.5).
    #[must_use]
    pub fn padded(mut self, bytes: usize) -> Self {
        for (frames, share) in self.layers.iter_mut().zip([16, 4, 1]) {
            for frame in frames {
                frame.resize(frame.len().max(bytes / share), 0);
            }
        }
        self
    }

    /// The frame at a place of the loop, which leaves now; in one that shows nothing the moment is written, if there is one.
    pub(crate) fn frame_at(&self, layer: Layer, place: usize, now: Option<Duration>) -> Cow<'_, [u8]> {
        let frame = self.frame(layer, place);
        match now.filter(|_| self.blank) {
            Some(now) => {
                let mut stamped = frame.to_vec();
                delays::stamp(&mut stamped, now);
                Cow::Owned(stamped)
            }
            None => Cow::Borrowed(frame),
        }
    }

    /// The frame at a place of the loop.
    fn frame(&self, layer: Layer, place: usize) -> &[u8] {
        let frames = match layer {
            Layer::Quarter => &self.layers[0],
            Layer::Half => &self.layers[1],
            Layer::Full => &self.layers[2],
        };
        frames.get(place % frames.len().max(1)).map_or(&[], Vec::as_slice)
    }

    /// The place of the first key frame after `place`.
    pub(crate) fn key_frame_after(&self, place: usize) -> usize {
        let place = place % self.layers[0].len().max(1);
        self.key_frames.iter().copied().find(|key| *key > place).unwrap_or(0)
    }

    /// How many frames one loop has.
    pub(crate) fn length(&self) -> usize {
        self.layers[0].len()
    }

    /// How long one frame is shown, in ticks of 90 kHz.
    pub(crate) fn ticks(&self) -> u32 {
        self.ticks
    }
}

/// One second.
const LOAD_FRAMES: usize = 30;
/// The header of a key frame, and a moment behind it.
const LOAD_FRAME_BYTES_MIN: usize = 10 + STAMP_BYTES;

/// A frame with a true VP8 header and nothing behind it (RFC 6386 9.1).
fn load_frame(key: bool, height: u16, bytes: usize) -> Vec<u8> {
    let mut frame = vec![0x55; bytes.max(LOAD_FRAME_BYTES_MIN)];
    frame[..3].copy_from_slice(if key { &[0x10, 0, 0] } else { &[0x11, 0, 0] });
    if key {
        frame[3..6].copy_from_slice(&[0x9d, 0x01, 0x2a]);
        frame[6..8].copy_from_slice(&(height / 9 * 16).to_le_bytes());
        frame[8..10].copy_from_slice(&height.to_le_bytes());
    }
    frame
}

/// One spoken sentence: Opus frames of 20 ms, each with its loudness.
#[derive(Debug)]
pub struct Voice {
    frames: Vec<Vec<u8>>,
    levels: Vec<u8>,
}

impl Voice {
    /// Reads a sentence and its levels, one byte a frame in -dBov (RFC 6464).
    ///
    /// # Errors
    /// It is not Opus in Ogg with frames of 20 ms, or the number of levels is not that of the frames.
    pub fn read(opus: &[u8], levels: &[u8]) -> Result<Self, AssetError> {
        let frames = opus::read(opus)?;
        // The encoder may add a frame at the end, to make up for the samples it delays the sound by.
        if frames.len() < levels.len() || frames.len() > levels.len() + 1 {
            return Err(AssetError::Levels { frames: frames.len(), levels: levels.len() });
        }
        let mut levels = levels.to_vec();
        levels.resize(frames.len(), 127);
        Ok(Self { frames, levels })
    }

    /// How many frames it has.
    pub(crate) fn length(&self) -> usize {
        self.frames.len()
    }

    /// A frame and its level; none after the end of the sentence.
    pub(crate) fn frame(&self, place: usize) -> Option<(&[u8], u8)> {
        Some((self.frames.get(place)?.as_slice(), *self.levels.get(place)?))
    }
}

/// What one participant looks and sounds like.
#[derive(Clone, Debug)]
pub struct Persona {
    /// The picture.
    pub film: Arc<Film>,
    /// The sentences, spoken one after the other.
    pub voices: Vec<Arc<Voice>>,
}
