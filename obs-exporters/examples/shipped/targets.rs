//! Where the program's telemetry goes, by the words of its command line.

use std::error::Error;

use obs_exporters::otlp::{Otlp, Protocol};
use obs_exporters::prometheus::Histograms;
use obs_exporters::{Chrome, Flamegraph, Influx, JsonLines, RemoteWrite, Zipkin};
use obs_runtime::{Builder, Value};

/// Adds what is called `what`, which sends to `at`.
pub(crate) fn add(builder: Builder, what: &str, at: &str) -> Result<Builder, Box<dyn Error>> {
    Ok(match what {
        // Phoenix keeps the spans of each project apart.
        "project" => builder.attribute("openinference.project.name", Value::Str(at.into())),
        "json" => builder.exporter(JsonLines::to_dir(at)),
        "otlp" => builder.exporter(traces(at).protocol(Protocol::HttpProtobuf)),
        "otlp-gzip" => builder.exporter(traces(at).gzip(true)),
        "otlp-grpc-gzip" => builder.exporter(traces(at).protocol(Protocol::Grpc).gzip(true)),
        "otlp-json" => builder.exporter(traces(at).protocol(Protocol::HttpJson)),
        "otlp-grpc" => builder.exporter(traces(at).protocol(Protocol::Grpc)),
        "otlp-all" => builder.exporter(Otlp::new().endpoint(at)),
        "otlp-all-json" => builder.exporter(Otlp::new().endpoint(at).protocol(Protocol::HttpJson)),
        "otlp-all-grpc" => builder.exporter(Otlp::new().endpoint(at).protocol(Protocol::Grpc)),
        "otlp-metrics" => {
            builder.exporter(Otlp::new().without_traces().without_logs().metrics(|target| target.url(at)))
        }
        "zipkin" => builder.exporter(Zipkin::new().url(at)),
        "influx" => builder.exporter(Influx::v1(at, "obs")),
        "remote-write" => builder.exporter(RemoteWrite::to(at)),
        "remote-write-native" => builder.exporter(RemoteWrite::to(at).histograms(Histograms::Native)),
        "chrome" => builder.exporter(Chrome::to_file(at)),
        "folded" => builder.exporter(Flamegraph::to_file(at)),
        _ => return Err(format!("there is no exporter `{what}`").into()),
    })
}

fn traces(at: &str) -> Otlp {
    Otlp::new().endpoint(at).without_metrics().without_logs()
}
