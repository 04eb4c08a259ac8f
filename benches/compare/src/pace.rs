//! Work at a rate, and the processor time of threads.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often the work that is due is done.
const TICK: Duration = Duration::from_millis(1);

/// Does so many pieces of work a second, in portions that are due each millisecond, and gives the number done and the
/// time they took. Who falls behind is not waited for: what was due is still done, later.
pub fn pace(per_second: u64, length: Duration, mut work: impl FnMut(u64)) -> (u64, Duration) {
    let start = Instant::now();
    let (mut done, all) = (0, per_second * length.as_millis() as u64 / 1_000);
    // At twice the length the rate is given up.
    while done < all && start.elapsed() < 2 * length {
        let due = (start.elapsed().as_nanos() * u128::from(per_second) / 1_000_000_000) as u64;
        let portion = due.min(all) - done;
        work(portion);
        done += portion;
        std::thread::sleep(TICK);
    }
    (done, start.elapsed())
}

/// Processor time of each thread of this process, by name; threads that ended are left out.
pub fn threads() -> BTreeMap<String, Duration> {
    let mut times = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").expect("Linux").flatten() {
        let read = |name| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
        let nanos = read("schedstat").split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0);
        *times.entry(read("comm").trim().to_owned()).or_default() += Duration::from_nanos(nanos);
    }
    times
}
