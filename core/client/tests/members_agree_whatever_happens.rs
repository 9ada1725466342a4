//! What a participant does about its groups when something is lost, late or wrong.

#![allow(clippy::wildcard_enum_match_arm, reason = "tests look for a few messages among many")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::time::Duration;

use client::{Barred, Input, Noticed};
use common::offices::{Puppet, plenary};
use common::{Scene, meeting, seat, settings};
use wire::{Bytes, Denied, GroupView, Newcomer, Outcome, Phase, Refusal, Request, RequestId, ServerMessage, WallTime};

/// Meridia's head with a member of the other party in the plenary, in epoch 1.
struct Stage {
    scene: Scene,
    other: Puppet,
    seq: u64,
}

fn view() -> wire::MeetingView {
    meeting(Phase::Plenary { revealed_at: WallTime(1) })
}

fn admitted() -> Scene {
    let mut scene = Scene::new(settings(1));
    scene.welcome(view(), false);
    certify(&mut scene);
    scene
}

fn certify(scene: &mut Scene) {
    let sent = scene.take_all();
    let (id, request) = sent
        .iter()
        .find_map(|message| match &message.request {
            Request::CertificateRequest { request } => Some((message.id.clone(), request.clone())),
            _ => None,
        })
        .expect("it asks for a certificate");
    scene.reply(&id, Outcome::Done);
    let answer = scene.offices.certify(&seat("meridia-head"), &request);
    scene.hear(match answer {
        Ok(certificate) => ServerMessage::CertificateIssued { certificate },
        Err(why) => ServerMessage::CertificateDenied { why },
    });
}

fn groups(scene: &mut Scene) {
    let (head, other) = (seat("meridia-head"), seat("vesland-head"));
    let entitled = vec![head, other];
    let view = GroupView { group: plenary(), number: 0, epoch: None, seq: 0, members: Vec::new(), entitled };
    scene.hear(ServerMessage::SealGroups { groups: vec![view] });
}

/// A commit that was asked for.
struct Made {
    id: RequestId,
    epoch: u64,
    commit: Bytes,
    welcome: Option<Bytes>,
}

fn made(scene: &mut Scene) -> Made {
    let sent = scene.take_sent();
    let made = sent.into_iter().find_map(|message| match message.request {
        Request::MlsCommit { epoch, commit, welcome, .. } => Some(Made { id: message.id, epoch, commit, welcome }),
        _ => None,
    });
    made.expect("a commit")
}

impl Stage {
    fn set() -> Self {
        let mut scene = admitted();
        groups(&mut scene);
        let group = plenary();
        scene.hear(ServerMessage::MlsWanted { group, epoch: None, add: Vec::new(), remove: Vec::new() });
        let create = scene.take_sent().into_iter().find(|sent| matches!(sent.request, Request::MlsCreate { .. }));
        scene.reply(&create.expect("a group").id, Outcome::Done);
        let other = Puppet::new(&mut scene.offices, "vesland-head");
        let mut stage = Self { scene, other, seq: 1 };
        let newcomer = stage.other.newcomer();
        stage.nominate(0, vec![newcomer]);
        let made = made(&mut stage.scene);
        stage.take(&made);
        stage.scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: 1 });
        stage.other.join(made.welcome.as_ref().unwrap());
        stage.agree(1);
        stage.scene.take_sent();
        stage
    }

    fn nominate(&mut self, epoch: u64, add: Vec<Newcomer>) {
        self.scene.hear(ServerMessage::MlsWanted { group: plenary(), epoch: Some(epoch), add, remove: Vec::new() });
    }

    /// The participant's own commit is taken.
    fn take(&mut self, made: &Made) {
        self.scene.reply(&made.id, Outcome::Done);
        self.committed("meridia-head", made.epoch, &made.commit);
    }

    fn committed(&mut self, by: &str, epoch: u64, commit: &Bytes) {
        self.seq += 1;
        let (group, seq, by, commit) = (plenary(), self.seq, seat(by), commit.clone());
        self.scene.hear(ServerMessage::MlsCommitted { group, seq, epoch, by, commit });
    }

    /// The other one commits, and is taken.
    fn other_commits(&mut self) {
        let epoch = self.other.group().epoch();
        let made = self.other.commit(&[]);
        self.committed("vesland-head", epoch, &Bytes(made.commit));
        self.scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: epoch + 1 });
    }

    #[track_caller]
    fn agree(&mut self, epoch: u64) {
        let own = self.scene.participant.epochs().map(|(_, epoch, secret)| (epoch, secret)).next();
        let group = self.other.group();
        assert_eq!(own, Some((epoch, group.epoch_authenticator().to_vec())));
        assert_eq!(group.epoch(), epoch);
    }

    fn leaves(&mut self) -> Vec<(u64, u32)> {
        let applied = |request| match request {
            Request::MlsApplied { seq, leaf, .. } => Some((seq, leaf)),
            _ => None,
        };
        self.scene.requests().into_iter().filter_map(applied).collect()
    }
}

#[test]
fn who_is_alone_creates_the_group_and_lets_the_next_one_in() {
    let mut stage = Stage::set();
    assert_eq!(stage.scene.participant.members(&plenary()), [seat("meridia-head"), seat("vesland-head")]);
    stage.other_commits();
    stage.agree(2);
    assert_eq!(stage.leaves(), [(3, 0)]);
}

#[test]
fn the_first_of_a_party_says_what_it_sees_in_every_epoch() {
    let mut stage = Stage::set();
    stage.other_commits();
    let sent = stage.scene.requests().into_iter().find_map(|request| match request {
        Request::MlsApp { epoch, message, .. } => Some((epoch, message)),
        _ => None,
    });
    let (epoch, message) = sent.expect("an attestation");
    let said = stage.other.read(&message);
    let mut own = serde_json::to_value(stage.other.group().attestation()).unwrap();
    own["type"] = serde_json::json!("attest");
    assert_eq!((epoch, said), (2, own));
}

#[test]
fn who_lost_a_race_follows_and_its_next_commit_is_good() {
    let mut stage = Stage::set();
    stage.nominate(1, Vec::new());
    let lost = made(&mut stage.scene);
    stage.other_commits();
    stage.scene.reply(&lost.id, Outcome::Refused { why: Refusal::EpochOver });
    stage.agree(2);
    stage.nominate(2, Vec::new());
    let won = made(&mut stage.scene);
    stage.take(&won);
    stage.scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: 3 });
    stage.other.apply(&won.commit);
    stage.agree(3);
}

#[test]
fn the_answer_may_come_before_the_commit_that_won() {
    let mut stage = Stage::set();
    stage.nominate(1, Vec::new());
    let lost = made(&mut stage.scene);
    stage.scene.reply(&lost.id, Outcome::Refused { why: Refusal::EpochOver });
    stage.other_commits();
    stage.agree(2);
}

#[test]
fn a_late_refusal_of_one_commit_does_not_undo_the_next_one() {
    let mut stage = Stage::set();
    stage.nominate(1, Vec::new());
    let lost = made(&mut stage.scene);
    stage.other_commits();
    stage.nominate(2, Vec::new());
    let won = made(&mut stage.scene);
    stage.scene.reply(&lost.id, Outcome::Refused { why: Refusal::EpochOver });
    stage.take(&won);
    stage.scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: 3 });
    stage.other.apply(&won.commit);
    stage.agree(3);
}

#[test]
fn who_is_asked_twice_to_make_a_group_makes_one() {
    let mut scene = admitted();
    groups(&mut scene);
    let wanted = || ServerMessage::MlsWanted { group: plenary(), epoch: None, add: Vec::new(), remove: Vec::new() };
    scene.hear(wanted());
    scene.hear(wanted());
    let made: Vec<_> =
        scene.take_sent().into_iter().filter(|sent| matches!(sent.request, Request::MlsCreate { .. })).collect();
    assert_eq!(made.len(), 1, "a second one would take the place of the first");
    // Without an answer it may have got lost.
    scene.tell(Input::Closed);
    scene.pass(Duration::from_secs(1));
    scene.welcome(view(), false);
    scene.hear(wanted());
    let again = scene.take_sent().into_iter().find(|sent| matches!(sent.request, Request::MlsCreate { .. }));
    scene.reply(&again.expect("another one").id, Outcome::Done);
    assert_eq!(scene.participant.members(&plenary()), [seat("meridia-head")]);
}

#[test]
fn who_is_outside_of_a_group_in_which_it_is_spoken_to_asks_to_be_let_in() {
    let mut scene = admitted();
    groups(&mut scene);
    scene.take_sent();
    let asks =
        |scene: &mut Scene| scene.requests().iter().filter(|asked| matches!(asked, Request::MlsResync { .. })).count();
    scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: 5 });
    scene.pass(Duration::from_secs(4));
    assert_eq!(asks(&mut scene), 0, "somebody may be letting it in");
    scene.pass(Duration::from_secs(2));
    assert_eq!(asks(&mut scene), 1);
    scene.pass(Duration::from_secs(20));
    assert_eq!(asks(&mut scene), 0, "nobody speaks to it any more");
}

#[test]
fn the_own_commit_waits_for_the_servers_word() {
    let mut stage = Stage::set();
    stage.nominate(1, Vec::new());
    let made = made(&mut stage.scene);
    stage.take(&made);
    stage.agree(1);
    assert_eq!(stage.leaves(), [(3, 0)], "it says that it could");
    stage.other.apply(&made.commit);
    stage.scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: 2 });
    stage.agree(2);
}

#[test]
fn a_void_commit_never_was() {
    let mut stage = Stage::set();
    stage.nominate(1, Vec::new());
    let made = made(&mut stage.scene);
    stage.take(&made);
    let seq = stage.seq;
    stage.scene.hear(ServerMessage::MlsVoid { group: plenary(), seq });
    stage.agree(1);
    stage.seq += 1;
    stage.other_commits();
    stage.agree(2);
}

#[test]
fn a_void_that_got_lost_with_the_connection_is_understood_from_the_word_of_the_epoch_before() {
    let mut stage = Stage::set();
    stage.nominate(1, Vec::new());
    let made_then = made(&mut stage.scene);
    stage.take(&made_then);
    stage.scene.take_sent();
    stage.scene.tell(Input::Closed);
    stage.scene.pass(Duration::from_secs(1));
    stage.scene.welcome(view(), false);
    stage.scene.take_sent();
    stage.scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: 1 });
    stage.agree(1);
    stage.nominate(1, Vec::new());
    let again = made(&mut stage.scene);
    stage.seq += 1;
    stage.take(&again);
    stage.other.apply(&again.commit);
    stage.scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: 2 });
    stage.agree(2);
}

#[test]
fn who_went_into_an_epoch_that_never_was_comes_in_anew() {
    let mut stage = Stage::set();
    stage.other_commits();
    stage.agree(2);
    stage.scene.take_sent();
    let seq = stage.seq;
    stage.scene.hear(ServerMessage::MlsVoid { group: plenary(), seq });
    assert!(stage.scene.requests().iter().any(|request| matches!(request, Request::MlsResync { .. })));
    assert_eq!(stage.scene.participant.epochs().count(), 0);
}

#[test]
fn a_commit_that_breaks_a_rule_is_refused_and_the_epoch_goes_on() {
    let mut stage = Stage::set();
    stage.committed("vesland-head", 1, &Bytes(b"no commit".to_vec()));
    let refused = stage.scene.requests().into_iter().find_map(|request| match request {
        Request::MlsRefused { seq, why, .. } => Some((seq, why)),
        _ => None,
    });
    assert_eq!(refused, Some((3, "mls.bad_commit".to_owned())));
    stage.agree(1);
    let seq = stage.seq;
    stage.scene.hear(ServerMessage::MlsVoid { group: plenary(), seq });
    stage.other_commits();
    stage.agree(2);
}

#[test]
fn who_comes_back_takes_up_where_it_was() {
    let mut stage = Stage::set();
    stage.scene.tell(Input::Closed);
    let epoch = stage.other.group().epoch();
    let missed = [Bytes(stage.other.commit(&[]).commit), Bytes(stage.other.commit(&[]).commit)];
    stage.scene.pass(Duration::from_secs(1));
    stage.scene.welcome(view(), false);
    let held = stage.scene.requests().into_iter().find_map(|request| match request {
        Request::SealResume { held, packages, .. } => Some((held, packages.len())),
        _ => None,
    });
    let (held, packages) = held.expect("it says what it holds");
    assert_eq!(held.iter().map(|held| (held.group.clone(), held.seq)).collect::<Vec<_>>(), [(plenary(), 2)]);
    assert_eq!(packages, 8);
    for (epoch, commit) in (epoch..).zip(&missed) {
        stage.committed("vesland-head", epoch, commit);
    }
    stage.agree(3);
    // What it knows already changes nothing.
    stage.seq -= 1;
    stage.committed("vesland-head", 2, &missed[1]);
    stage.agree(3);
}

#[test]
fn an_own_commit_whose_word_got_lost_is_applied_when_the_next_one_comes() {
    let mut stage = Stage::set();
    stage.nominate(1, Vec::new());
    let made = made(&mut stage.scene);
    stage.take(&made);
    stage.scene.take_sent();
    stage.scene.tell(Input::Closed);
    stage.other.apply(&made.commit);
    let next = stage.other.commit(&[]);
    stage.scene.pass(Duration::from_secs(1));
    stage.scene.welcome(view(), false);
    stage.seq -= 1;
    stage.committed("meridia-head", 1, &made.commit);
    stage.committed("vesland-head", 2, &Bytes(next.commit));
    stage.agree(3);
}

#[test]
fn who_was_left_behind_comes_in_anew() {
    let mut stage = Stage::set();
    stage.scene.hear(ServerMessage::MlsSwitch { group: plenary(), epoch: 5 });
    let package = stage.scene.requests().into_iter().find_map(|request| match request {
        Request::MlsResync { package, .. } => Some(package),
        _ => None,
    });
    assert!(package.is_some());
    assert_eq!(stage.scene.participant.epochs().count(), 0, "its former state is of no use");
}

#[test]
fn a_refused_certificate_is_told() {
    let mut scene = Scene::new(settings(1));
    scene.welcome(view(), false);
    scene.hear(ServerMessage::CertificateDenied { why: Denied::Used });
    assert!(scene.noticed.contains(&Noticed::Barred(Barred::Denied(Denied::Used))));
    groups(&mut scene);
    let group = plenary();
    scene.hear(ServerMessage::MlsWanted { group, epoch: None, add: Vec::new(), remove: Vec::new() });
    assert!(!scene.requests().iter().any(|request| matches!(request, Request::MlsCreate { .. })));
    assert!(!scene.participant.is_admitted());
}

#[test]
fn what_not_every_party_signed_is_not_believed() {
    let mut scene = Scene::new(settings(1));
    scene.offices.manifest.signatures.pop();
    scene.welcome(view(), false);
    assert!(scene.noticed.contains(&Noticed::Barred(Barred::Untrusted("manifest.incomplete"))), "{:?}", scene.noticed);
    assert!(!scene.take_all().iter().any(|sent| matches!(sent.request, Request::CertificateRequest { .. })));
}

#[test]
fn the_same_device_gets_the_same_certificate_and_another_one_gets_none() {
    let mut scene = admitted();
    assert!(scene.noticed.contains(&Noticed::Admitted));
    let offices = scene.offices;
    let mut again = Scene::new(settings(1));
    again.offices = offices;
    again.welcome(view(), false);
    certify(&mut again);
    assert!(again.noticed.contains(&Noticed::Admitted));
    scene = Scene::new(settings(2));
    scene.offices = again.offices;
    scene.welcome(view(), false);
    certify(&mut scene);
    assert!(scene.noticed.contains(&Noticed::Barred(Barred::Denied(Denied::Used))));
}
