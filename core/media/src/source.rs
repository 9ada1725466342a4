//! A published stream: whose, on which m-line, with which layers, and who receives it.

use wire::{Mid, SourceId, SourceKind};

use crate::arena::Key;
use crate::demand::Demand;
use crate::layer::Layer;
use crate::media::Member;
use crate::seal::Guard;

/// A source and where it goes.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) id: SourceId,
    pub(crate) kind: SourceKind,
    /// Who publishes it.
    pub(crate) owner: Key<Member>,
    /// The m-line it is published on.
    pub(crate) mid: Mid,
    /// The same as an index into its owner's lines; `None` until an offer holds that line.
    pub(crate) line: Option<usize>,
    pub(crate) layers: Vec<Layer>,
    /// How many of these are received by anybody.
    pub(crate) demand: Demand,
    /// Lets through what is sealed.
    pub(crate) guard: Guard,
    /// The slots that carry it.
    pub(crate) places: Vec<Place>,
}

/// A slot of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) listener: Key<Member>,
    /// Index among the listener's slots.
    pub(crate) slot: usize,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A source of nobody.
    pub(crate) fn source() -> Source {
        Source {
            id: SourceId(1),
            kind: SourceKind::Microphone,
            owner: Key::nowhere(),
            mid: Mid("0".into()),
            line: None,
            layers: Vec::new(),
            demand: Demand::new(0, crate::test_start()),
            guard: Guard::default(),
            places: Vec::new(),
        }
    }
}
