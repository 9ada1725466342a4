use std::net::SocketAddr;

use server::{Server, Settings, TlsFiles};

use crate::support::{address_of, get, request_over, run, settings, trusting};

fn with_tls(data: &std::path::Path) -> Settings {
    Settings { plain_http: false, ..settings(data) }
}

#[test]
fn its_own_certificate_names_its_addresses_and_survives_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("tls/certificate.pem");
    let mut fingerprints = Vec::new();
    for _ in 0..2 {
        let server = Server::start(&with_tls(folder.path())).unwrap();
        fingerprints.push(server.fingerprint().unwrap().to_owned());
        let address = address_of(&server.urls()[0]);
        assert!(server.urls()[0].starts_with("https://127.0.0.1:"));
        run(async {
            let mut stream = trusting(address, &certificate).await;
            let reply = request_over(&mut stream, address, "GET", "/healthz", "", "").await;
            assert_eq!((reply.status, reply.body.as_str()), (200, "ok\n"));
            assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"));
        });
        server.stop();
    }
    assert_eq!(fingerprints[0], fingerprints[1]);
}

#[test]
fn a_given_certificate_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let own = Server::start(&with_tls(&folder.path().join("a"))).unwrap();
    let fingerprint = own.fingerprint().unwrap().to_owned();
    own.stop();
    let tls = folder.path().join("a/tls");
    let files = TlsFiles { certificate: tls.join("certificate.pem"), key: tls.join("key.pem") };
    let settings = Settings { tls: Some(files), ..with_tls(&folder.path().join("b")) };
    let server = Server::start(&settings).unwrap();
    assert_eq!(server.fingerprint(), Some(fingerprint.as_str()));
    assert!(!folder.path().join("b/tls").exists());
}

#[test]
fn it_answers_at_the_loopback_address_of_ipv6() {
    let folder = tempfile::tempdir().unwrap();
    let listen = vec!["127.0.0.1:0".parse().unwrap(), "[::1]:0".parse().unwrap()];
    let media_addresses = vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()];
    let server = Server::start(&Settings { listen, media_addresses, ..settings(folder.path()) }).unwrap();
    let [v4, v6] = server.urls() else { panic!("{:?}", server.urls()) };
    assert!(v6.starts_with("http://[::1]:"));
    assert!(server.media_addresses().iter().any(SocketAddr::is_ipv6));
    run(async {
        for url in [v4, v6] {
            assert_eq!(get(address_of(url), "/readyz").await.status, 200);
        }
    });
}
