//! Opening: the keys of the epochs that count, and what was seen of each sender.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wire::SeatId;

use super::cipher::{BaseKey, Cipher};
use super::codec::{Codec, clear_bytes, metadata};
use super::header::Header;
use super::kid::{Kid, Kind};
use super::sealer::COUNTER_END;
use super::window::Window;
use crate::error::FrameError;
use crate::group::GroupNumber;

/// How long the keys of a former epoch stay.
const FORMER: Duration = Duration::from_secs(10);

/// How long they stay after somebody was removed.
const FORMER_AFTER_REMOVAL: Duration = Duration::from_secs(2);

/// What the server says a frame is: whose, and of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected<'a> {
    /// The seat that the source is attributed to.
    pub seat: &'a SeatId,
    /// The kind of the source.
    pub kind: Kind,
}

/// A frame that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Sound or a picture.
    Frame {
        /// What is in it; for sound, what the sender put there.
        codec: Codec,
        /// The frame as it was before it was sealed.
        frame: Vec<u8>,
        /// The group it was sealed for.
        group: GroupNumber,
        /// The leaf that sealed it.
        leaf: u32,
    },
    /// No bytes: a browser's probing, to be dropped in silence.
    Probe,
}

/// The keys for receiving, of all groups.
#[derive(Debug, Default)]
pub struct Opener {
    /// By the epoch's lowest six bits: two epochs that share them are never held at once.
    epochs: BTreeMap<(GroupNumber, u8), Epoch>,
}

#[derive(Debug)]
struct Epoch {
    epoch: u64,
    base_key: BaseKey,
    leaves: BTreeMap<u32, SeatId>,
    senders: BTreeMap<(u32, Kind), Sender>,
    /// None while it is the present one.
    until: Option<Instant>,
}

#[derive(Debug)]
struct Sender {
    cipher: Cipher,
    window: Window,
}

impl Opener {
    /// Opens nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the key of a new epoch: `leaves` says which seat is on which leaf. Former epochs of the group stay for ten
    /// seconds; for two if somebody went, and for them not at all.
    ///
    /// The same epoch again changes nothing: what was seen stays seen.
    pub fn install(
        &mut self,
        group: GroupNumber,
        epoch: u64,
        base_key: BaseKey,
        leaves: BTreeMap<u32, SeatId>,
        now: Instant,
    ) {
        // Six bits.
        let bits = (epoch % 64) as u8;
        if self.epochs.get(&(group, bits)).is_some_and(|known| known.epoch == epoch && known.base_key == base_key) {
            return;
        }
        for ((_, _), former) in self.epochs.iter_mut().filter(|((of, _), _)| *of == group) {
            let before = former.leaves.len();
            former.leaves.retain(|leaf, seat| leaves.get(leaf) == Some(seat));
            former.senders.retain(|(leaf, _), _| former.leaves.contains_key(leaf));
            let stays = if former.leaves.len() < before { FORMER_AFTER_REMOVAL } else { FORMER };
            let until = now + stays;
            former.until = Some(former.until.map_or(until, |earlier| earlier.min(until)));
        }
        let fresh = Epoch { epoch, base_key, leaves, senders: BTreeMap::new(), until: None };
        self.epochs.insert((group, bits), fresh);
    }

    /// Forgets all keys of a group that this device left.
    pub fn retire(&mut self, group: GroupNumber) {
        self.epochs.retain(|(of, _), _| *of != group);
    }

    /// Forgets the keys whose time is over.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.epochs.retain(|_, epoch| epoch.until.is_none_or(|until| now < until));
    }

    /// When the next keys are to be forgotten.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.epochs.values().filter_map(|epoch| epoch.until).min()
    }

    /// Opens a frame. For sound, `codec` may be either of the two: the frame itself says which it is.
    ///
    /// # Errors
    /// [`FrameError::NoKey`] may pass: the key may come with the next commit. Nothing else may.
    pub fn open(
        &mut self,
        expected: Expected<'_>,
        codec: Codec,
        bytes: &[u8],
        now: Instant,
    ) -> Result<Opened, FrameError> {
        if bytes.is_empty() {
            return Ok(Opened::Probe);
        }
        if codec.is_sound() != expected.kind.is_sound() {
            return Err(FrameError::WrongSender);
        }
        let clear = clear_bytes(codec, bytes).ok_or(FrameError::AuthFailed)?;
        let (clear, rest) = bytes.split_at(clear);
        let (header, length) = Header::read(rest).ok_or(FrameError::AuthFailed)?;
        let (head, sealed) = rest.split_at(length);
        if header.ctr >= COUNTER_END {
            return Err(FrameError::AuthFailed);
        }
        let kid = Kid(header.kid);
        let group = kid.group().ok_or(FrameError::NoKey)?;
        let epoch = self.epochs.get_mut(&(group, kid.epoch_bits())).ok_or(FrameError::NoKey)?;
        if epoch.until.is_some_and(|until| until <= now) {
            return Err(FrameError::NoKey);
        }
        let (leaf, kind) = (kid.leaf(), kid.kind());
        if kind != expected.kind || epoch.leaves.get(&leaf) != Some(expected.seat) {
            return Err(FrameError::WrongSender);
        }
        let sender = match epoch.senders.entry((leaf, kind)) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => {
                let cipher = Cipher::of(&epoch.base_key, kid.0).ok_or(FrameError::NoKey)?;
                free.insert(Sender { cipher, window: Window::default() })
            }
        };
        if !sender.window.is_new(header.ctr) {
            return Err(FrameError::Replay);
        }
        let mut plain = sender.cipher.open(header, head, &metadata(kind, clear), sealed)?;
        sender.window.note(header.ctr);
        if !codec.is_sound() {
            let frame = [clear, &plain].concat();
            return Ok(Opened::Frame { codec, frame, group, leaf });
        }
        let codec = plain.first().copied().and_then(Codec::of_format).ok_or(FrameError::AuthFailed)?;
        plain.remove(0);
        Ok(Opened::Frame { codec, frame: plain, group, leaf })
    }
}
