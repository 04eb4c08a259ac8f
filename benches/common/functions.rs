//! The functions under test.

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use obs::FutureExt as _;

#[inline(never)]
pub fn bare(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
pub(super) fn two_reads(x: u64) -> u64 {
    let start = ticks();
    let value = black_box(x) + 1;
    black_box(ticks().wrapping_sub(start));
    value
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "one instruction")]
#[inline(always)]
fn ticks() -> u64 {
    // SAFETY: every x86-64 processor has the instruction.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> u64 {
    static ORIGIN: OnceLock<std::time::Instant> = OnceLock::new();
    ORIGIN.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
}

#[obs::counted]
#[inline(never)]
pub fn counted(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::counted(in_flight)]
#[inline(never)]
pub fn listed(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::counted(labels(method = method))]
#[inline(never)]
fn labelled(x: u64, method: &str) -> u64 {
    black_box(method);
    black_box(x) + 1
}

pub(super) fn labelled_get(x: u64) -> u64 {
    labelled(x, black_box("GET"))
}

#[obs::profiled]
#[inline(never)]
pub fn profiled(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::profiled(sample = 16)]
#[inline(never)]
pub(super) fn sampled(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::profiled]
#[obs::budget(ms = 10)]
#[inline(never)]
pub(super) fn budgeted(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::profiled]
#[obs::budget(ms = 10, p99 = "5ms", objective = 99.9)]
#[inline(never)]
pub(super) fn promised(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::profiled(alloc)]
#[inline(never)]
pub(super) fn alloc(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::profiled(alloc)]
#[obs::budget(allocs = 8)]
#[inline(never)]
pub(super) fn alloc_budgeted(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::profiled(cpu)]
#[inline(never)]
pub(super) fn cpu(x: u64) -> u64 {
    black_box(x) + 1
}

/// Its calls are bounded in [`bounding_parent`].
#[obs::counted]
#[inline(never)]
pub(super) fn bounded(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::budget(calls(bounded = 1_000_000_000))]
#[inline(never)]
pub(super) fn bounding_parent(repeat: impl FnOnce()) {
    repeat();
}

#[obs::traced]
#[inline(never)]
pub fn traced(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::traced(fields(a = 1_u64, b = "a text"))]
#[inline(never)]
pub(super) fn fields(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
pub(super) fn event(x: u64) -> u64 {
    obs::event!(obs::Level::Info, "a text");
    black_box(x) + 1
}

/// A context with a trace.
fn context() -> &'static obs::Context {
    static CONTEXT: OnceLock<obs::Context> = OnceLock::new();
    CONTEXT.get_or_init(|| {
        let _span = obs::span!("context");
        obs::Context::current()
    })
}

#[inline(never)]
pub(super) fn attached(x: u64) -> u64 {
    let _scope = context().attach();
    black_box(x) + 1
}

#[inline(never)]
pub(super) fn poll_in_context(x: u64) -> u64 {
    let future = async { black_box(x) + 1 };
    ready(pin!(future.in_context(context().clone())))
}

#[obs::traced]
#[obs::profiled]
#[obs::counted]
#[obs::budget(ms = 10)]
#[inline(never)]
pub fn all(x: u64) -> u64 {
    black_box(x) + 1
}

#[obs::traced]
#[obs::profiled]
#[obs::counted]
#[obs::budget(ms = 10)]
#[inline(never)]
async fn all_async(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
pub(super) fn poll_all(x: u64) -> u64 {
    ready(pin!(all_async(x)))
}

fn ready(future: Pin<&mut impl Future<Output = u64>>) -> u64 {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("it awaits nothing"),
    }
}

/// Sixteen more annotated functions: with a single one the compiler inlines the runtime into the loop, which no
/// program of any size would see.
macro_rules! others {
    ($($name:ident)*) => {
        $(
            #[obs::traced(fields(x))]
            #[obs::profiled]
            #[obs::counted]
            #[inline(never)]
            fn $name(x: u64) -> Result<u64, String> {
                if x == u64::MAX { Err("too many".to_owned()) } else { Ok(black_box(x) + 1) }
            }
        )*

        pub(super) fn others() {
            $(let _ = black_box($name(black_box(1)));)*
        }
    };
}

others!(o1 o2 o3 o4 o5 o6 o7 o8 o9 o10 o11 o12 o13 o14 o15 o16);
