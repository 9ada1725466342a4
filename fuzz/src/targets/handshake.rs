//! Datagrams at the media port before, during and after a peer's handshake: the checks of ICE, the gate before DTLS, DTLS, and
//! the headers of RTP and RTCP. Some are made up, some are what a browser sends, lost, sent twice, cut short or changed.

use crate::call::{Call, Part};
use crate::script::Script;

pub(super) fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut call = Call::new(&[Part::Publisher]);
    while let Some(step) = script.byte() {
        match step % 8 {
            0 => call.turn(),
            1 => call.arrive(0, script.bytes()),
            2 => call.arrive_from_a_stranger(0, script.bytes()),
            3 => drop(call.next(0)),
            4 => genuine(&mut call, |_| {}),
            5 => {
                let (place, change) = (usize::from(script.number()), script.byte().unwrap_or(1));
                genuine(&mut call, |datagram| {
                    if let Some(byte) = datagram.get_mut(place) {
                        *byte ^= change;
                    }
                });
            }
            6 => {
                let length = usize::from(script.number());
                genuine(&mut call, |datagram| datagram.truncate(length));
            }
            _ => call.pass(),
        }
    }
    call.check();
}

/// The browser's next datagram arrives so, and then once more.
fn genuine(call: &mut Call, change: impl Fn(&mut Vec<u8>)) {
    let Some(mut datagram) = call.next(0) else { return };
    change(&mut datagram);
    call.arrive(0, &datagram);
    call.arrive(0, &datagram);
}
