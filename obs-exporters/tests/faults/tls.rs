//! TLS: certificates that fit, and certificates that do not.

use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use obs_exporters::otlp::{Otlp, Protocol};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::server::read_request;
use crate::support::{LONG, Running, work};

/// A certificate for `localhost` that vouches for itself, and its key.
fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

fn file(name: &str, pem: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{name}-{}.pem", std::process::id()));
    std::fs::write(&path, pem).unwrap();
    path
}

/// A server that takes everything over TLS, from those who have `client`'s certificate if one is given.
fn serve(server: &CertifiedKey<KeyPair>, client: Option<&CertifiedKey<KeyPair>>) -> (String, Arc<AtomicUsize>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let config = match client {
        None => config.with_no_client_auth(),
        Some(client) => {
            let mut roots = RootCertStore::empty();
            roots.add(client.cert.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            config.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::from_pem_slice(server.signing_key.serialize_pem().as_bytes()).unwrap();
    let config = Arc::new(config.with_single_cert(vec![server.cert.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
            while read_request(&mut stream).is_some() {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            }
        }
    });
    (url, taken)
}

fn spans_only(url: &str) -> Otlp {
    Otlp::new().endpoint(url).without_metrics().without_logs().timeout(Duration::from_secs(5))
}

#[test]
fn a_server_is_trusted_by_the_certificate_that_was_named() {
    let server = certificate();
    let (url, taken) = serve(&server, None);
    let running = Running::with(spans_only(&url).certificate(file("trusted", &server.cert.pem())));
    work();
    let (complete, report) = running.shutdown(LONG);
    assert!(complete && report.exported == 1, "{report:?}");
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

#[test]
fn a_wrong_certificate_fails_at_once_and_nothing_is_sent() {
    let (url, taken) = serve(&certificate(), None);
    let other = file("other", &certificate().cert.pem());
    for otlp in [spans_only(&url), spans_only(&url).certificate(&other)] {
        // With as much time as it wants: it must not try again.
        let running = Running::with(otlp.retry_for(Duration::from_secs(3600)));
        work();
        let (complete, report) = running.flush(LONG);
        assert!(complete && report.failed == 1, "{report:?}");
        running.shutdown(LONG);
    }
    assert_eq!(taken.load(Ordering::SeqCst), 0);
}

#[test]
fn a_wrong_certificate_fails_grpc_at_once_too() {
    let (url, _) = serve(&certificate(), None);
    let other = file("grpc", &certificate().cert.pem());
    let otlp = spans_only(&url).protocol(Protocol::Grpc).certificate(&other).retry_for(Duration::from_secs(3600));
    let running = Running::with(otlp);
    work();
    let (complete, report) = running.flush(LONG);
    assert!(complete && report.failed == 1, "{report:?}");
    running.shutdown(LONG);
}

#[test]
fn a_client_shows_who_it_is() {
    let (server, client) = (certificate(), certificate());
    let (url, taken) = serve(&server, Some(&client));
    let authority = file("server", &server.cert.pem());
    let running = Running::with(spans_only(&url).certificate(&authority).retry_for(Duration::from_millis(200)));
    work();
    assert_eq!(running.shutdown(LONG).1.failed, 1, "without a certificate it is not let in");
    let (certificate, key) = (file("client", &client.cert.pem()), file("key", &client.signing_key.serialize_pem()));
    let known = |target: obs_exporters::otlp::Target| target.client_certificate(&certificate, &key);
    let running = Running::with(spans_only(&url).certificate(&authority).traces(known));
    work();
    assert_eq!(running.shutdown(LONG).1.exported, 1);
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

#[test]
fn a_certificate_that_is_not_there_stops_the_start() {
    let otlp = spans_only("https://localhost:1").certificate("/nowhere/ca.pem");
    let error = Running::try_with(otlp).unwrap_err();
    assert!(error.starts_with("exporter otlp cannot start: /nowhere/ca.pem cannot be used: "), "{error}");
}
