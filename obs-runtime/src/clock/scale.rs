//! From ticks of the counter to nanoseconds: all that the hot path reads of the clock.

use std::sync::atomic::{AtomicU64, Ordering};

use super::tsc;

static SCALE: Scale = Scale { rate: AtomicU64::new(0), offset: AtomicU64::new(0), calibrated: AtomicU64::new(0) };

struct Scale {
    /// Nanoseconds per tick, times 2^64; 0 while the fast path is shut.
    rate: AtomicU64,
    /// Added to scaled ticks; written before `rate`.
    offset: AtomicU64,
    /// The rate that calibration found; copied to `rate` while no manual clock is in use.
    calibrated: AtomicU64,
}

/// Nanoseconds on the counter; `None` while it is not calibrated, or a manual clock is in use.
#[inline(always)]
pub(super) fn now() -> Option<u64> {
    // Acquire pairs with the Release in `open`: whoever sees the rate sees the offset.
    let rate = SCALE.rate.load(Ordering::Acquire);
    (rate != 0).then(|| scaled(tsc::read(), rate).wrapping_add(SCALE.offset.load(Ordering::Relaxed)))
}

/// Nanoseconds on the calibrated counter, for threads that do not use the manual clock that shut the fast path.
pub(super) fn now_beside_manual() -> u64 {
    let rate = SCALE.calibrated.load(Ordering::Relaxed);
    scaled(tsc::read(), rate).wrapping_add(SCALE.offset.load(Ordering::Relaxed))
}

#[inline(always)]
fn scaled(ticks: u64, rate: u64) -> u64 {
    ((u128::from(ticks) * u128::from(rate)) >> 64) as u64
}

/// Takes over what calibration found: a rate, and one moment on both time lines. The fast path stays shut.
pub(super) fn set(rate: u64, ticks: u64, nanos: u64) {
    SCALE.offset.store(nanos.wrapping_sub(scaled(ticks, rate)), Ordering::Relaxed);
    // Release pairs with the Acquire in `open`: whoever sees the rate sees the offset, and passes both on.
    SCALE.calibrated.store(rate, Ordering::Release);
}

/// Opens the fast path, if calibration is done, or shuts it.
pub(super) fn open(open: bool) {
    // Acquire pairs with the Release in `set`, which another thread may be in: its lock is not ours.
    let rate = if open { SCALE.calibrated.load(Ordering::Acquire) } else { 0 };
    // Release pairs with the Acquire in `now`.
    SCALE.rate.store(rate, Ordering::Release);
}
