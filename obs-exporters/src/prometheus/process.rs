//! What Linux says of the process: `process_*`, as every client library names them.
//!
//! What cannot be read is left out; a value that is not known is not a number to export.

use std::fs;

use crate::families::{Family, Kind, Number};

/// Clock ticks in a second of `/proc/self/stat`: 100 on every Linux, whatever the kernel's own tick is.
const TICKS: f64 = 100.0;

/// All that can be read, in a fixed order; families without a point stand for what cannot.
pub(super) fn families() -> [Family<'static>; 7] {
    let stat = Stat::read();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let known = |read: fn(&Stat) -> f64| stat.as_ref().map(read);
    let gauge = Kind::Gauge;
    [
        one("process.cpu", "s", Kind::Counter, "User and system CPU time.", known(|stat| stat.cpu)),
        one("process.start_time", "s", gauge, "Start of the process since the Unix epoch.", start_time(stat.as_ref())),
        one("process.resident_memory", "By", gauge, "Resident memory.", kilobytes(&status, "VmRSS:")),
        one("process.virtual_memory", "By", gauge, "Virtual memory.", kilobytes(&status, "VmSize:")),
        one("process.open_fds", "", gauge, "Open file descriptors.", open_fds()),
        one("process.max_fds", "", gauge, "File descriptors that may be open.", max_fds(&limits)),
        one("process.threads", "", gauge, "Threads of the process.", known(|stat| stat.threads)),
    ]
}

fn one(name: &'static str, unit: &'static str, kind: Kind, help: &'static str, value: Option<f64>) -> Family<'static> {
    let mut family = Family::new(name, unit, kind, help);
    if let Some(value) = value {
        family.push(Vec::new(), Number::Float(value));
    }
    family
}

/// The numbers of `/proc/self/stat` that are used.
struct Stat {
    /// Seconds.
    cpu: f64,
    threads: f64,
    /// Seconds after the machine was started.
    start: f64,
}

impl Stat {
    fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/self/stat").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the program's name in parentheses, with whatever is in it; count from its end.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |at: usize| fields.get(at - 3)?.parse::<f64>().ok();
        Some(Self { cpu: (number(14)? + number(15)?) / TICKS, threads: number(20)?, start: number(22)? / TICKS })
    }
}

fn start_time(stat: Option<&Stat>) -> Option<f64> {
    let kernel = fs::read_to_string("/proc/stat").ok()?;
    let boot: f64 = kernel.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Some(boot + stat?.start)
}

fn kilobytes(status: &str, key: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0)
}

fn open_fds() -> Option<f64> {
    // One of them is the directory that is being read.
    let count = fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1);
    Some(count as f64)
}

fn max_fds(limits: &str) -> Option<f64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_program_may_hold_anything() {
        let stat = "7 (a) b (c)) R 1 1 1 0 -1 0 0 0 0 0 250 150 0 0 20 0 3 0 900 0 0";
        let stat = Stat::parse(stat).unwrap();
        assert_eq!((stat.cpu.to_bits(), stat.threads.to_bits()), (4.0_f64.to_bits(), 3.0_f64.to_bits()));
        assert!(Stat::parse("7 (a) R").is_none());
    }

    #[test]
    fn nothing_is_not_a_number() {
        let values: Vec<_> = families().iter().flat_map(|family| family.points.clone()).collect();
        assert!(values.iter().all(|point| point.value.as_f64().is_finite()));
        assert!(!cfg!(target_os = "linux") || values.len() == 7);
    }

    #[test]
    fn limits_without_a_number_are_left_out() {
        assert_eq!(max_fds("Max open files            1024                 4096                 files"), Some(1024.0));
        assert_eq!(max_fds("Max open files            unlimited            unlimited            files"), None);
        assert_eq!(kilobytes("VmRSS:\t    12 kB\n", "VmRSS:"), Some(12288.0));
    }
}
