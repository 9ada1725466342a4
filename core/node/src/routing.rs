//! Who receives what: the one place where the meeting's rules meet the room's sources. Pure; everything it needs is given.

use summit::Meeting;
use wire::{Pixels, SeatId, Source, SourceId, SourceKind, Wanted};

use crate::sources::Sources;

/// Whether `listener` may be sent this source, and may know of it. Nobody is sent their own.
pub(crate) fn may_receive(meeting: &Meeting, listener: &SeatId, source: &Source) -> bool {
    source.seat != *listener && meeting.may_receive(listener, &source.seat)
}

/// The sounds that one listener gets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sounds {
    /// In any case, whatever else is to be heard.
    pub(crate) first: Vec<SourceId>,
    /// The loudest of these in what room is left.
    pub(crate) voices: Vec<SourceId>,
}

/// The sounds that `listener` gets. Whoever has the floor is heard, however loud the others are; so is the document on the
/// table, the screen that was shared last. Of all other voices the loudest are heard.
pub(crate) fn sounds(meeting: &Meeting, listener: &SeatId, sources: &Sources) -> Sounds {
    let mut sounds = Sounds::default();
    let mut document = None;
    for source in sources.iter().filter(|source| may_receive(meeting, listener, source)) {
        match source.kind {
            SourceKind::Microphone if meeting.has_floor(&source.seat) => sounds.first.push(source.id),
            SourceKind::Microphone => sounds.voices.push(source.id),
            SourceKind::ScreenAudio => document = Some(source.id),
            SourceKind::Camera | SourceKind::Screen => {}
        }
    }
    sounds.first.extend(document);
    sounds
}

/// The pictures that `listener` gets: those on its screen that it may see, in its own order of importance.
pub(crate) fn pictures(
    meeting: &Meeting,
    listener: &SeatId,
    wanted: &[Wanted],
    sources: &Sources,
) -> Vec<(SourceId, Pixels)> {
    let visible = |want: &&Wanted| {
        sources.get(want.source).is_some_and(|source| source.kind.is_video() && may_receive(meeting, listener, source))
    };
    wanted.iter().filter(visible).map(|want| (want.source, want.height)).collect()
}
