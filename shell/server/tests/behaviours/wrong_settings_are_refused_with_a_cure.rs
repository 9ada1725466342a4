use std::net::TcpListener;

use server::{Server, Settings, StartError, TlsFiles};

use crate::support::settings;

fn refusal(settings: &Settings) -> StartError {
    Server::start(settings).err().expect("the server must not start")
}

/// A refusal that needs no server, and leaves nothing behind.
fn foreseen(settings: &Settings) -> StartError {
    let error = Server::check(settings).expect_err("the check must find it");
    assert_eq!(error.to_string(), refusal(settings).to_string());
    assert!(std::fs::read_dir(&settings.data).unwrap().next().is_none(), "nothing was made");
    error
}

#[test]
fn plain_http_is_for_loopback_addresses_only() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.2:0"] {
        let error = foreseen(&Settings { listen: vec![address.parse().unwrap()], ..settings(folder.path()) });
        assert!(matches!(error, StartError::PlainHttpExposed(_)), "{error}");
        assert!(error.to_string().contains("127.0.0.1"), "{error}");
    }
}

#[test]
fn what_excludes_each_other_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsFiles { certificate: "a.pem".into(), key: "b.pem".into() };
    let error = foreseen(&Settings { tls: Some(files.clone()), ..settings(folder.path()) });
    assert!(matches!(error, StartError::PlainHttpWithCertificate), "{error}");
    let error = foreseen(&Settings { tls: Some(files), plain_http: false, ..settings(folder.path()) });
    assert!(matches!(error, StartError::Tls(_)), "{error}");
    let relay_address = Some("summit.example:443".parse().unwrap());
    let error = foreseen(&Settings { relay_address, ..settings(folder.path()) });
    assert!(matches!(error, StartError::RelayWithoutTls), "{error}");
    let error = foreseen(&Settings { listen: vec![], ..settings(folder.path()) });
    assert!(matches!(error, StartError::NothingToListenAt), "{error}");
}

#[test]
fn a_port_that_is_taken_is_named_and_nothing_stays_behind() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = refusal(&Settings { listen: vec![address], ..settings(folder.path()) });
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    let server = Server::start(&settings(folder.path())).unwrap();
    let error = refusal(&settings(folder.path()));
    assert!(matches!(error, StartError::Store(_)), "two servers must not share their data: {error}");
    server.stop();
}

#[test]
fn an_address_of_another_machine_carries_no_media() {
    let folder = tempfile::tempdir().unwrap();
    let error = refusal(&Settings { media_addresses: vec!["203.0.113.7".parse().unwrap()], ..settings(folder.path()) });
    assert!(matches!(error, StartError::Media { .. }), "{error}");
    assert!(error.to_string().contains("media_addresses"), "{error}");
}
