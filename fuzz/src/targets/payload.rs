//! What the server reads of a packet's payload: the descriptor of its codec, and the header of its seal.

pub(super) fn run(bytes: &[u8]) {
    media::strangers::payload(bytes);
}
