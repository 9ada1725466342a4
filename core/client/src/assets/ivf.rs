//! IVF: a 32-byte header, then frames, each behind a 12-byte header. All numbers are little-endian.

use super::AssetError;

const FILE_HEADER: usize = 32;
const FRAME_HEADER: usize = 12;
/// Ticks of the RTP clock for pictures (RFC 7741).
const RTP_CLOCK: u64 = 90_000;

/// A film of one size.
#[derive(Debug)]
pub(super) struct Ivf {
    /// VP8 frames, in order.
    pub(super) frames: Vec<Vec<u8>>,
    /// How long one is shown, in ticks of 90 kHz.
    pub(super) ticks: u32,
}

impl Ivf {
    /// The places of the frames that need no other (RFC 6386 9.1).
    pub(super) fn key_frames(&self) -> Vec<usize> {
        let is_key = |frame: &[u8]| frame.first().is_some_and(|byte| byte & 1 == 0);
        self.frames.iter().enumerate().filter(|(_, frame)| is_key(frame)).map(|(place, _)| place).collect()
    }
}

/// Reads a whole file.
pub(super) fn read(bytes: &[u8]) -> Result<Ivf, AssetError> {
    let header = bytes.get(..FILE_HEADER).ok_or(AssetError::Ivf("it is shorter than its header"))?;
    if &header[..4] != b"DKIF" || &header[8..12] != b"VP80" {
        return Err(AssetError::Ivf("it does not say so"));
    }
    let (rate, scale) = (number(&header[16..20]), number(&header[20..24]));
    let ticks = (RTP_CLOCK * scale).checked_div(rate).and_then(|ticks| u32::try_from(ticks).ok());
    let ticks = ticks
        .filter(|ticks| (900..=90_000).contains(ticks))
        .ok_or(AssetError::Ivf("its pace is none of 1 to 100 a second"))?;
    let mut frames = Vec::new();
    let mut rest = &bytes[FILE_HEADER..];
    while !rest.is_empty() {
        let (frame, after) = next_frame(rest).ok_or(AssetError::Ivf("a frame is cut short"))?;
        frames.push(frame.to_vec());
        rest = after;
    }
    if frames.is_empty() { Err(AssetError::Ivf("it has no frames")) } else { Ok(Ivf { frames, ticks }) }
}

fn next_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::try_from(number(bytes.get(..4)?)).ok()?;
    bytes.get(FRAME_HEADER..)?.split_at_checked(length)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(rate: u32, scale: u32, frames: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"DKIF\0\0\x20\0VP80\x80\x02\x68\x01".to_vec();
        bytes.extend(rate.to_le_bytes());
        bytes.extend(scale.to_le_bytes());
        bytes.extend([0; 8]);
        for frame in frames {
            bytes.extend(u32::try_from(frame.len()).unwrap().to_le_bytes());
            bytes.extend([0; 8]);
            bytes.extend(*frame);
        }
        bytes
    }

    #[test]
    fn frames_and_pace_are_read() {
        let ivf = read(&file(15, 1, &[&[0x10, 1, 2], &[0x11, 3], &[0x10]])).unwrap();
        assert_eq!(ivf.frames, [vec![0x10, 1, 2], vec![0x11, 3], vec![0x10]]);
        assert_eq!((ivf.ticks, ivf.key_frames()), (6000, vec![0, 2]));
    }

    #[test]
    fn a_file_that_is_cut_or_has_no_pace_is_refused() {
        let whole = file(15, 1, &[&[0x10, 1, 2]]);
        assert!(read(&whole[..whole.len() - 1]).is_err());
        assert!(read(&file(0, 1, &[&[0x10]])).is_err());
        assert!(read(&file(15, 1, &[])).is_err());
    }

    proptest! {
        #[test]
        fn garbage_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), good_start: bool) {
            if good_start {
                let start = file(15, 1, &[]);
                bytes.splice(..0, start);
            }
            let _ = read(&bytes);
        }
    }
}
