//! A small service with annotated handlers and its own `/metrics`.
//!
//! ```text
//! cargo run --release --example web --features prometheus
//! curl 'http://127.0.0.1:8080/order/7?quantity=2'
//! curl http://127.0.0.1:8080/metrics
//! wrk -t1 -c8 -d5s 'http://127.0.0.1:8080/order/7?quantity=2'
//! ```
//!
//! The page is rendered by the service's own router, so no second port is opened. Press Ctrl-C (or end standard
//! input) to stop; the report is printed then.

use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use obs::exporters::Prometheus;
use obs::{budget, counted, profiled, traced};
use serde::Deserialize;

/// Why an order was not taken. Each variant is a value of `error.type`.
#[derive(Debug)]
enum OrderError {
    UnknownProduct(u32),
    OutOfStock { left: u32 },
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownProduct(id) => write!(f, "there is no product {id}"),
            Self::OutOfStock { left } => write!(f, "only {left} left"),
        }
    }
}

impl IntoResponse for OrderError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::UnknownProduct(_) => StatusCode::NOT_FOUND,
            Self::OutOfStock { .. } => StatusCode::CONFLICT,
        };
        (status, format!("{self}\n")).into_response()
    }
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default = "one")]
    quantity: u32,
}

const fn one() -> u32 {
    1
}

/// Takes an order.
#[traced(kind = server, fields(product = product, quantity = wish.quantity), err)]
#[profiled]
#[counted(in_flight)]
#[budget(ms = 50)]
async fn order(Path(product): Path<u32>, Query(wish): Query<Wish>) -> Result<String, OrderError> {
    let price = price_of(product).await?;
    reserve(product, wish.quantity).await?;
    Ok(format!("{} x {price} cents\n", wish.quantity))
}

/// Looks a price up; stands for a query that waits for a database.
#[traced(kind = client)]
#[profiled]
async fn price_of(product: u32) -> Result<u32, OrderError> {
    tokio::time::sleep(Duration::from_micros(200)).await;
    if product < 100 { Ok(100 + product) } else { Err(OrderError::UnknownProduct(product)) }
}

/// Sets goods aside.
#[traced]
#[profiled]
#[counted(labels(shelf = product % 4))]
async fn reserve(product: u32, quantity: u32) -> Result<(), OrderError> {
    let left = 10 - product % 10;
    if quantity <= left { Ok(()) } else { Err(OrderError::OutOfStock { left }) }
}

/// The totals, in the format the scraper asks for. Not annotated: scrapes are not what is measured.
async fn metrics(State(page): State<obs::exporters::prometheus::Handle>, headers: HeaderMap) -> impl IntoResponse {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("");
    let (content_type, body) = page.render(accept);
    ([(header::CONTENT_TYPE, content_type)], body)
}

/// Waits for Ctrl-C, or for the end of standard input.
async fn stop() {
    let end_of_input = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = end_of_input => {}
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let page = Prometheus::new().without_server();
    let handle = page.handle();
    let _telemetry =
        obs::builder().service_name("web").exporter(page).exporter(obs::exporters::Console::new()).start()?;

    let routes = Router::new().route("/order/{product}", get(order)).route("/metrics", get(metrics)).with_state(handle);
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listening = tokio::net::TcpListener::bind(&address).await;
    let listener = listening.map_err(|error| format!("cannot listen on {address:?}: {error}"))?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, routes).with_graceful_shutdown(stop()).await?;
    Ok(())
}
