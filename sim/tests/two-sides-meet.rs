//! A meeting as it should go, and the accidents that it should survive.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::time::Duration;

use client::Noticed;
use sim::network::Conditions;
use sim::{Finding, World, plans, plenary};
use wire::{Bye, Phase, Request, SeatId};

fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

fn meeting(seed: u64) -> Result<World, Finding> {
    plenary(seed, plans::two_delegations(), Conditions::office())
}

#[test]
fn everybody_arrives_the_sides_are_revealed_and_the_speaker_is_heard_by_all() -> Result<(), Finding> {
    let mut world = meeting(1)?;
    world.check_speaker_is_heard()?;
    world.check_calm()?;
    for seat in world.seats() {
        let device = world.device_of(&seat).unwrap();
        let revealed = device.noticed().iter().filter(|(_, noticed)| *noticed == Noticed::Revealed).count();
        assert_eq!(revealed, 1, "{seat} saw the reveal once");
        assert!(device.join_time().is_some(), "{seat} saw a picture");
    }
    Ok(())
}

#[test]
fn all_screens_reveal_both_sides_within_100_ms_of_one_another() -> Result<(), Finding> {
    let world = plenary(2, plans::three_delegations(), Conditions::hotel())?;
    assert_revealed_together(&world);
    Ok(())
}

#[test]
fn they_do_so_with_a_disk_that_takes_longer_than_the_lead() -> Result<(), Finding> {
    let mut world = World::new(2, plans::three_delegations(), Conditions::hotel());
    let seats = world.seats();
    for seat in &seats {
        world.arrives(seat);
    }
    world.run_for(Duration::from_secs(2))?;
    seats.iter().for_each(|seat| world.enters(seat));
    world.run_for(Duration::from_secs(4))?;
    world.slow_disk(Duration::from_secs(3));
    for head in ["meridia-head", "vesland-head", "tarsis-head"] {
        world.asks(&seat(head), Request::Ready { ready: true });
    }
    world.run_for(Duration::from_secs(30))?;
    world.check_calm()?;
    assert_revealed_together(&world);
    Ok(())
}

fn assert_revealed_together(world: &World) {
    let moments: Vec<_> = world
        .seats()
        .iter()
        .flat_map(|seat| world.device_of(seat).unwrap().noticed().to_vec())
        .filter(|(_, noticed)| *noticed == Noticed::Revealed)
        .map(|(at, _)| at)
        .collect();
    assert_eq!(moments.len(), world.seats().len());
    let spread = *moments.iter().max().unwrap() - *moments.iter().min().unwrap();
    assert!(spread < Duration::from_millis(100), "the reveal took {spread:?}");
}

#[test]
fn a_killed_server_comes_back_with_everything_that_was_acknowledged() -> Result<(), Finding> {
    let mut world = meeting(3)?;
    world.asks(&seat("chair"), Request::GiveFloor { seat: seat("vesland-head") });
    world.asks(&seat("meridia-head"), Request::RaiseHand);
    world.run_for(Duration::from_secs(2))?;
    world.kill_server(Duration::from_secs(1));
    // One second away, and five to be as before.
    world.run_for(Duration::from_secs(6))?;
    world.check_calm()?;
    let view = world.device_of(&seat("observer")).unwrap().participant().meeting().unwrap();
    assert!(matches!(view.phase, Phase::Plenary { .. }));
    assert_eq!(view.floor.holder.as_ref().map(|(seat, _)| seat.as_str()), Some("vesland-head"));
    assert_eq!(view.floor.queue, [seat("meridia-head")]);
    Ok(())
}

#[test]
fn a_second_device_takes_the_seat_and_the_first_is_told() -> Result<(), Finding> {
    let mut world = meeting(4)?;
    let chair = seat("chair");
    let messages = world.device_of(&chair).unwrap().messages().len();
    assert!(messages > 0);
    world.arrives(&chair);
    world.run_for(Duration::from_secs(2))?;
    world.enters(&chair);
    world.run_for(Duration::from_secs(3))?;
    world.check_calm()?;
    let taken = |(_, noticed): &(_, Noticed)| matches!(noticed, Noticed::SeatTaken { .. });
    assert!(world.device_of(&chair).unwrap().noticed().iter().any(taken));
    Ok(())
}

#[test]
fn a_withdrawn_link_ends_the_seat_and_what_it_held() -> Result<(), Finding> {
    let mut world = meeting(5)?;
    world.asks(&seat("chair"), Request::GiveFloor { seat: seat("meridia-head") });
    world.run_for(Duration::from_secs(1))?;
    world.revokes(&seat("meridia-head"))?;
    world.run_for(Duration::from_secs(2))?;
    let last = world.device_of(&seat("meridia-head")).unwrap().noticed().last().cloned();
    assert!(matches!(last, Some((_, Noticed::Over(Bye::LinkRefused)))), "{last:?}");
    let view = world.device_of(&seat("chair")).unwrap().participant().meeting().unwrap();
    assert_eq!(view.floor.holder, None);
    assert!(!view.presence.contains_key(&seat("meridia-head")));
    Ok(())
}

#[test]
fn a_device_that_changes_its_network_or_goes_through_a_tunnel_comes_back_by_itself() -> Result<(), Finding> {
    let mut world = meeting(6)?;
    world.changes_network(&seat("vesland-head"));
    world.goes_offline(&seat("meridia-head"), Duration::from_secs(6));
    world.run_for(Duration::from_secs(20))?;
    world.check_calm()?;
    world.check_speaker_is_heard()
}
