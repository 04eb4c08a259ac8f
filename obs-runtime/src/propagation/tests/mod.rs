//! What headers become, and what they must never do.

mod b3;
mod baggage;
mod properties;
mod trace_context;

use super::{Carrier as _, CarrierMut as _, Propagator, Propagators};
use crate::context::Context;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// What comes out of some headers, in one format.
fn extracted(propagator: Propagator, headers: &[(&str, &str)]) -> Context {
    Propagators::from([propagator]).extract(headers)
}

/// What goes into empty headers, in one format.
fn injected(propagator: Propagator, context: &Context) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    Propagators::from([propagator]).inject(context, &mut headers);
    headers
}

/// Headers as owned pairs.
fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn names_are_found_whatever_their_case_in_lists_and_maps() {
    let pairs = headers(&[("TraceParent", "a"), ("b", "c"), ("traceparent", "d")]);
    assert_eq!(pairs.header_values("traceparent"), ["a", "d"]);
    let map: std::collections::HashMap<_, _> = headers(&[("TraceParent", "a")]).into_iter().collect();
    assert_eq!((map.header("traceparent"), map.header_values("traceparent")), (Some("a"), vec!["a"]));
    let mut tree: std::collections::BTreeMap<_, _> = pairs.into_iter().collect();
    tree.set_header("traceparent", "e".to_owned());
    assert_eq!(tree.into_iter().collect::<Vec<_>>(), headers(&[("b", "c"), ("traceparent", "e")]));
}

#[test]
fn of_several_formats_all_are_written_and_the_last_that_finds_a_trace_counts() {
    let w3c = format!("00-{TRACE}-{SPAN}-01");
    let b3 = "463ac35c9f6413ad48485a3953bb6124-0020000000000001-0";
    let both = Propagators::from([Propagator::TraceContext, Propagator::B3]);
    let context = both.extract(&[("traceparent", w3c.as_str()), ("b3", b3)]);
    assert_eq!(context.trace_id().unwrap().to_string(), "463ac35c9f6413ad48485a3953bb6124");
    assert!(!context.is_sampled());
    let context = both.extract(&[("traceparent", w3c.as_str()), ("b3", "nonsense")]);
    assert_eq!(context.trace_id().unwrap().to_string(), TRACE);
    let mut written = Vec::new();
    both.inject(&context, &mut written);
    assert_eq!(written, headers(&[("traceparent", &w3c), ("b3", &format!("{TRACE}-{SPAN}-1"))]));
}

#[test]
fn a_list_of_formats_keeps_its_order_and_each_once() {
    let list = Propagators::from([Propagator::B3, Propagator::Baggage, Propagator::B3, Propagator::TraceContext]);
    let names: Vec<_> = list.with(Propagator::B3Multi).iter().map(Propagator::name).collect();
    assert_eq!(names, ["b3", "baggage", "tracecontext", "b3multi"]);
    assert_eq!(
        "jaeger".parse::<Propagator>().unwrap_err().to_string(),
        "found propagator \"jaeger\", expected tracecontext, baggage, b3 or b3multi"
    );
}

#[test]
fn what_is_malformed_is_counted() {
    let before = crate::health_counters::HEADERS_DROPPED.get();
    extracted(Propagator::TraceContext, &[("traceparent", "00-0-0-0")]);
    extracted(Propagator::Baggage, &[("baggage", "a b=c, d")]);
    // Other tests count too, at the same time.
    assert!(crate::health_counters::HEADERS_DROPPED.get() >= before + 3);
}
