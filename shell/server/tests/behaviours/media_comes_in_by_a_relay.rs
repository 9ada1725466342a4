//! Inside of TLS the port of the pages is a TURN server too, which leads to the media of this server and nowhere else.

use std::net::SocketAddr;

use futures_util::future::join_all;
use server::Settings;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::member::Member;
use crate::support::{Bench, PATIENCE, SEATS, request_over, run};
use crate::turn_client::{Came, TurnClient};

fn with_tls() -> Bench {
    Bench::start_with_tls(|settings| settings)
}

/// The UDP address in an answer.
fn media_of(answer: &str) -> SocketAddr {
    let candidate = answer.lines().find(|line| line.starts_with("a=candidate:") && line.contains(" udp ")).unwrap();
    let words: Vec<_> = candidate.split(' ').collect();
    format!("{}:{}", words[4], words[5]).parse().unwrap()
}

/// All that comes until the server closes.
async fn answer_to(bench: &Bench, bytes: &[u8]) -> Vec<u8> {
    let mut stream = bench.dial().await;
    stream.write_all(bytes).await.unwrap();
    stream.flush().await.unwrap();
    let mut rest = Vec::new();
    // An end without a good-bye is an end as good as any.
    drop(timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it is closed"));
    rest
}

/// A request of STUN with nothing in it that proves anything.
fn request(method: u16, attributes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(attributes.len()).unwrap();
    [&method.to_be_bytes()[..], &length.to_be_bytes(), &[0x21, 0x12, 0xa4, 0x42], &[7; 12], attributes].concat()
}

#[test]
fn a_check_by_a_relay_is_answered_on_whatever_thread_its_summit_lives() {
    let bench = with_tls();
    run(async {
        for summit in ["talks", "other"] {
            let (person, welcome) = bench.welcomed(summit, SEATS[0]).await;
            let member = Member::who_is(person).await;
            let media = media_of(&member.answer);
            let check = member.check(member.attribute("ice-pwd"));
            let mut client = TurnClient::welcomed(bench.dial().await, bench.address(), &welcome);
            assert!(client.is_allocated().await);
            assert_eq!(bench.metric("sommet_media_relays").await, 1);
            assert!(client.is_permitted(media).await);
            for in_channel in [false, true] {
                assert!(!in_channel || client.is_bound(media).await);
                client.send(media, &check).await;
                let Came::Datagram { from, bytes } = client.next().await else { panic!("nothing came") };
                assert_eq!((from, &bytes[..2]), (media, &[0x01, 0x01][..]), "a success");
            }
            drop(client);
            while bench.metric("sommet_media_relays").await > 0 {}
        }
    });
}

#[test]
fn a_check_that_proves_nothing_is_not_answered_by_a_relay_either() {
    let bench = with_tls();
    run(async {
        let (person, welcome) = bench.welcomed("talks", SEATS[0]).await;
        let member = Member::who_is(person).await;
        let media = media_of(&member.answer);
        let mut client = TurnClient::welcomed(bench.dial().await, bench.address(), &welcome);
        assert!(client.is_allocated().await && client.is_permitted(media).await);
        client.send(media, &member.check("a password that somebody made up")).await;
        client.send(media, &member.check(member.attribute("ice-pwd"))).await;
        let Came::Datagram { bytes, .. } = client.next().await else { panic!("nothing came") };
        assert_eq!(bytes[..2], [0x01, 0x01], "the second is what was answered");
        assert_eq!(bench.metric("sommet_datagrams_sent_total").await, 1);
    });
}

#[test]
fn a_relay_leads_nowhere_but_to_our_media() {
    let bench = with_tls();
    run(async {
        let (_person, welcome) = bench.welcomed("talks", SEATS[0]).await;
        let mut client = TurnClient::welcomed(bench.dial().await, bench.address(), &welcome);
        assert!(client.is_allocated().await);
        for elsewhere in
            ["10.0.0.5:80", "0.0.0.0:8444", "127.0.0.2:25", "169.254.169.254:80", "224.0.0.1:8444", "192.0.0.8:1024"]
        {
            let peer = elsewhere.parse().unwrap();
            assert!(!client.is_permitted(peer).await, "{peer}");
            assert!(!client.is_bound(peer).await, "{peer}");
        }
        assert!(!client.is_bound(bench.address()).await, "the pages have the right address and the wrong port");
        let media = bench.server().media_addresses()[0];
        assert!(client.is_bound(media).await);
    });
}

#[test]
fn who_proves_nothing_is_told_so_and_nothing_else() {
    let bench = with_tls();
    run(async {
        // The last asks for a relay for UDP (17), and is let go when nothing follows.
        let begins = [request(0x0001, &[]), vec![0; 64], vec![1; 3000], request(0x0103, &[]), request(0x0016, &[])];
        let asks = request(0x0003, &[0, 0x19, 0, 4, 17, 0, 0, 0]);
        let all = begins.iter().chain([&asks]).map(|begin| answer_to(&bench, begin));
        let mut answers = join_all(all).await;
        let answer = answers.pop().unwrap();
        assert_eq!(answers, [[0_u8; 0]; 5]);
        assert_eq!(answer[..2], [0x01, 0x13], "an error");
        assert!(answer.windows(4).any(|four| four == [0, 0, 4, 1]), "401");
        assert_eq!(answer.len(), 20 + usize::from(u16::from_be_bytes([answer[2], answer[3]])), "and nothing else");

        let (_person, welcome) = bench.welcomed("talks", SEATS[0]).await;
        let (user, password) = (welcome["relay"]["user"].as_str().unwrap(), welcome["relay"]["password"].as_str());
        let later = format!("9{user}");
        let guesses = [(user, "a guess"), (&later, password.unwrap()), ("1:1", password.unwrap())];
        let admitted = guesses.map(async |(user, password)| {
            TurnClient::new(bench.dial().await, bench.address(), user, password).is_allocated().await
        });
        assert_eq!(join_all(admitted).await, [false; 3]);
        assert_eq!(bench.metric("sommet_media_relays").await, 0);
        let page = request_over(&mut bench.dial().await, bench.address(), "GET", "/healthz", "", "").await;
        assert_eq!(page.status, 200, "pages are served by the same port");
    });
}

#[test]
fn a_thousand_requests_of_one_person_leave_four_relays() {
    server::open_as_many_files_as_allowed();
    let bench = with_tls();
    run(async {
        let (_person, welcome) = bench.welcomed("talks", SEATS[0]).await;
        let mut clients = Vec::new();
        for _ in 0..2 {
            let ask = async || {
                let mut client = TurnClient::welcomed(bench.dial().await, bench.address(), &welcome);
                client.is_allocated().await.then_some(client)
            };
            clients.extend(join_all((0..500).map(|_| ask())).await.into_iter().flatten());
            while bench.metric("sommet_media_relays").await != 4 {}
        }
        // Of one network only so many are told what to prove (10 a second); the others were not answered.
        assert!((50..500).contains(&clients.len()), "{}", clients.len());
        drop(clients);
        while bench.metric("sommet_media_relays").await > 0 {}
    });
}

#[test]
fn the_welcome_tells_of_a_relay_where_this_server_ends_tls_or_where_the_operator_says_so() {
    let relay_address = || Some("summit.example:443".parse().unwrap());
    let told = |bench: Bench| {
        let mut relay = serde_json::Value::Null;
        run(async { relay = bench.welcomed("talks", SEATS[0]).await.1["relay"].take() });
        relay
    };
    assert!(told(Bench::start()).is_null());
    let relay = told(with_tls());
    assert!(relay["address"].is_null() && relay["user"].is_string() && relay["password"].is_string());
    assert!(told(Bench::start_with_tls(|settings| Settings { behind_proxy: true, ..settings })).is_null());
    assert!(told(Bench::start_with_tls(|settings| Settings { media_over_udp_only: true, ..settings })).is_null());
    let behind_proxy = |settings| Settings { behind_proxy: true, relay_address: relay_address(), ..settings };
    assert_eq!(told(Bench::start_with_tls(behind_proxy))["address"], "summit.example:443");
}
