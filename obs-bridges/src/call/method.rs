//! A request's method, and the name that it gives a call.

use ::http::Method;
use obs_runtime::expand::Fields;
use obs_runtime::{Callsite, CallsiteKey, SpanKind, callsite_of};

/// The methods that are told by name.
const METHODS: [&str; 10] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE", "QUERY"];

/// The method, or `_OTHER`: anybody may invent one, and each would be a series of its own.
pub(crate) fn method(method: &Method) -> &'static str {
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("_OTHER")
}

/// The callsite of all calls with a method and a route.
pub(crate) fn callsite(method: &str, route: Option<&str>, kind: SpanKind) -> &'static Callsite {
    let method = if method == "_OTHER" { "HTTP" } else { method };
    let name = match route {
        Some(route) => format!("{method} {route}"),
        None => method.to_owned(),
    };
    callsite_of(CallsiteKey { name: &name, kind, at: None })
}

/// The method as attributes.
pub(super) fn method_fields(fields: &mut Fields, method: &Method) {
    let known = self::method(method);
    fields.value("http.request.method", known);
    if known == "_OTHER" {
        fields.value("http.request.method_original", method.as_str());
    }
}
