//! Answers browsers' first offers away from the media threads: building a peer connection takes about a millisecond of
//! CPU, in which a media thread would forward 300 packets.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use node::{Endpoint, Identity, NewPeer, OfferError};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Offers that may wait. When the queue is full the offer is refused at once; the browser tries again.
const WAITING: usize = 512;

/// What an offer leads to.
type Answered = Result<(Box<NewPeer>, String), OfferError>;

/// Clones share the limits.
#[derive(Clone)]
pub(crate) struct Negotiator {
    runtime: Handle,
    identity: Identity,
    at_once: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Negotiator {
    /// Answers at most `at_once` offers at the same time, all with one DTLS certificate.
    pub(crate) fn new(runtime: Handle, identity: Identity, at_once: usize) -> Self {
        Self { runtime, identity, at_once: Arc::new(Semaphore::new(at_once)), waiting: Arc::default() }
    }

    /// Answers an offer, then calls `then` with the result: exactly once, except when the process stops.
    pub(crate) fn answer(
        &self,
        sdp: String,
        candidates: Arc<[Endpoint]>,
        then: impl FnOnce(Answered) + Send + 'static,
    ) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return then(Err(OfferError("too many people connect at this moment".to_owned())));
        }
        let Self { identity, at_once, waiting, .. } = self.clone();
        self.runtime.spawn(async move {
            // The semaphore is never closed; without a permit the offer would only be answered a little early.
            let permit = at_once.acquire_owned().await.ok();
            let work = tokio::task::spawn_blocking(move || then(build(&sdp, &candidates, &identity)));
            drop(work.await);
            drop(permit);
            waiting.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// A stranger's SDP goes through a large parser here: a panic in it is an offer that cannot be used.
fn build(sdp: &str, candidates: &[Endpoint], identity: &Identity) -> Answered {
    let build = || NewPeer::answer(sdp, candidates, identity, Instant::now());
    let result = catch_unwind(AssertUnwindSafe(build))
        .unwrap_or_else(|_| Err(OfferError("it makes no sense to this server".to_owned())));
    result.map(|(peer, answer)| (Box::new(peer), answer))
}
