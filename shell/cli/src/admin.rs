//! Asks for something to be done to the data: by the running server if there is one, else directly.

use server::admin::{Command, PerformError, Reply, perform};

use crate::settings::Place;

/// Carries out a command whose answer is taken out of the reply by `pick`.
pub(crate) fn ask<T>(
    place: &Place,
    command: &Command,
    pick: impl FnOnce(Reply) -> Option<T>,
) -> Result<T, Box<dyn std::error::Error>> {
    let reply = perform(&place.data()?, command).map_err(|error: PerformError| Box::new(error))?;
    pick(reply).ok_or_else(|| "the running server answered something else; it may be of another version".into())
}
