//! A pipeline of three stages on four threads, joined by channels; prints its traces as trees while they end.
//!
//! ```text
//! cargo run --release --example pipeline
//! ```
//!
//! Lines are read, parsed by two workers, and stored three at a time. Each message carries the context it was made in, so
//! that the next stage goes on where the last one was, on whatever thread: `parent = message.context`. A batch belongs to
//! several messages and so to none: it begins a trace of its own, tied to all of them by `links`. What travels by name, the
//! `obs.chain` in the baggage, becomes a field where a trace begins, and finds the batches again. One line is no number: its
//! step ends as an error, the others go on.

use std::num::ParseFloatError;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use obs::exporters::{Console, Memory};
use obs::{Baggage, Context, Outcome, Span, Value, traced};

/// What comes in, one of them wrong.
const LINES: [&str; 7] = ["18.5", "19.25", "n/a", "20", "17.75", "21.5", "20.5"];
/// Readings that are stored together.
const BATCH: usize = 3;

/// A line on its way to the parser.
struct Message {
    context: Context,
    number: usize,
    line: &'static str,
}

/// A number on its way to the store.
struct Reading {
    context: Context,
    celsius: f64,
}

/// The first stage.
#[traced(operation = "pipeline_step", fields(number))]
fn read(number: usize, line: &'static str) -> Message {
    Message { context: Context::current(), number, line }
}

/// The second stage, in the trace of its message.
#[traced(operation = "pipeline_step", parent = message.context, fields(number = message.number), err)]
fn parse(message: &Message) -> Result<Reading, ParseFloatError> {
    let celsius = message.line.parse()?;
    Ok(Reading { context: Context::current(), celsius })
}

/// The third stage, tied to the messages it joins.
#[traced(operation = "pipeline_step", root, links = batch.iter().map(|reading| &reading.context), fields(size = batch.len()))]
fn store(batch: &[Reading]) -> f64 {
    let mean = batch.iter().map(|reading| reading.celsius).sum::<f64>() / batch.len() as f64;
    obs::current().set("mean", mean);
    mean
}

/// Parses until nothing comes any more; what is no number has said so in its span.
fn parse_all(messages: &Mutex<Receiver<Message>>, readings: &Sender<Reading>) {
    // The lock is held while one worker waits, not while it parses.
    let next = || messages.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok(message) = next() {
        if let Ok(reading) = parse(&message)
            && readings.send(reading).is_err()
        {
            return;
        }
    }
}

/// Stores batches until nothing comes any more, and gives their means.
fn store_all(readings: &Receiver<Reading>) -> Vec<f64> {
    let mut means = Vec::new();
    loop {
        let batch: Vec<Reading> = readings.iter().take(BATCH).collect();
        if batch.is_empty() {
            return means;
        }
        means.push(store(&batch));
    }
}

/// The whole of it: ends when all stages have.
#[traced(operation = "task", fields(lines = LINES.len()))]
fn run() -> Vec<f64> {
    let (to_parsers, messages) = channel();
    let (to_store, readings) = channel();
    let messages = Mutex::new(messages);
    thread::scope(|scope| {
        for _ in 0..2 {
            let (messages, to_store) = (&messages, to_store.clone());
            scope.spawn(move || parse_all(messages, &to_store));
        }
        drop(to_store);
        // Bound, so that the batches know the baggage; the parsers have it from their messages.
        let store = scope.spawn(Context::current().bind(move || store_all(&readings)));
        for (number, line) in LINES.into_iter().enumerate() {
            to_parsers.send(read(number, line)).expect("the parsers wait for the channel's end");
        }
        drop(to_parsers);
        store.join().expect("the store does not panic")
    })
}

/// What the traces must look like, whatever the threads did.
fn check(memory: &Memory) {
    let [runs, reads, parses, stores] =
        ["run", "read", "parse", "store"].map(|name| memory.spans_named(&format!("pipeline::{name}")));
    let [run] = &*runs else { panic!("{} runs", runs.len()) };
    let chain = |span: &Span| span.field("obs.chain").map(ToString::to_string);

    assert_eq!((reads.len(), parses.len(), stores.len()), (7, 7, 2));
    assert!(reads.iter().all(|read| read.parent() == Some(run.span_id())), "every line is read inside the run");
    for parse in &parses {
        let read = reads.iter().find(|read| Some(read.span_id()) == parse.parent()).expect("its parent read the line");
        assert_eq!((parse.trace_id(), parse.field("number")), (run.trace_id(), read.field("number")));
    }
    let failed: Vec<&Span> = parses.iter().filter(|parse| parse.outcome() == Outcome::Error).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!((failed[0].field("number"), failed[0].message()), (Some(&Value::U64(2)), Some("invalid float literal")));

    let mut joined: Vec<_> = stores.iter().flat_map(Span::links).map(|link| (link.trace_id, link.span_id)).collect();
    let mut expected: Vec<_> = parses
        .iter()
        .filter(|parse| parse.outcome() == Outcome::Ok)
        .map(|parse| (parse.trace_id(), parse.span_id()))
        .collect();
    joined.sort_unstable();
    expected.sort_unstable();
    assert_eq!(joined, expected, "each reading is in one batch");
    for store in &stores {
        assert_eq!((store.parent(), store.links().len()), (None, BATCH));
        assert_ne!(store.trace_id(), run.trace_id());
        assert_eq!(chain(store).as_deref(), Some("night-import"));
    }
    assert_eq!(chain(run).as_deref(), Some("night-import"));
    assert!(reads.iter().all(|read| chain(read).is_none()), "inside a trace its id is enough");
    let is_step = |span: &Span| span.field("obs.operation.type") == Some(&Value::Str("pipeline_step".into()));
    assert!([reads, parses, stores].iter().flatten().all(is_step));
}

fn main() -> Result<(), obs::StartError> {
    let memory = Memory::new();
    let builder = obs::builder().resource(obs::service!()).baggage_fields(["obs.chain"]);
    let telemetry = builder.exporter(Console::new().tree()).exporter(memory.clone()).start()?;

    let mut baggage = Baggage::default();
    baggage.set("obs.chain", "night-import");
    let means = {
        let _scope = Context::NONE.with_baggage(baggage).attach();
        run()
    };
    telemetry.shutdown(Duration::from_secs(5));
    assert_eq!(means.len(), 2);
    check(&memory);
    Ok(())
}
