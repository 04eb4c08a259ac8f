//! A shop that asks a warehouse, and the requests that a test sends them.

use axum::Router;
use axum::extract::{MatchedPath, Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use obs_bridges::reqwest::RequestBuilderExt as _;
use obs_bridges::tower::ServerLayer;
use obs_runtime::Context;

use crate::obs::traced;

/// The services, until it is dropped.
pub(crate) struct Pair {
    /// Where the shop is: `http://127.0.0.1:4711`.
    pub(crate) shop: String,
    tasks: [tokio::task::JoinHandle<()>; 2],
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Pair {
    pub(crate) async fn start() -> Self {
        let warehouse = Router::new().route("/stock/{id}", get(stock));
        let (warehouse, one) = serve(warehouse).await;
        let shop = Router::new().route("/order/{id}", get(order)).with_state(warehouse);
        let (shop, other) = serve(shop).await;
        Self { shop, tasks: [one, other] }
    }

    /// Asks the shop, with some headers and no span.
    pub(crate) async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
        let request = reqwest::Client::new().get(format!("{}{path}", self.shop));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.expect("the shop answers");
        (response.status(), response.text().await.expect("text"))
    }
}

/// Serves on a free port of the loopback.
async fn serve(routes: Router) -> (String, tokio::task::JoinHandle<()>) {
    let layer =
        ServerLayer::new().route(|parts| parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serve = async move { axum::serve(listener, routes.layer(layer)).await.expect("it serves") };
    (format!("http://{address}"), tokio::spawn(serve))
}

/// The shop: hands on what the warehouse says.
async fn order(Path(id): Path<u32>, State(warehouse): State<String>) -> (StatusCode, String) {
    let request = reqwest::Client::new().get(format!("{warehouse}/stock/{id}?token=secret"));
    match request.send_traced().await {
        Ok(response) => (response.status(), response.text().await.unwrap_or_default()),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()),
    }
}

/// The warehouse: says what arrived, as `flags state tenant`.
async fn stock(Path(id): Path<u32>) -> (StatusCode, String) {
    count(id).await;
    let here = Context::current();
    let status = StatusCode::from_u16(u16::try_from(id).unwrap_or(0)).unwrap_or(StatusCode::OK);
    let trace = here.trace_id().map_or("none".to_owned(), |id| id.to_string());
    let tenant = here.baggage().get("tenant").unwrap_or("-");
    (status, format!("{trace} {:02x} {} {tenant}", here.trace_flags(), here.trace_state()))
}

#[traced(crate = crate::obs)]
async fn count(_id: u32) {
    tokio::task::yield_now().await;
}
