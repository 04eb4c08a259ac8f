//! Spans to Zipkin, as JSON of its version 2.
//!
//! `endpoint` says who spoke with whom, `tags` writes what Zipkin has no field for, `spans` encodes a batch as a pure
//! function, `exporter` posts it.
//!
//! # Source
//! OpenTelemetry's mapping to Zipkin, which is deprecated: new set-ups are better served by OTLP, which current Zipkin
//! servers take too. Links have no place in Zipkin and are left out.

mod endpoint;

mod tags;

mod spans;

mod exporter;

pub use exporter::Zipkin;
pub use spans::encode;
