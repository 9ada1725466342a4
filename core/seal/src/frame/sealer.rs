//! Sealing: one counter for each key id, kept in one place, never set back.

use std::collections::BTreeMap;

use super::cipher::{BaseKey, Cipher};
use super::codec::{Codec, clear_bytes, metadata};
use super::header::Header;
use super::kid::{Kid, Kind};
use crate::error::SealError;
use crate::group::GroupNumber;

/// The first counter that is not used any more.
pub(super) const COUNTER_END: u64 = 1 << 32;

/// What one device sends. There must be one for the device and no second: two would count the same numbers.
#[derive(Debug, Default)]
pub struct Sealer {
    groups: BTreeMap<GroupNumber, Epoch>,
    /// Kept beyond the key: even who installs one twice by mistake repeats no counter. At most 256 for each group.
    counters: BTreeMap<Kid, u64>,
}

#[derive(Debug)]
struct Epoch {
    epoch: u64,
    leaf: u32,
    base_key: BaseKey,
    ciphers: BTreeMap<Kind, Cipher>,
}

impl Sealer {
    /// Seals with nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From here on, what goes to that group is sealed with that epoch's key.
    ///
    /// # Errors
    /// The key id cannot name the leaf. Nothing is sealed for the group then.
    pub fn install(&mut self, group: GroupNumber, epoch: u64, leaf: u32, base_key: BaseKey) -> Result<(), SealError> {
        self.groups.remove(&group);
        Kid::new(group, Kind::Microphone, leaf, epoch)?;
        self.groups.insert(group, Epoch { epoch, leaf, base_key, ciphers: BTreeMap::new() });
        Ok(())
    }

    /// Nothing goes to that group any more. The counters stay.
    pub fn retire(&mut self, group: GroupNumber) {
        self.groups.remove(&group);
    }

    /// The epoch that is sealed with.
    pub fn epoch(&self, group: GroupNumber) -> Option<u64> {
        self.groups.get(&group).map(|epoch| epoch.epoch)
    }

    /// Seals a frame for that group.
    ///
    /// # Errors
    /// The frame must not leave; least of all as it is.
    pub fn seal(&mut self, group: GroupNumber, kind: Kind, codec: Codec, frame: &[u8]) -> Result<Vec<u8>, SealError> {
        if codec.is_sound() != kind.is_sound() {
            return Err(SealError::Codec);
        }
        let clear = clear_bytes(codec, frame).filter(|_| !frame.is_empty()).ok_or(SealError::Short)?;
        let epoch = self.groups.get_mut(&group).ok_or(SealError::NoKey)?;
        let kid = Kid::new(group, kind, epoch.leaf, epoch.epoch)?;
        let cipher = match epoch.ciphers.entry(kind) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(Cipher::of(&epoch.base_key, kid.0).ok_or(SealError::NoKey)?)
            }
        };
        let counter = self.counters.entry(kid).or_insert(0);
        if *counter >= COUNTER_END {
            return Err(SealError::Exhausted);
        }
        let header = Header { kid: kid.0, ctr: *counter };
        *counter += 1;
        let (clear, hidden) = frame.split_at(clear);
        let mut out = clear.to_vec();
        let metadata = metadata(kind, clear);
        match codec.format() {
            Some(format) => cipher.seal(header, &metadata, &[&[format], hidden].concat(), &mut out)?,
            None => cipher.seal(header, &metadata, hidden, &mut out)?,
        }
        Ok(out)
    }

    /// Goes on counting from there, to see the end of it in a test.
    #[cfg(test)]
    fn count_from(&mut self, kid: Kid, counter: u64) {
        self.counters.insert(kid, counter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        let mut sealer = Sealer::new();
        sealer.install(GroupNumber(0), 3, 2, BaseKey::new([7; 16])).unwrap();
        sealer
    }

    fn counter_of(frame: &[u8]) -> u64 {
        Header::read(frame).unwrap().0.ctr
    }

    #[test]
    fn nothing_is_sealed_beyond_the_last_counter() {
        let mut sealer = sealer();
        let kid = Kid::new(GroupNumber(0), Kind::Microphone, 2, 3).unwrap();
        sealer.count_from(kid, COUNTER_END - 1);
        let last = sealer.seal(GroupNumber(0), Kind::Microphone, Codec::Opus, b"x").unwrap();
        assert_eq!(counter_of(&last), COUNTER_END - 1);
        for _ in 0..2 {
            let sealed = sealer.seal(GroupNumber(0), Kind::Microphone, Codec::Opus, b"x");
            assert_eq!(sealed, Err(SealError::Exhausted));
        }
        assert!(sealer.seal(GroupNumber(0), Kind::ScreenAudio, Codec::Opus, b"x").is_ok());
    }

    #[test]
    fn the_same_key_again_does_not_begin_again() {
        let mut sealer = sealer();
        let first = sealer.seal(GroupNumber(0), Kind::Camera, Codec::Vp9, b"x").unwrap();
        sealer.install(GroupNumber(0), 3, 2, BaseKey::new([7; 16])).unwrap();
        let second = sealer.seal(GroupNumber(0), Kind::Camera, Codec::Vp9, b"x").unwrap();
        assert_eq!((counter_of(&first), counter_of(&second)), (0, 1));
    }

    #[test]
    fn what_cannot_be_sealed_does_not_leave() {
        let mut sealer = sealer();
        let mut seal = |group, kind, codec, frame: &[u8]| sealer.seal(GroupNumber(group), kind, codec, frame);
        assert_eq!(seal(1, Kind::Camera, Codec::Vp8, b"\x01x"), Err(SealError::NoKey));
        assert_eq!(seal(0, Kind::Camera, Codec::Opus, b"x"), Err(SealError::Codec));
        assert_eq!(seal(0, Kind::Camera, Codec::Vp8, &[0; 9]), Err(SealError::Short));
        assert_eq!(seal(0, Kind::Microphone, Codec::Opus, b""), Err(SealError::Short));
        assert_eq!(sealer.install(GroupNumber(0), 4, 1024, BaseKey::new([7; 16])), Err(SealError::Range));
        assert_eq!(sealer.epoch(GroupNumber(0)), None, "an epoch that cannot be named does not leave the former one");
    }
}
