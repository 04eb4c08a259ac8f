//! The static of one annotated function: what is known of it before its first call.
//!
//! Written by the attributes' expansion, listed by [`crate::registry`], read by [`crate::guard`] and [`crate::task`]. One
//! relaxed load of [`Callsite::control`] tells a guard what is on and which series to write; control is data, so
//! switching a function off is one store.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::SystemTime;

use crate::control_word::Control;
use crate::ids::{SpanId, TraceId};
use crate::level::{Level, SpanKind};
use crate::limit::{Ceilings, Limit, LimitKind};

/// One annotated function. Generic instances share it.
///
/// In this order: what a call reads lies together.
#[repr(C)]
pub struct Callsite {
    /// The series and what is on; 0 is off, [`Control::UNREGISTERED`] is not known yet.
    control: AtomicU32,
    /// The series of calls without labels that ended well; 0 until registered.
    series: AtomicU32,
    /// Past which the limits are looked at; that on wall time, which each timed call is compared with, comes first.
    ceilings: Ceilings,
    needs: Needs,
    /// When a broken budget was last printed.
    warned: AtomicU64,
    meta: Meta,
    name: OnceLock<Box<str>>,
    /// Who was asked last for the functions that `calls(..)` of the budget bounds: each instance of a generic function has
    /// its own.
    asked: AtomicUsize,
    /// These functions, of all instances that were asked.
    callees: OnceLock<Callees>,
    /// Somebody's budget bounds how often this is called.
    is_bounded: AtomicBool,
    /// One call in so many is timed where not all are.
    one_in: u32,
    /// Some calls were counted and not timed, though the function is.
    has_untimed: AtomicBool,
}

/// One call in so many of a function is timed whose attributes say nothing, when the governor has some timed.
const ONE_IN: u32 = 16;

impl Callsite {
    /// Makes the callsite of a function. Called by the attributes' expansion, in a `static`.
    pub const fn new(mut meta: Meta) -> Self {
        if meta.budget.is_some() {
            // A budget is about each call.
            meta.time_one_in = 1;
        }
        Self {
            control: AtomicU32::new(Control::UNREGISTERED.word()),
            series: AtomicU32::new(0),
            ceilings: Ceilings::new(meta.limits()),
            needs: Needs::new(&meta),
            warned: AtomicU64::new(0),
            name: OnceLock::new(),
            asked: AtomicUsize::new(0),
            callees: OnceLock::new(),
            is_bounded: AtomicBool::new(false),
            one_in: if meta.time_one_in > 1 { meta.time_one_in } else { ONE_IN },
            has_untimed: AtomicBool::new(false),
            meta,
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

    /// The function's qualified path, whatever it is called.
    pub(crate) fn path(&self) -> std::borrow::Cow<'_, str> {
        self.meta.path.map_or(self.name().into(), |here| crate::name::of_type(here()).into())
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
        Control::from_word(self.control.load(Ordering::Relaxed))
    }

    pub(crate) fn set_control(&self, control: Control) {
        let all_timed = control.has(Control::TIME) && !control.has(Control::TIME_SOME);
        if self.meta.timed && control.is_on() && !all_timed {
            self.has_untimed.store(true, Ordering::Relaxed);
        }
        // Relaxed: a guard that still sees the old word does what was asked a moment ago.
        self.control.store(control.word(), Ordering::Relaxed);
    }

    /// What a call may take for sure.
    #[inline(always)]
    pub(crate) const fn ceilings(&self) -> &Ceilings {
        &self.ceilings
    }

    /// The limits of its budget.
    #[inline]
    pub(crate) const fn limits(&self) -> &'static [Limit] {
        self.meta.limits()
    }

    /// What its attributes ask of a call beside its time.
    #[inline]
    pub(crate) const fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Whether a broken budget may be told again: once a second for each function, given the time in nanoseconds.
    pub(crate) fn may_tell(&self, now: u64) -> bool {
        const SECOND: u64 = 1_000_000_000;
        let last = self.warned.load(Ordering::Relaxed);
        // Also when the system's clock was set back.
        let due = last == 0 || now.abs_diff(last) >= SECOND;
        // Of several threads that find it due, one wins.
        due && self.warned.compare_exchange(last, now.max(1), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Whether the instance of the function that says where to look was the last one to be asked.
    #[inline]
    pub(crate) fn was_asked(&self, instance: usize) -> bool {
        // Acquire pairs with the Release in `add_callees`: who sees the instance sees its callees.
        self.asked.load(Ordering::Acquire) == instance
    }

    /// The functions that the nth limit on calls bounds; none where it names what is not annotated.
    pub(crate) fn callees(&self, nth: usize) -> impl Iterator<Item = &'static Self> {
        let first = self.callees.get();
        let all = std::iter::successors(first, |callees| callees.of_others.get().map(Box::as_ref));
        all.filter_map(move |callees| callees.by_limit.get(nth)).flatten().copied()
    }

    /// Whether the nth limit on calls bounds those of this function.
    pub(crate) fn bounds(&self, nth: usize, callee: &Self) -> bool {
        self.callees(nth).any(|bounded| std::ptr::eq(bounded, callee))
    }

    /// Adds the functions that an instance names, by limit.
    pub(crate) fn add_callees(&self, instance: usize, mut named: Vec<Vec<&'static Self>>) {
        for (nth, named) in named.iter_mut().enumerate() {
            named.retain(|callee| !self.bounds(nth, callee));
        }
        if named.iter().any(|named| !named.is_empty()) {
            self.push_callees(Callees { by_limit: named, of_others: OnceLock::new() });
        }
        self.asked.store(instance, Ordering::Release);
    }

    /// Adds them to the end of the list; two threads that add the same leave them twice, which is no harm.
    fn push_callees(&self, callees: Callees) {
        let Err(callees) = self.callees.set(callees) else { return };
        let (mut last, mut new) = (self.callees.get(), Box::new(callees));
        while let Some(callees) = last {
            match callees.of_others.set(new) {
                Ok(()) => return,
                Err(back) => new = back,
            }
            last = callees.of_others.get().map(Box::as_ref);
        }
    }

    /// Whether somebody's budget bounds how often this is called.
    pub(crate) fn is_bounded(&self) -> bool {
        self.is_bounded.load(Ordering::Relaxed)
    }

    pub(crate) fn set_bounded(&self) {
        self.is_bounded.store(true, Ordering::Relaxed);
    }

    /// Whether some of its calls were counted and not timed, though it is a function whose calls are: its histogram has
    /// fewer than there were.
    pub fn has_untimed_calls(&self) -> bool {
        self.has_untimed.load(Ordering::Relaxed)
    }

    /// One call in so many is timed where not all are.
    #[inline(always)]
    pub(crate) const fn timed_one_in(&self) -> u32 {
        self.one_in
    }

    /// Whether the governor may have only some of its calls timed: a budget on time is about each.
    pub(crate) fn may_time_some(&self) -> bool {
        let needs_all = |limit: &Limit| limit.kind.is_wall() || limit.kind.is_polled();
        self.meta.timed && self.meta.time_one_in == 1 && !self.limits().iter().any(needs_all)
    }

    pub(crate) fn series(&self) -> u32 {
        self.series.load(Ordering::Relaxed)
    }

    pub(crate) fn set_series(&self, series: u32) {
        self.series.store(series, Ordering::Relaxed);
    }
}

/// Whom the limits on calls bound, in their order; a list that only grows, so that whoever reads it waits for nobody.
struct Callees {
    by_limit: Vec<Vec<&'static Callsite>>,
    /// What later instances of a generic function added.
    of_others: OnceLock<Box<Self>>,
}

/// What the attributes of a function ask of its calls beside their time.
#[derive(Debug)]
pub(crate) struct Needs {
    /// What a call costs is told apart from what those around it do.
    pub(crate) frame: bool,
    /// It takes more than a frame to know that.
    pub(crate) ledger: bool,
    /// CPU time is measured.
    pub(crate) cpu: bool,
    /// So many limits bound how often another function is called.
    pub(crate) callees: usize,
}

impl Needs {
    pub(crate) const fn new(meta: &Meta) -> Self {
        let mut needs = Self { frame: meta.cpu || meta.alloc, ledger: false, cpu: meta.cpu, callees: 0 };
        let (limits, mut at) = (meta.limits(), 0);
        while at < limits.len() {
            let kind = limits[at].kind;
            needs.frame |= kind.needs_frame();
            needs.cpu |= matches!(kind, LimitKind::Cpu);
            needs.callees += kind.is_calls() as usize;
            at += 1;
        }
        needs.ledger = needs.cpu || needs.callees > 0;
        needs
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

/// What the attributes say of a function. All of it is known when the program is compiled.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute or an option that is there or not")]
pub struct Meta {
    /// The name, or how to find it.
    pub name: Name,
    /// Where the name is given: the type name of a type that is declared inside the function.
    pub path: Option<fn() -> &'static str>,
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
    /// `#[profiled(cpu)]`: CPU time of the calling thread is measured, too.
    pub cpu: bool,
    /// `#[profiled(alloc)]`: allocations are counted, too.
    pub alloc: bool,
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
    const fn limits(&self) -> &'static [Limit] {
        match &self.budget {
            Some(budget) => budget.limits,
            None => &[],
        }
    }

    /// A function with no attribute and no name: what the expansion starts from.
    pub const EMPTY: Self = Self {
        name: Name::Given(""),
        path: None,
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
        cpu: false,
        alloc: false,
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

/// A promise about the calls of a function.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// What is bounded; at least one, none twice.
    pub limits: &'static [Limit],
    /// What happens when a call breaks one, beside being counted.
    pub on_exceed: OnExceed,
}

impl Budget {
    /// The limit on the wall time of a call; `None` where that is not bounded.
    pub fn wall(&self) -> Option<Limit> {
        self.limits.iter().copied().find(|limit| limit.kind == LimitKind::Wall)
    }
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

/// One call that broke a limit of its budget.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Violation {
    /// The function.
    pub callsite: &'static Callsite,
    /// Which limit.
    pub kind: LimitKind,
    /// The most it was allowed, in the unit of the kind.
    pub limit: u64,
    /// What it took, in the same unit.
    pub actual: u64,
    /// When the call ended.
    pub time: SystemTime,
    /// The trace of the call, if one runs.
    pub trace_id: Option<TraceId>,
    /// The span of the call, or the one around it; `None` where none runs.
    pub span_id: Option<SpanId>,
}

impl Violation {
    /// By how much the limit was passed, in the unit of the kind.
    pub const fn overage(&self) -> u64 {
        self.actual.saturating_sub(self.limit)
    }

    /// The same in percent of the limit; infinite where nothing was allowed.
    pub fn overage_percent(&self) -> f64 {
        100.0 * self.overage() as f64 / self.limit as f64
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meta = self.callsite.meta();
        let (name, kind, file, line) = (self.callsite.name(), self.kind, meta.file, meta.line);
        let (actual, limit) = (kind.amount(self.actual), kind.amount(self.limit));
        let what = match kind {
            LimitKind::Busy => "was busy for",
            LimitKind::Poll => "held its thread in one poll for",
            LimitKind::Cpu => "took CPU time of",
            LimitKind::Calls(_) => "made",
            _ => "took",
        };
        write!(f, "{name} {what} {actual}, ")?;
        if self.limit > 0 {
            write!(f, "{:.0} % over its budget of {limit}", self.overage_percent())?;
        } else {
            write!(f, "over its budget of {limit}")?;
        }
        write!(f, " ({file}:{line})")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn whom_threads_add_at_the_same_time_is_all_there() {
        static BOUNDING: Callsite = Callsite::new(Meta::EMPTY);
        static BOUNDED: [Callsite; 8] = [const { Callsite::new(Meta::EMPTY) }; 8];
        let barrier = std::sync::Barrier::new(BOUNDED.len());
        std::thread::scope(|scope| {
            for (instance, callee) in BOUNDED.iter().enumerate() {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    BOUNDING.add_callees(instance + 1, vec![vec![], vec![callee]]);
                    BOUNDING.add_callees(instance + 1, vec![vec![], vec![callee]]);
                });
            }
        });
        let is_bounded = |callee: &Callsite| BOUNDING.callees(1).filter(|it| std::ptr::eq(*it, callee)).count() == 1;
        assert!(BOUNDED.iter().all(is_bounded));
        assert_eq!(BOUNDING.callees(0).count(), 0);
    }
}
