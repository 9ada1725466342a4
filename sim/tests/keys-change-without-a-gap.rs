//! While people come and go, and the keys change with each of them, whoever listens goes on hearing.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::time::Duration;

use sim::network::Conditions;
use sim::{Finding, World, plans, plenary};
use wire::{Devices, GroupId, Request, SeatId};

const STEP: Duration = Duration::from_millis(10);
const GAP_MAX: Duration = Duration::from_millis(200);

fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

fn opened(world: &World, listener: &SeatId) -> u64 {
    world.device_of(listener).unwrap().participant().stats().seal.opened
}

fn epoch(world: &World, listener: &SeatId) -> u64 {
    let plenary = GroupId::new("plenary").unwrap();
    let epochs = world.device_of(listener).unwrap().participant();
    epochs.epochs().find(|(group, ..)| **group == plenary).unwrap().1
}

#[test]
fn twenty_people_come_and_go_and_the_speaker_is_heard_all_the_time() -> Result<(), Finding> {
    let mut world = plenary(11, plans::two_delegations(), Conditions::perfect(Duration::from_millis(20)))?;
    let (speaker, listener) = (seat("meridia-head"), seat("vesland-head"));
    // Only the speaker is seen and heard, so that every frame is the speaker's.
    let quiet = Request::Devices { devices: Devices { microphone: false, camera: false } };
    for other in world.seats().iter().filter(|other| **other != speaker) {
        world.asks(other, quiet.clone());
    }
    world.run_for(Duration::from_secs(3))?;
    let goers = ["meridia-adviser-1", "vesland-adviser-1", "observer"].map(seat);
    let begin = epoch(&world, &listener);
    let (mut before, mut since, mut longest) = (opened(&world, &listener), Duration::ZERO, Duration::ZERO);
    let mut listen = |world: &mut World, time: Duration| -> Result<(), Finding> {
        let mut passed = Duration::ZERO;
        while passed < time {
            world.run_for(STEP)?;
            passed += STEP;
            let now = opened(world, &listener);
            since = if now > before { Duration::ZERO } else { since + STEP };
            (before, longest) = (now, longest.max(since));
        }
        Ok(())
    };
    for goer in goers.iter().cycle().take(20) {
        world.leaves(goer);
        listen(&mut world, Duration::from_millis(900))?;
        world.arrives(goer);
        listen(&mut world, Duration::from_millis(300))?;
        world.enters(goer);
        world.asks(goer, quiet.clone());
        listen(&mut world, Duration::from_millis(800))?;
    }
    assert!(longest <= GAP_MAX, "nothing was heard for {longest:?}");
    let epochs = epoch(&world, &listener) - begin;
    assert!(epochs >= 40, "the keys changed only {epochs} times");
    Ok(())
}
