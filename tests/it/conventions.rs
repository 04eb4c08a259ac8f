//! Presets of the semantic conventions, and what sort of work a span is.

use obs::{SpanKind, Value, traced};

use crate::spans::span;
use crate::support::Kept;

#[traced(semconv = "db", operation = "database", fields(db.system.name = "sqlite", db.operation.name = "SELECT"))]
fn query() {}

#[traced(operation = "pipeline_step")]
async fn step() {}

#[test]
fn a_preset_gives_the_kind_and_the_operation_is_a_field() {
    let kept = Kept::start();
    query();
    let query = span(&kept, "conventions::query");
    let text = |text: &str| Value::Str(text.into());
    assert_eq!(query.kind(), SpanKind::Client);
    assert_eq!(
        query.fields(),
        [
            ("db.system.name", text("sqlite")),
            ("db.operation.name", text("SELECT")),
            ("obs.operation.type", text("database")),
        ]
    );
}

#[test]
fn an_operation_needs_no_other_field() {
    let kept = Kept::start();
    futures_now(step());
    let step = span(&kept, "conventions::step");
    assert_eq!(step.fields(), [("obs.operation.type", Value::Str("pipeline_step".into()))]);
}

/// Polls a future that does not wait.
fn futures_now(future: impl Future<Output = ()>) {
    let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::pin!(future).poll(&mut task).is_ready());
}
