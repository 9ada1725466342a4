//! What can be wrong, each with a code that stays the same: clients translate it, logs and tests name it.

use wire::{Denied, PartyId, SeatId};

/// An error with a stable code.
pub trait Coded {
    /// Its code, as in `docs/security/protocol.md`.
    fn code(&self) -> &'static str;
}

/// A key that cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no Ed25519 key")]
pub struct KeyError;

impl Coded for KeyError {
    fn code(&self) -> &'static str {
        "key.malformed"
    }
}

/// Why a manifest is not agreed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be read, or breaks a rule of its own.
    #[error("the manifest cannot be used: {0}")]
    Malformed(&'static str),
    /// It is of another summit.
    #[error("the manifest is of another summit")]
    OtherSummit,
    /// A signature is not by the key that the manifest gives the party.
    #[error("the signature of \"{0}\" does not hold")]
    Signature(PartyId),
    /// Somebody did not sign yet.
    #[error("\"{0}\" has not signed the manifest")]
    Incomplete(PartyId),
}

impl Coded for ManifestError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "manifest.malformed",
            Self::OtherSummit => "manifest.other_summit",
            Self::Signature(_) => "manifest.signature",
            Self::Incomplete(_) => "manifest.incomplete",
        }
    }
}

/// Why a certificate is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It cannot be read, or is of another summit.
    #[error("the certificate cannot be read, or is of another summit")]
    Malformed,
    /// The party is not in the manifest, or the signature is not by its keys.
    #[error("the certificate is not signed by a party of this summit")]
    UnknownRoot,
    /// The seat is not the party's, or the role is another one.
    #[error("the certificate is for a seat or a role that the party does not have")]
    Seat,
    /// Now is outside of its time, or outside of its issuer's.
    #[error("the certificate is not of this time")]
    Expired,
    /// Its serial is on the party's list.
    #[error("the certificate was revoked")]
    Revoked,
    /// It is for another key than the leaf's.
    #[error("the certificate is for another key")]
    KeyMismatch,
    /// A second leaf for one (party, seat, slot).
    #[error("the member is in the group already")]
    DuplicateMember,
}

impl Coded for CertificateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "cert.malformed",
            Self::UnknownRoot => "cert.unknown_root",
            Self::Seat => "cert.seat",
            Self::Expired => "cert.expired",
            Self::Revoked => "cert.revoked",
            Self::KeyMismatch => "cert.key_mismatch",
            Self::DuplicateMember => "cert.duplicate_member",
        }
    }
}

/// Why a revocation list is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevocationError {
    /// It cannot be read, or is of another summit.
    #[error("the revocation list cannot be read, or is of another summit")]
    Malformed,
    /// The party is not in the manifest, or the signature is not by its keys.
    #[error("the revocation list is not signed by a party of this summit")]
    UnknownRoot,
    /// There is a newer one.
    #[error("there is a newer revocation list")]
    Old,
    /// It leaves out what was revoked, or says something else under a number that was given.
    #[error("the revocation list contradicts an earlier one")]
    Contradicts,
}

impl Coded for RevocationError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "revocation.malformed",
            Self::UnknownRoot => "revocation.unknown_root",
            Self::Old => "revocation.old",
            Self::Contradicts => "revocation.contradicts",
        }
    }
}

/// Why there is no such registrar, or no such invitation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrarError {
    /// The party has no such seat.
    #[error("\"{0}\" is no seat of this party")]
    Seat(SeatId),
    /// The registrar's own certificate cannot be read, or is for another key.
    #[error("the registrar's certificate cannot be used")]
    Certificate,
}

impl Coded for RegistrarError {
    fn code(&self) -> &'static str {
        match self {
            Self::Seat(_) => "registrar.seat",
            Self::Certificate => "registrar.certificate",
        }
    }
}

/// The codes are `cert.denied.` and what the protocol says as `why`.
impl Coded for Denied {
    fn code(&self) -> &'static str {
        match self {
            Self::Declined => "cert.denied.declined",
            Self::Expired => "cert.denied.expired",
            Self::Malformed => "cert.denied.malformed",
            Self::Proof => "cert.denied.proof",
            Self::Revoked => "cert.denied.revoked",
            Self::Unknown => "cert.denied.unknown",
            Self::Used => "cert.denied.used",
        }
    }
}

/// Why a group does not do what is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// A certificate is not good.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A commit breaks a rule.
    #[error("the commit is refused: {0}")]
    BadCommit(&'static str),
    /// A commit or a message is of an epoch that is over.
    #[error("it is of an epoch that is over")]
    EpochOld,
    /// A Welcome or a GroupInfo cannot be used.
    #[error("the group cannot be joined: {0}")]
    WelcomeUnusable(&'static str),
    /// A key package cannot be used.
    #[error("the key package cannot be used")]
    KeyPackage,
    /// An application message cannot be used.
    #[error("the message is refused: {0}")]
    Message(&'static str),
    /// The group, the party or the number is none of this summit.
    #[error("there is no such group")]
    Name,
    /// What is asked cannot be done in the state the group is in.
    #[error("not now: {0}")]
    State(&'static str),
}

impl Coded for GroupError {
    fn code(&self) -> &'static str {
        match self {
            Self::Certificate(error) => error.code(),
            Self::BadCommit(_) => "mls.bad_commit",
            Self::EpochOld => "mls.epoch_old",
            Self::WelcomeUnusable(_) => "mls.welcome_unusable",
            Self::KeyPackage => "mls.key_package",
            Self::Message(_) => "mls.message",
            Self::Name => "mls.no_group",
            Self::State(_) => "mls.state",
        }
    }
}

/// Why a frame is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No key for that group and epoch.
    #[error("there is no key for the frame")]
    NoKey,
    /// The tag does not hold, or the frame is too short to have one.
    #[error("the frame was changed on its way")]
    AuthFailed,
    /// The counter was seen, or lies too far back.
    #[error("the frame came before")]
    Replay,
    /// The leaf is not that of the source's seat, or the kind is another one.
    #[error("the frame is of somebody else")]
    WrongSender,
}

impl Coded for FrameError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoKey => "media.no_key",
            Self::AuthFailed => "media.auth_failed",
            Self::Replay => "media.replay",
            Self::WrongSender => "media.wrong_sender",
        }
    }
}

/// Why a frame is not sealed. Nothing leaves then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No key was installed for that group.
    #[error("there is no key for the group")]
    NoKey,
    /// The frame is shorter than what its codec leaves clear, or empty.
    #[error("the frame is too short")]
    Short,
    /// A codec of sound for pictures, or the other way round.
    #[error("the codec does not go with the source")]
    Codec,
    /// 2^32 frames were sealed under one key id.
    #[error("the counter is used up")]
    Exhausted,
    /// A leaf beyond 1023.
    #[error("the key id cannot name the sender")]
    Range,
}

impl Coded for SealError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoKey => "media.seal_no_key",
            Self::Short => "media.seal_short",
            Self::Codec => "media.seal_codec",
            Self::Exhausted => "media.seal_exhausted",
            Self::Range => "media.seal_range",
        }
    }
}
