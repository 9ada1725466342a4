//! Who receives what: the one place where the meeting's rules meet the room's sources. Pure; everything it needs is given.

use std::collections::BTreeMap;

use summit::Meeting;
use wire::{Language, PartyId, Pixels, SeatId, Source, SourceId, SourceKind, Wanted};

use crate::sources::Sources;

/// Whether `listener` may be sent this source, and may know of it. Nobody is sent their own.
pub(crate) fn may_receive(meeting: &Meeting, listener: &SeatId, source: &Source) -> bool {
    source.seat != *listener && meeting.may_receive(listener, &source.seat)
}

/// Who whispers, with the party that hears it.
pub(crate) type Whispers = BTreeMap<SeatId, PartyId>;

/// Whether `listener` may hear this source now, too: the microphone of who whispers is heard by the own party only.
pub(crate) fn may_hear(meeting: &Meeting, whispers: &Whispers, listener: &SeatId, source: &Source) -> bool {
    let whispered_to = match source.kind {
        SourceKind::Microphone => whispers.get(&source.seat),
        SourceKind::Camera | SourceKind::Screen | SourceKind::ScreenAudio => None,
    };
    may_receive(meeting, listener, source)
        && whispered_to.is_none_or(|party| meeting.plan().party_of(listener).as_ref() == Some(party))
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
/// table, the screen that was shared last, and the interpreter of the channel that was chosen. Of all other voices the loudest are
/// heard.
pub(crate) fn sounds(
    meeting: &Meeting,
    whispers: &Whispers,
    listener: &SeatId,
    channel: Option<&Language>,
    sources: &Sources,
) -> Sounds {
    let mut sounds = Sounds::default();
    let mut document = None;
    let interpreter = meeting.interpreter_for(listener, channel);
    for source in sources.iter().filter(|source| may_hear(meeting, whispers, listener, source)) {
        match source.kind {
            // The sound of a booth is no voice of the floor.
            SourceKind::Microphone if meeting.booth_of(&source.seat).is_some() => {
                if interpreter == Some(&source.seat) || meeting.hears_booth(listener, &source.seat) {
                    sounds.first.push(source.id);
                }
            }
            // The speaker's turn is over until it was rendered.
            SourceKind::Microphone if meeting.has_floor(&source.seat) && meeting.is_rendering() => {}
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
