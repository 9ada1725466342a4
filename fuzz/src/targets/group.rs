//! What a server may hand to a member in the place of MLS messages: Welcome, GroupInfo, commit, application message, key package.
//! Nothing made up is believed. The first byte says which; a changed copy of a genuine one comes with where and how.

use seal::group::{Wishes, check_key_package};
use seal::{Group, GroupName};
use wire::Role;

use crate::script::Script;
use crate::summit::{self, NOW};

pub(super) fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let Some(kind) = script.byte() else { return };
    let trust = summit::trust();
    let (anna, anna_as) = summit::member("anna", Role::Principal, 11, &trust);
    let (bela, bela_as) = summit::member("bela", Role::Adviser, 12, &trust);
    let mut group = Group::create(&anna, &anna_as, GroupName::Plenary, &trust).expect("a group");
    let package = bela.key_package(&bela_as).expect("a key package");
    let bend = |genuine: &[u8], script: &mut Script<'_>| bent(genuine, kind & 8 != 0, script);
    match kind % 8 {
        0 => drop(check_key_package(&bend(&package, &mut script), &trust, NOW)),
        1 => {
            let info = group.group_info().expect("a GroupInfo");
            let info = bend(&info, &mut script);
            drop(Group::join_external(&bela, &bela_as, GroupName::Plenary, &info, &trust, NOW));
        }
        _ => {
            let wishes = Wishes { adds: vec![package], ..Wishes::default() };
            let added = group.commit(wishes, &trust, NOW).expect("a commit");
            let welcome = added.welcome.expect("a Welcome");
            if kind % 8 == 2 {
                let welcome = bend(&welcome, &mut script);
                drop(Group::join(&bela, &bela_as, GroupName::Plenary, &welcome, &trust, NOW));
                return;
            }
            let staged = group.stage_pending().expect("the own commit");
            group.merge(staged).expect("the own commit");
            let mut other = Group::join(&bela, &bela_as, GroupName::Plenary, &welcome, &trust, NOW).expect("a member");
            if kind % 8 == 3 {
                let message = other.encrypt(b"hello").expect("a message");
                drop(group.decrypt(&bend(&message, &mut script)));
            } else {
                let wishes = Wishes { update: true, ..Wishes::default() };
                let commit = other.commit(wishes, &trust, NOW).expect("a commit").commit;
                drop(group.stage(&bend(&commit, &mut script), &trust, NOW));
            }
        }
    }
}

/// What the script says, or the genuine bytes with some of them changed.
fn bent(genuine: &[u8], is_genuine: bool, script: &mut Script<'_>) -> Vec<u8> {
    if !is_genuine {
        return script.bytes().to_vec();
    }
    let mut bytes = genuine.to_vec();
    while let Some(change) = script.byte() {
        let place = usize::from(script.number());
        match bytes.get_mut(place) {
            Some(byte) => *byte ^= change,
            None => bytes.truncate(place % (genuine.len() + 1)),
        }
    }
    bytes
}
