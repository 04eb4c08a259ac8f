//! How calls between services end, and what their spans tell.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::task::Poll;

use http::{Request, Response, StatusCode};
use obs_bridges::reqwest::RequestBuilderExt as _;
use obs_bridges::tower::{ClientLayer, ServerLayer};
use obs_runtime::{Outcome, SpanKind, Value};
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::pair::Pair;
use crate::support::Kept;

fn text(text: &str) -> Value {
    Value::Str(text.into())
}

#[tokio::test]
async fn a_request_is_told_in_the_words_of_the_conventions() {
    let kept = Kept::start();
    let pair = Pair::start().await;
    pair.ask("/order/7?card=4111", &[]).await;
    let spans = kept.spans();
    let span = |kind, name: &str| spans.iter().find(|span| span.kind() == kind && span.name() == name).unwrap().clone();
    let order = span(SpanKind::Server, "GET /order/{id}");
    for (key, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/order/{id}"),
        ("url.path", "/order/7"),
        ("url.scheme", "http"),
        ("server.address", "127.0.0.1"),
        ("network.protocol.version", "1.1"),
    ] {
        assert_eq!(order.field(key).cloned(), Some(text(value)), "{key}");
    }
    assert_eq!(order.field("http.response.status_code"), Some(&Value::U64(200)));
    let port: u64 = pair.shop.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(order.field("server.port"), Some(&Value::U64(port)));
    let call = span(SpanKind::Client, "GET");
    let Some(Value::Str(full)) = call.field("url.full") else { panic!("no address: {call:?}") };
    assert!(full.starts_with("http://127.0.0.1:") && full.ends_with("/stock/7"), "no query: {full}");
    assert_eq!(call.field("server.address").cloned(), Some(text("127.0.0.1")));
    assert_eq!(call.field("http.response.status_code"), Some(&Value::U64(200)));
    let all = format!("{spans:?}");
    assert!(!all.contains("4111") && !all.contains("secret"), "nothing of a query is told");
}

#[tokio::test]
async fn a_status_is_an_error_of_who_is_to_blame() {
    for (status, of_client, of_server) in [(404, Outcome::Error, Outcome::Ok), (503, Outcome::Error, Outcome::Error)] {
        let kept = Kept::start();
        let pair = Pair::start().await;
        let (seen, _) = pair.ask(&format!("/order/{status}"), &[]).await;
        assert_eq!(seen.as_u16(), status);
        let spans = kept.spans();
        let outcome = |kind, name: &str| {
            let span = spans.iter().find(|span| span.kind() == kind && span.name() == name).unwrap();
            (span.outcome(), span.error_type().map(str::to_owned))
        };
        let name = |outcome| (outcome == Outcome::Error).then(|| status.to_string());
        assert_eq!(outcome(SpanKind::Client, "GET"), (of_client, name(of_client)));
        assert_eq!(outcome(SpanKind::Server, "GET /stock/{id}"), (of_server, name(of_server)));
    }
}

#[tokio::test]
async fn an_unknown_route_or_method_is_no_name_of_its_own() {
    let kept = Kept::start();
    let pair = Pair::start().await;
    pair.ask("/nowhere", &[]).await;
    let request = reqwest::Client::new().request("BREW".parse().unwrap(), format!("{}/pot", pair.shop));
    request.send().await.expect("it answers");
    let spans = kept.spans();
    assert!(spans.iter().any(|span| span.name() == "GET" && span.kind() == SpanKind::Server));
    let brew = spans.iter().find(|span| span.name() == "HTTP").expect("a span");
    assert_eq!(brew.field("http.request.method").cloned(), Some(text("_OTHER")));
    assert_eq!(brew.field("http.request.method_original").cloned(), Some(text("BREW")));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_by_class() {
    let kept = Kept::start();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let request = reqwest::Client::new().get(format!("http://{address}/"));
    request.send_traced().await.expect_err("nobody listens");
    let call = kept.span("GET");
    assert_eq!((call.outcome(), call.error_type()), (Outcome::Error, Some("connect")));
}

/// A request to a service.
fn request(path: &str, kind: &str) -> Request<()> {
    Request::get(format!("http://me:secret@shop.example:81{path}?q")).header("content-type", kind).body(()).unwrap()
}

#[tokio::test]
async fn a_client_of_tower_joins_a_server_of_tower() {
    let kept = Kept::start();
    let answer = |_: Request<()>| async { Ok::<_, Infallible>(Response::new(())) };
    let client = ClientLayer::new().layer(ServerLayer::new().layer(service_fn(answer)));
    client.oneshot(request("/a", "text/plain")).await.expect("it answers");
    let spans = kept.spans();
    let [server, client] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((server.kind(), client.kind()), (SpanKind::Server, SpanKind::Client));
    assert_eq!((server.parent(), server.has_remote_parent()), (Some(client.span_id()), true));
    assert_eq!(client.field("url.full").cloned(), Some(text("http://shop.example:81/a")));
    assert_eq!(client.field("server.port"), Some(&Value::U64(81)));
}

#[tokio::test]
async fn a_grpc_status_is_an_error_though_http_says_ok() {
    for (code, name, of_server) in [("13", "INTERNAL", Outcome::Error), ("5", "NOT_FOUND", Outcome::Ok)] {
        let kept = Kept::start();
        let answer = move |_: Request<()>| async move {
            Ok::<_, Infallible>(Response::builder().header("grpc-status", code).body(()).unwrap())
        };
        let server = ServerLayer::new().route(|parts| Some(parts.uri.path().to_owned())).layer(service_fn(answer));
        let path = "/shop.Stock/Count";
        ClientLayer::new().layer(server).oneshot(request(path, "application/grpc")).await.expect("it answers");
        let spans = kept.spans();
        let [server, client] = &spans[..] else { panic!("{spans:?}") };
        assert_eq!((server.name(), client.name()), ("GET /shop.Stock/Count", "GET /shop.Stock/Count"));
        assert_eq!((client.outcome(), client.error_type()), (Outcome::Error, Some(name)));
        assert_eq!(server.outcome(), of_server);
        assert_eq!(client.field("rpc.service").cloned(), Some(text("shop.Stock")));
        assert_eq!(server.field("rpc.method").cloned(), Some(text("Count")));
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_is_cancelled_on_both_sides() {
    let kept = Kept::start();
    let answer = |_: Request<()>| pending::<Result<Response<()>, Infallible>>();
    let mut call =
        Box::pin(ClientLayer::new().layer(ServerLayer::new().layer(service_fn(answer))).oneshot(request("/", "")));
    poll_fn(|task| {
        assert!(call.as_mut().poll(task).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(call);
    let outcomes: Vec<_> = kept.spans().iter().map(|span| (span.kind(), span.outcome())).collect();
    assert_eq!(outcomes, [(SpanKind::Server, Outcome::Cancelled), (SpanKind::Client, Outcome::Cancelled)]);
}

#[tokio::test]
async fn an_error_of_the_service_itself_is_told_by_its_type() {
    let kept = Kept::start();
    let answer = |_: Request<()>| async { Err::<Response<()>, std::fmt::Error>(std::fmt::Error) };
    let call = ServerLayer::new().layer(service_fn(answer)).oneshot(request("/", ""));
    call.await.expect_err("it fails");
    let span = kept.span("GET");
    assert_eq!((span.outcome(), span.error_type()), (Outcome::Error, Some("core::fmt::Error")));
    let panics = |_: Request<()>| async { panic!("on purpose") };
    let call = ServerLayer::new().layer(service_fn::<_>(panics)).oneshot(request("/", ""));
    let ended: Result<Result<Response<()>, Infallible>, _> = tokio::spawn(call).await;
    ended.expect_err("it panics");
    assert!(kept.spans().iter().any(|span| span.outcome() == Outcome::Panic));
}

#[tokio::test]
async fn without_headers_a_call_hangs_on_what_runs() {
    let kept = Kept::start();
    let answer = |_: Request<()>| async {
        assert_eq!(obs_runtime::Context::current().baggage().get("a"), Some("1"));
        Ok::<_, Infallible>(Response::builder().status(StatusCode::NO_CONTENT).body(()).unwrap())
    };
    let outer = async {
        let mut request = request("/", "");
        request.headers_mut().insert("baggage", "a=1".parse().unwrap());
        ServerLayer::new().layer(service_fn(answer)).oneshot(request).await.expect("it answers");
    };
    obs_runtime::FutureExt::traced(outer, "outer").await;
    let (outer, inner) = (kept.span("outer"), kept.span("GET"));
    assert_eq!((inner.parent(), inner.has_remote_parent()), (Some(outer.span_id()), false));
}

#[tokio::test]
async fn a_proxy_of_both_layers_sends_its_own_span_upstream() {
    let kept = Kept::start();
    let upstream = |request: Request<()>| async move {
        let trace = request.headers()["traceparent"].to_str().unwrap()[3..35].to_owned();
        Ok::<_, Infallible>(Response::new(trace))
    };
    let proxy = ServerLayer::new().layer(ClientLayer::new().layer(service_fn(upstream)));
    let mut request = request("/", "");
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    request.headers_mut().insert("traceparent", parent.parse().unwrap());
    let sent = proxy.oneshot(request).await.expect("it answers").into_body();
    assert_eq!(sent, "4bf92f3577b34da6a3ce929d0e0e4736");
    let spans = kept.spans();
    let [client, server] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((server.kind(), client.kind()), (SpanKind::Server, SpanKind::Client));
    assert_eq!(client.parent(), Some(server.span_id()));
    assert_eq!(server.trace_id().to_string(), sent);
}
