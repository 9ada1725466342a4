//! TURN messages in a stream (RFC 8656 2.1 and 12.5): STUN says its length itself, and so does a channel's datagram, which is
//! filled up to four bytes.

/// The longest message that is taken, in bytes: a datagram of a browser in an indication.
const MESSAGE_BYTES_MAX: usize = 2048 + 64;

const STUN_HEAD_BYTES: usize = 20;
const CHANNEL_HEAD_BYTES: usize = 4;

/// Whether a stream that begins with this byte is TURN: its first message is a STUN request.
pub(crate) fn is_turn(first: u8) -> bool {
    first <= 0x01
}

/// What no browser sends: the stream cannot be made sense of any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither a STUN message nor a datagram of a channel, or one too long")]
pub(crate) struct NoMessage;

/// Cuts a stream into messages. Holds less than one when [`Messages::next`] has told of all.
#[derive(Default)]
pub(crate) struct Messages {
    rest: Vec<u8>,
    /// So much of that was told of.
    begin: usize,
}

impl Messages {
    /// Takes in what came.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.rest.drain(..std::mem::take(&mut self.begin));
        self.rest.extend_from_slice(bytes);
    }

    /// The next whole message.
    ///
    /// # Errors
    /// The stream is none of messages.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, NoMessage> {
        let rest = &self.rest[self.begin..];
        let Some(head) = rest.first_chunk::<4>() else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let whole = match head[0] >> 6 {
            0 if length % 4 == 0 => STUN_HEAD_BYTES + length,
            1 => CHANNEL_HEAD_BYTES + length,
            _ => return Err(NoMessage),
        };
        if whole > MESSAGE_BYTES_MAX {
            return Err(NoMessage);
        }
        let Some(padded) = rest.get(..whole.next_multiple_of(4)) else { return Ok(None) };
        self.begin += padded.len();
        Ok(Some(padded[..whole].to_vec()))
    }
}

/// A message as it stands in the stream.
pub(crate) fn padded(mut message: Vec<u8>) -> Vec<u8> {
    message.resize(message.len().next_multiple_of(4), 0);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stun(length: u16) -> Vec<u8> {
        let mut message = vec![0; STUN_HEAD_BYTES + usize::from(length)];
        message[2..4].copy_from_slice(&length.to_be_bytes());
        message
    }

    fn channel(length: u16) -> Vec<u8> {
        let mut message = vec![0x40; CHANNEL_HEAD_BYTES + usize::from(length)];
        message[2..4].copy_from_slice(&length.to_be_bytes());
        message
    }

    fn all(messages: &mut Messages) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| messages.next().unwrap()).collect()
    }

    #[test]
    fn messages_come_out_whole_wherever_the_stream_is_cut() {
        let sent = [stun(0), channel(5), stun(44), channel(0), channel(1200)];
        let stream: Vec<u8> = sent.iter().cloned().flat_map(padded).collect();
        for at in 0..=stream.len() {
            let mut messages = Messages::default();
            messages.add(&stream[..at]);
            let mut came = all(&mut messages);
            messages.add(&stream[at..]);
            came.extend(all(&mut messages));
            assert_eq!(came, sent, "cut at {at}");
            assert_eq!(messages.begin, messages.rest.len(), "nothing is left");
        }
    }

    #[test]
    fn what_no_browser_sends_ends_the_stream() {
        let longest = u16::try_from(MESSAGE_BYTES_MAX - STUN_HEAD_BYTES).unwrap().to_be_bytes();
        for (bytes, told) in [
            (&b"GET / HTTP/1.1"[..], Err(NoMessage)),
            (&[0x80, 0, 0, 0], Err(NoMessage)),
            (&[0, 1, 0, 2], Err(NoMessage)),
            (&[0x40, 0, 0xff, 0xff], Err(NoMessage)),
            (&[0, 1, longest[0], longest[1]], Ok(None)),
            (&[0, 1, longest[0], longest[1] + 4], Err(NoMessage)),
        ] {
            let mut messages = Messages::default();
            messages.add(bytes);
            assert_eq!(messages.next(), told, "{bytes:?}");
        }
    }
}
