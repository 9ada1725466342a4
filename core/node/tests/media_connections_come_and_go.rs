//! Media connections as the room sees them, with real peers on both ends.

#![allow(clippy::wildcard_enum_match_arm, reason = "only some messages matter here")]

mod common;

use common::calls::{ALL, Calls, address};
use common::{Hall, refused, seat};
use node::Input;
use wire::{Presence, Refusal, Request, ServerMessage};

#[test]
fn a_connection_that_has_ended_for_good_is_not_said_to_stand() {
    let (mut hall, _, other, _) = Hall::plenary();
    let aide = hall.hello("meridia-aide", 77, false);
    hall.ask(aide, Request::Enter { devices: common::ON });
    let mut calls = Calls::into(hall);
    let call = calls.call(aide, ALL, address(1));
    calls.hall.news(other);

    // An offer that the transport takes over in part and then cannot use ends the connection.
    let unusable: String = calls.calls[call]
        .offer
        .lines()
        .filter(|line| !line.starts_with("a=ice-"))
        .map(|l| format!("{l}\r\n"))
        .collect();
    let further = Request::MediaOffer { sdp: unusable, tracks: Vec::new(), fresh: false };
    assert_eq!(calls.hall.ask(aide, further), refused(Refusal::MediaOffer));
    let news = calls.hall.news(other);
    let closed = news.iter().filter(|message| matches!(message, ServerMessage::SourceClosed { .. }));
    assert_eq!(closed.count(), 2, "microphone and camera");
    let gone = ServerMessage::Presence { seat: seat("meridia-aide"), presence: Presence::Reconnecting };
    assert_eq!(news.last(), Some(&gone));

    calls.hall.tell(Input::Disconnected { connection: aide });
    let aide = calls.hall.hello("meridia-aide", 77, false);
    assert!(!calls.hall.stands(aide));

    calls.hall.news(other);
    calls.call(aide, ALL, address(2));
    let back = ServerMessage::Presence { seat: seat("meridia-aide"), presence: Presence::Here { devices: common::ON } };
    assert!(calls.hall.news(other).contains(&back));
    calls.hall.tell(Input::Disconnected { connection: aide });
    let aide = calls.hall.hello("meridia-aide", 77, false);
    assert!(calls.hall.stands(aide));
}
