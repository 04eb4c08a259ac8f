//! B3 in one header and in several.

use super::{SPAN, TRACE, extracted, headers, injected};
use crate::context::{Context, Decision};
use crate::propagation::Propagator::{B3, B3Multi, TraceContext};

const SHORT: &str = "a3ce929d0e0e4736";
const PADDED: &str = "0000000000000000a3ce929d0e0e4736";

/// A name, headers beside the ids, and what they say.
type Case = (&'static str, &'static [(&'static str, &'static str)], Option<Decision>);

/// What a context says: its trace and what was decided.
fn said(context: &Context) -> (Option<String>, Option<Decision>) {
    (context.trace_id().map(|id| id.to_string()), context.decision())
}

#[test]
fn one_header_is_read() {
    let span = |decision| (Some(TRACE.to_owned()), Some(decision));
    let alone = |decision| (None, Some(decision));
    let nothing = (None, None);
    let cases = [
        (format!("{TRACE}-{SPAN}-1"), span(Decision::Record)),
        (format!("{TRACE}-{SPAN}-0"), span(Decision::Drop)),
        (format!("{TRACE}-{SPAN}-d"), span(Decision::Debug)),
        (format!("{TRACE}-{SPAN}"), span(Decision::Deferred)),
        (format!("{TRACE}-{SPAN}-1-05e3ac9a4f6e3b90"), span(Decision::Record)),
        (format!(" {TRACE}-{SPAN}-1 "), span(Decision::Record)),
        (format!("{SHORT}-{SPAN}-1"), (Some(PADDED.to_owned()), Some(Decision::Record))),
        ("0".to_owned(), alone(Decision::Drop)),
        ("1".to_owned(), alone(Decision::Record)),
        ("d".to_owned(), alone(Decision::Debug)),
        (format!("{TRACE}-{SPAN}-2"), nothing.clone()),
        (format!("{TRACE}-{SPAN}-"), nothing.clone()),
        (format!("{TRACE}-{SPAN}-1-"), nothing.clone()),
        (format!("{TRACE}-{SPAN}-1-0000000000000000"), nothing.clone()),
        (format!("{TRACE}-{SPAN}-1-05e3ac9a4f6e3b90-1"), nothing.clone()),
        (format!("{}-{SPAN}-1", "0".repeat(32)), nothing.clone()),
        (format!("{}-{SPAN}-1", "0".repeat(16)), nothing.clone()),
        (format!("{TRACE}-{}-1", "0".repeat(16)), nothing.clone()),
        (format!("{}-{SPAN}-1", TRACE.to_uppercase()), nothing.clone()),
        (format!("{}-{SPAN}-1", &TRACE[1..]), nothing.clone()),
        (format!("{TRACE}-{}-1", &SPAN[1..]), nothing.clone()),
        (TRACE.to_owned(), nothing.clone()),
        (String::new(), nothing),
    ];
    for (value, expected) in cases {
        assert_eq!(said(&extracted(B3, &[("b3", &value)])), expected, "{value:?}");
    }
}

#[test]
fn several_headers_are_read() {
    let cases: &[Case] = &[
        ("recorded", &[("X-B3-Sampled", "1")], Some(Decision::Record)),
        ("recorded, in a word", &[("X-B3-Sampled", "true")], Some(Decision::Record)),
        ("not recorded", &[("X-B3-Sampled", "0")], Some(Decision::Drop)),
        ("not recorded, in a word", &[("X-B3-Sampled", "false")], Some(Decision::Drop)),
        ("left to us", &[], Some(Decision::Deferred)),
        ("left to us, with flags", &[("X-B3-Flags", "0")], Some(Decision::Deferred)),
        ("debugged", &[("X-B3-Flags", "1")], Some(Decision::Debug)),
        ("debugged, whatever else is said", &[("X-B3-Flags", "1"), ("X-B3-Sampled", "0")], Some(Decision::Debug)),
        (
            "a parent, which is not looked at",
            &[("X-B3-Sampled", "1"), ("X-B3-ParentSpanId", "?")],
            Some(Decision::Record),
        ),
        ("neither yes nor no", &[("X-B3-Sampled", "maybe")], None),
    ];
    for (case, more, expected) in cases {
        let mut pairs = vec![("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN)];
        pairs.extend_from_slice(more);
        let expected = (expected.map(|_| TRACE.to_owned()), *expected);
        assert_eq!(said(&extracted(B3Multi, &pairs)), expected, "{case}");
        let alone = extracted(B3Multi, more);
        let decision = expected.1.filter(|decision| *decision != Decision::Deferred);
        assert_eq!(said(&alone), (None, decision), "{case}, without a span");
    }
    assert_eq!(said(&extracted(B3Multi, &[("x-b3-traceid", SHORT), ("x-b3-spanid", SPAN)])).0.unwrap(), PADDED);
    assert_eq!(said(&extracted(B3Multi, &[("x-b3-traceid", TRACE), ("x-b3-sampled", "1")])), (None, None));
}

#[test]
fn one_header_goes_before_several_whichever_is_set() {
    let several = [("X-B3-TraceId", PADDED), ("X-B3-SpanId", SPAN), ("X-B3-Sampled", "1")];
    let single = format!("{TRACE}-{SPAN}-0");
    for propagator in [B3, B3Multi] {
        let both: Vec<_> = several.into_iter().chain([("b3", single.as_str())]).collect();
        assert_eq!(said(&extracted(propagator, &both)), (Some(TRACE.to_owned()), Some(Decision::Drop)));
        assert_eq!(said(&extracted(propagator, &several)).0.unwrap(), PADDED);
        let broken: Vec<_> = several.into_iter().chain([("b3", "?")]).collect();
        assert_eq!(said(&extracted(propagator, &broken)).0.unwrap(), PADDED);
    }
}

#[test]
fn every_decision_is_written_in_both_forms() {
    let ids = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
    for (said, more) in [
        ("-1", &[("x-b3-sampled", "1")][..]),
        ("-0", &[("x-b3-sampled", "0")]),
        ("-d", &[("x-b3-flags", "1")]),
        ("", &[]),
    ] {
        let single = format!("{TRACE}-{SPAN}{said}");
        let context = extracted(B3, &[("b3", &single)]);
        assert_eq!(injected(B3, &context), headers(&[("b3", &single)]));
        let mut stale = headers(&[("X-B3-Sampled", "0"), ("X-B3-Flags", "1"), ("X-B3-ParentSpanId", "1")]);
        crate::propagation::Propagators::from([B3Multi]).inject(&context, &mut stale);
        assert_eq!(stale, headers(&[&ids, more].concat()), "nothing is left of what was there before");
    }
    assert_eq!(injected(B3, &extracted(B3, &[("b3", "0")])), headers(&[("b3", "0")]));
    assert_eq!(injected(B3Multi, &extracted(B3, &[("b3", "0")])), headers(&[("x-b3-sampled", "0")]));
    assert_eq!((injected(B3, &Context::NONE), injected(B3Multi, &Context::NONE)), (vec![], vec![]));
}

#[test]
fn short_ids_leave_with_all_their_digits() {
    let context = extracted(B3, &[("b3", &format!("{SHORT}-{SPAN}-1"))]);
    assert_eq!(injected(B3, &context)[0].1, format!("{PADDED}-{SPAN}-1"));
    assert_eq!(injected(TraceContext, &context)[0].1, format!("00-{PADDED}-{SPAN}-01"));
}
