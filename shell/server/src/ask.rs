//! Questions to the store from asynchronous code.

use std::time::Duration;

use store::{Store, StoreError, Writer};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long a visitor waits for the store; one that takes longer does not answer.
const IN_TIME: Duration = Duration::from_secs(8);

/// As [`ask`], for a visitor: a store that takes too long is `Unavailable`. It may still do the work.
pub(crate) async fn ask_in_time<T: Send + 'static>(
    writer: &Writer,
    work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let too_late = |_| Err(StoreError::Unavailable("it does not answer in time".to_owned()));
    timeout(IN_TIME, ask(writer, work)).await.unwrap_or_else(too_late)
}

/// Does `work` with the store and waits for it without holding a thread.
///
/// # Errors
/// Those of `work`, and `Unavailable` when too much is waiting already or the store has stopped.
pub(crate) async fn ask<T: Send + 'static>(
    writer: &Writer,
    work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (answer, answered) = oneshot::channel();
    // Whoever asked may have gone meanwhile.
    writer.call_then(work, move |result| drop(answer.send(result)))?;
    answered.await.unwrap_or_else(|_| Err(StoreError::Unavailable("it has stopped".to_owned())))
}
