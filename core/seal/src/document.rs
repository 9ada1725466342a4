//! The shapes of the documents, as they travel and as they are signed. What they mean is in the modules beside this one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use wire::{DelegationId, Role, SeatId, SummitId, SummitPlan, WallTime};

use crate::key::PublicKey;

/// Bytes of any number; base64url without padding in JSON.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Blob(pub Vec<u8>);

/// Exactly so many bytes; base64url without padding in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes<const N: usize>(pub [u8; N]);

/// The number of a member certificate.
pub type Serial = Bytes<16>;

/// The number of an invitation.
pub type InvitationId = Bytes<16>;

/// Bytes as base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64url without padding as bytes; none if it is not that.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl<const N: usize> fmt::Debug for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> fmt::Display for Bytes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        decode(&text).map(Self).ok_or_else(|| de::Error::custom("not base64url without padding"))
    }
}

impl<const N: usize> Serialize for Bytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(&self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Bytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let blob = Blob::deserialize(deserializer)?;
        let wrong = |_| de::Error::custom(format_args!("not {N} bytes"));
        <[u8; N]>::try_from(blob.0).map(Self).map_err(wrong)
    }
}

/// The version of every document: 1. No other one can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version1;

impl Serialize for Version1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(1)
    }
}

impl<'de> Deserialize<'de> for Version1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(Self),
            _ => Err(de::Error::custom("an unknown version")),
        }
    }
}

/// A signed document: the bytes that were signed, and the signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// UTF-8 JSON.
    pub payload: Blob,
    /// Ed25519 over the domain and the payload.
    pub signature: Bytes<64>,
}

/// A signed document of a party: signed by its root key, or by a registrar whose certificate goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// UTF-8 JSON.
    pub payload: Blob,
    /// Ed25519 over the domain and the payload.
    pub signature: Bytes<64>,
    /// The registrar certificate, if a registrar signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Signed>,
}

/// A manifest with the signatures it has so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedManifest {
    /// UTF-8 JSON of a [`ManifestBody`].
    pub payload: Blob,
    /// One by each party, once it is complete.
    pub signatures: Vec<PartySignature>,
}

/// One party's signature under a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartySignature {
    /// Who signed.
    pub party: DelegationId,
    /// Ed25519 by its root key.
    pub signature: Bytes<64>,
}

/// What a manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestBody {
    /// The version.
    pub v: Version1,
    /// The summit it is for.
    pub summit: SummitId,
    /// Who meets, in which order, under which names.
    pub plan: SummitPlan,
    /// Every party with its root key, in the order of the plan.
    pub parties: Vec<Party>,
    /// Who admits whom.
    pub rules: Rules,
    /// The MLS cipher suite.
    pub suite: u16,
    /// How many delegations the record needs.
    pub quorum: u32,
    /// SHA-256 of the web client, in hex.
    #[serde(deserialize_with = "Option::deserialize")]
    pub client: Option<String>,
    /// When it was proposed.
    pub proposed: WallTime,
}

/// A party and its root key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// A delegation of the plan, or the secretariat.
    pub id: DelegationId,
    /// Its root key.
    pub root: PublicKey,
}

/// The rules that the parties agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Who admits whom.
    pub admission: Admission,
}

/// Who admits whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// Each party admits its own people, and nobody else's.
    OwnParty,
}

/// What a registrar certificate says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrarBody {
    /// The version.
    pub v: Version1,
    /// The summit it is for.
    pub summit: SummitId,
    /// The party the registrar acts for.
    pub party: DelegationId,
    /// The registrar's key.
    pub registrar: PublicKey,
    /// From when.
    pub nbf: WallTime,
    /// Until when.
    pub exp: WallTime,
}

/// What a member certificate says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberBody {
    /// The version.
    pub v: Version1,
    /// The summit it is for.
    pub summit: SummitId,
    /// The party that admits the member.
    pub party: DelegationId,
    /// The member's seat.
    pub seat: SeatId,
    /// The role of the seat.
    pub role: Role,
    /// Which of the seat's devices; 0 in this version.
    pub slot: u16,
    /// The signature key of the member's leaf.
    pub key: PublicKey,
    /// From when.
    pub nbf: WallTime,
    /// Until when.
    pub exp: WallTime,
    /// Its number.
    pub serial: Serial,
}

/// What an invitation says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationBody {
    /// The version.
    pub v: Version1,
    /// The summit it is for.
    pub summit: SummitId,
    /// Who invites.
    pub party: DelegationId,
    /// Whose place.
    pub seat: SeatId,
    /// Its number.
    pub jti: InvitationId,
    /// From when.
    pub nbf: WallTime,
    /// Until when.
    pub exp: WallTime,
}

/// What a revocation list says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationBody {
    /// The version.
    pub v: Version1,
    /// The summit it is for.
    pub summit: SummitId,
    /// Whose certificates.
    pub party: DelegationId,
    /// The place of this list among the party's; the first is 1.
    pub number: u64,
    /// What is revoked.
    pub serials: Vec<Serial>,
}

/// What the answer to a challenge says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyAuthBody {
    /// The version.
    pub v: Version1,
    /// The summit it is for.
    pub summit: SummitId,
    /// Who answers.
    pub party: DelegationId,
    /// What the server asked with.
    pub challenge: Bytes<32>,
}

/// Who was invited asks to have a key certified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRequest {
    /// The invitation.
    pub jti: InvitationId,
    /// The key to certify.
    pub key: PublicKey,
    /// The proof of the invitation's secret.
    pub proof: Bytes<32>,
}
