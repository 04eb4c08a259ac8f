//! What the calling thread and its process used of their processors, and how long the thread had to wait for one.

/// CPU nanoseconds of the calling thread; `None` where the system does not tell.
///
/// # Cost
/// One call of the system, some hundred nanoseconds.
#[inline]
pub(crate) fn cpu_time() -> Option<u64> {
    system::cpu_time(system::THREAD)
}

/// CPU nanoseconds of all threads of the process; `None` where the system does not tell.
pub(crate) fn process_cpu_time() -> Option<u64> {
    system::cpu_time(system::PROCESS)
}

/// Nanoseconds the calling thread was ready to run and did not get a processor; `None` where the system does not tell.
///
/// # Source
/// The second number of `/proc/thread-self/schedstat`, on Linux.
pub(crate) fn waited() -> Option<u64> {
    use std::cell::RefCell;
    use std::fs::File;

    thread_local! {
        static STATISTICS: RefCell<Option<File>> = RefCell::new(File::open("/proc/thread-self/schedstat").ok());
    }
    STATISTICS.try_with(|file| file.borrow().as_ref().and_then(read_waited)).ok().flatten()
}

#[cfg(unix)]
fn read_waited(file: &std::fs::File) -> Option<u64> {
    use std::os::unix::fs::FileExt;

    let mut text = [0; 80];
    let length = file.read_at(&mut text, 0).ok()?;
    str::from_utf8(&text[..length]).ok()?.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(not(unix))]
const fn read_waited(_: &std::fs::File) -> Option<u64> {
    None
}

#[cfg(all(any(target_os = "linux", target_os = "macos"), target_pointer_width = "64", not(miri)))]
mod system {
    /// `struct timespec`, as 64-bit systems have it.
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanos: i64,
    }

    /// `CLOCK_THREAD_CPUTIME_ID`.
    pub(super) const THREAD: i32 = if cfg!(target_os = "macos") { 16 } else { 3 };
    /// `CLOCK_PROCESS_CPUTIME_ID`.
    pub(super) const PROCESS: i32 = if cfg!(target_os = "macos") { 12 } else { 2 };

    unsafe extern "C" {
        /// Of the C library, which the standard library links.
        fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    }

    pub(super) fn cpu_time(clock: i32) -> Option<u64> {
        let mut time = Timespec { seconds: 0, nanos: 0 };
        // SAFETY: `time` is a valid place for the one structure that the function writes, of the layout that it has on
        // these systems.
        let answer = unsafe { clock_gettime(clock, &raw mut time) };
        (answer == 0).then(|| time.seconds.cast_unsigned() * 1_000_000_000 + time.nanos.cast_unsigned())
    }
}

#[cfg(not(all(any(target_os = "linux", target_os = "macos"), target_pointer_width = "64", not(miri))))]
mod system {
    pub(super) const THREAD: i32 = 0;
    pub(super) const PROCESS: i32 = 0;

    pub(super) const fn cpu_time(_: i32) -> Option<u64> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_works_uses_its_processor_and_one_that_sleeps_does_not() {
        let cpu = |body: fn()| {
            let before = cpu_time().expect("Linux tells");
            body();
            cpu_time().expect("Linux tells") - before
        };
        let worked = cpu(|| drop(std::hint::black_box((0..200_000).map(|n: u64| n.to_string()).collect::<Vec<_>>())));
        let parked = cpu(|| std::thread::park_timeout(std::time::Duration::from_millis(20)));
        assert!(worked > 100_000 && parked < 10_000_000, "worked {worked} ns, parked {parked} ns");
    }

    #[test]
    fn what_another_thread_uses_its_process_uses() {
        let before = process_cpu_time().expect("Linux tells");
        let other = std::thread::spawn(|| {
            drop(std::hint::black_box((0..200_000).map(|n: u64| n.to_string()).collect::<Vec<_>>()));
            cpu_time().expect("Linux tells")
        });
        let used = other.join().expect("it does not panic");
        assert!(used > 0 && process_cpu_time().expect("Linux tells") - before >= used);
    }

    #[test]
    fn how_long_a_thread_waited_never_goes_back() {
        // Some systems are built without the statistics.
        let Some(first) = waited() else { return };
        assert!(waited().is_some_and(|second| second >= first));
    }
}
