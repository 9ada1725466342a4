//! One random summit from beginning to end, and what must be true when it has become quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use client::Noticed;
use wire::{Bye, GroupId, Phase, Presence, Request, Role, SeatId, Source, SourceKind, SummitPlan};

use crate::chance::Chance;
use crate::device::Device;
use crate::finding::Finding;
use crate::network::Conditions;
use crate::plans;
use crate::world::World;

/// How long people do what they want.
const COMMOTION: Duration = Duration::from_secs(40);
/// Longer than any seat is kept and any reconnection takes.
const CALM: Duration = Duration::from_secs(22);
/// How long a picture may stand still when it is quiet: for a lost key frame, and the request for another one.
const PICTURE_PATIENCE: Duration = Duration::from_secs(3);
/// One packet of sound.
const SOUND: Duration = Duration::from_millis(20);

/// Runs the summit of that seed: its size, its network, its people and its accidents are all drawn from it.
///
/// # Errors
/// What was found.
pub fn random_summit(seed: u64) -> Result<World, Finding> {
    let mut chance = Chance::new(seed, "summit");
    let plan = if chance.happens(0.7) { plans::two_delegations() } else { plans::three_delegations() };
    let networks = [Conditions::perfect(Duration::from_millis(20)), Conditions::office(), Conditions::hotel()];
    let network = networks[chance.below(networks.len())];
    let mut world = World::new(seed, plan, network);
    world.plan_random_people(seed, COMMOTION);
    world.plan_random_fate(COMMOTION);
    world.run_for(COMMOTION + Duration::from_secs(4))?;
    world.gather_everybody()?;
    world.begin_plenary()?;
    world.check_calm()?;
    world.check_speaker_is_heard()?;
    world.end()?;
    Ok(world)
}

/// A summit in which everybody came in and the sides were revealed, with nothing having gone wrong so far.
///
/// # Errors
/// What was found.
pub fn plenary(seed: u64, plan: SummitPlan, network: Conditions) -> Result<World, Finding> {
    let mut world = World::new(seed, plan, network);
    for seat in world.seats() {
        world.arrives(&seat);
    }
    world.run_for(Duration::from_secs(2))?;
    for seat in world.seats() {
        world.enters(&seat);
    }
    world.run_for(Duration::from_secs(4))?;
    world.begin_plenary()?;
    world.check_calm()?;
    Ok(world)
}

impl World {
    /// All seats, in the plan's order.
    pub fn seats(&self) -> Vec<SeatId> {
        self.plan.seats().map(|(_, seat)| seat.id.clone()).collect()
    }

    /// Everybody who left comes back, everybody comes in, and it becomes quiet.
    pub(crate) fn gather_everybody(&mut self) -> Result<(), Finding> {
        self.note("everybody gathers");
        self.fail_disk(0);
        // Who pressed "Leave" in a tunnel leaves when the tunnel ends, so it may take more than one round.
        for _round in 0..4 {
            for seat in self.seats() {
                if self.device_of(&seat).is_none_or(|device| device.is_over()) {
                    self.arrives(&seat);
                }
            }
            self.run_for(Duration::from_secs(6))?;
            for seat in self.seats() {
                self.enters(&seat);
            }
            self.run_for(Duration::from_secs(3))?;
        }
        self.run_for(CALM)
    }

    /// The heads who are not ready yet say so.
    pub(crate) fn begin_plenary(&mut self) -> Result<(), Finding> {
        if let Phase::Lobby { ready } = self.model.phase() {
            let waiting = self.plan.delegations.iter().filter(|side| !ready.contains(&side.id));
            let heads: Vec<SeatId> = waiting.filter_map(|side| Some(side.seats.first()?.id.clone())).collect();
            for head in heads {
                self.asks(&head, Request::Ready { ready: true });
            }
            self.run_for(Duration::from_secs(6))?;
        }
        let phase = self.model.phase();
        self.check(matches!(phase, Phase::Plenary { .. }), || format!("all are ready, and it is still {phase:?}"))
    }

    /// It is quiet: everybody is here, with media, and sees what is true, with moving pictures; nothing is left unanswered.
    ///
    /// # Errors
    /// Somebody is not, or does not.
    pub fn check_calm(&mut self) -> Result<(), Finding> {
        for seat in self.seats() {
            let Some(device) = self.device_of(&seat) else { return Err(self.finding(format!("{seat} has no device"))) };
            let view = device.participant().meeting().cloned();
            let (media, unanswered) = (device.has_media(), device.unanswered());
            self.check(self.model.is_here(&seat), || format!("{seat} did not come in again"))?;
            self.check(media, || format!("{seat} has no media"))?;
            self.check(unanswered == 0, || format!("{seat} waits for {unanswered} answers"))?;
            let Some(view) = view else { return Err(self.finding(format!("{seat} sees nothing"))) };
            self.check_view(&seat, &view)?;
            self.check_sources(&seat, &view)?;
        }
        self.check_groups()?;
        self.check_pictures()
    }

    /// Whoever may receive anything is a member of everybody's group and of its own party's, and all are in the same epoch, with
    /// the same keys, among the same people.
    fn check_groups(&self) -> Result<(), Finding> {
        let mut seen: BTreeMap<GroupId, (SeatId, u64, Vec<u8>)> = BTreeMap::new();
        for seat in self.seats() {
            let receives = self.plan.seat(&seat).is_some_and(|known| known.role != Role::Technician);
            let Some(device) = self.device_of(&seat) else { continue };
            let participant = device.participant();
            let epochs: BTreeMap<_, _> =
                participant.epochs().map(|(group, epoch, keys)| (group.clone(), (epoch, keys))).collect();
            let party = self.plan.party_of(&seat).map(|party| format!("side-{party}"));
            for name in [Some("plenary".to_owned()), party].into_iter().flatten() {
                let group = GroupId::new(name).map_err(|error| self.finding(error.to_string()))?;
                self.check(epochs.contains_key(&group) == receives, || format!("{seat} and {group}: {epochs:?}"))?;
            }
            for (group, (epoch, keys)) in epochs {
                self.check(participant.sends_to(&group), || {
                    format!("{seat} may not send to {group} in epoch {epoch}")
                })?;
                let (first, at, same) =
                    seen.entry(group.clone()).or_insert((seat.clone(), epoch, keys.clone())).clone();
                self.check(at == epoch && same == keys, || {
                    format!(
                        "in {group}, {first} is in epoch {at} and {seat} in epoch {epoch}, with equal keys: {}",
                        same == keys
                    )
                })?;
            }
            let counts = participant.stats().seal;
            self.check(counts.refused == 0, || format!("{seat} refused frames: {counts:?}"))?;
        }
        Ok(())
    }

    /// Every camera that is on is a moving picture on the screen of everybody who may see it; on a line that is narrow, or one
    /// that is told that it waits for the line.
    fn check_pictures(&mut self) -> Result<(), Finding> {
        let before = self.pictures_shown();
        let mut waiting = self.pictures_waiting();
        self.run_for(PICTURE_PATIENCE)?;
        let after = self.pictures_shown();
        waiting.extend(self.pictures_waiting());
        for viewer in self.seats() {
            let places = self.model.presence_for(&viewer);
            for (owner, place) in places.iter().filter(|(owner, _)| self.model.may_receive(&viewer, owner)) {
                let is_on = matches!(place, Presence::Here { devices } if devices.camera);
                let shown = |all: &BTreeMap<_, u64>| all.get(&(viewer.clone(), owner.clone())).copied().unwrap_or(0);
                let (before, after) = (shown(&before), shown(&after));
                let waits = self.conditions.bottleneck.is_some() && waiting.contains(&(viewer.clone(), owner.clone()));
                self.check(!is_on || after > before || waits, || {
                    format!("the picture of {owner} stands still for {viewer}: {before}, then {after}")
                })?;
            }
        }
        Ok(())
    }

    /// How many pictures of whose camera have been on whose screen, on the m-line that carries it now.
    fn pictures_shown(&self) -> BTreeMap<(SeatId, SeatId), u64> {
        let mut shown = BTreeMap::new();
        for viewer in self.seats() {
            let participant = self.device_of(&viewer).map(Device::participant);
            let Some((participant, view)) = participant.and_then(|one| Some((one, one.meeting()?))) else { continue };
            for (mid, received) in participant.received() {
                let carried = participant.slots().get(mid);
                let camera = |source: &&Source| Some(&source.id) == carried && source.kind == SourceKind::Camera;
                if let Some(source) = view.sources.iter().find(camera) {
                    shown.insert((viewer.clone(), source.seat.clone()), received.playable_frames);
                }
            }
        }
        shown
    }

    /// The pictures of whom wait for the line, for each viewer.
    fn pictures_waiting(&self) -> BTreeSet<(SeatId, SeatId)> {
        let mut waiting = BTreeSet::new();
        for viewer in self.seats() {
            let participant = self.device_of(&viewer).map(Device::participant);
            let Some((participant, view)) = participant.and_then(|one| Some((one, one.meeting()?))) else { continue };
            for (_, carried) in participant.slots().iter().filter(|(mid, _)| participant.is_paused(mid)) {
                let source = view.sources.iter().find(|source| source.id == *carried);
                waiting.extend(source.map(|source| (viewer.clone(), source.seat.clone())));
            }
        }
        waiting
    }

    /// Whoever is given the floor is heard by all who may hear.
    ///
    /// # Errors
    /// Somebody does not hear.
    pub fn check_speaker_is_heard(&mut self) -> Result<(), Finding> {
        let (Some(chair), Some(speaker)) = (self.plan.chair.first().cloned(), self.some_head()) else {
            return Err(self.finding("nobody presides".to_owned()));
        };
        let devices = wire::Devices { microphone: true, camera: true };
        self.asks(&speaker, Request::Devices { devices });
        self.asks(&chair, Request::GiveFloor { seat: speaker.clone() });
        self.run_for(Duration::from_secs(3))?;
        let heard = self.listen(&speaker, Duration::from_secs(8))?;
        for seat in self.seats() {
            let should = self.model.may_receive(&seat, &speaker);
            let heard = heard.get(&seat).copied().unwrap_or(0);
            // A sentence is as long as the pause after it is short: more than half of the time somebody is heard.
            self.check(!should || heard > 200, || format!("{speaker} speaks, and {seat} heard {heard} packets of it"))?;
        }
        Ok(())
    }

    /// A chair ends the summit: everybody is told, and nobody gets in again.
    pub(crate) fn end(&mut self) -> Result<(), Finding> {
        let Some(chair) = self.plan.chair.last().cloned() else {
            return Err(self.finding("nobody presides".to_owned()));
        };
        self.asks(&chair, Request::End);
        self.run_for(Duration::from_secs(4))?;
        for seat in self.seats() {
            let over = self
                .device_of(&seat)
                .is_some_and(|device| matches!(device.noticed().last(), Some((_, Noticed::Over(Bye::Ended)))));
            self.check(over, || format!("{seat} was not told that it is over"))?;
        }
        self.check(!self.server.holds_room(), || "the room is still held".to_owned())
    }

    /// The last delegation's head: not the chair, where there is a neutral one, and not the first of joint ones.
    fn some_head(&self) -> Option<SeatId> {
        Some(self.plan.delegations.last()?.seats.first()?.id.clone())
    }

    /// Lets time pass and counts, for everybody, the packets of that voice that came in.
    fn listen(&mut self, speaker: &SeatId, duration: Duration) -> Result<BTreeMap<SeatId, u64>, Finding> {
        let level = self.level_of(speaker);
        let (mut heard, mut packets) = (BTreeMap::new(), BTreeMap::new());
        let end = self.now + duration;
        while self.now < end {
            self.run_for(SOUND)?;
            for seat in self.seats() {
                let Some(device) = self.device_of(&seat) else { continue };
                for (mid, received) in device.participant().received() {
                    let before = packets.insert((seat.clone(), mid.clone()), received.packets);
                    if received.level == level {
                        *heard.entry(seat.clone()).or_default() +=
                            received.packets - before.unwrap_or(received.packets);
                    }
                }
            }
        }
        Ok(heard)
    }
}
