//! The recordings that run now, by number.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};

use super::call::{CallEnd, RecordedCall, RecordedStart};
use crate::alloc;
use crate::clock;
use crate::clock::Anchor;
use crate::event::{Event, TEXT};
use crate::event_site::EventSite;
use crate::field_reader;
use crate::fields::Fields;
use crate::ids::{SpanId, TraceId};
use crate::level::Level;
use crate::registry;
use crate::shard::{Current, TraceInfo, local};
use crate::sync::lock;
use crate::value::Value;
use crate::wanted;

/// Has calls ask whether they are in a recording; who comes second waits until all of them do.
static ASKED: Once = Once::new();
static ACTIVE: Mutex<Vec<Option<Arc<Recorder>>>> = Mutex::new(Vec::new());

/// The place from which the next recording looks for a free one; changed under the lock of `ACTIVE`.
static NEXT: AtomicUsize = AtomicUsize::new(0);

type Values = Vec<(&'static str, Value)>;

/// What one recording has so far.
#[derive(Debug, Default)]
struct Recorder {
    /// The recording that this one was begun in.
    outer: Option<Arc<Self>>,
    begun: AtomicU64,
    calls: Mutex<Vec<RecordedCall>>,
    events: Mutex<Vec<Event>>,
    /// Added to running spans, by span.
    late: Mutex<Vec<(u64, Values)>>,
}

/// A recording that runs on this thread, and wherever its context is carried.
#[derive(Debug)]
pub(crate) struct Started {
    number: u16,
    recorder: Arc<Recorder>,
}

/// What a recording had when it ended.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) calls: Vec<RecordedCall>,
    pub(crate) events: Vec<Event>,
    /// Calls that had begun and not ended.
    pub(crate) unfinished: u64,
}

/// Begins a recording; `None` when there is no number left.
pub(crate) fn start() -> Option<Started> {
    ASKED.call_once(|| registry::change_policy(|policy| policy.recording = true));
    let mut active = lock(&ACTIVE);
    let outer = active_at(&active, local(|local| local.info.get()).recording());
    let recorder = Arc::new(Recorder { outer, ..Recorder::default() });
    // Not one that was free a moment ago: work that outlives its recording still has that number.
    let most = usize::from(TraceInfo::MAX_RECORDING);
    let next = NEXT.load(Ordering::Relaxed);
    let place = (0..most).map(|n| (next + n) % most).find(|&place| active.get(place).is_none_or(Option::is_none))?;
    NEXT.store(place + 1, Ordering::Relaxed);
    if place >= active.len() {
        active.resize(place + 1, None);
    }
    active[place] = Some(Arc::clone(&recorder));
    Some(Started { number: u16::try_from(place + 1).ok()?, recorder })
}

fn active_at(active: &[Option<Arc<Recorder>>], number: u16) -> Option<Arc<Recorder>> {
    active.get(usize::from(number).checked_sub(1)?)?.clone()
}

fn recorder(number: u16) -> Option<Arc<Recorder>> {
    active_at(&lock(&ACTIVE), number)
}

impl Started {
    /// The same place in the trace, in this recording.
    pub(crate) const fn place(&self, here: Current) -> Current {
        Current { info: here.info.recorded_in(self.number), ..here }
    }

    /// Ends the recording. What ends later is in none.
    pub(crate) fn finish(self) -> Recorded {
        let Recorder { begun, calls, events, late, .. } = &*self.recorder;
        let (mut calls, events) = (std::mem::take(&mut *lock(calls)), std::mem::take(&mut *lock(events)));
        for (span, fields) in lock(late).drain(..) {
            if let Some(call) = calls.iter_mut().find(|call| call.span == span) {
                call.fields.extend(fields);
            }
        }
        let unfinished = begun.load(Ordering::Relaxed).saturating_sub(calls.len() as u64);
        Recorded { calls, events, unfinished }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        lock(&ACTIVE)[usize::from(self.number) - 1] = None;
    }
}

impl Recorder {
    /// This one and those around it.
    fn chain(self: &Arc<Self>) -> impl Iterator<Item = Arc<Self>> {
        std::iter::successors(Some(Arc::clone(self)), |recorder| recorder.outer.clone())
    }
}

thread_local! {
    /// The recorded call that runs on this thread; 0 for none.
    static CALL: Cell<u64> = const { Cell::new(0) };
}

/// The recorded call that runs on this thread; 0 for none.
pub(crate) fn call() -> u64 {
    CALL.get()
}

/// Says which recorded call runs on this thread, and gives the one before.
pub(crate) fn set_call(call: u64) -> u64 {
    CALL.replace(call)
}

/// Whether this thread is in a recording.
#[inline]
pub(crate) fn is_here() -> bool {
    local(|local| local.info.get()).recording() != 0
}

/// Begins a call, if this thread is in a recording.
#[inline]
pub(crate) fn begin() -> Option<RecordedStart> {
    let number = local(|local| local.info.get()).recording();
    if number == 0 { None } else { begin_in(number) }
}

#[inline(never)]
fn begin_in(number: u16) -> Option<RecordedStart> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    for recorder in recorder(number)?.chain() {
        recorder.begun.fetch_add(1, Ordering::Relaxed);
    }
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let span = local(|local| local.span.get());
    Some(RecordedStart { number, id, parent: call(), around: 0, span })
}

/// Hands a call that has ended to its recording.
pub(crate) fn end(start: &RecordedStart, end: CallEnd<'_>) {
    let Some(recorder) = recorder(start.number) else { return };
    let [span, parent_span] = end.ids.unwrap_or([0, start.span]);
    let call = RecordedCall {
        id: start.id,
        parent: start.parent,
        span,
        parent_span,
        callsite: end.callsite,
        outcome: end.outcome,
        error_type: end.error_type,
        nanos: end.nanos,
        polls: end.polls,
        took: end.took,
        costs: end.costs,
        own: end.own,
        fields: end.fields.iter().flat_map(|words| field_reader::read(words)).collect(),
    };
    recorder.chain().for_each(|recorder| lock(&recorder.calls).push(call.clone()));
}

/// Hands an event to the recording of the place it happened in.
#[inline]
pub(crate) fn event(here: Current, site: &'static EventSite, level: Level, fields: &Fields) {
    if here.info.recording() != 0 {
        event_in(here, site, level, fields);
    }
}

#[inline(never)]
fn event_in(here: Current, site: &'static EventSite, level: Level, fields: &Fields) {
    let number = here.info.recording();
    let _unseen = alloc::Unseen::begin();
    let Some(recorder) = recorder(number) else { return };
    let mut values = field_reader::read(fields.words());
    let message = values.iter().position(|(key, _)| *key == TEXT).map(|at| values.remove(at).1.to_string());
    let event = Event {
        source: site.source(),
        level,
        message: message.unwrap_or_default().into(),
        time: Anchor::take().wall(clock::now()),
        trace_id: TraceId::from_halves(here.trace),
        span_id: SpanId::new(here.span),
        is_sampled: true,
        thread: 0,
        fields: values,
        dropped_fields: fields.dropped(),
    };
    recorder.chain().for_each(|recorder| lock(&recorder.events).push(event.clone()));
}

/// Hands fields that are added to a running span to its recording; says whether nobody else wants them.
pub(crate) fn fields(here: Current, fields: &Fields) -> bool {
    let number = here.info.recording();
    if number == 0 {
        return false;
    }
    let _unseen = alloc::Unseen::begin();
    if let Some(recorder) = recorder(number) {
        let values = field_reader::read(fields.words());
        recorder.chain().for_each(|recorder| lock(&recorder.late).push((here.span, values.clone())));
    }
    wanted::spans_are_for_tests_alone()
}
