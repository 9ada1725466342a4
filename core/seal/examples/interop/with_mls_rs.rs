//! A member by `mls-rs`, as anybody's program would have it. Of this crate it takes the documents, and what is told of a
//! group's members; none of the rules.

use std::collections::BTreeMap;

use mls_rs::client_builder::MlsConfig;
use mls_rs::error::MlsError;
use mls_rs::extension::built_in::RatchetTreeExt;
use mls_rs::group::{CommitEffect, ReceivedMessage, Roster};
use mls_rs::{Client, Group, MlsMessage};
use seal::document::encode;
use seal::fingerprint::{Attestation, roster_text};
use seal::group::{GroupName, padded, unpadded};
use seal::{Agreed, Certificate, PublicKey, SigningKey, Trust};
use wire::{Bytes, WallTime};

use super::credulous::client;
use super::lines::{Answer, BASE_KEY, Command, Committed, EXPORTER, Failure, Member, Setup, State, hex, misled};

struct MlsRsMember<C: MlsConfig> {
    trust: Trust,
    now: WallTime,
    group_id: Vec<u8>,
    key: PublicKey,
    client: Client<C>,
    group: Option<Group<C>>,
}

/// Somebody outside of the group.
pub(crate) fn setup(who: Setup) -> Result<Box<dyn Member>, Failure> {
    let Setup { summit, manifest, group, seed, certificate, now } = who;
    let trust = Trust::new(Agreed::verify(&manifest, &summit)?);
    let name = GroupName::parse(&group).ok_or_else(|| misled("no such group"))?;
    let key = SigningKey::from_seed(seed.0)?;
    let client = client(&key, Certificate::read(certificate)?.to_identity());
    Ok(Box::new(MlsRsMember { trust, now, group_id: name.mls_id(&summit), key: key.public(), client, group: None }))
}

/// The error of ours that is nearest to any of `mls-rs`.
fn as_code(code: &'static str) -> impl Fn(MlsError) -> Failure {
    move |error| Failure(code, error.to_string())
}

const COMMIT: &str = "mls.bad_commit";
const WELCOME: &str = "mls.welcome_unusable";
const MESSAGE: &str = "mls.message";
const STATE: &str = "mls.state";

fn read(bytes: &Bytes, code: &'static str) -> Result<MlsMessage, Failure> {
    MlsMessage::from_bytes(&bytes.0).map_err(as_code(code))
}

fn write(message: &MlsMessage) -> Result<Vec<u8>, Failure> {
    message.to_bytes().map_err(as_code(STATE))
}

/// The leaf that has this signature key.
fn leaf_of(key: &PublicKey, info: &MlsMessage) -> Option<u32> {
    let tree = info.as_group_info()?.extensions().get_as::<RatchetTreeExt>().ok()??;
    let is_own = |member: &mls_rs::group::Member| member.signing_identity.signature_key.as_bytes() == key.as_bytes();
    tree.tree_data.roster().members_iter().find(is_own).map(|member| member.index)
}

impl<C: MlsConfig> MlsRsMember<C> {
    fn group(&mut self) -> Result<&mut Group<C>, Failure> {
        self.group.as_mut().ok_or_else(|| misled("there is no group yet"))
    }

    fn key_package(&self) -> Result<Answer, Failure> {
        let package = self.client.generate_key_package_message(Default::default(), Default::default(), None);
        Ok(Answer::KeyPackage { key_package: encode(&write(&package.map_err(as_code(STATE))?)?) })
    }

    fn create(&mut self) -> Result<Answer, Failure> {
        let builder = self.client.group_builder().map_err(as_code(STATE))?;
        self.group = Some(builder.with_group_id(self.group_id.clone()).build().map_err(as_code(STATE))?);
        Ok(Answer::Done {})
    }

    fn join(&mut self, welcome: &Bytes) -> Result<Answer, Failure> {
        let welcome = read(welcome, WELCOME)?;
        self.group = Some(self.client.join_group(None, &welcome, None).map_err(as_code(WELCOME))?.0);
        Ok(Answer::Done {})
    }

    fn external(&mut self, info: &Bytes) -> Result<Answer, Failure> {
        let info = read(info, WELCOME)?;
        let epoch = info.epoch().ok_or_else(|| misled("it is no GroupInfo"))?;
        let mut builder = self.client.external_commit_builder().map_err(as_code(WELCOME))?;
        if let Some(leaf) = leaf_of(&self.key, &info) {
            builder = builder.with_removal(leaf);
        }
        let (group, commit) = builder.build(info).map_err(as_code(WELCOME))?;
        let next = group.group_info_message_allowing_ext_commit(true).map_err(as_code(STATE))?;
        self.group = Some(group);
        Ok(Answer::Committed(Committed::new(epoch, &write(&commit)?, None, &write(&next)?)))
    }

    fn commit(&mut self, adds: &[Bytes], removes: &[u32]) -> Result<Answer, Failure> {
        let group = self.group()?;
        let epoch = group.current_epoch();
        let mut builder = group.commit_builder();
        for leaf in removes {
            builder = builder.remove_member(*leaf).map_err(as_code(COMMIT))?;
        }
        for package in adds {
            builder = builder.add_member(read(package, COMMIT)?).map_err(as_code(COMMIT))?;
        }
        let made = builder.build().map_err(as_code(COMMIT))?;
        let welcome = made.welcome_messages.first().map(write).transpose()?;
        let info = made.external_commit_group_info.ok_or_else(|| misled("a commit without its GroupInfo"))?;
        let committed = Committed::new(epoch, &write(&made.commit_message)?, welcome.as_deref(), &write(&info)?);
        Ok(Answer::Committed(committed))
    }

    fn process(&mut self, commit: &Bytes) -> Result<Answer, Failure> {
        let commit = read(commit, COMMIT)?;
        let group = self.group()?;
        let ReceivedMessage::Commit(done) = group.process_incoming_message(commit).map_err(as_code(COMMIT))? else {
            return Err(Failure(COMMIT, "it is no commit".to_owned()));
        };
        let active = matches!(done.effect, CommitEffect::NewEpoch(_));
        Ok(Answer::Processed { epoch: group.current_epoch(), active })
    }

    fn encrypt(&mut self, text: &str) -> Result<Answer, Failure> {
        let group = self.group()?;
        let message =
            group.encrypt_application_message(&padded(text.as_bytes()), Vec::new()).map_err(as_code(STATE))?;
        Ok(Answer::Message { message: encode(&write(&message)?) })
    }

    fn decrypt(&mut self, message: &Bytes) -> Result<Answer, Failure> {
        let message = read(message, MESSAGE)?;
        let epoch = message.epoch().ok_or_else(|| misled("it is of no group"))?;
        let (trust, now) = (self.trust.clone(), self.now);
        let group = self.group()?;
        let received = group.process_incoming_message(message).map_err(as_code(MESSAGE))?;
        let ReceivedMessage::ApplicationMessage(received) = received else {
            return Err(Failure(MESSAGE, "it is no application message".to_owned()));
        };
        let text = unpadded(received.data()).and_then(|text| String::from_utf8(text.to_vec()).ok());
        let text = text.ok_or_else(|| Failure(MESSAGE, "it is not padded".to_owned()))?;
        let leaf = received.sender_index;
        let seat = members(&group.roster(), &trust, now)?.get(&leaf).map(|member| member.seat.to_string());
        Ok(Answer::Text { text, epoch, leaf, seat: seat.unwrap_or_default() })
    }

    fn state(&mut self) -> Result<State, Failure> {
        let (trust, now) = (self.trust.clone(), self.now);
        let group = self.group()?;
        let export = |(label, context, length): (&str, &[u8], usize)| {
            group.export_secret(label.as_bytes(), context, length).map_err(as_code(STATE))
        };
        let (base_key, exporter) = (export(BASE_KEY)?, export(EXPORTER)?);
        let authenticator = group.epoch_authenticator().map_err(as_code(STATE))?;
        let epoch = group.current_epoch();
        let tree_hash = group.context().tree_hash.as_slice();
        let hash = tree_hash.try_into().map_err(|_| misled("a tree hash of another length"))?;
        let members = members(&group.roster(), &trust, now)?;
        let roster = roster_text(members.iter().map(|(leaf, member)| (*leaf, member)));
        Ok(State {
            epoch,
            own_leaf: group.current_member_index(),
            authenticator: hex(authenticator.as_bytes()),
            base_key: hex(base_key.as_bytes()),
            exporter: hex(exporter.as_bytes()),
            tree_hash: hex(tree_hash),
            attestation: Attestation::new(epoch, authenticator.as_bytes(), hash, &roster),
            roster: members.iter().map(|(leaf, member)| (*leaf, member.seat.to_string())).collect(),
        })
    }
}

/// Who sits on which leaf, as far as their certificates are good.
fn members(roster: &Roster<'_>, trust: &Trust, now: WallTime) -> Result<BTreeMap<u32, seal::Member>, Failure> {
    let one = |member: mls_rs::group::Member| {
        let identity = member.signing_identity;
        let credential = identity.credential.as_basic().ok_or_else(|| misled("a credential that is not basic"))?;
        let key = identity.signature_key.as_bytes().try_into().map_err(|_| misled("a key of another length"))?;
        let certificate = Certificate::from_identity(&credential.identifier)?;
        Ok((member.index, trust.check(&certificate, &PublicKey::from_bytes(key), now)?))
    };
    roster.members_iter().map(one).collect()
}

impl<C: MlsConfig> Member for MlsRsMember<C> {
    fn handle(&mut self, command: Command) -> Result<Answer, Failure> {
        match command {
            Command::Setup(_) => Err(misled("setup comes once")),
            Command::KeyPackage => self.key_package(),
            Command::Create => self.create(),
            Command::Join { welcome } => self.join(&welcome),
            Command::External { group_info } => self.external(&group_info),
            Command::Add { key_packages } => self.commit(&key_packages, &[]),
            Command::Remove { leaves } => self.commit(&[], &leaves),
            Command::Update => self.commit(&[], &[]),
            Command::Swap { key_packages, leaves } => self.commit(&key_packages, &leaves),
            Command::Process { commit } => self.process(&commit),
            Command::Clear => {
                self.group()?.clear_pending_commit();
                Ok(Answer::Done {})
            }
            Command::Revoke { list } => {
                self.trust.revoke(&list)?;
                Ok(Answer::Done {})
            }
            Command::Encrypt { text } => self.encrypt(&text),
            Command::Decrypt { message } => self.decrypt(&message),
            Command::State => Ok(Answer::State(Box::new(self.state()?))),
        }
    }
}
