//! The functions that `calls(..)` of a budget names, found among the callsites of the program.
//!
//! A path in an attribute is a function; its type's name is the one under which its callsite is known, whatever it was
//! imported as. Looked up with the first call of the function that has the budget.

use crate::alloc;
use crate::callsite::Callsite;
use crate::limit::LimitKind;
use crate::name;
use crate::registry;

/// The callsite of a function whose budget has `calls(..)`; `find` names the functions, in the order of the limits.
///
/// # Cost
/// One load and one branch, once they were looked up.
#[inline(always)]
pub fn with_callees<const N: usize>(
    callsite: &'static Callsite,
    find: impl FnOnce() -> [Callee; N],
) -> &'static Callsite {
    if callsite.callees().is_none() {
        look_up(callsite, &find());
    }
    callsite
}

/// How a function was named.
#[derive(Clone, Copy, Debug)]
pub enum Callee {
    /// By a path: what `type_name` says of it.
    Path(&'static str),
    /// By a string: its name, or the end of it.
    Name(&'static str),
}

/// A function that was named by its path.
pub fn callee<F>(_: &F) -> Callee {
    Callee::Path(std::any::type_name::<F>())
}

/// A function that was named by a string.
pub const fn named(name: &'static str) -> Callee {
    Callee::Name(name)
}

#[cold]
#[inline(never)]
fn look_up(callsite: &'static Callsite, named: &[Callee]) {
    let _unseen = alloc::Unseen::begin();
    let known = registry::callsites();
    let callees: Box<[_]> = named.iter().map(|callee| callee.find(&known)).collect();
    let limits = callsite.limits().iter().filter(|limit| matches!(limit.kind, LimitKind::Calls(_)));
    for (limit, callee) in limits.zip(&callees) {
        match callee {
            Some(callee) => registry::bound(callee),
            None => warn(callsite, limit.kind),
        }
    }
    callsite.set_callees(callees);
}

/// A call that nobody counts keeps every limit: whoever set one wants to know.
fn warn(callsite: &'static Callsite, kind: LimitKind) {
    let LimitKind::Calls(path) = kind else { return };
    let (name, meta) = (callsite.name(), callsite.meta());
    crate::control::config_warning(&format!(
        "the budget of {name} ({}:{}) bounds the calls of {path}, which is not annotated; put #[obs::counted] on {path}",
        meta.file, meta.line
    ));
}

impl Callee {
    fn find(self, known: &[&'static Callsite]) -> Option<&'static Callsite> {
        let ends =
            |name: &str, end: &str| name.strip_suffix(end).is_some_and(|path| path.is_empty() || path.ends_with("::"));
        let found = match self {
            Self::Path(path) => {
                let path = name::of_function(path);
                let by_name = known.iter().find(|callsite| callsite.name() == path);
                by_name.or_else(|| known.iter().find(|callsite| callsite.path() == path))
            }
            Self::Name(name) => known.iter().find(|callsite| ends(callsite.name(), name)),
        };
        found.copied()
    }
}
