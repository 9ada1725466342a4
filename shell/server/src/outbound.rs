//! The queue from a media thread to one WebSocket. The media thread never waits for a browser: whoever does not read in
//! time is let go and comes back.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};
use wire::{Bye, PartyReply, ServerMessage};

/// Messages that may wait for one browser. At the reveal a screen learns in one turn about four things of each person that it
/// did not see before, and a summit has up to 200 seats; half as much again is some seconds of a lively meeting. When the
/// queue is full the connection ends with `bye{too_slow}`; the browser comes back and gets the meeting as it stands, so
/// nothing is missed.
pub(crate) const OUTBOUND_DEPTH: usize = 1200;

/// What goes to a browser, or to a party's registrar.
pub(crate) enum Outgoing {
    /// A message.
    Message(ServerMessage),
    /// A message to a registrar.
    Party(PartyReply),
    /// The last one.
    Bye(Bye),
}

/// The media thread's end.
pub(crate) struct Outbound {
    queue: mpsc::Sender<Outgoing>,
    too_slow: Arc<Notify>,
}

/// The WebSocket's end.
pub(crate) struct OutboundQueue {
    queue: mpsc::Receiver<Outgoing>,
    too_slow: Arc<Notify>,
}

/// Nothing more fits; the connection has been told so.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooSlow;

/// Makes both ends.
pub(crate) fn outbound() -> (Outbound, OutboundQueue) {
    let (sender, receiver) = mpsc::channel(OUTBOUND_DEPTH);
    let too_slow = Arc::new(Notify::new());
    (Outbound { queue: sender, too_slow: too_slow.clone() }, OutboundQueue { queue: receiver, too_slow })
}

impl Outbound {
    /// Queues a message. Returns how many wait now.
    pub(crate) fn send(&self, message: Outgoing) -> Result<usize, TooSlow> {
        match self.queue.try_send(message) {
            Ok(()) => Ok(OUTBOUND_DEPTH - self.queue.capacity()),
            // A socket that has closed meanwhile says so by itself.
            Err(mpsc::error::TrySendError::Closed(_)) => Ok(0),
            Err(mpsc::error::TrySendError::Full(_)) => Err(TooSlow),
        }
    }

    /// Says good-bye after what is queued already.
    pub(crate) fn bye(self, reason: Bye) {
        match self.queue.try_send(Outgoing::Bye(reason)) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(_)) => self.cut(),
        }
    }

    /// Ends the connection at once as too slow.
    pub(crate) fn cut(self) {
        self.too_slow.notify_one();
    }
}

impl OutboundQueue {
    /// What goes out next. A queue whose other end is gone without a word belonged to a room that must be built anew.
    pub(crate) async fn next(&mut self) -> Outgoing {
        tokio::select! {
            biased;
            () = self.too_slow.notified() => Outgoing::Bye(Bye::TooSlow),
            next = self.queue.recv() => next.unwrap_or(Outgoing::Bye(Bye::Restart)),
        }
    }

    /// Resolves when the connection was found too slow; never otherwise. For use while a message is being written.
    pub(crate) async fn cut(&self) {
        self.too_slow.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Outgoing {
        Outgoing::Message(ServerMessage::Speaking { seats: Vec::new() })
    }

    #[tokio::test]
    async fn a_good_bye_comes_after_what_was_said_before() {
        let (sender, mut queue) = outbound();
        assert_eq!(sender.send(message()), Ok(1));
        sender.bye(Bye::Ended);
        assert!(matches!(queue.next().await, Outgoing::Message(_)));
        assert!(matches!(queue.next().await, Outgoing::Bye(Bye::Ended)));
    }

    #[tokio::test]
    async fn the_reveal_of_a_large_summit_ends_no_connection() {
        let (sender, mut queue) = outbound();
        assert!((0..1000).all(|_| sender.send(message()).is_ok()));
        sender.bye(Bye::Ended);
        for _ in 0..1000 {
            assert!(matches!(queue.next().await, Outgoing::Message(_)));
        }
        assert!(matches!(queue.next().await, Outgoing::Bye(Bye::Ended)));
    }

    #[tokio::test]
    async fn a_full_queue_ends_the_connection_at_once() {
        let (sender, queue) = outbound();
        for _ in 0..OUTBOUND_DEPTH {
            assert!(sender.send(message()).is_ok());
        }
        assert_eq!(sender.send(message()), Err(TooSlow));
        sender.cut();
        queue.cut().await;
    }

    #[tokio::test]
    async fn a_room_that_is_gone_without_a_word_asks_its_people_to_come_back() {
        let (sender, mut queue) = outbound();
        drop(sender);
        assert!(matches!(queue.next().await, Outgoing::Bye(Bye::Restart)));
    }
}
