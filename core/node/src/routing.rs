//! Who receives what: the one place where the meeting's rules meet the room's sources. Pure; everything it needs is given.

use std::collections::BTreeMap;

use summit::Meeting;
use wire::{Pixels, SeatId, Source, SourceId, SourceKind, Wanted};

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

/// The sounds that `listener` gets. Whoever has the floor is heard, however loud the others are.
pub(crate) fn sounds(meeting: &Meeting, listener: &SeatId, sources: &BTreeMap<SourceId, Source>) -> Sounds {
    let mut sounds = Sounds::default();
    for source in sources.values() {
        if source.kind.is_video() || !may_receive(meeting, listener, source) {
            continue;
        }
        if source.kind == SourceKind::Microphone && meeting.has_floor(&source.seat) {
            sounds.first.push(source.id);
        } else {
            sounds.voices.push(source.id);
        }
    }
    sounds
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
