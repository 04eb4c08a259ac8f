//! Spans and events of `tracing` as ours.
//!
//! A span's own state lies in the registry's extensions; entering it swaps the thread's place in the trace.

use obs_runtime::expand::Start;
use obs_runtime::{DetachedSpan, IS_ENABLED, Level, Outcome, Place, event_at};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::entered;
use super::filter::PolicyFilter;
use super::known::{self, Known};
use super::visitor::Visitor;

/// Makes spans and events of crates that use `tracing` ours.
///
/// # Shape
/// One callsite for each callsite of `tracing`, named as the span, in the module that the target names; fields keep their
/// types. A span begins where it is made and ends when its last handle is dropped. It ended with an error when an event of
/// level error with a field `error` fell in it, which is what `#[instrument(err)]` does; it panicked when it was left by
/// unwinding. `tracing` does not tell a future that was dropped from one that was ready, so such a span ended well.
///
/// # Cost
/// That of `#[traced]`, of the registry, and of one allocation for a span's extensions.
///
/// What the program's level and rules leave out is not recorded. With [`PolicyFilter`] it is not even made.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingLayer {
    _private: (),
}

impl TracingLayer {
    /// Makes the layer. It may be installed before telemetry is started, or after.
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

/// A subscriber that does nothing but this: a registry with [`TracingLayer`], and [`PolicyFilter`] before it.
///
/// # Examples
/// ```
/// let installed = tracing::subscriber::set_global_default(obs_bridges::tracing::subscriber());
/// assert!(installed.is_ok(), "somebody installed a subscriber before");
/// ```
pub fn subscriber() -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync {
    Registry::default().with(TracingLayer::new().with_filter(PolicyFilter::new()))
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TracingLayer {
    fn register_callsite(&self, meta: &'static Metadata<'static>) -> Interest {
        if IS_ENABLED {
            known::of(meta);
        }
        Interest::always()
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !IS_ENABLED {
            return;
        }
        let callsite = match known::of(attributes.metadata()) {
            Known::Span(callsite) if callsite.is_enabled() => callsite,
            Known::Ours => return keep(id, &context, Ours(Place::here())),
            _ => return,
        };
        let start = (!attributes.is_contextual()).then(|| start_under(attributes.parent(), &context));
        let span = DetachedSpan::open(callsite, start, |fields| attributes.record(&mut Visitor::new(fields)));
        keep(id, &context, span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        with_own(id, &context, |span| span.set_fields(|fields| values.record(&mut Visitor::new(fields))));
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        if let Some(place) = place_of(follows, &context) {
            with_own(id, &context, |span| span.link(place));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if !IS_ENABLED {
            return;
        }
        let Known::Event(site, level) = known::of(event.metadata()) else { return };
        let place = (!event.is_contextual())
            .then(|| event.parent().and_then(|parent| place_of(parent, &context)).unwrap_or(Place::NONE));
        let mut has_error = false;
        event_at(site, level, place, |fields| {
            let mut visitor = Visitor::new(fields);
            event.record(&mut visitor);
            has_error = visitor.has_error;
        });
        if level == Level::Error
            && has_error
            && let Some(span) = context.event_span(event)
        {
            with_own(&span.id(), &context, |span| span.ends_with(Outcome::Error));
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let Some(registered) = context.span(id) else { return };
        if let Some(before) = registered.extensions().get::<DetachedSpan>().and_then(DetachedSpan::enter) {
            entered::push(id.into_u64(), before);
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        if entered::pop(id.into_u64()) {
            with_own(id, &context, |span| span.ends_with(Outcome::Panic));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        with_own(&id, &context, DetachedSpan::close);
    }
}

/// A span of ours that the mirror shows: where it is.
struct Ours(Place);

/// Keeps something with a span.
fn keep<S, T>(id: &Id, context: &Context<'_, S>, state: T)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    T: Send + Sync + 'static,
{
    if let Some(registered) = context.span(id) {
        registered.extensions_mut().replace(state);
    }
}

/// Runs with a span's own state, if it has one.
fn with_own<S>(id: &Id, context: &Context<'_, S>, body: impl FnOnce(&mut DetachedSpan))
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    if let Some(registered) = context.span(id)
        && let Some(span) = registered.extensions_mut().get_mut::<DetachedSpan>()
    {
        body(span);
    }
}

/// The place of a span, or of the nearest one around it that has one.
fn place_of<S>(id: &Id, context: &Context<'_, S>) -> Option<Place>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let place = |span: tracing_subscriber::registry::SpanRef<'_, S>| {
        let extensions = span.extensions();
        let own = extensions.get::<DetachedSpan>().map(DetachedSpan::place);
        own.or_else(|| extensions.get::<Ours>().map(|ours| ours.0))
    };
    context.span_scope(id)?.find_map(place)
}

/// What `parent: ..` says.
fn start_under<S>(parent: Option<&Id>, context: &Context<'_, S>) -> Start
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    match parent.and_then(|parent| place_of(parent, context)) {
        Some(place) => Start::under(place.context()),
        None => Start::ROOT,
    }
}
