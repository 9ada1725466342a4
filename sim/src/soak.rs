//! One summit for hours, in rounds: people come, go, and do what they like; then all are there and it is quiet. Whatever the server
//! holds in such a moment it must hold in the next one too, and no more.

use std::time::Duration;

use node::Holdings;
use wire::{Devices, Request};

use crate::finding::Finding;
use crate::network::Conditions;
use crate::plans;
use crate::world::World;

/// What is under way when it is quiet: these counts differ from one moment to the next, within this bound.
const UNDER_WAY: [(&str, usize); 9] = [
    ("timers", 1_000),
    ("datagrams to be sent", 100),
    ("packets in hand", 100),
    ("key frames to be asked for", 100),
    ("outputs", 100),
    ("answers of the store to come", 10),
    ("decisions to be stored", 10),
    ("entries to be stored", 10),
    ("words of groups to be said", 100),
];
/// Of a person who changed the network more than one address is known, until the connection of the media ends.
const ADDRESSES: (&str, usize) = ("addresses of peers", 8);
/// A source may be on the screen, or in the ears, of everybody; which are depends on who speaks and on the lines.
const PLACES: &str = "places of listeners";

/// How it stands at the end of a round.
#[derive(Clone, Debug)]
pub struct Round {
    /// Which, from 1.
    pub number: u32,
    /// The virtual time since the beginning.
    pub at: Duration,
    /// Devices on which somebody came in so far.
    pub devices: usize,
    /// What the server holds.
    pub held: Holdings,
}

/// Holds a summit of six on an office's network for so many rounds, each with a commotion of that length and the minute of calm
/// that follows; `tell` is told of each.
///
/// # Errors
/// What was found: a rule that was broken, or something that grew.
pub fn soak(seed: u64, rounds: u32, commotion: Duration, mut tell: impl FnMut(&Round)) -> Result<World, Finding> {
    let mut world = World::new(seed, plans::two_delegations(), Conditions::office());
    let mut first = None;
    for number in 1..=rounds {
        world.note(&format!("round {number}"));
        // Another commotion in each round, and the same ones in every run of a seed.
        world.plan_random_people(seed.wrapping_add(u64::from(number) << 32), commotion);
        world.run_for(commotion + Duration::from_secs(4))?;
        world.gather_everybody()?;
        world.begin_plenary()?;
        world.switch_everything_on()?;
        world.check_calm()?;
        let held = world.server.holdings();
        tell(&Round { number, at: world.now - world.start, devices: world.devices.len(), held: held.clone() });
        world.check_holdings(first.get_or_insert(held.clone()), &held)?;
    }
    world.check_speaker_is_heard()?;
    world.end()?;
    Ok(world)
}

impl World {
    /// Everybody's microphone and camera are on, so that there is as much to be held as there can be.
    fn switch_everything_on(&mut self) -> Result<(), Finding> {
        for seat in self.seats() {
            let devices = Devices { microphone: true, camera: true };
            self.asks(&seat, Request::Devices { devices });
        }
        self.run_for(Duration::from_secs(3))
    }

    /// Nothing is more than it was when it was as quiet before.
    fn check_holdings(&self, before: &Holdings, now: &Holdings) -> Result<(), Finding> {
        let seats = self.plan.seats().count();
        for (what, count) in now.iter() {
            let known = UNDER_WAY.iter().find(|(under_way, _)| *under_way == what).map(|(_, bound)| *bound);
            let bound = match known {
                Some(bound) => bound,
                None if what == ADDRESSES.0 => ADDRESSES.1 * seats,
                None if what == PLACES => seats * before.get("open sources"),
                None => before.get(what),
            };
            self.check(count <= bound, || format!("{count} {what}, and no more than {bound} are due; held are {now}"))?;
        }
        Ok(())
    }
}
