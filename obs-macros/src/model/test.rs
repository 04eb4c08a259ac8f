//! `#[obs::test]`: a function that is run as a test, how often, and what is measured of it.

use proc_macro2::{Span, TokenStream};
use syn::{Path, Safety};

use super::amount::whole;
use super::function::krate;
use super::reader::{Reader, literal, one_of};
use crate::errors::Errors;
use crate::parse::entry::{entries, span_of};
use crate::parse::{Entry, Function};

/// A test.
pub(crate) struct Test {
    pub(crate) function: Function,
    /// The path of the facade.
    pub(crate) krate: TokenStream,
    pub(crate) settings: Settings,
}

/// The options of a test.
pub(crate) struct Settings {
    krate: Option<Path>,
    pub(crate) runs: Option<u32>,
    /// A variant of `Time`.
    pub(crate) time: Option<&'static str>,
    /// The workers of a runtime that has several.
    pub(crate) threads: Option<usize>,
    /// An option about the runtime.
    runtime: Option<Span>,
    /// `worker_threads` of a runtime that has one thread.
    stray: Option<Span>,
}

const TIMES: &[(&str, &str)] = &[("wall", "Wall"), ("cpu", "Cpu"), ("off", "Off")];

const FLAVORS: &[(&str, &str)] = &[("multi_thread", "multi_thread"), ("current_thread", "current_thread")];

/// Enough for two tasks to run at once.
const THREADS: usize = 2;

impl Settings {
    pub(crate) fn read(args: TokenStream, errors: &Errors) -> Self {
        let known = "`runs`, `time`, `flavor`, `worker_threads`, `crate`";
        let mut reader = Reader::new("obs::test", known, entries(args, errors), errors);
        let (flavor, workers) = (reader.take("flavor"), reader.take("worker_threads"));
        let chosen = flavor.as_ref().map(|entry| one_of(entry, FLAVORS, errors));
        let given = workers.as_ref().and_then(|entry| from_one(entry, "worker_threads = 2", errors));
        let is_several = chosen == Some(Some("multi_thread"));
        // A flavor that is none is a mistake of its own.
        let is_one = !is_several && chosen != Some(None);
        let settings = Self {
            krate: reader.krate(),
            runs: reader.take("runs").and_then(|entry| from_one(&entry, "runs = 5", errors)),
            time: reader.take("time").and_then(|entry| one_of(&entry, TIMES, errors)),
            threads: is_several.then(|| given.unwrap_or(THREADS)),
            stray: workers.as_ref().filter(|_| is_one).map(|entry| entry.key.span()),
            runtime: flavor.or(workers).map(|entry| entry.key.span()),
        };
        reader.rest();
        settings
    }
}

fn from_one<N: TryFrom<u64>>(entry: &Entry, example: &str, errors: &Errors) -> Option<N> {
    let found = whole(literal(entry)).filter(|&n| n > 0).and_then(|n| N::try_from(n).ok());
    if found.is_none() {
        let message = format!("`{}` is a whole number from 1; write `{example}`", entry.key);
        errors.at(entry.value_span(), message);
    }
    found
}

impl Test {
    /// The one place where a function and the options of its test meet.
    pub(crate) fn new(function: Function, settings: Settings, errors: &Errors) -> Self {
        let test = Self { krate: krate(settings.krate.as_ref()), function, settings };
        test.check_signature(errors);
        let Settings { runtime, stray, .. } = test.settings;
        if let (None, Some(runtime)) = (test.function.signature.asyncness, runtime) {
            let message =
                "`flavor` and `worker_threads` are of the runtime of an `async fn`; remove them or write `async fn`";
            errors.at(runtime, message);
        } else if let Some(stray) = stray {
            let message = "`worker_threads` is of a runtime with several; add `flavor = \"multi_thread\"` or remove it";
            errors.at(stray, message);
        }
        if let Some(other) = test.function.attributes.iter().find(|attribute| attribute.is_test()) {
            errors.at(other.span, "`#[obs::test]` makes a test already; remove this attribute");
        }
        test
    }

    /// What the harness can call.
    fn check_signature(&self, errors: &Errors) {
        let signature = &self.function.signature;
        if let Some(constness) = &signature.constness {
            errors.at(constness.span, "a test is no `const fn`; remove `const`");
        }
        if let Safety::Unsafe(unsafety) = &signature.safety {
            errors.at(
                unsafety.span,
                "a test is called from safe code; remove `unsafe` and write an `unsafe` block inside",
            );
        }
        if let Some(abi) = &signature.abi {
            errors.at(abi.extern_token.span, "a test is called from Rust; remove `extern`");
        }
        let generics = &signature.generics;
        if !generics.params.is_empty() {
            errors.at(
                span_of(&generics.params),
                "a test has no generics; remove them, or call a generic function from it",
            );
        } else if let Some(bounds) = &generics.where_clause {
            errors.at(bounds.where_token.span, "a test has no generics; remove the `where` clause");
        }
        if !signature.inputs.is_empty() {
            errors
                .at(span_of(&signature.inputs), "a test takes no arguments; remove them, or call a function that does");
        }
    }
}
