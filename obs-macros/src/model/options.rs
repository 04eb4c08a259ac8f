//! The options of each attribute, and what their values may be.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Lit, Path};

use super::reader::{Reader, flag, literal, one_of, path};
use super::start::Start;
use super::values::{self, Field, Names};
use super::{operation, semconv};
use crate::errors::Errors;
use crate::kind::Kind;
use crate::parse::{Entry, Value, pair};

/// The options of one attribute.
pub(crate) enum Options {
    Traced(Traced),
    Profiled(Profiled),
    Counted(Counted),
    Budget(Budget),
}

/// `#[traced]`.
#[derive(Default)]
pub(crate) struct Traced {
    /// A variant of `Level`.
    pub(crate) level: Option<&'static str>,
    /// A variant of `SpanKind`.
    pub(crate) kind: Option<&'static str>,
    pub(crate) fields: Vec<Field>,
    pub(crate) ret: Option<Shown>,
    pub(crate) err: Option<Shown>,
    /// The share of calls that become spans.
    pub(crate) ratio: Option<f64>,
    pub(crate) start: Start,
}

/// `#[profiled]`.
#[derive(Default)]
pub(crate) struct Profiled {
    /// One call in so many is timed.
    pub(crate) one_in: Option<u32>,
}

/// `#[counted]`.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) labels: Vec<Field>,
    pub(crate) in_flight: bool,
}

/// `#[budget]`.
pub(crate) struct Budget {
    pub(crate) wall_nanos: u64,
    pub(crate) on_exceed: OnExceed,
}

/// `on_exceed = ..`.
pub(crate) enum OnExceed {
    Count,
    Warn,
    Panic,
    Hook(Path),
}

/// `ret` or `err`.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) show: Show,
    /// The key.
    pub(crate) at: Span,
}

/// How a returned value is written down.
#[derive(Clone, Copy)]
pub(crate) enum Show {
    Debug,
    Display,
}

const LEVELS: &[(&str, &str)] =
    &[("trace", "Trace"), ("debug", "Debug"), ("info", "Info"), ("warn", "Warn"), ("error", "Error")];

const SPAN_KINDS: &[(&str, &str)] = &[
    ("server", "Server"),
    ("client", "Client"),
    ("producer", "Producer"),
    ("consumer", "Consumer"),
    ("internal", "Internal"),
];

/// A unit of a budget and its nanoseconds.
const UNITS: &[(&str, u64)] = &[("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];

impl Options {
    /// `before` is how many mistakes there were before this attribute: a budget without a limit is no second one.
    pub(super) fn read(kind: Kind, at: Span, reader: &mut Reader<'_>, before: usize) -> Self {
        match kind {
            Kind::Traced => Self::Traced(Traced::read(reader)),
            Kind::Profiled => {
                Self::Profiled(Profiled { one_in: reader.take("sample").and_then(|e| one_in(&e, reader.errors)) })
            }
            Kind::Counted => Self::Counted(Counted::read(reader)),
            Kind::Budget => Self::Budget(Budget::read(at, reader, before)),
        }
    }
}

impl Traced {
    fn read(reader: &mut Reader<'_>) -> Self {
        let errors = reader.errors;
        let level = reader.take("level").and_then(|entry| one_of(&entry, LEVELS, errors));
        let kind = reader.take("kind");
        let given = kind.as_ref().and_then(|entry| one_of(entry, SPAN_KINDS, errors));
        let before = errors.len();
        let mut fields =
            reader.take("fields").map(|entry| values::read(&entry, Names::Fields, errors)).unwrap_or_default();
        // Among fields that could not be read, what is missing is not known.
        let semconv = reader.take("semconv").filter(|_| errors.len() == before);
        if let Some(operation) = reader.take("operation") {
            operation::add(&operation, &mut fields, errors);
        }
        Self {
            level,
            kind: semconv.map_or(given, |semconv| semconv::kind_of(&semconv, kind.as_ref(), given, &fields, errors)),
            fields,
            ret: reader.take("ret").and_then(|entry| show(&entry, Show::Debug, errors)),
            err: reader.take("err").and_then(|entry| show(&entry, Show::Display, errors)),
            ratio: reader.take("sample").and_then(|entry| ratio(&entry, errors)),
            start: Start::read(reader),
        }
    }
}

impl Counted {
    fn read(reader: &mut Reader<'_>) -> Self {
        let errors = reader.errors;
        Self {
            labels: reader.take("labels").map(|entry| values::read(&entry, Names::Labels, errors)).unwrap_or_default(),
            in_flight: reader.take("in_flight").is_some_and(|entry| flag(&entry, errors)),
        }
    }
}

impl Budget {
    fn read(at: Span, reader: &mut Reader<'_>, before: usize) -> Self {
        let errors = reader.errors;
        let mut limit = None;
        for &(unit, nanos) in UNITS {
            let Some(entry) = reader.take(unit) else { continue };
            if limit.is_some() {
                errors.at(entry.key.span(), "a budget has one limit on wall time; keep one of `ns`, `us`, `ms`, `s`");
                continue;
            }
            limit = Some(wall_nanos(&entry, unit, nanos, errors).unwrap_or(1));
        }
        let on_exceed_entry = reader.take("on_exceed");
        let at = on_exceed_entry.as_ref().map_or(at, |entry| entry.key.span());
        let on_exceed = on_exceed_entry.map_or(OnExceed::Count, |entry| on_exceed(&entry, errors));
        if limit.is_none() && errors.len() == before && reader.is_empty() {
            errors.at(at, "`#[budget]` needs a limit; write `#[budget(ms = 10)]`");
        }
        Self { wall_nanos: limit.unwrap_or(1), on_exceed }
    }
}

fn show(entry: &Entry, default: Show, errors: &Errors) -> Option<Shown> {
    let (key, at) = (&entry.key, entry.key.span());
    match &entry.value {
        Value::Nothing => return Some(Shown { show: default, at }),
        Value::List(group) => match &*pair::pairs(group, errors) {
            [one] if one.value.is_none() && one.key.text == "debug" => return Some(Shown { show: Show::Debug, at }),
            [one] if one.value.is_none() && one.key.text == "display" => {
                return Some(Shown { show: Show::Display, at });
            }
            _ => {}
        },
        Value::Is(_) => {}
    }
    errors.at(
        entry.value_span(),
        format!("`{key}` takes nothing, `debug` or `display`; write `{key}` or `{key}(debug)`"),
    );
    None
}

fn ratio(entry: &Entry, errors: &Errors) -> Option<f64> {
    let ratio = match literal(entry) {
        Some(Lit::Float(float)) => float.base10_parse::<f64>().ok(),
        Some(Lit::Int(int)) => int.base10_parse::<u8>().ok().map(f64::from),
        _ => None,
    };
    let found = ratio.filter(|ratio| (0.0..=1.0).contains(ratio));
    if found.is_none() {
        errors.at(entry.value_span(), "`sample` of `#[traced]` is a share from 0.0 to 1.0; write `sample = 0.01`");
    }
    found
}

fn one_in(entry: &Entry, errors: &Errors) -> Option<u32> {
    let found = match literal(entry) {
        Some(Lit::Int(int)) => int.base10_parse::<u32>().ok().filter(|&n| n > 0),
        _ => None,
    };
    if found.is_none() {
        let message =
            "`sample` of `#[profiled]` is a whole number from 1: one call in so many is timed; write `sample = 16`";
        errors.at(entry.value_span(), message);
    }
    found
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range just before")]
fn wall_nanos(entry: &Entry, unit: &str, nanos: u64, errors: &Errors) -> Option<u64> {
    let limit = match literal(entry) {
        Some(Lit::Int(int)) if int.suffix().is_empty() => int.base10_parse::<u64>().ok().map(|n| n.checked_mul(nanos)),
        Some(Lit::Float(float)) if float.suffix().is_empty() => float.base10_parse::<f64>().ok().map(|n| {
            let exact = (n * nanos as f64).round();
            (exact < u64::MAX as f64).then_some(exact as u64)
        }),
        _ => None,
    };
    match limit {
        Some(Some(nanos)) if nanos > 0 && nanos < u64::MAX => return Some(nanos),
        Some(Some(0)) => {
            errors.at(entry.value_span(), format!("a budget of nothing is always broken; write `{unit} = 10`"));
        }
        Some(_) => errors.at(entry.value_span(), "this budget does not fit into 64 bits of nanoseconds"),
        None => {
            errors.at(entry.value_span(), format!("`{unit}` takes a number; write `{unit} = 10` or `{unit} = 0.5`"));
        }
    }
    None
}

fn on_exceed(entry: &Entry, errors: &Errors) -> OnExceed {
    let Some(path) = path(entry) else {
        let message = "`on_exceed` is `count`, `warn`, `panic` or the path of a function; write `on_exceed = warn`";
        errors.at(entry.value_span(), message);
        return OnExceed::Count;
    };
    match &*path.to_token_stream().to_string() {
        "count" => OnExceed::Count,
        "warn" => OnExceed::Warn,
        "panic" => OnExceed::Panic,
        _ => OnExceed::Hook(path),
    }
}
