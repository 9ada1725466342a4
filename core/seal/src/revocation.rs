//! Which certificates no longer count: for each party the latest list it signed.

use std::collections::{BTreeMap, BTreeSet};

use wire::{Envelope, PartyId, RevocationList, WallTime};

use crate::certificate::{Certificate, Member, SignerError, signer_of};
use crate::document::Serial;
use crate::error::{CertificateError, RevocationError};
use crate::key::PublicKey;
use crate::manifest::Agreed;
use crate::signed;

/// What certificates are checked against: the manifest that all signed, and what was revoked since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    agreed: Agreed,
    revocations: Revocations,
}

impl Trust {
    /// Nothing is revoked yet.
    pub fn new(agreed: Agreed) -> Self {
        Self { agreed, revocations: Revocations::default() }
    }

    /// The manifest.
    pub fn agreed(&self) -> &Agreed {
        &self.agreed
    }

    /// The revocation lists.
    pub fn revocations(&self) -> &Revocations {
        &self.revocations
    }

    /// Takes a revocation list, as [`Revocations::apply`].
    ///
    /// # Errors
    /// As there.
    pub fn revoke(&mut self, list: &Envelope) -> Result<(), RevocationError> {
        self.revocations.apply(list, &self.agreed)
    }

    /// Checks a certificate, as [`Certificate::check`].
    ///
    /// # Errors
    /// As there.
    pub fn check(
        &self,
        certificate: &Certificate,
        leaf_key: &PublicKey,
        now: WallTime,
    ) -> Result<Member, CertificateError> {
        certificate.check(&self.agreed, &self.revocations, leaf_key, now)
    }
}

/// The latest list of each party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revocations(BTreeMap<PartyId, List>);

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
        let body: RevocationList = signed::read(&list.payload).ok_or(RevocationError::Malformed)?;
        signer_of::<RevocationList>(list, &body.party, agreed, None).map_err(|error| match error {
            SignerError::Malformed | SignerError::Expired => RevocationError::Malformed,
            SignerError::UnknownRoot => RevocationError::UnknownRoot,
        })?;
        if &body.summit != agreed.summit() || body.number == 0 {
            return Err(RevocationError::Malformed);
        }
        let serials = body.serials.iter().map(Serial::try_from).collect::<Result<BTreeSet<_>, _>>();
        let serials = serials.map_err(|_| RevocationError::Malformed)?;
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
    pub fn contains(&self, party: &PartyId, serial: &Serial) -> bool {
        self.0.get(party).is_some_and(|list| list.serials.contains(serial))
    }

    /// The number of the party's latest list; 0 if it has none.
    pub fn number(&self, party: &PartyId) -> u64 {
        self.0.get(party).map_or(0, |list| list.number)
    }
}
