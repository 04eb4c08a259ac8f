//! All that a recording has.

use std::collections::BTreeMap;
use std::fmt;

use super::broken::BrokenBudget;
use super::call::Call;
use super::calls::Calls;
use super::function::Function;
use super::judge::Time;
use super::tree;
use crate::alloc::Asked;
use crate::callsite::Callsite;
use crate::event::Event;
use crate::recording::Recorded;
use crate::registry;
use crate::text::name::is_called;

/// What annotated calls did in a piece of a test; what [`super::record`] gives.
///
/// `Display` shows the calls as a tree.
#[derive(Debug)]
pub struct Recording {
    calls: Calls,
    events: Vec<Event>,
    unfinished: u64,
    asked: Asked,
}

impl Recording {
    pub(super) fn new(recorded: Recorded, asked: Asked) -> Self {
        let Recorded { calls, events, unfinished } = recorded;
        Self { calls: Calls::new(calls), events, unfinished, asked }
    }

    /// Every annotated call that ended, in the order in which they began.
    pub fn calls(&self) -> impl ExactSizeIterator<Item = Call<'_>> {
        (0..self.calls.all().len()).map(|at| Call::new(&self.calls, at))
    }

    /// The calls that ran in no other one; [`Call::children`] leads to the rest.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = Call<'_>> {
        self.calls.roots().iter().map(|&at| Call::new(&self.calls, at))
    }

    /// The calls of traced functions, in the order in which they began.
    pub fn spans(&self) -> impl Iterator<Item = Call<'_>> {
        self.calls().filter(|call| call.callsite().meta().traced)
    }

    /// What was recorded with `obs::event!`, and budgets that were broken, in the order in which it happened.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// One annotated function, by its name or the end of it, `cart::Cart::checkout`.
    ///
    /// # Panics
    /// When no annotated function of the program is called so. One that was not called has no calls.
    pub fn callsite(&self, name: &str) -> Function<'_> {
        // Those that were called first: of two of the same name these are meant.
        let called = self.calls.all().iter().map(|call| call.callsite);
        let known = called.chain(registry::callsites()).find(|callsite| is_called(callsite.name(), name));
        let Some(callsite) = known else {
            let names: Vec<_> = registry::callsites().iter().map(|callsite| callsite.name().to_owned()).collect();
            let why = if crate::IS_ENABLED {
                format!("no annotated function is called {name:?}; there are {}", names.join(", "))
            } else {
                "nothing is recorded with the feature `enabled` off; turn it on for this test".to_owned()
            };
            panic!("{why}");
        };
        Function::new(&self.calls, callsite)
    }

    /// Every annotated function that was called, by name. Two may have the same one: methods of `impl`s that differ in their
    /// arguments, or what `name = ".."` says.
    pub fn callsites(&self) -> impl Iterator<Item = Function<'_>> {
        let key = |callsite: &'static Callsite| (callsite.name(), std::ptr::from_ref(callsite));
        let called: BTreeMap<_, _> = self.calls.all().iter().map(|call| (key(call.callsite), call.callsite)).collect();
        called.into_values().map(|callsite| Function::new(&self.calls, callsite))
    }

    /// Requests for memory of all that ran, annotated or not, on the thread that was recorded; `None` unless
    /// [`crate::Alloc`] is the program's allocator.
    pub fn allocs(&self) -> Option<u64> {
        crate::alloc::is_installed().then_some(self.asked.allocs)
    }

    /// Bytes of these.
    pub fn bytes(&self) -> Option<u64> {
        crate::alloc::is_installed().then_some(self.asked.bytes)
    }

    /// Calls that had begun and not ended when the recording did: work on other threads that nobody waited for.
    pub const fn unfinished(&self) -> u64 {
        self.unfinished
    }

    /// The limits that were broken; time is judged as the module's documentation says.
    pub fn broken_budgets(&self) -> Vec<BrokenBudget<'_>> {
        self.judged_by(Time::Wall)
    }

    /// Fails when any call broke its budget.
    ///
    /// # Panics
    /// With the function, its file and line, the limit, the value, the child that took the most, and the tree of calls.
    #[track_caller]
    pub fn assert_budgets(&self) {
        let broken = self.broken_budgets();
        assert!(broken.is_empty(), "{}", super::broken::message(&broken));
    }

    /// The same, time judged in another way.
    pub(super) fn judged_by(&self, time: Time) -> Vec<BrokenBudget<'_>> {
        self.callsites().flat_map(|function| function.broken(time)).collect()
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&tree::of_all(&self.calls))
    }
}
