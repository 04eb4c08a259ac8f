//! `semconv = "db"`: the attributes that OpenTelemetry's conventions require of such a span, and its kind.
//!
//! Only what a convention requires of every span is asked for: what it wants under a condition, or of the answer, is known
//! to the function alone.

use super::reader::one_of;
use super::values::Field;
use crate::errors::Errors;
use crate::parse::Entry;

/// What a convention requires.
struct Convention {
    name: &'static str,
    /// Variants of `SpanKind` that it allows.
    kinds: &'static [&'static str],
    /// The one its spans have when nothing is said; `None` where there are two sides, and the function is one of them.
    default: Option<&'static str>,
    required: &'static [Required],
}

/// An attribute that must be there.
struct Required {
    name: &'static str,
    /// What it was called in earlier releases of the conventions, which counts too.
    formerly: Option<&'static str>,
    /// A value, for the example.
    value: &'static str,
}

const fn required(name: &'static str, value: &'static str) -> Required {
    Required { name, formerly: None, value }
}

const METHOD: Required = required("http.request.method", "method");

/// The conventions as of 2026-11: HTTP and databases are stable, RPC is a candidate, messaging is in development.
const CONVENTIONS: &[Convention] = &[
    Convention {
        name: "db",
        // A database inside the process, such as SQLite, may be internal.
        kinds: &["Client", "Internal"],
        default: Some("Client"),
        required: &[required("db.system.name", "\"postgresql\"")],
    },
    Convention {
        name: "http_client",
        kinds: &["Client"],
        default: Some("Client"),
        required: &[
            METHOD,
            required("server.address", "host"),
            required("server.port", "port"),
            required("url.full", "url"),
        ],
    },
    Convention {
        name: "http_server",
        kinds: &["Server"],
        default: Some("Server"),
        required: &[METHOD, required("url.path", "path"), required("url.scheme", "\"https\"")],
    },
    Convention {
        name: "messaging",
        kinds: &["Producer", "Consumer", "Client"],
        default: None,
        required: &[required("messaging.system", "\"kafka\""), required("messaging.operation.name", "\"send\"")],
    },
    Convention {
        name: "rpc",
        kinds: &["Client", "Server"],
        default: None,
        required: &[Required { name: "rpc.system.name", formerly: Some("rpc.system"), value: "\"grpc\"" }],
    },
];

const NAMES: &[(&str, &str)] = &[
    ("db", "db"),
    ("http_client", "http_client"),
    ("http_server", "http_server"),
    ("messaging", "messaging"),
    ("rpc", "rpc"),
];

/// Checks a span against its convention, and gives its kind.
pub(super) fn kind_of(
    semconv: &Entry,
    kind: Option<&Entry>,
    given: Option<&'static str>,
    fields: &[Field],
    errors: &Errors,
) -> Option<&'static str> {
    let name = one_of(semconv, NAMES, errors)?;
    let convention = CONVENTIONS.iter().find(|convention| convention.name == name)?;
    convention.check_fields(semconv, fields, errors);
    match (given, kind) {
        (Some(given), Some(kind)) => convention.check_kind(kind, given, errors),
        // The kind that was written is a mistake of its own.
        (None, Some(_)) => {}
        _ if convention.default.is_none() => {
            let (name, sides) = (convention.name, convention.sides());
            let message = format!("`semconv = \"{name}\"` does not say which side this is; add {sides}");
            errors.at(semconv.value_span(), message);
        }
        _ => {}
    }
    given.or(convention.default)
}

impl Convention {
    fn check_kind(&self, kind: &Entry, given: &str, errors: &Errors) {
        if !self.kinds.contains(&given) {
            let (name, sides) = (self.name, self.sides());
            let message = format!("a span of `semconv = \"{name}\"` has {sides}; change `kind` or remove `semconv`");
            errors.at(kind.value_span(), message);
        }
    }

    /// One message for all that is missing, with a list that would do.
    fn check_fields(&self, semconv: &Entry, fields: &[Field], errors: &Errors) {
        let missing: Vec<_> =
            self.required.iter().filter(|required| !fields.iter().any(|field| required.is(&field.key))).collect();
        if missing.is_empty() {
            return;
        }
        let names: Vec<_> = missing.iter().map(|required| format!("`{}`", required.name)).collect();
        let example: Vec<_> = self.required.iter().map(|it| format!("{} = {}", it.name, it.value)).collect();
        let (name, names, example) = (self.name, names.join(", "), example.join(", "));
        let message = format!("`semconv = \"{name}\"` requires {names}; write `fields({example})`");
        errors.at(semconv.value_span(), message);
    }

    // Output: `kind = client` or `kind = server`
    fn sides(&self) -> String {
        let sides: Vec<_> = self.kinds.iter().map(|kind| format!("`kind = {}`", kind.to_ascii_lowercase())).collect();
        match sides.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => sides.concat(),
        }
    }
}

impl Required {
    fn is(&self, key: &str) -> bool {
        key == self.name || self.formerly == Some(key)
    }
}
