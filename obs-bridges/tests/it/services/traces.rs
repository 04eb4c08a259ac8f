//! Traces over two services, in every format and with every decision.

use obs_runtime::propagation::{Propagator, Propagators};
use obs_runtime::{Sampler, Span, SpanKind};

use super::pair::Pair;
use crate::obs::traced;
use crate::support::Kept;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn kept(propagators: impl Into<Propagators>, sampler: Sampler) -> Kept {
    Kept::with(obs_runtime::builder().propagators(propagators).sampler(sampler))
}

fn span<'a>(spans: &'a [Span], name: &str, kind: SpanKind) -> &'a Span {
    let named = |span: &&Span| span.name().rsplit("::").next() == Some(name) && span.kind() == kind;
    spans.iter().find(named).unwrap_or_else(|| panic!("no {kind:?} span {name}"))
}

/// Checks that four spans hang one on the other: server, client, server, function.
fn assert_one_trace(spans: &[Span], is_remote: bool) {
    assert_eq!(spans.len(), 4, "{spans:?}");
    let order = span(spans, "GET /order/{id}", SpanKind::Server);
    let call = span(spans, "GET", SpanKind::Client);
    let stock = span(spans, "GET /stock/{id}", SpanKind::Server);
    let count = span(spans, "count", SpanKind::Internal);
    assert_eq!(order.parent().map(|id| id.to_string()), is_remote.then(|| SPAN.to_owned()));
    assert_eq!(order.has_remote_parent(), is_remote);
    assert_eq!((call.parent(), call.has_remote_parent()), (Some(order.span_id()), false));
    assert_eq!((stock.parent(), stock.has_remote_parent()), (Some(call.span_id()), true));
    assert_eq!((count.parent(), count.has_remote_parent()), (Some(stock.span_id()), false));
    assert!(spans.iter().all(|span| span.trace_id() == order.trace_id()));
    if is_remote {
        assert_eq!(order.trace_id().to_string(), TRACE);
    }
}

#[tokio::test]
async fn spans_of_two_services_form_one_trace() {
    let kept = kept(Propagators::W3C, Sampler::default());
    let pair = Pair::start().await;
    let parent = format!("00-{TRACE}-{SPAN}-03");
    let headers = [("traceparent", parent.as_str()), ("tracestate", "vendor=a b"), ("baggage", "tenant=t%2C1;private")];
    let (_, said) = pair.ask("/order/7", &headers).await;
    assert_eq!(said, format!("{TRACE} 03 vendor=a b t,1"), "state and baggage arrive at the second service");
    let spans = kept.spans();
    assert_one_trace(&spans, true);
    assert!(spans.iter().all(|span| span.trace_state().as_str() == "vendor=a b" && span.trace_flags() == 3));
    assert!(spans.iter().all(|span| span.field("tenant").is_none()), "baggage is not copied onto spans");
}

#[tokio::test]
async fn without_a_parent_the_first_service_begins_the_trace() {
    let kept = kept(Propagators::W3C, Sampler::default());
    let pair = Pair::start().await;
    let (_, said) = pair.ask("/order/7", &[("baggage", "tenant=1"), ("tracestate", "vendor=1")]).await;
    let spans = kept.spans();
    assert_one_trace(&spans, false);
    let trace = spans[0].trace_id();
    assert_eq!(said, format!("{trace} 03  1"), "baggage travels without a trace, a state does not");
    assert_eq!(kept.tree().len(), 4);
}

#[tokio::test]
async fn b3_joins_them_too_in_one_header_and_in_several() {
    let single = format!("{TRACE}-{SPAN}-1");
    let one = [("b3", single.as_str())];
    let several = [("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN), ("X-B3-Sampled", "1")];
    for (propagator, headers) in [(Propagator::B3, &one[..]), (Propagator::B3Multi, &several)] {
        let kept = kept([propagator], Sampler::default());
        let pair = Pair::start().await;
        let (_, said) = pair.ask("/order/7", headers).await;
        assert_eq!(said, format!("{TRACE} 01  -"), "{propagator:?}");
        assert_one_trace(&kept.spans(), true);
    }
}

#[tokio::test]
async fn a_trace_that_is_not_recorded_travels_on_and_is_recorded_nowhere() {
    let w3c = format!("00-{TRACE}-{SPAN}-00");
    let b3 = format!("{TRACE}-{SPAN}-0");
    for (propagator, header) in
        [(Propagator::TraceContext, ("traceparent", w3c.as_str())), (Propagator::B3, ("b3", b3.as_str()))]
    {
        let kept = kept([propagator], Sampler::default());
        let pair = Pair::start().await;
        let (_, said) = pair.ask("/order/7", &[header]).await;
        assert_eq!(said, format!("{TRACE} 00  -"), "{propagator:?}");
        assert!(kept.spans().is_empty());
    }
}

#[tokio::test]
async fn a_decision_that_is_left_to_us_is_the_samplers() {
    let left = format!("{TRACE}-{SPAN}");
    let parent_based = |root| Sampler::parent_based(root);
    for (sampler, spans) in [(parent_based(Sampler::always_on()), 4), (parent_based(Sampler::always_off()), 0)] {
        let kept = kept([Propagator::B3], sampler);
        let pair = Pair::start().await;
        let (_, said) = pair.ask("/order/7", &[("b3", &left)]).await;
        assert_eq!(kept.spans().len(), spans, "{sampler}");
        assert_eq!(said, format!("{TRACE} {:02x}  -", spans / 4), "the second service follows the first");
    }
}

#[tokio::test]
async fn a_decision_may_come_without_a_trace() {
    for (decision, sampler, spans) in
        [("0", Sampler::default(), 0), ("1", Sampler::parent_based(Sampler::always_off()), 4)]
    {
        let kept = kept([Propagator::B3], sampler);
        let pair = Pair::start().await;
        let (_, said) = pair.ask("/order/7", &[("b3", decision)]).await;
        let seen = kept.spans();
        assert_eq!(seen.len(), spans, "{decision}");
        assert!(!said.starts_with("none"), "a trace begins all the same: {said}");
        if spans > 0 {
            assert_one_trace(&seen, false);
        }
    }
}

#[tokio::test]
async fn who_debugs_is_told_to_everyone_after() {
    let kept = kept([Propagator::B3Multi], Sampler::parent_based(Sampler::always_off()));
    let pair = Pair::start().await;
    pair.ask("/order/7", &[("b3", &format!("{TRACE}-{SPAN}-d"))]).await;
    assert_one_trace(&kept.spans(), true);
    let mut headers = Vec::new();
    let here = Propagators::from([Propagator::B3]).extract(&[("b3", format!("{TRACE}-{SPAN}-d"))]);
    let (task, propagators) = (async { obs_runtime::Context::current() }, Propagators::from([Propagator::B3]));
    let inside = obs_runtime::FutureExt::in_context(obs_runtime::FutureExt::traced(task, "debugged"), here).await;
    propagators.inject(&inside, &mut headers);
    assert!(headers[0].1.ends_with("-d"), "{headers:?}");
}

#[tokio::test]
async fn the_format_that_is_not_used_is_not_read() {
    let kept = kept(Propagators::NONE, Sampler::default());
    let pair = Pair::start().await;
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let (_, said) = pair.ask("/order/7", &[("traceparent", &parent), ("baggage", "tenant=1")]).await;
    assert!(said.ends_with(" -") && !said.starts_with(TRACE), "{said}");
    let traces: std::collections::HashSet<_> = kept.spans().iter().map(Span::trace_id).collect();
    assert_eq!(traces.len(), 2, "each service has a trace of its own");
}

#[traced(crate = crate::obs, parent = parent)]
fn under(parent: &obs_runtime::Context) -> String {
    obs_runtime::Context::current().trace_state().to_string()
}

#[test]
fn a_parent_that_is_named_brings_its_state_and_no_others() {
    let kept = kept(Propagators::W3C, Sampler::default());
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let remote = |state| Propagators::W3C.extract(&[("traceparent", parent.as_str()), ("tracestate", state)]);
    let _scope = remote("other=1").attach();
    assert_eq!(under(&remote("own=1")), "own=1");
    assert_eq!(under(&remote("")), "");
    assert_eq!(kept.spans().len(), 2);
}
