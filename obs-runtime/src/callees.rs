//! The functions that `calls(..)` of a budget names, found among the callsites of the program.
//!
//! A path in an attribute is a function; its type's name is the one under which its callsite is known, whatever it was
//! imported as. Looked up with the first call of the function that has the budget.

use crate::alloc;
use crate::callsite::Callsite;
use crate::limit::LimitKind;
use crate::name;
use crate::registry;
use crate::telling::config_warning;
use crate::text::name::is_called;

/// The callsite of a function whose budget has `calls(..)`; `find` names the functions, in the order of the limits.
///
/// # Cost
/// One load and one branch, once they were looked up; where several instances of a generic function take turns, what a
/// look-up takes.
#[inline(always)]
pub fn with_callees<const N: usize, F: FnOnce() -> [Callee; N]>(
    callsite: &'static Callsite,
    find: F,
) -> &'static Callsite {
    // Each instance has a function of its own for this.
    let instance = look_up::<N, F> as *const () as usize;
    if !callsite.was_asked(instance) {
        look_up(callsite, find);
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
fn look_up<const N: usize, F: FnOnce() -> [Callee; N]>(callsite: &'static Callsite, find: F) {
    let instance = look_up::<N, F> as *const () as usize;
    look_up_named(callsite, instance, &find());
}

fn look_up_named(callsite: &'static Callsite, instance: usize, named: &[Callee]) {
    let _unseen = alloc::Unseen::begin();
    let known = registry::callsites();
    let callees: Vec<Vec<_>> = named.iter().map(|callee| callee.find(&known)).collect();
    let limits = callsite.limits().iter().filter(|limit| limit.kind.is_calls());
    for (limit, callees) in limits.zip(&callees) {
        callees.iter().for_each(|callee| registry::bound(callee));
        if callees.is_empty() {
            warn(callsite, limit.kind);
        }
    }
    callsite.add_callees(instance, callees);
}

/// A call that nobody counts keeps every limit: whoever set one wants to know.
fn warn(callsite: &'static Callsite, kind: LimitKind) {
    let LimitKind::Calls(path) = kind else { return };
    let (name, meta) = (callsite.name(), callsite.meta());
    config_warning(&format!(
        "the budget of {name} ({}:{}) bounds the calls of {path}, which is not annotated; put #[obs::counted] on {path}",
        meta.file, meta.line
    ));
}

impl Callee {
    /// The functions of that name: names leave out generic arguments, so that there may be several.
    fn find(self, known: &[&'static Callsite]) -> Vec<&'static Callsite> {
        let all =
            |is: &dyn Fn(&Callsite) -> bool| known.iter().copied().filter(|callsite| is(callsite)).collect::<Vec<_>>();
        match self {
            Self::Path(path) => {
                let path = name::of_function(path);
                let by_name = all(&|callsite| callsite.name() == path);
                if by_name.is_empty() { all(&|callsite| callsite.path() == path) } else { by_name }
            }
            Self::Name(name) => all(&|callsite| is_called(callsite.name(), name)),
        }
    }
}
