//! Spans at a steady rate to a server that comes and goes: memory must stay flat, and every span be accounted for.
//!
//! `soak SECONDS [SPANS_A_SECOND]` prints a line for each cycle of the server (up, down, up, 503, up, hangs, up), and at the
//! end a line `ok` or `FAILED` for each of the promises. Ten minutes by hand, twenty seconds in the gate.

mod sink;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use obs_exporters::otlp::Otlp;
use obs_runtime::{FlushReport, Telemetry};

use sink::{Mode, Sink};

/// What the facade is to a user of the attributes.
mod obs {
    pub(crate) use obs_macros::traced;
    pub(crate) use obs_runtime::expand as __private;
}

use obs::traced;

/// Spans of one request.
const SPANS: u64 = 5;
/// Spans that may wait before the exporter: small, so that it is full soon after the server went away.
const QUEUE: usize = 8_192;
/// Growth of memory after the first cycles that is taken for flat, as a share.
const GROWTH: f64 = 0.10;
/// And in bytes: what an allocator keeps now and then. In ten minutes it is a fifth of a byte for each span.
const SLACK: u64 = 2 << 20;
/// Cycles in which everything is as full as it gets.
const WARMUP: u32 = 2;

#[traced(crate = obs, name = "soak::request", kind = server, fields(number = number))]
fn request(number: u64) {
    for step in 1..SPANS {
        let _ = work(step);
    }
}

/// Fails now and then, with a text of its own.
#[traced(crate = obs, name = "soak::work", err, fields(step = step, text = "a text that needs room of its own"))]
fn work(step: u64) -> Result<u64, String> {
    if step == 3 { Err(format!("step {step} failed")) } else { Ok(step) }
}

/// Makes spans at a steady rate until it is told to end: a burst every few milliseconds.
fn load(rate: u64, ends: &AtomicBool) {
    let (begin, mut made) = (Instant::now(), 0);
    while !ends.load(Ordering::Relaxed) {
        let due = begin.elapsed().as_micros() * u128::from(rate) / 1_000_000;
        while u128::from(made) < due {
            request(made);
            made += SPANS;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The memory of this process that is in use, in bytes.
fn resident() -> std::io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| std::io::Error::other("there is no VmRSS"))
}

/// Lets the server come and go for so long. Gives back the most memory of the first two cycles, and of those after them.
fn flap(sink: &Sink, telemetry: &Telemetry, time: Duration) -> std::io::Result<[u64; 2]> {
    let phase = (time / 24).clamp(Duration::from_millis(200), Duration::from_secs(5));
    let (begin, mut cycles, mut most) = (Instant::now(), 0, [0, 0]);
    while cycles < 4 || begin.elapsed() < time {
        let most = &mut most[usize::from(cycles >= WARMUP)];
        for mode in Mode::CYCLE {
            sink.set(mode);
            std::thread::sleep(phase);
            *most = resident()?.max(*most);
        }
        sink.set(Mode::Up);
        cycles += 1;
        let report = telemetry.flush(Duration::from_secs(10));
        let memory = resident()? >> 10;
        println!("{:>5.0} s  {memory:>7} KiB  {report}", begin.elapsed().as_secs_f64());
    }
    Ok(most)
}

fn say(holds: bool, what: &str) -> bool {
    println!("{}{what}", if holds { "ok      " } else { "FAILED  " });
    holds
}

/// Every span that finished is in one of the counts, and what is said to be exported has arrived.
fn accounts(report: &FlushReport, arrived: u64, unreadable: u64) -> bool {
    let [otlp] = report.exporters() else { return say(false, "there is one exporter") };
    let lost = report.dropped().find_map(|(reason, n)| (reason == "ring_full").then_some(n)).unwrap_or(0);
    let known = otlp.exported + otlp.failed + otlp.rejected + otlp.refused + otlp.abandoned + otlp.pending;
    let finished = report.finished();
    println!("{otlp:?}, ring_full {lost}, arrived {arrived}, unreadable {unreadable}");
    let all = [
        say(finished == lost + known, &format!("every span is accounted for: {finished} finished, {known} + {lost}")),
        say(arrived == otlp.exported, &format!("what is exported has arrived: {} and {arrived}", otlp.exported)),
        say(unreadable == 0, "every message can be read"),
        say(otlp.refused + otlp.failed > 0, "the server was away for long enough for spans to be dropped"),
        say(otlp.exported > finished / 4 && otlp.pending == 0, "the exporter recovers each time"),
    ];
    all.into_iter().all(|holds| holds)
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().ok_or("usage: soak SECONDS [SPANS_A_SECOND]")?.parse()?;
    let rate: u64 = arguments.next().map_or(Ok(20_000), |rate| rate.parse())?;
    let sink = Sink::start()?;
    let otlp = Otlp::new()
        .endpoint(sink.url())
        .without_metrics()
        .without_logs()
        .timeout(Duration::from_secs(2))
        .backoff(Duration::from_millis(50), Duration::from_millis(500))
        .retry_for(Duration::from_secs(4));
    let telemetry = obs_runtime::builder().service_name("soak").queue_capacity(QUEUE).exporter(otlp).start()?;

    let ends = AtomicBool::new(false);
    let [warm, most] = std::thread::scope(|scope| {
        let loads = [0, 1].map(|_| scope.spawn(|| load(rate / 2, &ends)));
        let memory = flap(&sink, &telemetry, Duration::from_secs(seconds));
        ends.store(true, Ordering::Relaxed);
        drop(loads);
        memory
    })?;
    let report = telemetry.shutdown(Duration::from_secs(20));
    let growth = most as f64 / warm as f64 - 1.0;
    let memory =
        format!("memory is flat: at most {} KiB, later {} KiB, {:+.1} %", warm >> 10, most >> 10, growth * 100.0);
    let flat = say(growth < GROWTH || most < warm + SLACK, &memory);
    let exact = accounts(&report, sink.spans(), sink.unreadable());
    Ok(if flat && exact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
