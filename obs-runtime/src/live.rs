//! Calls that run now: what, since when, and in which span.
//!
//! Each shard has a table of cells. Its thread fills a free one when a call begins; whoever ends the call, perhaps
//! another thread, frees it. Readers look at all of them and leave out what changes meanwhile.

use std::time::Duration;

use crate::callsite::Callsite;
use crate::clock;
use crate::ids::{SpanId, TraceId};
use crate::registry;
use crate::shard::{LIVE_CELLS, LiveCell, Local, POOL, Shard, local, on_shard};
use crate::sync::add;

/// A call that is running.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct InFlight {
    /// The function: its name, file and line.
    pub callsite: &'static Callsite,
    /// How long it has been running.
    pub elapsed: Duration,
    /// The number of the shard (small, reused) of the thread it began on.
    pub thread: u32,
    /// The trace it runs in.
    pub trace_id: Option<TraceId>,
    /// Its span, or where it is none the one it runs in.
    pub span_id: Option<SpanId>,
}

/// Enters a call; gives the number to leave it by, 0 when the thread's table is full.
#[cold]
pub(crate) fn enter(callsite: &'static Callsite) -> u32 {
    on_shard(|shard| enter_in(shard, callsite))
}

#[expect(clippy::cast_possible_truncation, reason = "a place in the table")]
fn enter_in(shard: &'static Shard, callsite: &'static Callsite) -> u32 {
    let here = local(Local::current);
    let series = registry::series_of(callsite);
    let place = shard.live().fill([clock::now().max(1), series.into(), here.trace[0], here.trace[1], here.span]);
    let Some(place) = place else {
        add(&shard.faults.in_flight_full, 1);
        return 0;
    };
    shard.number * LIVE_CELLS as u32 + place as u32 + 1
}

/// Leaves a call by its number, from any thread.
#[cold]
#[expect(clippy::cast_possible_truncation, reason = "a constant")]
pub(crate) fn leave(number: u32) {
    let Some(number) = number.checked_sub(1) else { return };
    let (shard, place) = (number / LIVE_CELLS as u32, number as usize % LIVE_CELLS);
    let own = local(Local::shard).filter(|own| own.number == shard);
    if let Some(live) = own.or_else(|| POOL.get(shard)).and_then(Shard::live_if_any) {
        live.free(place);
    }
}

/// The calls that run now, the longest first: of functions under `#[counted(in_flight)]`, and with
/// [`crate::Builder::live_spans`] of all that are traced.
///
/// Beside calls that begin and end meanwhile, some of those may be missing.
///
/// # Cost
/// Reads some thousand words for each thread; calls are not held up.
/// # Examples
/// ```
/// for call in obs_runtime::in_flight() {
///     println!("{} for {:?}", call.callsite.name(), call.elapsed);
/// }
/// ```
pub fn in_flight() -> Vec<InFlight> {
    let (now, series) = (clock::now(), registry::series());
    let mut calls: Vec<_> = POOL
        .all()
        .into_iter()
        .flat_map(|shard| {
            let cells = shard.live_if_any().into_iter().flat_map(|live| live.cells().iter().filter_map(LiveCell::read));
            let series = &series;
            cells.filter_map(move |[start, number, high, low, span]| {
                #[expect(clippy::cast_possible_truncation, reason = "it was widened by `enter_in`")]
                let meta = series.get(number as usize)?.as_ref()?;
                Some(InFlight {
                    callsite: meta.callsite,
                    elapsed: Duration::from_nanos(now.saturating_sub(start)),
                    thread: shard.number,
                    trace_id: TraceId::from_halves([high, low]),
                    span_id: SpanId::new(span),
                })
            })
        })
        .collect();
    calls.sort_by_key(|call| std::cmp::Reverse(call.elapsed));
    calls
}
