//! What holds for any headers and any context.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::baggage::Baggage;
use crate::context::{Context, Decision};
use crate::ids::{SpanId, TraceId};
use crate::propagation::{Carrier as _, Propagator, Propagators};
use crate::trace_state::TraceState;

const ALL: Propagators = Propagators::W3C.with(Propagator::B3).with(Propagator::B3Multi);
const NAMES: [&str; 9] = [
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-sampled",
    "x-b3-flags",
    "x-b3-parentspanid",
];

/// A header that may be there: mostly nearly right, sometimes anything.
fn header() -> impl Strategy<Value = (String, String)> {
    let value = prop_oneof![
        "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,3})?",
        "([0-9a-f]{16}|[0-9a-f]{32})-[0-9a-f]{16}(-[01d2](-[0-9a-f]{16})?)?",
        "([a-z0-9@]{1,140}=[ -~]{0,140},){0,40}",
        "([a-z]{1,3} ?=[!-~]{0,3}(%[0-9a-fA-F]{2}){0,3};?,){0,70}",
        "[0-9a-f]{16,32}",
        "[01d]|true|false",
        any::<String>(),
    ];
    (proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), value)
}

fn context() -> impl Strategy<Value = Context> {
    let decision =
        proptest::sample::select(vec![Decision::Deferred, Decision::Drop, Decision::Record, Decision::Debug]);
    let baggage = vec((any::<String>(), any::<String>(), "(|ttl=3|.{0,5})"), 0..80);
    (1_u128.., 1_u64.., decision, 0..4_u8, baggage).prop_map(|(trace, span, decision, flags, members)| {
        let mut baggage = Baggage::default();
        members.iter().for_each(|(key, value, metadata)| baggage.set_with_metadata(key, value, metadata));
        let (trace, span) = (TraceId::new(trace).unwrap(), SpanId::new(span).unwrap());
        Context::remote(trace, span, flags, TraceState::EMPTY).with_decision(decision).with_baggage(baggage)
    })
}

/// Checks everything that was written against its limits.
fn check(headers: &[(String, String)]) {
    for (name, value) in headers {
        // A tab may stand between the parts of a property.
        let is_allowed = |byte: u8| matches!(byte, 0x20..=0x7e) || name == "baggage" && byte == b'\t';
        assert!(value.bytes().all(is_allowed), "{name}: {value:?}");
        let members = value.split(',').count();
        let (longest, most) = match name.as_str() {
            "traceparent" => (55, 1),
            "tracestate" => (512, 32),
            "baggage" => (8192, 64),
            "b3" => (51, 1),
            _ => (32, 1),
        };
        assert!(value.len() <= longest && members <= most && !value.is_empty(), "{name}: {value:?}");
    }
}

/// What was said of a trace, in words.
fn told(context: &Context) -> String {
    let baggage: Vec<_> = context.baggage().iter().collect();
    format!(
        "{:?} {:?} {:?} {:?} {baggage:?}",
        context.trace_id(),
        context.span_id(),
        context.decision(),
        context.trace_state()
    )
}

proptest! {
    #[test]
    fn any_headers_give_a_context_that_is_written_within_the_limits(headers in vec(header(), 0..8)) {
        for propagator in ALL.iter() {
            let alone = Propagators::from([propagator]);
            let context = alone.extract(&headers);
            let mut written = Vec::new();
            ALL.inject(&context, &mut written);
            check(&written);
            let mut own = Vec::new();
            alone.inject(&context, &mut own);
            prop_assert_eq!(told(&alone.extract(&own)), told(&context), "what is written is read back as it was");
        }
    }

    #[test]
    fn any_context_comes_back_from_what_it_wrote(context in context()) {
        for propagator in ALL.iter() {
            let alone = Propagators::from([propagator]);
            let mut written = Vec::new();
            alone.inject(&context, &mut written);
            check(&written);
            let back = alone.extract(&written);
            if propagator == Propagator::Baggage {
                let arrived = |(key, value, properties): (&str, &str, &str)| {
                    back.baggage().iter().any(|it| it == (key, value, properties.trim_matches([' ', '\t'])))
                };
                prop_assert_eq!(context.baggage().iter().filter(|it| arrived(*it)).count(), back.baggage().len());
            } else {
                prop_assert_eq!((back.trace_id(), back.span_id()), (context.trace_id(), context.span_id()));
                prop_assert_eq!(back.is_sampled(), context.is_sampled());
            }
            if matches!(propagator, Propagator::B3 | Propagator::B3Multi) {
                prop_assert_eq!(back.decision(), context.decision());
            }
        }
    }

    #[test]
    fn baggage_that_fits_arrives_whole(members in vec(("[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,20}", ".{0,20}"), 0..64)) {
        let mut baggage = Baggage::default();
        members.iter().for_each(|(key, value)| baggage.set(key, value));
        let mut written = Vec::new();
        Propagators::W3C.inject(&Context::NONE.with_baggage(baggage.clone()), &mut written);
        let fits = written.header("baggage").is_none_or(|value: &str| value.len() < 8000);
        prop_assume!(fits);
        let back = Propagators::W3C.extract(&written);
        prop_assert_eq!(back.baggage(), &baggage);
    }
}
