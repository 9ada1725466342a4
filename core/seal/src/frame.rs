//! Frames of sound and pictures, sealed with a group's key (SFrame, RFC 9605, suite `AES_128_GCM_SHA256_128`).
//!
//! A [`Sealer`] counts and seals; an [`Opener`] holds the keys of the epochs that count and opens. A frame on the wire is
//! `clear bytes || header || ciphertext || tag`. The key id in the header names the group, the leaf, the kind and the epoch,
//! and so exactly one key: nothing is ever tried.
//!
//! The crate `sframe` is not used: it writes the metadata into what it gives back, brings a cryptography library of its own,
//! and would have to be wrapped for the key ids, the clear bytes and the windows anyway. What it does besides is forty
//! lines in `cipher`.

mod cipher;
mod codec;
mod header;
mod kid;
mod opener;
mod sealer;
mod window;

pub use cipher::{BaseKey, derive, open_raw, seal_raw};
pub use codec::{Codec, clear_bytes};
pub use header::Header;
pub use kid::{Kid, Kind, LEAF_END};
pub use opener::{Expected, Opened, Opener};
pub use sealer::Sealer;
pub use window::WINDOW;
