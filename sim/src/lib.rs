//! Whole summits in one thread: a server, its people, the network between them and the time, all simulated. One seed is
//! one run; a run takes a moment and needs no sockets, so thousands of meetings can go wrong here before one does outside.
//!
//! * [`World`] holds everything and lets time pass, from one deadline to the next.
//! * `serving` is the server: the real `node::Node`, with a shell that is only as large as it must be.
//! * `device` is a person's end: the real `client::Participant`, behind a [`network`] that delays, loses and repeats.
//! * `soak` is one summit for hours.
//! * `offices` are the parties' own: keys, the manifest that all signed, a registrar for each.
//! * `delivery` is the groups alone, without media: a thousand runs a minute.
//! * [`people`] act, scripted or at random; a reference model of the meeting (`model`) says what should become of it, and
//!   `oracle` compares after every step.
//!
//! Two kinds of randomness are kept apart. What people, disk and network do is drawn from the seed ([`Chance`]). Keys, ICE
//! names and SSRCs are drawn by the cryptography underneath and differ from run to run; the [`Transcript`], which proves
//! that one seed is one run, therefore holds the meeting and no packets.

mod booths;
mod chance;
mod delivery;
mod device;
mod disk;
mod finding;
mod model;
pub mod network;
mod offices;
mod oracle;
pub mod people;
mod persona;
pub mod plans;
mod record;
mod run;
mod schedule;
mod serving;
mod soak;
mod socket;
mod transcript;
mod world;

pub use booths::{BoothTally, random_booths};
pub use chance::Chance;
pub use delivery::{Tally, random_groups};
pub use device::{Device, DeviceId};
pub use finding::Finding;
pub use record::{Recording, recordings};
pub use run::{plenary, random_summit};
pub use soak::{Round, soak};
pub use transcript::Transcript;
pub use world::World;
