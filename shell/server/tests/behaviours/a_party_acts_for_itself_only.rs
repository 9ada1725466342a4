use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Bytes as Binary, Message};
use wire::{Bytes, Envelope, SeatId};

use crate::support::{
    Bench, PARTIES, Person, SEATS, answer, document, invitation, lease, link, now, party_hello, revocations, root,
    signature,
};

fn run(test: impl Future<Output = ()>) {
    crate::support::run(test);
}

fn seat(id: &str) -> SeatId {
    SeatId::new(id).unwrap()
}

fn jti(byte: u8) -> Bytes {
    vec![byte; 16].into()
}

/// A new link of a party to a seat.
fn invite(of: &str, to: &str, number: u8) -> Value {
    let document = invitation("talks", of, &seat(to), jti(number), now().plus(Duration::from_secs(600)));
    let access = Bytes(store::SecretHash::of(&format!("new link {number}")).0.to_vec());
    json!({ "type": "party.invite", "id": number, "invitation": document, "access": access })
}

/// Says something; what the server answers.
async fn asked(program: &mut Person, message: Value) -> Value {
    program.send_json(&message).await;
    let reply = program.hear().await;
    assert_eq!(reply["id"], message["id"], "{reply}");
    reply
}

/// Why the server does not do it.
async fn refused(program: &mut Person, message: Value) -> String {
    let reply = asked(program, message).await;
    assert_eq!(reply["type"], "party.refused", "{reply}");
    reply["why"].as_str().unwrap().to_owned()
}

async fn done(program: &mut Person, message: Value) {
    let reply = asked(program, message).await;
    assert_eq!(reply["type"], "party.done", "{reply}");
}

/// What a stranger is told, and that the connection ends then.
async fn sent_away(mut program: Person, message: Message) -> String {
    program.send(message).await;
    let reply = program.hear().await;
    assert_eq!((&reply["type"], &reply["id"]), (&"party.refused".into(), &0.into()), "{reply}");
    assert_eq!(program.hear().await, Value::Null);
    reply["why"].as_str().unwrap().to_owned()
}

#[test]
fn whoever_has_the_key_is_welcomed_with_what_was_signed() {
    let bench = Bench::start();
    run(async {
        let (_program, welcome) = bench.acting("talks", "meridia", false).await;
        assert_eq!(welcome["manifest"]["signatures"].as_array().unwrap().len(), 2);
        assert_eq!((&welcome["revocation"], &welcome["base_url"]), (&Value::Null, &json!(bench.server().urls()[0])));
        // It is counted just after the welcome.
        while bench.metric("sommet_party_connections").await != 1 {}
    });
}

#[test]
fn a_key_is_good_for_its_own_party_and_a_challenge_for_its_own_connection() {
    let bench = Bench::start();
    run(async {
        let mut answers = Vec::new();
        let (_, other_challenge) = bench.program().await;
        for (summit, of, key, challenge) in [
            ("talks", "meridia", "vesland", None),
            ("talks", "meridia", "meridia", Some(&other_challenge)),
            ("talks", "secretariat", "meridia", None),
            ("no-such-summit", "meridia", "meridia", None),
        ] {
            let (program, own) = bench.program().await;
            let answer = answer(summit, of, challenge.unwrap_or(&own), &root(key));
            let hello = party_hello(summit, of, &answer, false).to_string();
            answers.push(sent_away(program, Message::text(hello)).await);
        }
        // An answer for another summit, and one that was signed for something else.
        let (program, challenge) = bench.program().await;
        let elsewhere = answer("other", "meridia", &challenge, &root("meridia"));
        answers.push(
            sent_away(program, Message::text(party_hello("talks", "meridia", &elsewhere, false).to_string())).await,
        );
        let (program, challenge) = bench.program().await;
        let body = json!({ "v": 1, "summit": "talks", "party": "meridia", "challenge": challenge });
        let other_purpose = document("sommet/revocation/v1", &body, &root("meridia"));
        let hello = party_hello("talks", "meridia", &other_purpose, false).to_string();
        answers.push(sent_away(program, Message::text(hello)).await);
        answers.dedup();
        assert_eq!(answers.len(), 1, "nobody learns what was wrong: {answers:?}");
        assert_eq!(bench.metric("sommet_parties_refused_total").await, 6);
    });
}

#[test]
fn whatever_is_not_a_hello_ends_a_new_connection() {
    let bench = Bench::start();
    run(async {
        let sign = json!({ "type": "party.sign", "id": 1, "signature": signature("talks", "meridia") }).to_string();
        let no_party = json!({ "type": "party.hello", "summit": "talks" }).to_string();
        let long = json!({ "type": "party.hello", "summit": "x".repeat(9000) }).to_string();
        let endless = "[".repeat(60_000);
        for text in ["", "hello", "{}", "[]", "null", &sign, &no_party, &long, &endless] {
            let (program, _) = bench.program().await;
            assert!(sent_away(program, Message::text(text)).await.contains("server's version"), "{text:.60}");
        }
        let (program, _) = bench.program().await;
        sent_away(program, Message::Binary(Binary::from_static(&[0, 159, 146, 150]))).await;
        assert_eq!(bench.metric("sommet_websocket_malformed_total").await, 10);
        let foreign = Person::connect_to(bench.address(), "/api/v1/party", Some("https://evil.example")).await;
        assert_eq!(foreign.err(), Some(403));
        assert_eq!(bench.metric("sommet_party_connections").await, 0);
    });
}

#[test]
fn who_answers_no_challenge_is_let_go() {
    let bench = Bench::start();
    run(async {
        let (mut silent, _) = bench.program().await;
        assert_eq!(bench.metric("sommet_connections_half_open").await, 1);
        assert_eq!(silent.hear().await["type"], "party.refused");
        assert_eq!(bench.metric("sommet_connections_half_open").await, 0);
    });
}

#[test]
fn with_the_last_signature_the_doors_open() {
    let bench = Bench::start();
    run(async {
        let (mut meridia, welcome) = bench.acting("proposal", "meridia", false).await;
        assert_eq!(welcome["manifest"]["signatures"], json!([]));
        let sign = |of: &str| json!({ "type": "party.sign", "id": 1, "signature": signature("proposal", of) });
        let mut other_summits = sign("meridia");
        other_summits["signature"] = json!(signature("talks", "meridia"));
        assert!(refused(&mut meridia, other_summits).await.contains("root key"));
        assert!(refused(&mut meridia, sign("vesland")).await.contains("root key"), "for somebody else");
        done(&mut meridia, sign("meridia")).await;
        done(&mut meridia, sign("meridia")).await;
        assert_eq!(bench.post_link(&link("proposal", SEATS[0])).await.problem(), "not-agreed");

        let (program, challenge) = bench.program().await;
        let answer = answer("proposal", "vesland", &challenge, &root("vesland"));
        let hello = party_hello("proposal", "vesland", &answer, true).to_string();
        assert!(sent_away(program, Message::text(hello)).await.contains("not every party has signed"));

        let (mut vesland, _) = bench.acting("proposal", "vesland", false).await;
        done(&mut vesland, sign("vesland")).await;
        bench.guest("proposal", SEATS[0]).await;
    });
}

#[test]
fn a_party_invites_to_its_own_seats_and_the_link_opens() {
    let bench = Bench::start();
    run(async {
        let (mut program, _) = bench.acting("talks", "meridia", false).await;
        let first = invite("meridia", SEATS[0], 1);
        done(&mut program, first.clone()).await;
        done(&mut program, first).await;
        assert_eq!(bench.post_link("new link 1").await.json()["you"], SEATS[0]);

        assert!(refused(&mut program, invite("vesland", SEATS[1], 2)).await.contains("not signed by this party"));
        assert!(refused(&mut program, invite("meridia", SEATS[1], 3)).await.contains("no seat"));
        assert!(refused(&mut program, invite("meridia", "nobody", 4)).await.contains("no seat"));
        let with = |document: Envelope, number: u8| {
            let mut message = invite("meridia", SEATS[0], number);
            message["invitation"] = json!(document);
            message
        };
        let over = invitation("talks", "meridia", &seat(SEATS[0]), jti(5), now());
        assert!(refused(&mut program, with(over, 5)).await.contains("over already"));
        let later = now().plus(Duration::from_secs(600));
        let elsewhere = invitation("other", "meridia", &seat(SEATS[0]), jti(6), later);
        assert!(refused(&mut program, with(elsewhere, 6)).await.contains("another summit"));
        let short = invitation("talks", "meridia", &seat(SEATS[0]), vec![7].into(), later);
        assert!(refused(&mut program, with(short, 7)).await.contains("16 bytes"));
        let mut no_hash = invite("meridia", SEATS[0], 8);
        no_hash["access"] = "AAAA".into();
        assert!(refused(&mut program, no_hash).await.contains("32 bytes"));
        // A number is used once, whatever it stands for.
        let mut twice = invite("meridia", SEATS[0], 1);
        twice["access"] = invite("meridia", SEATS[0], 9)["access"].clone();
        assert!(refused(&mut program, twice).await.contains("in use"));
    });
}

#[test]
fn a_withdrawn_link_shows_out_who_came_by_it_and_only_its_own_party_withdraws_it() {
    let bench = Bench::start();
    run(async {
        let (mut meridia, _) = bench.acting("talks", "meridia", false).await;
        let (mut vesland, _) = bench.acting("talks", "vesland", false).await;
        done(&mut meridia, invite("meridia", SEATS[0], 1)).await;
        let token = bench.post_link("new link 1").await.json()["token"].as_str().unwrap().to_owned();
        let mut guest = bench.stranger().await;
        guest.say_hello(&token).await;
        assert_eq!(guest.hear().await["type"], "welcome");
        let withdraw = json!({ "type": "party.withdraw", "id": 2, "jti": jti(1) });
        assert!(refused(&mut vesland, withdraw.clone()).await.contains("no such thing"));
        done(&mut meridia, withdraw.clone()).await;
        assert_eq!(guest.hear_bye().await, "link_refused");
        assert_eq!(bench.post_link("new link 1").await.problem(), "link-refused");
        done(&mut meridia, withdraw).await;
        let unknown = json!({ "type": "party.withdraw", "id": 3, "jti": jti(9) });
        assert!(refused(&mut meridia, unknown).await.contains("no such thing"));
    });
}

#[test]
fn a_revocation_list_only_grows_and_reaches_everybody() {
    let bench = Bench::start();
    run(async {
        let mut guest = bench.guest("talks", SEATS[1]).await;
        let (mut program, _) = bench.acting("talks", "meridia", false).await;
        let list = |number, serials: &[&str]| {
            let list = revocations("talks", "meridia", number, serials);
            json!({ "type": "party.revoke", "id": number, "list": list })
        };
        let first = list(3, &["a", "b"]);
        done(&mut program, first.clone()).await;
        assert_eq!(guest.hear_of("cert.revoked").await["list"], first["list"]);
        done(&mut program, first.clone()).await;
        assert!(refused(&mut program, list(2, &["a", "b", "c"])).await.contains("later one"));
        assert!(refused(&mut program, list(3, &["a", "b", "c"])).await.contains("later one"));
        assert!(refused(&mut program, list(4, &["a"])).await.contains("stays revoked"));
        let foreign = json!({ "type": "party.revoke", "id": 5, "list": revocations("talks", "vesland", 5, &["a"]) });
        assert!(refused(&mut program, foreign).await.contains("not signed by this party"));
        let latest = list(6, &["b", "a", "c"]);
        done(&mut program, latest.clone()).await;
        // Who comes later finds it, the party's own programs too.
        let token = bench.token("talks", SEATS[0]).await;
        let mut late = bench.stranger().await;
        late.say_hello(&token).await;
        assert_eq!(late.hear().await["revocations"], json!([latest["list"]]));
        let (_again, welcome) = bench.acting("talks", "meridia", false).await;
        assert_eq!(welcome["revocation"], latest["list"]);
    });
}

#[test]
fn a_registrars_key_acts_for_its_party_but_signs_no_manifest() {
    let bench = Bench::start();
    run(async {
        let key = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&[77; 32]).unwrap();
        let (mut program, challenge) = bench.program().await;
        let answer = answer("talks", "meridia", &challenge, &key);
        let answer = Envelope { issuer: Some(lease("talks", "meridia", &key)), ..answer };
        program.send_json(&party_hello("talks", "meridia", &answer, false)).await;
        assert_eq!(program.hear().await["type"], "party.welcome");
        let serials = [b"a".as_slice().into()].to_vec();
        let body = wire::RevocationList {
            v: 1,
            summit: crate::support::summit_id("talks"),
            party: crate::support::party("meridia"),
            number: 1,
            serials,
        };
        let list = document("sommet/revocation/v1", &body, &key);
        let list = Envelope { issuer: Some(lease("talks", "meridia", &key)), ..list };
        done(&mut program, json!({ "type": "party.revoke", "id": 1, "list": list })).await;
        let mut by_registrar = signature("talks", "meridia");
        by_registrar.signature = list.signature.clone();
        let sign = json!({ "type": "party.sign", "id": 2, "signature": by_registrar });
        assert!(refused(&mut program, sign).await.contains("root key"));
    });
}

#[test]
fn a_registrar_is_asked_by_its_own_people_and_its_answer_reaches_them() {
    let bench = Bench::start();
    run(async {
        let request = |byte: u8| {
            let (jti, key, proof) = (jti(byte), Bytes(vec![byte; 32]), Bytes(vec![byte; 32]));
            json!({ "type": "cert.request", "request": { "jti": jti, "key": key, "proof": proof } })
        };
        let mut guest = bench.guest("talks", SEATS[0]).await;
        guest.say(request(1)).await;
        guest.hear_of("cert.waiting").await;
        let (mut other, _) = bench.acting("talks", PARTIES[1], true).await;
        let (mut registrar, _) = bench.acting("talks", PARTIES[0], true).await;
        let asked = registrar.hear_of("party.request").await;
        assert_eq!((&asked["seat"], &asked["request"]), (&SEATS[0].into(), &request(1)["request"]));
        let certificate = document("sommet/member-cert/v1", &json!({}), &root("meridia"));
        let issue = json!({ "type": "party.issue", "id": asked["id"], "certificate": certificate });
        registrar.send_json(&issue).await;
        assert_eq!(guest.hear_of("cert.issued").await["certificate"], json!(certificate));
        guest.say(request(2)).await;
        let asked = registrar.hear_of("party.request").await;
        registrar.send_json(&json!({ "type": "party.deny", "id": asked["id"], "why": "proof" })).await;
        assert_eq!(guest.hear_of("cert.denied").await["why"], "proof");
        // The registrar of another party hears nothing of it: the next thing it hears is the answer to this.
        done(&mut other, json!({ "type": "party.sign", "id": 9, "signature": signature("talks", "vesland") })).await;
        // Who does not serve as a registrar has nothing to answer.
        let (mut program, _) = bench.acting("talks", PARTIES[0], false).await;
        program.send_json(&json!({ "type": "party.deny", "id": 1, "why": "proof" })).await;
        assert_eq!(program.hear().await["type"], "party.refused");
        assert_eq!(program.hear().await, Value::Null);
    });
}

#[test]
fn a_registrar_that_is_gone_is_not_asked_any_more() {
    let bench = Bench::start();
    run(async {
        let (registrar, _) = bench.acting("talks", PARTIES[0], true).await;
        drop(registrar);
        while bench.metric("sommet_party_connections").await > 0 {
            tokio::task::yield_now().await;
        }
        let mut guest = bench.guest("talks", SEATS[0]).await;
        let request = json!({ "jti": jti(1), "key": Bytes(vec![1; 32]), "proof": Bytes(vec![1; 32]) });
        guest.say(json!({ "type": "cert.request", "request": request })).await;
        guest.hear_of("cert.waiting").await;
    });
}

#[test]
fn a_summit_that_is_over_has_nothing_to_do_for_programs() {
    let mut bench = Bench::start();
    bench.restart_after(|store| {
        let event = wire::Event::Ended { by: None };
        let ended = wire::Entry { sequence: wire::Sequence(1), at: now(), request: None, event };
        store::Store::append(store, &[(crate::support::summit_id("talks"), ended.into())]).unwrap();
    });
    run(async {
        let (program, challenge) = bench.program().await;
        let answer = answer("talks", "meridia", &challenge, &root("meridia"));
        let hello = party_hello("talks", "meridia", &answer, true).to_string();
        assert!(sent_away(program, Message::text(hello)).await.contains("has ended"));
    });
}
