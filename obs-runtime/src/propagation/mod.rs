//! Contexts on their way between services: into headers and out of them.
//!
//! Each format is a file of its own with a reader and a writer: W3C Trace Context (`trace_context` and its
//! `trace_state`), W3C Baggage (`baggage`), B3 in one header and in several (`b3_single`, `b3_multi`). Readers take
//! any bytes and never panic; what is malformed is left out as the format's specification says, and counted in
//! [`crate::Health::headers_dropped`]. Writers keep within the limits of each format, whatever a context holds.
//!
//! [`extract`] and [`inject`] use the formats the program is set to: W3C, unless
//! [`Builder::propagators`](crate::Builder::propagators) or `OTEL_PROPAGATORS` say otherwise.
//!
//! # Examples
//! ```
//! use obs_runtime::propagation::{extract, inject};
//!
//! let incoming = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("baggage", "tenant=a%20b")];
//! let context = extract(&incoming);
//! assert_eq!(context.span_id().unwrap().to_string(), "00f067aa0ba902b7");
//! assert_eq!(context.baggage().get("tenant"), Some("a b"));
//!
//! let mut outgoing = Vec::new();
//! inject(&context, &mut outgoing);
//! assert_eq!(outgoing[0].1, incoming[0].1);
//! ```

mod b3_fields;
mod b3_multi;
mod b3_single;
mod baggage;
mod carrier;
mod dropped;
mod hex;
mod percent;
mod propagators;
#[cfg(all(test, not(loom)))]
mod tests;
mod trace_context;
mod trace_state;

pub use carrier::{Carrier, CarrierMut};
pub(crate) use propagators::set;
pub use propagators::{ParsePropagatorError, Propagator, Propagators, extract, inject};
