//! Buckets of histograms whose values and limits are known.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use obs_runtime::expand::{Budget, Callsite, Guard, Limit, LimitKind, Meta, Name, NoFields, NoLabels, OnExceed, Time};
use obs_runtime::{CallsiteSnapshot, ManualClock, snapshot};
use proptest::prelude::*;

use super::*;

/// What a function records that has these limits on its wall time, in calls that take so long. Each is a new function.
fn recorded(limits: &[u64], nanos: &[u64]) -> Histogram {
    static FUNCTIONS: AtomicU32 = AtomicU32::new(0);
    let kinds = [LimitKind::Wall, LimitKind::Quantile("p50"), LimitKind::Quantile("p90"), LimitKind::Quantile("p99")];
    let limits = kinds.into_iter().zip(limits).map(|(kind, &at_most)| Limit { kind, at_most, share: 1.0 });
    let budget = Budget { limits: Vec::leak(limits.collect()), on_exceed: OnExceed::Count };
    let name = format!("classic::recorded_{}", FUNCTIONS.fetch_add(1, Ordering::Relaxed)).leak();
    let meta = Meta { name: Name::Given(name), timed: true, budget: Some(budget), ..Meta::EMPTY };
    let callsite: &Callsite = Box::leak(Box::new(Callsite::new(meta)));
    let clock = ManualClock::new();
    clock.run(|| {
        for &nanos in nanos {
            let guard = Guard::<Time>::enter(callsite, NoLabels, NoFields);
            clock.advance(Duration::from_nanos(nanos));
            guard.finish_ok();
        }
    });
    snapshot().callsite(name).and_then(CallsiteSnapshot::duration).expect("it was called, and is timed")
}

fn bounds_and_counts(histogram: &Histogram) -> Vec<(f64, u64)> {
    buckets(histogram, ladder("seconds")).map(|bucket| (bucket.bound, bucket.count)).collect()
}

#[test]
fn counts_are_exact_at_every_bound() {
    let mut histogram = Histogram::default();
    // One value at each bound (they belong to the bucket) and one just above it.
    for exponent in SECONDS {
        let nanos = (f64::from(exponent).exp2() * 1e9).floor();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds at most")]
        let nanos = nanos as u64;
        histogram.record_nanos(nanos);
        histogram.record_nanos(nanos + 1);
    }
    let cumulative: Vec<_> = buckets(&histogram, ladder("seconds")).map(|bucket| bucket.count).collect();
    let want: Vec<_> = (0..13).map(|at| 2 * at + 1).chain([26]).collect();
    assert_eq!(cumulative, want);
    let own: u64 = buckets(&histogram, ladder("seconds")).map(|bucket| bucket.own).sum();
    assert_eq!(own, histogram.count());
}

#[test]
fn coarse_histograms_never_count_too_much() {
    let mut histogram = Histogram::default();
    histogram.record_nanos(1_000_000_000);
    let coarse = histogram.downscale(6);
    assert_eq!(coarse.scale(), -2);
    for bucket in buckets(&coarse, &SECONDS) {
        assert!(bucket.count == 0 || bucket.bound >= 1.0);
    }
}

#[test]
fn a_limit_is_a_bucket_between_those_of_the_ladder() {
    let histogram = recorded(&[10_000_000], &[9_000_000, 10_000_000, 10_000_001, 11_000_000, 40_000_000]);
    let near: Vec<_> = buckets(&histogram, ladder("seconds")).skip(6).take(3).collect();
    let bucket = |bound, count, own, step| Bucket { bound, count, own, step };
    let want = [bucket(0.003_906_25, 0, 0, Some(6)), bucket(0.01, 2, 2, None), bucket(0.015_625, 4, 2, Some(7))];
    assert_eq!(near, want);
}

#[test]
fn a_limit_that_is_a_bound_of_the_ladder_is_there_once() {
    // 2^-8 seconds.
    let histogram = recorded(&[3_906_250], &[3_906_250, 3_906_251]);
    assert_eq!(buckets(&histogram, ladder("seconds")).count(), 14);
    assert_eq!(buckets(&histogram, ladder("seconds")).nth(6).map(|bucket| bucket.count), Some(1));
}

#[test]
fn limits_below_and_above_the_ladder_are_buckets_too() {
    let histogram = recorded(&[0, 60_000_000_000], &[0, 1, 60_000_000_000, 60_000_000_001]);
    let all = bounds_and_counts(&histogram);
    assert_eq!((all[0], all[14], all[15]), ((0.0, 1), (60.0, 3), (f64::INFINITY, 4)));
}

/// Nanoseconds from none to a minute, and often those of a bound or next to one.
fn nanos() -> impl Strategy<Value = u64> {
    let next_to = (prop_oneof![Just(3_906_250_u64), Just(10_000_000), Just(1_000_000_000)], 0_u64..3);
    prop_oneof![0_u64..60_000_000_000, 0_u64..100, next_to.prop_map(|(bound, past)| bound - 1 + past)]
}

proptest! {
    #[test]
    fn limits_anywhere_are_exact_and_keep_counts_in_order(
        limits in prop::collection::btree_set(nanos(), 0..4),
        calls in prop::collection::vec(nanos(), 1..40),
        unseen in prop::collection::vec(nanos(), 0..10),
    ) {
        let limits: Vec<u64> = limits.into_iter().collect();
        let mut histogram = recorded(&limits, &calls);
        let all = bounds_and_counts(&histogram);
        prop_assert!(all.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{all:?}");
        for limit in limits {
            let bound = limit as f64 / 1e9;
            let within = calls.iter().filter(|&&nanos| nanos <= limit).count() as u64;
            prop_assert!(all.contains(&(bound, within)), "{within} within {bound}: {all:?}");
        }
        // Calls that a snapshot finds in the buckets and not yet past a limit.
        unseen.into_iter().for_each(|nanos| histogram.record_nanos(nanos));
        let all = bounds_and_counts(&histogram);
        prop_assert!(all.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{all:?}");
        prop_assert_eq!(all.last().map(|bucket| bucket.1), Some(histogram.count()));
    }
}
