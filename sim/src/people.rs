//! What people do, scripted or at random. Random people act without looking: they ask for what makes no sense as often as
//! for what does, leave in the middle, and come back.

use std::time::Duration;

use wire::{AgendaItemId, Devices, Request, Role, SeatId, SummitPlan};

use crate::chance::Chance;
use crate::finding::Finding;
use crate::world::World;

/// Something a person or fate does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Opens the link on another device; one that has the seat is asked to give way.
    Arrives(SeatId),
    /// Presses "Join".
    Enters(SeatId),
    /// Asks for something.
    Asks(SeatId, Request),
    /// Loads the page anew, with the same session.
    Reloads(SeatId),
    /// Leaves for good; the link works again.
    Leaves(SeatId),
    /// The WebSocket breaks.
    LosesConnection(SeatId),
    /// The device gets another address: from Wi-Fi to the telephone network.
    ChangesNetwork(SeatId),
    /// The device has no network at all for this time: a tunnel, or a closed lid.
    GoesOffline(SeatId, Duration),
    /// The server's process is killed and started again after this time.
    ServerIsKilled(Duration),
    /// The next commits fail, that many of them.
    DiskFails(u32),
}

impl World {
    /// Does it now.
    pub(crate) fn act(&mut self, act: Act) -> Result<(), Finding> {
        match act {
            Act::Arrives(seat) => {
                self.arrives(&seat);
            }
            Act::Enters(seat) => self.enters(&seat),
            Act::Asks(seat, request) => self.asks(&seat, request),
            Act::Reloads(seat) => self.reloads(&seat),
            Act::Leaves(seat) => self.leaves(&seat),
            Act::LosesConnection(seat) => self.loses_connection(&seat),
            Act::ChangesNetwork(seat) => self.changes_network(&seat),
            Act::GoesOffline(seat, away) => self.goes_offline(&seat, away),
            Act::ServerIsKilled(away) => self.kill_server(away),
            Act::DiskFails(commits) => self.fail_disk(commits),
        }
        Ok(())
    }

    /// Random people do what they do for so long, as `seed` says; the time does not pass by this.
    pub(crate) fn plan_random_people(&mut self, seed: u64, duration: Duration) {
        let seats: Vec<(SeatId, Role)> = self.plan.seats().map(|(_, seat)| (seat.id.clone(), seat.role)).collect();
        for (seat, role) in seats {
            let mut person = RandomPerson::new(&self.plan, seat, role, seed);
            for (after, act) in person.acts(duration) {
                self.plan_act(self.now + after, act);
            }
        }
    }

    /// Fate does what it does for so long: kills of the server, failures of the disk.
    pub fn plan_random_fate(&mut self, duration: Duration) {
        let mut chance = Chance::new(self.seed, "fate");
        let kills = chance.below(3);
        for _ in 0..kills {
            let away = chance.between(Duration::from_millis(300), Duration::from_secs(4));
            self.plan_act(self.now + chance.up_to(duration), Act::ServerIsKilled(away));
        }
        let failures = chance.below(4);
        for _ in 0..failures {
            self.plan_act(self.now + chance.up_to(duration), Act::DiskFails(1));
        }
    }
}

/// Somebody who acts at random.
struct RandomPerson<'a> {
    plan: &'a SummitPlan,
    seat: SeatId,
    role: Role,
    chance: Chance,
}

impl<'a> RandomPerson<'a> {
    fn new(plan: &'a SummitPlan, seat: SeatId, role: Role, seed: u64) -> Self {
        let chance = Chance::new(seed, seat.as_str());
        Self { plan, seat, role, chance }
    }

    /// All that this person does, each with the time from the start.
    fn acts(&mut self, duration: Duration) -> Vec<(Duration, Act)> {
        let mut at = self.chance.up_to(Duration::from_secs(4));
        let mut acts = vec![(at, Act::Arrives(self.seat.clone()))];
        at += self.chance.between(Duration::from_millis(500), Duration::from_secs(3));
        acts.push((at, Act::Enters(self.seat.clone())));
        if self.role == Role::Principal && self.chance.happens(0.9) {
            let ready = Request::Ready { ready: true };
            acts.push((at + self.chance.up_to(Duration::from_secs(9)), Act::Asks(self.seat.clone(), ready)));
        }
        loop {
            at += self.chance.between(Duration::from_millis(100), Duration::from_secs(5));
            if at >= duration {
                return acts;
            }
            let act = self.act();
            let away = matches!(act, Act::Leaves(_));
            let alone = matches!(act, Act::Reloads(_) | Act::Arrives(_));
            acts.push((at, act));
            if away {
                at += self.chance.between(Duration::from_secs(1), Duration::from_secs(8));
                acts.push((at, Act::Arrives(self.seat.clone())));
            }
            if away || alone {
                at += self.chance.between(Duration::from_secs(1), Duration::from_secs(3));
                acts.push((at, Act::Enters(self.seat.clone())));
            }
        }
    }

    fn act(&mut self) -> Act {
        let seat = self.seat.clone();
        match self.chance.below(100) {
            0..3 => Act::Leaves(seat),
            3..7 => Act::LosesConnection(seat),
            7..9 => Act::Reloads(seat),
            9..11 => Act::ChangesNetwork(seat),
            11..13 => Act::Arrives(seat),
            13..15 => Act::GoesOffline(seat, self.chance.between(Duration::from_secs(1), Duration::from_secs(30))),
            _ => Act::Asks(seat, self.request()),
        }
    }

    fn request(&mut self) -> Request {
        let ready_share = if self.role == Role::Principal { 12 } else { 4 };
        match self.chance.below(70 + ready_share) {
            0..16 => Request::RaiseHand,
            16..26 => Request::LowerHand { seat: self.somebody() },
            26..40 => Request::GiveFloor { seat: self.somebody() },
            40..50 => Request::YieldFloor,
            50..58 => Request::OpenAgenda { item: self.some_item() },
            58..70 => {
                let devices = Devices { microphone: self.chance.happens(0.7), camera: self.chance.happens(0.8) };
                Request::Devices { devices }
            }
            _ => Request::Ready { ready: self.chance.happens(0.85) },
        }
    }

    /// Oneself as often as any other; now and then somebody who has no seat.
    fn somebody(&mut self) -> SeatId {
        if self.chance.happens(0.4) {
            return self.seat.clone();
        }
        let seats: Vec<SeatId> = self.plan.seats().map(|(_, seat)| seat.id.clone()).collect();
        let stranger = self.chance.happens(0.05).then(|| SeatId::new("stranger").ok()).flatten();
        stranger.or_else(|| self.chance.one_of(&seats).cloned()).unwrap_or_else(|| self.seat.clone())
    }

    fn some_item(&mut self) -> AgendaItemId {
        let mut items: Vec<AgendaItemId> = self.plan.agenda.iter().map(|item| item.id.clone()).collect();
        items.extend(AgendaItemId::new("not-agreed"));
        let index = self.chance.below(items.len());
        items.swap_remove(index)
    }
}
