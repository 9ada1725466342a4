//! Decided, stored, announced: the order that makes sure that nothing acknowledged is ever lost.
//!
//! A decision is taken on the meeting as *decided*, which runs ahead; what people are shown is the meeting as *recorded*,
//! which follows when the store has answered. When the store fails, the decided meeting falls back to the recorded one
//! and everybody who waited is told that nothing was done.

use std::collections::{BTreeSet, VecDeque};

use media::Holdings;
use summit::{Action, Meeting};
use wire::{Entry, Event, Refusal, RequestId, SeatId, Sequence, SummitPlan, WallTime};

use crate::ConnectionId;

/// Decisions that may wait for the store at once. A person makes one a second at most and a commit takes milliseconds, so
/// a full queue means that the store hangs: further requests are refused with [`Refusal::NotRecorded`].
const WAITING_MAX: usize = 256;

/// The meeting, its log, and what is under way to the log.
pub(crate) struct Ledger {
    recorded: Meeting,
    decided: Meeting,
    last_recorded: Sequence,
    last_decided: Sequence,
    waiting: VecDeque<Waiting>,
    /// Requests that are in the log: sent again, they are answered and not carried out again.
    done: Done,
}

/// One decision on its way to the store.
struct Waiting {
    entries: Vec<Entry>,
    asked_by: Option<ConnectionId>,
    /// The store failed on this or an earlier decision; its own answer is still to come and must be a failure, too.
    abandoned: bool,
}

/// What to do with a request after [`Ledger::request`].
#[derive(Debug)]
pub(crate) enum Decision {
    /// Store these, then say [`Ledger::settle`].
    Store(Vec<Entry>),
    /// It is in the log already, or will be answered with the decision under way.
    Known {
        /// Answer at once.
        done: bool,
    },
}

/// What has become of the oldest decision.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// To be announced; empty when it was not stored.
    pub(crate) entries: Vec<Entry>,
    /// Who asked, to be answered with done.
    pub(crate) done: Option<(ConnectionId, RequestId)>,
    /// Who asked in vain, to be answered with [`Refusal::NotRecorded`].
    pub(crate) failed: Vec<(ConnectionId, RequestId)>,
}

impl Settled {
    /// When it was decided, if it was stored.
    pub(crate) fn decided_at(&self) -> Option<WallTime> {
        self.entries.first().map(|entry| entry.at)
    }
}

impl Ledger {
    /// Adds what is held.
    pub(crate) fn holdings(&self, held: &mut Holdings) {
        held.add("decisions to be stored", self.waiting.len());
    }

    /// The meeting as its log tells it.
    pub(crate) fn restore(plan: SummitPlan, log: &[Entry]) -> Self {
        let meeting = Meeting::restore(plan, log);
        let last = log.last().map_or(Sequence::default(), |entry| entry.sequence);
        Self {
            recorded: meeting.clone(),
            decided: meeting,
            last_recorded: last,
            last_decided: last,
            waiting: VecDeque::new(),
            done: log.iter().filter_map(|entry| entry.request.clone()).collect(),
        }
    }

    /// The meeting as it is on record: what people are shown.
    pub(crate) fn meeting(&self) -> &Meeting {
        &self.recorded
    }

    /// The last entry that [`Ledger::meeting`] contains.
    pub(crate) fn sequence(&self) -> Sequence {
        self.last_recorded
    }

    /// Whether a request was carried out, or is about to be.
    pub(crate) fn knows(&self, request: &RequestId) -> bool {
        self.done.contains(request) || self.waiting.iter().any(|waiting| !waiting.abandoned && waiting.carries(request))
    }

    /// Somebody asks for something that changes the meeting for good.
    pub(crate) fn request(
        &mut self,
        asked_by: ConnectionId,
        request: RequestId,
        seat: &SeatId,
        action: &Action,
        at: WallTime,
        here: &BTreeSet<SeatId>,
    ) -> Result<Decision, Refusal> {
        if self.done.contains(&request) {
            return Ok(Decision::Known { done: true });
        }
        let same = |waiting: &&mut Waiting| !waiting.abandoned && waiting.carries(&request);
        if let Some(waiting) = self.waiting.iter_mut().find(same) {
            waiting.asked_by = Some(asked_by);
            return Ok(Decision::Known { done: false });
        }
        self.check_room()?;
        let events = self.decided.decide(seat, action, here, at)?;
        Ok(Decision::Store(self.enter(events, Some(request), Some(asked_by), at)))
    }

    /// The server itself changes the meeting: a seat left, the operator ended it. Returns what is to be stored; often
    /// nothing.
    ///
    /// # Errors
    /// The store hangs: nothing was decided, it must be tried again.
    pub(crate) fn decide(
        &mut self,
        at: WallTime,
        decide: impl FnOnce(&Meeting) -> Vec<Event>,
    ) -> Result<Vec<Entry>, Refusal> {
        self.check_room()?;
        let events = decide(&self.decided);
        Ok(if events.is_empty() { Vec::new() } else { self.enter(events, None, None, at) })
    }

    /// The store failed on something that came before all that waits here. Returns who asked in vain.
    pub(crate) fn abandon(&mut self) -> Vec<(ConnectionId, RequestId)> {
        self.decided = self.recorded.clone();
        self.last_decided = self.last_recorded;
        let mut failed = Vec::new();
        for waiting in self.waiting.iter_mut().filter(|waiting| !waiting.abandoned) {
            failed.extend(waiting.asker());
            waiting.abandoned = true;
        }
        failed
    }

    /// The store has answered for the oldest decision.
    pub(crate) fn settle(&mut self, stored: bool) -> Settled {
        let Some(oldest) = self.waiting.pop_front() else { return Settled::default() };
        if oldest.abandoned {
            return Settled::default();
        }
        if !stored {
            return self.fall_back(oldest);
        }
        for entry in &oldest.entries {
            self.recorded.apply(&entry.event, entry.at);
            self.last_recorded = entry.sequence;
            self.done.extend(entry.request.clone());
        }
        Settled { done: oldest.asker(), entries: oldest.entries, failed: Vec::new() }
    }

    fn check_room(&self) -> Result<(), Refusal> {
        let blocked = self.waiting.len() >= WAITING_MAX || self.waiting.iter().any(|waiting| waiting.abandoned);
        if blocked { Err(Refusal::NotRecorded) } else { Ok(()) }
    }

    fn enter(
        &mut self,
        events: Vec<Event>,
        request: Option<RequestId>,
        asked_by: Option<ConnectionId>,
        at: WallTime,
    ) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(events.len());
        for event in events {
            self.decided.apply(&event, at);
            self.last_decided = self.last_decided.next();
            entries.push(Entry { sequence: self.last_decided, at, request: request.clone(), event });
        }
        self.waiting.push_back(Waiting { entries: entries.clone(), asked_by, abandoned: false });
        entries
    }

    /// Nothing that was decided since the last entry on record has happened.
    fn fall_back(&mut self, oldest: Waiting) -> Settled {
        let failed = oldest.asker().into_iter().chain(self.abandon()).collect();
        Settled { failed, ..Settled::default() }
    }
}

/// The ids of requests that were carried out, the latest of them: a client sends again within seconds.
#[derive(Default)]
pub(crate) struct Done {
    known: BTreeSet<RequestId>,
    order: VecDeque<RequestId>,
}

/// Ids remembered for one summit; the oldest is forgotten first. A busy summit makes a few a minute.
const DONE_MAX: usize = 8192;

impl Done {
    pub(crate) fn contains(&self, request: &RequestId) -> bool {
        self.known.contains(request)
    }
}

impl Extend<RequestId> for Done {
    fn extend<Ids: IntoIterator<Item = RequestId>>(&mut self, ids: Ids) {
        for id in ids {
            if !self.known.insert(id.clone()) {
                continue;
            }
            self.order.push_back(id);
            if self.order.len() > DONE_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
    }
}

impl FromIterator<RequestId> for Done {
    fn from_iter<Ids: IntoIterator<Item = RequestId>>(ids: Ids) -> Self {
        let mut done = Self::default();
        done.extend(ids);
        done
    }
}

impl Waiting {
    fn carries(&self, request: &RequestId) -> bool {
        self.entries.iter().any(|entry| entry.request.as_ref() == Some(request))
    }

    fn asker(&self) -> Option<(ConnectionId, RequestId)> {
        let request = self.entries.first().and_then(|entry| entry.request.clone());
        self.asked_by.zip(request)
    }
}
