//! The conversation of a party's own programs (`sommet registrar`, `sommet invite`, `sommet summit sign`) with the server, over a
//! WebSocket at `/api/v1/party`. The server says `challenge` first; who answers with the party's key acts for the party.

use serde::{Deserialize, Serialize};

use crate::{
    Bytes, CertificateRequest, Denied, Envelope, PartyId, PartySignature, SeatId, SignedManifest, SummitId, WallTime,
};

/// What a party's program says. Every message but `hello` has an `id`, which its answer repeats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PartyMessage {
    /// Answers the challenge; the server answers with `welcome`, or with `refused` and closes.
    #[serde(rename = "party.hello")]
    Hello {
        /// Which summit.
        summit: SummitId,
        /// For which party.
        party: PartyId,
        /// A signed [`crate::ChallengeAnswer`].
        answer: Envelope,
        /// Whether requests for certificates shall come to this connection.
        registrar: bool,
    },
    /// The party's signature under the manifest.
    #[serde(rename = "party.sign")]
    Sign {
        /// The message's number.
        id: u64,
        /// The party's own.
        signature: PartySignature,
    },
    /// A personal link: the server keeps its hash.
    #[serde(rename = "party.invite")]
    Invite {
        /// The message's number.
        id: u64,
        /// The signed [`crate::InvitationDocument`].
        invitation: Envelope,
        /// SHA-256 of the access text.
        access: Bytes,
    },
    /// Withdraw a personal link: who came by it is shown out.
    #[serde(rename = "party.withdraw")]
    Withdraw {
        /// The message's number.
        id: u64,
        /// The invitation's number.
        jti: Bytes,
    },
    /// A new revocation list.
    #[serde(rename = "party.revoke")]
    Revoke {
        /// The message's number.
        id: u64,
        /// The signed [`crate::RevocationList`].
        list: Envelope,
    },
    /// A key was admitted. Answers `party.request`.
    #[serde(rename = "party.issue")]
    Issue {
        /// The request's number.
        id: u64,
        /// The member certificate.
        certificate: Envelope,
    },
    /// A key was not admitted. Answers `party.request`.
    #[serde(rename = "party.deny")]
    Deny {
        /// The request's number.
        id: u64,
        /// Why.
        why: Denied,
    },
}

/// What the server says to a party's program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PartyReply {
    /// The first message of every connection.
    #[serde(rename = "party.challenge")]
    Challenge {
        /// 32 bytes drawn at random.
        challenge: Bytes,
    },
    /// The party's key is good.
    #[serde(rename = "party.welcome")]
    Welcome {
        /// The manifest with the signatures so far.
        manifest: SignedManifest,
        /// The latest revocation list of the party, if it has one.
        revocation: Option<Envelope>,
        /// Where people find the server, for links.
        base_url: String,
        /// The server's clock.
        now: WallTime,
    },
    /// A message was carried out; what it changed is stored.
    #[serde(rename = "party.done")]
    Done {
        /// The message's number.
        id: u64,
    },
    /// A message, or the hello (0), was not carried out.
    #[serde(rename = "party.refused")]
    Refused {
        /// The message's number.
        id: u64,
        /// Why, in English, with what to do about it.
        why: String,
    },
    /// Somebody asks for a certificate.
    #[serde(rename = "party.request")]
    Request {
        /// The request's number.
        id: u64,
        /// From which seat's link.
        seat: SeatId,
        /// The request.
        request: CertificateRequest,
    },
}
