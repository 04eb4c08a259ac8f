//! Headers of the `http` crate carry contexts.
//!
//! # Examples
//! ```
//! use obs_bridges::http::{extract, inject};
//!
//! let mut incoming = http::HeaderMap::new();
//! incoming.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
//! let context = extract(&incoming);
//!
//! let mut outgoing = http::HeaderMap::new();
//! inject(&context, &mut outgoing);
//! assert_eq!(outgoing, incoming);
//! ```

mod headers;

pub use headers::{Headers, HeadersMut, extract, inject};
