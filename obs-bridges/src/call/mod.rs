//! What a call between services says of itself, on either side: its name, its attributes, its end.
//!
//! Names of attributes are those of OpenTelemetry's stable conventions for HTTP.

#[cfg(feature = "tower")]
mod grpc;
#[cfg(feature = "tower")]
mod incoming;
mod method;
mod outgoing;
mod status;

#[cfg(feature = "tower")]
pub(crate) use grpc::Grpc;
#[cfg(feature = "tower")]
pub(crate) use incoming::server_fields;
pub(crate) use method::{callsite, method};
pub(crate) use outgoing::{client_fields, without_secrets};
pub(crate) use status::{Side, seen};
