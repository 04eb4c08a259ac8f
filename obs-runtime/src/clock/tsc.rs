//! The time stamp counter of x86-64.

use std::arch::x86_64::{__cpuid, _rdtsc};

/// The machine has a counter.
pub(super) const EXISTS: bool = true;

#[inline(always)]
pub(super) fn read() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and user code may execute it on all supported systems.
    unsafe { _rdtsc() }
}

/// Whether the counter runs at one rate in all power states, as the processor itself says.
pub(super) fn trusted() -> Result<(), &'static str> {
    const INVARIANT: u32 = 1 << 8;
    if __cpuid(0x8000_0000).eax < 0x8000_0007 || __cpuid(0x8000_0007).edx & INVARIANT == 0 {
        return Err("the processor does not vouch for an invariant counter");
    }
    Ok(())
}
