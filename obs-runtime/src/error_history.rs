//! Errors of each kind: since the start, and when they came.
//!
//! A kind is one function, one type and one class, under all label sets; it goes by the lowest number of its series. Ticked by
//! [`crate::collector`] and by each reading of [`crate::errors`].

use std::collections::HashMap;

use crate::outcome::Outcome;
use crate::registry::SeriesMeta;
use crate::shard::{POOL, Slot};
use crate::shared_history::SharedHistory;

type Kinds = HashMap<u32, u64>;

pub(crate) static ERRORS: SharedHistory<u32, u64> = SharedHistory::new(totals);

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
