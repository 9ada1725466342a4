//! Signed documents: who meets, who may act for a party, who was admitted. What each means and how it is checked is in
//! `docs/security/protocol.md`; the server stores and passes them on, the members check them.

use serde::{Deserialize, Serialize};

use crate::{Bytes, DelegationId, Role, SeatId, SummitId, SummitPlan, WallTime};

/// The party that is no delegation.
pub const SECRETARIAT: &str = "secretariat";

/// A party: a delegation by its id, or [`SECRETARIAT`].
pub type PartyId = DelegationId;

/// A document and its signature. The bytes travel as they were signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Signed {
    /// The document: UTF-8 JSON.
    pub payload: Bytes,
    /// Ed25519 over the document's domain, a zero byte and the payload.
    pub signature: Bytes,
}

/// A document that a registrar may have signed for its party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Envelope {
    /// The document: UTF-8 JSON.
    pub payload: Bytes,
    /// By the root key, or by the key in `issuer`.
    pub signature: Bytes,
    /// The registrar's certificate; none: the root key signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub issuer: Option<Signed>,
}

/// The manifest with its signatures; complete when every party signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SignedManifest {
    /// The [`Manifest`]: UTF-8 JSON.
    pub payload: Bytes,
    /// At most one of each party.
    pub signatures: Vec<PartySignature>,
}

/// One party's signature under the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PartySignature {
    /// Whose.
    pub party: PartyId,
    /// By its root key.
    pub signature: Bytes,
}

/// What the parties agree on before they meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Manifest {
    /// 1.
    pub v: u32,
    /// Which summit.
    pub summit: SummitId,
    /// Who meets, under which names.
    pub plan: SummitPlan,
    /// Every delegation in the plan's order, then the secretariat if there is one.
    pub parties: Vec<Party>,
    /// How the summit is held.
    pub rules: Rules,
    /// The MLS cipher suite (RFC 9420 section 17.1): 1.
    pub suite: u16,
    /// How many delegations must sign the record: all.
    pub quorum: u32,
    /// SHA-256 of the web client in hexadecimal digits, if it was agreed.
    pub client: Option<String>,
    /// When it was proposed.
    pub proposed: WallTime,
}

/// A party and its root key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Party {
    /// Which.
    pub id: PartyId,
    /// Its root key (Ed25519), 32 bytes.
    pub root: Bytes,
}

/// Rules that a manifest fixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Rules {
    /// Who admits whom.
    pub admission: Admission,
}

/// Who admits whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Admission {
    /// Each party its own people, and nobody else. All parties admitted the secretariat by signing its key.
    OwnParty,
}

/// The payload of a registrar certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RegistrarCertificate {
    /// 1.
    pub v: u32,
    /// For which summit.
    pub summit: SummitId,
    /// For which party.
    pub party: PartyId,
    /// The registrar's key (Ed25519), 32 bytes.
    pub registrar: Bytes,
    /// Not before.
    pub nbf: WallTime,
    /// Not after.
    pub exp: WallTime,
}

/// The payload of a member certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MemberCertificate {
    /// 1.
    pub v: u32,
    /// For which summit.
    pub summit: SummitId,
    /// By which party.
    pub party: PartyId,
    /// For which seat.
    pub seat: SeatId,
    /// The seat's role, as in the plan.
    pub role: Role,
    /// Which of the seat's devices; 0.
    pub slot: u32,
    /// The device's key (Ed25519), 32 bytes.
    pub key: Bytes,
    /// Not before.
    pub nbf: WallTime,
    /// Not after.
    pub exp: WallTime,
    /// Its number, 16 bytes drawn at random.
    pub serial: Bytes,
}

/// The payload of an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct InvitationDocument {
    /// 1.
    pub v: u32,
    /// To which summit.
    pub summit: SummitId,
    /// By which party.
    pub party: PartyId,
    /// To which seat.
    pub seat: SeatId,
    /// Its number, 16 bytes drawn at random.
    pub jti: Bytes,
    /// Not before.
    pub nbf: WallTime,
    /// Not after.
    pub exp: WallTime,
}

/// The payload of a revocation list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RevocationList {
    /// 1.
    pub v: u32,
    /// In which summit.
    pub summit: SummitId,
    /// By which party.
    pub party: PartyId,
    /// From 1; a higher one replaces a lower one.
    pub number: u64,
    /// Certificates that nobody accepts any more.
    pub serials: Vec<Bytes>,
}

/// The payload of a party's answer to the server's challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChallengeAnswer {
    /// 1.
    pub v: u32,
    /// In which summit.
    pub summit: SummitId,
    /// For which party.
    pub party: PartyId,
    /// What the server drew: 32 bytes.
    pub challenge: Bytes,
}

/// A device asks its party to admit its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CertificateRequest {
    /// The invitation's number.
    pub jti: Bytes,
    /// The device's key (Ed25519), 32 bytes.
    pub key: Bytes,
    /// HMAC-SHA256 with the invitation's proof key.
    pub proof: Bytes,
}

/// Why a party's registrar does not admit a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Denied {
    /// The registrar's people said no.
    #[error("the delegation did not admit this person")]
    Declined,
    /// The invitation is over, or not yet good.
    #[error("the invitation is not good at this time")]
    Expired,
    /// The request is not what a registrar expects.
    #[error("the request cannot be understood")]
    Malformed,
    /// The proof does not fit the invitation.
    #[error("the proof does not fit the invitation")]
    Proof,
    /// The invitation or its certificate was withdrawn.
    #[error("the invitation was withdrawn")]
    Revoked,
    /// The registrar did not make this invitation.
    #[error("the registrar does not know this invitation")]
    Unknown,
    /// The invitation admitted another device: one invitation, one device.
    #[error("the invitation was used on another device")]
    Used,
}
