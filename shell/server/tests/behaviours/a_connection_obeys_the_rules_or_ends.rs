use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::support::{Bench, PATIENCE, Person, SEATS, hello, run};

#[test]
fn a_page_of_another_origin_is_refused() {
    let bench = Bench::start();
    run(async {
        let own = format!("http://{}", bench.address());
        assert!(Person::connect(bench.address(), Some(&own)).await.is_ok());
        for foreign in ["https://evil.example", "http://127.0.0.1", "null"] {
            assert_eq!(Person::connect(bench.address(), Some(foreign)).await.err(), Some(403), "{foreign}");
        }
        assert_eq!(bench.metric("sommet_foreign_origins_total").await, 3);
    });
}

#[test]
fn whatever_is_not_a_hello_ends_a_new_connection() {
    let bench = Bench::start();
    run(async {
        let too_large = json!({ "id": "a", "type": "hello", "token": "x".repeat(wire::MESSAGE_BYTES_MAX) }).to_string();
        let long_device = {
            let mut hello = hello("token");
            (hello["device"], hello["id"]) = ("x".repeat(81).into(), "a".into());
            hello.to_string()
        };
        let other = json!({ "id": "a", "type": "floor.raise" }).to_string();
        let bad_id = json!({ "id": "A B", "type": "ping", "sent": 0 }).to_string();
        let deep = "[".repeat(60_000);
        for text in ["", "hello", "{}", "[]", "null", &other, &bad_id, &long_device, &deep, &too_large] {
            let mut stranger = bench.stranger().await;
            stranger.send(Message::text(text)).await;
            assert_eq!(stranger.hear_bye().await, "malformed", "{text:.60}");
        }
        let mut stranger = bench.stranger().await;
        stranger.send(Message::Binary(Bytes::from_static(&[0, 159, 146, 150]))).await;
        assert_eq!(stranger.hear_bye().await, "malformed");
        assert_eq!(bench.metric("sommet_websocket_malformed_total").await, 11);
    });
}

#[test]
fn a_bad_token_and_another_protocol_are_told_so() {
    let bench = Bench::start();
    run(async {
        let mut stranger = bench.stranger().await;
        stranger.say_hello("not-a-token").await;
        assert_eq!(stranger.hear_bye().await, "link_refused");

        let mut outdated = bench.stranger().await;
        let mut hello = hello(&bench.token("talks", SEATS[0]).await);
        hello["protocol"] = 0.into();
        outdated.say(hello).await;
        assert_eq!(outdated.hear_bye().await, "protocol");
    });
}

#[test]
fn a_bad_message_ends_only_the_connection_it_came_on() {
    let bench = Bench::start();
    run(async {
        let mut good = bench.guest("talks", SEATS[0]).await;
        for bad in ["{\"id\":\"a\",\"type\":\"floor.steal\"}".to_owned(), "x".repeat(wire::MESSAGE_BYTES_MAX + 1)] {
            let mut guest = bench.guest("talks", SEATS[1]).await;
            guest.send(Message::text(bad)).await;
            assert_eq!(guest.hear_bye().await, "malformed");
        }
        let mut twice = bench.guest("talks", SEATS[1]).await;
        twice.say_hello("anything").await;
        assert_eq!(twice.hear_bye().await, "malformed");

        good.say(json!({ "type": "ping", "sent": 1 })).await;
        assert_eq!(good.hear_of("pong").await["sent"], 1.0);
    });
}

#[test]
fn sdp_that_makes_no_sense_is_refused_and_the_guest_stays() {
    let bench = Bench::start();
    run(async {
        let mut guest = bench.guest("talks", SEATS[0]).await;
        guest.say(json!({ "type": "enter", "devices": { "microphone": true, "camera": true } })).await;
        guest.hear_of("reply").await;
        let endless = format!("v=0\r\n{}", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(1500));
        for sdp in
            ["", "v=0", "\u{0}\u{ffff}", "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio\r\n", &endless]
        {
            guest.say(json!({ "type": "media.offer", "sdp": sdp, "tracks": [], "fresh": true })).await;
            let reply = guest.hear_of("reply").await;
            assert_eq!(reply["outcome"]["result"], "refused", "{sdp:.60}: {reply}");
        }
    });
}

#[test]
fn somebody_who_floods_is_read_slowly_and_loses_nothing() {
    let bench = Bench::start();
    run(async {
        let mut guest = bench.guest("talks", SEATS[0]).await;
        let begun = std::time::Instant::now();
        for number in 0..80 {
            guest.say(json!({ "type": "ping", "sent": number })).await;
        }
        for number in 0..80 {
            assert_eq!(guest.hear().await["sent"], Value::from(f64::from(number)));
        }
        // 60 at once (less the hello), the others at 20 a second. The bound is far below, for slow clocks.
        assert!(begun.elapsed() > std::time::Duration::from_millis(700), "{:?}", begun.elapsed());
    });
}

#[test]
fn connections_that_say_nothing_are_let_go_and_never_shut_others_out() {
    let bench = Bench::start();
    run(async {
        let mut silent = Vec::new();
        for _ in 0..100 {
            silent.push(bench.stranger().await);
        }
        assert_eq!(bench.metric("sommet_connections_half_open").await, 100);
        // A request that never ends: the headers trickle, or the body does.
        let mut trickling = TcpStream::connect(bench.address()).await.unwrap();
        trickling.write_all(b"GET /healthz HTTP/1.1\r\nHost:").await.unwrap();
        let mut half_body = TcpStream::connect(bench.address()).await.unwrap();
        let head = b"POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{";
        half_body.write_all(head).await.unwrap();

        let mut guest = bench.guest("talks", SEATS[0]).await;
        guest.say(json!({ "type": "ping", "sent": 0 })).await;
        assert_eq!(guest.hear().await["type"], "pong");

        for stranger in &mut silent {
            assert_eq!(stranger.hear_bye().await, "malformed");
        }
        for stream in [&mut trickling, &mut half_body] {
            let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await;
            assert!(ended.is_ok(), "the server hangs up");
        }
        assert_eq!(bench.metric("sommet_connections_half_open").await, 0);
    });
}

#[test]
fn a_guest_who_falls_silent_is_let_go() {
    let bench = Bench::start();
    run(async {
        let mut silent = bench.guest("talks", SEATS[0]).await;
        assert_eq!(bench.metric("sommet_connections").await, 1);
        // Nothing is said for 15 seconds; then the connection ends without a word, for nobody seems to listen.
        assert_eq!(silent.hear().await, Value::Null);
        assert_eq!(bench.metric("sommet_connections").await, 0);
    });
}

#[test]
fn a_guest_who_does_not_read_is_too_slow_and_the_others_do_not_wait() {
    let bench = Bench::start();
    run(async {
        let token = bench.token("talks", SEATS[0]).await;
        let mut deaf = bench.stranger().await;
        deaf.say_hello(&token).await;
        // More answers than the queue and the buffers of the kernel hold would take megabytes; the limit on writing time
        // is what ends such a connection in the end. Here it is enough that nobody else notices.
        for _ in 0..50 {
            deaf.say(json!({ "type": "ping", "sent": 0 })).await;
        }
        let mut other = bench.guest("talks", SEATS[1]).await;
        other.say(json!({ "type": "ping", "sent": 2 })).await;
        assert_eq!(other.hear_of("pong").await["sent"], 2.0);
    });
}

#[test]
fn a_plain_request_for_the_websocket_is_malformed() {
    let bench = Bench::start();
    run(async {
        let address: SocketAddr = bench.address();
        assert_eq!(crate::support::get(address, "/api/v1/ws").await.problem(), "malformed");
    });
}
