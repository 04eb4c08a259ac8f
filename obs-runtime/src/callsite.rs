//! The static of one annotated function: what is known of it before its first call.
//!
//! Written by the attributes' expansion, listed by [`crate::registry`], read by [`crate::guard`]. One relaxed
//! load of [`Callsite::control`] tells a guard what is on and which series to write; control is data, so
//! switching a function off is one store.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::level::{Level, SpanKind};

/// One annotated function. Generic instances share it.
pub struct Callsite {
    /// `series << 8 | flags`; 0 is off, [`Control::UNREGISTERED`] is not known yet.
    control: AtomicU32,
    /// Wall nanoseconds a call may take; `u64::MAX` without a budget. Beside `control`, on its cache line.
    limit: u64,
    /// The series of calls without labels that ended well; 0 until registered.
    series: AtomicU32,
    /// When a broken budget was last printed.
    warned: AtomicU64,
    meta: Meta,
    name: OnceLock<Box<str>>,
}

impl Callsite {
    /// Makes the callsite of a function. Called by the attributes' expansion, in a `static`.
    pub const fn new(mut meta: Meta) -> Self {
        let limit = match &meta.budget {
            Some(budget) => {
                // A budget is about each call.
                meta.time_one_in = 1;
                budget.wall_nanos
            }
            None => u64::MAX,
        };
        Self {
            control: AtomicU32::new(Control::UNREGISTERED.0),
            limit,
            series: AtomicU32::new(0),
            warned: AtomicU64::new(0),
            meta,
            name: OnceLock::new(),
        }
    }

    /// What the attributes say.
    pub const fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The function's qualified name, `my_crate::cart::Cart::checkout`, or what `name = ".."` says.
    pub fn name(&self) -> &str {
        match self.meta.name {
            Name::Given(name) => name,
            Name::Of(here) => self.name.get_or_init(|| crate::name::of_type(here()).into()),
        }
    }

    /// Whether its calls are counted now.
    pub fn is_enabled(&self) -> bool {
        self.control().is_on()
    }

    /// Whether its calls become spans now.
    pub fn is_traced(&self) -> bool {
        self.control().has(Control::TRACE)
    }

    /// One relaxed load: what is on, and where to count.
    #[inline(always)]
    pub(crate) fn control(&self) -> Control {
        Control(self.control.load(Ordering::Relaxed))
    }

    pub(crate) fn set_control(&self, control: Control) {
        // Relaxed: a guard that still sees the old word does what was asked a moment ago.
        self.control.store(control.0, Ordering::Relaxed);
    }

    #[inline(always)]
    pub(crate) const fn limit(&self) -> u64 {
        self.limit
    }

    /// Prints a violation, at most one a second for each function.
    pub(crate) fn warn_rarely(&self, violation: &Violation) {
        const SECOND: u64 = 1_000_000_000;
        let now = crate::clock::now();
        let last = self.warned.load(Ordering::Relaxed);
        let due = last == 0 || now.saturating_sub(last) >= SECOND;
        // Of several threads that find it due, one wins.
        if due && self.warned.compare_exchange(last, now.max(1), Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            eprintln!("obs: {violation}");
        }
    }

    pub(crate) fn series(&self) -> u32 {
        self.series.load(Ordering::Relaxed)
    }

    pub(crate) fn set_series(&self, series: u32) {
        self.series.store(series, Ordering::Relaxed);
    }
}

impl fmt::Debug for Callsite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callsite")
            .field("name", &self.name())
            .field("file", &self.meta.file)
            .field("line", &self.meta.line)
            .field("enabled", &self.is_enabled())
            .finish_non_exhaustive()
    }
}

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
    /// Only one call in `Meta::time_one_in` is timed.
    pub(crate) const TIME_SOME: u32 = 1 << 4;
    /// Only a share of the calls becomes spans: `Meta::trace_ratio`.
    pub(crate) const TRACE_SOME: u32 = 1 << 5;
    /// Calls are shown to the mirror.
    pub(crate) const MIRROR: u32 = 1 << 6;

    pub(crate) const fn new(series: u32, flags: u32) -> Self {
        if flags == 0 { Self::OFF } else { Self(series << 8 | flags) }
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
        self.0 & 0xff & !(Self::COUNT | Self::TIME) == Self::TRACE
    }

    #[inline(always)]
    pub(crate) const fn series(self) -> u32 {
        self.0 >> 8
    }

    #[inline(always)]
    pub(crate) const fn without(self, flag: u32) -> Self {
        Self(self.0 & !flag)
    }

    /// The same flags for another series.
    #[inline(always)]
    pub(crate) const fn with_series(self, series: u32) -> Self {
        Self(series << 8 | self.0 & 0xff)
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

/// What the attributes say of a function. All of it is known when the program is compiled.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute or an option that is there or not")]
pub struct Meta {
    /// The name, or how to find it.
    pub name: Name,
    /// The module, as `module_path!()`.
    pub module: &'static str,
    /// The source file, as `file!()`.
    pub file: &'static str,
    /// The line of the function's name, from 1.
    pub line: u32,
    /// The column of the function's name, from 1.
    pub column: u32,
    /// The function's doc comment; empty when it has none.
    pub doc: &'static str,
    /// Whether the function returns a future.
    pub is_async: bool,
    /// `#[traced]`: calls become spans.
    pub traced: bool,
    /// `#[profiled]`, or a budget on time: calls are timed.
    pub timed: bool,
    /// `#[counted]`.
    pub counted: bool,
    /// `#[counted(in_flight)]`: running calls are counted too.
    pub in_flight: bool,
    /// `#[counted(labels(..))]`: the names, in order.
    pub labels: &'static [&'static str],
    /// `#[profiled(sample = n)]`: one call in `n` is timed; 1 times all, and so does a budget.
    pub time_one_in: u32,
    /// `#[traced(sample = p)]`: the share of calls that become spans; 1 records all.
    pub trace_ratio: f64,
    /// `#[traced(level = ..)]`.
    pub level: Level,
    /// `#[traced(kind = ..)]`.
    pub kind: SpanKind,
    /// `#[budget(..)]`.
    pub budget: Option<Budget>,
}

impl Meta {
    /// A function with no attribute and no name: what the expansion starts from.
    pub const EMPTY: Self = Self {
        name: Name::Given(""),
        module: "",
        file: "",
        line: 0,
        column: 0,
        doc: "",
        is_async: false,
        traced: false,
        timed: false,
        counted: false,
        in_flight: false,
        labels: &[],
        time_one_in: 1,
        trace_ratio: 1.0,
        level: Level::Info,
        kind: SpanKind::Internal,
        budget: None,
    };
}

/// A callsite's name, or how to find it.
#[derive(Clone, Copy, Debug)]
pub enum Name {
    /// `name = ".."`.
    Given(&'static str),
    /// The type name of a type that is declared inside the function; read once, off the hot path.
    Of(fn() -> &'static str),
}

/// A promise about each call of a function.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Wall nanoseconds a call may take.
    pub wall_nanos: u64,
    /// What happens when it takes longer, beside being counted.
    pub on_exceed: OnExceed,
}

/// What a broken budget does, beside being counted.
#[derive(Clone, Copy, Debug)]
pub enum OnExceed {
    /// Nothing more.
    Count,
    /// A line on standard error, at most one a second for each function.
    Warn,
    /// A panic when the call ends, unless it is already unwinding, or its future was dropped.
    Panic,
    /// A call of the user's function, on the thread of the call.
    Hook(fn(&Violation)),
}

/// One call that broke its budget.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Violation {
    /// The function.
    pub callsite: &'static Callsite,
    /// Wall nanoseconds it was allowed.
    pub limit_nanos: u64,
    /// Wall nanoseconds it took.
    pub actual_nanos: u64,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = std::time::Duration::from_nanos(self.limit_nanos);
        let actual = std::time::Duration::from_nanos(self.actual_nanos);
        let over = 100.0 * (self.actual_nanos as f64 / self.limit_nanos as f64 - 1.0);
        let meta = self.callsite.meta();
        let (name, file, line) = (self.callsite.name(), meta.file, meta.line);
        write!(f, "{name} took {actual:?}, {over:.0} % over its budget of {limit:?} ({file}:{line})")
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
