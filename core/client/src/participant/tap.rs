//! Tapping a participant: what the server passes on to it, packet by packet, before any of it is opened. It is for whoever wants to
//! see for themselves what can be read without a key.

use media::caller::ReceivedPacket;

use super::Participant;

impl Participant {
    /// From the next connection of its media on, every packet is kept for [`Participant::poll_packet`]; screens are among them, which
    /// other participants of this kind do not take.
    pub fn tap(&mut self) {
        self.tapped = true;
    }

    /// The next packet as it came; call until `None` after every [`Participant::handle`]. Few are kept for who does not.
    pub fn poll_packet(&mut self) -> Option<ReceivedPacket> {
        self.media.as_mut()?.poll_packet()
    }
}
