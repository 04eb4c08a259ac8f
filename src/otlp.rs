//! OTLP as the environment asks for it.

use obs_exporters::otlp::{self, Otlp, Target, Temporality};

use crate::environment::{self, Address, Protocol, Signal};

/// The exporter of the signals that are to be sent, and a sentence about each certificate that cannot be used.
pub(crate) fn exporter(asked: &environment::Otlp) -> (Otlp, Vec<String>) {
    let (mut otlp, mut warnings) = (Otlp::new(), Vec::new());
    let mut set = |target, asked, signal| certified(set(target, asked), asked, signal, &mut warnings);
    otlp = match &asked.traces {
        Some(signal) => otlp.traces(|target| set(target, signal, otlp::Signal::Traces)),
        None => otlp.without_traces(),
    };
    otlp = match &asked.metrics {
        Some(signal) => otlp.metrics(|target| set(target, signal, otlp::Signal::Metrics)),
        None => otlp.without_metrics(),
    };
    otlp = match &asked.logs {
        Some(signal) => otlp.logs(|target| set(target, signal, otlp::Signal::Logs)),
        None => otlp.without_logs(),
    };
    if let Some(interval) = asked.metrics_every {
        otlp = otlp.metrics_every(interval);
    }
    // A file of all signals is read for each.
    warnings.sort_unstable();
    warnings.dedup();
    (otlp.temporality(if asked.delta { Temporality::Delta } else { Temporality::Cumulative }), warnings)
}

/// The target with the certificates that can be used: a variable stops no program.
fn certified(plain: Target, asked: &Signal, signal: otlp::Signal, warnings: &mut Vec<String>) -> Target {
    let mut keep = |before: Target, after: Target, name: &str| match after.check(signal) {
        Ok(()) => after,
        Err(error) => {
            warnings.push(format!("OTEL_EXPORTER_OTLP_{name}: {error}; using none"));
            before
        }
    };
    let mut target = plain;
    if let Some(path) = &asked.certificate {
        let after = target.clone().certificate(path);
        target = keep(target, after, "CERTIFICATE");
    }
    if let Some(client) = &asked.client {
        let after = target.clone().client_certificate(&client.certificate, &client.key);
        target = keep(target, after, "CLIENT_CERTIFICATE");
    }
    target
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_certificate_is_told_once_and_stops_nothing() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").to_owned();
        let signal = || Signal {
            certificate: Some(file.clone()),
            client: Some(environment::Client { certificate: file.clone(), key: file.clone() }),
            ..Signal::default()
        };
        let one = exporter(&environment::Otlp { traces: Some(signal()), ..environment::Otlp::default() });
        let [authority, client] = &one.1[..] else { panic!("two warnings, found {:?}", one.1) };
        assert!(authority.starts_with("OTEL_EXPORTER_OTLP_CERTIFICATE: ") && authority.ends_with("in PEM; using none"));
        assert!(client.starts_with("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "), "{client}");
        let (traces, logs) = (Some(signal()), Some(signal()));
        let (_, warnings) = exporter(&environment::Otlp { traces, logs, ..environment::Otlp::default() });
        assert_eq!(warnings, one.1, "once for both");
        let target = certified(Target::default(), &signal(), otlp::Signal::Traces, &mut Vec::new());
        assert!(target.check(otlp::Signal::Traces).is_ok());
    }
}
