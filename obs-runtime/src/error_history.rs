//! Errors of each kind: since the start, and when they came.
//!
//! A kind is one function, one type and one class, under all label sets; it goes by the lowest number of its series. Ticked by
//! [`crate::collector`] and by each reading of [`crate::errors`].

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use crate::clock;
use crate::outcome::Outcome;
use crate::registry::{self, SeriesMeta};
use crate::shard::{POOL, Slot};
use crate::sync::lock;
use crate::window::History;

/// Changes that are kept of each length of step, at most: a megabyte or two.
const MAX_CHANGES: usize = 65_536;

type Kinds = HashMap<u32, u64>;

static HISTORY: Mutex<Option<History<u32, u64>>> = Mutex::new(None);

/// Keeps what came since the last tick, when it is time for it.
pub(crate) fn tick() {
    let now = clock::now();
    let mut history = lock(&HISTORY);
    if history.as_ref().is_none_or(|history| history.is_due(now)) {
        ticked(&mut history, now);
    }
}

/// What came within a time up to now, and how long that time really is; `None` for all since the start.
pub(crate) fn last(window: Duration) -> (Kinds, Option<Duration>) {
    ticked(&mut lock(&HISTORY), clock::now()).since(window)
}

/// The history, with everything in it that came until now.
fn ticked(history: &mut Option<History<u32, u64>>, now: u64) -> &History<u32, u64> {
    let history = history.get_or_insert_with(|| History::new(now, MAX_CHANGES));
    history.tick(now, totals(&registry::series()));
    history
}

/// What came since the start.
pub(crate) fn totals(series: &[Option<SeriesMeta>]) -> Kinds {
    let shards = POOL.all();
    let mut kinds = HashMap::new();
    let mut totals = Kinds::new();
    for (number, meta) in (0..).zip(series) {
        let Some(meta) = meta.as_ref().filter(|meta| meta.outcome == Outcome::Error) else { continue };
        let kind = kinds.entry((meta.callsite.series(), meta.error_type, meta.error_class)).or_insert(number);
        let slots = shards.iter().filter_map(|shard| shard.slot(number));
        *totals.entry(*kind).or_default() += slots.map(Slot::calls).sum::<u64>();
    }
    totals
}
