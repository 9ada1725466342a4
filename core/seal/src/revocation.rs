//! Which certificates no longer count: for each party the latest list it signed.

use std::collections::{BTreeMap, BTreeSet};

use wire::DelegationId;

use crate::certificate::{SignerError, signer_of};
use crate::document::{Envelope, RevocationBody, Serial};
use crate::error::RevocationError;
use crate::manifest::Agreed;
use crate::signed::{self, Domain};

/// The latest list of each party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revocations(BTreeMap<DelegationId, List>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct List {
    number: u64,
    serials: BTreeSet<Serial>,
}

impl Revocations {
    /// Takes a list. The same one again changes nothing. A list does not lapse with the time of the registrar who signed
    /// it: what is revoked stays so.
    ///
    /// # Errors
    /// It is not a party's, or goes back behind what the party revoked; the former list then stays.
    pub fn apply(&mut self, list: &Envelope, agreed: &Agreed) -> Result<(), RevocationError> {
        let body: RevocationBody = signed::body(&list.payload).ok_or(RevocationError::Malformed)?;
        signer_of(list, Domain::Revocation, &body.party, agreed, None).map_err(|error| match error {
            SignerError::Malformed | SignerError::Expired => RevocationError::Malformed,
            SignerError::UnknownRoot => RevocationError::UnknownRoot,
        })?;
        if &body.summit != agreed.summit() || body.number == 0 {
            return Err(RevocationError::Malformed);
        }
        let serials: BTreeSet<Serial> = body.serials.into_iter().collect();
        if let Some(known) = self.0.get(&body.party) {
            if body.number < known.number {
                return Err(RevocationError::Old);
            }
            let same = serials == known.serials;
            if !known.serials.is_subset(&serials) || body.number == known.number && !same {
                return Err(RevocationError::Contradicts);
            }
        }
        self.0.insert(body.party, List { number: body.number, serials });
        Ok(())
    }

    /// Whether the party revoked that certificate.
    pub fn contains(&self, party: &DelegationId, serial: &Serial) -> bool {
        self.0.get(party).is_some_and(|list| list.serials.contains(serial))
    }

    /// The number of the party's latest list; 0 if it has none.
    pub fn number(&self, party: &DelegationId) -> u64 {
        self.0.get(party).map_or(0, |list| list.number)
    }
}
