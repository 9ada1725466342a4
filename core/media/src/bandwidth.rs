//! How much of each picture one listener gets when its line is too narrow for all. Pure: it is given an estimate of the
//! line, what is wanted and what each layer costs, and says which layer of each picture is sent, or none. Where a layer can be
//! had at half its frame rate, that is a step of its own between the layer below and the whole.
//!
//! 1. Sound comes first and is never limited: what it needs is taken off before anything is shared out.
//! 2. Every picture gets its smallest layer before any gets more: the shared document, then who speaks, then the others
//!    in the order in which the listener named them.
//! 3. In the same order each gets more; pictures of equal height step by step, so that equal tiles stay equal.
//! 4. What no longer fits goes down at once; but a picture is taken away altogether for a small lack only when that lasts
//!    ([`GRACE`]). More is given only when it fits with [`MARGIN`], and, once the line has proved too narrow, when it has
//!    fitted for [`PATIENCE`].
//!
//! What others learnt: to pass over small changes of the estimate (Jitsi does, below 15 %) also passes over a line that
//! falls slowly; to send more than the estimate for the sake of the largest picture makes the sound late; and to share out
//! anew at every change makes pictures flap, so what is given has a right to stay as long as it fits.

use std::cmp::Reverse;
use std::time::{Duration, Instant};

use wire::Pixels;

use crate::arena::Key;
use crate::rate::BitRate;
use crate::source::Source;
use crate::tempo::Tempo;

/// What is not sent yet must fit though it cost this many hundredths of what it does: rates vary.
const MARGIN: u64 = 115;

/// The same for a picture's smallest layer, without which it is not seen at all.
const MARGIN_TO_BE_SEEN: u64 = 105;

/// A line is known up to here in any case, so that a picture that is made large is sent large at once.
const DESIRED_MIN: BitRate = BitRate::kilobits(2500);

/// Any line is probed up to twice this.
const CONCEIVABLE_MIN: BitRate = BitRate::kilobits(200);

/// How long a line that was too narrow is filled before it is judged again.
const FILLED_FOR: Duration = Duration::from_secs(2);

/// There must be room for so long before more is sent on a line that was too narrow.
const PATIENCE: Duration = Duration::from_secs(3);

/// An estimate that was just found too high comes out too low for a moment. So long the smallest layer of the
/// most important picture stays that would fit if it cost [`GRACE_PERCENT`]: to go and come again is worse than a little of
/// the queue.
const GRACE: Duration = Duration::from_secs(2);

/// See [`GRACE`].
const GRACE_PERCENT: u64 = 60;

/// Where losses are by chance, what costs more than this gives way all the same: the line may be one that drops what is too much
/// without letting it wait.
const SPARED_MAX: BitRate = BitRate::kilobits(250);

/// The longest that a line with which it went wrong again and again is left as it is.
const PATIENCE_MAX: Duration = Duration::from_secs(24);

/// What was given and taken away again within this time was given too early: then patience doubles.
const REGRET: Duration = Duration::from_secs(10);

/// How important a picture is, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// The shared document.
    Document,
    /// Who speaks, or has the floor.
    Speaker,
    /// Any other.
    Other,
}

/// A layer that can be had at some tempo, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its place among the source's layers.
    pub(crate) layer: usize,
    pub(crate) tempo: Tempo,
    pub(crate) rate: BitRate,
    /// What it may come to cost.
    pub(crate) limit: BitRate,
}

/// A picture that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) source: Key<Source>,
    pub(crate) rank: Rank,
    /// The height of its tile.
    pub(crate) height: Pixels,
    /// The steps that can be had, the smallest first, up to the whole of the layer that fills the tile; none while nothing
    /// comes.
    pub(crate) steps: Vec<Step>,
}

/// What a step gives, whatever it costs.
type Given = (usize, Tempo);

impl Step {
    fn given(&self) -> Given {
        (self.layer, self.tempo)
    }
}

/// What tells a wish from another one. What a layer costs is no part of it: that is the publisher's affair.
type Identity = (Key<Source>, Rank, Pixels);

impl Wish {
    fn identity(&self) -> Identity {
        (self.source, self.rank, self.height)
    }
}

/// What the transport is told to find out about a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exploration {
    /// It sends this much, if need be with padding, as far as the estimate goes.
    pub(crate) filled: BitRate,
    /// It probes up to this.
    pub(crate) desired: BitRate,
}

/// How the line has behaved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// It took whatever was sent. More is sent as soon as the estimate has room.
    Willing,
    /// It was too narrow once.
    Tried {
        /// How long there must be room before more is sent.
        patience: Duration,
        /// Since when there has been room.
        room: Option<Instant>,
        /// When more was last sent.
        rose: Option<Instant>,
        /// When less had to be sent.
        fell: Instant,
    },
}

/// What one listener's line is given. One for each listener.
#[derive(Debug)]
pub(crate) struct Bandwidth {
    /// Of the whole line; `None` where it cannot be estimated, and nothing is limited.
    estimate: Option<BitRate>,
    line: Line,
    /// Since when there has been no room for a picture that is seen.
    lack: Option<Instant>,
    /// What was wanted and given last of each picture, if anything.
    given: Vec<(Identity, Option<Given>)>,
}

impl Default for Bandwidth {
    fn default() -> Self {
        Self { estimate: None, line: Line::Willing, lack: None, given: Vec::new() }
    }
}

impl Bandwidth {
    /// The transport's estimate; `None` where it has none. True: it fell, so decide at once.
    pub(crate) fn set_estimate(&mut self, estimate: Option<BitRate>) -> bool {
        let fell = match (self.estimate, estimate) {
            (Some(before), Some(now)) => now < before,
            (None, now) => now.is_some(),
            (Some(_), None) => false,
        };
        self.estimate = estimate;
        fell
    }

    /// Whether that much is well within what the line carries; false where that is not known.
    pub(crate) fn carries(&self, rate: BitRate) -> bool {
        self.estimate.is_some_and(|estimate| rate.percent(MARGIN) <= estimate)
    }

    /// Whether the line is estimated.
    pub(crate) fn is_limited(&self) -> bool {
        self.estimate.is_some()
    }

    /// The step of each wish that is sent, as an index into its steps; `None`: it is paused. `wishes` are in the
    /// listener's own order, `sound` is what it hears. `by_chance`: the line loses packets however little is sent, so that
    /// nobody is helped when the first step of the most important picture is not.
    pub(crate) fn decide(
        &mut self,
        wishes: &[Wish],
        sound: BitRate,
        by_chance: bool,
        now: Instant,
    ) -> Vec<Option<usize>> {
        let budget = self.estimate.unwrap_or(BitRate::UNLIMITED).without(sound);
        let before: Vec<Option<usize>> = wishes.iter().map(|wish| self.position_before(wish)).collect();
        let seen = (0..wishes.len()).filter(|&index| before[index].is_some()).min_by_key(|&index| wishes[index].rank);
        let is_small = |index: &usize| wishes[*index].steps.first().is_some_and(|step| step.rate <= SPARED_MAX);
        let small = (0..wishes.len()).filter(is_small).min_by_key(|&index| wishes[index].rank);
        let first = if by_chance { small } else { seen };
        let is_spared = |index, step| step == 0 && Some(index) == first;
        let keep = |smallest: u64| {
            share(wishes, budget, |index, step| match before[index] {
                _ if by_chance && is_spared(index, step) => Some(smallest),
                Some(at) if step <= at => Some(if is_spared(index, step) { smallest } else { 100 }),
                Some(_) | None => None,
            })
        };
        let strict = keep(100);
        let smallest = if by_chance { 0 } else { self.reckoned_smallest(&strict, &before, now) };
        let kept = if smallest == 100 { strict } else { keep(smallest) };
        let best = share(wishes, budget, |index, step| {
            Some(match (before[index].is_some_and(|at| step <= at), step) {
                _ if is_spared(index, step) => smallest,
                (true, _) => 100,
                (false, 0) => MARGIN_TO_BE_SEEN,
                (false, _) => MARGIN,
            })
        });
        let decided = if self.is_changed(wishes) {
            best
        } else {
            let fell = kept.iter().zip(&before).any(|(kept, before)| kept < before);
            let rises = best.iter().zip(&kept).any(|(best, kept)| best > kept);
            if self.dares(fell, rises, now) { best } else { kept }
        };
        self.given = wishes
            .iter()
            .zip(&decided)
            .map(|(wish, step)| (wish.identity(), step.and_then(|step| wish.steps.get(step)).map(Step::given)))
            .collect();
        decided
    }

    /// At how many hundredths the smallest layer of a picture that is seen is reckoned, if this is what could be kept.
    fn reckoned_smallest(&mut self, kept: &[Option<usize>], before: &[Option<usize>], now: Instant) -> u64 {
        if kept.iter().zip(before).all(|(kept, before)| kept.is_some() || before.is_none()) {
            self.lack = None;
            return 100;
        }
        let since = *self.lack.get_or_insert(now);
        if now.saturating_duration_since(since) < GRACE { GRACE_PERCENT } else { 100 }
    }

    /// What is to be found out about the line, now that this was decided.
    pub(crate) fn exploration(
        &self,
        wishes: &[Wish],
        decided: &[Option<usize>],
        sound: BitRate,
        now: Instant,
    ) -> Exploration {
        let filled = if self.may_be_filled(now) { next_rate(wishes, decided, sound) } else { BitRate::default() };
        Exploration { filled: filled.in_steps(), desired: self.desired(wishes) }
    }

    /// Padding is a load like any other: a line that was too narrow is filled for a part of the time only, and the more
    /// seldom the oftener it went wrong.
    fn may_be_filled(&self, now: Instant) -> bool {
        match self.line {
            Line::Willing => true,
            Line::Tried { patience, rose, fell, .. } => {
                let changed = rose.map_or(fell, |rose| rose.max(fell));
                let millis = |duration: Duration| duration.as_millis();
                let phase = millis(now.saturating_duration_since(changed)) % millis(2 * patience);
                (millis(patience.saturating_sub(FILLED_FOR))..millis(patience)).contains(&phase)
            }
        }
    }

    /// The rate at which all wishes are fulfilled whatever they come to cost, as far as the line may carry that: a probe at
    /// many times its rate would hold up the sound. In coarse steps, because the transport probes each time that more is
    /// desired.
    fn desired(&self, wishes: &[Wish]) -> BitRate {
        let all: BitRate = wishes.iter().filter_map(|wish| wish.steps.last()).map(|step| step.limit).sum();
        let all = all.percent(125).max(DESIRED_MIN);
        let Some(estimate) = self.estimate else { return all };
        let mut conceivable = CONCEIVABLE_MIN;
        while conceivable < estimate.percent(125) && conceivable < all {
            conceivable = conceivable + conceivable;
        }
        conceivable.min(all)
    }

    /// Which step of a wish was given last; the largest that is still there.
    fn position_before(&self, wish: &Wish) -> Option<usize> {
        let (_, given) = self.given.iter().find(|((source, ..), _)| *source == wish.source)?;
        let given = (*given)?;
        let smaller = wish.steps.iter().rposition(|step| step.given() <= given);
        // Its half may be gone, and it is still seen.
        smaller.or_else(|| wish.steps.iter().position(|step| step.layer == given.0))
    }

    /// Whether other things are wanted than last time. Sharing out anew then has nothing to do with the line.
    fn is_changed(&self, wishes: &[Wish]) -> bool {
        !wishes.iter().map(Wish::identity).eq(self.given.iter().map(|(identity, _)| *identity))
    }

    /// Whether more may be sent now, for which there is room if it `rises`; less is sent in any case if it `fell`.
    fn dares(&mut self, fell: bool, rises: bool, now: Instant) -> bool {
        if fell {
            let patience = match self.line {
                Line::Tried { patience, rose: Some(rose), .. } if now.saturating_duration_since(rose) < REGRET => {
                    (patience * 2).min(PATIENCE_MAX)
                }
                Line::Willing | Line::Tried { .. } => PATIENCE,
            };
            self.line = Line::Tried { patience, room: None, rose: None, fell: now };
            return false;
        }
        match &mut self.line {
            Line::Willing => true,
            Line::Tried { room, .. } if !rises => {
                *room = None;
                false
            }
            Line::Tried { patience, room, rose, .. } => {
                let since = *room.get_or_insert(now);
                let dares = now.saturating_duration_since(since) >= *patience;
                if dares {
                    (*room, *rose) = (None, Some(now));
                }
                dares
            }
        }
    }
}

/// What would be sent if the most important picture that lacks something got its next step; nothing when none does. An
/// estimate does not grow beyond half as much again as what is sent, so the rest is made up with padding.
fn next_rate(wishes: &[Wish], decided: &[Option<usize>], sound: BitRate) -> BitRate {
    let rate = |(wish, step): (&Wish, Option<usize>)| step.and_then(|step| wish.steps.get(step)).map(|step| step.rate);
    let pairs = || wishes.iter().zip(decided.iter().copied());
    let lacking =
        pairs().find_map(|(wish, step)| Some((wish.steps.get(step.map_or(0, |step| step + 1))?, (wish, step))));
    let Some((next, pair)) = lacking else { return BitRate::default() };
    let sent: BitRate = pairs().filter_map(rate).sum();
    sound + sent.without(rate(pair).unwrap_or_default()) + next.rate.percent(MARGIN)
}

/// Shares out a budget. `cost` says in hundredths at what a step of a wish is reckoned; `None`: it is not to be given.
fn share(wishes: &[Wish], budget: BitRate, cost: impl Fn(usize, usize) -> Option<u64>) -> Vec<Option<usize>> {
    let reckoned = |index: usize, step: usize| -> Option<BitRate> {
        Some(wishes[index].steps.get(step)?.rate.percent(cost(index, step)?))
    };
    let mut given = vec![None; wishes.len()];
    let mut left = budget;
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|&index| wishes[index].rank);
    for &index in &order {
        if let Some(rate) = reckoned(index, 0).filter(|&rate| rate <= left) {
            given[index] = Some(0);
            left = left.without(rate);
        }
    }
    // Pictures that stand together and are equally tall and important rise together.
    let equal = |one: &usize, other: &usize| {
        let class = |index: usize| (wishes[index].rank, Reverse(wishes[index].height));
        class(*one) == class(*other)
    };
    for class in order.chunk_by(equal) {
        let mut raised = true;
        while std::mem::take(&mut raised) {
            for &index in class {
                let Some(step) = given[index] else { continue };
                let Some((from, to)) = reckoned(index, step).zip(reckoned(index, step + 1)) else { continue };
                let more = to.without(from);
                if more <= left {
                    given[index] = Some(step + 1);
                    left = left.without(more);
                    raised = true;
                }
            }
        }
    }
    given
}

#[cfg(test)]
mod tests;
