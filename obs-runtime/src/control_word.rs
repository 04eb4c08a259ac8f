//! The word that a guard reads at its start: what is on, and where to count.
//!
//! Control is data: whoever switches a function off stores a word that its guards read anyway. Made by
//! [`crate::policy`], kept in a [`Callsite`](crate::callsite::Callsite), read by [`crate::guard`] and [`crate::task`].

/// Bits for flags, below the number of the series: 15 bits number all series there may be, and the highest is left for
/// [`Control::is_known_and_on`].
const FLAGS: u32 = 16;
const MASK: u32 = (1 << FLAGS) - 1;

/// What a guard reads at its start: a set of flags and the number of a series.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Control(u32);

impl Control {
    pub(crate) const OFF: Self = Self(0);
    /// All flags and a series past every table: the first record takes the cold path and registers.
    pub(crate) const UNREGISTERED: Self = Self(u32::MAX);
    pub(crate) const COUNT: u32 = 1;
    pub(crate) const TIME: u32 = 1 << 1;
    pub(crate) const TRACE: u32 = 1 << 2;
    pub(crate) const IN_FLIGHT: u32 = 1 << 3;
    /// Only one call in `Callsite::timed_one_in` is timed.
    pub(crate) const TIME_SOME: u32 = 1 << 4;
    /// Only a share of the calls becomes spans: `Meta::trace_ratio`.
    pub(crate) const TRACE_SOME: u32 = 1 << 5;
    /// Calls are shown to the mirror.
    pub(crate) const MIRROR: u32 = 1 << 6;
    /// Calls keep a frame: what they and those inside them cost is told apart.
    pub(crate) const FRAME: u32 = 1 << 7;
    /// There are limits on how a future is polled, which are looked at when it ends.
    pub(crate) const LIMITS: u32 = 1 << 8;

    pub(crate) const fn new(series: u32, flags: u32) -> Self {
        if flags == 0 { Self::OFF } else { Self(series << FLAGS | flags) }
    }

    #[inline(always)]
    pub(crate) const fn is_on(self) -> bool {
        self.0 != 0
    }

    #[inline(always)]
    pub(crate) const fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    /// Whether calls become spans, all of them, with nothing beside but that they may be timed.
    #[inline(always)]
    pub(crate) const fn is_plainly_traced(self) -> bool {
        self.0 & MASK & !(Self::COUNT | Self::TIME) == Self::TRACE
    }

    #[inline(always)]
    pub(crate) const fn series(self) -> u32 {
        self.0 >> FLAGS
    }

    #[inline(always)]
    pub(crate) const fn without(self, flag: u32) -> Self {
        Self(self.0 & !flag)
    }

    /// The same flags for another series.
    #[inline(always)]
    pub(crate) const fn with_series(self, series: u32) -> Self {
        Self(series << FLAGS | self.0 & MASK)
    }

    /// Whether this is a word of a callsite that is known, and on.
    ///
    /// Off and unknown are the only words that are not positive as signed numbers: one comparison for both.
    #[inline(always)]
    pub(crate) const fn is_known_and_on(self) -> bool {
        self.0.cast_signed() > 0
    }

    #[inline(always)]
    pub(crate) const fn word(self) -> u32 {
        self.0
    }

    #[inline(always)]
    pub(crate) const fn from_word(word: u32) -> Self {
        Self(word)
    }
}

#[cfg(all(test, loom))]
mod models {
    use loom::sync::Arc;
    use loom::thread;

    use super::Control;
    use crate::shard::Slot;
    use crate::sync::{AtomicU32, Ordering};

    const ON: Control = Control::new(1, Control::COUNT | Control::IN_FLIGHT);

    /// One call as a guard makes it: the control word is read once, and its copy decides about the end.
    fn call(word: &AtomicU32, slot: &Slot) {
        let control = Control(word.load(Ordering::Relaxed));
        if control.has(Control::IN_FLIGHT) {
            slot.enter();
        }
        thread::yield_now();
        if control.is_on() {
            slot.count();
        }
    }

    /// Shows: a call that runs while its function is switched off and on again ends as it began, so that no call is
    /// left in flight.
    #[test]
    fn calls_in_flight_come_to_zero_whatever_the_switch_does() {
        loom::model(|| {
            let word = Arc::new(AtomicU32::new(ON.word()));
            let slot: &'static Slot = Box::leak(Box::new(Slot::empty()));
            let caller = {
                let word = Arc::clone(&word);
                thread::spawn(move || (0..2).for_each(|_| call(&word, slot)))
            };
            word.store(Control::OFF.word(), Ordering::Relaxed);
            word.store(ON.word(), Ordering::Relaxed);
            caller.join().expect("the caller does not panic");
            assert_eq!(slot.entered(), slot.calls());
            call(&word, slot);
            assert_eq!(slot.entered(), slot.calls());
        });
    }
}
