//! What happens to the groups of one run, and what must be true when it is quiet again.

use std::collections::BTreeMap;
use std::time::Duration;

use wire::{GroupId, SeatId};

use super::{Groups, Tally};
use crate::chance::Chance;
use crate::finding::Finding;

/// How many things happen.
const DEEDS: usize = 24;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(1200);
/// Longer than a party may be silent.
const FOUND_WITHIN: Duration = Duration::from_millis(17_500);
/// Longer than anything is tried again.
const CALM: Duration = Duration::from_secs(20);

/// Runs the groups of that seed.
///
/// # Errors
/// What was found.
pub fn random_groups(seed: u64) -> Result<Tally, Finding> {
    let mut world = Groups::new(seed);
    let mut chance = Chance::new(seed, "fate of groups");
    let seats: Vec<SeatId> = world.plan.seats().map(|(_, seat)| seat.id.clone()).collect();
    seats.iter().for_each(|seat| world.arrives(seat));
    world.run_for(Duration::from_secs(6))?;
    for _ in 0..DEEDS {
        world.act(&seats, &mut chance);
        world.run_for(chance.up_to(PAUSE))?;
    }
    if chance.happens(0.3) {
        world.be_lied_to(&seats, &mut chance)?;
    }
    world.calm_down(&seats)?;
    world.check_agreement(&seats)?;
    Ok(world.tally)
}

impl Groups {
    fn place_of(&self, seat: &SeatId) -> Option<usize> {
        self.ends.iter().rposition(|end| end.seat == *seat && !end.gone)
    }

    /// In which epochs everybody is.
    fn places(&self) -> Vec<(SeatId, Vec<(GroupId, u64)>)> {
        let here = self.ends.iter().filter(|end| !end.gone);
        here.map(|end| {
            let epochs = end.participant.epochs().map(|(group, epoch, _)| (group.clone(), epoch));
            (end.seat.clone(), epochs.collect())
        })
        .collect()
    }

    fn act(&mut self, seats: &[SeatId], chance: &mut Chance) {
        let Some(seat) = chance.one_of(seats).cloned() else { return };
        let deed = chance.below(20);
        let Some(place) = self.place_of(&seat) else { return self.arrives(&seat) };
        match deed {
            0..4 => {
                self.note(&format!("{seat} leaves"));
                self.leaves(place);
            }
            4..8 => {
                self.note(&format!("{seat} loses its connection"));
                self.cut(place);
            }
            8..11 => {
                self.note(&format!("{seat} loads the page anew"));
                self.reloads(place);
            }
            11..15 => {
                let slow = chance.up_to(Duration::from_secs(3));
                self.note(&format!("nothing gets through to {seat} for {slow:?}"));
                let end = &mut self.ends[place];
                // What is on its way already is not overtaken.
                end.slow_until = end.slow_until.max(self.now + slow);
            }
            15..17 => {
                let Ok(group) = GroupId::new("plenary") else { return };
                self.with(place, |participant, now| {
                    participant.write(&group, r#"{"type": "chat", "text": "hm"}"#, now);
                });
            }
            17 => self.kill_server(),
            18 => {
                self.note("the disk fails");
                self.disk.fail_next(1);
            }
            _ => {
                // Another device takes the seat.
                self.arrives(&seat);
                self.ends[place].gone = true;
            }
        }
    }

    /// Everybody is here, somebody goes and comes, and in that the server lies. After a while somebody has found out.
    fn be_lied_to(&mut self, seats: &[SeatId], chance: &mut Chance) -> Result<(), Finding> {
        self.gather(seats);
        self.run_for(CALM)?;
        let Some(moved) = chance.one_of(seats).cloned() else { return Ok(()) };
        let others: Vec<&SeatId> = seats.iter().filter(|seat| **seat != moved).collect();
        let deceived = others.into_iter().filter(|_| chance.happens(0.4)).cloned().collect();
        self.mean_to_lie(deceived);
        if let Some(place) = self.place_of(&moved) {
            self.note(&format!("{moved} leaves"));
            self.leaves(place);
        }
        self.run_for(FOUND_WITHIN)?;
        let Some(epoch) = self.lied_epoch() else { return Ok(()) };
        let Ok(group) = GroupId::new("plenary") else { return Ok(()) };
        let mut sees: BTreeMap<Vec<u8>, Vec<bool>> = BTreeMap::new();
        for end in self.ends.iter().filter(|end| !end.gone) {
            let own = end.participant.epochs().find(|(of, at, _)| **of == group && *at == epoch);
            if let Some((_, _, authenticator)) = own {
                sees.entry(authenticator).or_default().push(end.participant.sends_to(&group));
            }
        }
        // Where all were told the same, or went on already, there is nothing to find.
        if sees.len() > 1 {
            let found = sees.values().any(|side| side.iter().all(|sends| !sends));
            self.check(found, || "two groups of one epoch, and nobody noticed".to_owned())?;
            self.tally.found += 1;
        }
        Ok(())
    }

    /// Whoever is not here comes.
    fn gather(&mut self, seats: &[SeatId]) {
        self.disk.fail_next(0);
        for seat in seats {
            if self.place_of(seat).is_none() {
                self.arrives(seat);
            }
        }
    }

    fn calm_down(&mut self, seats: &[SeatId]) -> Result<(), Finding> {
        self.note("it becomes quiet");
        self.gather(seats);
        self.run_for(CALM)?;
        // A lie that nobody could mend by itself is mended by the next change.
        self.lie = super::Lie::None;
        if let Some((seat, place)) = seats.first().and_then(|seat| Some((seat, self.place_of(seat)?))) {
            self.leaves(place);
            self.run_for(Duration::from_secs(3))?;
            self.arrives(seat);
        }
        self.run_for(CALM)
    }

    /// All are members, see one another, have the same keys, and hear one another.
    fn check_agreement(&mut self, seats: &[SeatId]) -> Result<(), Finding> {
        let mut seen: BTreeMap<GroupId, (u64, Vec<u8>)> = BTreeMap::new();
        for seat in seats {
            let Some(place) = self.place_of(seat) else { return Err(self.finding(format!("{seat} is not here"))) };
            let participant = &self.ends[place].participant;
            let party = self.plan.party_of(seat);
            let of_party = seats.iter().filter(|other| self.plan.party_of(other) == party).count();
            let side = party.map(|party| format!("side-{party}"));
            let epochs: BTreeMap<_, _> =
                participant.epochs().map(|(group, epoch, keys)| (group.clone(), (epoch, keys))).collect();
            for (name, people) in [(Some("plenary".to_owned()), seats.len()), (side, of_party)] {
                let Some(group) = name.and_then(|name| GroupId::new(name).ok()) else { continue };
                let Some(own) = epochs.get(&group) else {
                    return Err(self.finding(format!("{seat} is not in {group}: {:?}", self.places())));
                };
                let first = seen.entry(group.clone()).or_insert_with(|| own.clone());
                let (same, at) = (first == own, first.0);
                self.check(same, || format!("in {group} {seat} is in epoch {} and another one in {at}", own.0))?;
                let members = participant.members(&group);
                self.check(members.len() == people, || {
                    format!("{seat} sees in {group} only {members:?}; {:?}", self.places())
                })?;
                self.check(participant.sends_to(&group), || format!("{seat} may not send to {group}"))?;
            }
            let counts = participant.stats().seal;
            self.check(self.tally.lies > 0 || counts.refused == 0, || format!("{seat} refused frames: {counts:?}"))?;
        }
        let before = self.tally;
        self.say_something()?;
        let (sealed, opened) = (self.tally.sealed - before.sealed, self.tally.opened - before.opened);
        let all = seats.len() as u64;
        self.check(sealed == all && opened == all * (all - 1), || {
            format!("of {all} people, {sealed} were heard, {opened} times")
        })?;
        self.tally.epochs = self.ends.iter().map(|end| end.participant.stats().seal.epochs).sum();
        Ok(())
    }
}
