//! Starts what features and environment ask for.

#[cfg(feature = "otlp")]
use std::time::Duration;

use obs_runtime::{Builder, ClockChoice, StartError, Telemetry, Value};

use crate::environment::{Choice, Clock, Environment, Name};

/// Starts the exporters that the features and the environment ask for.
///
/// With `console` the report is printed when the handle is dropped (`OBS_CONSOLE=off` prevents it, `OBS_CONSOLE=tree`
/// or `OTEL_TRACES_EXPORTER=console` prints each trace as it ends, too). With `prometheus` the page is served on
/// `OTEL_EXPORTER_PROMETHEUS_HOST`:`OTEL_EXPORTER_PROMETHEUS_PORT`, by default `127.0.0.1:9464`
/// (`OTEL_METRICS_EXPORTER=none` prevents it). With `json` spans and totals are written to `OBS_JSON_DIR`, when that
/// is set; with `chrome` a trace for Perfetto to the file `OBS_CHROME`, with `flamegraph` folded stacks or an SVG to
/// the file `OBS_FLAMEGRAPH`. With `otlp` a signal is sent when `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` or
/// `OTEL_LOGS_EXPORTER` names `otlp`, or says nothing while `OTEL_EXPORTER_OTLP_ENDPOINT`, or the one of the signal,
/// says where to; all `OTEL_EXPORTER_OTLP_*`, `OTEL_BSP_*`, `OTEL_BLRP_*` and `OTEL_METRIC_EXPORT_*` are honoured, and
/// spans leave every second unless one of them or a preset says otherwise.
///
/// With `zipkin` spans are sent when `OTEL_TRACES_EXPORTER` names it, or says nothing while
/// `OTEL_EXPORTER_ZIPKIN_ENDPOINT` says where to. With `influx` totals are sent to `OBS_INFLUX_URL`, into the database
/// `OBS_INFLUX_DB` (and `OBS_INFLUX_RP`), or with `OBS_INFLUX_TOKEN` into the bucket `OBS_INFLUX_BUCKET` of
/// `OBS_INFLUX_ORG`; with `remote-write` to `OBS_REMOTE_WRITE_URL`, with `OBS_REMOTE_WRITE_HEADERS` and as
/// `OBS_REMOTE_WRITE_HISTOGRAMS` says (`classic`, `native` or `both`). `OTEL_METRIC_EXPORT_INTERVAL` holds for both.
///
/// `OBS_LEVEL`, `OBS_FILTER`, `OBS_PRESET`, `OBS_CLOCK`, `OBS_PROFILE`, `OBS_MAX_OVERHEAD`, `OTEL_SERVICE_NAME`,
/// `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_METRICS_EXEMPLAR_FILTER`, `OTEL_PROPAGATORS` and
/// `OTEL_SDK_DISABLED` are honoured; a value that is not understood is told once, on standard error.
///
/// # Errors
/// As [`Builder::start`]: telemetry runs already, or an exporter cannot start.
///
/// # Examples
/// ```
/// fn main() -> Result<(), obs::StartError> {
///     let _telemetry = obs::init()?; // dropping it flushes
///     Ok(())
/// }
/// ```
pub fn init() -> Result<Telemetry, StartError> {
    init_with(obs_runtime::builder())
}

/// Starts the exporters that the features and the environment ask for, beside what a builder says.
///
/// As [`init`]; the builder's exporters come first, and where a variable says something else than the builder, the
/// variable wins.
///
/// # Errors
/// As [`Builder::start`].
///
/// # Examples
/// ```no_run
/// fn main() -> Result<(), obs::StartError> {
///     let builder = obs::builder().resource(obs::service!()).redactor(obs::Redactor::standard());
///     let _telemetry = obs::init_with(builder)?; // dropping it flushes
///     Ok(())
/// }
/// ```
pub fn init_with(builder: Builder) -> Result<Telemetry, StartError> {
    let environment = Environment::of_process();
    for warning in &environment.warnings {
        obs_runtime::config_warning(warning);
    }
    exporters(configured(builder, &environment), &environment).start()
}

fn configured(mut builder: Builder, environment: &Environment) -> Builder {
    if let Some(preset) = environment.preset {
        builder = builder.preset(preset);
    }
    if let Some(level) = environment.level {
        builder = builder.level(level);
    }
    if let Some(share) = environment.max_overhead {
        builder = builder.max_overhead(share);
    }
    if let Some(sampler) = environment.sampler {
        builder = builder.sampler(sampler);
    }
    if let Some(mode) = environment.profile {
        builder = builder.profile(mode);
    }
    if environment.no_exemplars {
        builder = builder.exemplars(false);
    }
    builder = match environment.clock {
        Some(Clock::Os) => builder.clock(ClockChoice::Os),
        Some(Clock::Tsc) => builder.clock(ClockChoice::Tsc),
        Some(Clock::Auto) | None => builder,
    };
    if let Some(propagators) = environment.propagators {
        builder = builder.propagators(propagators);
    }
    for (key, value) in &environment.attributes {
        builder = builder.attribute(key.as_str(), Value::Str(value.as_str().into()));
    }
    // After the attributes: `OTEL_SERVICE_NAME` wins over a `service.name` among them.
    if let Some(name) = &environment.service_name {
        builder = builder.service_name(name.as_str());
    }
    if let Some(rules) = &environment.filter {
        builder = builder.filter(rules).expect("the environment only keeps a filter that was understood");
    }
    if let Some(delay) = environment.batches.delay {
        builder = builder.collect_interval(delay);
    }
    if let Some(spans) = environment.batches.queue {
        builder = builder.queue_capacity(spans);
    }
    if environment.disabled { builder.enabled(false) } else { builder }
}

fn exporters(builder: Builder, environment: &Environment) -> Builder {
    if environment.disabled {
        return builder;
    }
    let builder = json(prometheus(console(builder, environment), environment), environment);
    let builder = otlp(flamegraph(chrome(builder, environment), environment), environment);
    crate::push::exporters(builder, environment)
}

#[cfg(feature = "console")]
fn console(builder: Builder, environment: &Environment) -> Builder {
    if environment.console == Choice::No {
        return builder;
    }
    let console = obs_exporters::Console::new();
    let is_tree = environment.console_tree || environment.exporters.traces.choice(Name::Console) == Choice::Yes;
    builder.exporter(if is_tree { console.tree() } else { console })
}

#[cfg(feature = "prometheus")]
fn prometheus(builder: Builder, environment: &Environment) -> Builder {
    if environment.exporters.metrics.choice(Name::Prometheus) == Choice::No {
        return builder;
    }
    let host = environment.prometheus_host.as_deref().unwrap_or("127.0.0.1");
    let port = environment.prometheus_port.unwrap_or(9464);
    builder.exporter(obs_exporters::Prometheus::new().listen((host, port)))
}

#[cfg(feature = "json")]
fn json(builder: Builder, environment: &Environment) -> Builder {
    match &environment.json_dir {
        Some(dir) => builder.exporter(obs_exporters::JsonLines::to_dir(dir)),
        None => builder,
    }
}

#[cfg(feature = "chrome")]
fn chrome(builder: Builder, environment: &Environment) -> Builder {
    match &environment.chrome {
        Some(path) => builder.exporter(obs_exporters::Chrome::to_file(path)),
        None => builder,
    }
}

#[cfg(feature = "flamegraph")]
fn flamegraph(builder: Builder, environment: &Environment) -> Builder {
    match &environment.flamegraph {
        Some(path) => builder.exporter(obs_exporters::Flamegraph::to_file(path)),
        None => builder,
    }
}

#[cfg(feature = "otlp")]
fn otlp(builder: Builder, environment: &Environment) -> Builder {
    if !environment.otlp.is_asked_for() {
        return builder;
    }
    let (exporter, warnings) = crate::otlp::exporter(&environment.otlp);
    for warning in &warnings {
        obs_runtime::config_warning(warning);
    }
    let builder = builder.exporter(exporter);
    // A request every 50 ms would be a lot for a service that has little to say; a ring that fills fast does not wait.
    let is_said = environment.batches.delay.is_some() || environment.preset.is_some();
    if is_said { builder } else { builder.collect_interval(Duration::from_secs(1)) }
}

#[cfg(not(feature = "console"))]
fn console(builder: Builder, environment: &Environment) -> Builder {
    crate::not_built::not_built(builder, environment.console == Choice::Yes, "OBS_CONSOLE", "console")
}

#[cfg(not(feature = "prometheus"))]
fn prometheus(builder: Builder, environment: &Environment) -> Builder {
    let asked = environment.exporters.metrics.choice(Name::Prometheus) == Choice::Yes;
    crate::not_built::not_built(builder, asked, "OTEL_METRICS_EXPORTER", "prometheus")
}

#[cfg(not(feature = "json"))]
fn json(builder: Builder, environment: &Environment) -> Builder {
    crate::not_built::not_built(builder, environment.json_dir.is_some(), "OBS_JSON_DIR", "json")
}

#[cfg(not(feature = "chrome"))]
fn chrome(builder: Builder, environment: &Environment) -> Builder {
    crate::not_built::not_built(builder, environment.chrome.is_some(), "OBS_CHROME", "chrome")
}

#[cfg(not(feature = "flamegraph"))]
fn flamegraph(builder: Builder, environment: &Environment) -> Builder {
    crate::not_built::not_built(builder, environment.flamegraph.is_some(), "OBS_FLAMEGRAPH", "flamegraph")
}

#[cfg(not(feature = "otlp"))]
fn otlp(builder: Builder, environment: &Environment) -> Builder {
    let asked = environment.otlp.is_asked_for();
    crate::not_built::not_built(builder, asked, "OTEL_EXPORTER_OTLP_ENDPOINT or an OTEL_*_EXPORTER", "otlp")
}
