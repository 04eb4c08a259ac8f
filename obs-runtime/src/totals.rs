//! Takes snapshots: reads every shard once and adds up.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use crate::alloc;
use crate::clock;
use crate::exemplars;
use crate::health::Health;
use crate::health_counters;
use crate::histogram::Histogram;
use crate::metric::MetricSource;
use crate::overhead;
use crate::registry::{self, SeriesMeta};
use crate::resource::Resource;
use crate::shard::{Details, OverLimit, POOL, Shard};
use crate::snapshot::{CallsiteSnapshot, Polls, Series, Snapshot};
use crate::spent::{LimitTotals, Spent};
use crate::sync::lock;

static SOURCES: Mutex<Vec<Arc<dyn MetricSource>>> = Mutex::new(Vec::new());
static RESOURCE: Mutex<Option<Arc<Resource>>> = Mutex::new(None);

/// Adds a source of foreign metrics; each snapshot asks it.
pub fn register_source(source: Arc<dyn MetricSource>) {
    lock(&SOURCES).push(source);
}

/// Sets who is speaking.
pub(crate) fn set_resource(resource: Arc<Resource>) {
    *lock(&RESOURCE) = Some(resource);
}

/// When counting began: the first time anybody asked.
pub(crate) fn started() -> SystemTime {
    static STARTED: OnceLock<SystemTime> = OnceLock::new();
    *STARTED.get_or_init(SystemTime::now)
}

/// Takes the totals of every annotated function, now.
///
/// # Cost
/// Reads every used cell of every thread once, relaxed; writers are not held up. About 1 µs for each callsite and
/// thread that has a histogram (`benches/snapshot.rs`).
///
/// # Examples
/// ```
/// let snapshot = obs_runtime::snapshot();
/// assert_eq!(snapshot.callsite("never::annotated").map(|callsite| callsite.calls()), None);
/// ```
pub fn snapshot() -> Snapshot {
    let started = started();
    let resource = lock(&RESOURCE).clone().unwrap_or_else(|| Arc::new(Resource::empty()));
    let mut snapshot = Snapshot {
        taken: SystemTime::now(),
        started,
        clock: clock::current(),
        threads: 0,
        resource,
        callsites: Vec::new(),
        metrics: Vec::new(),
        memory: None,
        health: Health::default(),
        overhead: overhead::latest(),
    };
    if cfg!(feature = "enabled") {
        fill(&mut snapshot);
    }
    snapshot
}

fn fill(snapshot: &mut Snapshot) {
    let series = registry::series();
    let shards = POOL.all();
    snapshot.threads = shards.len();
    snapshot.callsites = by_callsite(&series, &shards, &mut snapshot.health);
    for shard in &shards {
        shard.faults.add_to(&mut snapshot.health);
    }
    health_counters::add_to(&mut snapshot.health);
    snapshot.memory = alloc::memory();
    for source in lock(&SOURCES).iter() {
        source.collect(&mut snapshot.metrics);
    }
}

fn by_callsite(series: &[Option<SeriesMeta>], shards: &[&Shard], health: &mut Health) -> Vec<CallsiteSnapshot> {
    let mut callsites: Vec<CallsiteSnapshot> = Vec::new();
    // Position in `callsites` by the callsite's own series.
    let mut places = vec![usize::MAX; series.len()];
    for (number, meta) in (0..).zip(series) {
        let Some(meta) = meta else { continue };
        let place = &mut places[meta.callsite.series() as usize];
        if *place == usize::MAX {
            *place = callsites.len();
            callsites.push(CallsiteSnapshot { callsite: meta.callsite, series: Vec::new() });
        }
        callsites[*place].series.push(sum(number, meta, shards, health));
    }
    callsites
}

/// Adds up one series over all threads.
fn sum(number: u32, meta: &SeriesMeta, shards: &[&Shard], health: &mut Health) -> Series {
    let timed = meta.callsite.meta().timed;
    let mut sum = Series {
        labels: Arc::clone(&meta.labels),
        overflow: meta.overflow,
        exemplars: if exemplars::are_wanted() { exemplars::of(number) } else { Vec::new() },
        outcome: meta.outcome,
        error_type: meta.error_type,
        error_class: meta.error_class,
        calls: 0,
        entered: 0,
        over_budget: 0,
        limits: meta.callsite.limits().iter().map(|&limit| LimitTotals::new(limit, OverLimit::default())).collect(),
        spent: None,
        total: Duration::ZERO,
        max: Duration::ZERO,
        duration: timed.then(Histogram::default),
        polls: None,
    };
    for slot in shards.iter().filter_map(|shard| shard.slot(number)) {
        sum.calls += slot.calls();
        sum.entered += slot.entered();
        if let Some(details) = slot.details() {
            add_details(&mut sum, details);
        }
        sum.total += Duration::from_nanos(slot.total_nanos());
        sum.max = sum.max.max(Duration::from_nanos(slot.max_nanos()));
        if let (Some(duration), Some(buckets)) = (&mut sum.duration, slot.buckets()) {
            buckets.read(duration);
            duration.add_sum_nanos(slot.total_nanos(), slot.max_nanos());
            health.clamped += buckets.clamped();
            health.bucket_carries += buckets.carried();
        }
        if let Some((count, busy, longest)) = slot.polls() {
            let polls = Polls { count, busy: Duration::from_nanos(busy), longest: Duration::from_nanos(longest) };
            sum.polls = Some(sum.polls.map_or(polls, |all| all.merge(polls)));
        }
    }
    if let Some(duration) = &mut sum.duration {
        let walls = sum.limits.iter().filter(|totals| totals.limit.kind.is_wall());
        walls.for_each(|totals| duration.pin_nanos(totals.limit.at_most, totals.over));
    }
    sum
}

fn add_details(sum: &mut Series, details: &Details) {
    sum.over_budget += details.over_budget();
    for (all, over) in sum.limits.iter_mut().zip(details.over_limits()) {
        all.add(&LimitTotals::new(all.limit, over));
    }
    if let Some(spent) = details.costs().map(Spent::new).filter(|spent| spent.calls > 0) {
        sum.spent = Some(sum.spent.map_or(spent, |all| all.merge(spent)));
    }
}
