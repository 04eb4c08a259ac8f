//! OTLP as the environment asks for it.

use obs_exporters::otlp::{self, Otlp, Target, Temporality};

use crate::environment::{self, Address, Protocol, Signal};

/// The exporter of the signals that are to be sent.
pub(crate) fn exporter(asked: &environment::Otlp) -> Otlp {
    let mut otlp = Otlp::new();
    otlp = match &asked.traces {
        Some(signal) => otlp.traces(|target| set(target, signal)),
        None => otlp.without_traces(),
    };
    otlp = match &asked.metrics {
        Some(signal) => otlp.metrics(|target| set(target, signal)),
        None => otlp.without_metrics(),
    };
    otlp = match &asked.logs {
        Some(signal) => otlp.logs(|target| set(target, signal)),
        None => otlp.without_logs(),
    };
    if let Some(interval) = asked.metrics_every {
        otlp = otlp.metrics_every(interval);
    }
    otlp.temporality(if asked.delta { Temporality::Delta } else { Temporality::Cumulative })
}

fn set(mut target: Target, signal: &Signal) -> Target {
    target = match &signal.address {
        Some(Address::Base(base)) => target.endpoint(base),
        Some(Address::Url(url)) => target.url(url),
        None => target,
    };
    if let Some(protocol) = signal.protocol {
        target = target.protocol(spoken(protocol));
    }
    for (name, value) in &signal.headers {
        target = target.header(name, value);
    }
    if let Some(timeout) = signal.timeout {
        target = target.timeout(timeout);
    }
    if let Some(total) = signal.retry_for {
        target = target.retry_for(total);
    }
    if let Some(records) = signal.max_batch {
        target = target.max_batch(records);
    }
    if let Some(path) = &signal.certificate {
        target = target.certificate(path);
    }
    if let Some(client) = &signal.client {
        target = target.client_certificate(&client.certificate, &client.key);
    }
    target.gzip(signal.gzip)
}

fn spoken(protocol: Protocol) -> otlp::Protocol {
    match protocol {
        Protocol::HttpProtobuf => otlp::Protocol::HttpProtobuf,
        Protocol::HttpJson => otlp::Protocol::HttpJson,
        #[cfg(feature = "otlp-grpc")]
        Protocol::Grpc => otlp::Protocol::Grpc,
        #[cfg(not(feature = "otlp-grpc"))]
        Protocol::Grpc => {
            let used = "which is off; using http/protobuf";
            obs_runtime::config_warning(&format!("grpc asks for the feature `otlp-grpc` of `obs`, {used}"));
            otlp::Protocol::HttpProtobuf
        }
    }
}
