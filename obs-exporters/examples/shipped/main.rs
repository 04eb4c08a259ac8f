//! A program whose every span is known, and which sends it to real servers: what the tests in `tests/real` compare.
//!
//! `shipped DIRECTORY ROUNDS [WHAT=WHERE]..` does its work with the exporters named, writes what it did into
//! `DIRECTORY/spans.jsonl` and `DIRECTORY/totals.jsonl`, and prints what became of the spans.

mod record;
mod work;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use obs_exporters::{JsonLines, Memory};
use obs_runtime::{Builder, Level, Value};

/// What the facade is to a user of the attributes.
mod obs {
    pub(crate) use obs_macros::{budget, counted, profiled, traced};
    pub(crate) use obs_runtime::expand as __private;
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(directory), Some(rounds)) = (arguments.next(), arguments.next()) else {
        return Err("usage: shipped DIRECTORY ROUNDS [WHAT=WHERE]..".into());
    };
    let memory = Memory::new();
    let mut builder = obs_runtime::builder()
        .service_name("Shipped")
        .attribute("service.version", Value::Str("1.2.3".into()))
        .level(Level::Trace)
        .exporter(memory.clone());
    for argument in arguments {
        let (what, at) = argument.split_once('=').ok_or("an exporter is WHAT=WHERE")?;
        builder = exporter(builder, what, at)?;
    }
    let telemetry = builder.start()?;
    work::work(rounds.parse()?);
    let report = telemetry.shutdown(Duration::from_secs(60));

    let directory = Path::new(&directory);
    record::spans(&directory.join("spans.jsonl"), &memory.spans())?;
    record::totals(&directory.join("totals.jsonl"), &memory.last_snapshot().ok_or("there are no totals")?)?;
    println!("{report}");
    for exporter in report.exporters() {
        println!("{} {}", exporter.name, exporter.exported);
    }
    if report.dropped().count() > 0 || !report.is_complete() { Err("something was lost".into()) } else { Ok(()) }
}

fn exporter(builder: Builder, what: &str, at: &str) -> Result<Builder, Box<dyn Error>> {
    Ok(match what {
        "json" => builder.exporter(JsonLines::to_dir(at)),
        _ => return Err(format!("there is no exporter `{what}`").into()),
    })
}
