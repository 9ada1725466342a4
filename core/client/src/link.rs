//! The WebSocket's life: opened, greeted, welcomed, lost, opened again. It comes back by itself, soon at first and then more
//! patiently, and it takes a socket that says nothing for one that is gone.

use std::time::{Duration, Instant};

use crate::dice::Dice;

/// How long to wait before the first, second, ... attempt in a row; the last one holds for all further attempts.
const BACK_OFF: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_millis(1000),
    Duration::from_millis(2000),
];
/// An attempt that is not welcomed within this is given up.
const GREETING_PATIENCE: Duration = Duration::from_secs(10);
/// A welcomed socket that says nothing for so long is dead: a pong is due every two seconds.
const SILENCE_PATIENCE: Duration = Duration::from_secs(8);

/// Where the socket stands.
#[derive(Debug)]
enum State {
    /// There is none; the next is opened then.
    Away { until: Instant },
    /// It is being opened, or the server has not answered yet.
    Greeting { until: Instant },
    /// The server asks which device stays; the person has not answered yet.
    SeatTaken,
    /// The server answered; it last spoke then.
    Welcome { heard: Instant },
    /// For good.
    Over,
}

/// What must be done about the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Open one.
    Open,
    /// Close it, it is of no use.
    Close,
}

/// The socket and how often it failed in a row.
#[derive(Debug)]
pub(crate) struct Link {
    state: State,
    failures: usize,
}

impl Link {
    /// A link that opens its first socket at once.
    pub(crate) fn new(now: Instant) -> Self {
        Self { state: State::Away { until: now }, failures: 0 }
    }

    /// Whether requests can be sent.
    pub(crate) fn is_welcome(&self) -> bool {
        matches!(self.state, State::Welcome { .. })
    }

    /// Whether a socket is there on which hello was or will be said.
    pub(crate) fn is_greeting(&self) -> bool {
        matches!(self.state, State::Greeting { .. } | State::SeatTaken)
    }

    pub(crate) fn welcome(&mut self, now: Instant) {
        self.failures = 0;
        self.state = State::Welcome { heard: now };
    }

    pub(crate) fn seat_taken(&mut self) {
        self.state = State::SeatTaken;
    }

    /// Hello was said again.
    pub(crate) fn greet(&mut self, now: Instant) {
        self.state = State::Greeting { until: now + GREETING_PATIENCE };
    }

    /// Something was heard.
    pub(crate) fn heard(&mut self, now: Instant) {
        if let State::Welcome { heard } = &mut self.state {
            *heard = now;
        }
    }

    /// The socket is gone. True if there was one that may come back.
    pub(crate) fn lost(&mut self, now: Instant, dice: &mut Dice) -> bool {
        match self.state {
            State::Over | State::Away { .. } => return false,
            State::Greeting { .. } | State::SeatTaken | State::Welcome { .. } => {}
        }
        let pause = BACK_OFF[self.failures.min(BACK_OFF.len() - 1)];
        self.failures += 1;
        self.state = State::Away { until: now + dice.between(pause.mul_f64(0.8), pause.mul_f64(1.2)) };
        true
    }

    /// Nothing is opened any more.
    pub(crate) fn end(&mut self) {
        self.state = State::Over;
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, dice: &mut Dice) -> Option<Step> {
        if self.poll_timeout().is_none_or(|due| due > now) {
            return None;
        }
        match self.state {
            State::Away { .. } => {
                self.state = State::Greeting { until: now + GREETING_PATIENCE };
                Some(Step::Open)
            }
            State::Greeting { .. } | State::Welcome { .. } => {
                self.lost(now, dice);
                Some(Step::Close)
            }
            State::SeatTaken | State::Over => None,
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Away { until } | State::Greeting { until } => Some(until),
            State::Welcome { heard } => Some(heard + SILENCE_PATIENCE),
            State::SeatTaken | State::Over => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_come_soon_and_then_more_patiently() {
        let mut now = crate::origin();
        let (mut link, mut dice) = (Link::new(now), Dice::new(3));
        let mut pauses = Vec::new();
        for _ in 0..7 {
            assert_eq!(link.handle_timeout(now, &mut dice), Some(Step::Open));
            assert!(link.lost(now, &mut dice));
            assert!(!link.lost(now, &mut dice), "it is gone already");
            let due = link.poll_timeout().unwrap();
            pauses.push(due.duration_since(now).as_millis());
            now = due;
        }
        assert_eq!(pauses[0], 0);
        for (pause, around) in pauses[1..].iter().zip([200, 500, 1000, 2000, 2000, 2000]) {
            assert!((around * 8 / 10..=around * 12 / 10).contains(pause), "{pause} ms is not around {around} ms");
        }
        link.handle_timeout(now, &mut dice);
        link.welcome(now);
        link.lost(now, &mut dice);
        assert_eq!(link.poll_timeout(), Some(now), "after a welcome the first attempt is immediate again");
    }

    #[test]
    fn a_silent_socket_is_closed_and_opened_anew() {
        let start = crate::origin();
        let (mut link, mut dice) = (Link::new(start), Dice::new(3));
        link.handle_timeout(start, &mut dice);
        link.welcome(start);
        let later = start + SILENCE_PATIENCE;
        assert_eq!(link.handle_timeout(later - Duration::from_millis(1), &mut dice), None);
        assert_eq!(link.handle_timeout(later, &mut dice), Some(Step::Close));
        assert_eq!(link.handle_timeout(later, &mut dice), Some(Step::Open));
    }
}
