//! Media over TCP: datagrams in a stream, each behind its length. However the stream is cut, the same come out, and they are what
//! stands in it.

use server::strangers::frames;

pub(super) fn run(bytes: &[u8]) {
    let Some((size, stream)) = bytes.split_first() else { return };
    let pieces: Vec<&[u8]> = stream.chunks(usize::from(*size) + 1).collect();
    let datagrams = frames(&pieces);
    assert_eq!(datagrams, frames(&[stream]), "it matters how the stream is cut");
    let Some(datagrams) = datagrams else { return };
    let head = |datagram: &[u8]| u16::try_from(datagram.len()).expect("a length has two bytes").to_be_bytes();
    let framed: Vec<u8> = datagrams.iter().flat_map(|datagram| [&head(datagram), &datagram[..]].concat()).collect();
    assert!(stream.starts_with(&framed), "something else was read than stands there");
}
