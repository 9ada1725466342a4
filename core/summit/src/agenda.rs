//! The agenda: one item is under discussion at a time, opened by the chair in any order.

use wire::{AgendaItemId, Event, Refusal, SeatId, SummitPlan};

/// The item under discussion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Agenda {
    open: Option<AgendaItemId>,
}

impl Agenda {
    pub(crate) fn open(&self) -> Option<&AgendaItemId> {
        self.open.as_ref()
    }

    pub(crate) fn decide_open(
        &self,
        plan: &SummitPlan,
        by: &SeatId,
        item: &AgendaItemId,
    ) -> Result<Vec<Event>, Refusal> {
        if !plan.agenda.iter().any(|known| &known.id == item) {
            return Err(Refusal::Unknown);
        }
        if self.open.as_ref() == Some(item) {
            return Err(Refusal::AlreadySo);
        }
        Ok(vec![Event::AgendaOpened { item: item.clone(), by: by.clone() }])
    }

    pub(crate) fn apply_opened(&mut self, item: &AgendaItemId) {
        self.open = Some(item.clone());
    }
}
