//! `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` and `OTEL_LOGS_EXPORTER`.

use super::Choice;
use super::reader::Reader;

/// An exporter as the variables name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Console,
    Otlp,
    Prometheus,
    Zipkin,
    None,
}

const TRACES: [(&str, Name); 4] =
    [("otlp", Name::Otlp), ("console", Name::Console), ("zipkin", Name::Zipkin), ("none", Name::None)];
const METRICS: [(&str, Name); 4] =
    [("otlp", Name::Otlp), ("console", Name::Console), ("prometheus", Name::Prometheus), ("none", Name::None)];
const LOGS: [(&str, Name); 3] = [("otlp", Name::Otlp), ("console", Name::Console), ("none", Name::None)];

/// The exporters of one signal; `None` where nothing was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named(Option<Vec<Name>>);

impl Named {
    /// Whether an exporter was asked for: a list without it says no.
    pub(crate) fn choice(&self, name: Name) -> Choice {
        match &self.0 {
            None => Choice::Unsaid,
            Some(names) if names.contains(&name) => Choice::Yes,
            Some(_) => Choice::No,
        }
    }
}

/// The exporters of each signal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exporters {
    pub(crate) traces: Named,
    pub(crate) metrics: Named,
    pub(crate) logs: Named,
}

impl Exporters {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let traces = named(reader, "OTEL_TRACES_EXPORTER", &TRACES);
        let metrics = named(reader, "OTEL_METRICS_EXPORTER", &METRICS);
        let logs = named(reader, "OTEL_LOGS_EXPORTER", &LOGS);
        for (variable, named) in [("OTEL_METRICS_EXPORTER", &metrics), ("OTEL_LOGS_EXPORTER", &logs)] {
            if named.choice(Name::Console) == Choice::Yes {
                let shown = "the console prints a report, and each trace when OBS_CONSOLE is tree";
                reader.tell(format!("{variable} asks for console, which changes nothing: {shown}; using the others"));
            }
        }
        Self { traces, metrics, logs }
    }
}

/// A list; a word that is not known is left out, and a list of such words says nothing.
fn named(reader: &mut Reader<'_>, variable: &str, known: &[(&str, Name)]) -> Named {
    let Some(list) = reader.text(variable) else { return Named::default() };
    let mut names = Vec::new();
    for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        if let Some((_, name)) = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)) {
            names.push(*name);
        } else {
            let words: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            reader.warn(variable, word, words.join(", "), "the others");
        }
    }
    Named((!names.is_empty()).then_some(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_yes_to_its_words_and_no_to_the_rest() {
        let lookup = |name: &str| match name {
            "OTEL_TRACES_EXPORTER" => Some("OTLP, zipkin".to_owned()),
            "OTEL_METRICS_EXPORTER" => Some("none".to_owned()),
            _ => None,
        };
        let mut reader = Reader::new(&lookup);
        let exporters = Exporters::read(&mut reader);
        let traces = [Name::Otlp, Name::Zipkin, Name::Console].map(|name| exporters.traces.choice(name));
        assert_eq!(traces, [Choice::Yes, Choice::Yes, Choice::No]);
        assert_eq!(exporters.metrics.choice(Name::Prometheus), Choice::No);
        assert_eq!(exporters.logs.choice(Name::Otlp), Choice::Unsaid);
        assert_eq!(reader.warnings, [""; 0]);
    }

    #[test]
    fn a_console_that_changes_nothing_is_told() {
        let lookup = |name: &str| name.ends_with("_EXPORTER").then(|| "console".to_owned());
        let mut reader = Reader::new(&lookup);
        let exporters = Exporters::read(&mut reader);
        assert_eq!(exporters.logs.choice(Name::Otlp), Choice::No, "it is a choice all the same");
        let told: Vec<_> =
            reader.warnings.iter().filter_map(|warning| warning.split(" asks for console").next()).collect();
        assert_eq!(told, ["OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER"]);
    }

    #[test]
    fn a_word_that_is_not_known_is_told_and_says_nothing() {
        let lookup = |name: &str| name.starts_with("OTEL_LOGS").then(|| "syslog".to_owned());
        let mut reader = Reader::new(&lookup);
        assert_eq!(Exporters::read(&mut reader), Exporters::default());
        assert_eq!(
            reader.warnings,
            ["OTEL_LOGS_EXPORTER is \"syslog\", expected otlp, console, none; using the others"]
        );
    }
}
