//! Devices with groups that are not encrypted at all: the headers of their messages are MLS, the rest says in plain JSON who sits
//! on which leaf. What the server does with groups is the same.

use std::collections::{BTreeMap, VecDeque};

use node::ConnectionId;
use wire::{Bytes, Envelope, GroupId, Held, Newcomer, Outcome, Request, SeatId, ServerMessage, SourceKind};

use super::Hall;

/// Who sits on which leaf.
pub type Tree = Vec<Option<SeatId>>;

/// One device.
pub struct Device {
    pub seat: SeatId,
    pub groups: BTreeMap<GroupId, State>,
    /// What came and was not looked at.
    pub inbox: VecDeque<ServerMessage>,
    /// False: it leaves its turn to others.
    pub commits: bool,
    /// False: it refuses every commit.
    pub accepts: bool,
    /// False: it cannot let itself in.
    can_join: bool,
    packages: u32,
}

/// A group as a device has it.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub seq: u64,
    pub epoch: u64,
    pub tree: Tree,
    /// What was before the last commit, should that never have been.
    pub before: Option<Box<State>>,
}

impl State {
    pub fn leaf(&self, seat: &SeatId) -> Option<u32> {
        self.tree.iter().position(|leaf| leaf.as_ref() == Some(seat)).map(|leaf| u32::try_from(leaf).unwrap())
    }

    /// The tree after a commit.
    pub fn after(&self, added: &[SeatId], removed: &[SeatId]) -> Tree {
        let mut tree = self.tree.clone();
        for leaf in &mut tree {
            if leaf.as_ref().is_some_and(|seat| removed.contains(seat) || added.contains(seat)) {
                *leaf = None;
            }
        }
        for seat in added {
            match tree.iter_mut().find(|leaf| leaf.is_none()) {
                Some(leaf) => *leaf = Some(seat.clone()),
                None => tree.push(Some(seat.clone())),
            }
        }
        tree
    }
}

pub fn group(name: &str) -> GroupId {
    GroupId::new(name).unwrap()
}

pub fn envelope(payload: &serde_json::Value) -> Envelope {
    Envelope { payload: Bytes(payload.to_string().into_bytes()), signature: Bytes(vec![1]), issuer: None }
}

/// A member certificate; its number is the letters given.
pub fn certificate(seat: &SeatId, serial: &str) -> Envelope {
    envelope(&serde_json::json!({"v": 1, "summit": "river", "party": "meridia", "seat": seat, "role": "principal",
        "slot": 0, "key": "a2V5", "nbf": 0, "exp": 1, "serial": Bytes(serial.as_bytes().to_vec())}))
}

/// A commit of that group and epoch: by the member on that leaf, or by a newcomer.
pub fn commit(name: &str, epoch: u64, leaf: Option<u32>, tree: &Tree) -> Bytes {
    let id = format!("sommet/1/river/{name}");
    let mut bytes = vec![0, 1, 0, 1, u8::try_from(id.len()).unwrap()];
    bytes.extend(id.as_bytes());
    bytes.extend(epoch.to_be_bytes());
    match leaf {
        Some(leaf) => bytes.extend([&[1][..], &leaf.to_be_bytes()].concat()),
        None => bytes.push(4),
    }
    bytes.extend([0, 3]);
    bytes.extend(serde_json::to_vec(tree).unwrap());
    Bytes(bytes)
}

/// The tree in a commit, a Welcome or a GroupInfo.
fn tree_in(bytes: &Bytes) -> Tree {
    let start = bytes.0.iter().position(|&byte| byte == b'[').expect("a tree");
    serde_json::from_slice(&bytes.0[start..]).unwrap()
}

fn plain(tree: &Tree) -> Bytes {
    Bytes(serde_json::to_vec(tree).unwrap())
}

impl Hall {
    /// A device says what it holds, with eight key packages. It answers what the server asks from now on.
    pub fn seal(&mut self, connection: ConnectionId) -> Option<Outcome> {
        let seat = self.names[&connection].clone();
        let groups = self.kept.remove(&seat).unwrap_or_default();
        self.seal_with(connection, groups, "serial")
    }

    pub fn seal_with(
        &mut self,
        connection: ConnectionId,
        groups: BTreeMap<GroupId, State>,
        serial: &str,
    ) -> Option<Outcome> {
        let seat = self.names[&connection].clone();
        let held = groups.iter().map(|(group, state)| Held { group: group.clone(), seq: state.seq }).collect();
        let mut device = Device {
            seat: seat.clone(),
            groups,
            inbox: VecDeque::new(),
            commits: true,
            accepts: true,
            can_join: self.can_join,
            packages: 0,
        };
        let packages = device.packages();
        self.devices.insert(connection, device);
        let certificate = certificate(&seat, &format!("{seat}-{serial}"));
        let outcome = self.ask(connection, Request::SealResume { certificate, held, packages });
        self.work();
        outcome
    }

    /// Devices answer what they were asked until nothing is left.
    pub fn work(&mut self) {
        for _ in 0..10_000 {
            let next = self.devices.iter_mut().find_map(|(id, device)| Some((*id, device.inbox.pop_front()?)));
            let Some((connection, message)) = next else { return };
            let Some(device) = self.devices.get_mut(&connection) else { continue };
            for request in device.hear(message) {
                self.ask(connection, request);
            }
        }
        panic!("the devices never rest");
    }

    pub fn device(&mut self, connection: ConnectionId) -> &mut Device {
        self.devices.get_mut(&connection).expect("a sealed device")
    }

    /// The group as a device has it.
    pub fn state(&self, connection: ConnectionId, name: &str) -> Option<&State> {
        self.devices[&connection].groups.get(&group(name))
    }

    /// Who is in the group, as that device knows it.
    pub fn members(&self, connection: ConnectionId, name: &str) -> Vec<String> {
        let mut seats: Vec<String> = self
            .state(connection, name)
            .map(|state| state.tree.iter().flatten().map(ToString::to_string).collect())
            .unwrap_or_default();
        seats.sort();
        seats
    }
}

impl Device {
    fn packages(&mut self) -> Vec<Bytes> {
        self.packages += 8;
        let numbers = self.packages - 8..self.packages;
        numbers.map(|number| Bytes(format!("{}-{number}", self.seat).into_bytes())).collect()
    }

    /// The header that a frame of this device begins with now (RFC 9605 section 4.3).
    pub fn header(&self, kind: SourceKind) -> Vec<u8> {
        let state = &self.groups[&group("plenary")];
        let leaf = u64::from(state.leaf(&self.seat).expect("a leaf"));
        let kind = match kind {
            SourceKind::Microphone => 0,
            SourceKind::Camera => 1,
            SourceKind::Screen => 2,
            SourceKind::ScreenAudio => 3,
        };
        let id = (kind << 16) | (leaf << 6) | (state.epoch % 64);
        [&[0xf1][..], &id.to_be_bytes()].concat()
    }

    fn hear(&mut self, message: ServerMessage) -> Vec<Request> {
        match message {
            ServerMessage::SealPackagesWanted { .. } => vec![Request::SealPackages { packages: self.packages() }],
            ServerMessage::MlsWanted { group, epoch, add, remove } if self.commits => {
                self.change(group, epoch, &add, remove).into_iter().collect()
            }
            ServerMessage::MlsCommitted { group, seq, epoch, by, commit } if self.accepts || by == self.seat => {
                self.enter(group, seq, epoch + 1, tree_in(&commit))
            }
            ServerMessage::MlsCommitted { group, seq, .. } => {
                vec![Request::MlsRefused { group, seq, why: "cert.unknown_root".to_owned() }]
            }
            ServerMessage::MlsWelcome { group, seq, epoch, welcome } => {
                self.enter(group, seq, epoch, tree_in(&welcome))
            }
            ServerMessage::MlsGroupInfo { group, seq, .. } if !self.can_join => {
                vec![Request::MlsRefused { group, seq, why: "cert.duplicate_member".to_owned() }]
            }
            ServerMessage::MlsGroupInfo { group, epoch, group_info, .. } => {
                let before = State { tree: tree_in(&group_info), ..State::default() };
                let tree = before.after(std::slice::from_ref(&self.seat), &[]);
                let (commit, group_info) = (commit(group.as_str(), epoch, None, &tree), plain(&tree));
                vec![Request::MlsExternal { group, epoch, commit, group_info }]
            }
            ServerMessage::MlsVoid { group, seq } => {
                if let Some(state) = self.groups.get(&group).filter(|state| state.seq == seq) {
                    match state.before.clone() {
                        Some(before) => self.groups.insert(group, *before),
                        None => self.groups.remove(&group),
                    };
                }
                Vec::new()
            }
            ServerMessage::MlsApp { group, seq, .. } => {
                if let Some(state) = self.groups.get_mut(&group) {
                    state.seq = seq;
                }
                Vec::new()
            }
            ServerMessage::SealGroups { groups } => {
                // What it is no member of any more it throws away.
                let is_in =
                    |name: &GroupId| groups.iter().any(|view| view.group == *name && view.members.contains(&self.seat));
                self.groups.retain(|name, _| is_in(name));
                for view in &groups {
                    if view.members == [self.seat.clone()] && view.epoch == Some(0) {
                        let tree = vec![Some(self.seat.clone())];
                        self.groups.insert(view.group.clone(), State { seq: view.seq, epoch: 0, tree, before: None });
                    }
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn change(&self, group: GroupId, epoch: Option<u64>, add: &[Newcomer], removed: Vec<SeatId>) -> Option<Request> {
        let Some(epoch) = epoch else {
            let group_info = plain(&vec![Some(self.seat.clone())]);
            return Some(Request::MlsCreate { group, group_info });
        };
        // Whoever made it is asked at once to bring the others in.
        let alone = State { tree: vec![Some(self.seat.clone())], ..State::default() };
        let made = (epoch == 0).then_some(&alone);
        let state = self.groups.get(&group).or(made).filter(|state| state.epoch == epoch)?;
        let added: Vec<SeatId> = add.iter().map(|newcomer| newcomer.seat.clone()).collect();
        let tree = state.after(&added, &removed);
        let welcome = (!added.is_empty()).then(|| plain(&tree));
        let commit = commit(group.as_str(), epoch, state.leaf(&self.seat), &tree);
        Some(Request::MlsCommit { group, epoch, commit, welcome, group_info: plain(&tree), added, removed })
    }

    fn enter(&mut self, group: GroupId, seq: u64, epoch: u64, tree: Tree) -> Vec<Request> {
        let before = self.groups.get(&group).cloned().map(|state| Box::new(State { before: None, ..state }));
        let state = State { seq, epoch, tree, before };
        let leaf = state.leaf(&self.seat);
        self.groups.insert(group.clone(), state);
        leaf.map(|leaf| Request::MlsApplied { group, seq, leaf }).into_iter().collect()
    }
}
