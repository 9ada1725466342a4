//! Who receives what: the one place where the meeting's rules meet the room's sources. Pure; everything it needs is given.

use std::collections::BTreeMap;

use summit::Meeting;
use wire::{Pixels, SeatId, Source, SourceId, Wanted};

/// Whether `listener` may be sent this source, and may know of it. Nobody is sent their own.
pub(crate) fn may_receive(meeting: &Meeting, listener: &SeatId, source: &Source) -> bool {
    source.seat != *listener && meeting.may_receive(listener, &source.seat)
}

/// The sounds that `listener` may hear; the loudest of them will be heard.
pub(crate) fn voices(meeting: &Meeting, listener: &SeatId, sources: &BTreeMap<SourceId, Source>) -> Vec<SourceId> {
    let audible = |source: &&Source| !source.kind.is_video() && may_receive(meeting, listener, source);
    sources.values().filter(audible).map(|source| source.id).collect()
}

/// The pictures that `listener` gets: those on its screen that it may see, in its own order of importance.
pub(crate) fn pictures(
    meeting: &Meeting,
    listener: &SeatId,
    wanted: &[Wanted],
    sources: &BTreeMap<SourceId, Source>,
) -> Vec<(SourceId, Pixels)> {
    let visible = |want: &&Wanted| {
        sources.get(&want.source).is_some_and(|source| source.kind.is_video() && may_receive(meeting, listener, source))
    };
    wanted.iter().filter(visible).map(|want| (want.source, want.height)).collect()
}
