//! The dependency descriptors of a stream, one after the other: what the server reads in the header of each packet, and what it
//! makes of it for a listener.

use media::strangers::Dependencies;

use crate::script::Script;

pub(super) fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut stream = Dependencies::moved_by(script.byte().unwrap_or_default());
    while let Some(high) = script.byte() {
        // The low byte makes no difference to the reader.
        stream.read(script.bytes(), u16::from_be_bytes([high, 0xff]));
    }
}
