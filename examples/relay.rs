//! A trace that leaves this program for one in another language, and comes back: what the tests in `tests/real` look at.
//!
//! `relay OTHER SINK` serves `/stock/{product}`, asks `OTHER/order/7?back=..` for an order, which asks back, and sends all
//! spans to `SINK` as OTLP over HTTP. It asks a second time in a trace that is not recorded, and prints both trace ids.

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Path};
use axum::http::request::Parts;
use axum::routing::get;
use obs::bridges::reqwest::RequestBuilderExt as _;
use obs::bridges::tower::ServerLayer;
use obs::exporters::otlp::Otlp;
use obs::{Baggage, Context, FutureExt as _, traced};
use tokio::net::TcpListener;

/// The trace that is not recorded.
const UNRECORDED: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The pattern that axum found, which names the span.
fn route(parts: &Parts) -> Option<String> {
    parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned())
}

/// Answers the other service.
async fn stock(Path(product): Path<u32>) -> String {
    let baggage = Context::current().baggage().clone();
    obs::current().set("tenant", baggage.get("tenant").unwrap_or("unknown"));
    count(product).await.to_string()
}

/// Looks it up.
#[traced(name = "relay::count", fields(product))]
async fn count(product: u32) -> u32 {
    tokio::task::yield_now().await;
    product * 3
}

/// Asks the other service. Its span is the root of the trace, where none is running.
#[traced(name = "relay::ask")]
async fn ask(other: &str, back: &str) -> Result<String, reqwest::Error> {
    let url = format!("{other}/order/7?back={back}");
    reqwest::Client::new().get(url).send_traced().await?.error_for_status()?.text().await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(other), Some(sink)) = (arguments.next(), arguments.next()) else {
        return Err("usage: relay OTHER SINK".into());
    };
    let otlp = Otlp::new().endpoint(sink).without_metrics().without_logs();
    let telemetry = obs::builder().service_name("relay").exporter(otlp).start()?;

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let back = format!("http://{}", listener.local_addr()?);
    let routes = Router::new().route("/stock/{product}", get(stock)).layer(ServerLayer::new().route(route));
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let mut tenant = Baggage::default();
    tenant.set("tenant", "grün&gelb");
    println!("recorded {}", ask(&other, &back).in_context(Context::NONE.with_baggage(tenant)).await?);
    let unrecorded = obs::propagation::extract(&[("traceparent", format!("00-{UNRECORDED}-00f067aa0ba902b7-00"))]);
    println!("unrecorded {}", ask(&other, &back).in_context(unrecorded).await?);

    let report = telemetry.shutdown(Duration::from_secs(20));
    if report.is_complete() { Ok(()) } else { Err(report.to_string().into()) }
}
