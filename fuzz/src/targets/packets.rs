//! Media from a member who does not keep to the rules: any payload, sealed or not, with any sequence number and time, through
//! the guard and the rewriting to a listener, whose connection goes on.

use str0m::format::Codec;

use crate::call::{Call, Head, Part};
use crate::script::Script;

pub(super) fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut call = Call::new(&[Part::Publisher, Part::Listener]);
    call.connect();
    while let Some(step) = script.byte() {
        let codec = match step % 8 {
            0 => Codec::Opus,
            1 | 2 => Codec::Vp8,
            3 | 4 => Codec::Vp9,
            5 => {
                // The server's own reading of a header comes before it knows whether the packet is genuine.
                call.arrive(0, script.bytes());
                continue;
            }
            _ => {
                call.turn();
                continue;
            }
        };
        let sequence = script.number();
        let timestamp = u32::from(script.number()) * 960;
        call.write(0, codec, Head { sequence, timestamp, marker: step & 8 != 0 }, script.bytes());
    }
    call.turn();
    call.check();
    assert!(call.goes_on(1), "the listener lost its connection");
}
