//! B3 in one header: `b3: {trace}-{span}-{0|1|d}-{parent}`, or a decision alone.

use super::b3_fields::{context, span_id, trace_id};
use super::carrier::CarrierMut;
use crate::context::{Context, Decision};

pub(super) const NAME: &str = "b3";

/// Reads the header; the parent's parent is checked and not kept.
pub(super) fn read(value: &str) -> Option<Context> {
    let parts: Vec<_> = value.trim_matches([' ', '\t']).splitn(5, '-').collect();
    match parts[..] {
        [alone] => decision(alone).map(Context::decided),
        [trace, span] => Some(context(trace_id(trace)?, span_id(span)?, Decision::Deferred)),
        [trace, span, decided] => Some(context(trace_id(trace)?, span_id(span)?, decision(decided)?)),
        [trace, span, decided, parent] => {
            span_id(parent)?;
            Some(context(trace_id(trace)?, span_id(span)?, decision(decided)?))
        }
        _ => None,
    }
}

fn decision(text: &str) -> Option<Decision> {
    match text {
        "0" => Some(Decision::Drop),
        "1" => Some(Decision::Record),
        "d" => Some(Decision::Debug),
        _ => None,
    }
}

/// Writes the header, if there is something to say.
pub(super) fn inject(context: &Context, carrier: &mut dyn CarrierMut) {
    let decided = match context.decision() {
        None => return,
        Some(Decision::Deferred) => "",
        Some(Decision::Drop) => "0",
        Some(Decision::Record) => "1",
        Some(Decision::Debug) => "d",
    };
    match (context.trace_id(), context.span_id(), decided) {
        (Some(trace), Some(span), "") => carrier.set_header(NAME, format!("{trace}-{span}")),
        (Some(trace), Some(span), decided) => carrier.set_header(NAME, format!("{trace}-{span}-{decided}")),
        (_, _, "") => {}
        (_, _, decided) => carrier.set_header(NAME, decided.to_owned()),
    }
}
