//! The way for who tries this crate from outside, the fuzz targets (`fuzz/`) and the simulation, to what nobody else calls.

use summit::Meeting;
use wire::{Language, SeatId, Source, SourceId};

use crate::delivery::header::Header;
use crate::routing::{self, Whispers};
use crate::sources::Sources;

/// Reads a commit as the server does, and says of which group it is; none if it is none.
pub fn group_of_commit(message: &[u8]) -> Option<&[u8]> {
    Header::read(message).map(|header| header.group)
}

/// What a listener who chose that channel is sent of these sounds: those in any case, and those of which the loudest are heard.
pub fn sounds(
    meeting: &Meeting,
    listener: &SeatId,
    channel: Option<&Language>,
    sources: &[Source],
) -> (Vec<SourceId>, Vec<SourceId>) {
    let mut open = Sources::default();
    sources.iter().cloned().for_each(|source| open.open(source));
    let sounds = routing::sounds(meeting, &Whispers::new(), listener, channel, &open);
    (sounds.first, sounds.voices)
}
