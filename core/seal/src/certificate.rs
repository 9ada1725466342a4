//! Who somebody is: a key, certified by a party (or by a registrar of the party) for one of its seats.

use std::time::Duration;

use wire::{DelegationId, Role, SeatId, SummitId, WallTime};

use crate::document::{Envelope, MemberBody, RegistrarBody, Serial, Signed, Version1};
use crate::error::CertificateError;
use crate::key::{PublicKey, SigningKey};
use crate::manifest::{Agreed, party_of};
use crate::revocation::Revocations;
use crate::signed::{self, Domain};

/// How far two clocks may differ before a certificate counts as one of another time.
pub const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Which key of a party admitted somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Admitter {
    /// The party's root key.
    Root,
    /// A registrar of the party.
    Registrar(PublicKey),
}

/// Who somebody was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The party.
    pub party: DelegationId,
    /// The seat.
    pub seat: SeatId,
    /// The role of the seat.
    pub role: Role,
    /// Which of the seat's devices.
    pub slot: u16,
    /// The number of the certificate.
    pub serial: Serial,
    /// The key of the certificate and of the leaf.
    pub key: PublicKey,
    /// Who admitted the member.
    pub admitted_by: Admitter,
}

impl Member {
    /// What there is at most one leaf of in a group.
    pub fn place(&self) -> (&DelegationId, &SeatId, u16) {
        (&self.party, &self.seat, self.slot)
    }

    /// Whether that certificate says of its holder what was found of this member.
    pub(crate) fn is_claimed_by(&self, body: &MemberBody) -> bool {
        let MemberBody { party, seat, role, slot, key, serial, .. } = body;
        (party, seat, *slot) == self.place() && (*role, *key, *serial) == (self.role, self.key, self.serial)
    }
}

/// A member certificate, as it was read; nothing of it is believed before [`Certificate::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    envelope: Envelope,
    body: MemberBody,
}

/// Whether the moment lies in that time, give or take [`TOLERANCE`].
pub(crate) fn is_in_time(now: WallTime, nbf: WallTime, exp: WallTime) -> bool {
    nbf <= now.plus(TOLERANCE) && now <= exp.plus(TOLERANCE)
}

/// What can be wrong with who signed a document of a party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignerError {
    Malformed,
    UnknownRoot,
    Expired,
}

impl From<SignerError> for CertificateError {
    fn from(error: SignerError) -> Self {
        match error {
            SignerError::Malformed => Self::Malformed,
            SignerError::UnknownRoot => Self::UnknownRoot,
            SignerError::Expired => Self::Expired,
        }
    }
}

/// Follows the signature of a party's document up to the root key; `now` is none where the issuer's time does not matter.
pub(crate) fn signer_of(
    envelope: &Envelope,
    domain: Domain,
    party: &DelegationId,
    agreed: &Agreed,
    now: Option<WallTime>,
) -> Result<Admitter, SignerError> {
    let root = agreed.root(party).ok_or(SignerError::UnknownRoot)?;
    let Some(issuer) = &envelope.issuer else {
        return if envelope.is_by(domain, root) { Ok(Admitter::Root) } else { Err(SignerError::UnknownRoot) };
    };
    if !issuer.is_by(Domain::RegistrarCertificate, root) {
        return Err(SignerError::UnknownRoot);
    }
    let registrar: RegistrarBody = signed::body(&issuer.payload).ok_or(SignerError::Malformed)?;
    if &registrar.party != party || !envelope.is_by(domain, &registrar.registrar) {
        return Err(SignerError::UnknownRoot);
    }
    if &registrar.summit != agreed.summit() {
        return Err(SignerError::Malformed);
    }
    match now {
        Some(now) if !is_in_time(now, registrar.nbf, registrar.exp) => Err(SignerError::Expired),
        Some(_) | None => Ok(Admitter::Registrar(registrar.registrar)),
    }
}

impl Certificate {
    /// Certifies a member. Whoever checks it decides whether the key may.
    pub fn issue(body: &MemberBody, key: &SigningKey, issuer: Option<Signed>) -> Envelope {
        Envelope::new(Domain::MemberCertificate, body, key, issuer)
    }

    /// Reads an envelope.
    pub fn read(envelope: Envelope) -> Result<Self, CertificateError> {
        let body = signed::body(&envelope.payload).ok_or(CertificateError::Malformed)?;
        Ok(Self { envelope, body })
    }

    /// Reads the identity of an MLS basic credential.
    pub fn from_identity(identity: &[u8]) -> Result<Self, CertificateError> {
        Self::read(Envelope::from_bytes(identity).ok_or(CertificateError::Malformed)?)
    }

    /// The identity of an MLS basic credential.
    pub fn to_identity(&self) -> Vec<u8> {
        self.envelope.to_bytes()
    }

    /// The envelope it was read from.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// What it claims.
    pub fn body(&self) -> &MemberBody {
        &self.body
    }

    /// Checks that it is good in that summit, for the leaf with that key, now.
    ///
    /// # Errors
    /// The first rule it breaks, in the order of the signature, the summit, the seat, the time, the list and the key.
    pub fn check(
        &self,
        agreed: &Agreed,
        revocations: &Revocations,
        leaf_key: &PublicKey,
        now: WallTime,
    ) -> Result<Member, CertificateError> {
        let MemberBody { summit, party, seat, role, slot, key, nbf, exp, serial, .. } = &self.body;
        let admitted_by = signer_of(&self.envelope, Domain::MemberCertificate, party, agreed, Some(now))?;
        if summit != agreed.summit() {
            return Err(CertificateError::Malformed);
        }
        let has_role = agreed.plan().seat(seat).is_some_and(|known| &known.role == role);
        if !has_role || party_of(agreed.plan(), seat).as_ref() != Some(party) {
            return Err(CertificateError::Seat);
        }
        if !is_in_time(now, *nbf, *exp) {
            return Err(CertificateError::Expired);
        }
        if revocations.contains(party, serial) {
            return Err(CertificateError::Revoked);
        }
        if key != leaf_key {
            return Err(CertificateError::KeyMismatch);
        }
        Ok(Member {
            party: party.clone(),
            seat: seat.clone(),
            role: *role,
            slot: *slot,
            serial: *serial,
            key: *key,
            admitted_by,
        })
    }
}

/// Appoints a registrar: whoever has that key acts for the party in that time.
pub fn appoint(
    summit: SummitId,
    party: DelegationId,
    registrar: PublicKey,
    nbf: WallTime,
    exp: WallTime,
    root: &SigningKey,
) -> Signed {
    let body = RegistrarBody { v: Version1, summit, party, registrar, nbf, exp };
    Signed::new(Domain::RegistrarCertificate, &body, root)
}
