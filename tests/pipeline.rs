//! From the ring to the exporters: exact counts, bounded queues, deadlines, exporters that fail.
//!
//! A binary of its own, because exact counts of the whole program want no other tests beside them.
#![cfg(feature = "enabled")]

#[path = "it/support.rs"]
mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use obs::exporters::Memory;
use obs::{Batch, Exporter, StartError, traced};

use crate::support::{Kept, LONG, turn};

#[traced]
fn work() {}

#[test]
fn flush_says_exactly_how_much_went_where() {
    let kept = Kept::start();
    let before = kept.telemetry.flush(LONG);
    (0..1_000).for_each(|_| work());
    let after = kept.telemetry.flush(LONG);
    assert!(after.is_complete());
    assert_eq!(after.finished() - before.finished(), 1_000);
    assert_eq!(after.exported() - before.exported(), 1_000);
    assert_eq!(after.pending(), 0);
    assert_eq!(kept.spans("pipeline::work").len(), 1_000);
}

#[test]
fn starting_twice_is_an_error_and_starting_again_is_not() {
    let kept = Kept::start();
    let error = obs::builder().start().expect_err("it runs already");
    assert!(matches!(error, StartError::AlreadyRunning));
    assert!(error.to_string().starts_with("telemetry runs already;"), "{error}");
    drop(kept);
    let kept = Kept::start();
    work();
    assert_eq!(kept.spans("pipeline::work").len(), 1);
}

#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused on purpose")
    }
}

impl std::error::Error for Refused {}

/// Cannot start.
struct Broken;

impl Exporter for Broken {
    type Error = Refused;

    fn start(&mut self, _: obs::Reader) -> Result<(), Refused> {
        Err(Refused)
    }

    fn export(&mut self, _: &Batch) -> Result<(), Refused> {
        Ok(())
    }
}

/// Fails, panics or works, as it is told.
struct Moody(mpsc::Receiver<&'static str>);

impl Exporter for Moody {
    type Error = Refused;

    fn export(&mut self, _: &Batch) -> Result<(), Refused> {
        match self.0.recv().expect("a mood for each batch") {
            "fail" => Err(Refused),
            "panic" => panic!("on purpose"),
            _ => Ok(()),
        }
    }
}

#[test]
fn an_exporter_that_fails_or_panics_is_counted_and_goes_on() {
    let _turn = turn();
    let (sender, moods) = mpsc::channel();
    let memory = Memory::new();
    let builder = obs::builder().exporter(Moody(moods)).exporter(memory.clone());
    let telemetry = builder.collect_interval(LONG).start().expect("one at a time");
    let before = obs::snapshot().health().exporter_panics;
    for (number, next) in (1..).zip(["fail", "panic", "work"]) {
        sender.send(next).expect("the exporter lives");
        work();
        let report = telemetry.flush(LONG);
        let [fickle, kept] = report.exporters() else { panic!("two exporters") };
        assert_eq!((fickle.name, kept.name), ("Moody", "memory"));
        assert_eq!(fickle.failed, number.min(2));
        assert_eq!(fickle.exported, number - fickle.failed);
        assert_eq!(kept.exported, number, "its neighbour has all");
    }
    assert_eq!(obs::snapshot().health().exporter_panics, before + 1);
}

/// Takes nothing until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().expect("not poisoned") = true;
        self.0.1.notify_all();
    }
}

impl Exporter for Gate {
    type Error = Refused;

    fn export(&mut self, _: &Batch) -> Result<(), Refused> {
        let open = self.0.0.lock().expect("not poisoned");
        drop(self.0.1.wait_while(open, |open| !*open).expect("not poisoned"));
        Ok(())
    }
}

#[test]
fn a_stuck_exporter_delays_nobody_and_what_its_queue_refuses_is_counted() {
    let _turn = turn();
    let (gate, memory) = (Gate::default(), Memory::bounded(1_000_000));
    let builder = obs::builder().queue_capacity(10_000).exporter(gate.clone()).exporter(memory.clone());
    let telemetry = builder.start().expect("one at a time");
    (0..100_000).for_each(|_| work());
    let report = telemetry.flush(Duration::from_millis(500));
    assert!(!report.is_complete(), "the gate is shut");
    let [stuck, kept] = report.exporters() else { panic!("two exporters") };
    assert_eq!(kept.exported, 100_000);
    assert!(stuck.refused > 0 && stuck.pending <= 10_000, "{stuck:?}");
    assert_eq!(stuck.exported + stuck.refused + stuck.pending, 100_000);
    gate.open();
    let report = telemetry.shutdown(LONG);
    assert!(report.is_complete());
    let stuck = &report.exporters()[0];
    assert_eq!((stuck.pending, stuck.exported + stuck.refused), (0, 100_000));
}

#[test]
fn a_queue_is_bounded_in_bytes_as_well() {
    #[traced(fields(text))]
    fn talks(text: &str) {
        let _ = text;
    }

    let _turn = turn();
    let gate = Gate::default();
    let builder = obs::builder().queue_memory(1 << 20).exporter(gate.clone());
    let telemetry = builder.start().expect("one at a time");
    let text = "x".repeat(200);
    for _ in 0..20 {
        (0..1000).for_each(|_| talks(&text));
        telemetry.flush(Duration::ZERO);
    }
    let report = telemetry.flush(Duration::ZERO);
    let stuck = &report.exporters()[0];
    assert_eq!(stuck.refused + stuck.pending, 20_000);
    // What one batch may have that finds the queue empty, and no more than a megabyte beside it.
    assert!(stuck.pending <= (1 << 20) / 200 + 1000, "{stuck:?}");
    gate.open();
}

#[test]
fn an_exporter_after_a_stuck_one_still_has_its_last_words() {
    struct LastWords(mpsc::Sender<()>);

    impl Exporter for LastWords {
        type Error = Refused;

        fn wants(&self) -> obs::Wants {
            obs::Wants::FINAL_SNAPSHOT
        }

        fn export(&mut self, _: &Batch) -> Result<(), Refused> {
            Ok(())
        }

        fn report(&mut self, _: &obs::Snapshot) -> Result<(), Refused> {
            self.0.send(()).map_err(|_| Refused)
        }
    }

    let _turn = turn();
    let (gate, (said, words)) = (Gate::default(), mpsc::channel());
    let builder = obs::builder().exporter(gate.clone()).exporter(LastWords(said));
    let telemetry = builder.start().expect("one at a time");
    work();
    let report = telemetry.shutdown(Duration::from_millis(200));
    assert!(!report.is_complete(), "the gate is shut");
    words.recv_timeout(LONG).expect("the report of the other");
    gate.open();
}

#[test]
fn a_start_that_fails_stops_what_had_started() {
    struct Stops(mpsc::Sender<&'static str>);

    impl Exporter for Stops {
        type Error = Refused;

        fn export(&mut self, _: &Batch) -> Result<(), Refused> {
            Ok(())
        }

        fn wants(&self) -> obs::Wants {
            obs::Wants::FINAL_SNAPSHOT
        }

        fn report(&mut self, _: &obs::Snapshot) -> Result<(), Refused> {
            self.0.send("reported").map_err(|_| Refused)
        }

        fn shutdown(&mut self) -> Result<(), Refused> {
            self.0.send("stopped").map_err(|_| Refused)
        }
    }

    let _turn = turn();
    let (told, stopped) = mpsc::channel();
    obs::builder().exporter(Stops(told)).exporter(Broken).start().expect_err("the second cannot start");
    assert_eq!(stopped.recv_timeout(LONG), Ok("stopped"), "and there is nothing to report");
}

#[test]
fn a_shutdown_past_its_deadline_counts_what_it_left() {
    let _turn = turn();
    let gate = Gate::default();
    let telemetry = obs::builder().exporter(gate.clone()).start().expect("one at a time");
    (0..10).for_each(|_| work());
    telemetry.flush(Duration::ZERO);
    (0..20).for_each(|_| work());
    let (begin, before) = (std::time::Instant::now(), dropped("shutdown_timeout"));
    let report = telemetry.shutdown(Duration::from_millis(50));
    assert!(!report.is_complete() && begin.elapsed() < LONG);
    let stuck = &report.exporters()[0];
    assert_eq!((stuck.abandoned, stuck.pending), (30, 0), "what was being sent is given up as well: {stuck:?}");
    assert_eq!(dropped("shutdown_timeout") - before, 30);
    gate.open();
}

/// Spans that were dropped for a reason, of the whole process.
fn dropped(reason: &str) -> u64 {
    let health = obs::snapshot().health().clone();
    let of_reason = health.counters().filter(|(signal, known, _)| *signal == "spans" && *known == reason);
    of_reason.map(|(.., n)| n).sum()
}

/// Spans inside each other, all of which end when it is said.
struct Nest {
    go: mpsc::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Nest {
    fn begin(spans: u32) -> Self {
        let ((go, waits), (says, begun)) = (mpsc::channel(), mpsc::channel());
        let thread = std::thread::spawn(move || nested(spans - 1, &says, &waits));
        begun.recv().expect("it begins");
        Self { go, thread }
    }

    fn end(self) {
        self.go.send(()).expect("it waits");
        self.thread.join().expect("no panic");
    }
}

#[traced]
fn nested(deeper: u32, begun: &mpsc::Sender<()>, go: &mpsc::Receiver<()>) {
    if deeper > 0 {
        return nested(deeper - 1, begun, go);
    }
    begun.send(()).expect("somebody listens");
    go.recv().expect("it is said");
}

#[test]
fn what_ends_while_a_shutdown_waits_for_an_exporter_is_counted() {
    /// Says that a batch has come, and takes it when it is opened.
    struct Announced(Gate, mpsc::Sender<()>);

    impl Exporter for Announced {
        type Error = Refused;

        fn export(&mut self, batch: &Batch) -> Result<(), Refused> {
            self.1.send(()).map_err(|_| Refused)?;
            self.0.export(batch)
        }
    }

    let _turn = turn();
    let (gate, (says, came)) = (Gate::default(), mpsc::channel());
    let builder = obs::builder().collect_interval(LONG).exporter(Announced(gate.clone(), says));
    let telemetry = builder.start().expect("one at a time");
    let (finished, late) = (obs::snapshot().health().spans_finished, dropped("after_shutdown"));
    let nest = Nest::begin(50);
    work();
    let stops = std::thread::spawn(move || telemetry.shutdown(LONG));
    came.recv_timeout(LONG).expect("what had ended is brought");
    nest.end();
    gate.open();
    let report = stops.join().expect("no panic");
    assert_eq!((report.finished() - finished, report.exporters()[0].exported), (51, 1));
    assert_eq!(dropped("after_shutdown") - late, 50);
    assert!(report.dropped().any(|(reason, _)| reason == "after_shutdown"), "{report}");
}

#[test]
fn what_ends_between_two_telemetries_is_counted_and_not_handed_to_the_second() {
    let _turn = turn();
    let telemetry = obs::builder().exporter(Memory::new()).start().expect("one at a time");
    let nest = Nest::begin(50);
    telemetry.shutdown(LONG);
    let late = dropped("after_shutdown");
    nest.end();
    let memory = Memory::new();
    let telemetry = obs::builder().exporter(memory.clone()).start().expect("one at a time");
    work();
    telemetry.shutdown(LONG);
    assert_eq!((memory.spans_named("nested").len(), memory.spans_named("work").len()), (0, 1));
    assert_eq!(dropped("after_shutdown") - late, 50);
}

#[test]
fn a_timeout_without_end_is_no_panic() {
    let Kept { telemetry, _turn, .. } = Kept::start();
    work();
    assert!(telemetry.flush(Duration::MAX).is_complete());
    assert!(telemetry.shutdown(Duration::MAX).is_complete());
}

#[test]
fn full_span_memory_refuses_and_counts() {
    let _turn = turn();
    let memory = Memory::bounded(1_000_000);
    let builder = obs::builder().span_memory(1 << 20).collect_interval(LONG).exporter(memory.clone());
    let telemetry = builder.start().expect("one at a time");
    let before = obs::snapshot().health().clone();
    (0..200_000).for_each(|_| work());
    let report = telemetry.shutdown(LONG);
    let health = obs::snapshot().health().clone();
    let refused = health.ring_full - before.ring_full;
    assert_eq!(health.spans_finished - before.spans_finished, 200_000);
    assert_eq!(memory.spans_named("work").len() as u64 + refused, 200_000, "{report}");
    assert_eq!(report.dropped().any(|(reason, _)| reason == "ring_full"), health.ring_full > 0);
}

/// Takes a while for each batch.
struct Slow(Duration);

impl Exporter for Slow {
    type Error = Refused;

    fn export(&mut self, _: &Batch) -> Result<(), Refused> {
        std::thread::sleep(self.0);
        Ok(())
    }
}

#[test]
fn a_burst_waits_in_the_rings_for_a_lone_exporter_that_is_slower() {
    let _turn = turn();
    // The queue has room for one batch, and the burst takes three quarters of the rings.
    let slow = Slow(Duration::from_millis(3));
    let builder = obs::builder().span_memory(16 << 20).queue_capacity(4096).exporter(slow);
    let telemetry = builder.start().expect("one at a time");
    let before = obs::snapshot().health().spans_dropped();
    (0..200_000).for_each(|_| work());
    let report = telemetry.shutdown(LONG);
    assert_eq!((report.exporters()[0].exported, report.exporters()[0].refused), (200_000, 0), "{report}");
    assert_eq!(obs::snapshot().health().spans_dropped(), before);
}

#[test]
fn a_burst_waits_in_the_rings_for_two_exporters_that_are_slower() {
    let _turn = turn();
    let slow = || Slow(Duration::from_millis(20));
    let builder = obs::builder().span_memory(16 << 20).queue_capacity(4096).exporter(slow()).exporter(slow());
    let telemetry = builder.start().expect("one at a time");
    (0..200_000).for_each(|_| work());
    let report = telemetry.shutdown(LONG);
    let counts: Vec<_> = report.exporters().iter().map(|exporter| (exporter.exported, exporter.refused)).collect();
    assert_eq!(counts, [(200_000, 0); 2], "{report}");
}

#[traced]
fn tells() {
    obs::event!(obs::Level::Info, "told");
}

/// Counts the spans that have an event.
struct Told(Arc<AtomicUsize>);

impl Exporter for Told {
    type Error = Refused;

    fn wants(&self) -> obs::Wants {
        obs::Wants { events: true, ..obs::Wants::SPANS }
    }

    fn export(&mut self, batch: &Batch) -> Result<(), Refused> {
        let told = batch.spans().iter().filter(|span| span.events().len() == 1).count();
        self.0.fetch_add(told, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn every_span_of_a_burst_keeps_its_event() {
    // More spans than may be waiting for their end at the same time.
    const SPANS: usize = 100_000;
    let _turn = turn();
    let told = Arc::new(AtomicUsize::new(0));
    let telemetry = obs::builder().exporter(Told(Arc::clone(&told))).start().expect("one at a time");
    let before = obs::snapshot().health().notes_late;
    (0..SPANS).for_each(|_| tells());
    telemetry.shutdown(LONG);
    assert_eq!(told.load(Ordering::Relaxed), SPANS);
    assert_eq!(obs::snapshot().health().notes_late, before);
}

#[test]
fn an_exporter_that_cannot_start_says_why_and_leaves_the_place_free() {
    let turn = turn();
    let error = obs::builder().exporter(Broken).start().expect_err("it cannot start");
    assert_eq!(error.to_string(), "exporter Broken cannot start: refused on purpose");
    assert_eq!(format!("{error:?}"), error.to_string(), "what a `main` that returns it prints");
    drop(turn);
    drop(Kept::start());
}

#[test]
fn totals_are_pushed_when_they_are_due_and_at_the_end() {
    struct Totals(Arc<AtomicBool>, mpsc::Sender<u64>);

    impl Exporter for Totals {
        type Error = Refused;

        fn wants(&self) -> obs::Wants {
            obs::Wants { snapshots: Some(Duration::from_millis(5)), ..obs::Wants::NOTHING }
        }

        fn export(&mut self, _: &Batch) -> Result<(), Refused> {
            self.0.store(true, Ordering::Relaxed);
            Ok(())
        }

        fn report(&mut self, snapshot: &obs::Snapshot) -> Result<(), Refused> {
            let _ = self.1.send(snapshot.callsite("pipeline::work").map_or(0, obs::CallsiteSnapshot::calls));
            Ok(())
        }
    }

    let _turn = turn();
    let spans_came = Arc::new(AtomicBool::new(false));
    let (sender, totals) = mpsc::channel();
    let telemetry = obs::builder().exporter(Totals(Arc::clone(&spans_came), sender)).start().expect("one at a time");
    let first = totals.recv_timeout(LONG).expect("the first is due");
    let second = totals.recv_timeout(LONG).expect("the second is due");
    assert!(second >= first);
    work();
    let at_last = crate::support::totals("pipeline::work").calls();
    telemetry.shutdown(LONG);
    assert_eq!(totals.into_iter().last(), Some(at_last), "the last one has everything");
    assert!(!spans_came.load(Ordering::Relaxed));
}
