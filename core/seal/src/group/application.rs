//! Application messages: what members write to one another inside the group.

use openmls::prelude::{MlsMessageIn, ProcessedMessageContent, ProtocolMessage, Sender};

use super::Group;
use super::device::{read, to_bytes};
use crate::certificate::Member;
use crate::error::GroupError;

/// The step of the padding, in bytes.
pub const PADDING: usize = 256;

/// The largest application message that is looked at, in bytes.
pub const APPLICATION_BYTES_MAX: usize = 64 * 1024;

/// A message that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The epoch it was written in: the present one, or one of the two before.
    pub epoch: u64,
    /// The leaf that wrote it.
    pub leaf: u32,
    /// Who that is.
    pub member: Member,
    /// The JSON, without its padding.
    pub text: Vec<u8>,
}

/// The text with zero bytes up to the next multiple of [`PADDING`].
pub fn padded(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    bytes.resize(text.len().div_ceil(PADDING).max(1) * PADDING, 0);
    bytes
}

/// The text without its padding; none if it is not padded as it must be.
pub fn unpadded(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(PADDING) {
        return None;
    }
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    (bytes.len() - end < PADDING || end == 0 && bytes.len() == PADDING).then(|| &bytes[..end])
}

impl Group {
    /// Seals a text for everybody in the group, as a `PrivateMessage`. The text is JSON and holds no zero byte.
    ///
    /// # Errors
    /// The text is too long or holds a zero byte, or the group is over.
    pub fn encrypt(&mut self, text: &[u8]) -> Result<Vec<u8>, GroupError> {
        if text.len() > APPLICATION_BYTES_MAX / 2 || text.contains(&0) {
            return Err(GroupError::Message("it cannot be sent"));
        }
        let inner = &self.device.inner;
        let message = self
            .mls
            .create_message(&inner.provider, &inner.key, &padded(text))
            .map_err(|_| GroupError::State("nothing can be written in this group now"))?;
        to_bytes(message)
    }

    /// Opens a message of somebody else.
    ///
    /// # Errors
    /// `mls.epoch_old` for an epoch whose keys are gone and for who was removed since; `mls.message` for everything else,
    /// the own messages among it.
    pub fn decrypt(&mut self, message: &[u8]) -> Result<Received, GroupError> {
        let unusable = GroupError::Message("it cannot be opened");
        if message.len() > APPLICATION_BYTES_MAX {
            return Err(unusable);
        }
        let message = match read(message).map(MlsMessageIn::try_into_protocol_message) {
            Some(Ok(ProtocolMessage::PrivateMessage(message))) => message,
            Some(_) | None => return Err(unusable),
        };
        let epoch = message.epoch().as_u64();
        let Some(roster) = self.roster_of(epoch).cloned() else { return Err(GroupError::EpochOld) };
        let provider = &self.device.inner.provider;
        let processed = self.mls.process_message(provider, message).map_err(|_| unusable.clone())?;
        let Sender::Member(leaf) = *processed.sender() else { return Err(unusable) };
        let ProcessedMessageContent::ApplicationMessage(content) = processed.into_content() else {
            return Err(unusable);
        };
        let member = roster.get(&leaf.u32()).ok_or(unusable.clone())?;
        if !self.roster.values().any(|present| present.place() == member.place()) {
            return Err(GroupError::EpochOld);
        }
        let bytes = content.into_bytes();
        let text = unpadded(&bytes).ok_or(unusable)?.to_vec();
        Ok(Received { epoch, leaf: leaf.u32(), member: member.clone(), text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_text_shows_in_steps_of_256() {
        assert_eq!(padded(b"").len(), 256);
        assert_eq!(padded(&[1; 256]).len(), 256);
        assert_eq!(padded(&[1; 257]).len(), 512);
        for text in [&b""[..], b"{}", &[1; 255], &[1; 256], &[1; 257]] {
            assert_eq!(unpadded(&padded(text)), Some(text));
        }
    }

    #[test]
    fn other_padding_is_refused() {
        assert_eq!(unpadded(b""), None);
        assert_eq!(unpadded(b"{}"), None);
        let mut twice = padded(b"{}");
        twice.resize(512, 0);
        assert_eq!(unpadded(&twice), None);
    }
}
