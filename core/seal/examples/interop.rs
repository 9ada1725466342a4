//! One member of one group, led by lines of JSON: what tests against other implementations talk to.
//!
//! One command a line on the standard input, one answer a line on the standard output; an error is
//! `{"error": code, "message": …}` and ends nothing. Bytes are base64url, except in `state`, which is for comparing: hex.
//! `setup` comes first; its documents are those of `tests/vectors/sommet.json`, or the caller's own.

use std::io::{BufRead as _, Write as _};

use seal::document::{Fixed, encode};
use seal::fingerprint::Attestation;
use seal::group::{Commit, Group, GroupName, Identity, Wishes};
use seal::{Agreed, Certificate, Coded, Device, SigningKey, Trust};
use serde::{Deserialize, Serialize};
use wire::{Bytes, Envelope, SignedManifest, SummitId, WallTime};

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Command {
    /// Who this is, what everybody signed, and when it is.
    Setup {
        summit: SummitId,
        manifest: SignedManifest,
        group: String,
        seed: Fixed<32>,
        certificate: Envelope,
        now: WallTime,
    },
    /// A fresh key package.
    KeyPackage,
    /// Makes the group.
    Create,
    /// Joins it by a Welcome.
    Join { welcome: Bytes },
    /// Joins it alone, by a GroupInfo. The group is in the new epoch at once.
    External { group_info: Bytes },
    /// A commit that lets people in; pending until it is processed, as the next three.
    Add { key_packages: Vec<Bytes> },
    /// A commit that removes leaves.
    Remove { leaves: Vec<u32> },
    /// A commit that changes nothing but keys.
    Update,
    /// Both at once, in one commit with a path.
    Swap { key_packages: Vec<Bytes>, leaves: Vec<u32> },
    /// Checks and applies a commit, the own pending one among them.
    Process { commit: Bytes },
    /// Forgets the own pending commit.
    Clear,
    /// Takes a revocation list.
    Revoke { list: Envelope },
    /// Seals an application message.
    Encrypt { text: String },
    /// Opens one.
    Decrypt { message: Bytes },
    /// What is to be compared.
    State,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Done {},
    KeyPackage { key_package: String },
    Committed { epoch: u64, commit: String, welcome: Option<String>, group_info: String },
    Processed { epoch: u64, active: bool, added: Vec<String>, removed: Vec<u32> },
    Message { message: String },
    Text { text: String, epoch: u64, leaf: u32, seat: String },
    State(Box<State>),
    Error { error: &'static str, message: String },
}

#[derive(Serialize)]
struct State {
    epoch: u64,
    own_leaf: u32,
    /// The epoch authenticator.
    authenticator: String,
    /// `MLS-Exporter("SFrame 1.0 Base Key", "", 16)`.
    base_key: String,
    /// `MLS-Exporter("sommet/interop", "context", 32)`.
    exporter: String,
    tree_hash: String,
    attestation: Attestation,
    roster: Vec<(u32, String)>,
}

struct Member {
    trust: Trust,
    name: GroupName,
    device: Device,
    identity: Identity,
    now: WallTime,
    group: Option<Group>,
}

/// A code and a sentence.
struct Failure(&'static str, String);

impl<E: Coded + std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.code(), error.to_string())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn misled(sentence: &str) -> Failure {
    Failure("interop.misled", sentence.to_owned())
}

fn committed(commit: Commit) -> Answer {
    Answer::Committed {
        epoch: commit.epoch,
        commit: encode(&commit.commit),
        welcome: commit.welcome.map(|welcome| encode(&welcome)),
        group_info: encode(&commit.group_info),
    }
}

fn setup(command: Command) -> Result<Member, Failure> {
    let Command::Setup { summit, manifest, group, seed, certificate, now } = command else {
        return Err(misled("setup comes first"));
    };
    let trust = Trust::new(Agreed::verify(&manifest, &summit)?);
    let name = GroupName::parse(&group).ok_or_else(|| misled("no such group"))?;
    let key = SigningKey::from_seed(seed.0)?;
    let (device, identity) = Device::new(key, Certificate::read(certificate)?, &trust, now)?;
    Ok(Member { trust, name, device, identity, now, group: None })
}

impl Member {
    fn group(&mut self) -> Result<&mut Group, Failure> {
        self.group.as_mut().ok_or_else(|| misled("there is no group yet"))
    }

    fn commit(&mut self, adds: Vec<Bytes>, removes: Vec<u32>, update: bool) -> Result<Answer, Failure> {
        let (trust, now) = (self.trust.clone(), self.now);
        let adds = adds.into_iter().map(|package| package.0).collect();
        Ok(committed(self.group()?.commit(Wishes { adds, removes, update, renew: None }, &trust, now)?))
    }

    fn handle(&mut self, command: Command) -> Result<Answer, Failure> {
        let (trust, now) = (self.trust.clone(), self.now);
        let Self { device, identity, name, .. } = self;
        match command {
            Command::Setup { .. } => Err(misled("setup comes once")),
            Command::KeyPackage => Ok(Answer::KeyPackage { key_package: encode(&device.key_package(identity)?) }),
            Command::Create => {
                self.group = Some(Group::create(device, identity, name.clone(), &trust)?);
                Ok(Answer::Done {})
            }
            Command::Join { welcome } => {
                self.group = Some(Group::join(device, identity, name.clone(), &welcome.0, &trust, now)?);
                Ok(Answer::Done {})
            }
            Command::External { group_info } => {
                let (group, commit) = Group::join_external(device, identity, name.clone(), &group_info.0, &trust, now)?;
                self.group = Some(group);
                Ok(committed(commit))
            }
            Command::Add { key_packages } => self.commit(key_packages, Vec::new(), false),
            Command::Remove { leaves } => self.commit(Vec::new(), leaves, false),
            Command::Update => self.commit(Vec::new(), Vec::new(), true),
            Command::Swap { key_packages, leaves } => self.commit(key_packages, leaves, true),
            Command::Process { commit } => {
                let group = self.group()?;
                let staged = group.stage(&commit.0, &trust, now)?;
                let changes = group.merge(staged)?;
                Ok(Answer::Processed {
                    epoch: group.epoch(),
                    active: group.is_active(),
                    added: changes.added.iter().map(|member| member.seat.to_string()).collect(),
                    removed: changes.removed.iter().map(|(leaf, _)| *leaf).collect(),
                })
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
                Ok(Answer::Text {
                    text,
                    epoch: received.epoch,
                    leaf: received.leaf,
                    seat: received.member.seat.to_string(),
                })
            }
            Command::State => {
                let group = self.group()?;
                Ok(Answer::State(Box::new(State {
                    epoch: group.epoch(),
                    own_leaf: group.own_leaf(),
                    authenticator: hex(group.epoch_authenticator()),
                    base_key: hex(&group.export::<16>("SFrame 1.0 Base Key", b"")?),
                    exporter: hex(&group.export::<32>("sommet/interop", b"context")?),
                    tree_hash: hex(group.tree_hash()),
                    attestation: group.attestation(),
                    roster: group.members().iter().map(|(leaf, member)| (*leaf, member.seat.to_string())).collect(),
                })))
            }
        }
    }
}

fn main() -> std::io::Result<()> {
    let mut member: Option<Member> = None;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let command: Result<Command, _> = serde_json::from_str(&line?);
        let answer = match (command, &mut member) {
            (Err(error), _) => Err(misled(&error.to_string())),
            (Ok(command), Some(member)) => member.handle(command),
            (Ok(command), None) => setup(command).map(|ready| {
                member = Some(ready);
                Answer::Done {}
            }),
        };
        let answer = answer.unwrap_or_else(|Failure(error, message)| Answer::Error { error, message });
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}
