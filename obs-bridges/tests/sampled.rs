//! Statistical profiling finds annotated functions: a binary of its own, because a process is profiled once at a time.
#![cfg(unix)]

use std::fs;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use obs_bridges::pprof::{Statistical, StatisticalError};
use obs_macros::{counted, profiled};

/// What the attributes expect to find under the facade's name.
mod obs {
    pub(crate) use obs_runtime::expand as __private;
}

/// Processor time that is sampled.
const BUSY: Duration = Duration::from_millis(300);

/// Waits until no other test samples; `None` where timers of processor time do not work.
fn turn() -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if !ticks_come() {
        println!("skipped: no SIGPROF came, timers of processor time do not work here");
        return None;
    }
    Some(turn)
}

/// Whether `pprof` by itself sees any: samples that the bridge loses are not ticks that never came.
fn ticks_come() -> bool {
    let running = pprof::ProfilerGuardBuilder::default().frequency(250).build().expect("nothing else samples");
    work(BUSY);
    !running.report().build_unresolved().expect("samples can be read").data.is_empty()
}

/// Processor time of this thread; of the wall where the system does not tell.
fn processor_time(since: Instant) -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    nanos.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

/// Works until so much processor time has passed.
fn work(time: Duration) {
    let since = Instant::now();
    let begin = processor_time(since);
    let mut number = 1_u64;
    while processor_time(since).saturating_sub(begin) < time {
        (0..100_000).for_each(|_| number = black_box(number).wrapping_mul(6_364_136_223_846_793_005) + 1);
    }
}

#[profiled(crate = crate::obs)]
#[inline(never)]
fn outer() {
    work(BUSY / 6);
    Worker::<u8>::busy(7);
}

struct Worker<T>(T);

trait Busy {
    fn busy(seed: u64);
}

impl<T> Busy for Worker<T> {
    #[counted(crate = crate::obs)]
    #[inline(never)]
    fn busy(seed: u64) {
        // A closure belongs to the function it stands in.
        let work_on = |time| {
            black_box(seed);
            work(time);
        };
        black_box(work_on)(BUSY);
    }
}

#[profiled(crate = crate::obs)]
async fn waits() {
    std::future::ready(()).await;
    work(BUSY);
}

#[test]
fn most_samples_are_where_the_time_goes() {
    let Some(_turn) = turn() else { return };
    let running = Statistical::start(250).expect("nothing else samples");
    assert!(matches!(Statistical::start(250), Err(StatisticalError::AlreadyRunning)));
    outer();
    let samples = running.finish().expect("samples can be read");
    println!("{samples}");
    assert!(samples.total() > 0, "the samples were lost");
    let of = |name| samples.function(name).unwrap_or_else(|| panic!("no samples in {name}\n{}", samples.folded()));
    let share = |samples_of: u64| samples_of as f64 / samples.total() as f64;
    let (busy, outer) = (of("Worker::busy"), of("outer"));
    assert!(share(busy.samples) > 0.5, "{samples}");
    assert!(share(outer.samples_inside) > 0.8 && outer.samples < busy.samples, "{samples}");
    assert!(samples.unattributed_share() < 0.2, "{samples}");
    let folded = samples.folded();
    let lines = folded.lines().map(|line| line.rsplit_once(' ').expect("a number at the end"));
    assert_eq!(lines.map(|(_, count)| count.parse::<u64>().expect("a number")).sum::<u64>(), samples.total());
}

#[test]
fn a_future_has_the_samples_of_its_polls() {
    let Some(_turn) = turn() else { return };
    let running = Statistical::start(250).expect("nothing else samples");
    let mut future = std::pin::pin!(waits());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_ready());
    let samples = running.finish().expect("samples can be read");
    assert!(samples.total() > 0, "the samples were lost");
    let waits = samples.function("waits").unwrap_or_else(|| panic!("{samples}\n{}", samples.folded()));
    assert!(waits.samples as f64 / samples.total() as f64 > 0.5, "{samples}");
}

#[test]
fn a_rate_that_is_none_is_told() {
    for hz in [0, 1_001, u32::MAX] {
        let error = Statistical::start(hz).expect_err("no rate");
        assert_eq!(error.to_string(), format!("found a rate of {hz} samples a second, expected 1 to 1000"));
    }
}
