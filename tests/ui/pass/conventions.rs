//! Presets of the semantic conventions, and operations.

#![deny(warnings)]

use obs::{SpanKind, traced};

#[traced(semconv = "db", fields(db.system.name = "postgresql"))]
fn query() {}

#[traced(semconv = db, kind = internal, fields("db.system.name" = "sqlite", db.operation.name = "SELECT"))]
fn embedded() {}

#[traced(
    semconv = "http_client",
    operation = "http_request",
    fields(http.request.method = method, server.address = "example.org", server.port = 443, url.full = %url)
)]
async fn fetch(method: &str, url: &str) -> usize {
    method.len() + url.len()
}

#[traced(semconv = "http_server", fields(http.request.method = "GET", url.path = "/", url.scheme = "https"))]
fn handle() {}

#[traced(semconv = "messaging", kind = consumer, fields(messaging.system = "kafka", messaging.operation.name = "poll"))]
fn poll() {}

#[traced(semconv = "rpc", kind = client, fields(rpc.system.name = "grpc"))]
fn call() {}

#[traced(semconv = "rpc", kind = server, fields(rpc.system = "grpc"))]
fn answer() {}

struct Store;

#[traced(semconv = "db", operation = database, fields(db.system.name = "sqlite"))]
impl Store {
    fn first(&self) -> u8 {
        1
    }

    #[traced(semconv = "rpc", kind = client, fields(rpc.system.name = "grpc"))]
    fn second(&self) -> u8 {
        2
    }
}

#[traced(operation = "task")]
fn task() -> Result<u8, String> {
    Ok(3)
}

fn kind(name: &str) -> SpanKind {
    obs::callsites().find(|callsite| callsite.name().ends_with(name)).unwrap_or_else(|| panic!("{name}")).meta().kind
}

fn main() {
    query();
    embedded();
    drop(fetch("GET", "https://example.org"));
    handle();
    poll();
    call();
    answer();
    assert_eq!(Store.first() + Store.second() + task().unwrap(), 6);
    let kinds = ["query", "embedded", "fetch", "handle", "poll", "call", "answer", "Store::first", "Store::second", "task"];
    use SpanKind::{Client, Consumer, Internal, Server};
    assert_eq!(
        kinds.map(kind),
        [Client, Internal, Client, Server, Consumer, Client, Server, Client, Client, Internal]
    );
}
