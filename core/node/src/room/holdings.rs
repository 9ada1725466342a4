//! How much a room holds.

use media::Holdings;

use super::Room;

impl Room {
    /// Adds what this room holds. What has a bound of its own is left out: requests that were done, entries kept for who comes back.
    pub(crate) fn holdings(&self, held: &mut Holdings) {
        held.add("occupied seats", self.seats.len());
        held.add("connections of people", self.connections.len());
        held.add("announced sources", self.sources.iter().count());
        held.add("owners of peers", self.owners.len());
        held.add("seal windows", self.windows.len());
        held.add("pairs that write to each other", self.pairs.len());
        held.add("answers of the store to come", self.pending.len());
        held.add("people who went", self.owed.departed.len());
        self.ledger.holdings(held);
        self.delivery.holdings(held);
        self.media.holdings(held);
    }
}
