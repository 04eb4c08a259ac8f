//! Telemetry for tests: one at a time, whatever else runs in parallel.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use obs_exporters::Memory;
use obs_runtime::text::name::is_called;
use obs_runtime::{Batch, Builder, Event, Exporter, Level, Span, Telemetry, Wants};

/// Time enough for anything that is not broken.
const LONG: Duration = Duration::from_secs(30);

/// Running telemetry that keeps all spans and events.
pub(crate) struct Kept {
    telemetry: Telemetry,
    memory: Memory,
    events: Events,
    _turn: MutexGuard<'static, ()>,
}

impl Kept {
    pub(crate) fn start() -> Self {
        Self::with(obs_runtime::builder().level(Level::Trace))
    }

    /// Telemetry of which nobody takes anything.
    pub(crate) fn without_exporters() -> (Telemetry, MutexGuard<'static, ()>) {
        let turn = turn();
        (obs_runtime::builder().start().expect("one at a time"), turn)
    }

    pub(crate) fn with(builder: Builder) -> Self {
        let turn = turn();
        let (memory, events) = (Memory::new(), Events::default());
        let telemetry = builder.exporter(memory.clone()).exporter(events.clone()).start().expect("one at a time");
        Self { telemetry, memory, events, _turn: turn }
    }

    /// All spans, after a flush.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let report = self.telemetry.flush(LONG);
        assert!(report.is_complete(), "{report}");
        self.memory.spans()
    }

    /// The one span of a name.
    pub(crate) fn span(&self, name: &str) -> Span {
        let named: Vec<_> = self.spans().into_iter().filter(|span| is_called(span.name(), name)).collect();
        let [span] = <[_; 1]>::try_from(named).unwrap_or_else(|all| panic!("{} spans of {name}", all.len()));
        span
    }

    /// All events, after a flush.
    pub(crate) fn events(&self) -> Vec<Arc<Event>> {
        self.telemetry.flush(LONG);
        self.events.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one event of a message.
    pub(crate) fn event(&self, message: &str) -> Arc<Event> {
        let said: Vec<_> = self.events().into_iter().filter(|event| event.message() == message).collect();
        let [event] = <[_; 1]>::try_from(said).unwrap_or_else(|all| panic!("{} events {message:?}", all.len()));
        event
    }

    /// Names of the spans, each with that of its parent, in order of the names; all must be in one trace.
    pub(crate) fn tree(&self) -> Vec<(String, String)> {
        let spans = self.spans();
        let traces: HashSet<_> = spans.iter().map(Span::trace_id).collect();
        assert_eq!(traces.len(), 1, "one trace");
        let last = |name: &str| name.rsplit("::").next().unwrap_or_default().to_owned();
        let name = |id| spans.iter().find(|span| span.span_id() == id).map_or("?".to_owned(), |span| last(span.name()));
        let pair = |span: &Span| (last(span.name()), span.parent().map_or("-".to_owned(), name));
        let mut tree: Vec<_> = spans.iter().map(pair).collect();
        tree.sort();
        tree
    }
}

fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pairs as [`Kept::tree`] gives them.
pub(crate) fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, parent)| ((*name).to_owned(), (*parent).to_owned())).collect()
}

/// Keeps events.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<Arc<Event>>>>);

impl Exporter for Events {
    type Error = Infallible;

    fn name(&self) -> &'static str {
        "events"
    }

    fn wants(&self) -> Wants {
        Wants { events: true, ..Wants::NOTHING }
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Infallible> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(batch.events().iter().cloned());
        Ok(())
    }
}
