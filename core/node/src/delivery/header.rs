//! The plain header of a handshake message (RFC 9420 section 6): of which group it is, which epoch it ends, who made it, and
//! that it is a commit. What else is in there is for the members to judge; the server links no MLS library.

/// `mls10`.
const VERSION: u16 = 1;
/// `mls_public_message`.
const PUBLIC_MESSAGE: u16 = 1;
/// `commit`.
const COMMIT: u8 = 3;

/// Who made a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The member on that leaf.
    Member(u32),
    /// Somebody who joins by it.
    Newcomer,
}

/// The header of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    /// The group id.
    pub(crate) group: &'a [u8],
    /// The epoch that it ends.
    pub(crate) epoch: u64,
    /// Its author.
    pub(crate) sender: Sender,
}

impl<'a> Header<'a> {
    /// Reads the header of an MLSMessage that is a commit in a PublicMessage; `None` for anything else.
    pub(crate) fn read(message: &'a [u8]) -> Option<Self> {
        let mut rest = message;
        if u16::from_be_bytes(take(&mut rest)?) != VERSION || u16::from_be_bytes(take(&mut rest)?) != PUBLIC_MESSAGE {
            return None;
        }
        let group = opaque(&mut rest)?;
        let epoch = u64::from_be_bytes(take(&mut rest)?);
        let sender = match take(&mut rest)? {
            [1] => Sender::Member(u32::from_be_bytes(take(&mut rest)?)),
            [4] => Sender::Newcomer,
            // External senders and proposals of newcomers have no place here.
            [_] => return None,
        };
        opaque(&mut rest)?;
        (take(&mut rest)? == [COMMIT]).then_some(Self { group, epoch, sender })
    }
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*bytes)
}

/// A vector with its length before it, in as few bytes as can be (RFC 9420 section 2.1.2).
fn opaque<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let [first] = take(rest)?;
    let (more, least) = match first >> 6 {
        0 => (0, 0),
        1 => (1, 1 << 6),
        2 => (3, 1 << 14),
        _ => return None,
    };
    let mut length = usize::from(first & 0x3f);
    for _ in 0..more {
        let [byte] = take(rest)?;
        length = length << 8 | usize::from(byte);
    }
    if length < least {
        return None;
    }
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(group: &[u8], epoch: u64, sender: &[u8], data: &[u8], content: u8) -> Vec<u8> {
        let length = |bytes: &[u8]| {
            let length = u16::try_from(bytes.len()).unwrap();
            if length < 64 { vec![length as u8] } else { (length | 0x4000).to_be_bytes().to_vec() }
        };
        let parts = [&[0, 1, 0, 1][..], &length(group), group, &epoch.to_be_bytes(), sender, &length(data), data];
        [&parts.concat()[..], &[content, 1, 2, 3]].concat()
    }

    #[test]
    fn a_commit_of_a_member_and_one_of_a_newcomer_are_read() {
        let group = b"sommet/1/k3v9x2/plenary";
        let of_member = message(group, 7, &[1, 0, 0, 0, 5], b"", COMMIT);
        assert_eq!(Header::read(&of_member), Some(Header { group, epoch: 7, sender: Sender::Member(5) }));
        let of_newcomer = message(group, 7, &[4], &[9; 100], COMMIT);
        assert_eq!(Header::read(&of_newcomer), Some(Header { group, epoch: 7, sender: Sender::Newcomer }));
    }

    #[test]
    fn nothing_else_is() {
        for (sender, content) in [(&[1, 0, 0, 0, 5][..], 1), (&[1, 0, 0, 0, 5], 2), (&[2, 0, 0, 0, 1], 3), (&[3], 3)] {
            assert_eq!(Header::read(&message(b"g", 1, sender, b"", content)), None);
        }
        let mut private = message(b"g", 1, &[4], b"", COMMIT);
        private[3] = 2;
        assert_eq!(Header::read(&private), None);
        assert_eq!(opaque(&mut &[0x40, 5, 1, 2, 3, 4, 5][..]), None, "a length in more bytes than it needs");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            group in proptest::collection::vec(any::<u8>(), 0..300), epoch: u64, leaf: u32,
            data in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let sender = [&[1][..], &leaf.to_be_bytes()].concat();
            let whole = message(&group, epoch, &sender, &data, COMMIT);
            let header = Header { group: &group, epoch, sender: Sender::Member(leaf) };
            prop_assert_eq!(Header::read(&whole), Some(header));
            for cut in 0..whole.len() - 3 {
                prop_assert_eq!(Header::read(&whole[..cut]), None);
            }
        }

        #[test]
        fn whatever_comes_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Header::read(&bytes);
            let framed = [&[0, 1, 0, 1][..], &bytes].concat();
            let _ = Header::read(&framed);
        }
    }
}
