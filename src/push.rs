//! Zipkin, `InfluxDB` and remote write, started when the environment asks for them.

use obs_runtime::Builder;

use crate::environment::Environment;
#[cfg(not(all(feature = "zipkin", feature = "influx", feature = "remote-write")))]
use crate::not_built::not_built;

/// Adds those that are asked for.
pub(crate) fn exporters(builder: Builder, environment: &Environment) -> Builder {
    remote_write(influx(zipkin(builder, environment), environment), environment)
}

#[cfg(feature = "zipkin")]
fn zipkin(builder: Builder, environment: &Environment) -> Builder {
    let Some(asked) = &environment.push.zipkin else { return builder };
    let mut zipkin = obs_exporters::Zipkin::new();
    if let Some(url) = &asked.url {
        zipkin = zipkin.url(url);
    }
    if let Some(timeout) = asked.timeout {
        zipkin = zipkin.timeout(timeout);
    }
    builder.exporter(zipkin)
}

#[cfg(feature = "influx")]
fn influx(builder: Builder, environment: &Environment) -> Builder {
    use crate::environment::Place;

    let Some(asked) = &environment.push.influx else { return builder };
    let mut influx = match &asked.place {
        Place::Database { name, .. } => obs_exporters::Influx::v1(&asked.url, name),
        Place::Bucket { org, name, token } => obs_exporters::Influx::v2(&asked.url, org, name, token),
    };
    if let Place::Database { retention_policy: Some(policy), .. } = &asked.place {
        influx = influx.retention_policy(policy);
    }
    if let Some(interval) = environment.otlp.metrics_every {
        influx = influx.every(interval);
    }
    builder.exporter(influx)
}

#[cfg(feature = "remote-write")]
fn remote_write(builder: Builder, environment: &Environment) -> Builder {
    use obs_exporters::prometheus;

    use crate::environment::Histograms;

    let Some(asked) = &environment.push.remote_write else { return builder };
    let mut remote = obs_exporters::RemoteWrite::to(&asked.url).histograms(match asked.histograms {
        Histograms::Classic => prometheus::Histograms::Classic,
        Histograms::Native => prometheus::Histograms::Native,
        Histograms::Both => prometheus::Histograms::Both,
    });
    for (name, value) in &asked.headers {
        remote = remote.header(name, value);
    }
    if let Some(interval) = environment.otlp.metrics_every {
        remote = remote.every(interval);
    }
    builder.exporter(remote)
}

#[cfg(not(feature = "zipkin"))]
fn zipkin(builder: Builder, environment: &Environment) -> Builder {
    let asked = environment.push.zipkin.is_some();
    not_built(builder, asked, "OTEL_TRACES_EXPORTER or OTEL_EXPORTER_ZIPKIN_ENDPOINT", "zipkin")
}

#[cfg(not(feature = "influx"))]
fn influx(builder: Builder, environment: &Environment) -> Builder {
    not_built(builder, environment.push.influx.is_some(), "OBS_INFLUX_URL", "influx")
}

#[cfg(not(feature = "remote-write"))]
fn remote_write(builder: Builder, environment: &Environment) -> Builder {
    not_built(builder, environment.push.remote_write.is_some(), "OBS_REMOTE_WRITE_URL", "remote-write")
}
