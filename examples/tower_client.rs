//! A client and a server made of `tower` services, joined in one trace; ends by printing it.
//!
//! ```text
//! cargo run --release --example tower_client --features tower
//! ```
//!
//! The layers take any service of `http` requests: a `hyper` client, a `tonic` channel and a `tonic` server as well as
//! the router that is called here without a network. One call is answered, one is given up.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::http::Request;
use axum::routing::get;
use obs::bridges::tower::{ClientLayer, ServerLayer};
use tower::{Layer as _, ServiceExt as _};

/// The server: a router whose calls are `server` spans.
fn server() -> Router {
    let layer =
        ServerLayer::new().route(|parts| parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()));
    Router::new().route("/fast/{id}", get(async || "done")).route("/slow", get(std::future::pending::<()>)).layer(layer)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let memory = obs::exporters::Memory::new();
    let telemetry = obs::builder().service_name("tower").exporter(memory.clone()).start()?;

    let client = ClientLayer::new().layer(server());
    let request = |path: &str| Request::get(format!("http://warehouse{path}")).body(Body::empty());
    client.clone().oneshot(request("/fast/7")?).await?;
    let slow = client.oneshot(request("/slow")?);
    tokio::time::timeout(Duration::from_millis(5), slow).await.expect_err("nobody answers");

    telemetry.shutdown(Duration::from_secs(5));
    let spans = memory.spans();
    for span in &spans {
        println!("{} {} ({}) {}", span.trace_id(), span.name(), span.kind().as_str(), span.outcome().as_str());
    }
    let outcomes: Vec<_> = spans.iter().map(|span| (span.kind().as_str(), span.outcome().as_str())).collect();
    assert_eq!(outcomes, [("server", "ok"), ("client", "ok"), ("server", "cancelled"), ("client", "cancelled")]);
    assert_eq!((spans[0].parent(), spans[2].parent()), (Some(spans[1].span_id()), Some(spans[3].span_id())));
    Ok(())
}
