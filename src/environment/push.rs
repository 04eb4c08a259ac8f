//! Zipkin, `InfluxDB` and remote write as the variables ask for them.

use std::time::Duration;

use super::Choice;
use super::exporters::{Exporters, Name};
use super::reader::Reader;

/// What is to be pushed beside OTLP.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Push {
    pub(crate) zipkin: Option<Zipkin>,
    pub(crate) influx: Option<Influx>,
    pub(crate) remote_write: Option<RemoteWrite>,
}

/// `OTEL_EXPORTER_ZIPKIN_*`; what is not set is as OpenTelemetry has it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Zipkin {
    pub(crate) url: Option<String>,
    pub(crate) timeout: Option<Duration>,
}

/// `OBS_INFLUX_*`.
#[derive(Debug, PartialEq)]
pub(crate) struct Influx {
    pub(crate) url: String,
    pub(crate) place: Place,
}

/// Where in the server.
#[derive(Debug, PartialEq)]
pub(crate) enum Place {
    Database { name: String, retention_policy: Option<String> },
    Bucket { org: String, name: String, token: String },
}

/// `OBS_REMOTE_WRITE_*`.
#[derive(Debug, PartialEq)]
pub(crate) struct RemoteWrite {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) histograms: Histograms,
}

/// How distributions are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Histograms {
    #[default]
    Classic,
    Native,
    Both,
}

const HISTOGRAMS: [(&str, Histograms); 3] =
    [("classic", Histograms::Classic), ("native", Histograms::Native), ("both", Histograms::Both)];

impl Push {
    pub(super) fn read(reader: &mut Reader<'_>, exporters: &Exporters) -> Self {
        let zipkin = match exporters.traces.choice(Name::Zipkin) {
            Choice::Yes => true,
            Choice::No => false,
            Choice::Unsaid => reader.text("OTEL_EXPORTER_ZIPKIN_ENDPOINT").is_some(),
        };
        Self {
            zipkin: zipkin.then(|| Zipkin::read(reader)),
            influx: Influx::read(reader),
            remote_write: RemoteWrite::read(reader),
        }
    }
}

impl Zipkin {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            url: reader.url("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://localhost:9411/api/v2/spans"),
            timeout: reader.millis("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "10000"),
        }
    }
}

impl Influx {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let url = reader.url("OBS_INFLUX_URL", "none")?;
        let (org, bucket) = (reader.text("OBS_INFLUX_ORG"), reader.text("OBS_INFLUX_BUCKET"));
        let place = match (reader.text("OBS_INFLUX_DB"), org.zip(bucket)) {
            (Some(name), _) => Place::Database { name, retention_policy: reader.text("OBS_INFLUX_RP") },
            (None, Some((org, name))) => {
                Place::Bucket { org, name, token: reader.text("OBS_INFLUX_TOKEN").unwrap_or_default() }
            }
            (None, None) => {
                let missing = "OBS_INFLUX_URL says where, but neither OBS_INFLUX_DB (version 1) nor OBS_INFLUX_ORG and \
                               OBS_INFLUX_BUCKET (version 2) say into what; sending nothing";
                reader.warnings.push(missing.to_owned());
                return None;
            }
        };
        Some(Self { url, place })
    }
}

impl RemoteWrite {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            url: reader.url("OBS_REMOTE_WRITE_URL", "none")?,
            headers: reader.headers("OBS_REMOTE_WRITE_HEADERS", false),
            histograms: reader.word("OBS_REMOTE_WRITE_HISTOGRAMS", &HISTOGRAMS, "classic").unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Push, Vec<String>) {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader::new(&lookup);
        let exporters = Exporters::read(&mut reader);
        let push = Push::read(&mut reader, &exporters);
        (push, reader.warnings)
    }

    #[test]
    fn zipkin_is_asked_for_by_name_or_by_its_address_alone() {
        let url = "http://zipkin:9411/api/v2/spans";
        let zipkin = |variables: &[(&str, &str)]| read(variables).0.zipkin;
        assert_eq!(zipkin(&[("OTEL_TRACES_EXPORTER", "zipkin")]), Some(Zipkin::default()));
        let address = ("OTEL_EXPORTER_ZIPKIN_ENDPOINT", url);
        let both = Zipkin { url: Some(url.to_owned()), timeout: Some(Duration::from_millis(500)) };
        assert_eq!(zipkin(&[address, ("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "500")]), Some(both));
        assert_eq!(zipkin(&[address, ("OTEL_TRACES_EXPORTER", "otlp")]), None);
        assert_eq!(read(&[]), (Push::default(), vec![]));
    }

    #[test]
    fn influx_takes_a_database_or_a_bucket() {
        let url = ("OBS_INFLUX_URL", "http://localhost:8086");
        let place = |variables: &[(&str, &str)]| read(variables).0.influx.unwrap().place;
        let database = Place::Database { name: "obs".into(), retention_policy: Some("week".into()) };
        assert_eq!(place(&[url, ("OBS_INFLUX_DB", "obs"), ("OBS_INFLUX_RP", "week")]), database);
        let bucket = Place::Bucket { org: "me".into(), name: "obs".into(), token: "secret".into() };
        let variables = [url, ("OBS_INFLUX_ORG", "me"), ("OBS_INFLUX_BUCKET", "obs"), ("OBS_INFLUX_TOKEN", "secret")];
        assert_eq!(place(&variables), bucket);
        let (push, warnings) = read(&variables[..2]);
        assert!(push.influx.is_none() && warnings[0].contains("OBS_INFLUX_BUCKET (version 2) say into what"));
    }

    #[test]
    fn an_address_that_is_none_is_told_without_what_it_may_hold() {
        let (push, warnings) = read(&[("OBS_REMOTE_WRITE_URL", "me:secret@host"), ("OBS_INFLUX_URL", "host:8086")]);
        assert_eq!(push, Push::default());
        assert_eq!(warnings.len(), 2);
        assert!(
            warnings.iter().all(|warning| warning.contains("expected http://host:port") && !warning.contains("secret"))
        );
    }

    #[test]
    fn remote_write_has_headers_and_a_choice_of_histograms() {
        let (push, warnings) = read(&[
            ("OBS_REMOTE_WRITE_URL", "https://host/api/v1/write"),
            ("OBS_REMOTE_WRITE_HEADERS", "authorization=Bearer%20x"),
            ("OBS_REMOTE_WRITE_HISTOGRAMS", "Native"),
        ]);
        let want = RemoteWrite {
            url: "https://host/api/v1/write".into(),
            headers: vec![("authorization".into(), "Bearer x".into())],
            histograms: Histograms::Native,
        };
        assert_eq!((push.remote_write, warnings), (Some(want), vec![]));
    }
}
