//! Settings from `OBS_*` and `OTEL_*` variables.
//!
//! An empty variable is not set. A value that is not understood is told once, with its variable and with what is used
//! instead, and counted in `Health::config_warnings`; it never stops the program.

mod batches;
mod exporters;
mod otlp;
mod propagation;
mod push;
mod reader;
mod sampling;

use obs_runtime::propagation::Propagators;
use obs_runtime::{ProfileMode, Sampler};
use reader::{Lookup, Reader};

pub(crate) use batches::Batches;
pub(crate) use exporters::{Exporters, Name};
#[cfg(all(test, feature = "otlp"))]
pub(crate) use otlp::Client;
pub(crate) use otlp::Otlp;
#[cfg(feature = "otlp")]
pub(crate) use otlp::{Address, Protocol, Signal};
#[cfg(feature = "remote-write")]
pub(crate) use push::Histograms;
#[cfg(feature = "influx")]
pub(crate) use push::Place;
pub(crate) use push::Push;

/// What the variables ask for.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Environment {
    pub(crate) disabled: bool,
    pub(crate) preset: Option<obs_runtime::Preset>,
    pub(crate) level: Option<obs_runtime::Level>,
    pub(crate) filter: Option<String>,
    pub(crate) clock: Option<Clock>,
    pub(crate) max_overhead: Option<f64>,
    pub(crate) sampler: Option<Sampler>,
    pub(crate) profile: Option<ProfileMode>,
    /// `OTEL_METRICS_EXEMPLAR_FILTER` says no.
    pub(crate) no_exemplars: bool,
    pub(crate) service_name: Option<String>,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) propagators: Option<Propagators>,
    pub(crate) exporters: Exporters,
    pub(crate) batches: Batches,
    pub(crate) otlp: Otlp,
    pub(crate) push: Push,
    pub(crate) console: Choice,
    pub(crate) console_tree: bool,
    pub(crate) json_dir: Option<String>,
    pub(crate) chrome: Option<String>,
    pub(crate) flamegraph: Option<String>,
    pub(crate) prometheus_host: Option<String>,
    pub(crate) prometheus_port: Option<u16>,
    /// One sentence for each value that was not understood.
    pub(crate) warnings: Vec<String>,
}

/// Whether an exporter was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Nothing was said: what the features say.
    #[default]
    Unsaid,
    /// It is wanted.
    Yes,
    /// It is not.
    No,
}

/// `OBS_CLOCK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Auto,
    Tsc,
    Os,
}

impl Environment {
    /// Reads the process's variables.
    pub(crate) fn of_process() -> Self {
        Self::read(&of_process)
    }

    fn read(lookup: Lookup<'_>) -> Self {
        let mut reader = Reader::new(lookup);
        let disabled = reader.word("OTEL_SDK_DISABLED", &[("true", true), ("false", false)], "false").unwrap_or(false);
        let enabled = reader.word("OBS_ENABLED", &SWITCH, "on").unwrap_or(true);
        let (console, console_tree) = reader.word("OBS_CONSOLE", &CONSOLE, "on").unwrap_or_default();
        let exporters = Exporters::read(&mut reader);
        Self {
            disabled: disabled || !enabled,
            preset: reader.word("OBS_PRESET", &PRESETS, "production"),
            level: reader.parsed("OBS_LEVEL", "trace, debug, info, warn or error", "the preset's level"),
            filter: reader.filter("OBS_FILTER"),
            clock: reader.word("OBS_CLOCK", &CLOCKS, "auto"),
            max_overhead: reader.share("OBS_MAX_OVERHEAD", "no limit"),
            sampler: sampling::sampler(&mut reader),
            profile: reader.parsed("OBS_PROFILE", "off, trace, or sample:16 for one call tree in 16", "off"),
            no_exemplars: sampling::no_exemplars(&mut reader),
            service_name: reader.text("OTEL_SERVICE_NAME"),
            attributes: reader.attributes("OTEL_RESOURCE_ATTRIBUTES"),
            propagators: propagation::propagators(&mut reader),
            batches: Batches::read(&mut reader),
            otlp: Otlp::read(&mut reader, &exporters),
            push: Push::read(&mut reader, &exporters),
            exporters,
            console,
            console_tree,
            json_dir: reader.text("OBS_JSON_DIR"),
            chrome: reader.text("OBS_CHROME"),
            flamegraph: reader.text("OBS_FLAMEGRAPH"),
            prometheus_host: reader.text("OTEL_EXPORTER_PROMETHEUS_HOST"),
            prometheus_port: reader.parsed("OTEL_EXPORTER_PROMETHEUS_PORT", "a port number, 0 to 65535", "9464"),
            warnings: reader.warnings,
        }
    }
}

/// What the process's variables say of who is speaking. Pairs that are not understood are told by [`Environment`].
pub(crate) fn resource_of_process() -> Vec<(String, String)> {
    resource(&of_process)
}

fn resource(lookup: Lookup<'_>) -> Vec<(String, String)> {
    let mut reader = Reader::new(lookup);
    let mut attributes = reader.attributes("OTEL_RESOURCE_ATTRIBUTES");
    attributes.extend(reader.text("OTEL_SERVICE_NAME").map(|name| ("service.name".to_owned(), name)));
    attributes
}

fn of_process(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

const SWITCH: [(&str, bool); 6] =
    [("on", true), ("off", false), ("true", true), ("false", false), ("1", true), ("0", false)];
/// Whether the console is wanted, and whether as a tree too.
const CONSOLE: [(&str, (Choice, bool)); 7] = [
    ("on", (Choice::Yes, false)),
    ("off", (Choice::No, false)),
    ("tree", (Choice::Yes, true)),
    ("true", (Choice::Yes, false)),
    ("false", (Choice::No, false)),
    ("1", (Choice::Yes, false)),
    ("0", (Choice::No, false)),
];
const PRESETS: [(&str, obs_runtime::Preset); 2] =
    [("development", obs_runtime::Preset::Development), ("production", obs_runtime::Preset::Production)];
const CLOCKS: [(&str, Clock); 3] = [("auto", Clock::Auto), ("tsc", Clock::Tsc), ("os", Clock::Os)];

#[cfg(test)]
mod tests {
    use obs_runtime::propagation::Propagator;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::read(&|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_set_asks_for_nothing() {
        assert_eq!(read(&[]), Environment::default());
        assert_eq!(read(&[("OBS_LEVEL", " "), ("OTEL_EXPORTER_PROMETHEUS_PORT", "")]), Environment::default());
    }

    #[test]
    fn the_name_of_the_service_comes_after_its_attributes() {
        let lookup = |name: &str| match name {
            "OTEL_SERVICE_NAME" => Some("till".to_owned()),
            "OTEL_RESOURCE_ATTRIBUTES" => Some("service.name=shop,team=a%20b".to_owned()),
            _ => None,
        };
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            resource(&lookup),
            [pair("service.name", "shop"), pair("team", "a b"), pair("service.name", "till")]
        );
    }

    #[test]
    fn values_are_read_in_any_case() {
        let environment = read(&[
            ("OTEL_SDK_DISABLED", "TRUE"),
            ("OBS_LEVEL", "Debug"),
            ("OBS_CLOCK", "OS"),
            ("OBS_PRESET", "development"),
            ("OBS_MAX_OVERHEAD", "2%"),
            ("OBS_PROFILE", "Sample:16"),
            ("OTEL_METRICS_EXPORTER", "Prometheus"),
            ("OBS_CONSOLE", "Tree"),
            ("OBS_CHROME", "trace.json"),
            ("OBS_FLAMEGRAPH", "profile.svg"),
            ("OTEL_EXPORTER_PROMETHEUS_PORT", "9999"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.version=1.2, team=a%20b%2Cc"),
            ("OTEL_METRICS_EXEMPLAR_FILTER", "Always_Off"),
            ("OTEL_PROPAGATORS", "B3multi, tracecontext"),
        ]);
        assert!(environment.no_exemplars);
        assert!(environment.disabled);
        assert_eq!(environment.level, Some(obs_runtime::Level::Debug));
        assert_eq!(environment.clock, Some(Clock::Os));
        assert_eq!(environment.max_overhead, Some(0.02));
        assert_eq!(environment.preset, Some(obs_runtime::Preset::Development));
        assert_eq!(environment.profile, Some(ProfileMode::Sample(16)));
        assert_eq!(environment.exporters.metrics.choice(Name::Prometheus), Choice::Yes);
        assert_eq!(environment.prometheus_port, Some(9999));
        assert_eq!((environment.console, environment.console_tree), (Choice::Yes, true));
        assert_eq!(environment.chrome.as_deref(), Some("trace.json"));
        assert_eq!(environment.flamegraph.as_deref(), Some("profile.svg"));
        let attribute = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(environment.attributes, [attribute("service.version", "1.2"), attribute("team", "a b,c")]);
        let propagators = Propagators::from([Propagator::B3Multi, Propagator::TraceContext]);
        assert_eq!(environment.propagators, Some(propagators));
        assert_eq!(environment.warnings, [""; 0]);
    }

    #[test]
    fn no_propagator_is_a_choice_and_an_unknown_one_is_none() {
        assert_eq!(read(&[("OTEL_PROPAGATORS", "none")]).propagators, Some(Propagators::NONE));
        let environment = read(&[("OTEL_PROPAGATORS", "jaeger")]);
        assert_eq!(environment.propagators, None, "the default is used");
        let expected =
            "OTEL_PROPAGATORS is \"jaeger\", expected tracecontext, baggage, b3, b3multi or none; using the others";
        assert_eq!(environment.warnings, [expected]);
    }

    #[test]
    fn each_mistake_names_variable_value_and_what_is_used() {
        let environment = read(&[
            ("OTEL_SDK_DISABLED", "yes"),
            ("OBS_LEVEL", "loud"),
            ("OBS_FILTER", "a = loud"),
            ("OBS_MAX_OVERHEAD", "little"),
            ("OBS_PROFILE", "sample:0"),
            ("OTEL_EXPORTER_PROMETHEUS_PORT", "99999"),
            ("OTEL_METRICS_EXPORTER", "statsd"),
            ("OTEL_RESOURCE_ATTRIBUTES", "broken,ok=1"),
        ]);
        assert_eq!(
            environment.warnings,
            [
                "OTEL_SDK_DISABLED is \"yes\", expected true, false; using false",
                "OTEL_METRICS_EXPORTER is \"statsd\", expected otlp, console, prometheus, none; using the others",
                "OBS_LEVEL is \"loud\", expected trace, debug, info, warn or error; using the preset's level",
                "OBS_FILTER: found filter rule \"a = loud\", expected one of off, count, profile, trace after the `=`; \
                 using no filter",
                "OBS_MAX_OVERHEAD is \"little\", expected a share such as 1% or 0.01; using no limit",
                "OBS_PROFILE is \"sample:0\", expected off, trace, or sample:16 for one call tree in 16; using off",
                "OTEL_RESOURCE_ATTRIBUTES is \"broken\", expected `key=value`; using the other pairs",
                "OTEL_EXPORTER_PROMETHEUS_PORT is \"99999\", expected a port number, 0 to 65535; using 9464",
            ]
        );
        assert!(!environment.disabled);
        assert_eq!(environment.attributes.len(), 1);
    }
}
