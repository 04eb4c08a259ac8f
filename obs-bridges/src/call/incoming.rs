//! A request that came in, as far as a span tells of it.

use ::http::request::Parts;
use ::http::uri::Authority;
use ::http::{HeaderMap, Version, header};
use obs_runtime::expand::Fields;

use super::method::method_fields;

/// What a server tells of a request before it is answered. Not the query: it is the caller's, and may hold secrets.
pub(crate) fn server_fields(fields: &mut Fields, parts: &Parts, route: Option<&str>) {
    method_fields(fields, &parts.method);
    fields.value("url.path", parts.uri.path());
    fields.value("url.scheme", parts.uri.scheme_str().unwrap_or("http"));
    fields.value("http.route", &route);
    let authority = parts.uri.authority().cloned().or_else(|| host(&parts.headers));
    if let Some(authority) = authority {
        fields.value("server.address", authority.host());
        fields.value("server.port", &authority.port_u16());
    }
    version_field(fields, parts.version);
}

fn version_field(fields: &mut Fields, version: Version) {
    let text = match version {
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => return,
    };
    fields.value("network.protocol.version", text);
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    headers.get(header::HOST)?.to_str().ok()?.parse().ok()
}
