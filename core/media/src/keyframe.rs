//! How often a browser is asked for a keyframe: at most once in 300 ms for each layer, however many listeners wait.
//! A keyframe is several times the size of another frame, so a room that asks too often spoils the picture it wants.

use std::time::{Duration, Instant};

/// The least time between two requests for one layer.
pub(crate) const REQUEST_INTERVAL: Duration = Duration::from_millis(300);

/// The requests for one layer of one source.
#[derive(Debug, Default)]
pub(crate) struct KeyframeRequests {
    asked: Option<Instant>,
    wanted: bool,
}

impl KeyframeRequests {
    /// Somebody needs a keyframe. True: ask for it now; false: it was asked for just now, see [`Self::due`].
    pub(crate) fn want(&mut self, now: Instant) -> bool {
        self.wanted = true;
        self.ask_if_due(now)
    }

    /// True when a keyframe is wanted and may be asked for: ask now.
    pub(crate) fn ask_if_due(&mut self, now: Instant) -> bool {
        let ask = self.due(now).is_some_and(|due| due <= now);
        if ask {
            self.asked = Some(now);
            self.wanted = false;
        }
        ask
    }

    /// When the next request may go out, if one is wanted.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        self.wanted.then(|| self.asked.map_or(now, |asked| asked + REQUEST_INTERVAL))
    }

    /// A keyframe came: nobody waits any more.
    pub(crate) fn arrived(&mut self) {
        self.wanted = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_wishes_are_one_request_in_300_ms() {
        let start = crate::test_start();
        let mut requests = KeyframeRequests::default();
        let asked = (0..1000).filter(|&ms| requests.want(start + Duration::from_millis(ms))).count();
        assert_eq!(asked, 4);
    }

    #[test]
    fn a_wish_that_came_too_early_is_asked_later_unless_the_keyframe_came() {
        let start = crate::test_start();
        let mut requests = KeyframeRequests::default();
        assert!(requests.want(start));
        assert_eq!(requests.due(start), None);
        assert!(!requests.want(start + Duration::from_millis(10)));
        let due = requests.due(start).unwrap();
        assert_eq!(due, start + REQUEST_INTERVAL);
        assert!(requests.ask_if_due(due));
        assert!(!requests.want(due + Duration::from_millis(10)));
        requests.arrived();
        assert!(!requests.ask_if_due(due + REQUEST_INTERVAL));
    }
}
