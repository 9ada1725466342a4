//! Devices that come, go, lose what they hold and refuse, on a store that fails: when it is quiet again, all who are here hold
//! the same, and so says the log.

#![allow(clippy::wildcard_enum_match_arm, reason = "only some messages matter here")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::devices::{State, group};
use common::{Hall, refused, seat};
use node::ConnectionId;
use proptest::prelude::*;
use wire::{Bytes, Outcome, Refusal, Request};

const PEOPLE: [&str; 6] = ["meridia-head", "meridia-aide", "vesland-head", "vesland-aide", "chair", "watcher"];

#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Comes in and says what it holds; `true`: what it held before.
    Come(usize, bool),
    Leave(usize),
    Lose(usize),
    Resync(usize),
    /// Refuses every commit, or does not.
    Accept(usize, bool),
    /// Leaves its turn to others, or does not.
    Commit(usize, bool),
    /// Calls everybody of the own party to a caucus, enters the latest one, or comes back.
    Caucus(usize, u8),
    Say(usize),
    /// The store fails for what it is asked in that time.
    Fail,
    Wait(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = || 0..PEOPLE.len();
    prop_oneof![
        4 => (who(), any::<bool>()).prop_map(|(who, keeps)| Deed::Come(who, keeps)),
        2 => who().prop_map(Deed::Leave),
        2 => who().prop_map(Deed::Lose),
        1 => who().prop_map(Deed::Resync),
        1 => (who(), any::<bool>()).prop_map(|(who, yes)| Deed::Accept(who, yes)),
        1 => (who(), any::<bool>()).prop_map(|(who, yes)| Deed::Commit(who, yes)),
        2 => (who(), 0..3_u8).prop_map(|(who, what)| Deed::Caucus(who, what)),
        2 => who().prop_map(Deed::Say),
        1 => Just(Deed::Fail),
        4 => (0..3000_u64).prop_map(Deed::Wait),
    ]
}

struct World {
    hall: Hall,
    here: BTreeMap<usize, ConnectionId>,
    /// Somebody refused a commit, and may have fallen out with the others.
    refused: bool,
}

impl World {
    fn act(&mut self, deed: Deed) {
        let hall = &mut self.hall;
        match deed {
            Deed::Come(who, keeps) => {
                if self.here.contains_key(&who) {
                    return;
                }
                // Always the same device of that person, so that no seat is taken.
                let connection = hall.hello(PEOPLE[who], i64::try_from(who).unwrap() + 1, false);
                assert_eq!(hall.ask(connection, Request::Enter { devices: common::ON }), Some(Outcome::Done));
                if !keeps {
                    hall.kept.remove(&seat(PEOPLE[who]));
                }
                hall.seal(connection);
                self.here.insert(who, connection);
            }
            Deed::Leave(who) => {
                if let Some(connection) = self.here.remove(&who) {
                    hall.devices.remove(&connection);
                    hall.ask(connection, Request::Leave);
                }
            }
            Deed::Lose(who) => {
                if let Some(connection) = self.here.remove(&who) {
                    hall.lose(connection);
                }
            }
            Deed::Resync(who) => {
                let Some(&connection) = self.here.get(&who) else { return };
                hall.device(connection).groups.remove(&group("plenary"));
                let package = Bytes(format!("again-{who}").into_bytes());
                hall.ask(connection, Request::MlsResync { group: group("plenary"), package });
            }
            Deed::Accept(who, yes) => {
                if let Some(&connection) = self.here.get(&who) {
                    hall.device(connection).accepts = yes;
                    self.refused |= !yes;
                }
            }
            Deed::Commit(who, yes) => {
                if let Some(&connection) = self.here.get(&who) {
                    hall.device(connection).commits = yes;
                }
            }
            Deed::Caucus(who, what) => {
                let Some(&connection) = self.here.get(&who) else { return };
                let latest = hall.log.iter().rev().find_map(|entry| match &entry.event {
                    wire::Event::CaucusOpened { caucus, .. } => Some(caucus.clone()),
                    _ => None,
                });
                let request = match (what, latest) {
                    (1, Some(caucus)) => Request::EnterCaucus { caucus },
                    (2, _) => Request::LeaveCaucus,
                    _ => {
                        let other = if who % 2 == 0 { who + 1 } else { who - 1 };
                        Request::OpenCaucus { seats: vec![seat(PEOPLE[other])] }
                    }
                };
                hall.ask(connection, request);
            }
            Deed::Say(who) => {
                let Some(&connection) = self.here.get(&who) else { return };
                let Some(epoch) = hall.state(connection, "plenary").map(|state| state.epoch) else { return };
                let request = Request::MlsApp { group: group("plenary"), epoch, message: Bytes(vec![7]) };
                let outcome = hall.ask(connection, request);
                let fine = [Some(Outcome::Done), None, refused(Refusal::EpochOver), refused(Refusal::NotCalled)];
                assert!(fine.contains(&outcome) || outcome == refused(Refusal::NotRecorded), "{outcome:?}");
            }
            Deed::Fail => {
                hall.store_at_once = false;
                hall.run(Duration::from_millis(100));
                while !hall.waiting.is_empty() {
                    hall.store(false);
                }
                hall.store_at_once = true;
            }
            Deed::Wait(milliseconds) => hall.run(Duration::from_millis(milliseconds)),
        }
        hall.work();
    }

    /// Everybody behaves, and it is quiet for long enough.
    fn calm_down(&mut self) {
        for connection in self.here.values() {
            let device = self.hall.device(*connection);
            (device.accepts, device.commits) = (true, true);
        }
        self.hall.run(Duration::from_secs(15));
        // Who was refused, or fell out with the others, says anew what it is.
        let anew = if self.refused { self.here.clone() } else { BTreeMap::new() };
        for (who, connection) in anew {
            self.hall.lose(connection);
            self.here.remove(&who);
            self.act(Deed::Come(who, false));
        }
        self.hall.run(Duration::from_secs(45));
    }

    fn check(&self) {
        let places: Vec<u64> =
            self.hall.groups.iter().filter(|entry| entry.group == group("plenary")).map(|entry| entry.seq).collect();
        assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>(), "no gap in the log");
        let names = |who: &[usize]| -> Vec<String> {
            let mut names: Vec<String> = who.iter().map(|&who| PEOPLE[who].to_owned()).collect();
            names.sort();
            names
        };
        let everybody: Vec<usize> = self.here.keys().copied().collect();
        let mut seen: Option<State> = None;
        for connection in self.here.values() {
            assert_eq!(self.hall.members(*connection, "plenary"), names(&everybody));
            let state = self.hall.state(*connection, "plenary").unwrap();
            let former = seen.get_or_insert_with(|| state.clone());
            assert_eq!((former.epoch, &former.tree), (state.epoch, &state.tree));
        }
        for (side, of) in [("side-meridia", [0, 1]), ("side-vesland", [2, 3]), ("side-secretariat", [4, 5])] {
            let own: Vec<usize> = of.into_iter().filter(|who| self.here.contains_key(who)).collect();
            for who in &own {
                assert_eq!(self.hall.members(self.here[who], side), names(&own), "{side}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_who_are_here_hold_the_same_in_the_end(deeds in proptest::collection::vec(deed(), 1..40)) {
        let mut world = World { hall: Hall::revealed(), here: BTreeMap::new(), refused: false };
        for deed in deeds {
            world.act(deed);
        }
        world.calm_down();
        world.check();
        // And so it is after a restart.
        let mut restarted = World {
            hall: Hall::reopen(world.hall.log, world.hall.groups),
            here: BTreeMap::new(),
            refused: false,
        };
        for (connection, device) in world.hall.devices {
            restarted.hall.kept.insert(world.hall.names[&connection].clone(), device.groups);
        }
        for who in world.here.into_keys() {
            restarted.act(Deed::Come(who, true));
        }
        restarted.hall.run(Duration::from_secs(35));
        restarted.check();
    }
}
