//! What gRPC adds to HTTP: a service, a method, and a status of its own beside `200 OK`.

use ::http::{HeaderMap, header};
use obs_runtime::expand::Fields;
use obs_runtime::expand::probe::{ErrorName, Seen};

use super::status::Side;

const STATUSES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];
/// Those that are an error of the server.
const OF_SERVER: [&str; 6] = ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"];

/// One side of a gRPC call.
pub(crate) struct Grpc;

impl Grpc {
    /// Whether headers are those of gRPC.
    pub(crate) fn is_in(headers: &HeaderMap) -> bool {
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
    }

    /// What a path, `/package.Service/Method`, tells.
    pub(crate) fn fields(fields: &mut Fields, path: &str) {
        fields.value("rpc.system", "grpc");
        if let Some((service, method)) = path.strip_prefix('/').and_then(|path| path.split_once('/')) {
            fields.value("rpc.service", service);
            fields.value("rpc.method", method);
        }
    }

    /// How a call ended, where its status is among the headers; one that comes after a body is not seen.
    pub(crate) fn seen(side: Side, headers: &HeaderMap, extra: &mut Fields) -> Option<Seen> {
        let code: usize = headers.get("grpc-status")?.to_str().ok()?.parse().ok()?;
        let name = STATUSES.get(code).copied().unwrap_or("UNKNOWN");
        extra.value("rpc.grpc.status_code", &code);
        let is_error = code != 0 && (side == Side::Client || OF_SERVER.contains(&name));
        Some(if is_error { Seen::Err(ErrorName::named(name)) } else { Seen::Ok })
    }
}
