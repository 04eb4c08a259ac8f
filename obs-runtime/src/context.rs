//! The trace that runs on a thread, as a value: to be carried to other threads, tasks and services.
//!
//! Within a thread nothing of this is needed, and an annotated `async fn` takes its place in the trace along from
//! poll to poll. What starts somewhere else, in a thread, a spawned task or behind a channel, is given the context.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::baggage::Baggage;
use crate::heads;
use crate::ids::{SpanId, TraceId};
use crate::recording::{self, Started};
use crate::shard::{Current, Local, TraceInfo, Tracing, local};
use crate::strays;
use crate::trace_state::TraceState;

/// A place in a trace, with the baggage that travels along. Cheap to clone; may be sent anywhere.
///
/// # Examples
/// ```
/// use obs_runtime::Context;
///
/// let context = Context::current();
/// std::thread::spawn(move || {
///     let _scope = context.attach();
///     // Spans opened here are children of the one that ran where the context was taken.
/// })
/// .join()
/// .unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    current: Current,
    /// The call that runs, while a test records it; 0 for none.
    call: u64,
    ambient: Option<Arc<Ambient>>,
}

/// Whether a trace of another process is to be recorded, as B3 says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Whoever receives it decides.
    Deferred,
    Drop,
    Record,
    /// Record it, and tell everyone after.
    Debug,
}

/// What travels with a context and is not looked at when a span opens.
#[derive(Clone, Debug, Default)]
struct Ambient {
    baggage: Baggage,
    /// Of a trace of another process.
    trace_state: TraceState,
}

thread_local! {
    static SCOPES: RefCell<Scopes> = const { RefCell::new(Scopes { open: Vec::new(), last: 0 }) };
    static AMBIENT: RefCell<Option<Arc<Ambient>>> = const { RefCell::new(None) };
}

impl Context {
    /// No trace and no baggage: what is opened in it begins a trace.
    pub const NONE: Self = Self { current: Current::NONE, call: 0, ambient: None };

    /// What runs on this thread now.
    pub fn current() -> Self {
        // `try_with`: also while the thread is being torn down.
        let ambient = AMBIENT.try_with(|ambient| ambient.borrow().clone()).ok().flatten();
        Self { current: strays::settled(), call: recording::call(), ambient }
    }

    /// A span of another process, as it came in with a request.
    pub fn remote(trace_id: TraceId, span_id: SpanId, trace_flags: u8, trace_state: TraceState) -> Self {
        let tracing = if trace_flags & 1 == 1 { Tracing::RemoteRecorded } else { Tracing::RemoteDropped };
        let current = Current {
            trace: trace_id.halves(),
            span: span_id.get(),
            info: TraceInfo::new(tracing, trace_flags & 2 == 2, 0),
        };
        let ambient = Ambient { baggage: Baggage::default(), trace_state };
        Self { current, call: 0, ambient: (!ambient.trace_state.is_empty()).then(|| Arc::new(ambient)) }
    }

    /// What another process decided about recording, without a span that ours could hang on.
    pub(crate) fn decided(decision: Decision) -> Self {
        let current = Current { info: TraceInfo::new(Tracing::RemoteDeferred, false, 0), ..Current::NONE };
        Self { current, call: 0, ambient: None }.with_decision(decision)
    }

    /// The same place of another process, with what that decided about recording.
    pub(crate) fn with_decision(mut self, decision: Decision) -> Self {
        let tracing = match decision {
            Decision::Deferred => Tracing::RemoteDeferred,
            Decision::Drop => Tracing::RemoteDropped,
            Decision::Record | Decision::Debug => Tracing::RemoteRecorded,
        };
        let info = TraceInfo::new(tracing, self.current.info.is_random(), 0);
        self.current.info = if decision == Decision::Debug { info.debugged() } else { info };
        self
    }

    /// What was decided about recording; `None` where nothing runs.
    pub(crate) fn decision(&self) -> Option<Decision> {
        match self.current.info.tracing() {
            Tracing::Nothing => None,
            _ if self.current.info.is_debug() => Some(Decision::Debug),
            Tracing::Recorded | Tracing::RemoteRecorded => Some(Decision::Record),
            Tracing::Dropped | Tracing::RemoteDropped => Some(Decision::Drop),
            Tracing::RemoteDeferred => Some(Decision::Deferred),
        }
    }

    /// The same place with other baggage.
    pub fn with_baggage(mut self, baggage: Baggage) -> Self {
        let trace_state = self.ambient.as_deref().map(|ambient| ambient.trace_state.clone()).unwrap_or_default();
        let empty = baggage.is_empty() && trace_state.is_empty();
        self.ambient = (!empty).then(|| Arc::new(Ambient { baggage, trace_state }));
        self
    }

    /// What travels along by name.
    pub fn baggage(&self) -> &Baggage {
        const NONE: &Baggage = &Baggage::EMPTY;
        self.ambient.as_deref().map_or(NONE, |ambient| &ambient.baggage)
    }

    /// The trace; `None` when none runs.
    pub fn trace_id(&self) -> Option<TraceId> {
        TraceId::from_halves(self.current.trace)
    }

    /// The running span; `None` when none runs.
    pub fn span_id(&self) -> Option<SpanId> {
        SpanId::new(self.current.span)
    }

    /// Whether the trace is recorded.
    pub fn is_sampled(&self) -> bool {
        matches!(self.current.info.tracing(), Tracing::Recorded | Tracing::RemoteRecorded)
    }

    /// Whether the span belongs to another process.
    pub fn is_remote(&self) -> bool {
        matches!(
            self.current.info.tracing(),
            Tracing::RemoteRecorded | Tracing::RemoteDropped | Tracing::RemoteDeferred
        )
    }

    /// W3C trace flags: bit 0 when the trace is recorded, bit 1 when its id is random.
    pub fn trace_flags(&self) -> u8 {
        u8::from(self.is_sampled()) | u8::from(self.current.info.is_random()) << 1
    }

    /// What systems on the way had to say of the trace.
    pub fn trace_state(&self) -> TraceState {
        match self.current.info.head() {
            0 if self.is_remote() => {
                self.ambient.as_deref().map(|ambient| ambient.trace_state.clone()).unwrap_or_default()
            }
            0 => TraceState::EMPTY,
            head => heads::get(head, self.current.trace),
        }
    }

    /// Makes this a place in a recording, wherever it is attached.
    pub(crate) const fn record_in(&mut self, recording: &Started) {
        self.current = recording.place(self.current);
    }

    /// Makes this the context of the calling thread until the guard is dropped.
    ///
    /// # Examples
    /// ```
    /// use obs_runtime::{Context, SpanId, TraceId, TraceState};
    ///
    /// let remote = Context::remote(TraceId::new(7).unwrap(), SpanId::new(8).unwrap(), 1, TraceState::EMPTY);
    /// {
    ///     let _scope = remote.attach();
    ///     assert_eq!(Context::current().trace_id(), TraceId::new(7));
    /// }
    /// assert_eq!(Context::current().trace_id(), None);
    /// ```
    pub fn attach(&self) -> ScopedContext {
        let before = self.clone().enter();
        let serial = SCOPES.try_with(|scopes| scopes.borrow_mut().push(before)).unwrap_or_default();
        ScopedContext { serial, _stays_on_its_thread: PhantomData }
    }

    /// Makes this the context of the calling thread, in whose recording it stays unless it brings one along.
    fn enter(mut self) -> Self {
        if self.current.info.recording() == 0 {
            self.current.info = self.current.info.recorded_as(local(|local| local.info.get()));
            self.call = recording::call();
        }
        self.put()
    }

    /// Makes this the context of the calling thread, and gives the one before.
    fn put(self) -> Self {
        let before = local(Local::current);
        local(|local| local.set_current(strays::marked(self.current)));
        let ambient = AMBIENT.try_with(|ambient| ambient.replace(self.ambient)).ok().flatten();
        Self { current: before, call: recording::set_call(self.call), ambient }
    }

    /// Makes this the context of the calling thread while a function runs, whatever that leaves behind.
    pub(crate) fn run<R>(self, body: impl FnOnce() -> R) -> R {
        let _back = PutBack(self.enter());
        body()
    }

    /// A closure that runs in this context, wherever it is called: for threads, scoped threads and thread pools.
    ///
    /// # Examples
    /// ```
    /// use obs_runtime::Context;
    ///
    /// let numbers = [1, 2, 3];
    /// std::thread::scope(|scope| {
    ///     scope.spawn(Context::current().bind(|| numbers.len()));
    /// });
    /// ```
    pub fn bind<R>(self, body: impl FnOnce() -> R) -> impl FnOnce() -> R {
        move || self.run(body)
    }

    /// A place without baggage.
    pub(crate) const fn at(current: Current) -> Self {
        Self { current, call: 0, ambient: None }
    }

    pub(crate) const fn place(&self) -> Current {
        self.current
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::NONE
    }
}

/// What the context that is attached to this thread says of the trace's state.
pub(crate) fn attached_trace_state() -> TraceState {
    let state = |ambient: &RefCell<Option<Arc<Ambient>>>| ambient.borrow().as_ref().map(|it| it.trace_state.clone());
    AMBIENT.try_with(state).ok().flatten().unwrap_or_default()
}

/// Looks at the baggage that is attached to this thread.
pub(crate) fn attached_baggage(look: impl FnOnce(&Baggage)) {
    let ambient = AMBIENT.try_with(|ambient| ambient.borrow().clone()).ok().flatten();
    if let Some(ambient) = ambient {
        look(&ambient.baggage);
    }
}

/// Puts a context back when a function is left, also by a panic.
struct PutBack(Context);

impl Drop for PutBack {
    fn drop(&mut self) {
        std::mem::take(&mut self.0).put();
    }
}

/// Puts the context before back when it is dropped, in whatever order. Stays on its thread.
///
/// Held across an `.await` it would leave its context to whatever runs next on the thread, so it is not `Send`, and a
/// future that holds it cannot be spawned on other threads. For futures there is [`crate::FutureExt::in_context`].
#[must_use = "the context is left when the guard is dropped; write `let _scope = ...`"]
#[derive(Debug)]
pub struct ScopedContext {
    /// Names it among the thread's scopes.
    serial: u64,
    _stays_on_its_thread: PhantomData<*const ()>,
}

/// The scopes of a thread, the last one on top, and what was there before each.
struct Scopes {
    open: Vec<Scope>,
    last: u64,
}

struct Scope {
    serial: u64,
    before: Context,
    /// Its guard is gone, but scopes above it are not.
    is_left: bool,
}

impl Scopes {
    fn push(&mut self, before: Context) -> u64 {
        self.last += 1;
        self.open.push(Scope { serial: self.last, before, is_left: false });
        self.last
    }

    /// Leaves a scope; gives what is to be put back, when it was on top.
    fn leave(&mut self, serial: u64) -> Option<Context> {
        self.open.iter_mut().filter(|scope| scope.serial == serial).for_each(|scope| scope.is_left = true);
        let mut before = None;
        while let Some(scope) = self.open.pop_if(|scope| scope.is_left) {
            before = Some(scope.before);
        }
        before
    }
}

impl Drop for ScopedContext {
    fn drop(&mut self) {
        let before = SCOPES.try_with(|scopes| scopes.borrow_mut().leave(self.serial)).ok().flatten();
        before.map(Context::put);
    }
}
