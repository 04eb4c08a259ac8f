//! `#[budget(..)]`: what is promised of a call, and what happens when it is broken.

use proc_macro2::Span;
use quote::ToTokens;
use syn::Path;

use super::limit::{self, Limit, LimitKind};
use super::reader::{Reader, literal, path};
use super::{amount, conflict};
use crate::errors::Errors;
use crate::parse::Entry;

/// `#[budget]`.
pub(crate) struct Budget {
    /// None twice, in the order in which they are listed in the callsite.
    pub(crate) limits: Vec<Limit>,
    pub(crate) on_exceed: OnExceed,
}

/// `on_exceed = ..`.
pub(crate) enum OnExceed {
    Count,
    Warn,
    Panic,
    Hook(Path),
}

impl Budget {
    /// `before` is how many mistakes there were before this attribute: a budget without a limit is no second one.
    pub(super) fn read(at: Span, reader: &mut Reader<'_>, before: usize) -> Self {
        let errors = reader.errors;
        let mut limits = limit::read(reader);
        let objective = reader.take("objective").and_then(|entry| Objective::new(&entry, errors));
        let on_exceed_entry = reader.take("on_exceed");
        let at = on_exceed_entry.as_ref().map_or(at, |entry| entry.key.span());
        let on_exceed = on_exceed_entry.map_or(OnExceed::Count, |entry| on_exceed(&entry, errors));
        // Beside what could not be read, what is missing and what is too much are not known.
        let is_all = errors.len() == before && reader.is_empty();
        let is_empty = limits.is_empty();
        match (limits.iter_mut().find(|limit| limit.kind.is_wall()), objective) {
            (Some(wall), Some(objective)) => wall.share = objective.share,
            (None, Some(objective)) if is_all => {
                let message = "`objective` is the share of calls that stay within a limit on wall time; add `ms = 10`";
                errors.at(objective.at, message);
            }
            (None, None) if is_all && is_empty => {
                errors.at(at, "`#[budget]` needs a limit; write `#[budget(ms = 10)]`");
            }
            _ => {}
        }
        if is_all {
            conflict::check(&limits, errors);
        }
        Self { limits, on_exceed }
    }

    /// A function that is not async has no polls to bound.
    pub(super) fn check_sync(&self, errors: &Errors) {
        let is_bounded = self.limits.iter().any(|limit| limit.kind.is_wall());
        for limit in self.limits.iter().filter(|limit| limit.kind.is_of_future()) {
            let key = limit.written.split(' ').next().unwrap_or_default();
            // What is left of `busy_ms = 10` bounds wall time; a number of polls has no such form.
            let is_time = matches!(limit.kind, LimitKind::Busy | LimitKind::Poll);
            let way_out = match limit.written.split_once('_') {
                Some((_, wall)) if is_time && !is_bounded => format!("write `{wall}`"),
                _ => "remove it".to_owned(),
            };
            let message =
                format!("`{key}` is about the polls of a future, which this signature does not return; {way_out}");
            errors.at(limit.at, message);
        }
    }
}

/// The share of calls that stay within the limit on wall time.
struct Objective {
    share: f64,
    at: Span,
}

impl Objective {
    // Input:  objective = 99.9
    // Output: the share 0.999
    fn new(entry: &Entry, errors: &Errors) -> Option<Self> {
        let share = amount::percent(literal(entry)).filter(|&share| 0.0 < share && share < 1.0);
        if share.is_none() {
            let message = "`objective` is the percentage of calls that stay within the limit, above 0 and below 100; \
                           write `objective = 99.9`, or remove it where all do";
            errors.at(entry.value_span(), message);
        }
        share.map(|share| Self { share, at: entry.key.span() })
    }
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
