//! How many of a picture's frames are sent. Where frames come in temporal layers (L1T3), those of the highest can be left out:
//! nothing else builds on them, and what remains is the picture at half its frame rate, for about six tenths of its bits.

use crate::packet::Packet;

/// How many of the frames of a layer are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tempo {
    /// All but those of the highest temporal layer.
    Half,
    Whole,
}

/// What the frame of a packet is to the picture at half its frame rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    /// It is the first packet of its frame.
    pub(crate) starts_frame: bool,
    /// Its frame is needed there, too.
    pub(crate) in_half: bool,
    /// From its frame on all frames can be decoded again.
    pub(crate) resumes: bool,
}

/// What becomes of the frames of the layer that a slot plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pace {
    /// All are sent.
    #[default]
    Whole,
    /// From that sequence number on, half of them.
    Half { since: u64 },
}

impl Pace {
    /// Whether a packet is left out, when frames are wanted at that tempo. It changes between two frames only; up, where the
    /// publisher says that it can.
    pub(crate) fn leaves_out(&mut self, packet: &Packet, wanted: Tempo) -> bool {
        let Some(role) = packet.dependency.as_ref().and_then(|dependency| dependency.role) else { return false };
        if role.starts_frame {
            match (*self, wanted) {
                (Self::Whole, Tempo::Half) => *self = Self::Half { since: packet.sequence },
                (Self::Half { .. }, Tempo::Whole) if role.resumes => *self = Self::Whole,
                (Self::Whole, Tempo::Whole) | (Self::Half { .. }, _) => {}
            }
        }
        match *self {
            Self::Whole => false,
            Self::Half { since } => packet.sequence >= since && !role.in_half,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Codec;
    use crate::packet::tests::{dependency, packet};

    /// Frames of L1T3, two packets each; what is left out of them at the tempo wanted for each.
    fn left_out(wanted: &[Tempo]) -> Vec<usize> {
        let now = crate::test_start();
        let mut pace = Pace::default();
        let mut left_out = Vec::new();
        for (frame, &wanted) in wanted.iter().enumerate() {
            let role = |starts_frame| Role { starts_frame, in_half: frame % 2 == 0, resumes: frame % 4 == 0 };
            let mut leaves_out = |place: u64, starts_frame| {
                let sequence = 100 + 2 * frame as u64 + place;
                let dependency = Some(dependency(frame as u16, role(starts_frame)));
                pace.leaves_out(&Packet { sequence, dependency, ..packet(Codec::Vp8, now) }, wanted)
            };
            let whole = [leaves_out(0, true), leaves_out(1, false)];
            assert_eq!(whole[0], whole[1], "frame {frame} is cut in two");
            left_out.extend(whole[0].then_some(frame));
        }
        left_out
    }

    #[test]
    fn half_of_the_frames_are_left_out_and_none_that_another_needs() {
        assert_eq!(left_out(&[Tempo::Whole; 8]), [] as [usize; 0]);
        assert_eq!(left_out(&[Tempo::Half; 8]), [1, 3, 5, 7]);
    }

    #[test]
    fn all_are_sent_again_from_where_they_can_be_decoded() {
        let wanted = [[Tempo::Half; 5], [Tempo::Whole; 5]].concat();
        assert_eq!(left_out(&wanted), [1, 3, 5, 7], "from frame 8 on");
    }

    #[test]
    fn what_was_begun_whole_is_ended_whole() {
        let now = crate::test_start();
        let mut pace = Pace::default();
        let mut leaves_out = |sequence, starts_frame, in_half, wanted| {
            let dependency = Some(dependency(0, Role { starts_frame, in_half, resumes: false }));
            pace.leaves_out(&Packet { sequence, dependency, ..packet(Codec::Vp8, now) }, wanted)
        };
        assert!(!leaves_out(10, true, false, Tempo::Whole));
        assert!(!leaves_out(12, false, false, Tempo::Half));
        assert!(!leaves_out(13, true, true, Tempo::Half), "the change");
        assert!(!leaves_out(11, false, false, Tempo::Half), "a late packet of before");
        assert!(leaves_out(15, false, false, Tempo::Half));
    }

    #[test]
    fn what_does_not_describe_itself_is_sent() {
        let mut pace = Pace::Half { since: 0 };
        assert!(!pace.leaves_out(&packet(Codec::Vp8, crate::test_start()), Tempo::Half));
    }
}
