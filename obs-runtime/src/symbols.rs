//! The annotated functions of the program by the names that a debugger, or a profiler, has for their code.
//!
//! For bridges to what walks stacks. A symbol is the path of a function as the compiler mangled it; [`crate::name`] takes
//! off it what a callsite's path does not have either.

use std::collections::HashMap;

use crate::callsite::Callsite;
use crate::name;
use crate::registry;

/// All annotated functions by path.
#[derive(Debug)]
pub struct Symbols(HashMap<String, &'static Callsite>);

impl Symbols {
    /// Looks all functions up. Those that become known later are not in it.
    pub fn of_program() -> Self {
        Self(registry::callsites().into_iter().map(|callsite| (callsite.path().into_owned(), callsite)).collect())
    }

    /// The function that a demangled symbol belongs to: its own, that of a closure in it, or of a future that it returns.
    /// `None` where that is not annotated.
    pub fn find(&self, symbol: &str) -> Option<&'static Callsite> {
        self.0.get(&name::of_function(symbol)).copied()
    }
}
