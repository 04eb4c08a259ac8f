//! Names as Prometheus gives them to OpenTelemetry metrics.
//!
//! # Source
//! The compatibility specification of OpenTelemetry and Prometheus: dots become underscores, the unit and then
//! `_total` are added to the end.

use std::borrow::Cow;

/// What a metric counts, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// A sum that never goes down: the name ends in `_total`.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// A distribution.
    Histogram,
}

/// The name that Prometheus gives a metric of OpenTelemetry.
///
/// # Examples
/// ```
/// # #[cfg(feature = "prometheus")] {
/// use obs_exporters::prometheus::{MetricKind, prom_name};
///
/// assert_eq!(prom_name("obs.function.duration", "s", MetricKind::Histogram), "obs_function_duration_seconds");
/// assert_eq!(prom_name("obs.function.calls", "{call}", MetricKind::Counter), "obs_function_calls_total");
/// assert_eq!(prom_name("cache.hits", "1", MetricKind::Gauge), "cache_hits_ratio");
/// # }
/// ```
pub fn prom_name(otel_name: &str, unit: &str, kind: MetricKind) -> String {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == ':';
    let mut words: Vec<Cow<'_, str>> =
        otel_name.split(|c| !valid(c)).filter(|word| !word.is_empty()).map(Cow::Borrowed).collect();
    for word in unit_words(unit) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match kind {
        MetricKind::Counter => move_to_end(&mut words, "total"),
        MetricKind::Gauge if unit == "1" => move_to_end(&mut words, "ratio"),
        _ => {}
    }
    let name = words.join("_");
    match name.bytes().next() {
        None => "_".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{name}"),
        Some(_) => name,
    }
}

fn move_to_end(words: &mut Vec<Cow<'_, str>>, word: &'static str) {
    words.retain(|known| known != word);
    words.push(Cow::Borrowed(word));
}

/// The words that a UCUM unit adds to a name: `By/s` gives `bytes`, `per_second`.
fn unit_words(unit: &str) -> Vec<Cow<'static, str>> {
    let (main, per) = unit.split_once('/').unwrap_or((unit, ""));
    let mut words = Vec::new();
    if let Some(word) = unit_word(main) {
        words.push(word);
    }
    if let Some(word) = per_word(per) {
        words.push(Cow::Owned(format!("per_{word}")));
    }
    words
}

/// The plural that Prometheus uses for a unit; nothing for `1` and for annotations such as `{call}`.
pub(crate) fn unit_word(unit: &str) -> Option<Cow<'static, str>> {
    let known = match unit.trim() {
        "" | "1" => return None,
        annotation if annotation.contains('{') => return None,
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tibibytes",
        "KBy" | "kBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "TBy" => "terabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        other => {
            let clean = other.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            let clean = clean.trim_matches('_');
            return (!clean.is_empty()).then(|| Cow::Owned(clean.to_owned()));
        }
    };
    Some(Cow::Borrowed(known))
}

fn per_word(unit: &str) -> Option<Cow<'static, str>> {
    let singular = match unit.trim() {
        "s" => "second",
        "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        other => return unit_word(other),
    };
    Some(Cow::Borrowed(singular))
}

/// A label name that Prometheus accepts and does not use itself.
pub(crate) fn label_name(name: &str) -> Cow<'_, str> {
    match name {
        "code.function.name" => return Cow::Borrowed("code_function_name"),
        "error.class" => return Cow::Borrowed("error_class"),
        "error.type" => return Cow::Borrowed("error_type"),
        "otel.metric.overflow" => return Cow::Borrowed("otel_metric_overflow"),
        "le" | "quantile" => return Cow::Owned(format!("exported_{name}")),
        _ => {}
    }
    let digit = |c: u8| c.is_ascii_digit();
    let valid = name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if valid && !name.is_empty() && !name.starts_with("__") && !name.bytes().next().is_some_and(digit) {
        return Cow::Borrowed(name);
    }
    let clean = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    match clean.trim_start_matches('_') {
        "" => Cow::Borrowed("_"),
        rest if rest.bytes().next().is_some_and(digit) => Cow::Owned(format!("key_{rest}")),
        rest if clean.starts_with('_') => Cow::Owned(format!("_{rest}")),
        rest => Cow::Owned(rest.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MetricKind::{Counter, Gauge, Histogram};

    #[test]
    fn names_are_those_prometheus_gives_otlp_metrics() {
        let table = [
            ("obs.function.duration", "s", Histogram, "obs_function_duration_seconds"),
            ("obs.function.calls", "{call}", Counter, "obs_function_calls_total"),
            ("obs.function.active", "{call}", Gauge, "obs_function_active"),
            ("obs.function.busy", "s", Counter, "obs_function_busy_seconds_total"),
            ("obs.function.polls", "{poll}", Counter, "obs_function_polls_total"),
            ("obs.function.longest_poll", "s", Gauge, "obs_function_longest_poll_seconds"),
            ("obs.budget.limit", "s", Gauge, "obs_budget_limit_seconds"),
            ("obs.budget.limit.bytes", "By", Gauge, "obs_budget_limit_bytes"),
            ("obs.budget.limit.amount", "", Gauge, "obs_budget_limit_amount"),
            ("obs.budget.objective", "1", Gauge, "obs_budget_objective_ratio"),
            ("obs.function.cpu", "s", Counter, "obs_function_cpu_seconds_total"),
            ("obs.function.allocations", "{allocation}", Counter, "obs_function_allocations_total"),
            ("obs.function.allocated", "By", Counter, "obs_function_allocated_bytes_total"),
            ("obs.budget.violations", "{violation}", Counter, "obs_budget_violations_total"),
            ("obs.errors", "{error}", Counter, "obs_errors_total"),
            ("obs.events.dropped", "{event}", Counter, "obs_events_dropped_total"),
            ("obs.series", "{series}", Gauge, "obs_series"),
            ("system.filesystem.utilization", "1", Gauge, "system_filesystem_utilization_ratio"),
            ("system.memory.usage", "By", Gauge, "system_memory_usage_bytes"),
            ("network.rate", "By/s", Gauge, "network_rate_bytes_per_second"),
        ];
        for (otel, unit, kind, want) in table {
            assert_eq!(prom_name(otel, unit, kind), want);
        }
    }

    #[test]
    fn names_that_are_prometheus_names_stay() {
        let table = [
            ("http_requests_total", "", Counter, "http_requests_total"),
            ("request_duration_seconds", "s", Histogram, "request_duration_seconds"),
            ("total_things", "", Counter, "things_total"),
            ("a__b..c", "", Gauge, "a_b_c"),
            ("2xx.answers", "", Counter, "_2xx_answers_total"),
            ("größe", "", Gauge, "gr_e"),
            ("", "", Gauge, "_"),
        ];
        for (otel, unit, kind, want) in table {
            assert_eq!(prom_name(otel, unit, kind), want);
        }
    }

    #[test]
    fn label_names_are_made_valid() {
        let table = [
            ("http.method", "http_method"),
            ("le", "exported_le"),
            ("9lives", "key_9lives"),
            ("__name__", "_name__"),
            ("", "_"),
            ("method", "method"),
        ];
        for (name, want) in table {
            assert_eq!(label_name(name), want);
        }
    }
}
