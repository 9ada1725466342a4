//! What all bots of one run experienced, as one line of JSON with the units in the names.

use std::time::Duration;

use client::Delays;
use serde::Serialize;

use super::bot::Shown;

/// The sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    /// How many bots there are.
    pub(crate) bots: usize,
    /// How many are welcome at the server now.
    pub(crate) welcome: usize,
    /// How many have sound and pictures now.
    pub(crate) connected: usize,
    /// How many their parties admitted.
    pub(crate) admitted: usize,
    /// How many ended for good.
    pub(crate) over: usize,
    /// WebSockets that were lost and came back.
    pub(crate) reconnections: u32,
    /// Media connections that were lost and came back.
    pub(crate) media_reconnections: u32,
    /// Requests carried out.
    pub(crate) requests_done: u32,
    /// Requests refused.
    pub(crate) requests_refused: u32,
    /// Frames that were sealed and sent.
    pub(crate) frames_sealed: u64,
    /// Frames that were not sent because there was no key, or somebody saw another group.
    pub(crate) frames_held_back: u64,
    /// Frames that were opened.
    pub(crate) frames_opened: u64,
    /// Frames for which there was no key.
    pub(crate) frames_without_key: u64,
    /// Frames that were forged or came twice.
    pub(crate) frames_refused: u64,
    /// Of somebody else than the server said; a few are natural when a slot gets another source.
    pub(crate) frames_misplaced: u64,
    /// RTP packets received.
    pub(crate) packets: u64,
    /// Bytes of RTP payload received.
    pub(crate) bytes: u64,
    /// Pictures' packets that never came.
    pub(crate) packets_lost: u64,
    /// Sound packets in which somebody was heard.
    pub(crate) packets_heard: u64,
    /// Pictures that came whole.
    pub(crate) frames: u64,
    /// Pictures that a decoder would have shown.
    pub(crate) frames_playable: u64,
    /// The longest time without a picture on one slot, of all bots.
    pub(crate) longest_gap_ms: u64,
    /// The longest time without a picture of one who was there, of all bots, where pictures say when they left.
    pub(crate) longest_pause_ms: u64,
    /// How many bots have seen a picture.
    pub(crate) joined: usize,
    /// From `enter` to the first picture: half of the bots took at most this long.
    pub join_ms_p50: Option<u64>,
    /// 99 of 100 took at most this long.
    pub join_ms_p99: Option<u64>,
    /// How long pictures were on the way, from where one leaves to where it is opened, where they say when they left (`--heavy`):
    /// half of them took at most this long.
    pub(crate) delay_us_p50: Option<u64>,
    /// 99 of 100 took at most this long.
    pub(crate) delay_us_p99: Option<u64>,
    /// None took longer.
    pub(crate) delay_us_max: Option<u64>,
    /// How many took at most so long and longer than the class before: what came between two reports is the difference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) delays_us: Vec<(u64, u32)>,
}

impl Report {
    /// Sums up.
    pub(super) fn of(bots: impl Iterator<Item = Shown>) -> Self {
        let mut report = Self::default();
        let (mut joins, mut delays) = (Vec::new(), Delays::default());
        for bot in bots {
            let (stats, sound, pictures) = (bot.stats, bot.stats.sound, bot.stats.pictures);
            report.bots += 1;
            report.welcome += usize::from(bot.welcome);
            report.connected += usize::from(bot.connected);
            report.admitted += usize::from(bot.admitted);
            report.frames_sealed += stats.seal.sealed;
            report.frames_held_back += stats.seal.held_back;
            report.frames_opened += stats.seal.opened;
            report.frames_without_key += stats.seal.no_key;
            report.frames_refused += stats.seal.refused;
            report.frames_misplaced += stats.seal.misplaced;
            report.over += usize::from(bot.over.is_some());
            report.reconnections += stats.welcomes.saturating_sub(1);
            report.media_reconnections += stats.media_connections.saturating_sub(1);
            report.requests_done += stats.done;
            report.requests_refused += stats.refused;
            report.packets += sound.packets + pictures.packets;
            report.bytes += sound.bytes + pictures.bytes;
            report.packets_lost += pictures.lost;
            report.packets_heard += sound.heard_packets;
            report.frames += pictures.frames;
            report.frames_playable += pictures.playable_frames;
            report.longest_gap_ms = report.longest_gap_ms.max(millis(pictures.longest_gap));
            report.longest_pause_ms = report.longest_pause_ms.max(millis(stats.longest_pause));
            joins.extend(stats.join);
            delays += &stats.delays;
        }
        joins.sort();
        report.joined = joins.len();
        report.join_ms_p50 = percentile(&joins, 50).map(millis);
        report.join_ms_p99 = percentile(&joins, 99).map(millis);
        report.delay_us_p50 = delays.percentile(50).map(micros);
        report.delay_us_p99 = delays.percentile(99).map(micros);
        report.delay_us_max = delays.percentile(100).map(micros);
        report.delays_us = delays.classes().map(|(longest, count)| (micros(longest), count)).collect();
        report
    }
}

/// The smallest of the sorted values that `percent` in a hundred do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let place = (sorted.len() * percent).div_ceil(100).checked_sub(1)?;
    sorted.get(place).copied()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let joins: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&joins, 50), Some(Duration::from_millis(100)));
        assert_eq!(percentile(&joins, 99), Some(Duration::from_millis(198)));
        assert_eq!(percentile(&joins[..1], 99), Some(Duration::from_millis(1)));
        assert_eq!(percentile(&[], 50), None);
    }
}
