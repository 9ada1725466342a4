//! The port of the pages takes media too, in frames, from who proves with the first of them whose it is.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::member::Member;
use crate::support::{Bench, PATIENCE, run};

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
        let agreed = [Member::on(&bench, "talks").await, Member::on(&bench, "other").await];
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
        let member = Member::on(&bench, "talks").await;
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
