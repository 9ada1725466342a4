//! A party's own office: it invites the party's people, certifies the key each of them brings, and takes certificates
//! back. It runs where the party trusts, never on the server.

use serde::{Deserialize, Serialize};
use wire::{
    CertificateRequest, ChallengeAnswer, Denied, Envelope, InvitationDocument, MemberCertificate, PartyId,
    RegistrarCertificate, RevocationList, Role, SeatId, Signed, SummitId, SummitPlan, WallTime,
};

use crate::certificate::{Certificate, is_in_time, signer_of};
use crate::document::{Fixed, InvitationId, Serial};
use crate::entropy::{self, Entropy};
use crate::error::{CertificateError, RegistrarError};
use crate::invitation::{ProofKey, Secret};
use crate::key::{PublicKey, SigningKey};
use crate::manifest::Agreed;
use crate::signed::{self, Document, VERSION};

/// What a registrar must not forget. It holds what proves invitations: keep it where nobody else reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrarState {
    /// The summit.
    pub summit: SummitId,
    /// The party.
    pub party: PartyId,
    /// The registrar's certificate; none if the key is the root key.
    pub issuer: Option<Signed>,
    /// What was issued, oldest first.
    pub invitations: Vec<Issued>,
    /// The number of the latest revocation list; 0 before the first.
    pub list: u64,
    /// What is on it.
    pub revoked: Vec<Serial>,
}

/// An invitation that was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Its number.
    pub jti: InvitationId,
    /// Whose place.
    pub seat: SeatId,
    /// The role of the seat.
    pub role: Role,
    /// From when.
    pub nbf: WallTime,
    /// Until when.
    pub exp: WallTime,
    /// What proves it.
    pub proof_key: ProofKey,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// The certificate that was given for it.
    pub given: Option<Given>,
}

/// A certificate that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// For which key.
    pub key: PublicKey,
    /// Its number.
    pub serial: Serial,
    /// The certificate.
    pub envelope: Envelope,
}

/// What goes to who is invited, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// For the personal link, and nowhere else.
    pub secret: Secret,
    /// The number of the invitation.
    pub jti: InvitationId,
    /// For the server.
    pub invitation: Envelope,
}

/// The office. It has no clock and no disk: keep [`Registrar::state`] after every call that changes it.
#[derive(Debug)]
pub struct Registrar {
    key: SigningKey,
    state: RegistrarState,
}

impl Registrar {
    /// An office that holds the root key itself.
    pub fn with_root(summit: SummitId, party: PartyId, root: SigningKey) -> Self {
        Self { key: root, state: RegistrarState::new(summit, party, None) }
    }

    /// An office with a key of its own and the root key's certificate for it.
    ///
    /// # Errors
    /// The certificate cannot be read, or is for another key. Whether the root key signed it is checked by everybody.
    pub fn with_certificate(key: SigningKey, certificate: Signed) -> Result<Self, RegistrarError> {
        let body: RegistrarCertificate = signed::read(&certificate.payload).ok_or(RegistrarError::Certificate)?;
        if PublicKey::try_from(&body.registrar) != Ok(key.public()) {
            return Err(RegistrarError::Certificate);
        }
        Ok(Self { key, state: RegistrarState::new(body.summit, body.party, Some(certificate)) })
    }

    /// The office as it was kept.
    pub fn restore(key: SigningKey, state: RegistrarState) -> Self {
        Self { key, state }
    }

    /// What must be kept.
    pub fn state(&self) -> &RegistrarState {
        &self.state
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    fn sign(&self, document: &impl Document) -> Envelope {
        signed::envelope(document, &self.key, self.state.issuer.clone())
    }

    /// Invites somebody to one of the party's seats.
    ///
    /// # Errors
    /// The plan gives the party no such seat.
    pub fn invite(
        &mut self,
        plan: &SummitPlan,
        seat: &SeatId,
        nbf: WallTime,
        exp: WallTime,
        entropy: &mut impl Entropy,
    ) -> Result<Invited, RegistrarError> {
        let known = plan.seat(seat).filter(|_| plan.party_of(seat).as_ref() == Some(&self.state.party));
        let role = known.ok_or_else(|| RegistrarError::Seat(seat.clone()))?.role;
        let secret = Secret::generate(entropy);
        let jti: InvitationId = Fixed(entropy::draw(entropy));
        let body = InvitationDocument {
            v: VERSION,
            summit: self.state.summit.clone(),
            party: self.state.party.clone(),
            seat: seat.clone(),
            jti: jti.into(),
            nbf,
            exp,
        };
        let invitation = self.sign(&body);
        let proof_key = secret.proof_key();
        let seat = seat.clone();
        self.state.invitations.push(Issued { jti, seat, role, nbf, exp, proof_key, withdrawn: false, given: None });
        Ok(Invited { secret, jti, invitation })
    }

    /// Certifies a key for who was invited. The same key again gets the same certificate, so that an answer that was lost
    /// can be asked for again; another key is refused.
    ///
    /// # Errors
    /// The first rule that the request breaks. Whether an invitation was used is told only to who has its secret.
    pub fn answer(
        &mut self,
        request: &CertificateRequest,
        now: WallTime,
        entropy: &mut impl Entropy,
    ) -> Result<Envelope, Denied> {
        let RegistrarState { invitations, revoked, summit, party, issuer, .. } = &mut self.state;
        let jti = InvitationId::try_from(&request.jti).map_err(|_| Denied::Malformed)?;
        let key = PublicKey::try_from(&request.key).map_err(|_| Denied::Malformed)?;
        let issued = invitations.iter_mut().find(|issued| issued.jti == jti).ok_or(Denied::Unknown)?;
        if !issued.proof_key.holds(&jti, &key, request.proof.as_ref()) {
            return Err(Denied::Proof);
        }
        if issued.withdrawn || issued.given.as_ref().is_some_and(|given| revoked.contains(&given.serial)) {
            return Err(Denied::Revoked);
        }
        if !is_in_time(now, issued.nbf, issued.exp) {
            return Err(Denied::Expired);
        }
        match &issued.given {
            Some(given) if given.key == key => return Ok(given.envelope.clone()),
            Some(_) => return Err(Denied::Used),
            None => {}
        }
        let serial: Serial = Fixed(entropy::draw(entropy));
        let body = MemberCertificate {
            v: VERSION,
            summit: summit.clone(),
            party: party.clone(),
            seat: issued.seat.clone(),
            role: issued.role,
            slot: 0,
            key: key.into(),
            nbf: issued.nbf,
            exp: issued.exp,
            serial: serial.into(),
        };
        let envelope = Certificate::issue(&body, &self.key, issuer.clone());
        issued.given = Some(Given { key, serial, envelope: envelope.clone() });
        Ok(envelope)
    }

    /// Withdraws an invitation: it is answered no more. A certificate that was given for it is not revoked by this; its
    /// serial is returned, for [`Registrar::revoke`].
    pub fn withdraw(&mut self, jti: &InvitationId) -> Option<Serial> {
        let issued = self.state.invitations.iter_mut().find(|issued| &issued.jti == jti)?;
        issued.withdrawn = true;
        issued.given.as_ref().map(|given| given.serial)
    }

    /// Revokes certificates: the next list, with all that were revoked before.
    pub fn revoke(&mut self, serials: &[Serial]) -> Envelope {
        for serial in serials {
            if !self.state.revoked.contains(serial) {
                self.state.revoked.push(*serial);
            }
        }
        self.state.list += 1;
        let body = RevocationList {
            v: VERSION,
            summit: self.state.summit.clone(),
            party: self.state.party.clone(),
            number: self.state.list,
            serials: self.state.revoked.iter().map(|serial| (*serial).into()).collect(),
        };
        self.sign(&body)
    }

    /// Proves the key to the server.
    pub fn answer_challenge(&self, challenge: [u8; 32]) -> Envelope {
        let body = ChallengeAnswer {
            v: VERSION,
            summit: self.state.summit.clone(),
            party: self.state.party.clone(),
            challenge: challenge.as_slice().into(),
        };
        self.sign(&body)
    }
}

impl RegistrarState {
    fn new(summit: SummitId, party: PartyId, issuer: Option<Signed>) -> Self {
        Self { summit, party, issuer, invitations: Vec::new(), list: 0, revoked: Vec::new() }
    }
}

/// Checks the answer to a challenge: it is by a party of that summit, now, and to that challenge.
///
/// # Errors
/// As for a certificate.
pub fn check_answer(
    answer: &Envelope,
    agreed: &Agreed,
    challenge: &[u8; 32],
    now: WallTime,
) -> Result<ChallengeAnswer, CertificateError> {
    let body: ChallengeAnswer = signed::read(&answer.payload).ok_or(CertificateError::Malformed)?;
    signer_of::<ChallengeAnswer>(answer, &body.party, agreed, Some(now))?;
    if &body.summit != agreed.summit() || body.challenge.as_ref() != challenge {
        return Err(CertificateError::Malformed);
    }
    Ok(body)
}
