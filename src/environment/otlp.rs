//! `OTEL_EXPORTER_OTLP_*`, each for all signals or for one.

use std::time::Duration;

use super::Choice;
use super::exporters::{Exporters, Name};
use super::reader::Reader;

/// What is asked of OTLP: the signals that are to be sent, and how.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Otlp {
    pub(crate) traces: Option<Signal>,
    pub(crate) metrics: Option<Signal>,
    pub(crate) logs: Option<Signal>,
    /// `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` asks for deltas.
    pub(crate) delta: bool,
    /// `OTEL_METRIC_EXPORT_INTERVAL`.
    pub(crate) metrics_every: Option<Duration>,
}

/// Where one signal goes, and how; what is not set is as OpenTelemetry has it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Signal {
    pub(crate) address: Option<Address>,
    pub(crate) protocol: Option<Protocol>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) gzip: bool,
    pub(crate) certificate: Option<String>,
    pub(crate) client: Option<Client>,
    /// Of the batches of the signal: `OTEL_BSP_*`, `OTEL_BLRP_*` or `OTEL_METRIC_EXPORT_*`.
    pub(crate) retry_for: Option<Duration>,
    pub(crate) max_batch: Option<usize>,
}

/// An address: the path of the signal is put behind the one, and not behind the other.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Base(String),
    Url(String),
}

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    HttpProtobuf,
    HttpJson,
    Grpc,
}

/// Files that say who we are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

const PROTOCOLS: [(&str, Protocol); 3] =
    [("http/protobuf", Protocol::HttpProtobuf), ("http/json", Protocol::HttpJson), ("grpc", Protocol::Grpc)];

impl Otlp {
    pub(super) fn read(reader: &mut Reader<'_>, exporters: &Exporters) -> Self {
        let mut signal = |choice, kind| is_wanted(reader, choice, kind).then(|| Signal::read(reader, kind));
        let traces = signal(exporters.traces.choice(Name::Otlp), TRACES);
        let metrics = signal(exporters.metrics.choice(Name::Otlp), METRICS);
        let logs = signal(exporters.logs.choice(Name::Otlp), LOGS);
        let delta = [("cumulative", false), ("delta", true), ("lowmemory", true)];
        let delta = reader.word("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", &delta, "cumulative");
        let metrics_every = reader.interval("OTEL_METRIC_EXPORT_INTERVAL", "60000");
        Self { traces, metrics, logs, delta: delta.unwrap_or(false), metrics_every }
    }

    /// Whether anything is to be sent.
    pub(crate) const fn is_asked_for(&self) -> bool {
        self.traces.is_some() || self.metrics.is_some() || self.logs.is_some()
    }
}

/// How the variables of a signal are named.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    /// The variable of the time of all tries.
    export_timeout: &'static str,
    max_batch: Option<&'static str>,
}

const TRACES: Kind = Kind {
    name: "TRACES_",
    export_timeout: "OTEL_BSP_EXPORT_TIMEOUT",
    max_batch: Some("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
};
const METRICS: Kind = Kind { name: "METRICS_", export_timeout: "OTEL_METRIC_EXPORT_TIMEOUT", max_batch: None };
const LOGS: Kind = Kind {
    name: "LOGS_",
    export_timeout: "OTEL_BLRP_EXPORT_TIMEOUT",
    max_batch: Some("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE"),
};

/// A signal is sent when it says so, or when it says nothing and there is an address to send it to.
fn is_wanted(reader: &Reader<'_>, choice: Choice, kind: Kind) -> bool {
    match choice {
        Choice::Yes => true,
        Choice::No => false,
        Choice::Unsaid => variable(reader, kind, "ENDPOINT").is_some(),
    }
}

/// The variable of a signal, or the one of all where that is not set.
fn variable(reader: &Reader<'_>, kind: Kind, name: &str) -> Option<String> {
    let names = [kind.name, ""].map(|signal| format!("OTEL_EXPORTER_OTLP_{signal}{name}"));
    names.into_iter().find(|name| reader.text(name).is_some())
}

impl Signal {
    fn read(reader: &mut Reader<'_>, kind: Kind) -> Self {
        let named = |reader: &Reader<'_>, name| variable(reader, kind, name);
        let protocol = named(reader, "PROTOCOL").and_then(|name| reader.word(&name, &PROTOCOLS, "http/protobuf"));
        let is_grpc = protocol == Some(Protocol::Grpc);
        let gzip = [("gzip", true), ("none", false)];
        let gzip = named(reader, "COMPRESSION").and_then(|name| reader.word(&name, &gzip, "none"));
        let file = |reader: &mut Reader<'_>, name| variable(reader, kind, name).and_then(|name| reader.file(&name));
        tell_half_a_client(reader, kind);
        let client = file(reader, "CLIENT_CERTIFICATE").zip(file(reader, "CLIENT_KEY"));
        Self {
            address: address(reader, kind, protocol),
            protocol,
            headers: named(reader, "HEADERS").map(|name| reader.headers(&name, is_grpc)).unwrap_or_default(),
            timeout: named(reader, "TIMEOUT").and_then(|name| reader.millis(&name, "10000")),
            gzip: gzip.unwrap_or(false),
            certificate: file(reader, "CERTIFICATE"),
            client: client.map(|(certificate, key)| Client { certificate, key }),
            retry_for: reader.millis(kind.export_timeout, "30000"),
            max_batch: kind.max_batch.and_then(|name| reader.positive(name, "512")),
        }
    }
}

/// A certificate is of no use without its key, nor a key without its certificate.
fn tell_half_a_client(reader: &mut Reader<'_>, kind: Kind) {
    let [certificate, key] = ["CLIENT_CERTIFICATE", "CLIENT_KEY"].map(|name| variable(reader, kind, name));
    let (set, missing) = match (certificate, key) {
        (Some(set), None) => (set, "CLIENT_KEY"),
        (None, Some(set)) => (set, "CLIENT_CERTIFICATE"),
        _ => return,
    };
    reader.tell(format!("{set} is set and OTEL_EXPORTER_OTLP_{missing} is not; using neither"));
}

fn address(reader: &mut Reader<'_>, kind: Kind, protocol: Option<Protocol>) -> Option<Address> {
    let name = variable(reader, kind, "ENDPOINT")?;
    let mut url = reader.text(&name)?;
    if protocol == Some(Protocol::Grpc) && !url.contains("://") {
        // A bare `host:port`, as gRPC has it.
        let insecure = variable(reader, kind, "INSECURE");
        let insecure = insecure.and_then(|name| reader.word(&name, &[("true", true), ("false", false)], "false"));
        url = format!("{}{url}", if insecure == Some(true) { "http://" } else { "https://" });
    }
    let url = reader.checked_url(&name, url, "the default")?;
    Some(if name.contains(kind.name) { Address::Url(url) } else { Address::Base(url) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Otlp, Vec<String>) {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader::new(&lookup);
        let exporters = Exporters::read(&mut reader);
        let otlp = Otlp::read(&mut reader, &exporters);
        (otlp, reader.warnings)
    }

    #[test]
    fn nothing_is_sent_unless_an_address_or_a_list_asks_for_it() {
        assert_eq!(read(&[]).0, Otlp::default());
        let (otlp, _) = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:1"), ("OTEL_METRICS_EXPORTER", "prometheus")]);
        assert!(otlp.traces.is_some() && otlp.metrics.is_none() && otlp.logs.is_some());
        let (otlp, _) = read(&[("OTEL_TRACES_EXPORTER", "otlp")]);
        assert_eq!(otlp.traces, Some(Signal::default()));
        assert!(otlp.logs.is_none() && otlp.metrics.is_none());
        let (otlp, _) = read(&[("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://h:1/logs")]);
        assert!(otlp.traces.is_none() && otlp.logs.is_some());
    }

    #[test]
    fn the_variable_of_a_signal_wins_over_the_one_of_all() {
        let (otlp, warnings) = read(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://h:1/base"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces/as/is"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b,tenant=blue"),
            ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "tenant=green"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
            ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "100"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "GZIP"),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Delta"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
            ("OTEL_BSP_EXPORT_TIMEOUT", "7000"),
            ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "64"),
        ]);
        assert_eq!(warnings, [""; 0]);
        let [traces, metrics, logs] = [otlp.traces, otlp.metrics, otlp.logs].map(Option::unwrap);
        assert_eq!(traces.address, Some(Address::Url("https://traces/as/is".to_owned())));
        assert_eq!(metrics.address, Some(Address::Base("https://h:1/base".to_owned())));
        let header = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(traces.headers, [header("api-key", "a b"), header("tenant", "blue")]);
        assert_eq!(logs.headers, [header("tenant", "green")]);
        assert_eq!(
            (traces.timeout, metrics.timeout),
            (Some(Duration::from_millis(2500)), Some(Duration::from_millis(100)))
        );
        assert_eq!((traces.gzip, metrics.gzip), (false, true));
        assert_eq!((traces.protocol, logs.protocol), (Some(Protocol::Grpc), Some(Protocol::HttpJson)));
        assert_eq!((traces.retry_for, logs.retry_for), (Some(Duration::from_secs(7)), None));
        assert_eq!((traces.max_batch, logs.max_batch), (None, Some(64)));
        assert_eq!((otlp.delta, otlp.metrics_every), (true, Some(Duration::from_secs(5))));
    }

    #[test]
    fn a_bare_host_is_an_address_of_grpc() {
        let address = |insecure| {
            let (otlp, _) = read(&[
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "h:4317"),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
                ("OTEL_EXPORTER_OTLP_INSECURE", insecure),
            ]);
            otlp.traces.unwrap().address
        };
        assert_eq!(address("true"), Some(Address::Base("http://h:4317".to_owned())));
        assert_eq!(address(""), Some(Address::Base("https://h:4317".to_owned())));
    }

    #[test]
    fn a_mistake_in_a_variable_of_all_signals_is_told_once_and_without_what_is_secret() {
        let (otlp, warnings) = read(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:99999"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "Bearer sk-very-secret"),
        ]);
        assert_eq!(otlp.traces, Some(Signal::default()));
        assert_eq!(
            warnings,
            [
                "OTEL_EXPORTER_OTLP_ENDPOINT is \"(not an address)\", expected http://host:port or https://host:port; \
                 using the default",
                "OTEL_EXPORTER_OTLP_HEADERS is \"(pair 1)\", expected `key=value` of a header; using the other pairs",
            ]
        );
    }

    #[test]
    fn half_a_client_is_told_once() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for (set, missing) in [("CERTIFICATE", "KEY"), ("KEY", "CERTIFICATE")] {
            let set = format!("OTEL_EXPORTER_OTLP_CLIENT_{set}");
            let (otlp, warnings) = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:1"), (&set, file)]);
            assert_eq!(otlp.traces.unwrap().client, None);
            let want = format!("{set} is set and OTEL_EXPORTER_OTLP_CLIENT_{missing} is not; using neither");
            assert_eq!(warnings, [want]);
        }
    }

    #[test]
    fn mistakes_are_told_once_each_and_the_default_is_used() {
        let (otlp, warnings) = read(&[
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "user:secret@h:1"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "10s"),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "zstd"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "thrift"),
            ("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/nowhere/ca.pem"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0"),
        ]);
        assert_eq!(otlp.traces, Some(Signal::default()));
        assert_eq!(
            warnings,
            [
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is \"thrift\", expected http/protobuf, http/json, grpc; \
                 using http/protobuf",
                "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION is \"zstd\", expected gzip, none; using none",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is \"(not an address)\", expected http://host:port or \
                 https://host:port; using the default",
                "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT is \"10s\", expected milliseconds from 1; using 10000",
                "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE is \"/nowhere/ca.pem\", expected a file that can be read; \
                 using none",
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE is \"0\", expected a number from 1; using 512",
            ]
        );
    }
}
