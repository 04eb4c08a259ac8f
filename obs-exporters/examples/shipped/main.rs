//! A program whose every span is known, and which sends it to real servers: what the tests in `tests/real` compare.
//!
//! `shipped DIRECTORY ROUNDS [WHAT=WHERE]..` does its work with the exporters named, writes what it did into
//! `DIRECTORY/spans.jsonl` and `DIRECTORY/totals.jsonl`, and prints what became of the spans. With `prometheus=ADDRESS` it
//! then prints `ready` and the address, and answers scrapes until it is killed.

mod record;
mod targets;
mod work;

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use obs_exporters::{Memory, Prometheus};
use obs_runtime::{FlushReport, Level, Value};

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
    let mut page = None;
    let mut builder = obs_runtime::builder()
        .service_name("Shipped")
        .attribute("service.version", Value::Str("1.2.3".into()))
        .level(Level::Trace)
        .exporter(memory.clone());
    for argument in arguments {
        let (what, at) = argument.split_once('=').ok_or("an exporter is WHAT=WHERE")?;
        if what == "prometheus" {
            let prometheus = Prometheus::new().listen(at.to_owned());
            page = Some(prometheus.handle());
            builder = builder.exporter(prometheus);
        } else {
            builder = targets::add(builder, what, at)?;
        }
    }
    let telemetry = builder.start()?;
    work::work(rounds.parse()?);

    let report = telemetry.flush(Duration::from_secs(30));
    let directory = Path::new(&directory);
    record::spans(&directory.join("spans.jsonl"), &memory.spans())?;
    record::events(&directory.join("events.jsonl"), &memory.events())?;
    record::totals(&directory.join("totals.jsonl"), &memory.last_snapshot().ok_or("there are no totals")?)?;
    tell(&report);
    if let Some(page) = page {
        println!("ready {}", page.local_addr().ok_or("nothing is served")?);
        std::io::stdout().flush()?;
        loop {
            std::thread::park();
        }
    }
    let report = telemetry.shutdown(Duration::from_secs(30));
    if report.dropped().count() > 0 || !report.is_complete() { Err("something was lost".into()) } else { Ok(()) }
}

/// Says how much went where.
fn tell(report: &FlushReport) {
    println!("{report}");
    for exporter in report.exporters() {
        println!("{} {}", exporter.name, exporter.exported);
    }
}
