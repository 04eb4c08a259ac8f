//! Layers for `tower`: calls between services as spans of one trace; `axum`, `tonic` and `hyper` through them.
//!
//! A span tells what OpenTelemetry's stable conventions for HTTP say. It ends when the response's head is there: what
//! streams in its body afterwards, a gRPC status in trailers too, is not seen. A call whose future is dropped before is
//! cancelled, as every annotated function is.
//!
//! # Examples
//! ```
//! use axum::Router;
//! use axum::extract::MatchedPath;
//! use obs_bridges::tower::ServerLayer;
//!
//! let route = |parts: &http::request::Parts| parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned());
//! let routes: Router = Router::new().layer(ServerLayer::new().route(route));
//! ```

mod client;
mod end;
mod server;

pub use client::{Client, ClientFuture, ClientLayer};
pub use end::End;
pub use server::{RouteOf, Server, ServerFuture, ServerLayer};
