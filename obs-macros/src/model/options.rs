//! The options of each attribute, and what their values may be.

use proc_macro2::Span;
use syn::Lit;

use super::budget::Budget;
use super::reader::{Reader, flag, literal, one_of};
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
    /// CPU time, too.
    pub(crate) cpu: bool,
    /// Allocations, too.
    pub(crate) alloc: bool,
    /// One call in so many is timed.
    pub(crate) one_in: Option<u32>,
}

/// `#[counted]`.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) labels: Vec<Field>,
    pub(crate) in_flight: bool,
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

impl Options {
    /// `before` is how many mistakes there were before this attribute: a budget without a limit is no second one.
    pub(super) fn read(kind: Kind, at: Span, reader: &mut Reader<'_>, before: usize) -> Self {
        match kind {
            Kind::Traced => Self::Traced(Traced::read(reader)),
            Kind::Profiled => Self::Profiled(Profiled::read(reader)),
            Kind::Counted => Self::Counted(Counted::read(reader)),
            Kind::Budget => Self::Budget(Budget::read(at, reader, before)),
        }
    }
}

/// The options of an attribute, for whoever wrote another one.
pub(super) const fn known(kind: Kind) -> &'static str {
    match kind {
        Kind::Traced => {
            "`level`, `kind`, `semconv`, `operation`, `fields`, `ret`, `err`, `sample`, `root`, `parent`, `links`, `name`, `crate`"
        }
        Kind::Profiled => "`cpu`, `alloc`, `sample`, `name`, `crate`",
        Kind::Counted => "`labels`, `in_flight`, `name`, `crate`",
        Kind::Budget => {
            "one of `ns`, `us`, `ms`, `s`, and the same after `busy_`, `poll_` and `cpu_`, `polls`, `allocs`, `bytes`, `calls`, \
             `instructions`, `p50` to `p999`, `objective`, `on_exceed`, `name`, `crate`"
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

impl Profiled {
    fn read(reader: &mut Reader<'_>) -> Self {
        let errors = reader.errors;
        Self {
            cpu: reader.take("cpu").is_some_and(|entry| flag(&entry, errors)),
            alloc: reader.take("alloc").is_some_and(|entry| flag(&entry, errors)),
            one_in: reader.take("sample").and_then(|entry| one_in(&entry, errors)),
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
