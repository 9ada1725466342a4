//! End-to-end encryption for the members of a summit: who may be one, the keys they share, and what they seal with them.
//!
//! `docs/security/protocol.md` is the protocol; this crate is one implementation of it and the web client another. The
//! server depends on nothing of it. From the outside in:
//!
//! * [`manifest`]: what the sides agreed on before they met. Only verification makes an [`Agreed`].
//! * [`registrar`]: a party's own office, which invites its people and certifies their keys.
//! * [`certificate`]: who somebody is, checked against an [`Agreed`] and nothing a server said.
//! * [`group`]: one member in one MLS group. Nothing is merged that was not checked.
//! * [`frame`]: sound and pictures, sealed and opened with a group's key.
//!
//! Nothing here reads a clock or draws a random number: `now` and [`Entropy`] are arguments. Two exceptions are not
//! ours to remove: `openmls` wants randomness at hand for its keys (it gets the system's, through aws-lc), and reads the
//! clock for the lifetime of a key package (see [`group::Device::key_package`]). Bytes of strangers are refused with an
//! error that has a stable [code](error::Coded::code); they never panic.

#![forbid(unsafe_code)]

pub mod certificate;
pub mod document;
mod entropy;
pub mod error;
pub mod fingerprint;
pub mod frame;
pub mod group;
pub mod invitation;
mod kdf;
pub mod key;
pub mod manifest;
pub mod registrar;
pub mod revocation;
pub mod signed;

pub use certificate::{Admitter, Certificate, Member};
pub use entropy::Entropy;
pub use error::Coded;
pub use frame::{BaseKey, Opener, Sealer};
pub use group::{Device, Group, GroupName, GroupNumber};
pub use key::{PublicKey, SigningKey};
pub use manifest::{Agreed, Manifest};
pub use revocation::{Revocations, Trust};
