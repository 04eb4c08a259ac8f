//! Requests to valgrind's callgrind, which counts instructions while it runs a program. Elsewhere they do nothing.
//!
//! Asked where calls that have a limit on instructions begin ([`crate::frame`]) and end ([`crate::call`]), and at both ends
//! of a poll ([`crate::driven`]), in the process that [`crate::testing`] starts for it. What runs between two requests is written to a file, with the names of the calls
//! that ran then.
//!
//! # Source
//! `valgrind.h` and `callgrind.h`: a sequence of rotations that adds up to nothing, which valgrind looks for.

use std::cell::RefCell;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::callsite::Callsite;
use crate::limit::LimitKind;

/// Calls with a limit on instructions are counted in this process.
static COUNTS: AtomicBool = AtomicBool::new(false);

const RUNNING_ON_VALGRIND: u64 = 0x1001;
const ZERO: u64 = 0x4354_0001;
const TOGGLE: u64 = 0x4354_0002;
const DUMP_AT: u64 = 0x4354_0003;

thread_local! {
    /// The calls that are counted now.
    static OPEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Whether valgrind runs this program.
pub(crate) fn is_running() -> bool {
    request::send(RUNNING_ON_VALGRIND, 0) > 0
}

/// Counts calls from now on.
pub(crate) fn count_calls() {
    COUNTS.store(true, Ordering::Relaxed);
}

/// Whether the calls of a function are counted.
#[inline]
pub(crate) fn counts(callsite: &Callsite) -> bool {
    COUNTS.load(Ordering::Relaxed) && callsite.limits().iter().any(|limit| limit.kind == LimitKind::Instructions)
}

/// Names a call that is counted, and each poll of it.
pub(crate) fn next_call() -> u64 {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    CALLS.fetch_add(1, Ordering::Relaxed)
}

/// A call begins, or a poll of it: the last thing before its body runs.
pub(crate) fn begin(callsite: &Callsite, call: u64) {
    OPEN.with_borrow_mut(|open| {
        if !open.is_empty() {
            request::send(TOGGLE, 0);
            dump(open);
        }
        open.push(format!("{}#{call}", callsite.name()));
    });
    request::send(ZERO, 0);
    request::send(TOGGLE, 0);
}

/// A call ended, or a poll of it: the first thing after its body ran.
pub(crate) fn end() {
    request::send(TOGGLE, 0);
    let is_inside = OPEN.with_borrow_mut(|open| {
        dump(open);
        open.pop();
        !open.is_empty()
    });
    if is_inside {
        request::send(ZERO, 0);
        request::send(TOGGLE, 0);
    }
}

fn dump(open: &[String]) {
    if let Ok(calls) = CString::new(open.join("|")) {
        request::send(DUMP_AT, calls.as_ptr().expose_provenance() as u64);
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64", not(miri)))]
mod request {
    use std::arch::asm;

    /// Sends a request with one argument; 0 where nobody listens.
    #[inline(always)]
    pub(super) fn send(code: u64, argument: u64) -> u64 {
        let arguments = [code, argument, 0, 0, 0, 0];
        let mut answer = 0_u64;
        // SAFETY: four rotations of a register by 128 bits in all, and an exchange of a register with itself: no register
        // but the flags is changed. Valgrind, if it is there, reads the six words at RAX and puts its answer into RDX.
        unsafe {
            asm!(
                "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
                in("rax") arguments.as_ptr(), inout("rdx") answer, options(nostack),
            );
        }
        answer
    }
}

#[cfg(all(target_os = "linux", target_arch = "aarch64", not(miri)))]
mod request {
    use std::arch::asm;

    /// Sends a request with one argument; 0 where nobody listens.
    #[inline(always)]
    pub(super) fn send(code: u64, argument: u64) -> u64 {
        let arguments = [code, argument, 0, 0, 0, 0];
        let mut answer = 0_u64;
        // SAFETY: four rotations of a register by 128 bits in all, and an `orr` of a register with itself: no register is
        // changed. Valgrind, if it is there, reads the six words at X4 and puts its answer into X3.
        unsafe {
            asm!(
                "ror x12, x12, #3", "ror x12, x12, #13", "ror x12, x12, #51", "ror x12, x12, #61", "orr x10, x10, x10",
                in("x4") arguments.as_ptr(), inout("x3") answer, options(nostack),
            );
        }
        answer
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
mod request {
    /// Nobody listens on other systems.
    pub(super) const fn send(_: u64, _: u64) -> u64 {
        0
    }
}
