//! A member by `openmls`, as this crate uses it.

use seal::document::encode;
use seal::group::{Commit, Group, GroupName, Identity, Wishes};
use seal::{Agreed, Certificate, Device, SigningKey, Trust};
use wire::{Bytes, WallTime};

use super::lines::{Answer, BASE_KEY, Command, Committed, EXPORTER, Failure, Member, Setup, State, hex, misled};

struct OpenMlsMember {
    trust: Trust,
    name: GroupName,
    device: Device,
    identity: Identity,
    now: WallTime,
    group: Option<Group>,
}

/// Somebody outside of the group.
pub(crate) fn setup(who: Setup) -> Result<Box<dyn Member>, Failure> {
    let Setup { summit, manifest, group, seed, certificate, now } = who;
    let trust = Trust::new(Agreed::verify(&manifest, &summit)?);
    let name = GroupName::parse(&group).ok_or_else(|| misled("no such group"))?;
    let key = SigningKey::from_seed(seed.0)?;
    let (device, identity) = Device::new(key, Certificate::read(certificate)?, &trust, now)?;
    Ok(Box::new(OpenMlsMember { trust, name, device, identity, now, group: None }))
}

fn committed(commit: &Commit) -> Answer {
    let Commit { epoch, commit, welcome, group_info } = commit;
    Answer::Committed(Committed::new(*epoch, commit, welcome.as_deref(), group_info))
}

impl OpenMlsMember {
    fn group(&mut self) -> Result<&mut Group, Failure> {
        self.group.as_mut().ok_or_else(|| misled("there is no group yet"))
    }

    fn commit(&mut self, adds: Vec<Bytes>, removes: Vec<u32>, update: bool) -> Result<Answer, Failure> {
        let (trust, now) = (self.trust.clone(), self.now);
        let adds = adds.into_iter().map(|package| package.0).collect();
        Ok(committed(&self.group()?.commit(Wishes { adds, removes, update, renew: None }, &trust, now)?))
    }

    fn state(&mut self) -> Result<State, Failure> {
        let group = self.group()?;
        Ok(State {
            epoch: group.epoch(),
            own_leaf: group.own_leaf(),
            authenticator: hex(group.epoch_authenticator()),
            base_key: hex(&group.export::<{ BASE_KEY.2 }>(BASE_KEY.0, BASE_KEY.1)?),
            exporter: hex(&group.export::<{ EXPORTER.2 }>(EXPORTER.0, EXPORTER.1)?),
            tree_hash: hex(group.tree_hash()),
            attestation: group.attestation(),
            roster: group.members().iter().map(|(leaf, member)| (*leaf, member.seat.to_string())).collect(),
        })
    }
}

impl Member for OpenMlsMember {
    fn handle(&mut self, command: Command) -> Result<Answer, Failure> {
        let (trust, now) = (self.trust.clone(), self.now);
        let Self { device, identity, name, .. } = self;
        match command {
            Command::Setup(_) => Err(misled("setup comes once")),
            Command::KeyPackage => Ok(Answer::KeyPackage { key_package: encode(&device.key_package(identity)?) }),
            Command::Create => {
                self.group = Some(Group::create(device, identity, name.clone(), &trust)?);
                Ok(Answer::Done {})
            }
            Command::Join { welcome } => {
                // One group of a name at a time.
                self.group = None;
                self.group = Some(Group::join(device, identity, name.clone(), &welcome.0, &trust, now)?);
                Ok(Answer::Done {})
            }
            Command::External { group_info } => {
                self.group = None;
                let (group, commit) = Group::join_external(device, identity, name.clone(), &group_info.0, &trust, now)?;
                self.group = Some(group);
                Ok(committed(&commit))
            }
            Command::Add { key_packages } => self.commit(key_packages, Vec::new(), false),
            Command::Remove { leaves } => self.commit(Vec::new(), leaves, false),
            Command::Update => self.commit(Vec::new(), Vec::new(), true),
            Command::Swap { key_packages, leaves } => self.commit(key_packages, leaves, true),
            Command::Process { commit } => {
                let group = self.group()?;
                let staged = group.stage(&commit.0, &trust, now)?;
                group.merge(staged)?;
                Ok(Answer::Processed { epoch: group.epoch(), active: group.is_active() })
            }
            Command::Clear => {
                self.group()?.clear_pending()?;
                Ok(Answer::Done {})
            }
            Command::Revoke { list } => {
                self.trust.revoke(&list)?;
                Ok(Answer::Done {})
            }
            Command::Encrypt { text } => {
                Ok(Answer::Message { message: encode(&self.group()?.encrypt(text.as_bytes())?) })
            }
            Command::Decrypt { message } => {
                let received = self.group()?.decrypt(&message.0)?;
                let text = String::from_utf8(received.text).map_err(|_| misled("no text"))?;
                let seat = received.member.seat.to_string();
                Ok(Answer::Text { text, epoch: received.epoch, leaf: received.leaf, seat })
            }
            Command::State => Ok(Answer::State(Box::new(self.state()?))),
        }
    }
}
