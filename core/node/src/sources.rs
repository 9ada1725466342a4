//! The open sources of a room, by name and in the order in which they were opened.

use std::collections::BTreeMap;

use wire::{SeatId, Source, SourceId, SummitPlan};

/// The sources. Everybody is told of them in the same order, so that all agree which screen was shared last.
#[derive(Default)]
pub(crate) struct Sources {
    by_id: BTreeMap<SourceId, Source>,
    order: Vec<SourceId>,
}

impl Sources {
    /// A source is open; it has a new name.
    pub(crate) fn open(&mut self, source: Source) {
        self.order.push(source.id);
        self.by_id.insert(source.id, source);
    }

    /// It is no more.
    pub(crate) fn close(&mut self, source: SourceId) {
        self.by_id.remove(&source);
        self.order.retain(|other| *other != source);
    }

    /// The source of that name.
    pub(crate) fn get(&self, source: SourceId) -> Option<&Source> {
        self.by_id.get(&source)
    }

    /// All of them, the latest last.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Source> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }
}

/// Numbers for sources. Each side counts on its own, so that no number tells a side in the lobby what the other one does.
#[derive(Default)]
pub(crate) struct SourceNumbers(BTreeMap<usize, u32>);

impl SourceNumbers {
    /// How many sources one side may open before it runs into the next one's numbers: years of them.
    const EACH: u32 = 100_000_000;

    /// A number for a source of that seat.
    pub(crate) fn next(&mut self, plan: &SummitPlan, seat: &SeatId) -> SourceId {
        let side = plan.delegations.iter().position(|side| side.seats.iter().any(|other| other.id == *seat));
        let place = side.map_or(0, |place| place + 1);
        let last = self.0.entry(place).or_default();
        *last = (*last + 1) % Self::EACH;
        // A plan has at most eight delegations.
        SourceId(u32::try_from(place).unwrap_or_default() * Self::EACH + *last)
    }
}
