use serde_json::json;

use crate::support::{Bench, SEATS, get, run};

#[test]
fn guests_and_strangers_hear_that_the_server_restarts() {
    let mut bench = Bench::start();
    run(async {
        let mut people = vec![bench.guest("talks", SEATS[0]).await, bench.guest("other", SEATS[1]).await];
        people.push(bench.stranger().await);
        let server = bench.server.take().unwrap();
        let stopping = std::thread::spawn(move || server.stop());
        for person in &mut people {
            assert_eq!(person.hear_bye().await, "restart");
        }
        stopping.join().unwrap();
    });
}

#[test]
fn what_was_acknowledged_before_the_stop_is_there_after_it() {
    let mut bench = Bench::start();
    let mut token = String::new();
    run(async {
        token = bench.token("talks", SEATS[0]).await;
        let mut head = bench.stranger().await;
        head.say_hello(&token).await;
        head.hear_of("welcome").await;
        head.say(json!({ "type": "enter", "devices": { "microphone": true, "camera": true } })).await;
        assert_eq!(head.hear_of("reply").await["outcome"]["result"], "done");
        head.say(json!({ "type": "lobby.ready", "ready": true })).await;
        assert_eq!(head.hear_of("reply").await["outcome"]["result"], "done");
    });
    bench.restart_after(|_| {});
    run(async {
        let mut head = bench.stranger().await;
        head.say_hello(&token).await;
        let welcome = head.hear_of("welcome").await;
        assert_eq!(welcome["meeting"]["phase"], json!({ "state": "lobby", "ready": ["meridia"] }));
        assert_eq!(bench.metric("sommet_rooms").await, 1);
        assert_eq!(get(bench.address(), "/readyz").await.status, 200);
    });
}
