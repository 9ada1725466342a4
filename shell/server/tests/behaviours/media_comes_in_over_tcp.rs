//! The port of the pages takes media too, in frames, from who proves with the first of them whose it is.

use aws_lc_rs::hmac;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Bench, PATIENCE, Person, SEATS, run};

const OFFER: &str = include_str!("../../../../core/media/tests/offers/chromium.sdp");

/// A member whose media connection was agreed on.
struct Agreed {
    person: Person,
    answer: String,
}

impl Agreed {
    async fn on(bench: &Bench, summit: &str) -> Self {
        let mut person = bench.guest(summit, SEATS[0]).await;
        person.say(json!({ "type": "enter", "devices": { "microphone": true, "camera": true } })).await;
        person.say(json!({ "type": "media.offer", "id": "1", "sdp": OFFER, "tracks": [], "fresh": true })).await;
        let answer = person.hear_of("media.answer").await["sdp"].as_str().unwrap().to_owned();
        Self { person, answer }
    }

    fn attribute(&self, name: &str) -> &str {
        attribute(&self.answer, name)
    }

    /// A check of ICE as this member's browser makes it, signed with that password.
    fn check(&self, password: &str) -> Vec<u8> {
        let name = format!("{}:{}", self.attribute("ice-ufrag"), attribute(OFFER, "ice-ufrag"));
        let mut check = vec![0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        check.extend([7; 12]);
        add(&mut check, 0x0006, name.as_bytes());
        add(&mut check, 0x0024, &1_845_501_695_u32.to_be_bytes());
        add(&mut check, 0x802a, &[5; 8]);
        // The length counts the signature that follows (RFC 8489 14.5).
        let length = u16::try_from(check.len() - 20 + 24).unwrap();
        check[2..4].copy_from_slice(&length.to_be_bytes());
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let signature = hmac::sign(&key, &check);
        add(&mut check, 0x0008, signature.as_ref());
        check
    }
}

fn attribute<'a>(sdp: &'a str, name: &str) -> &'a str {
    let begin = format!("a={name}:");
    sdp.lines().find_map(|line| line.strip_prefix(&begin)).unwrap()
}

fn add(message: &mut Vec<u8>, kind: u16, value: &[u8]) {
    message.extend(kind.to_be_bytes());
    message.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    message.extend(value);
    message.resize(message.len().next_multiple_of(4), 0);
}

fn framed(datagram: &[u8]) -> Vec<u8> {
    [&u16::try_from(datagram.len()).unwrap().to_be_bytes()[..], datagram].concat()
}

async fn connect(bench: &Bench, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(bench.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

async fn next_frame(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 2];
    timeout(PATIENCE, stream.read_exact(&mut head)).await.unwrap().unwrap();
    let mut frame = vec![0; usize::from(u16::from_be_bytes(head))];
    stream.read_exact(&mut frame).await.unwrap();
    frame
}

/// All that still comes until the server closes.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    // A reset is an end as good as any.
    drop(timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it is closed"));
    rest
}

#[test]
fn a_check_over_tcp_is_answered_on_whatever_thread_its_summit_lives() {
    let bench = Bench::start();
    run(async {
        let agreed = [Agreed::on(&bench, "talks").await, Agreed::on(&bench, "other").await];
        let mut streams = Vec::new();
        for member in &agreed {
            let passive = format!(" {} typ host tcptype passive", bench.address().port());
            assert!(member.answer.contains(&passive), "{}", member.answer);
            let check = framed(&member.check(member.attribute("ice-pwd")));
            // In two pieces, as a network may cut it.
            let mut stream = connect(&bench, &check[..1]).await;
            stream.write_all(&check[1..]).await.unwrap();
            assert_eq!(next_frame(&mut stream).await[..2], [0x01, 0x01], "a success");
            stream.write_all(&check).await.unwrap();
            assert_eq!(next_frame(&mut stream).await[..2], [0x01, 0x01], "also of the second one");
            streams.push(stream);
        }
        assert_eq!(bench.metric("sommet_media_tcp_connections").await, 2);

        let mut first = streams.remove(0);
        first.write_all(&[0xff; 40]).await.unwrap();
        assert_eq!(rest(first).await, [0; 0], "no browser sends so long a frame");
        drop(streams);
        while bench.metric("sommet_media_tcp_connections").await > 0 {}
        let [mut one, _] = agreed;
        one.person.say(json!({ "type": "ping", "sent": 1 })).await;
        assert_eq!(one.person.hear_of("pong").await["sent"], 1.0);
    });
}

#[test]
fn who_proves_nothing_hears_nothing() {
    let bench = Bench::start();
    run(async {
        let member = Agreed::on(&bench, "talks").await;
        let forged = member.check("a password that somebody made up");
        let good = member.check(member.attribute("ice-pwd"));
        let mut of_nobody = good.clone();
        of_nobody[24] ^= 1;
        let mut noise = vec![0; 0x1ff];
        noise[..4].copy_from_slice(&[22, 254, 253, 0]);
        for begin in [framed(&forged), framed(&of_nobody), framed(&noise), vec![0x01, 0xff], vec![0x00, 0x00]] {
            let mut stream = connect(&bench, &begin).await;
            stream.shutdown().await.unwrap();
            assert_eq!(rest(stream).await, [0; 0]);
        }
        assert_eq!(bench.metric("sommet_media_tcp_connections").await, 0);
        assert_eq!(bench.metric("sommet_datagrams_sent_total").await, 0);
    });
}
