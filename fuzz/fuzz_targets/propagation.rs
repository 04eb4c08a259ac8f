//! Headers of contexts: any text gives a context, and what that writes is within the limits and read back as it was.
//!
//! One header on each line, `name: value`, as a person would write it down.

#![no_main]

use libfuzzer_sys::fuzz_target;
use obs_runtime::Context;
use obs_runtime::propagation::{Propagator, Propagators};

const ALL: [Propagator; 4] =
    [Propagator::TraceContext, Propagator::Baggage, Propagator::B3, Propagator::B3Multi];

fuzz_target!(|text: &str| {
    let headers: Vec<_> = text.split('\n').filter_map(|line| line.split_once(": ")).collect();
    for propagator in ALL {
        let alone = Propagators::from([propagator]);
        let context = alone.extract(&headers);
        let mut all = Vec::new();
        Propagators::from(ALL).inject(&context, &mut all);
        check(&all);
        let mut own = Vec::new();
        alone.inject(&context, &mut own);
        let back = alone.extract(&own);
        assert_eq!(told(&back), told(&context));
        assert!(back.baggage().iter().all(|it| context.baggage().iter().any(|known| known == it)));
    }
});

/// What was said of a trace.
fn told(context: &Context) -> impl PartialEq + std::fmt::Debug {
    (context.trace_id(), context.span_id(), context.is_remote(), context.trace_flags(), context.trace_state())
}

/// Checks everything that was written against its limits.
fn check(headers: &[(String, String)]) {
    for (name, value) in headers {
        assert!(value.bytes().all(|byte| matches!(byte, 0x20..=0x7e | b'\t')), "{name}: {value:?}");
        let (longest, most) = match name.as_str() {
            "traceparent" => (55, 1),
            "tracestate" => (512, 32),
            "baggage" => (8192, 64),
            "b3" => (51, 1),
            _ => (32, 1),
        };
        let members = value.split(',').count();
        assert!(value.len() <= longest && members <= most && !value.is_empty(), "{name}: {value:?}");
    }
}
