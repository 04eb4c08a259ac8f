//! The calling thread's own storage.
//!
//! [`LOCAL`] has no destructor, so that it costs one load and is there even while the thread is being torn down.
//! [`LEASE`] has one, which gives the shard back; only the cold path touches it.

use std::cell::Cell;

use super::{POOL, Shard, Slot};

/// The calling thread's own storage.
pub(crate) struct Local {
    /// The shard's slots; empty until the first record, and again after the last.
    slots: Cell<&'static [Slot]>,
    shard: Cell<Option<&'static Shard>>,
    /// The high and the low half of the running trace's id.
    trace: Cell<[u64; 2]>,
    /// The running span; 0 when there is none.
    pub(crate) span: Cell<u64>,
    pub(crate) info: Cell<TraceInfo>,
    /// State of the generator of ids; 0 until seeded.
    random: Cell<u64>,
}

/// Whether a trace runs on this thread, and whether it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tracing {
    Nothing,
    Recorded,
    Dropped,
    /// A trace of another process, recorded there: the next span is the first one here.
    RemoteRecorded,
    /// A trace of another process that is not recorded there.
    RemoteDropped,
    /// A trace of another process that left the decision to us.
    RemoteDeferred,
}

/// [`Tracing`], whether the trace's id is random, whether somebody debugs it (B3), in which recording of a test it runs,
/// and where its W3C `tracestate` is kept, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TraceInfo(u64);

impl TraceInfo {
    pub(crate) const NOTHING: Self = Self::new(Tracing::Nothing, false, 0);
    /// In the byte that says what runs, so that whoever compares that looks closer.
    const STRAY: u64 = 1 << 7;
    const RANDOM: u64 = 1 << 8;
    const DEBUG: u64 = 1 << 9;
    /// The first bit of the recording's number.
    const RECORDING: u32 = 16;
    /// Recordings that may run at the same time.
    pub(crate) const MAX_RECORDING: u16 = 0xfff;

    pub(crate) const fn new(tracing: Tracing, is_random: bool, head: u32) -> Self {
        Self(tracing as u64 | if is_random { Self::RANDOM } else { 0 } | (head as u64) << 32)
    }

    /// The same, with what another one says of debugging.
    pub(crate) const fn debug_as(self, other: Self) -> Self {
        Self(self.0 & !Self::DEBUG | other.0 & Self::DEBUG)
    }

    /// The same, debugged.
    pub(crate) const fn debugged(self) -> Self {
        Self(self.0 | Self::DEBUG)
    }

    /// The number of the recording; 0 for none.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the mask is as wide")]
    pub(crate) const fn recording(self) -> u16 {
        (self.0 >> Self::RECORDING) as u16 & Self::MAX_RECORDING
    }

    /// The same in a recording, or with 0 in none.
    pub(crate) const fn recorded_in(self, recording: u16) -> Self {
        let mask = (Self::MAX_RECORDING as u64) << Self::RECORDING;
        Self(self.0 & !mask | (recording as u64) << Self::RECORDING & mask)
    }

    /// The same, and where it is in no recording in that of another one.
    pub(crate) const fn recorded_as(self, other: Self) -> Self {
        if self.recording() == 0 { self.recorded_in(other.recording()) } else { self }
    }

    pub(crate) const fn is_debug(self) -> bool {
        self.0 & Self::DEBUG != 0
    }

    #[inline(always)]
    pub(crate) const fn tracing(self) -> Tracing {
        match self.0 & 0x7f {
            1 => Tracing::Recorded,
            2 => Tracing::Dropped,
            3 => Tracing::RemoteRecorded,
            4 => Tracing::RemoteDropped,
            5 => Tracing::RemoteDeferred,
            _ => Tracing::Nothing,
        }
    }

    /// Whether this is one kind of tracing, in one comparison.
    #[inline(always)]
    pub(crate) const fn is(self, tracing: Tracing) -> bool {
        self.0 & 0xff == tracing as u64
    }

    /// The same, to be looked at by [`crate::strays`] before anything is built on it.
    pub(crate) const fn strayed(self) -> Self {
        Self(self.0 | Self::STRAY)
    }

    /// The same, looked at.
    pub(crate) const fn found(self) -> Self {
        Self(self.0 & !Self::STRAY)
    }

    pub(crate) const fn is_stray(self) -> bool {
        self.0 & Self::STRAY != 0
    }

    pub(crate) const fn is_random(self) -> bool {
        self.0 & Self::RANDOM != 0
    }

    /// The place of the trace's `tracestate` in [`crate::heads`]; 0 for none.
    pub(crate) const fn head(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// What runs on this thread, as far as traces go: what a future takes along from poll to poll.
#[derive(Clone, Copy, Debug)]
pub struct Current {
    pub(crate) trace: [u64; 2],
    pub(crate) span: u64,
    pub(crate) info: TraceInfo,
}

impl Current {
    pub(crate) const NONE: Self = Self { trace: [0; 2], span: 0, info: TraceInfo::NOTHING };
}

thread_local! {
    static LOCAL: Local = const {
        Local {
            slots: Cell::new(&[]),
            shard: Cell::new(None),
            trace: Cell::new([0; 2]),
            span: Cell::new(0),
            info: Cell::new(TraceInfo::NOTHING),
            random: Cell::new(0),
        }
    };

    static LEASE: Lease = Lease::take();
}

/// Runs with the calling thread's storage.
#[inline(always)]
pub(crate) fn local<R>(body: impl FnOnce(&Local) -> R) -> R {
    LOCAL.with(body)
}

impl Local {
    /// One series' slot, if this thread has a shard and the series exists.
    #[inline(always)]
    pub(crate) fn slot(&self, series: u32) -> Option<&'static Slot> {
        self.slots.get().get(series as usize)
    }

    #[inline(always)]
    pub(crate) fn shard(&self) -> Option<&'static Shard> {
        self.shard.get()
    }

    #[inline(always)]
    pub(crate) fn current(&self) -> Current {
        Current { trace: self.trace.get(), span: self.span.get(), info: self.info.get() }
    }

    /// The running trace's id.
    #[inline(always)]
    pub(crate) fn trace(&self) -> [u64; 2] {
        self.trace.get()
    }

    #[inline(always)]
    pub(crate) fn set_current(&self, current: Current) {
        self.trace.set(current.trace);
        self.span.set(current.span);
        self.info.set(current.info);
    }

    /// A random number that is not zero.
    #[inline(always)]
    pub(crate) fn random(&self) -> u64 {
        let state = self.random.get();
        self.random_from(if state == 0 { seed() } else { state })
    }

    /// The same, if the generator was used before.
    #[inline(always)]
    pub(crate) fn random_if_seeded(&self) -> Option<u64> {
        let state = self.random.get();
        (state != 0).then(|| self.random_from(state))
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "both halves of the product are folded together")]
    fn random_from(&self, state: u64) -> u64 {
        // Weyl sequence and a mixing multiplication (wyrand): 2^64 numbers before the first repetition.
        let state = state.wrapping_add(0xa076_1d64_78bd_642f);
        self.random.set(state);
        let product = u128::from(state) * u128::from(state ^ 0xe703_7ed1_a0b4_28db);
        ((product >> 64) as u64 ^ product as u64).max(1)
    }
}

#[cold]
fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::thread::current().id()).max(1)
}

struct Lease(&'static Shard);

impl Lease {
    fn take() -> Self {
        let shard = POOL.take(Shard::leaked);
        LOCAL.with(|local| {
            local.slots.set(shard.slots.as_slice());
            local.shard.set(Some(shard));
        });
        Self(shard)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        LOCAL.with(|local| {
            local.slots.set(&[]);
            local.shard.set(None);
        });
        POOL.give_back(self.0);
    }
}

/// Runs with a shard that is not the thread's own in its place, and nothing running. It must not unwind.
pub(crate) fn with_shard_apart<R>(shard: &'static Shard, body: impl FnOnce() -> R) -> R {
    let swap = |slots, shard, current| {
        local(|local| {
            let before = (local.slots.replace(slots), local.shard.replace(shard), local.current());
            local.set_current(current);
            before
        })
    };
    let (slots, own, current) = swap(shard.slots.as_slice(), Some(shard), Current::NONE);
    let result = body();
    swap(slots, own, current);
    result
}

/// Gives the calling thread a shard; `None` when its storage is already gone.
#[cold]
pub(super) fn attach() -> Option<&'static Shard> {
    LEASE.try_with(|lease| lease.0).ok()
}

/// The calling thread's shard, if it has one.
#[inline(always)]
pub(crate) fn attached() -> Option<&'static Shard> {
    local(Local::shard)
}
