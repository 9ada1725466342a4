use std::net::SocketAddr;

use serde_json::json;
use store::{CHUNK_BYTES, FILES_BYTES_MAX, Store as _, StoredFile};

use crate::support::{Bench, Reply, SEATS, request_bytes, run, summit_id};

/// Somebody with a token.
struct Guest {
    address: SocketAddr,
    token: String,
}

impl Guest {
    async fn of(bench: &Bench, summit: &str, seat: &str) -> Self {
        Self { address: bench.address(), token: bench.token(summit, seat).await }
    }

    async fn ask(&self, method: &str, path: &str, body: &[u8]) -> Reply {
        let headers = format!("Authorization: Bearer {}\r\n", self.token);
        request_bytes(self.address, method, path, &headers, body).await
    }

    async fn create(&self, group: &str, size: u64) -> Reply {
        self.ask("POST", "/api/v1/files", json!({ "group": group, "size": size }).to_string().as_bytes()).await
    }

    /// Makes room for a file; its address.
    async fn share(&self, group: &str, size: u64) -> String {
        let reply = self.create(group, size).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        format!("/api/v1/files/{}", reply.json()["id"].as_str().unwrap())
    }

    async fn put(&self, file: &str, number: u64, bytes: &[u8]) -> Reply {
        self.ask("PUT", &format!("{file}/chunks/{number}"), bytes).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, b"").await
    }
}

#[test]
fn a_file_goes_from_one_to_the_other_chunk_by_chunk_and_goes_on_where_it_broke_off() {
    let bench = Bench::start();
    run(async {
        let (from, to) = (Guest::of(&bench, "talks", SEATS[0]).await, Guest::of(&bench, "talks", SEATS[1]).await);
        let reply = from.create("plenary", 2 * CHUNK_BYTES + 3).await;
        assert_eq!((reply.status, &reply.json()["chunks"]), (201, &json!(3)));
        let file = format!("/api/v1/files/{}", reply.json()["id"].as_str().unwrap());
        let whole = vec![b'x'; 65_552];
        for (number, bytes) in [(2, &whole[..19]), (0, &whole[..]), (0, &whole[..])] {
            assert_eq!(from.put(&file, number, bytes).await.status, 204, "{number}");
        }
        let shown = to.get(&file).await.json();
        assert_eq!((&shown["size"], &shown["chunks"]), (&json!(131_075), &json!(3)));
        assert_eq!(shown["stored"], json!([[0, 0], [2, 2]]));
        assert_eq!(to.get(&format!("{file}/chunks/1")).await.problem(), "not-found");
        from.put(&file, 1, &whole).await;
        assert_eq!(to.get(&file).await.json()["stored"], json!([[0, 2]]));
        let chunk = to.get(&format!("{file}/chunks/2")).await;
        assert_eq!((chunk.status, chunk.body.len()), (200, 19));
        assert_eq!(chunk.header("content-type"), Some("application/octet-stream"));
        assert_eq!(chunk.header("cache-control"), Some("no-store"));
    });
}

#[test]
fn a_chunk_has_its_size_is_written_by_its_author_and_is_never_exchanged() {
    let bench = Bench::start();
    run(async {
        let (from, to) = (Guest::of(&bench, "talks", SEATS[0]).await, Guest::of(&bench, "talks", SEATS[1]).await);
        let file = from.share("plenary", 10).await;
        assert_eq!(from.put(&file, 0, b"x").await.problem(), "malformed");
        assert_eq!(from.put(&file, 0, &[b'x'; 27]).await.problem(), "malformed");
        assert_eq!(from.put(&file, 0, &vec![b'x'; 70_000]).await.problem(), "too-large");
        assert_eq!(from.put(&file, 1, &[b'x'; 26]).await.problem(), "not-found");
        assert_eq!(to.put(&file, 0, &[b'x'; 26]).await.problem(), "not-found", "somebody else's file");
        assert_eq!(from.put(&file, 0, &[b'x'; 26]).await.status, 204);
        assert_eq!(from.put(&file, 0, &[b'y'; 26]).await.problem(), "malformed");
        assert_eq!(to.get(&format!("{file}/chunks/0")).await.body, "x".repeat(26));
        for nothing in ["/api/v1/files/nothing", "/api/v1/files/nothing/chunks/0", &format!("{file}/chunks/first")] {
            assert_eq!(to.get(nothing).await.problem(), "not-found", "{nothing}");
        }
    });
}

#[test]
fn a_partys_own_file_is_not_there_for_others_nor_is_anything_of_another_summit() {
    let bench = Bench::start();
    run(async {
        let (own, other) = (Guest::of(&bench, "talks", SEATS[0]).await, Guest::of(&bench, "talks", SEATS[1]).await);
        let elsewhere = Guest::of(&bench, "other", SEATS[0]).await;
        let inside = own.share("side-meridia", 0).await;
        let for_all = own.share("plenary", 0).await;
        let of_two = own.share("pair-1", 0).await;
        assert_eq!(own.put(&inside, 0, &[b'x'; 16]).await.status, 204);
        assert_eq!(own.get(&inside).await.status, 200);
        for path in [&inside, &format!("{inside}/chunks/0")] {
            assert_eq!(other.get(path).await.problem(), "not-found", "{path}");
        }
        assert_eq!(other.get(&for_all).await.status, 200);
        // Only whoever has its key can open it: see the module's words.
        assert_eq!(other.get(&of_two).await.status, 200);
        for path in [&inside, &for_all, &of_two] {
            assert_eq!(elsewhere.get(path).await.problem(), "not-found", "{path}");
        }
        assert_eq!(other.create("side-meridia", 1).await.problem(), "not-found");
        assert_eq!(other.create("kitchen", 1).await.problem(), "not-found");
    });
}

#[test]
fn without_a_good_token_nothing_is_there() {
    let mut bench = Bench::start();
    let mut token = String::new();
    run(async { token = bench.token("talks", SEATS[0]).await });
    bench.restart_after(|store| {
        let links = store.invitations(&summit_id("talks")).unwrap();
        let of_seat = links.iter().find(|link| link.seat.as_str() == SEATS[0]).unwrap();
        store.revoke(of_seat.id, crate::support::now()).unwrap();
    });
    run(async {
        for headers in
            [String::new(), "Authorization: Basic abc\r\n".into(), format!("Authorization: Bearer {token}\r\n")]
        {
            for (method, path) in
                [("POST", "/api/v1/files"), ("GET", "/api/v1/files/x"), ("PUT", "/api/v1/files/x/chunks/0")]
            {
                let reply = request_bytes(bench.address(), method, path, &headers, b"{}").await;
                assert_eq!((reply.status, reply.problem().as_str()), (401, "link-refused"), "{method} {path}");
            }
        }
    });
}

#[test]
fn too_large_full_and_malformed_are_told_apart() {
    let mut bench = Bench::start();
    bench.restart_after(|store| {
        let (summit, group, by) =
            (summit_id("other"), wire::GroupId::new("plenary").unwrap(), SEATS[0].parse().unwrap());
        let size = FILES_BYTES_MAX - 40 * CHUNK_BYTES - FILES_BYTES_MAX / 4096;
        let file = StoredFile { id: "vast".to_owned(), summit, group, by, size };
        store.create_file(&file, crate::support::now()).unwrap();
    });
    run(async {
        let guest = Guest::of(&bench, "talks", SEATS[0]).await;
        let reply = guest.create("plenary", 104_857_601).await;
        assert_eq!((reply.status, reply.problem().as_str()), (413, "too-large"));
        assert_eq!(guest.create("plenary", 104_857_600).await.status, 201);
        let reply = Guest::of(&bench, "other", SEATS[0]).await.create("plenary", 104_857_600).await;
        assert_eq!((reply.status, reply.problem().as_str()), (507, "full"));
        let long = format!("{{\"group\": \"plenary\", \"size\": 1, \"x\": \"{}\"}}", "x".repeat(5000));
        for body in ["", "{}", "{\"group\": \"plenary\", \"size\": -1}", "{\"group\": \"A\", \"size\": 1}", &long] {
            let reply = guest.ask("POST", "/api/v1/files", body.as_bytes()).await;
            assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{body:.40}");
        }
    });
}
