//! Who somebody is: a key, certified by a party (or by a registrar of the party) for one of its seats.

use std::time::Duration;

use wire::{Envelope, MemberCertificate, PartyId, RegistrarCertificate, Role, SeatId, Signed, SummitId, WallTime};

use crate::document::Serial;
use crate::error::CertificateError;
use crate::key::{PublicKey, SigningKey};
use crate::manifest::Agreed;
use crate::revocation::Revocations;
use crate::signed::{self, Document};

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
    pub party: PartyId,
    /// The seat.
    pub seat: SeatId,
    /// The role of the seat.
    pub role: Role,
    /// Which of the seat's devices.
    pub slot: u32,
    /// The number of the certificate.
    pub serial: Serial,
    /// The key of the certificate and of the leaf.
    pub key: PublicKey,
    /// Who admitted the member.
    pub admitted_by: Admitter,
}

impl Member {
    /// What there is at most one leaf of in a group.
    pub fn place(&self) -> (&PartyId, &SeatId, u32) {
        (&self.party, &self.seat, self.slot)
    }

    /// Whether that certificate says of its holder what was found of this member.
    pub(crate) fn is_claimed_by(&self, certificate: &Certificate) -> bool {
        let MemberCertificate { party, seat, role, slot, .. } = &certificate.body;
        let same_place = (party, seat, *slot) == self.place() && *role == self.role;
        same_place && (certificate.key, certificate.serial) == (self.key, self.serial)
    }
}

/// A member certificate, as it was read; nothing of it is believed before [`Certificate::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    envelope: Envelope,
    body: MemberCertificate,
    key: PublicKey,
    serial: Serial,
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
pub(crate) fn signer_of<T: Document>(
    envelope: &Envelope,
    party: &PartyId,
    agreed: &Agreed,
    now: Option<WallTime>,
) -> Result<Admitter, SignerError> {
    let root = agreed.root(party).ok_or(SignerError::UnknownRoot)?;
    let is_by = |key: &PublicKey| signed::verifies(T::DOMAIN, &envelope.payload, &envelope.signature, key);
    let Some(issuer) = &envelope.issuer else {
        return if is_by(root) { Ok(Admitter::Root) } else { Err(SignerError::UnknownRoot) };
    };
    if !signed::verifies(RegistrarCertificate::DOMAIN, &issuer.payload, &issuer.signature, root) {
        return Err(SignerError::UnknownRoot);
    }
    let registrar: RegistrarCertificate = signed::read(&issuer.payload).ok_or(SignerError::Malformed)?;
    let key = PublicKey::try_from(&registrar.registrar).map_err(|_| SignerError::Malformed)?;
    if &registrar.party != party || !is_by(&key) {
        return Err(SignerError::UnknownRoot);
    }
    if &registrar.summit != agreed.summit() {
        return Err(SignerError::Malformed);
    }
    match now {
        Some(now) if !is_in_time(now, registrar.nbf, registrar.exp) => Err(SignerError::Expired),
        Some(_) | None => Ok(Admitter::Registrar(key)),
    }
}

impl Certificate {
    /// Certifies a member. Whoever checks it decides whether the key may.
    pub fn issue(body: &MemberCertificate, key: &SigningKey, issuer: Option<Signed>) -> Envelope {
        signed::envelope(body, key, issuer)
    }

    /// Reads an envelope.
    pub fn read(envelope: Envelope) -> Result<Self, CertificateError> {
        let malformed = CertificateError::Malformed;
        let body: MemberCertificate = signed::read(&envelope.payload).ok_or(malformed)?;
        let key = PublicKey::try_from(&body.key).map_err(|_| malformed)?;
        let serial = Serial::try_from(&body.serial).map_err(|_| malformed)?;
        Ok(Self { envelope, body, key, serial })
    }

    /// Reads the identity of an MLS basic credential.
    pub fn from_identity(identity: &[u8]) -> Result<Self, CertificateError> {
        Self::read(signed::envelope_from_bytes(identity).ok_or(CertificateError::Malformed)?)
    }

    /// The identity of an MLS basic credential.
    pub fn to_identity(&self) -> Vec<u8> {
        signed::envelope_to_bytes(&self.envelope)
    }

    /// The envelope it was read from.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// What it claims.
    pub fn body(&self) -> &MemberCertificate {
        &self.body
    }

    /// The key it is for.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Its number.
    pub fn serial(&self) -> &Serial {
        &self.serial
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
        let MemberCertificate { summit, party, seat, role, slot, nbf, exp, .. } = &self.body;
        let Self { key, serial, .. } = self;
        let admitted_by = signer_of::<MemberCertificate>(&self.envelope, party, agreed, Some(now))?;
        if summit != agreed.summit() {
            return Err(CertificateError::Malformed);
        }
        let has_role = agreed.plan().seat(seat).is_some_and(|known| &known.role == role);
        if !has_role || agreed.plan().party_of(seat).as_ref() != Some(party) {
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
    party: PartyId,
    registrar: PublicKey,
    nbf: WallTime,
    exp: WallTime,
    root: &SigningKey,
) -> Signed {
    let registrar = registrar.into();
    signed::signed(&RegistrarCertificate { v: signed::VERSION, summit, party, registrar, nbf, exp }, root)
}
