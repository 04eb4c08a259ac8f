//! Our calls and events, shown to an installed subscriber of `tracing`.

use std::panic::{RefUnwindSafe, UnwindSafe};

use obs_runtime::expand::EventSite;
use obs_runtime::{Callsite, Fields, Level, Mirror, MirroredEnd, MirroredSpan, Outcome, Value, set_mirror, values_of};
use tracing_core::dispatcher::get_default;
use tracing_core::field::{self, Field, ValueSet};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Dispatch, Event};

use super::out_site::{Description, LATE, MAX_FIELDS, OutSite, SiteKey};

/// Shows our traced calls and our events to the subscriber of `tracing` that is installed where they happen, from now on;
/// `false` when that is so already.
///
/// # Shape
/// A call is a span of its function's name, with the module as target; entered and left as the call is, for each poll where
/// it is a future; with the fields that are known when it begins, and `return`, `exception.message`, `error.type` and
/// `outcome` (where it is not ok) when it ends. Its parent is the span of `tracing` that runs. An event is an event. The
/// program's level and rules hold; whether a trace is sampled does not matter, nor whether any exporter is there. What came
/// in through [`super::TracingLayer`] is not shown again, and that layer does not take ours for another's.
///
/// Fields that are added to a running span are not shown.
///
/// # Cost
/// Not called: nothing. Called: what a span of `tracing` costs, and some allocations for each call.
///
/// # Examples
/// ```
/// obs_bridges::tracing::mirror();
/// ```
pub fn mirror() -> bool {
    set_mirror(&ToTracing)
}

struct ToTracing;

impl Mirror for ToTracing {
    fn open(&self, callsite: &'static Callsite, fields: Option<&Fields>) -> Option<Box<dyn MirroredSpan>> {
        let values = fields.map(values_of).unwrap_or_default();
        let site = OutSite::of(key(callsite, callsite.meta().level, &names(&values)), || describe(callsite))?;
        let (dispatch, id) = get_default(|dispatch| {
            let show = || {
                with_values(site, site.fields(), &values, |values| {
                    dispatch.new_span(&Attributes::new(site.meta(), values))
                })
            };
            site.is_wanted(dispatch).then(|| (dispatch.clone(), show()))
        })?;
        Some(Box::new(OutSpan { dispatch, id, site }))
    }

    fn event(&self, event_site: &'static EventSite, level: Level, fields: &Fields) {
        let values = values_of(fields);
        let Some(site) = OutSite::of(key(event_site, level, &names(&values)), || describe_event(event_site)) else {
            return;
        };
        get_default(|dispatch| {
            if site.is_wanted(dispatch) {
                with_values(site, site.fields(), &values, |values| dispatch.event(&Event::new(site.meta(), values)));
            }
        });
    }
}

/// A call as a span of `tracing`.
struct OutSpan {
    dispatch: Dispatch,
    id: Id,
    site: &'static OutSite,
}

// What a panic may leave half done is in the subscriber, which every thread of the program shares anyway: an annotated
// future is not to lose the trait for it.
impl UnwindSafe for OutSpan {}
impl RefUnwindSafe for OutSpan {}

impl MirroredSpan for OutSpan {
    fn enter(&mut self) {
        self.dispatch.enter(&self.id);
    }

    fn exit(&mut self) {
        self.dispatch.exit(&self.id);
    }

    fn close(&mut self, end: &MirroredEnd<'_>) {
        let mut values = end.extra.map(values_of).unwrap_or_default();
        values.extend(end.error_type().map(|name| ("error.type", Value::Str(name))));
        if end.outcome != Outcome::Ok {
            values.push(("outcome", Value::Str(end.outcome.as_str().into())));
        }
        values.retain(|(name, _)| LATE.contains(name));
        let field = |name| self.site.fields().iter().find(|field| field.name() == name).cloned();
        let fields: Vec<_> = values.iter().filter_map(|(name, _)| field(*name)).collect();
        if !fields.is_empty() {
            let record = |values: &ValueSet<'_>| self.dispatch.record(&self.id, &Record::new(values));
            with_values(self.site, &fields, &values, record);
        }
    }
}

impl Drop for OutSpan {
    fn drop(&mut self) {
        self.dispatch.try_close(self.id.clone());
    }
}

fn key<'a, T>(of: &'static T, level: Level, keys: &'a [&'static str]) -> SiteKey<'a> {
    SiteKey { of: std::ptr::from_ref(of).addr(), level, keys }
}

fn names(values: &[(&'static str, Value)]) -> Vec<&'static str> {
    values.iter().take(MAX_FIELDS).map(|(name, _)| *name).collect()
}

fn describe(callsite: &'static Callsite) -> Description {
    let meta = callsite.meta();
    let target = if meta.module.is_empty() { "obs" } else { meta.module };
    let (module, file, line) = (meta.module, meta.file, meta.line);
    Description { name: callsite.name(), target, module, file, line, is_span: true }
}

fn describe_event(site: &'static EventSite) -> Description {
    let source = site.source();
    let name = format!("event {}:{}", source.file, source.line).leak();
    let (target, file, line) = (source.target, source.file, source.line);
    Description { name, target, module: target, file, line, is_span: false }
}

/// Gives fields and their values, in the same order, as `tracing` wants them.
fn with_values<R>(
    site: &'static OutSite,
    fields: &[Field],
    values: &[(&'static str, Value)],
    body: impl FnOnce(&ValueSet<'_>) -> R,
) -> R {
    let values: Vec<_> = values.iter().take(MAX_FIELDS).map(|(_, value)| shown(value)).collect();
    let first = &site.fields()[0];
    let mut pairs: [(&Field, Option<&dyn field::Value>); MAX_FIELDS] = [(first, None); MAX_FIELDS];
    for (pair, (field, value)) in pairs.iter_mut().zip(fields.iter().zip(&values)) {
        *pair = (field, Some(&**value));
    }
    body(&site.meta().fields().value_set(&pairs))
}

fn shown(value: &Value) -> Box<dyn field::Value + '_> {
    match value {
        Value::Bool(value) => Box::new(*value),
        Value::I64(value) => Box::new(*value),
        Value::U64(value) => Box::new(*value),
        Value::F64(value) => Box::new(*value),
        Value::Str(text) => Box::new(&**text),
        other => Box::new(field::display(other)),
    }
}
