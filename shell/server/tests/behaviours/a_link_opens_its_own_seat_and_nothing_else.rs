use std::time::Duration;

use server::admin::{Command, Reply};
use store::Store as _;

use crate::support::{Bench, SEATS, hello, invite, link, now, post_json, request, run};

#[test]
fn a_good_link_gives_a_seat_and_its_token_opens_the_meeting() {
    let bench = Bench::start();
    run(async {
        let reply = bench.post_link(&link("talks", SEATS[0])).await;
        assert_eq!((reply.status, reply.header("cache-control")), (201, Some("no-store")));
        let arrival: wire::Arrival = serde_json::from_str(&reply.body).unwrap();
        assert_eq!((arrival.summit.as_str(), arrival.you.as_str()), ("talks", SEATS[0]));
        assert!(arrival.token.len() >= 43, "256 bits in base64url");

        let mut person = bench.stranger().await;
        person.say_hello(&arrival.token).await;
        let welcome = person.hear().await;
        assert_eq!((&welcome["type"], &welcome["you"]), (&"welcome".into(), &SEATS[0].into()));
        // What a client checks before it believes a word of the rest.
        assert_eq!(welcome["manifest"]["payload"], serde_json::json!(crate::support::manifest("talks")));
        assert_eq!(welcome["manifest"]["signatures"].as_array().unwrap().len(), 2);
        let document = serde_json::from_value::<wire::Envelope>(welcome["invitation"].clone()).unwrap();
        let invited: wire::InvitationDocument = serde_json::from_slice(&document.payload.0).unwrap();
        assert_eq!((invited.seat.as_str(), welcome["revocations"].as_array().unwrap().len()), (SEATS[0], 0));
    });
}

#[test]
fn a_link_may_be_opened_on_two_devices_and_each_has_a_token_of_its_own() {
    let bench = Bench::start();
    run(async {
        let (first, second) = (bench.token("talks", SEATS[0]).await, bench.token("talks", SEATS[0]).await);
        assert_ne!(first, second);
        let mut here = bench.stranger().await;
        here.say_hello(&first).await;
        assert_eq!(here.hear().await["type"], "welcome");

        let mut there = bench.stranger().await;
        there.say_hello(&second).await;
        assert_eq!(there.hear().await["type"], "seat_taken");
        let mut insisting = hello(&second);
        insisting["take_over"] = true.into();
        there.say(insisting).await;
        assert_eq!(there.hear_of("welcome").await["you"], SEATS[0]);
        assert_eq!(here.hear_bye().await, "taken_over");
    });
}

#[test]
fn a_good_link_waits_for_every_party_to_sign() {
    let bench = Bench::start();
    run(async {
        let reply = bench.post_link(&link("proposal", SEATS[0])).await;
        assert_eq!((reply.status, reply.problem().as_str()), (409, "not-agreed"));
        assert_eq!(bench.post_link("never-a-link").await.problem(), "link-refused");
    });
}

#[test]
fn unknown_expired_withdrawn_and_ended_links_look_alike() {
    let mut bench = Bench::start();
    bench.restart_after(|store| {
        invite(store, "talks", SEATS[0], "expired-link", now());
        let withdrawn = invite(store, "talks", SEATS[0], "withdrawn-link", now().plus(Duration::from_secs(60)));
        store.revoke(withdrawn, now()).unwrap();
        let ended = wire::Entry {
            sequence: wire::Sequence(1),
            at: now(),
            request: None,
            event: wire::Event::Ended { by: None },
        };
        store.append(&[(crate::support::summit_id("other"), ended.into())]).unwrap();
    });
    run(async {
        let mut answers = Vec::new();
        let too_long = "x".repeat(3000);
        let ended = link("other", SEATS[0]);
        for secret in ["", "never-a-link", "expired-link", "withdrawn-link", &ended, &too_long] {
            let reply = bench.post_link(secret).await;
            assert_eq!(reply.status, 401, "{secret}");
            assert_eq!(reply.problem(), "link-refused");
            answers.push(reply.body);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "one answer for all: {answers:?}");
    });
}

#[test]
fn the_token_of_a_withdrawn_link_is_refused() {
    let mut bench = Bench::start();
    let mut token = String::new();
    run(async { token = bench.token("talks", SEATS[0]).await });
    bench.restart_after(|store| {
        let links = store.invitations(&crate::support::summit_id("talks")).unwrap();
        let of_seat = links.iter().find(|link| link.seat.as_str() == SEATS[0]).unwrap();
        store.revoke(of_seat.id, now()).unwrap();
    });
    run(async {
        let mut person = bench.stranger().await;
        person.say_hello(&token).await;
        assert_eq!(person.hear_bye().await, "link_refused");
    });
}

#[test]
fn whoever_came_by_a_link_is_shown_out_when_it_is_withdrawn() {
    let bench = Bench::start();
    run(async {
        let mut thief = bench.guest("talks", SEATS[0]).await;
        let mut other = bench.guest("talks", SEATS[1]).await;
        let perform = |command| server::admin::perform(bench.folder.path(), &command).unwrap();
        let listed = perform(Command::ListInvitations { summit: crate::support::summit_id("talks") });
        let Reply::Invitations { invitations } = listed else { panic!("links were asked for") };
        let stolen = invitations.iter().find(|link| link.seat.as_str() == SEATS[0]).unwrap().id;
        perform(Command::Revoke { invitation: stolen });
        assert_eq!(thief.hear_bye().await, "link_refused");
        other.say(serde_json::json!({ "type": "ping", "sent": 1.5 })).await;
        assert_eq!(other.hear_of("pong").await["sent"], 1.5);
    });
}

#[test]
fn whoever_comes_back_after_the_end_is_told_that_it_is_over() {
    let mut bench = Bench::start();
    let mut token = String::new();
    run(async { token = bench.token("talks", SEATS[0]).await });
    bench.restart_after(|store| {
        let event = wire::Event::Ended { by: None };
        let ended = wire::Entry { sequence: wire::Sequence(1), at: now(), request: None, event };
        store.append(&[(crate::support::summit_id("talks"), ended.into())]).unwrap();
    });
    run(async {
        let mut person = bench.stranger().await;
        person.say_hello(&token).await;
        assert_eq!(person.hear_bye().await, "ended");
    });
}

#[test]
fn a_token_outlives_a_restart() {
    let mut bench = Bench::start();
    let mut token = String::new();
    run(async { token = bench.token("talks", SEATS[1]).await });
    bench.restart_after(|_| {});
    run(async {
        let mut person = bench.stranger().await;
        person.say_hello(&token).await;
        assert_eq!(person.hear().await["you"], SEATS[1]);
    });
}

#[test]
fn a_token_is_for_its_own_summit_only() {
    let bench = Bench::start();
    run(async {
        let mut of_talks = bench.guest("talks", SEATS[0]).await;
        let mut of_other = bench.guest("other", SEATS[0]).await;
        of_other.say(serde_json::json!({ "type": "enter", "devices": { "microphone": true, "camera": true } })).await;
        assert_eq!(of_other.hear_of("reply").await["outcome"]["result"], "done");
        // A seat of the other summit is not one of this summit.
        of_other.say(serde_json::json!({ "type": "floor.lower", "seat": "nobody" })).await;
        assert_eq!(of_other.hear_of("reply").await["outcome"]["result"], "refused");
        // And nothing of it is heard here: the next message is the answer to this.
        of_talks.say(serde_json::json!({ "type": "ping", "sent": 7.5 })).await;
        let pong = of_talks.hear().await;
        assert_eq!((&pong["type"], &pong["sent"]), (&"pong".into(), &7.5.into()));
    });
}

#[test]
fn what_is_not_a_request_for_a_session_is_malformed() {
    let bench = Bench::start();
    run(async {
        for body in
            ["", "{}", "[]", "{\"secret\": 7}", "not json", &format!("{{\"secret\":\"{}\"}}", "x".repeat(100_000))]
        {
            let reply = post_json(bench.address(), "/api/v1/sessions", body).await;
            assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{body:.40}");
        }
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let reply = request(bench.address(), "POST", "/api/v1/sessions", form, "{\"secret\":\"a\"}").await;
        assert_eq!(reply.problem(), "malformed");
    });
}

#[test]
fn a_link_that_is_opened_again_and_again_is_told_to_wait_and_others_are_not() {
    let bench = Bench::start();
    run(async {
        for _ in 0..30 {
            bench.token("talks", SEATS[0]).await;
        }
        let reply = bench.post_link(&link("talks", SEATS[0])).await;
        assert_eq!((reply.status, reply.problem().as_str()), (429, "too-many"));
        assert_eq!(reply.header("retry-after"), Some("60"));
        bench.token("talks", SEATS[1]).await;
    });
}

#[test]
fn whoever_shares_an_address_with_a_guesser_still_comes_in() {
    let bench = Bench::start();
    run(async {
        for number in 0..40 {
            assert_eq!(bench.post_link(&format!("guess-{number}")).await.problem(), "link-refused");
        }
        bench.token("talks", SEATS[0]).await;
    });
}
