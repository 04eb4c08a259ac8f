//! Two services on two ports whose spans form one trace; ends by printing it.
//!
//! ```text
//! cargo run --release --example two_services --features tower,reqwest
//! ```
//!
//! The shop asks the warehouse. Each service has a layer that makes a `server` span of what comes in, and the shop sends
//! its requests with `send_traced`, which makes a `client` span and writes its place into the headers: `traceparent`, or
//! what `propagators` of the builder says (B3, for example). Here both run in one process; in two it is the same.

use axum::Router;
use axum::extract::{MatchedPath, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::get;
use obs::bridges::reqwest::RequestBuilderExt as _;
use obs::bridges::tower::ServerLayer;
use obs::traced;
use tokio::net::TcpListener;

/// The pattern that axum found, which names the span.
fn route(parts: &Parts) -> Option<String> {
    parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned())
}

/// Serves on a free port, and says where.
async fn serve(routes: Router) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, routes.layer(ServerLayer::new().route(route))).await });
    Ok(address)
}

/// The shop's side: asks the warehouse.
async fn order(Path(product): Path<u32>, State(warehouse): State<String>) -> Result<String, StatusCode> {
    let answer = reqwest::Client::new().get(format!("{warehouse}/stock/{product}")).send_traced().await;
    let text = answer.map_err(|_| StatusCode::BAD_GATEWAY)?.text().await;
    Ok(format!("{} on their way", text.map_err(|_| StatusCode::BAD_GATEWAY)?))
}

/// The warehouse's side.
async fn stock(Path(product): Path<u32>) -> String {
    // What travels by name arrives here too.
    let baggage = obs::Context::current().baggage().clone();
    obs::current().set("tenant", baggage.get("tenant").unwrap_or("unknown"));
    count(product).await.to_string()
}

/// Looks it up.
#[traced(fields(product))]
async fn count(product: u32) -> u32 {
    tokio::task::yield_now().await;
    product * 3
}

/// Prints a span and all below it.
fn print(spans: &[obs::Span], parent: Option<obs::SpanId>, depth: usize) {
    for span in spans.iter().filter(|span| span.parent() == parent) {
        let (indent, took) = ("  ".repeat(depth), span.duration());
        println!("{indent}{} ({}) {took:.1?} {}", span.name(), span.kind().as_str(), span.outcome().as_str());
        print(spans, Some(span.span_id()), depth + 1);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let memory = obs::exporters::Memory::new();
    let telemetry = obs::builder().service_name("shop").exporter(memory.clone()).start()?;

    let warehouse = serve(Router::new().route("/stock/{product}", get(stock))).await?;
    let shop = serve(Router::new().route("/order/{product}", get(order)).with_state(warehouse)).await?;
    let request = reqwest::Client::new().get(format!("{shop}/order/7")).header("baggage", "tenant=blue");
    println!("{}\n", request.send().await?.error_for_status()?.text().await?);

    telemetry.shutdown(std::time::Duration::from_secs(5));
    let spans = memory.spans();
    println!("trace {}", spans[0].trace_id());
    print(&spans, None, 0);
    assert_eq!(spans.len(), 4);
    assert!(spans.iter().all(|span| span.trace_id() == spans[0].trace_id()), "one trace");
    Ok(())
}
